package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// SomebodyForm is what an officer knows of somebody who is about to register.
type SomebodyForm struct {
	Document            ident.DocumentForm
	Name, Phone, CaseID string
}

// Doubles is who is likely the person already.
type Doubles struct {
	Found     []FoundDouble
	Elsewhere bool // there is one in another county, of whom no more is told
}

// FoundDouble is a record of the officer's counties, and why it is likely the person's.
type FoundDouble struct {
	Worker  string
	Grounds []string
}

// FindDoubles tells an officer, before somebody is registered, whether there is
// likely a record of the person already. It is a look-up: it counts as one, and is
// written down before it is answered, for those whom it finds too. A number that is
// registered is no double; registering says what is done with it.
func (a *App) FindDoubles(ctx context.Context, f SomebodyForm) (d Doubles, err error) {
	p, err := a.reader(ctx, f.CaseID)
	if err != nil {
		return d, err
	}
	person, err := domain.Form{Document: f.Document, Name: f.Name, Phone: f.Phone}.Somebody(clock.Today(a.Clock))
	if err != nil {
		return d, err
	}
	var registered bool
	err = a.Data.Change(ctx, func(s Store) (err error) {
		if err = a.logLookup(s, p, f.CaseID); err != nil {
			return err
		}
		var w domain.Worker
		if w, registered, err = s.WorkerByDocument(a.documentIndex(person.Document)); err != nil || !registered {
			return err
		}
		return a.logRead(s, p, w.ID, f.CaseID, kindRegistered)
	})
	if err != nil || registered {
		return d, err
	}
	found, err := a.alike(ctx, domain.Likening("", person, a.Spell), alike{})
	if err != nil || len(found.likely) == 0 {
		return d, err
	}
	if err := a.Data.Change(ctx, func(s Store) error { return a.logAlike(ctx, s, "", f.CaseID, found) }); err != nil {
		return d, err
	}
	for _, l := range found.likely {
		if w := found.others[l.Second]; elsewhere(p, w) {
			d.Elsewhere = true
		} else {
			d.Found = append(d.Found, FoundDouble{w.ID, l.Grounds})
		}
	}
	return d, nil
}

// ShownDouble is a pair as an officer may see it: a record of another county is
// not named. The persons come where the pair is looked at.
type ShownDouble struct {
	domain.Double
	First, Second *DoublePerson
	Decidable     bool
}

// DoublePerson is one of a pair.
type DoublePerson struct {
	Worker domain.Worker
	Person domain.Person
}

// ListDoubles lists the pairs of the officer's counties, newest first.
func (a *App) ListDoubles(ctx context.Context, s Store, apart bool, before string, limit int) (all []ShownDouble, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	counties, ok := p.Counties()
	if !ok {
		return nil, auth.ErrDivision
	}
	state := domain.PairOpen
	if apart {
		state = domain.PairApart
	}
	pairs, err := s.Doubles(counties, state, before, page(limit))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range pairs {
		ids = append(ids, d.First, d.Second)
	}
	accounts, err := s.PeekAccounts(ids)
	if err != nil {
		return nil, err
	}
	for _, d := range pairs {
		shown, err := showDouble(func(id string) (domain.Worker, error) { return accounts[id], nil }, p, d)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	return all, nil
}

// showDouble loads the records of a pair that p may know of.
func showDouble(load func(string) (domain.Worker, error), p auth.Principal, d domain.Double) (ShownDouble, error) {
	shown := ShownDouble{Double: d}
	of := func(id string) (*DoublePerson, error) {
		w, err := load(id)
		if err != nil {
			return nil, err
		}
		if w.Open() != nil {
			return nil, domain.ErrDoubleUnknown
		}
		if elsewhere(p, w) {
			return nil, nil
		}
		return &DoublePerson{Worker: w}, nil
	}
	var first, second error
	shown.First, first = of(d.First)
	shown.Second, second = of(d.Second)
	if err := errors.Join(first, second); err != nil {
		return shown, err
	}
	if shown.First == nil && shown.Second == nil {
		return ShownDouble{}, domain.ErrDoubleUnknown
	}
	shown.Decidable = shown.First != nil && shown.Second != nil
	return shown, nil
}

// ReadDouble shows a pair side by side; the look is logged for both.
func (a *App) ReadDouble(ctx context.Context, id string) (d ShownDouble, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return d, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		pair, err := s.Double(id)
		if err != nil {
			return err
		}
		if d, err = showDouble(s.Account, p, pair); err != nil {
			return err
		}
		for _, w := range []struct {
			id    string
			shown *DoublePerson
		}{{pair.First, d.First}, {pair.Second, d.Second}} {
			kinds := []string{kindCompared}
			if w.shown != nil {
				kinds = append(kinds, kindName, kindDocument, kindContact)
			}
			if err := a.logRead(s, p, w.id, id, kinds...); err != nil {
				return err
			}
		}
		return nil
	})
	for _, one := range []*DoublePerson{d.First, d.Second} {
		if err == nil && one != nil {
			one.Person, err = a.openWorker(ctx, one.Worker)
		}
	}
	return d, err
}

// DecideDouble sets a pair aside, or takes it up again: by an officer who covers
// both records.
func (a *App) DecideDouble(ctx context.Context, s Store, id string, apart bool, why string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	d, err := s.Double(id)
	if err != nil {
		return err
	}
	shown, err := showDouble(s.PeekAccount, p, d)
	if err != nil {
		return err
	}
	if !shown.Decidable {
		return domain.ErrDoubleElsewhere
	}
	if d, err = d.Decide(p.Subject, apart, why, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveDouble(d)
}
