package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Fault is a correction as it was filled in.
type Fault struct {
	RoundID, Why, Figure, Relief string
	Mends                        domain.Mends
}

// CorrectRound proposes the draw as it should have been. It says how many were
// wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) CorrectRound(ctx context.Context, s Store, f Fault) (c domain.Correction, err error) {
	p, r, err := round(ctx, s, f.RoundID)
	if err != nil {
		return c, err
	}
	before, err := s.Corrections(f.RoundID)
	if err != nil {
		return c, err
	}
	if r.Pass == 0 {
		return c, domain.ErrCorrectionEarly
	}
	drawn, err := published(s, r)
	if err != nil {
		return c, err
	}
	now := a.Clock.Now()
	for _, b := range before {
		if b.State != domain.CorrectionIsProposed {
			continue
		}
		b, events := b.Dropped(p.Subject, now)
		if err := s.SaveCorrection(ctx, b, events...); err != nil {
			return c, err
		}
	}
	c = domain.Correction{ID: a.NewID(), Number: len(before) + 1, Why: f.Why, Figure: f.Figure, Relief: f.Relief, Mends: f.Mends, ProposedBy: p.Subject}
	c, events, err := domain.ProposeCorrection(c, r, drawn, now)
	if err != nil {
		return c, err
	}
	if c.Mends.Added, err = a.forgotten(s, r, c.Mends.Added); err != nil {
		return c, err
	}
	_, wronged, err := a.corrected(s, c, drawn, secondToCome)
	if err != nil {
		return c, err
	}
	c.Wronged = len(wronged)
	return c, s.SaveCorrection(ctx, c, events...)
}

// secondToCome stands for the second officer while a correction is only proposed.
const secondToCome = "second-officer"

// forgotten works out the classes of entries that a list lacked. Their children
// applied for the round's stage in its county.
func (a *App) forgotten(s Store, r domain.Round, all []domain.EntryMend) ([]domain.EntryMend, error) {
	schools, err := s.Seated(r.ID)
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		application, err := s.PeekApplication(m.ApplicationID)
		if err != nil {
			return nil, err
		}
		if application.Stage != r.Stage || application.County != r.County {
			return nil, domain.ErrRoundOther
		}
		if len(m.Wishes) == 0 {
			return nil, domain.ErrChoicesNone
		}
		e, err := a.classify(s, domain.Entry{ApplicationID: application.ID, Wishes: m.Wishes}, schools)
		if err != nil {
			return nil, err
		}
		all[i].Newcomer, all[i].Wishes = e.Newcomer, e.Wishes
	}
	return all, nil
}

// published reads what was published of a round's draw.
func published(s Store, r domain.Round) (*allocate.Published, error) {
	bundle, err := s.Bundle(r.ID)
	if err != nil {
		return nil, err
	}
	return allocate.ReadBundle(bundle)
}

// corrected runs the draw as it should have been. It returns whom the fault
// wronged, beside what was published.
func (a *App) corrected(s Store, c domain.Correction, drawn *allocate.Published, second string) (*allocate.Corrected, []domain.Wronged, error) {
	entries, err := s.Entries(c.RoundID)
	if err != nil {
		return nil, nil, err
	}
	bundle, err := s.Bundle(c.RoundID)
	if err != nil {
		return nil, nil, err
	}
	tickets, of := map[string]string{}, map[string]domain.Entry{}
	for _, e := range entries {
		tickets[e.ApplicationID], of[e.Ticket] = e.Ticket, e
	}
	for _, m := range c.Mends.Added {
		e, err := a.late(s, c, drawn, m)
		if err != nil {
			return nil, nil, err
		}
		of[e.Ticket] = e
	}
	k, err := c.Mend(drawn, tickets, second, clock.Today(a.Clock))
	if err != nil {
		return nil, nil, err
	}
	first, err := allocate.FirstResults(bundle)
	if err != nil {
		return nil, nil, err
	}
	out, err := drawn.Correct(drawn.Commitment, k, func(ticket string) string { return first[ticket] })
	if err != nil {
		return nil, nil, err
	}
	var wronged []domain.Wronged
	for _, w := range out.Wronged {
		e := of[k.Entries[w.Entry].Ticket]
		at := slices.IndexFunc(e.Wishes, func(v domain.Wish) bool { return v.SchoolID == w.Should })
		if at >= 0 {
			wronged = append(wronged, domain.Wronged{Entry: e, Choice: at + 1})
		}
	}
	return out, wronged, nil
}

