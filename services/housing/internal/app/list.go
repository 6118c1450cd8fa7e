package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// officer returns the officer who calls, where the county is in his division.
func officer(ctx context.Context, county string) (auth.Principal, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return p, err
	}
	return p, p.CoversDivision(county)
}

// mayRead lets the worker, who acts for him, and an officer of the county see.
func mayRead(ctx context.Context, worker, county string) (auth.Principal, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return p, err
	}
	if p.Kind == auth.Officer {
		return p, p.CoversDivision(county)
	}
	return p, p.MayActFor(worker)
}

// scoring is the rules for points in force on a day in a county.
func (a *App) scoring(on clock.Date, county string) (sc domain.Scoring, err error) {
	if sc.Recourse, err = a.Rules.Recourse(on, a.Calendar); err != nil {
		return sc, err
	}
	if sc.Relief, err = a.Rules.Rule("HO-14", on, county); err != nil && !errors.Is(err, rule.ErrNotInForce) {
		return sc, err
	}
	return sc, a.rules(on, county, map[string]*rule.Rule{
		"HO-07": &sc.Head, "HO-PT-WORK": &sc.Work, "HO-PT-INSURANCE": &sc.Insurance, "HO-PT-AREA": &sc.Area, "HO-PT-WAIT": &sc.Wait,
	})
}

// rank orders a list as it stands today.
func (a *App) rank(s Store, county string, kind domain.Kind) (domain.Scoring, []domain.Standing, error) {
	today := clock.Today(a.Clock)
	sc, err := a.scoring(today, county)
	if err != nil {
		return sc, nil, err
	}
	all, err := s.Candidates(county, kind, today)
	if err != nil {
		return sc, nil, err
	}
	first, err := owed(s, county)
	if err != nil {
		return sc, nil, err
	}
	ranked, err := sc.Rank(all, first, today)
	return sc, ranked, err
}

// Placed is an application with where it stands.
type Placed struct {
	Application domain.Application
	Standing    domain.Standing // zero where it does not wait
	Was         int             // the position when the list was last published; 0 where it was not on it
	PublishedOn clock.Date
	Reasons     []rule.Trace // of the place, or of the decision where it does not wait
	Entry       domain.RoundEntry
	Proof       []string // that the ticket is under the committed root, until the draw is made
	Proofs      []domain.Proof
}

// ReadPlace shows where an application stands: to its worker, to who acts for
// him, or to an officer of its county.
func (a *App) ReadPlace(ctx context.Context, s Store, id string) (v Placed, err error) {
	if v.Application, err = s.PeekApplication(id); err != nil {
		return v, err
	}
	p, err := mayRead(ctx, v.Application.Worker, v.Application.County)
	if err = auth.Hide(err, domain.ErrApplicationUnknown); err != nil {
		return v, err
	}
	v.Reasons = v.Application.Reasons
	entries, err := s.EntriesOf(id)
	if err != nil {
		return v, err
	}
	if len(entries) > 0 {
		v.Entry = entries[0]
		r, err := s.PeekRound(v.Entry.RoundID)
		if err != nil {
			return v, err
		}
		if r.Root == "" || !p.ActsHimself(v.Application.Worker) {
			v.Entry.Ticket = "" // the applicant's alone, and of use where something is drawn
		} else if v.Proof, err = proof(s, r, v.Entry.Ticket); err != nil {
			return v, err
		}
	}
	if !v.Application.Waits() {
		return v, nil
	}
	sc, ranked, err := a.rank(s, v.Application.County, v.Application.Kind)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(ranked, func(st domain.Standing) bool { return st.Candidate.Application.ID == id })
	v.Standing = ranked[i]
	v.Proofs = v.Standing.Candidate.Proofs
	why, err := sc.Explain(v.Standing, clock.Today(a.Clock))
	if err != nil {
		return v, err
	}
	v.Reasons = []rule.Trace{why}
	first, asked, err := sc.First(v.Application, clock.Today(a.Clock))
	if err != nil {
		return v, err
	}
	if asked {
		v.Reasons = append(v.Reasons, first)
	}
	was, on, err := s.Published(v.Application.County, v.Application.Kind)
	v.Was, v.PublishedOn = was[id], on
	return v, err
}

func proof(s Store, r domain.Round, ticket string) ([]string, error) {
	entries, err := s.Entries(r.ID)
	if err != nil {
		return nil, err
	}
	return r.Prove(entries, ticket)
}

// SetDrawWord takes a word of the applicant's own for the next draw and returns
// the nonce, which the applicant keeps beside it, and the hash, which is kept here.
func (a *App) SetDrawWord(ctx context.Context, s Store, id, word string) (nonce, hash string, err error) {
	seen, err := s.PeekApplication(id)
	if err != nil {
		return "", "", err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrApplicationUnknown); err != nil {
		return "", "", err
	}
	application, err := s.Application(id)
	if err != nil {
		return "", "", err
	}
	nonce = allocate.NewTicket()
	application, events, err := application.GiveWord(word, nonce)
	if err != nil {
		return "", "", err
	}
	return nonce, application.Word, s.SaveApplication(ctx, application, events...)
}

// WaitingList is a list as an officer of its county sees it: case numbers.
type WaitingList struct {
	Ranked      []domain.Standing
	Was         map[string]int
	PublishedOn clock.Date
	Rates       []domain.Rate
	Free        []domain.Home
	Undecided   []domain.Application
}

// ReadList shows a list to an officer of the county.
func (a *App) ReadList(ctx context.Context, s Store, county string, kind domain.Kind) (v WaitingList, err error) {
	if err := a.county(county); err != nil {
		return v, err
	}
	if _, err := officer(ctx, county); err != nil {
		return v, err
	}
	if _, v.Ranked, err = a.rank(s, county, kind); err != nil {
		return v, err
	}
	v.Rates = domain.Rates(v.Ranked)
	if v.Was, v.PublishedOn, err = s.Published(county, kind); err != nil {
		return v, err
	}
	if v.Undecided, err = s.Undecided(county, kind, usualPage); err != nil {
		return v, err
	}
	v.Free, err = s.FreeHomes(county, kind, "", longestPage)
	return v, err
}

// keepPublishing has a list published at the next day's beginning, where it has
// not been before.
func (a *App) keepPublishing(ctx context.Context, s Store, county string, kind domain.Kind) error {
	_, on, err := s.Published(county, kind)
	if err != nil || !on.IsZero() {
		return err
	}
	return s.Later(ctx, TaskPublish, county+":"+string(kind), clock.Today(a.Clock).AddDays(1).Start())
}

// PublishList writes a list's positions down, once a day for as long as
// somebody waits, so that everybody sees what moved.
func (a *App) PublishList(ctx context.Context, s Store, list string) error {
	county, kind, _ := strings.Cut(list, ":")
	if err := s.LockList(county, domain.Kind(kind)); err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	_, on, err := s.Published(county, domain.Kind(kind))
	if err != nil || on == today {
		return err
	}
	_, ranked, err := a.rank(s, county, domain.Kind(kind))
	if err != nil {
		return err
	}
	if err := s.Publish(ctx, a.NewID(), county, domain.Kind(kind), today, ranked); err != nil || len(ranked) == 0 {
		return err
	}
	return s.Later(ctx, TaskPublish, list, today.AddDays(1).Start())
}
