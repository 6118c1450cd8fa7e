package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Form is an application as it was filled in.
type Form struct {
	Worker, ChildID, Stage, County string
	SchoolIDs                      []string
	AtOnce                         bool   // a place near Township is offered with it
	Township                       string // "" for anywhere in the county
}

// Applied is an opened application and, where a place was asked for at once, the
// offer of one or the bureau's task to find it.
type Applied struct{ ApplicationID, OfferID, TaskID string }

// Apply opens an application of a guardian, who applies in person or through a
// counter or a helper. The registry is asked who the child's guardians are before the
// transaction, and only where the form is good.
func (a *App) Apply(ctx context.Context, once Once[Applied], f Form) (Applied, error) {
	id := a.NewID()
	var family domain.Family
	refused := a.Data.Look(ctx, func(s Store) error { return a.checkForm(ctx, s, f) })
	if refused == nil {
		family, refused = a.Children.FamilyOf(ctx, f.ChildID, id, f.Worker)
	}
	done, err := once(ctx, func(s Store) (Applied, error) {
		if refused != nil { // a repeat of the same command had its answer before this
			return Applied{}, refused
		}
		return a.apply(ctx, s, id, f, family)
	})
	if errors.Is(err, domain.ErrApplicationOther) && refused == nil {
		err = a.second(ctx, f, family, err)
	}
	return done, err
}

// checkForm judges a form but for the child, whom the registry is asked about
// afterwards. It returns ErrApplicationTwice where the guardian has applied for
// the child already, so that a repeat reads nobody's data; whether somebody else
// has is told only to who is the child's guardian. A sheet that is imported
// again does not bring back what the guardian has withdrawn since.
func (a *App) checkForm(ctx context.Context, s Store, f Form) error {
	_, err := a.wishes(ctx, s, f)
	if !errors.Is(err, domain.ErrApplicationTwice) {
		return err
	}
	own, failed := s.ApplicationsOf(f.Worker)
	if failed != nil || !slices.ContainsFunc(own, func(o domain.Application) bool { return o.ChildID == f.ChildID }) {
		return failed
	}
	return err
}

// apply opens an application. family is whom the registry names for the child. Of several
// guardians the first who applies keeps the case; the others are told that there
// is one. The application is of the child under the reference that the guardian named,
// so that it stays that child's where two turn out not to be one.
func (a *App) apply(ctx context.Context, s Store, id string, f Form, family domain.Family) (done Applied, err error) {
	family, person, err := a.family(s, family, f.Worker)
	if err != nil {
		return done, err
	}
	may := family.May(person)
	if may != nil && !errors.Is(may, domain.ErrApplicationOther) {
		return done, may
	}
	// Who may not decide is asked as much as who comes second, and answered the same.
	if err := cmp.Or(a.alone(s, f, family, person), may); err != nil {
		return done, err
	}
	wishes, err := a.wishes(ctx, s, f)
	if err != nil {
		return done, err
	}
	opened, events, err := domain.Apply(domain.Application{
		ID: id, ChildID: f.ChildID, Worker: f.Worker, Stage: domain.Stage(f.Stage), County: f.County, SubmittedAt: a.Clock.Now(),
	}, wishes)
	if err != nil {
		return done, err
	}
	if err := s.SaveApplication(ctx, opened, events...); err != nil {
		return done, err
	}
	done.ApplicationID = opened.ID
	if err := s.SaveReferences(family.IDs); err != nil {
		return done, err
	}
	if err := a.tellOthers(ctx, s, opened, family, person); err != nil {
		return done, err
	}
	if len(family.IDs) > 1 { // another one may be applied for under another reference at the same time
		if err := s.FollowAt(ctx, f.ChildID); err != nil {
			return done, err
		}
	}
	if f.AtOnce {
		o, task, err := a.OfferNearest(ctx, s, opened.ID, f.Township)
		if err != nil {
			return done, err
		}
		done.OfferID, done.TaskID = o.ID, task
	}
	return done, s.CollectEvidence(ctx, opened)
}

// alone returns ErrApplicationTwice where the guardian has applied for the child and
// stage already, and ErrApplicationOther where another one has.
func (a *App) alone(s Store, f Form, family domain.Family, person string) error {
	all, err := s.ApplicationsOfChild(family.IDs...)
	if err != nil {
		return err
	}
	for _, o := range all {
		if string(o.Stage) != f.Stage {
			continue
		}
		keeper, err := s.Person(o.Worker)
		if err != nil {
			return err
		}
		if keeper != person {
			return domain.ErrApplicationOther
		}
		return domain.ErrApplicationTwice
	}
	return nil
}

// wishes checks a form and loads the schools that it names.
func (a *App) wishes(ctx context.Context, s Store, f Form) ([]domain.School, error) {
	p, err := auth.ActingFor(ctx, f.Worker)
	if err != nil {
		return nil, err
	}
	stage, err := domain.ParseStage(f.Stage)
	if err != nil {
		return nil, err
	}
	if err := a.county(f.County); err != nil {
		return nil, err
	}
	if ident.ParseUUID(f.ChildID) != nil { // the registry is asked by it
		return nil, domain.ErrChildUnknown
	}
	var wishes []domain.School
	for _, id := range f.SchoolIDs {
		school, err := s.PeekSchool(id)
		if err != nil {
			return nil, err
		}
		wishes = append(wishes, school)
	}
	if _, _, err := domain.Apply(domain.Application{Stage: stage}, wishes); err != nil {
		return nil, err
	}
	applied, err := s.Applied(f.ChildID, stage, p.Via == auth.ViaImport)
	if err == nil && applied {
		err = domain.ErrApplicationTwice
	}
	return wishes, err
}
