package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// DecideDocument ends a case by the word of a second officer. The person is told
// of what was changed.
func (a *App) DecideDocument(ctx context.Context, once Once[struct{}], id string, approve bool, refusal string) error {
	_, err := withDocument(ctx, a, id, func(ch documentChange) (struct{}, error) {
		return once(ctx, func(s Store) (struct{}, error) { return struct{}{}, a.decideDocument(ctx, s, id, approve, refusal, ch) })
	})
	return err
}

func (a *App) decideDocument(ctx context.Context, s Store, id string, approve bool, refusal string, ch documentChange) error {
	if err := s.LockDocumentCases(id); err != nil { // settleFormer writes others of the person
		return err
	}
	c, p, err := documentCase(ctx, s, id)
	if err != nil {
		return err
	}
	if _, err := s.Account(c.Worker); err != nil { // locks it; a change since then is stale
		return err
	}
	held, joined, err := taken(s, ch)
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	c, w, events, err := c.DecideDocument(p.Subject, approve, refusal, ch.known, ch.Sealed, ch.same, held, ch.tooYoung, now)
	if joined && errors.Is(err, domain.ErrDocumentHeld) {
		return domain.ErrDocumentJoined
	}
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveDocumentCase(c), a.logRead(s, p, c.Worker, c.ID, kindName, kindNumber)); err != nil || c.State != domain.CaseApplied {
		return err
	}
	if err := errors.Join(s.SaveWorker(ctx, w, events...), settleFormer(s, c)); err != nil {
		return err
	}
	for _, f := range ch.before {
		f.Until = now
		if err := s.AddFormer(f); err != nil {
			return err
		}
	}
	if err := errors.Join(s.RefileKey(ctx, w.ID), s.LikenLater(ctx, w.ID)); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfDocument, About: c.ID, AboutService: service})
}

// settleFormer lets go of what earlier cases had replaced, where a newer one has
// replaced it again: nothing can be put back to it any more. Those of a record that
// was joined with this one are of that record's own.
func settleFormer(s Store, newer domain.DocumentCase) error {
	all, err := s.DocumentCasesOf(newer.Worker)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Worker != newer.Worker || c.ID == newer.ID || c.State != domain.CaseApplied || len(c.Sealed) == 0 || !(c.Number && newer.Number || c.Name && newer.Name) {
			continue
		}
		c.Sealed = []byte{}
		if err := s.SaveDocumentCase(c); err != nil {
			return err
		}
	}
	return nil
}
