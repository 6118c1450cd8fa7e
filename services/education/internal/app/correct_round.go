package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
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
