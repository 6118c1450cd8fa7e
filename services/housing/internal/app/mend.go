package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CancelRound ends a round that has no results. Its homes are free again, and
// who was in it keeps the place in the list and is told why.
func (a *App) CancelRound(ctx context.Context, s Store, id, why string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	offers, err := s.OffersOf(id)
	if err != nil {
		return err
	}
	r, events, err := r.Cancel(why, len(offers), clock.Today(a.Clock))
	if err != nil {
		return err
	}
	entries, err := s.Entries(id)
	if err != nil {
		return err
	}
	for _, seen := range entries {
		application, err := s.Application(seen.ApplicationID)
		if err != nil {
			return err
		}
		if err := s.SaveApplication(ctx, application, domain.RoundNoticed{RoundID: id, ApplicationID: application.ID, ReasonCode: why}); err != nil {
			return err
		}
	}
	return s.SaveRound(ctx, r, events...)
}

// mostCompared bounds how many the registry is asked about at once.
const mostCompared = 20_000

// Likely is two workers who may be one household, as the registry says it.
type Likely struct {
	First, Second string
	Grounds       []string
}

// WorkersOf lists who is on a list, and the application of each, for an officer
// who is about to ask for likely households.
func (a *App) WorkersOf(ctx context.Context, s Store, county string, kind domain.Kind) (map[string]string, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.Candidates(county, kind, clock.Today(a.Clock))
	if err != nil {
		return nil, err
	}
	of := make(map[string]string, len(all))
	for _, c := range all[:min(len(all), mostCompared)] {
		of[c.Application.Worker] = c.Application.ID
	}
	return of, nil
}

// KeepHouseholds keeps the pairs that the registry named, beside those that are
// known. It returns how many wait for a decision.
func (a *App) KeepHouseholds(ctx context.Context, s Store, county string, kind domain.Kind, of map[string]string, found []Likely) (int, error) {
	if _, err := officer(ctx, county); err != nil {
		return 0, err
	}
	if err := s.LockList(county, kind); err != nil {
		return 0, err
	}
	all, err := s.Doubles(county, kind)
	if err != nil {
		return 0, err
	}
	for _, l := range found {
		first, second := of[l.First], of[l.Second]
		if first > second {
			first, second = second, first
		}
		if first == "" || first == second || slices.ContainsFunc(all, func(d domain.Double) bool { return d.First == first && d.Second == second }) {
			continue
		}
		d := domain.Double{ID: a.NewID(), County: county, Kind: kind, First: first, Second: second, Grounds: l.Grounds, State: domain.DoubleOpen}
		if err := s.SaveDouble(ctx, d); err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	return undecided(s, all)
}

// undecided counts the pairs of which both still wait.
func undecided(s Store, all []domain.Double) (open int, err error) {
	for _, d := range all {
		if d.State != domain.DoubleOpen {
			continue
		}
		both := true
		for _, id := range []string{d.First, d.Second} {
			application, err := s.PeekApplication(id)
			if err != nil {
				return 0, err
			}
			both = both && application.Waits()
		}
		if both {
			open++
		}
	}
	return open, nil
}

// ListHouseholds lists a list's pairs, those that wait first.
func (a *App) ListHouseholds(ctx context.Context, s Store, county string, kind domain.Kind) ([]domain.Double, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	return s.Doubles(county, kind)
}

// DecideHousehold takes an officer's word on a pair. Where they are one
// household, the application that goes is withdrawn; both are told.
func (a *App) DecideHousehold(ctx context.Context, s Store, id, outcome, withdrawn, why string) (gone string, err error) {
	seen, err := s.Double(id)
	if err != nil {
		return "", err
	}
	p, err := officer(ctx, seen.County)
	if err = auth.Hide(err, domain.ErrDoubleUnknown); err != nil {
		return "", err
	}
	if err := s.LockList(seen.County, seen.Kind); err != nil {
		return "", err
	}
	d, err := s.Double(id)
	if err != nil {
		return "", err
	}
	if d, err = d.Decide(outcome, withdrawn, why, p.Subject, a.Clock.Now()); err != nil {
		return "", err
	}
	for _, one := range []string{d.First, d.Second} {
		application, err := s.Application(one)
		if err != nil {
			return "", err
		}
		if err := s.SaveApplication(ctx, application, d.Told(one)...); err != nil {
			return "", err
		}
		if one == d.Withdrawn && application.Open() {
			if err := a.withdraw(ctx, s, one); err != nil {
				return "", err
			}
		}
	}
	return d.Withdrawn, s.SaveDouble(ctx, d)
}

// published reads what was published of a round's draw; nil where nothing tied.
func published(r domain.Round) (*allocate.Published, error) {
	if r.Bundle == "" {
		return nil, nil
	}
	return allocate.ReadBundle([]byte(r.Bundle))
}

// CorrectRound proposes a round's order as it should have been. It says how many
// were wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) CorrectRound(ctx context.Context, s Store, c domain.Correction) (domain.Correction, error) {
	r, err := lockRound(ctx, s, c.RoundID)
	if err != nil {
		return c, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return c, err
	}
	before, err := s.Corrections(r.ID)
	if err != nil {
		return c, err
	}
	offers, err := s.OffersOf(r.ID)
	if err != nil {
		return c, err
	}
	now := a.Clock.Now()
	c.ID, c.Number, c.ProposedBy = a.NewID(), len(before)+1, p.Subject
	if c, err = domain.ProposeCorrection(c, r, len(offers), now); err != nil {
		return c, err
	}
	for _, b := range before {
		if b.State == domain.CorrectionProposed {
			b, events := b.Decided(domain.CorrectionDropped, p.Subject, 0, now)
			if err := s.SaveCorrection(ctx, b, events...); err != nil {
				return c, err
			}
		}
	}
	m, _, err := a.mended(s, r, c, "second-officer")
	if err != nil {
		return c, err
	}
	c.Wronged = len(m.Wronged)
	return c, s.SaveCorrection(ctx, c)
}

