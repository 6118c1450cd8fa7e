package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// DocumentForm is what an officer asks to change, as it was filled in; an empty
// number or name stays.
type DocumentForm struct {
	ident.DocumentForm
	Name string
	domain.Grounds
}

// documentEntry is a case that was found good, and where to look for who else has
// the number; index is nil where the number stays.
type documentEntry struct {
	domain.DocumentCase
	index, own []byte
}

// ProposeDocument opens a case to change a document or a name, and gives its id.
func (a *App) ProposeDocument(ctx context.Context, once Once[string], worker string, f DocumentForm) (string, error) {
	var known domain.Worker
	err := a.Data.View(ctx, func(s Store) (err error) {
		known, err = s.PeekWorker(worker)
		return err
	})
	if err != nil {
		return "", err
	}
	e, err := a.documentEntry(ctx, known, f)
	if err != nil {
		return "", err
	}
	return once(ctx, func(s Store) (string, error) { return e.ID, a.openDocumentCase(ctx, s, e) })
}

// documentEntry judges a change that an officer asks for, and seals it under the
// person's key. Who may not know the person is told that there is none.
func (a *App) documentEntry(ctx context.Context, w domain.Worker, f DocumentForm) (e documentEntry, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return e, err
	}
	if elsewhere(p, w) || w.Open() != nil {
		return e, domain.ErrWorkerUnknown
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return e, err
	}
	from, _, err := opened(k, w)
	if err != nil {
		return e, err
	}
	to := from
	if f.Number != "" {
		if to.Document, err = domain.ParseDocument(f.DocumentForm, clock.Today(a.Clock)); err != nil {
			return e, err
		}
	}
	if f.Name != "" {
		if to.Name, err = domain.ParseName(f.Name); err != nil {
			return e, err
		}
	}
	e.DocumentCase = domain.DocumentCase{ID: a.NewID(), Worker: w.ID, County: w.County, Grounds: f.Grounds, Officer: p.Subject, MadeAt: a.Clock.Now()}
	if e.DocumentCase, err = domain.ProposeDocument(e.DocumentCase, from, to); err != nil {
		return e, err
	}
	if e.Number {
		e.index, e.own = a.documentIndex(to.Document), w.DocumentIndex
	}
	e.Sealed, err = sealChange(k, e.ID, from, to)
	return e, err
}

// openDocumentCase saves a new case. Whether another record has the number is a
// look-up, counted and told to whom it is about. The person is told that somebody
// asked, and can object before anything changes.
func (a *App) openDocumentCase(ctx context.Context, s Store, e documentEntry) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if e.index != nil {
		if err := a.logLookup(s, p, e.ID); err != nil {
			return err
		}
		other, held, err := holder(s, e.index, e.own)
		if err == nil && held {
			err = a.logRead(s, p, other.ID, e.ID, kindRegistered)
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(s.SaveDocumentCase(e.DocumentCase), a.logRead(s, p, e.Worker, e.ID, kindName, kindNumber)); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: e.Worker, Division: e.County, Template: toldOfAskingDocument, About: e.ID, AboutService: service})
}
