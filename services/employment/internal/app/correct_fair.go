package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// wrongedWish is an entry that a fault of the draw wronged, and the wish that it
// should have got.
type wrongedWish struct {
	entry domain.FairEntry
	wish  int
}

// CorrectFair proposes the draw as it should have been. It says how many were
// wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) CorrectFair(ctx context.Context, s Store, c domain.FairCorrection) (domain.FairCorrection, error) {
	f, err := s.Fair(c.FairID)
	if err != nil {
		return c, err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return c, err
	}
	if f.State != domain.FairIsMatched {
		return c, domain.ErrFairState
	}
	drawn, before, err := drawnFair(s, f)
	if err != nil {
		return c, err
	}
	now := a.Clock.Now()
	for _, b := range before {
		if b.State == domain.CorrectionProposed {
			b, events := b.Decided(domain.CorrectionDropped, p.Subject, 0, now)
			if err := s.SaveFairCorrection(ctx, b, events...); err != nil {
				return c, err
			}
		}
	}
	c.ID, c.Number, c.ProposedBy = a.NewID(), len(before)+1, p.Subject
	if c, err = domain.ProposeFairCorrection(c, f, drawn, now); err != nil {
		return c, err
	}
	_, wronged, err := a.correctedFair(s, f, c, drawn, "second-officer")
	if err != nil {
		return c, err
	}
	c.Wronged = len(wronged)
	return c, s.SaveFairCorrection(ctx, c)
}

func drawnFair(s Store, f domain.Fair) (*allocate.Published, []domain.FairCorrection, error) {
	bundle, err := s.WholeFairBundle(f.ID)
	if err != nil {
		return nil, nil, err
	}
	drawn, err := allocate.ReadBundle(bundle)
	if err != nil {
		return nil, nil, err
	}
	before, err := s.FairCorrections(f.ID)
	return drawn, before, err
}

// correctedFair runs the draw as it should have been, and tells whom the fault
// wronged.
func (a *App) correctedFair(s Store, f domain.Fair, c domain.FairCorrection, drawn *allocate.Published, second string) (*allocate.Corrected, []wrongedWish, error) {
	lists, err := readFairLists(s, f)
	if err != nil {
		return nil, nil, err
	}
	tickets, of := map[string]string{}, map[string]domain.FairEntry{}
	for _, e := range lists.Entries {
		tickets[e.ApplicationID], of[e.Ticket] = e.Ticket, e
	}
	k, err := c.Mend(drawn, tickets, second, a.today())
	if err != nil {
		return nil, nil, err
	}
	bundle, err := s.WholeFairBundle(f.ID)
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
		if at := slices.IndexFunc(e.Wishes, func(v domain.FairWish) bool { return v.VacancyID == w.Should }); at >= 0 {
			wronged = append(wronged, wrongedWish{e, at + 1})
		}
	}
	return out, wronged, nil
}

// DecideFairCorrection takes or drops a correction. Where another officer takes
// it, the corrected draw is published beside the first, and who was wronged is
// proposed an interview beyond the seats. Nothing that was proposed or accepted
// is withdrawn.
func (a *App) DecideFairCorrection(ctx context.Context, s Store, id, outcome string) (domain.FairCorrection, error) {
	seen, err := s.FairCorrection(id)
	if err != nil {
		return seen, err
	}
	f, err := s.Fair(seen.FairID)
	if err != nil {
		return seen, err
	}
	c, err := s.FairCorrection(id)
	if err != nil {
		return c, err
	}
	p, err := fairOfficer(ctx, f)
	if err = auth.Hide(err, domain.ErrFairCorrectionUnknown); err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == domain.CorrectionDropped {
		c, events := c.Decided(outcome, p.Subject, 0, a.Clock.Now())
		return c, s.SaveFairCorrection(ctx, c, events...)
	}
	drawn, _, err := drawnFair(s, f)
	if err != nil {
		return c, err
	}
	out, wronged, err := a.correctedFair(s, f, c, drawn, p.Subject)
	if err != nil {
		return c, err
	}
	for _, w := range wronged {
		if err := a.proposeMore(ctx, s, f, w); err != nil {
			return c, err
		}
	}
	bundle, err := s.WholeFairBundle(f.ID)
	if err != nil {
		return c, err
	}
	if err := s.AddToFairBundle(f.ID, out.Append(bundle, drawn.Root)); err != nil {
		return c, err
	}
	f.Seed = out.Seed // later passes go by the figure that counts
	if err := s.SaveFair(ctx, f); err != nil {
		return c, err
	}
	for _, m := range c.Mends.Ranks {
		if err := s.MendFairRank(m.ApplicationID, m.VacancyID, m.Rank); err != nil {
			return c, err
		}
	}
	c, events := c.Decided(outcome, p.Subject, len(out.Wronged), a.Clock.Now())
	return c, s.SaveFairCorrection(ctx, c, events...)
}

// proposeMore proposes to who was wronged the interview that the draw should
// have given, on a seat more than the post has.
func (a *App) proposeMore(ctx context.Context, s Store, f domain.Fair, w wrongedWish) error {
	proposals, err := s.ProposalsOf(w.entry.ApplicationID)
	if err != nil || !w.entry.Owed(w.wish, proposals) {
		return err
	}
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return err
	}
	post, found, err := s.FairPostOf(f.ID, w.entry.Wishes[w.wish-1].VacancyID)
	if err != nil || !found {
		return err
	}
	post = post.MoreSeats()
	if err := s.SaveFairPost(ctx, post); err != nil {
		return err
	}
	x, events := domain.Propose(a.NewID(), w.entry, post, w.wish, f.Pass, rules.AnswerDays, a.Clock.Now())
	return s.SaveFairProposal(ctx, x, events...)
}

// FairCorrectionsOf lists a fair's corrections: those that were taken to
// everybody, a proposal to the officers of the fair alone.
func (a *App) FairCorrectionsOf(ctx context.Context, s Store, f domain.Fair) ([]domain.FairCorrection, error) {
	if f.State != domain.FairIsMatched {
		return nil, nil
	}
	all, err := s.FairCorrections(f.ID)
	if err != nil {
		return nil, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		all = slices.DeleteFunc(all, func(c domain.FairCorrection) bool { return c.State != domain.CorrectionTaken })
	}
	return all, nil
}