// mended works out a round as it should have been.
func (a *App) mended(s Store, r domain.Round, c domain.Correction, second string) (m domain.Mended, drawn *allocate.Published, err error) {
	if drawn, err = published(r); err != nil {
		return m, nil, err
	}
	entries, err := s.Entries(r.ID)
	if err != nil {
		return m, nil, err
	}
	workers := map[string]string{}
	for _, l := range c.Mends.Levels {
		application, err := s.PeekApplication(l.ApplicationID)
		if err != nil {
			return m, nil, domain.ErrCorrectionEntry.Because(err)
		}
		if application.County == r.County && application.Kind == r.Kind {
			workers[l.ApplicationID] = application.Worker
		}
	}
	m, err = c.Mend(r, entries, drawn, workers, second, clock.Today(a.Clock))
	return m, drawn, err
}

// DecideCorrection takes or drops a correction. Where another officer takes it,
// the corrected order is published beside the first, and who was wronged stands
// first for the next home, under a clock. Nothing that was offered, accepted or
// let is taken away.
func (a *App) DecideCorrection(ctx context.Context, s Store, id, outcome string) (domain.Correction, error) {
	seen, err := s.Correction(id)
	if err != nil {
		return seen, err
	}
	r, err := lockRound(ctx, s, seen.RoundID)
	if errors.Is(err, domain.ErrRoundUnknown) {
		err = domain.ErrCorrectionUnknown // of a round that the caller may not know of
	}
	if err != nil {
		return seen, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return seen, err
	}
	c, err := s.Correction(id)
	if err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == domain.CorrectionDropped {
		c, events := c.Decided(outcome, p.Subject, 0, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	m, drawn, err := a.mended(s, r, c, p.Subject)
	if err != nil {
		return c, err
	}
	if err := s.SaveEntries(m.Entries...); err != nil {
		return c, err
	}
	for _, w := range m.Wronged {
		if err := a.relieve(ctx, s, r, w); err != nil {
			return c, err
		}
	}
	if m.Draw != nil {
		r.Bundle += string(m.Draw.Append([]byte(r.Bundle), drawn.Root))
		r.Seed = m.Draw.Seed // later offerings go by the figure that counts
	}
	if err := s.SaveRound(ctx, r); err != nil {
		return c, err
	}
	c, events := c.Decided(outcome, p.Subject, len(m.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
}

// relieve puts an application that was wronged first in its list, unless it has
// an offer or a home by now, or waits no more.
func (a *App) relieve(ctx context.Context, s Store, r domain.Round, e domain.RoundEntry) error {
	application, err := s.Application(e.ApplicationID)
	if err != nil || !application.Waits() {
		return err
	}
	days, err := a.number("HO-REDRESS", "days", r.County)
	if err != nil {
		return err
	}
	f := domain.Relief{
		ID: a.NewID(), RoundID: r.ID, ApplicationID: application.ID, Worker: application.Worker, County: r.County, Kind: r.Kind, State: domain.ReliefOpen,
		DueOn: clock.Today(a.Clock).AddDays(days),
	}
	return s.SaveRelief(ctx, f, f.Told()...)
}

// relieved ends the relief of an application that has a home, or is over.
func relieved(ctx context.Context, s Store, applicationID string) error {
	all, err := s.ReliefsOf(applicationID)
	if err != nil {
		return err
	}
	for _, f := range all {
		f.State = domain.ReliefDone
		if err := s.SaveRelief(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// owed is the applications of a county that stand first.
func owed(s Store, county string) (map[string]bool, error) {
	all, err := s.Reliefs(county)
	out := make(map[string]bool, len(all))
	for _, f := range all {
		out[f.ApplicationID] = true
	}
	return out, err
}

// ListMends lists a round's corrections, and who stands first in its county.
func (a *App) ListMends(ctx context.Context, s Store, id string) ([]domain.Correction, []domain.Relief, error) {
	r, err := s.PeekRound(id)
	if err != nil {
		return nil, nil, err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return nil, nil, auth.Hide(err, domain.ErrRoundUnknown)
	}
	corrections, err := s.Corrections(id)
	if err != nil {
		return nil, nil, err
	}
	reliefs, err := s.Reliefs(r.County)
	slices.SortFunc(reliefs, func(a, b domain.Relief) int { return strings.Compare(a.DueOn.String(), b.DueOn.String()) })
	return corrections, reliefs, err
}
