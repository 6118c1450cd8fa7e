package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ReadWorker shows an account to a reader.
func (a *App) ReadWorker(ctx context.Context, worker, caseID string) (w domain.Worker, p domain.Person, err error) {
	err = a.Data.Change(ctx, func(s Store) (err error) {
		w, err = a.readWorker(ctx, s, worker, caseID)
		return err
	})
	if err == nil {
		p, err = a.openWorker(ctx, w)
	}
	return w, p, err
}

// readWorker loads an account for a reader and writes the read to the worker's
// log, unless the worker reads about himself.
func (a *App) readWorker(ctx context.Context, s Store, worker, caseID string) (w domain.Worker, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return w, err
	}
	if p.Kind == auth.Worker {
		if err := p.MayActFor(worker); err != nil {
			return w, err
		}
	}
	if w, err = a.visible(s, p, worker); err != nil || p.ActsHimself(worker) {
		return w, err
	}
	return w, a.logRead(s, p, worker, caseID, kindName, kindDocument, kindContact)
}

// openWorker opens what an account has sealed.
func (a *App) openWorker(ctx context.Context, w domain.Worker) (p domain.Person, err error) {
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return p, err
	}
	return openPerson(k, w)
}

// openPerson opens with a key what an account has sealed.
func openPerson(k Key, w domain.Worker) (p domain.Person, err error) {
	if p.Document, err = openDocument(k, w); err != nil {
		return p, err
	}
	p.Name, p.Contact, err = openProfile(k, w)
	return p, err
}

// HasReached answers only whether an age is reached on a day; "" is today.
func (a *App) HasReached(ctx context.Context, worker, caseID string, minAge int, on string) (yes bool, err error) {
	var w domain.Worker
	err = a.Data.Change(ctx, func(s Store) (err error) {
		w, err = a.askAge(ctx, s, worker, caseID, minAge)
		return err
	})
	if err != nil {
		return false, err
	}
	return a.reached(ctx, w, minAge, on)
}

// askAge loads an account for a question about an age and logs the question.
func (a *App) askAge(ctx context.Context, s Store, worker, caseID string, minAge int) (w domain.Worker, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return w, err
	}
	if minAge < 1 || minAge > 120 {
		return w, domain.ErrAge
	}
	if w, err = a.visible(s, p, worker); err != nil {
		return w, err
	}
	return w, a.logRead(s, p, worker, caseID, kindAge)
}

func (a *App) reached(ctx context.Context, w domain.Worker, minAge int, on string) (bool, error) {
	day, err := a.day(on)
	if err != nil {
		return false, err
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return false, err
	}
	d, err := openDocument(k, w)
	if err != nil {
		return false, err
	}
	return d.AgeOn(day) >= minAge, nil
}

// reader is who asks, if it may ask about people and names its case well.
func (a *App) reader(ctx context.Context, caseID string) (auth.Principal, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return p, err
	}
	if err := domain.CheckCase(caseID); err != nil {
		return p, err
	}
	return p, a.mayQuery(p)
}

// visible loads an open account that lies where p may act. It locks the row, so
// that what is logged and the closing of the account come one after the other.
func (a *App) visible(s Store, p auth.Principal, worker string) (domain.Worker, error) {
	w, err := s.Worker(worker)
	if err != nil {
		return w, err
	}
	if err := mayServe(p, w); err != nil {
		return w, err
	}
	return w, w.Open()
}
