package fair

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
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

// DecideCorrection takes or drops a correction. Where another officer takes
// it, the corrected draw is published beside the first, and who was wronged is
// proposed an interview beyond the seats. Nothing that was proposed or accepted
// is withdrawn.
func (a *App) DecideCorrection(ctx context.Context, s Store, id, outcome string) (fair.Correction, error) {
	seen, err := s.Correction(id)
	if err != nil {
		return seen, err
	}
	f, err := s.Fair(seen.FairID)
	if err != nil {
		return seen, err
	}
	c, err := s.Correction(id)
	if err != nil {
		return c, err
	}
	p, err := fairOfficer(ctx, f)
	if err = auth.Hide(err, fair.ErrCorrectionUnknown); err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == fair.CorrectionDropped {
		c, events := c.Decided(outcome, p.Subject, 0, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	drawn, _, err := drawBefore(s, f)
	if err != nil {
		return c, err
	}
	out, wronged, err := a.corrected(s, f, c, drawn, p.Subject)
	if err != nil {
		return c, err
	}
	for _, w := range wronged {
		if err := a.proposeMore(ctx, s, f, w); err != nil {
			return c, err
		}
	}
	bundle, err := s.WholeBundle(f.ID)
	if err != nil {
		return c, err
	}
	if err := s.AddToBundle(f.ID, out.Append(bundle, drawn.Root)); err != nil {
		return c, err
	}
	f.Seed = out.Seed // later passes go by the figure that counts
	if err := s.Save(ctx, f); err != nil {
		return c, err
	}
	for _, m := range c.Mends.Ranks {
		if err := s.MendRank(m.ApplicationID, m.VacancyID, m.Rank); err != nil {
			return c, err
		}
	}
	c, events := c.Decided(outcome, p.Subject, len(out.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
}

// proposeMore proposes to who was wronged the interview that the draw should
// have given, on a seat more than the post has.
func (a *App) proposeMore(ctx context.Context, s Store, f fair.Fair, w wrongedWish) error {
	proposals, err := s.ProposalsOf(w.entry.ApplicationID)
	if err != nil || !w.entry.Owed(w.wish, proposals) {
		return err
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return err
	}
	post, found, err := s.PostOf(f.ID, w.entry.Wishes[w.wish-1].VacancyID)
	if err != nil || !found {
		return err
	}
	post = post.MoreSeats()
	if err := s.SavePost(ctx, post); err != nil {
		return err
	}
	x, events := fair.Propose(a.NewID(), w.entry, post, w.wish, f.Pass, rules.AnswerDays, a.Clock.Now())
	return s.SaveProposal(ctx, x, events...)
}
