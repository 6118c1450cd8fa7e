package app

import (
	"context"
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Accepted is what an officer lets stand who fixes a list.
type Accepted struct {
	Undecided bool // applications that may be one household
	Declared  bool // relief households whom nobody looked at
}

// OpenRound opens a round for homes of a list, and fixes the order in which
// they are offered, or what will decide it.
func (a *App) OpenRound(ctx context.Context, s Store, r domain.Round, accepts Accepted) (domain.Round, error) {
	if err := a.county(r.County); err != nil {
		return r, err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return r, err
	}
	if err := s.LockList(r.County, r.Kind); err != nil {
		return r, err
	}
	before, err := s.RoundsOf(r.County)
	if err != nil {
		return r, err
	}
	if slices.ContainsFunc(before, func(b domain.Round) bool { return b.Kind == r.Kind && b.State != domain.RoundIsClosed }) {
		return r, domain.ErrRoundOpen
	}
	pairs, err := s.Doubles(r.County, r.Kind)
	if err != nil {
		return r, err
	}
	if open, err := undecided(s, pairs); err != nil {
		return r, err
	} else if open > 0 && !accepts.Undecided {
		return r, domain.ErrDoublesOpen.With("pairs", strconv.Itoa(open))
	}
	homes, err := a.roundHomes(s, r.County, r.HomeIDs, nil)
	if err != nil {
		return r, err
	}
	today := clock.Today(a.Clock)
	r.ID, r.OpenedOn = a.NewID(), today
	if r.PublicUntil, err = a.publicUntil(r.County, today); err != nil {
		return r, err
	}
	var ranked []domain.Standing
	if r.Kind.Listed() {
		var sc domain.Scoring
		if sc, ranked, err = a.rank(s, r.County, r.Kind); err != nil {
			return r, err
		}
		if n := sc.Unseen(ranked); n > 0 && !accepts.Declared {
			return r, domain.ErrPriorityOpen.With("cases", strconv.Itoa(n))
		}
	}
	r, entries, err := domain.OpenRound(r, homes, ranked, allocate.NewTicket)
	if err != nil {
		return r, err
	}
	if err := s.SaveRound(ctx, r, domain.RoundOpened{RoundID: r.ID, Kind: r.Kind, Places: len(homes), Headcount: len(entries), Root: r.Root}); err != nil {
		return r, err
	}
	return r, s.SaveEntries(entries...)
}

func (a *App) publicUntil(county string, from clock.Date) (clock.Date, error) {
	days, err := a.number("HO-PUBLIC", "days", county)
	return from.AddDays(days), err
}

// roundHomes reads the homes for a round; none may be in another open one. own
// are those of the round itself.
func (a *App) roundHomes(s Store, county string, ids, own []string) ([]domain.Home, error) {
	elsewhere, err := s.HomesInRounds(county)
	if err != nil {
		return nil, err
	}
	homes := make([]domain.Home, len(ids))
	for i, id := range ids {
		if homes[i], err = s.PeekHome(id); err != nil {
			return nil, err
		}
		if slices.Contains(elsewhere, id) && !slices.Contains(own, id) {
			return nil, domain.ErrRoundHomeTaken
		}
	}
	return homes, nil
}

// lockRound loads a round for an officer of its county.
func lockRound(ctx context.Context, s Store, id string) (domain.Round, error) {
	r, err := s.Round(id)
	if err != nil {
		return r, err
	}
	_, err = officer(ctx, r.County)
	return r, auth.Hide(err, domain.ErrRoundUnknown)
}

// held lists the homes of a round that are offered, accepted or let by it.
func held(s Store, roundID string) ([]string, error) {
	offers, err := s.OffersOf(roundID)
	var ids []string
	for _, o := range offers {
		if o.State == answer.Open || o.State == answer.Accepted || o.State == domain.OfferSigned {
			ids = append(ids, o.HomeID)
		}
	}
	return ids, err
}

// ChangeRound puts other homes into an open round.
func (a *App) ChangeRound(ctx context.Context, s Store, id string, homeIDs []string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	kept, err := held(s, id)
	if err != nil {
		return err
	}
	homes, err := a.roundHomes(s, r.County, homeIDs, r.HomeIDs)
	if err != nil {
		return err
	}
	if r, err = r.Change(homes, kept); err != nil {
		return err
	}
	return s.SaveRound(ctx, r, domain.RoundChanged{RoundID: r.ID, Places: len(r.HomeIDs)})
}

// ConfirmFigure takes the public figure from an officer; when a second one
// confirms it, the draw is made.
func (a *App) ConfirmFigure(ctx context.Context, s Store, id, figure string) (domain.Round, error) {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return r, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return r, err
	}
	today := clock.Today(a.Clock)
	if r, err = r.Confirm(figure, p.Subject, today); err != nil {
		return r, err
	}
	if r.State != domain.RoundIsDrawn {
		return r, s.SaveRound(ctx, r, domain.FigureEntered{RoundID: r.ID})
	}
	entries, err := s.Entries(id)
	if err != nil {
		return r, err
	}
	if r, entries, err = r.Draw(entries, p.Subject); err != nil {
		return r, err
	}
	if r.PublicUntil, err = a.publicUntil(r.County, today); err != nil {
		return r, err
	}
	if err := s.SaveEntries(entries...); err != nil {
		return r, err
	}
	return r, s.SaveRound(ctx, r, domain.RoundDrawn{RoundID: r.ID, Root: r.Root})
}

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
	free, err := freeOf(s, r)
	if err != nil {
		return 0, err
	}
	entries, err := s.Entries(id)
	if err != nil {
		return 0, err
	}
	sc, ranked, err := a.rank(s, r.County, r.Kind)
	if err != nil {
		return 0, err
	}
	standing := make(map[string]domain.Standing, len(ranked))
	for _, st := range ranked {
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
	if r, err = r.Publish(homes, takes, got, clock.Today(a.Clock)); err != nil {
		return 0, err
	}
	if r.Pass != before {
		if err := s.SaveRound(ctx, r); err != nil {
			return 0, err
		}
	}
	return offered, a.passOver(s, sc, r, entries, last, standing)
}

