package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// family fills in which person each guardian is, and answers for a worker likewise.
func (a *App) family(s Store, f domain.Family, worker string) (domain.Family, string, error) {
	f.Keepers = slices.Clone(f.Keepers)
	for i, k := range f.Keepers {
		person, err := s.Person(k.Worker)
		if err != nil {
			return f, "", err
		}
		f.Keepers[i].Person = person
	}
	person, err := s.Person(worker)
	return f, person, err
}

// GuardiansChanged leaves it to a task to ask who a child's guardians are now: the
// registry is never asked within a transaction. A child of whom nothing is known
// here is not asked about.
func (a *App) GuardiansChanged(ctx context.Context, s Store, childID string) error {
	known, err := s.KnownAs(childID)
	if err != nil || !known {
		return err
	}
	return s.FollowAt(ctx, childID)
}

// Follow does what a change of a child's guardians leaves: the registry is asked who
// they are now, and the applications follow.
func (a *App) Follow(ctx context.Context, childID string) error {
	family, err := a.Children.FamilyOf(ctx, childID, "", "")
	if errors.Is(err, domain.ErrChildUnknown) { // went with its last guardian's account
		return a.Data.Change(ctx, func(s Store) error { return a.childGone(ctx, s, childID) })
	}
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error { return a.followGuardians(ctx, s, family) })
}

// followGuardians brings a child's applications to who its guardians are: one whose
// guardian may not keep it goes over to the first who may, with its place in the
// queue and its offer; where nobody is left an officer sees it, and no clock runs.
// It follows from what the registry says now alone, so that it may run in any order
// and twice.
func (a *App) followGuardians(ctx context.Context, s Store, f domain.Family) error {
	f, _, err := a.family(s, f, "")
	if err != nil {
		return err
	}
	var keepers []string
	for _, k := range f.Keepers {
		keepers = append(keepers, k.Worker)
	}
	if err := s.LockKeepers(f.IDs, keepers...); err != nil {
		return err
	}
	if err := s.SaveReferences(f.IDs); err != nil {
		return err
	}
	all, err := s.ApplicationsOfChild(f.IDs...)
	if err != nil {
		return err
	}
	for i, application := range all {
		if all[i], err = a.follow(ctx, s, application, f); err != nil {
			return err
		}
	}
	needless := func(worker string, _ domain.Stage) (bool, error) {
		person, err := s.Person(worker)
		return f.Decides(person) || errors.Is(f.May(person), domain.ErrChildUnknown), err
	}
	if err := a.endStandIns(ctx, s, f.IDs, needless); err != nil {
		return err
	}
	return a.onlyOne(ctx, s, all)
}

func (a *App) follow(ctx context.Context, s Store, application domain.Application, f domain.Family) (domain.Application, error) {
	person, err := s.Person(application.Worker)
	if err != nil {
		return application, err
	}
	former := ""
	if application.Former != "" {
		if former, err = s.Person(application.Former); err != nil {
			return application, err
		}
	}
	to, why := f.Keeps(application, person, former)
	if to == "" {
		return application, a.nobodyKeeps(ctx, s, application)
	}
	kept, err := a.keptAgain(ctx, s, application)
	if err != nil {
		return application, err
	}
	switch {
	case to != application.Worker:
		if application, err = a.handOver(ctx, s, application, to, why); err != nil {
			return application, err
		}
		if person, err = s.Person(to); err != nil {
			return application, err
		}
	case kept: // the same guardian, after nobody: the offer is told anew, since its clock stood
		if err := a.handOffers(ctx, s, application, to); err != nil {
			return application, err
		}
	}
	return application, a.tellOthers(ctx, s, application, f, person)
}

// handOver gives an application to another guardian. Nothing but who decides
// changes: its place in the queue, its choices and its offers stay. What was
// collected of the one before does not go over.
func (a *App) handOver(ctx context.Context, s Store, application domain.Application, to, why string) (domain.Application, error) {
	before := application.Worker
	application, events := application.HandOver(to, why)
	if err := s.SaveApplication(ctx, application, events...); err != nil {
		return application, err
	}
	application, err := s.Application(application.ID) // with its new version
	if err != nil {
		return application, err
	}
	if err := s.HandOver(application.ID, to); err != nil {
		return application, err
	}
	if err := s.DropOther(application.ID, to); err != nil {
		return application, err
	}
	if err := a.handOffers(ctx, s, application, to); err != nil {
		return application, err
	}
	if err := s.DropEvidence(application.ID); err != nil {
		return application, err
	}
	if application.WantsEvidence() {
		if err := s.CollectEvidence(ctx, application); err != nil {
			return application, err
		}
	}
	return application, s.TellGuardian(ctx, before, domain.ApplicationPassedOn{ChildID: application.ChildID, Stage: application.Stage})
}

func (a *App) handOffers(ctx context.Context, s Store, application domain.Application, to string) error {
	offers, err := s.Standing(application.ID)
	if err != nil {
		return err
	}
	for _, o := range offers {
		o, events := o.HandOver(to)
		if err := s.SaveOffer(ctx, o, events...); err != nil {
			return err
		}
	}
	return nil
}