// late is the entry of a child that the list lacked; one that was dropped when
// the list was fixed goes on under another ticket.
func (a *App) late(s Store, c domain.Correction, drawn *allocate.Published, m domain.EntryMend) (domain.Entry, error) {
	application, err := s.PeekApplication(m.ApplicationID)
	if err != nil {
		return domain.Entry{}, err
	}
	dropped, err := s.Entry(c.RoundID, m.ApplicationID)
	if errors.Is(err, domain.ErrEntryUnknown) {
		err = nil
	}
	return domain.Entry{
		RoundID: c.RoundID, ApplicationID: m.ApplicationID, Worker: application.Worker, County: c.County, Ticket: allocate.LateTicket(drawn.Root, m.ApplicationID),
		Newcomer: m.Newcomer, Wishes: m.Wishes, Outcome: domain.EntryUnplaced, Pass: 1, FiledAt: c.ProposedAt,
		Version: dropped.Version,
	}, err
}

// DecideCorrection takes or drops a proposed correction. Where another officer
// takes it, the corrected draw is published beside the first and who was wronged
// gets a place more, or a task of the bureau. Nobody loses a place.
func (a *App) DecideCorrection(ctx context.Context, s Store, correctionID, outcome string) (domain.Correction, error) {
	seen, err := s.PeekCorrection(correctionID)
	if err != nil {
		return seen, err
	}
	p, r, err := round(ctx, s, seen.RoundID)
	if err = auth.Hide(err, domain.ErrCorrectionUnknown); err != nil {
		return seen, err
	}
	c, err := s.Correction(correctionID)
	if err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == domain.CorrectionIsDropped {
		c, events := c.Dropped(p.Subject, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	return a.take(ctx, s, p, r, c)
}

// take publishes a correction and gives what it owes.
func (a *App) take(ctx context.Context, s Store, p auth.Principal, r domain.Round, c domain.Correction) (domain.Correction, error) {
	drawn, err := published(s, r)
	if err != nil {
		return c, err
	}
	out, wronged, err := a.corrected(s, c, drawn, p.Subject)
	if err != nil {
		return c, err
	}
	if err := a.mendEntries(ctx, s, c, drawn); err != nil {
		return c, err
	}
	slices.SortFunc(wronged, func(x, y domain.Wronged) int { return strings.Compare(x.Entry.ApplicationID, y.Entry.ApplicationID) })
	for _, w := range wronged {
		if err := a.mendWrong(ctx, s, c, w); err != nil {
			return c, err
		}
	}
	if r.Parts, err = a.publish(s, r, func(before []byte) []byte { return out.Append(before, drawn.Root) }); err != nil {
		return c, err
	}
	r.Seed = out.Seed // later passes go by the figure that counts
	if err := s.SaveRound(ctx, r); err != nil {
		return c, err
	}
	c, events := c.Taken(p.Subject, len(out.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
}

// mendEntries writes the priorities as they should have been, and the entries
// that were forgotten, so that later passes go by them.
func (a *App) mendEntries(ctx context.Context, s Store, c domain.Correction, drawn *allocate.Published) error {
	for _, m := range c.Mends.Classes {
		e, err := s.Entry(c.RoundID, m.ApplicationID)
		if err != nil {
			return err
		}
		for i := range e.Wishes {
			if e.Wishes[i].SchoolID == m.SchoolID {
				e.Wishes[i].Class = m.Class
			}
		}
		if err := s.SaveEntry(ctx, e); err != nil {
			return err
		}
	}
	for _, m := range c.Mends.Added {
		e, err := a.late(s, c, drawn, m)
		if err != nil {
			return err
		}
		if err := s.SaveEntry(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// mendWrong gives a child what a fault of the draw kept from it, unless its
// family has a place as good by now or wants none any more.
func (a *App) mendWrong(ctx context.Context, s Store, c domain.Correction, w domain.Wronged) error {
	application, err := s.Application(w.Entry.ApplicationID)
	if err != nil || application.State == domain.Withdrawn {
		return err
	}
	has, err := a.best(s, application)
	if err != nil || slices.ContainsFunc(has, w.Stands) {
		return err
	}
	relief := c.Relief
	if application.State != domain.Submitted { // a task would be done with the place that it has
		relief = domain.ReliefSeat
	}
	var due clock.Date
	if relief == domain.ReliefTask { // of the bureau, until the child has a place
		if due, err = a.due(domain.UnplacedDeadline); err != nil {
			return err
		}
		if _, err := a.openTask(ctx, s, application, c.RoundID); err != nil {
			return err
		}
	} else if err := a.placeMore(ctx, s, application, w.Entry.Wishes[w.Choice-1].SchoolID); err != nil {
		return err
	}
	x, err := a.explaining(c.County, 0)
	if err != nil {
		return err
	}
	if w.Entry, err = s.Entry(c.RoundID, w.Entry.ApplicationID); err != nil {
		return err
	}
	e, events, err := c.Explain(w, relief, due, x, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	e.ReviewBy = x.ReviewBy // what is decided now can be appealed against from now
	return s.SaveEntry(ctx, e, events...)
}

// best lists the schools of the offers that a family has, open or accepted.
func (a *App) best(s Store, application domain.Application) (schools []string, err error) {
	if application.OfferID != "" {
		o, err := s.PeekOffer(application.OfferID)
		if err != nil {
			return nil, err
		}
		schools = append(schools, o.SchoolID)
	}
	better, err := s.PeekBetter(application.ID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return schools, nil
	}
	return append(schools, better.SchoolID), err
}

// placeMore adds a place to a school, beyond its capacity, and offers it. What
// was offered or accepted before stays until the guardian takes this instead.
func (a *App) placeMore(ctx context.Context, s Store, application domain.Application, schoolID string) error {
	school, err := s.School(schoolID)
	if err != nil {
		return err
	}
	school, added := school.AddPlace()
	if err := s.SaveSchool(ctx, school, added...); err != nil {
		return err
	}
	if application.State != domain.Offered && application.State != domain.Accepted {
		_, err = a.offer(ctx, s, application, school, domain.WayAdded)
		return err
	}
	taken, err := s.Taken(school.ID)
	if err != nil {
		return err
	}
	days, err := a.number("ED-OFFER", "days", school.County)
	if err != nil {
		return err
	}
	o, events, err := domain.MakeBetter(a.NewID(), application, school, taken, days, a.Clock.Now())
	if err != nil {
		return err
	}
	o.Way = domain.WayAdded
	return s.SaveOffer(ctx, o, events...)
}

// publish adds a section to what is published of a round, and returns how many
// parts that is.
func (a *App) publish(s Store, r domain.Round, section func(before []byte) []byte) (int, error) {
	last, err := s.BundlePart(r.ID, r.Parts-1)
	if err != nil {
		return r.Parts, err
	}
	return s.AddToBundle(r.ID, r.Parts, section(last))
}

// ListCorrections lists a round's corrections, the newest first.
func (a *App) ListCorrections(ctx context.Context, s Store, roundID string) ([]domain.Correction, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	return s.Corrections(roundID)
}
