package fair

import (
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Outcome is what a pass gave an application, wish by wish down to what it
// got: the facts of its traces, kept small, since a large fair has a million.
type Outcome struct {
	Pass   int        `json:"pass,omitempty"` // 0: no pass yet
	On     clock.Date `json:"on,omitzero"`
	Got    int        `json:"got,omitempty"` // the wish that is proposed, from 1; 0 is none
	Wishes int        `json:"wishes,omitempty"`
	Lines  []Line     `json:"lines,omitempty"`
}

// Line is one wish of an outcome. Ranks are the employer's, 0 is not
// ranked; numbers are places in the lottery among those who wished for the post.
type Line struct {
	VacancyID  string `json:"vacancy"`
	Rank       int    `json:"rank,omitempty"`
	Number     int    `json:"number,omitempty"`
	Of         int    `json:"of,omitempty"`
	Seats      int    `json:"seats,omitempty"`
	LastRank   int    `json:"last_rank,omitempty"` // of the last one in
	LastNumber int    `json:"last_number,omitempty"`
	NoSeat     bool   `json:"no_seat,omitempty"` // no seat was left for anybody
	Over       bool   `json:"over,omitempty"`    // answered with no in an earlier pass
	Got        bool   `json:"got,omitempty"`
}

// The codes of what would change an outcome of a fair; the interface words them.
const (
	ChangePass        = "fair_second_pass"  // the same number again
	ChangeCertificate = "fair_certificate"  // an employer ranks by skills and certificates
	ChangeNumber      = "fair_number"       // the lottery decided: nothing to be done at this post
	ChangeWishes      = "fair_more_wishes"  // the list had room
	ChangeApply       = "fair_apply_direct" // open vacancies take applications every day
	ChangeSeats       = "fair_more_seats"   // the employer may bring more seats
)

// Traces explains the outcome: one trace for each wish above what was got, and
// one for that. Each says which rank and number there was, those of the last one
// in, how far off, what would change it and where to have it looked at: for so many
// days from when word of it arrived, the zero time until that is known.
func (o Outcome) Traces(r Rules, told time.Time) ([]rule.Trace, error) {
	begun, err := r.Match.Trace(o.On, "mechanism", "unranked")
	if err != nil {
		return nil, err
	}
	all := make([]rule.Trace, 0, len(o.Lines))
	for i, l := range o.Lines {
		t := begun
		t.Facts = make([]rule.Fact, 0, 5)
		fact := func(name, value, from string) {
			t.Facts = append(t.Facts, rule.Fact{Name: name, Value: value, From: from, AsOf: o.On.String(), Proof: l.VacancyID})
		}
		fact("fair_wish", strconv.Itoa(i+1), "declared")
		if l.Rank > 0 {
			fact("fair_rank", strconv.Itoa(l.Rank), "employer")
		} else {
			fact("fair_rank", "unranked", "employer")
		}
		if l.Number > 0 {
			fact("fair_number", strconv.Itoa(l.Number), "lottery")
			fact("fair_applied", strconv.Itoa(l.Of), "employment")
			fact("fair_seats", strconv.Itoa(l.Seats), "employer")
		}
		if t.Outcome = rule.NotMet; l.Got {
			t.Outcome = rule.Met
			all = append(all, t)
			continue
		}
		t.Appeals = r.review(told)
		l.gap(&t)
		if o.Pass < r.Passes && !l.Over {
			t.Changes = append(t.Changes, rule.Change{Code: ChangePass})
		}
		if o.Got == 0 && i == len(o.Lines)-1 {
			if o.Wishes < r.WishesMax {
				t.Changes = append(t.Changes, rule.Change{Code: ChangeWishes})
			}
			t.Changes = append(t.Changes, rule.Change{Code: ChangeApply})
		}
		if len(t.Changes) == 0 {
			t.Changes = []rule.Change{{Code: ChangeApply}}
		}
		all = append(all, t)
	}
	return all, nil
}

// gap says how far the wish was off, and what would change that.
func (l Line) gap(t *rule.Trace) {
	switch {
	case l.Over:
		t.Facts = append(t.Facts, rule.Fact{Name: "fair_over", Value: "yes", From: "employment", AsOf: t.DecidedOn.String()})
	case l.NoSeat:
		t.Gaps = []rule.Gap{{Name: "fair_seats", Have: "0", Need: "1", Short: "1", Unit: "place"}}
		t.Changes = []rule.Change{{Code: ChangeSeats}}
	case l.Rank != l.LastRank: // the employer's order decided
		g := rule.Gap{Name: "fair_rank", Have: "unranked", Need: strconv.Itoa(l.LastRank)}
		if l.Rank > 0 {
			g.Have, g.Short, g.Unit = strconv.Itoa(l.Rank), strconv.Itoa(l.Rank-l.LastRank), "rank"
		}
		t.Gaps = []rule.Gap{g}
		t.Changes = []rule.Change{{Code: ChangeCertificate}}
	default:
		t.Gaps = []rule.Gap{{Name: "fair_number", Have: strconv.Itoa(l.Number), Need: strconv.Itoa(l.LastNumber), Short: strconv.Itoa(l.Number - l.LastNumber), Unit: "rank"}}
		t.Changes = []rule.Change{{Code: ChangeNumber}}
	}
}

// Trace explains an employer's no: who gave which ground, what the worker can do
// about it, and where to have it looked at. A ground that hides a reason which
// the law forbids (EM-02) is the officer's to find.
func (x Proposal) Trace(r Rules) (rule.Trace, error) {
	on := clock.DateOf(x.EndedAt)
	t, err := r.Fair.Trace(on, "pass_over_reasons", "review_days")
	if err != nil {
		return t, err
	}
	t.Outcome = rule.NotMet
	t.Facts = []rule.Fact{
		{Name: "fair_wish", Value: strconv.Itoa(x.Wish), From: "declared", AsOf: on.String(), Proof: x.VacancyID},
		{Name: "reason_code", Value: x.ReasonCode, From: "employer", AsOf: on.String(), Proof: x.ID},
	}
	if x.ReasonCode == "certificate_missing" {
		t.Changes = append(t.Changes, rule.Change{Code: ChangeCertificate})
	}
	if x.Pass < r.Passes {
		t.Changes = append(t.Changes, rule.Change{Code: ChangePass})
	}
	t.Changes = append(t.Changes, rule.Change{Code: ChangeApply})
	t.Appeals = r.review(x.ToldAt)
	return t, nil
}

// review is where a result is looked at again, and until when.
func (r Rules) review(told time.Time) []rule.Appeal {
	a := rule.Appeal{Way: "officer_review", Body: "hrss", Days: r.ReviewDays}
	if !told.IsZero() {
		a.Until = clock.DateOf(told).AddDays(r.ReviewDays)
	}
	return []rule.Appeal{a}
}