// freeOf lists the homes of a round that can be offered.
func freeOf(s Store, r domain.Round) ([]domain.Home, error) {
	var free []domain.Home
	for _, id := range r.HomeIDs {
		h, err := s.PeekHome(id)
		if err != nil {
			return nil, err
		}
		if h.State == domain.HomeFree {
			free = append(free, h)
		}
	}
	return free, nil
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
		why, err := sc.Passed(r, e, last, st, clock.Today(a.Clock))
		if err != nil {
			return err
		}
		entries[i].Reasons = []rule.Trace{why}
		if e.AheadBy == last.AheadBy {
			continue
		}
		first, asked, err := sc.First(st.Candidate.Application, clock.Today(a.Clock))
		if err != nil {
			return err
		}
		if asked {
			entries[i].Reasons = append(entries[i].Reasons, first)
		}
	}
	return s.SaveEntries(entries...)
}

// CloseRound ends a round; offers that are open stay open.
func (a *App) CloseRound(ctx context.Context, s Store, id string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	r, events, err := r.Close(clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}

// RoundShown is a round with its entries.
type RoundShown struct {
	Round   domain.Round
	Entries []domain.RoundEntry
	Offers  map[string]domain.Offer
	Free    int
	Mended  []domain.Correction // that were taken
}

// ReadRounds shows the rounds of a county to its officers.
func (a *App) ReadRounds(ctx context.Context, s Store, county string) ([]RoundShown, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.RoundsOf(county)
	if err != nil {
		return nil, err
	}
	shown := make([]RoundShown, len(all))
	for i, r := range all {
		free, err := freeOf(s, r)
		if err != nil {
			return nil, err
		}
		shown[i] = RoundShown{Round: r, Free: len(free)}
	}
	return shown, nil
}

// ReadRound shows a round to an officer of its county.
func (a *App) ReadRound(ctx context.Context, s Store, id string) (RoundShown, error) {
	v, err := showRound(s, id)
	if err == nil {
		_, err = officer(ctx, v.Round.County)
	}
	return v, auth.Hide(err, domain.ErrRoundUnknown)
}

func showRound(s Store, id string) (v RoundShown, err error) {
	if v.Round, err = s.PeekRound(id); err != nil {
		return v, err
	}
	if v.Entries, err = s.Entries(id); err != nil {
		return v, err
	}
	offers, err := s.OffersOf(id)
	if err != nil {
		return v, err
	}
	v.Offers = make(map[string]domain.Offer, len(offers))
	for _, o := range offers {
		v.Offers[o.ID] = o
	}
	free, err := freeOf(s, v.Round)
	if err != nil {
		return v, err
	}
	v.Free = len(free)
	all, err := s.Corrections(id)
	v.Mended = slices.DeleteFunc(all, func(c domain.Correction) bool { return c.State != domain.CorrectionTaken })
	return v, err
}

// ReadPublic shows a round to anybody, by case number, until its legal period
// is over; then public is false and there are no entries.
func (a *App) ReadPublic(s Store, id string) (v RoundShown, public bool, err error) {
	if v, err = showRound(s, id); err != nil {
		return v, false, err
	}
	if public = v.Round.PublicOn(clock.Today(a.Clock)); !public {
		v.Entries = nil
	}
	return v, public, nil
}

// ReadBundle gives what a draw is checked with; it names nobody, and stays.
func (a *App) ReadBundle(s Store, id string) (string, error) {
	r, err := s.PeekRound(id)
	if err == nil && r.Bundle == "" {
		err = domain.ErrNoBundle
	}
	return r.Bundle, err
}
