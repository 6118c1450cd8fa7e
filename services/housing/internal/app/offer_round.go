package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// OfferRound offers the homes of a round that are free to those who are next.
// Who was offered one in this round before, and declined it or let it lapse,
// keeps the place in the list, but the pass goes on to the next. Those who are
// left get the reason.
func (a *App) OfferRound(ctx context.Context, s Store, id string) (offered int, err error) {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return 0, err
	}
	if err := r.MayOffer(); err != nil {
		return 0, err
	}
	homesOf, err := freeOf(s, r)
	if err != nil {
		return 0, err
	}
	free := homesOf[0]
	entries, err := s.Entries(id)
	if err != nil {
		return 0, err
	}
	sc, ranked, err := a.rank(s, r.County, r.Kind)
	if err != nil {
		return 0, err
	}
	dead, err := s.DeadAmong(r.County, r.Kind)
	if err != nil {
		return 0, err
	}
	standing := make(map[string]domain.Standing, len(ranked))
	for _, st := range ranked {
		if slices.Contains(dead, st.Candidate.Application.ID) { // takes no part in this pass, and keeps the place
			continue
		}
		standing[st.Candidate.Application.ID] = st
	}
	each, err := sc.Area.Int("m2_per_person")
	if err != nil {
		return 0, err
	}
	homes := len(free)
	var takes, got []domain.RoundEntry
	for _, e := range entries {
		if _, waits := standing[e.ApplicationID]; waits && e.OfferID == "" {
			takes = append(takes, e)
		}
	}
	var last domain.RoundEntry
	for i, e := range entries {
		if len(free) == 0 {
			break
		}
		if e.OfferID != "" {
			last = e
			continue
		}
		st, waits := standing[e.ApplicationID]
		if !waits {
			continue
		}
		best := domain.Fitting(free, st.Candidate.Application.HouseholdSize, each)
		o, err := a.offerTo(ctx, s, e.ApplicationID, free[best].ID)
		if err != nil {
			return 0, err
		}
		free = slices.Delete(free, best, best+1)
		entries[i].OfferID, entries[i].Reasons = o.ID, nil
		last, got = entries[i], append(got, e)
		delete(standing, e.ApplicationID)
		offered++
	}
	if offered == 0 {
		return 0, domain.ErrRoundNobody
	}
	before := r.Pass
	if r, err = r.Publish(homes, takes, got, a.today()); err != nil {
		return 0, err
	}
	if r.Pass != before {
		if err := s.SaveRound(ctx, r); err != nil {
			return 0, err
		}
	}
	return offered, a.passOver(s, sc, r, entries, last, standing)
}

// offerTo offers a home of a round to one of its entries.
func (a *App) offerTo(ctx context.Context, s Store, applicationID, homeID string) (domain.Offer, error) {
	application, err := s.Application(applicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	h, err := s.Home(homeID)
	if err != nil {
		return domain.Offer{}, err
	}
	return a.offer(ctx, s, application, h)
}

// passOver writes to the entries that got nothing why that is so.
func (a *App) passOver(s Store, sc domain.Scoring, r domain.Round, entries []domain.RoundEntry, last domain.RoundEntry, standing map[string]domain.Standing) error {
	for i, e := range entries {
		st, waits := standing[e.ApplicationID]
		if e.OfferID != "" || !waits {
			continue
		}
		why, err := sc.Passed(r, e, last, st, a.today())
		if err != nil {
			return err
		}
		entries[i].Reasons = []rule.Trace{why}
		if e.AheadBy == last.AheadBy {
			continue
		}
		first, asked, err := sc.First(st.Candidate.Application, a.today())
		if err != nil {
			return err
		}
		if asked {
			entries[i].Reasons = append(entries[i].Reasons, first)
		}
	}
	return s.SaveEntries(entries...)
}
