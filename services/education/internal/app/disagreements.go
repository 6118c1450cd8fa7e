package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// OtherCase is another guardian's application for one's own child, of which one
// learns that there is one and since when.
type OtherCase struct {
	ChildID string
	Stage   domain.Stage
	Since   clock.Date
	Own     domain.Disagreement // that waits; zero without one
}

// OtherCases lists to a guardian of which applications of others he knows.
func (a *App) OtherCases(ctx context.Context, s Store, worker string) (all []OtherCase, err error) {
	if err := mayActFor(ctx, worker); err != nil {
		return nil, err
	}
	person, err := s.Person(worker)
	if err != nil {
		return nil, err
	}
	known, err := s.KnownTo(worker)
	if err != nil {
		return nil, err
	}
	for _, application := range known {
		one := OtherCase{ChildID: application.ChildID, Stage: application.Stage, Since: clock.DateOf(application.SubmittedAt)}
		if one.Own, err = ownMatter(s, application, person); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// ownMatter is what a person disagrees about an application, the zero value for
// nothing.
func ownMatter(s Store, application domain.Application, person string) (d domain.Disagreement, err error) {
	matters, err := s.Disagreements(application.ID)
	if err != nil {
		return d, err
	}
	for _, m := range matters {
		who, err := s.Person(m.Worker)
		if err != nil {
			return d, err
		}
		if m.Worker != "" && who == person {
			return m, nil
		}
	}
	return d, nil
}

// FileDisagreement asks an officer to hear both guardians and decide who keeps an
// application of which one knows nothing but that there is one.
func (a *App) FileDisagreement(ctx context.Context, s Store, worker, childID, stage, why string) (d domain.Disagreement, err error) {
	if err := mayActFor(ctx, worker); err != nil {
		return d, err
	}
	known, err := s.KnownTo(worker)
	if err != nil {
		return d, err
	}
	i := slices.IndexFunc(known, func(o domain.Application) bool { return o.ChildID == childID && string(o.Stage) == stage })
	if i < 0 {
		return d, domain.ErrDisagreementNone
	}
	application, err := s.Application(known[i].ID)
	if err != nil {
		return d, err
	}
	person, err := s.Person(worker)
	if err != nil {
		return d, err
	}
	if old, err := ownMatter(s, application, person); err != nil || old.ID != "" {
		if err == nil {
			err = domain.ErrDisagreementTwice
		}
		return d, err
	}
	due, err := a.hearBy(application.County)
	if err != nil {
		return d, err
	}
	d, err = domain.Disagree(domain.Disagreement{ID: a.NewID(), Worker: worker, Why: why, DueOn: due, FiledAt: a.Clock.Now()}, application)
	if err != nil {
		return d, err
	}
	if err := s.SaveDisagreement(ctx, d); err != nil {
		return d, err
	}
	return d, a.tellFiled(ctx, s, d, application)
}

func (a *App) hearBy(county string) (clock.Date, error) {
	days, err := a.number("RG-GUARD-HEAR", "days", county)
	return clock.Today(a.Clock).AddDays(days), err
}

// tellFiled tells both that they will be heard.
func (a *App) tellFiled(ctx context.Context, s Store, d domain.Disagreement, application domain.Application) error {
	for _, worker := range []string{application.Worker, d.Worker} {
		if err := s.TellGuardian(ctx, worker, d.Filed(application.ChildID)); err != nil {
			return err
		}
	}
	return nil
}

// WithdrawDisagreement takes a guardian's own disagreement back.
func (a *App) WithdrawDisagreement(ctx context.Context, s Store, id string) error {
	seen, err := s.PeekDisagreement(id)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrDisagreementNone); err != nil {
		return err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return err
	}
	d, err := s.Disagreement(id)
	switch {
	case err != nil:
		return err
	case d.State != domain.MatterOpen:
		return domain.ErrDisagreementDecided
	case d.Kind != domain.MatterDisagree:
		return domain.ErrDisagreementNone
	}
	return a.endDisagreement(ctx, s, d.Void(a.Clock.Now()), application)
}

// endDisagreement saves what has ended and tells both.
func (a *App) endDisagreement(ctx context.Context, s Store, d domain.Disagreement, application domain.Application) error {
	if err := s.SaveDisagreement(ctx, d); err != nil {
		return err
	}
	for _, worker := range []string{application.Worker, d.Worker} {
		if worker == "" {
			continue
		}
		if err := s.TellGuardian(ctx, worker, d.Ended(application.ChildID)); err != nil {
			return err
		}
	}
	return nil
}

// ShownDisagreement is a matter as an officer sees it.
type ShownDisagreement struct {
	domain.Disagreement
	Keeper    string
	Decidable bool
}

// Disagreements lists what waits for an officer of a county.
func (a *App) Disagreements(ctx context.Context, s Store, county string) ([]ShownDisagreement, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	if err := covers(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.OpenDisagreements(county)
	if err != nil {
		return nil, err
	}
	shown := make([]ShownDisagreement, len(all))
	for i, d := range all {
		application, err := s.PeekApplication(d.ApplicationID)
		if err != nil {
			return nil, err
		}
		shown[i] = ShownDisagreement{d, application.Worker, d.Kind != domain.MatterNobody && d.Heard(clock.Today(a.Clock))}
	}
	return shown, nil
}

// HearDisagreement notes that one of the two was heard.
func (a *App) HearDisagreement(ctx context.Context, s Store, id, side string) error {
	d, _, _, err := a.matter(ctx, s, id)
	if err != nil {
		return err
	}
	if d, err = d.Hear(side, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveDisagreement(ctx, d)
}

// matter loads a disagreement and its application for an officer of the county.
func (a *App) matter(ctx context.Context, s Store, id string) (d domain.Disagreement, application domain.Application, p auth.Principal, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return d, application, p, err
	}
	seen, err := s.PeekDisagreement(id)
	if err != nil {
		return d, application, p, err
	}
	if err := auth.Hide(p.CoversDivision(seen.County), domain.ErrDisagreementNone); err != nil {
		return d, application, p, err
	}
	if application, err = s.Application(seen.ApplicationID); err != nil {
		return d, application, p, err
	}
	d, err = s.Disagreement(id)
	return d, application, p, err
}

// ToMove names the child and the application of a disagreement that an officer is
// about to decide for the other side, so that the registry is asked beforehand who may
// decide; "" where nobody has to be asked.
func (a *App) ToMove(ctx context.Context, s Store, id, outcome string) (childID, applicationID string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", "", err
	}
	d, err := s.PeekDisagreement(id)
	if err != nil {
		return "", "", err
	}
	if err := auth.Hide(p.CoversDivision(d.County), domain.ErrDisagreementNone); err != nil {
		return "", "", err
	}
	if outcome != domain.OutcomeMove || d.State != domain.MatterOpen || d.Worker == "" || !d.Heard(clock.Today(a.Clock)) {
		return "", "", nil
	}
	return d.ChildID, d.ApplicationID, nil
}

// DecideDisagreement says who keeps an application. Where a child has two of a stage,
// the later one is withdrawn, and the earlier one stays where it is in the queue. It
// moves to none but who may decide for the child; family is whom ToMove had asked about.
func (a *App) DecideDisagreement(ctx context.Context, s Store, id, outcome, ground string, family domain.Family) error {
	d, application, p, err := a.matter(ctx, s, id)
	if err != nil {
		return err
	}
	if application.State == domain.Withdrawn {
		return domain.ErrApplicationState.With("state", string(application.State))
	}
	if d, err = d.Decide(outcome, ground, p.Subject, clock.Today(a.Clock), a.Clock.Now()); err != nil {
		return err
	}
	before := application
	if d.Outcome == domain.OutcomeMove {
		family, person, err := a.family(s, family, d.Worker)
		if err != nil {
			return err
		}
		if !family.Decides(person) {
			return domain.ErrDisagreement.With("field", "outcome")
		}
		if application, err = a.decided(ctx, s, application, d.Worker); err != nil {
			return err
		}
	}
	if d.OtherID != "" {
		other, err := s.Application(d.OtherID)
		if err != nil {
			return err
		}
		if other.State != domain.Withdrawn {
			if err := a.withdraw(ctx, s, other); err != nil {
				return err
			}
		}
		known := before.Worker
		if d.Outcome == domain.OutcomeKeep {
			known = d.Worker
		}
		if _, err := s.AddOther(application.ID, known); err != nil {
			return err
		}
	}
	return a.endDisagreement(ctx, s, d, before)
}

// decided hands an application over by an officer's decision. Who had it goes on
// knowing that there is one.
func (a *App) decided(ctx context.Context, s Store, application domain.Application, to string) (domain.Application, error) {
	before := application.Worker
	application, err := a.handOver(ctx, s, application, to, domain.HandedDecided)
	if err != nil {
		return application, err
	}
	_, err = s.AddOther(application.ID, before)
	return application, err
}
