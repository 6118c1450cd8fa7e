package app

import (
	"context"
	"errors"
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
	known, err := knownTo(s, worker)
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
	known, err := knownTo(s, worker)
	if err != nil {
		return d, err
	}
	i := slices.IndexFunc(known, func(o domain.Application) bool { return o.ChildID == childID && string(o.Stage) == stage })
	if i < 0 {
		return d, domain.ErrDisagreementNone
	}
	application, err := disputed(domain.Disagreement{ApplicationID: known[i].ID, ChildID: childID, County: known[i].County, Stage: known[i].Stage}, s.Application)
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
	return tellBoth(ctx, s, d, application, d.Filed(application.ChildID))
}

// tellBoth tells something to who keeps an application, where anybody does, and to
// who disagrees.
func tellBoth(ctx context.Context, s Store, d domain.Disagreement, application domain.Application, e domain.Event) error {
	nobody, err := unkept(s, application)
	if err != nil {
		return err
	}
	for i, worker := range []string{application.Worker, d.Worker} {
		if worker == "" && application.State != "" || i == 0 && nobody { // of one that stands in for none something is written all the same: it is to take as long
			continue
		}
		if err := s.TellGuardian(ctx, worker, e); err != nil {
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
	application, err := disputed(seen, s.Application)
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
	return tellBoth(ctx, s, d, application, d.Ended(application.ChildID))
}

// ShownDisagreement is a matter as an officer sees it.
type ShownDisagreement struct {
	domain.Disagreement
	Keeper    string
	Decidable bool
	Offered   bool // a place waits for an answer
}

// Disagreements lists what waits for an officer of a county.
func (a *App) Disagreements(ctx context.Context, s Store, county string) ([]ShownDisagreement, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	p, err := auth.Covering(ctx, county)
	if err != nil {
		return nil, err
	}
	all, err := s.OpenDisagreements(county)
	if err != nil {
		return nil, err
	}
	shown := make([]ShownDisagreement, len(all))
	for i, d := range all {
		application, err := disputed(d, s.PeekApplication)
		if err != nil {
			return nil, err
		}
		shown[i] = ShownDisagreement{d, application.Worker, d.Kind != domain.MatterNobody && d.Heard(clock.Today(a.Clock)) && p.MayCall("education.GuardiansService.DecideDisagreement", d.County), application.State == domain.Offered}
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
	if application, err = disputed(seen, s.Application); err != nil {
		return d, application, p, err
	}
	d, err = s.Disagreement(id)
	return d, application, p, err
}

// DecideDisagreement says who keeps an application. The registry is asked who may
// decide for the child before the transaction.
func (a *App) DecideDisagreement(ctx context.Context, once Once[struct{}], id, outcome, ground string) error {
	var child, application string
	var family domain.Family
	refused := a.Data.Look(ctx, func(s Store) (err error) {
		child, application, err = a.toMove(ctx, s, id, outcome)
		return err
	})
	if refused == nil && child != "" {
		if family, refused = a.Children.FamilyOf(ctx, child, application, ""); errors.Is(refused, domain.ErrChildUnknown) { // who has no guardian any more
			refused = nil
		}
	}
	_, err := once(ctx, func(s Store) (done struct{}, err error) {
		if refused != nil { // a repeat of the same command had its answer before this
			return done, refused
		}
		return done, a.decideDisagreement(ctx, s, id, outcome, ground, family)
	})
	return err
}

// toMove names the child and the application of a disagreement that an officer is
// about to decide for the other side, so that the registry is asked beforehand who may
// decide; "" where nobody has to be asked.
func (a *App) toMove(ctx context.Context, s Store, id, outcome string) (childID, applicationID string, err error) {
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

// decideDisagreement says who keeps an application. Where a child has two of a stage,
// the later one is withdrawn, and the earlier one stays where it is in the queue. It
// moves to none but who may decide for the child; family is whom toMove had asked about.
func (a *App) decideDisagreement(ctx context.Context, s Store, id, outcome, ground string, family domain.Family) error {
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
	if d.Outcome == domain.OutcomeMove && application.State == "" { // there is none to move
		return domain.ErrDisagreement.With("field", "outcome")
	}
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
