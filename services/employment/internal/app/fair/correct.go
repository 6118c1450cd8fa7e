package fair

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// wrongedWish is an entry that a fault of the draw wronged, and the wish that it
// should have got.
type wrongedWish struct {
	entry fair.Entry
	wish  int
}

// Correct proposes the draw as it should have been. It says how many were
// wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) Correct(ctx context.Context, s Store, c fair.Correction) (fair.Correction, error) {
	f, err := s.Fair(c.FairID)
	if err != nil {
		return c, err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return c, err
	}
	if f.State != fair.Matched {
		return c, fair.ErrState
	}
	drawn, before, err := drawBefore(s, f)
	if err != nil {
		return c, err
	}
	now := a.Clock.Now()
	for _, b := range before {
		if b.State == fair.CorrectionProposed {
			b, events := b.Decided(fair.CorrectionDropped, p.Subject, 0, now)
			if err := s.SaveCorrection(ctx, b, events...); err != nil {
				return c, err
			}
		}
	}
	c.ID, c.Number, c.ProposedBy = a.NewID(), len(before)+1, p.Subject
	if c, err = fair.ProposeCorrection(c, f, drawn, now); err != nil {
		return c, err
	}
	_, wronged, err := a.corrected(s, f, c, drawn, "second-officer")
	if err != nil {
		return c, err
	}
	c.Wronged = len(wronged)
	return c, s.SaveCorrection(ctx, c)
}

func drawBefore(s Store, f fair.Fair) (*allocate.Published, []fair.Correction, error) {
	bundle, err := s.WholeBundle(f.ID)
	if err != nil {
		return nil, nil, err
	}
	drawn, err := allocate.ReadBundle(bundle)
	if err != nil {
		return nil, nil, err
	}
	before, err := s.Corrections(f.ID)
	return drawn, before, err
}

// corrected runs the draw as it should have been, and tells whom the fault
// wronged.
func (a *App) corrected(s Store, f fair.Fair, c fair.Correction, drawn *allocate.Published, second string) (*allocate.Corrected, []wrongedWish, error) {
	lists, err := readLists(s, f)
	if err != nil {
		return nil, nil, err
	}
	tickets, of := map[string]string{}, map[string]fair.Entry{}
	for _, e := range lists.Entries {
		tickets[e.ApplicationID], of[e.Ticket] = e.Ticket, e
	}
	k, err := c.Mend(drawn, tickets, second, a.today())
	if err != nil {
		return nil, nil, err
	}
	bundle, err := s.WholeBundle(f.ID)
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
	var wronged []wrongedWish
	for _, w := range out.Wronged {
		e := of[k.Entries[w.Entry].Ticket]
		if at := slices.IndexFunc(e.Wishes, func(v fair.Wish) bool { return v.VacancyID == w.Should }); at >= 0 {
			wronged = append(wronged, wrongedWish{e, at + 1})
		}
	}
	return out, wronged, nil
}
