package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// second is what a guardian is told who comes second: since when another one has
// applied. One from whom something of the child is hidden is told the same where nobody
// has, and from then on all that is told of a case of another one's: the day stays, it
// is in the list, and an officer can be asked to hear both. Nothing else would tell the
// two apart but that.
func (a *App) second(ctx context.Context, f Form, family domain.Family, refused error) error {
	since := clock.Today(a.Clock)
	err := a.Data.Change(ctx, func(s Store) error {
		all, err := s.ApplicationsOfChild(family.IDs...)
		if err != nil {
			return err
		}
		told, found, err := s.StandIn(f.Worker, f.ChildID, f.Stage)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(o domain.Application) bool { return string(o.Stage) == f.Stage })
		switch {
		case found:
			since = clock.DateOf(told.SubmittedAt)
			if i < 0 {
				return asMuch(s, told, f.Worker)
			}
			return nil
		case i >= 0:
			since = clock.DateOf(all[i].SubmittedAt)
			return nil
		}
		told = domain.StandIn{
			Application: domain.Application{ID: a.NewID(), ChildID: f.ChildID, Stage: domain.Stage(f.Stage), County: f.County, SubmittedAt: a.Clock.Now()}, Told: f.Worker,
		}
		fresh, err := s.AddStandIn(told)
		if err != nil || !fresh {
			return err
		}
		return s.TellGuardian(ctx, f.Worker, domain.ApplicationKnown{ChildID: f.ChildID, Stage: told.Stage, Since: since})
	})
	if err != nil {
		return err
	}
	return domain.ErrApplicationOther.With("since", since.String()).Because(refused)
}

// asMuch reads what is read where another one has applied, and to what it comes there:
// the own applications, which this one is none of, the application, by who looks whether
// there is one and by who looks since when, and whose it is.
func asMuch(s Store, told domain.StandIn, worker string) error {
	if _, err := s.ApplicationsOf(worker); err != nil {
		return err
	}
	for range 2 {
		if _, err := s.Application(told.ID); err != nil && !errors.Is(err, domain.ErrApplicationUnknown) {
			return err
		}
	}
	_, err := s.Person(worker)
	return err
}

// knownTo lists of which applications of others a guardian knows, each since the day
// that he was told. One that stands in for none has no keeper.
func knownTo(s Store, worker string) ([]domain.Application, error) {
	all, err := s.KnownTo(worker)
	if err != nil {
		return nil, err
	}
	told, err := s.StandIns(worker)
	if err != nil {
		return nil, err
	}
	for _, t := range told {
		i := slices.IndexFunc(all, func(o domain.Application) bool { return o.ChildID == t.ChildID && o.Stage == t.Stage })
		if i < 0 {
			all = append(all, t.Application)
			continue
		}
		all[i].SubmittedAt = t.SubmittedAt
	}
	slices.SortStableFunc(all, func(x, y domain.Application) int { return x.SubmittedAt.Compare(y.SubmittedAt) })
	return all, nil
}

// standsFor has an application take the place of what stood in for it: what was asked
// about that is about this from here on, and nobody is told again.
func (a *App) standsFor(s Store, application domain.Application, worker string) (told bool, err error) {
	in, found, err := s.StandIn(worker, application.ChildID, string(application.Stage))
	if err != nil || !found {
		return false, err
	}
	return true, s.MoveMatters(in.ID, application.ID)
}

// endStandIns drops what stood in for the applications of a child where there is no
// need any more: for a guardian who may decide again, or is none; and where the stage
// is given, for all. What was asked about one ends with it.
func (a *App) endStandIns(ctx context.Context, s Store, ids []string, ends func(worker string, stage domain.Stage) (bool, error)) error {
	for _, id := range ids {
		all, err := s.StandInsOf(id)
		if err != nil {
			return err
		}
		for _, in := range all {
			end, err := ends(in.Told, in.Stage)
			if err != nil {
				return err
			}
			if !end {
				continue
			}
			if err := a.voidAll(ctx, s, in.Application); err != nil {
				return err
			}
			if err := s.DropStandIn(in.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// disputed is the application that a matter is about. Of one that stood in for none
// there is no more than the matter says.
func disputed(d domain.Disagreement, load func(string) (domain.Application, error)) (domain.Application, error) {
	application, err := load(d.ApplicationID)
	if errors.Is(err, domain.ErrApplicationUnknown) {
		return domain.Application{ID: d.ApplicationID, ChildID: d.ChildID, County: d.County, Stage: d.Stage}, nil
	}
	return application, err
}
