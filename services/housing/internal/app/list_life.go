package app

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ListLife says how a worker's own applications stand, the leases, and what belongs to
// them. An application that became a lease is told as the lease.
func (a *App) ListLife(_ context.Context, s Store, worker string) ([]life.Thing, error) {
	now := a.Clock.Now()
	asked, err := a.asked(s, worker)
	if err != nil {
		return nil, err
	}
	var all []life.Thing
	for _, w := range asked {
		all = append(all, applied(w, now), onPaper(w), saidFirst(w))
	}
	files, err := a.files(s, worker)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		all = append(all, lived(f, now)...)
	}
	return all, nil
}

// asking is an application that is not over, with what stands beside it.
type asking struct {
	domain.Application
	Offer   domain.Offer  // zero where none is open or accepted
	Undo    time.Duration // PR-UNDO
	Place   int           // in the list as it was last published; 0 where it is on none
	DrawOn  clock.Date    // when the figure is due that decides the ties of its round; zero where none is open
	FirstBy clock.Date    // until when who was wronged by a fault is offered a home; zero for all others
}

func (a *App) asked(s Store, worker string) ([]asking, error) {
	open, err := s.OpenApplicationsOf(worker)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	var ids, held []string
	for _, one := range open {
		ids = append(ids, one.ID)
		if one.OfferID != "" {
			held = append(held, one.OfferID)
		}
	}
	offers, err := s.OffersAmong(held)
	if err != nil {
		return nil, err
	}
	first, err := s.ReliefsAmong(ids)
	if err != nil {
		return nil, err
	}
	places, err := s.PublishedAmong(ids)
	if err != nil {
		return nil, err
	}
	draws, err := s.DrawsAmong(ids)
	if err != nil {
		return nil, err
	}
	all := make([]asking, len(open))
	for i, one := range open {
		all[i] = asking{Application: one, Offer: offers[one.OfferID], Place: places[one.ID], DrawOn: draws[one.ID], FirstBy: first[one.ID].DueOn}
		if all[i].Undo, err = a.undoTime(one.County); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// files reads the leases of homes that a worker has not left, with what is not over of
// them and the newest renewal.
func (a *App) files(s Store, worker string) ([]LeaseFile, error) {
	leases, err := s.LiveLeasesOf(worker)
	if err != nil || len(leases) == 0 {
		return nil, err
	}
	var ids, at []string
	for _, l := range leases {
		ids, at = append(ids, l.ID), append(at, l.HomeID)
	}
	homes, err := s.HomesAmong(at)
	if err != nil {
		return nil, err
	}
	renewals, err := s.RenewalsAmong(ids)
	if err != nil {
		return nil, err
	}
	repairs, err := s.RepairsAmong(ids)
	if err != nil {
		return nil, err
	}
	reviews, err := s.ReviewsAmong(ids)
	if err != nil {
		return nil, err
	}
	exits, err := s.ExitsAmong(ids)
	if err != nil {
		return nil, err
	}
	all := make([]LeaseFile, len(leases))
	for i, l := range leases {
		h := homes[l.HomeID]
		all[i] = LeaseFile{
			Lease: l, Address: h.Estate + " " + h.Number,
			Renewals: ofLease(renewals, l.ID, func(r domain.Renewal) string { return r.LeaseID }),
			Repairs:  ofLease(repairs, l.ID, func(r domain.Repair) string { return r.LeaseID }),
			Reviews:  ofLease(reviews, l.ID, func(r domain.Review) string { return r.LeaseID }),
			Exits:    ofLease(exits, l.ID, func(e domain.Exit) string { return e.LeaseID }),
		}
		payments, err := s.Payments(l.ID)
		if err != nil {
			return nil, err
		}
		if err := a.open(&all[i], payments); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func ofLease[T any](all []T, lease string, of func(T) string) (some []T) {
	for _, one := range all {
		if of(one) == lease {
			some = append(some, one)
		}
	}
	return some
}

// applied is an application on its way to a signed lease. One with an open offer is told
// as the offer, also while its decision is looked at anew: the offer can be accepted.
func applied(w asking, now time.Time) life.Thing {
	t := life.Thing{Matter: "application", ID: w.ID, State: string(w.State), Code: string(w.Kind), Since: life.On(w.SubmittedAt)}
	way := []life.Step{life.Was("submitted", w.SubmittedAt)}
	if w.Kind.Listed() {
		way = append(way, reviewed(w.Application))
	}
	inRound := w.State == domain.Eligible && w.FirstBy.IsZero() && !w.DrawOn.IsZero()
	if inRound {
		way = append(way, life.Step{Name: "drawn", On: w.DrawOn})
	}
	t.Steps = life.Way(append(way, life.Was("offered", w.Offer.MadeAt), life.Was("answered", w.Offer.AcceptedAt), life.Step{Name: "signed"})...)
	switch {
	case w.Offer.Waits():
		t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = "offered", life.Needs, life.You, life.LastDay(w.Offer.AnswerBy), "HO-OFFER"
	case w.State == domain.Accepted:
		t.Part, t.Holder = life.Needs, life.You
		if w.Reopened && lacks(w.Reasons) {
			t.State = "accepted_lacks"
		} else if w.Reopened {
			t.State, t.Part, t.Holder = "accepted_reopened", life.Runs, life.Office
		}
		t.UndoBy = w.Offer.UndoBy(w.Undo, now)
	case w.State == domain.Refused:
		t.Steps = life.Way(way...)
		if review, open := reconsidered(w.Reasons, clock.DateOf(now)); open {
			t.Part, t.Holder, t.AnswerBy, t.Rule = life.Needs, life.You, review.Until, review.Deadline
		} else {
			t.State, t.Part = "refused_late", life.Runs
		}
	case w.State == domain.Submitted:
		t.Part, t.Holder = life.Runs, life.Office
		switch {
		case !w.Kind.Listed():
			t.State = "wants_place"
		case lacks(w.Reasons):
			t.State, t.Part, t.Holder = "lacks", life.Needs, life.You
		case w.Reopened:
			t.State = "reopened"
		}
	case w.State == domain.Eligible:
		t.Part, t.Holder = life.Runs, life.Office
		switch today := clock.DateOf(now); {
		case !w.FirstBy.IsZero() && today.After(w.FirstBy):
			t.State = "first_late"
		case !w.FirstBy.IsZero():
			t.State, t.Expected = "first", w.FirstBy
		case inRound:
			t.State, t.Holder = "in_round", life.Draw
		default:
			t.Place = w.Place
		}
	}
	return t
}

// reviewed is the step of the decision; it is to come again while that is reopened.
func reviewed(a domain.Application) life.Step {
	s := life.Step{Name: "reviewed"}
	if a.State != domain.Submitted && !a.Reopened && len(a.Reasons) > 0 {
		s.On, s.Done = a.Reasons[0].DecidedOn, true
	}
	return s
}

// lacks reports whether the last decision left it to the applicant to show more: some
// reason is not met, and none is an officer's refusal.
func lacks(reasons []rule.Trace) bool {
	refused := slices.ContainsFunc(reasons, func(t rule.Trace) bool {
		return slices.ContainsFunc(t.Facts, func(f rule.Fact) bool { return f.Name == "reason_code" })
	})
	return !refused && slices.ContainsFunc(reasons, func(t rule.Trace) bool { return t.Outcome != rule.Met })
}

// reconsidered is how a decision can be taken to reconsideration on a day; false where
// its time is over. The time has no end until it is known when the decision arrived.
func reconsidered(reasons []rule.Trace, today clock.Date) (rule.Appeal, bool) {
	for _, t := range reasons {
		for _, a := range t.Appeals {
			if a.Way == "reconsideration" && (a.Until.IsZero() || !today.After(a.Until)) {
				return a, true
			}
		}
	}
	return rule.Appeal{}, false
}

// onPaper is an application that was received on paper, where a list was fixed before
// it was entered: an officer looks whether that cost the applicant a home.
func onPaper(w asking) life.Thing {
	t := life.Thing{Matter: "paper", ID: w.ID, State: w.Paper.Late, Code: string(w.Kind)}
	if w.Paper.Late == domain.LateOpen {
		t.Part, t.Holder = life.Runs, life.Office
		t.Steps = life.Way(life.Was("received", w.SubmittedAt), life.Was("entered", w.Paper.EnteredAt), life.Step{Name: "settled"})
	}
	return t
}

// saidFirst is a household's word that it is a relief household, until an officer looked.
func saidFirst(w asking) life.Thing {
	t := life.Thing{Matter: "priority", ID: w.ID, State: string(w.Priority.State), Code: string(w.Kind), Since: life.On(w.SubmittedAt)}
	if w.Priority.State == domain.PriorityDeclared {
		t.Part, t.Holder = life.Runs, life.Office
	}
	return t
}

// lived is a lease with what belongs to it. Where a decision stands that the tenant has
// to leave, the lease says so, and the notice is told for as long as it can be contested.
func lived(f LeaseFile, now time.Time) []life.Thing {
	today := clock.DateOf(now)
	l := f.Lease
	home := life.Thing{Matter: "lease", ID: l.ID, State: l.State(today), Part: life.Has, Name: f.Address, Code: string(l.Kind), Since: l.StartsOn}
	home.Steps = []life.Step{life.Will("begins", l.StartsOn, today), life.Will("renewable", f.RenewFrom, today), life.Will("ends", l.EndsOn, today)}
	leaving := slices.IndexFunc(f.Exits, func(e domain.Exit) bool { return e.State == domain.ExitIsLeaving })
	if leaving >= 0 {
		home.State, home.Part, home.Holder = "leaves", life.Runs, life.You
		home.Steps = []life.Step{life.Will("begins", l.StartsOn, today), {Name: "moved", On: f.Exits[leaving].LeaveBy}}
	}
	if !l.Live() {
		home.Part = life.Over
	}
	all := []life.Thing{home}
	if leaving < 0 && l.Live() {
		all = append(all, renewed(f, today))
	}
	looked := slices.ContainsFunc(f.Reviews, func(r domain.Review) bool { return r.Ground == domain.GroundArrears && r.Outcome == "" })
	owes := f.Ledger.ArrearsMonths > 0
	if owes {
		rent := life.Thing{Matter: "rent", ID: l.ID, Within: l.ID, State: "owed", Part: life.Needs, Holder: life.You, Name: f.Address}
		if looked {
			rent.State = "owed_long"
		}
		all = append(all, rent)
	}
	for _, r := range f.Reviews {
		if r.Ground != domain.GroundArrears || !owes { // the rent that is owed says it
			all = append(all, lookedAt(r))
		}
	}
	for _, r := range f.Repairs {
		all = append(all, mended(r, today))
	}
	for _, e := range f.Exits {
		all = append(all, noticed(e, now))
	}
	return all
}

// renewed is another term: the newest wish for one, or that it can be asked for.
func renewed(f LeaseFile, today clock.Date) life.Thing {
	t := life.Thing{Matter: "renewal", ID: f.Lease.ID, Within: f.Lease.ID, Name: f.Address, Since: f.RenewFrom}
	if len(f.Renewals) > 0 {
		newest := f.Renewals[0]
		review, open := reconsidered(newest.Reasons, today)
		switch {
		case newest.State == domain.RenewalIsAsked:
			t.ID, t.State, t.Part, t.Holder = newest.ID, string(newest.State), life.Runs, life.Office
			t.Steps = []life.Step{life.Will("asked", newest.AskedOn, today), {Name: "decided"}}
			return t
		case newest.State == domain.RenewalIsRefused && open:
			t.ID, t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = newest.ID, string(newest.State), life.Needs, life.You, review.Until, review.Deadline
			return t
		}
	}
	switch {
	case today.Before(f.RenewFrom):
	case today.After(f.Lease.EndsOn): // who asks late loses nothing by it
		t.State, t.Part, t.Holder = "late", life.Needs, life.You
	default:
		t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = "open", life.Needs, life.You, f.Lease.EndsOn, "HO-03"
	}
	return t
}

// lookedAt is what a clock asked an officer to look at.
func lookedAt(r domain.Review) life.Thing {
	t := life.Thing{Matter: "review", ID: r.ID, Within: r.LeaseID, State: "closed", Code: r.Ground}
	if r.Outcome == "" {
		t.State, t.Part, t.Holder = "open", life.Runs, life.Office
		t.Steps = []life.Step{{Name: "opened", On: r.OpenedOn, Done: true}, {Name: "looked"}}
	}
	return t
}

// mended is a repair; the tenant has the last word.
func mended(r domain.Repair, today clock.Date) life.Thing {
	t := life.Thing{Matter: "repair", ID: r.ID, Within: r.LeaseID, State: string(r.State), Part: life.Runs, Holder: life.Office, Code: r.What}
	comes := life.Step{Name: "comes", On: r.PlannedOn, Done: r.State == domain.RepairIsDone && !r.PlannedOn.IsZero()}
	t.Steps = life.Way(life.Will("reported", r.ReportedOn, today), comes, life.Step{Name: "done", On: r.DoneOn, Done: !r.DoneOn.IsZero()}, life.Step{Name: "confirmed"})
	switch r.State {
	case domain.RepairIsPlanned:
		if today.After(r.PlannedOn) {
			t.State = "missed"
		}
	case domain.RepairIsDone:
		t.Part, t.Holder = life.Needs, life.You
	case domain.RepairIsConfirmed:
		t.Part = life.Over
	case domain.RepairIsOpen:
	}
	return t
}

// noticed is a notice to leave.
func noticed(e domain.Exit, now time.Time) life.Thing {
	t := life.Thing{Matter: "exit", ID: e.ID, Within: e.LeaseID, State: string(e.State)}
	decided := life.Step{Name: "decided"}
	if e.State == domain.ExitIsLeaving || e.State == domain.ExitIsAppealed {
		decided.Done = true
		if len(e.Reasons) > 0 {
			decided.On = e.Reasons[0].DecidedOn
		}
	}
	way := []life.Step{{Name: "noticed", On: e.NoticedOn, Done: true}, {Name: "answered", Done: e.Answer != ""}, decided}
	switch e.State {
	case domain.ExitIsNoticed:
		t.Part, t.Holder = life.Needs, life.You
		if e.AnswerBy.IsZero() || now.Before(e.AnswerBy) {
			t.AnswerBy, t.Rule = life.LastDay(e.AnswerBy), "HO-EXIT"
		} else { // an answer is taken until the decision
			t.State = "silent"
		}
	case domain.ExitIsAnswered:
		t.Part, t.Holder = life.Runs, life.Office
	case domain.ExitIsLeaving:
		today := clock.DateOf(now)
		if review, open := reconsidered(e.Reasons, today); e.MayAppeal(today) {
			t.Part, t.Holder, t.AnswerBy, t.Rule = life.Needs, life.You, e.AppealUntil, "HO-EXIT"
		} else if open {
			t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = "leaves_review", life.Needs, life.You, review.Until, review.Deadline
		}
	case domain.ExitIsAppealed:
		t.Part, t.Holder = life.Runs, life.Office
		way = append(way, life.Step{Name: "heard"})
	case domain.ExitIsStaying, domain.ExitIsLeft:
	}
	t.Steps = life.Way(way...)
	return t
}