// nobodyKeeps shows an officer that nobody is left who could keep an application, and
// stops the clocks that nobody could meet.
func (a *App) nobodyKeeps(ctx context.Context, s Store, application domain.Application) error {
	if known, err := unkept(s, application); err != nil || known {
		return err
	}
	offers, err := s.Standing(application.ID)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if err := s.SaveOffer(ctx, o.Stop()); err != nil {
			return err
		}
	}
	return s.SaveDisagreement(ctx, domain.Disagreement{
		ID: a.NewID(), Kind: domain.MatterNobody, ApplicationID: application.ID, ChildID: application.ChildID, County: application.County, Stage: application.Stage,
		State: domain.MatterOpen, DueOn: clock.Today(a.Clock), FiledAt: a.Clock.Now(),
	})
}

// keptAgain ends the matter that nobody kept an application, and reports whether
// there was one.
func (a *App) keptAgain(ctx context.Context, s Store, application domain.Application) (was bool, err error) {
	matters, err := s.Disagreements(application.ID)
	if err != nil {
		return false, err
	}
	for _, d := range matters {
		if d.Kind != domain.MatterNobody {
			continue
		}
		was = true
		if err := s.SaveDisagreement(ctx, d.Void(a.Clock.Now())); err != nil {
			return was, err
		}
	}
	return was, nil
}

// tellOthers lets each other guardian know that there is an application, and since
// when; and those who are none any more no longer. What they disagreed about ends
// with that.
func (a *App) tellOthers(ctx context.Context, s Store, application domain.Application, f domain.Family, keeper string) error {
	known, err := s.Others(application.ID)
	if err != nil {
		return err
	}
	acting := f.Acting()
	for _, worker := range known {
		person, err := s.Person(worker)
		if err != nil {
			return err
		}
		if person != keeper && slices.ContainsFunc(acting, func(k domain.Keeper) bool { return k.Person == person }) {
			continue
		}
		if err := s.DropOther(application.ID, worker); err != nil {
			return err
		}
		if err := a.voidOf(ctx, s, application, person); err != nil {
			return err
		}
	}
	for _, k := range acting {
		if k.Person == keeper {
			continue
		}
		fresh, err := s.AddOther(application.ID, k.Worker)
		if err != nil {
			return err
		}
		told, err := a.standsFor(s, application, k.Worker)
		if err != nil {
			return err
		}
		if !fresh || told {
			continue
		}
		known := domain.ApplicationKnown{ChildID: application.ChildID, Stage: application.Stage, Since: clock.DateOf(application.SubmittedAt)}
		if err := s.TellGuardian(ctx, k.Worker, known); err != nil {
			return err
		}
	}
	return nil
}

// voidOf ends what a person disagreed about an application.
func (a *App) voidOf(ctx context.Context, s Store, application domain.Application, person string) error {
	matters, err := s.Disagreements(application.ID)
	if err != nil {
		return err
	}
	for _, d := range matters {
		who, err := s.Person(d.Worker)
		if err != nil {
			return err
		}
		if d.Worker == "" || who != person {
			continue
		}
		if err := a.endDisagreement(ctx, s, d.Void(a.Clock.Now()), application); err != nil {
			return err
		}
	}
	return nil
}

// voidAll ends all that was to be decided about an application's guardians.
func (a *App) voidAll(ctx context.Context, s Store, application domain.Application) error {
	matters, err := s.Disagreements(application.ID)
	if err != nil {
		return err
	}
	for _, d := range matters {
		if err := a.endDisagreement(ctx, s, d.Void(a.Clock.Now()), application); err != nil {
			return err
		}
	}
	return nil
}

// onlyOne opens what an officer decides where one child turns out to have two
// applications of a stage: the earlier one holds its place whatever is decided.
func (a *App) onlyOne(ctx context.Context, s Store, all []domain.Application) error {
	first := map[domain.Stage]domain.Application{}
	for _, o := range all {
		if err := a.apart(ctx, s, o, all); err != nil {
			return err
		}
		f, ok := first[o.Stage]
		if !ok || o.SubmittedAt.Before(f.SubmittedAt) {
			first[o.Stage] = o
		}
	}
	for _, o := range all {
		f := first[o.Stage]
		if o.ID == f.ID {
			continue
		}
		due, err := a.hearBy(f.County)
		if err != nil {
			return err
		}
		d := domain.Disagreement{
			ID: a.NewID(), Kind: domain.MatterTwice, ApplicationID: f.ID, OtherID: o.ID, ChildID: f.ChildID, County: f.County, Stage: f.Stage, Worker: o.Worker,
			State: domain.MatterOpen, DueOn: due, FiledAt: a.Clock.Now(),
		}
		matters, err := s.Disagreements(f.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(matters, func(m domain.Disagreement) bool { return m.OtherID == o.ID }) {
			continue
		}
		if err := s.SaveDisagreement(ctx, d); err != nil {
			return err
		}
		if err := a.tellFiled(ctx, s, d, f); err != nil {
			return err
		}
	}
	return nil
}

// apart ends what was to be decided between an application and one that is none of
// the same child any more, or was withdrawn.
func (a *App) apart(ctx context.Context, s Store, application domain.Application, all []domain.Application) error {
	matters, err := s.Disagreements(application.ID)
	if err != nil {
		return err
	}
	for _, d := range matters {
		if d.OtherID == "" || slices.ContainsFunc(all, func(o domain.Application) bool { return o.ID == d.OtherID }) {
			continue
		}
		if err := a.endDisagreement(ctx, s, d.Void(a.Clock.Now()), application); err != nil {
			return err
		}
	}
	return nil
}
