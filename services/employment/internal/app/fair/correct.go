package fair

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// wrongedWish is an entry that a fault of the draw wronged, and the wish that it
// should have got.
type wrongedWish struct {
	entry fair.Entry
	wish  int
}

// Correcting is a correction and what it rests on. What it gives is the same however
// often it is made, which is how one goes on that was broken off.
type Correcting struct {
	fair       fair.Fair
	correction fair.Correction
	lists      *fair.Lists
	published  text

	drawn   *allocate.Published
	out     *allocate.Corrected
	wronged []wrongedWish
}

// ReadCorrected reads what the correction of a draw rests on.
func (a *App) ReadCorrected(ctx context.Context, s Store, c fair.Correction) (*Correcting, error) {
	f, p, err := a.correctable(ctx, s.Peek, c.FairID)
	if err != nil {
		return nil, err
	}
	before, err := corrections(s, f)
	if err != nil {
		return nil, err
	}
	c.ID, c.Number, c.ProposedBy = a.NewID(), len(before)+1, p
	return readCorrecting(s, f, c)
}

func (a *App) correctable(ctx context.Context, load func(string) (fair.Fair, error), fairID string) (f fair.Fair, officer string, err error) {
	if f, err = load(fairID); err != nil {
		return f, "", err
	}
	p, err := fairOfficer(ctx, f)
	if err == nil && f.State != fair.Matched {
		err = fair.ErrState
	}
	return f, p.Subject, err
}

// corrections lists a fair's corrections, and refuses while one is being written.
func corrections(s Store, f fair.Fair) ([]fair.Correction, error) {
	all, err := s.Corrections(f.ID)
	if err == nil && slices.ContainsFunc(all, func(c fair.Correction) bool { return c.State == fair.CorrectionTaking }) {
		err = fair.ErrState
	}
	return all, err
}

func readCorrecting(s Store, f fair.Fair, c fair.Correction) (*Correcting, error) {
	k := &Correcting{fair: f, correction: c}
	var err error
	if k.lists, err = readLists(s, f); err != nil {
		return nil, err
	}
	k.published, err = published(s, f)
	return k, err
}

// Propose checks a correction that was read, and tells whom the fault wronged. It
// needs no transaction.
func (a *App) Propose(k *Correcting) (err error) {
	if k.drawn, err = allocate.ReadBundle(k.published.all); err != nil {
		return err
	}
	if k.correction, err = fair.ProposeCorrection(k.correction, k.fair, k.drawn, a.Clock.Now()); err != nil {
		return err
	}
	if err := k.run("second-officer", a.today()); err != nil {
		return err
	}
	k.correction.Wronged = len(k.wronged)
	return nil
}

// Correct proposes the draw as it should have been. It says how many were
// wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) Correct(ctx context.Context, s Store, k *Correcting) (fair.Correction, error) {
	c := k.correction
	f, officer, err := a.correctable(ctx, s.Fair, c.FairID)
	if err != nil {
		return c, err
	}
	before, err := corrections(s, f)
	if err != nil {
		return c, err
	}
	if f.Bundled != k.fair.Bundled || len(before)+1 != c.Number { // since it was read
		return c, fair.ErrState
	}
	for _, b := range before {
		if b.State == fair.CorrectionProposed {
			b, events := b.Decided(fair.CorrectionDropped, officer, 0, a.Clock.Now())
			if err := s.SaveCorrection(ctx, b, events...); err != nil {
				return c, err
			}
		}
	}
	return c, s.SaveCorrection(ctx, c)
}

// run makes the draw as it should have been, and tells whom the fault wronged.
func (k *Correcting) run(second string, on clock.Date) (err error) {
	if k.drawn == nil {
		if k.drawn, err = allocate.ReadBundle(k.published.all); err != nil {
			return err
		}
	}
	tickets, of := map[string]string{}, map[string]fair.Entry{}
	for _, e := range k.lists.Entries {
		tickets[e.ApplicationID], of[e.Ticket] = e.Ticket, e
	}
	mended, err := k.correction.Mend(k.drawn, tickets, second, on)
	if err != nil {
		return err
	}
	first, err := allocate.FirstResults(k.published.all)
	if err != nil {
		return err
	}
	if k.out, err = k.drawn.Correct(k.drawn.Commitment, mended, func(ticket string) string { return first[ticket] }); err != nil {
		return err
	}
	for _, w := range k.out.Wronged {
		e := of[mended.Entries[w.Entry].Ticket]
		if at := slices.IndexFunc(e.Wishes, func(v fair.Wish) bool { return v.VacancyID == w.Should }); at >= 0 {
			k.wronged = append(k.wronged, wrongedWish{e, at + 1})
		}
	}
	return nil
}
