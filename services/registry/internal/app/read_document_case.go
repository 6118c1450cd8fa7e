package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ShownDocumentCase is a case as an officer sees it. What is asked comes while the
// case waits.
type ShownDocumentCase struct {
	Case     domain.DocumentCase
	Decides  bool
	From, To domain.Known
	Held     bool   // another record has the number
	Other    string // whose it is, where the officer may know
}

// ReadDocumentCase shows a case to an officer who works on it. While it waits the
// look is in the person's log, and in that of whoever else has the number, where
// the officer may know who that is.
func (a *App) ReadDocumentCase(ctx context.Context, id string) (c ShownDocumentCase, err error) {
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c = ShownDocumentCase{}
		var p auth.Principal
		if c.Case, p, err = documentCase(ctx, s, id); err != nil || c.Case.State != domain.CaseOpen {
			return err
		}
		c.Decides = decidesDocument(p, c.Case)
		return a.logRead(s, p, c.Case.Worker, id, kindName, kindNumber)
	})
	if err != nil || c.Case.State != domain.CaseOpen {
		return c, err
	}
	k, err := a.Vault.Key(ctx, c.Case.Worker)
	if err != nil {
		return c, err
	}
	if c.From, c.To, err = openChange(k, c.Case, clock.Today(a.Clock)); err != nil || !c.Case.Number {
		return c, err
	}
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c.Held, c.Other, err = a.heldBy(ctx, s, c.Case, a.documentIndex(c.To.Document))
		return err
	})
	return c, err
}

// heldBy tells an officer who reads a case whether another record has the number,
// and whose it is where the officer may know.
func (a *App) heldBy(ctx context.Context, s Store, c domain.DocumentCase, index []byte) (held bool, other string, err error) {
	own, err := s.PeekAccount(c.Worker)
	if err != nil {
		return false, "", err
	}
	w, held, err := holder(s, index, own.DocumentIndex)
	if err != nil || !held {
		return held, "", err
	}
	p, err := auth.FromContext(ctx)
	if err != nil || elsewhere(p, w) {
		return true, "", err
	}
	return true, w.ID, a.logRead(s, p, w.ID, c.ID, kindCompared)
}
