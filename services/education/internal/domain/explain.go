package domain

import (
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The codes of what would change an outcome; the interface words them.
const (
	ChangePaper      = "paper_or_witness"
	changeGround     = "ed_" // and the ground: ed_sibling, ed_continuity, ed_residence
	changeSecondPass = "ed_second_pass"
	changeSeatFreed  = "ed_seat_freed"
	changeBureau     = "ed_bureau_finds"
)

// Explaining is what the reasons of a round rest on.
type Explaining struct {
	Order      rule.Rule // ED-PRIORITY
	Compulsory rule.Rule // SC-01
	Recourse   rule.Recourse
	ReviewBy   clock.Date
	NextPass   clock.Date // from when what was freed is given; zero after the last pass
}

// wished is a trace of the order at a school, with the facts that decided.
func (x Explaining) wished(choice int, w Wish, today clock.Date) (rule.Trace, error) {
	t, err := x.Order.Trace(today, "order")
	t.Facts = []rule.Fact{
		{Name: "school_id", Value: w.SchoolID, From: "declared"},
		{Name: "choice", Value: strconv.Itoa(choice), From: "declared"},
		{Name: "priority_class", Value: strconv.Itoa(w.Class), From: "education", AsOf: today.String()},
		{Name: "ground", Value: w.Ground, From: w.From, Proof: w.Proof},
		{Name: "order_place", Value: strconv.Itoa(w.Position), From: "education", AsOf: today.String()},
		{Name: "named", Value: strconv.Itoa(w.Named), From: "education", AsOf: today.String()},
		{Name: "seats", Value: strconv.Itoa(w.Seats), From: "education", AsOf: today.String()},
	}
	return t, err
}

func (x Explaining) got(choice int, w Wish, today clock.Date) (rule.Trace, error) {
	t, err := x.wished(choice, w, today)
	t.Outcome = rule.Met
	return t, err
}

// missed explains a school that was wanted more than what was got: who was the
// last one in, by how much that one comes before, and what would change it.
func (x Explaining) missed(choice int, w Wish, why allocate.Reason, order []string, today clock.Date) (rule.Trace, error) {
	t, err := x.wished(choice, w, today)
	if err != nil {
		return t, err
	}
	t.Outcome = rule.NotMet
	if why.NoSeat {
		t.Gaps = []rule.Gap{{Name: "seats", Have: "0", Need: "1", Short: "1", Unit: "place"}}
	} else {
		t.Facts = append(t.Facts,
			rule.Fact{Name: "last_class", Value: strconv.Itoa(why.Last.Class), From: "education", AsOf: today.String()},
			rule.Fact{Name: "last_position", Value: strconv.Itoa(w.Last), From: "education", AsOf: today.String()})
		if why.Classes > 0 {
			t.Gaps = append(t.Gaps, rule.Gap{Name: "priority_class", Have: strconv.Itoa(w.Class), Need: strconv.Itoa(why.Last.Class), Short: strconv.Itoa(why.Classes), Unit: "class"})
		}
		t.Gaps = append(t.Gaps, rule.Gap{Name: "order_place", Have: strconv.Itoa(w.Position), Need: strconv.Itoa(w.Last), Short: strconv.Itoa(w.Position - w.Last), Unit: "place"})
		last := rank{why.Last.Class, why.Last.Number}
		for c, ground := range order {
			if c+1 < w.Class && (rank{c + 1, why.Own.Number}).compare(last) < 0 {
				t.Changes = append(t.Changes, rule.Change{Code: changeGround + ground})
			}
		}
		if len(t.Changes) > 0 {
			t.Changes = append(t.Changes, rule.Change{Code: ChangePaper})
		}
	}
	t.Changes = append(t.Changes, x.later())
	t.Appeals = x.appeals()
	return t, err
}

// whyBefore finds what an earlier pass said of a school that a child did not get.
func whyBefore(all []rule.Trace, school string) (rule.Trace, bool) {
	for _, t := range all {
		if t.Outcome == rule.NotMet && slices.ContainsFunc(t.Facts, func(f rule.Fact) bool { return f.Name == "school_id" && f.Value == school }) {
			return t, true
		}
	}
	return rule.Trace{}, false
}

// still is a trace of an earlier pass with what would change it from now on.
func (x Explaining) still(t rule.Trace) rule.Trace {
	t.Changes = slices.DeleteFunc(slices.Clone(t.Changes), func(c rule.Change) bool {
		return c.Code == changeSecondPass || c.Code == changeSeatFreed
	})
	t.Changes = append(t.Changes, x.later())
	return t
}

// later is what may change an outcome without any act of the family.
func (x Explaining) later() rule.Change {
	if x.NextPass.IsZero() {
		return rule.Change{Code: changeSeatFreed}
	}
	return rule.Change{Code: changeSecondPass, From: x.NextPass}
}

// NextPass is from when what was freed is given, as the entry's reasons say it; zero
// where they name no day.
func (e Entry) NextPass() clock.Date {
	for _, t := range e.Reasons {
		for _, c := range t.Changes {
			if c.Code == changeSecondPass {
				return c.From
			}
		}
	}
	return clock.Date{}
}

// compulsory is what a child of compulsory schooling has beyond any lottery: the
// bureau must find a place. ok is false for the other stages.
func (x Explaining) compulsory(stage Stage, today clock.Date) (t rule.Trace, ok bool, err error) {
	if !stage.Compulsory() {
		return t, false, nil
	}
	if t, err = x.Compulsory.Trace(today, "years"); err != nil {
		return t, false, err
	}
	t.Outcome = rule.Unclear // until the bureau has found one
	t.Facts = []rule.Fact{{Name: "stage", Value: string(stage), From: "education", AsOf: today.String()}}
	t.Changes = []rule.Change{{Code: changeBureau}}
	t.Appeals = x.appeals()
	return t, true, err
}

func (x Explaining) appeals() []rule.Appeal {
	review := rule.Appeal{Way: "officer_review", Body: "edu", Deadline: ReviewDeadline, Until: x.ReviewBy}
	return []rule.Appeal{review, x.Recourse.Appeal()}
}
