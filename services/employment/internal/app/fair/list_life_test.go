package fair

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/lifetest"
)

var fairRules = fair.Rules{Passes: 2, ReviewDays: 5}

func planned(state fair.State) fair.Fair {
	return fair.Fair{ID: "f", State: state, Pass: 1, Plan: fair.Plan{Campaign: "spring_breeze", ClosesOn: testkit.Day("2026-11-20"), MatchOn: testkit.Day("2026-11-24"), StartsOn: testkit.Day("2026-11-15"), EndsOn: testkit.Day("2026-11-26")}}
}

func matched() fair.Application {
	return fair.Application{ID: "a", FairID: "f", SubmittedAt: testkit.Day("2026-11-16").Start(), Outcome: fair.Outcome{Pass: 1, On: testkit.Day("2026-11-24")}}
}

func noonOf(day string) time.Time { return testkit.Day(day).Start().Add(12 * time.Hour) }

// Each state of a fair and of a proposal stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	var all []life.Thing
	proposals := append(testkit.Constants[answer.State](t, "../../../../../pkg/answer", "State"), fair.PassedOver, "")
	for _, state := range testkit.Constants[fair.State](t, "../../domain/fair", "State") {
		for _, day := range []string{"2026-11-20", "2026-11-21", "2026-11-25", "2026-12-30"} {
			for _, newest := range proposals {
				all = append(all, joined(matched(), planned(state), fair.Proposal{Clock: answer.Clock{State: newest}}, fairRules, noonOf(day)))
			}
		}
	}
	lifetest.Check(t, "../../../../../proto/qiao/employment/v1/life.csv", "fair", all...)
}

// What is told follows the fair: lists are open through their last day, an accepted
// interview is told as its application, and after the last pass nothing is to come.
func TestWhatIsToldOfAFair(t *testing.T) {
	open := answer.Clock{State: answer.Open, AnswerBy: testkit.Day("2026-11-28").Start().UTC()}
	unplaced, last := fair.Proposal{}, planned(fair.Matched)
	last.Pass = 2
	gone := matched()
	gone.Withdrawn = true
	for name, c := range map[string]struct {
		told  life.Thing
		state string
		part  life.Part
		by    string
	}{
		"the last day of lists":   {joined(matched(), planned(fair.Open), unplaced, fairRules, noonOf("2026-11-20")), "sent", life.Runs, ""},
		"the day after it":        {joined(matched(), planned(fair.Open), unplaced, fairRules, noonOf("2026-11-21")), "closing", life.Runs, ""},
		"a proposal":              {joined(matched(), planned(fair.Matched), fair.Proposal{Clock: open}, fairRules, noonOf("2026-11-25")), "proposed", life.Needs, "2026-11-27"},
		"whose time is over":      {joined(matched(), planned(fair.Matched), fair.Proposal{Clock: open}, fairRules, noonOf("2026-11-28")), "again", life.Runs, ""},
		"declined":                {joined(matched(), planned(fair.Matched), fair.Proposal{Clock: answer.Clock{State: answer.Declined}}, fairRules, noonOf("2026-11-25")), "again", life.Runs, ""},
		"accepted":                {joined(matched(), planned(fair.Matched), fair.Proposal{Clock: answer.Clock{State: answer.Accepted}}, fairRules, noonOf("2026-11-25")), "", life.Over, ""},
		"no second pass came":     {joined(matched(), planned(fair.Matched), unplaced, fairRules, noonOf("2026-11-30")), "", life.Over, ""},
		"after the second":        {joined(matched(), last, unplaced, fairRules, noonOf("2026-11-25")), "", life.Over, ""},
		"the second's proposal":   {joined(matched(), last, fair.Proposal{Clock: open}, fairRules, noonOf("2026-11-25")), "proposed", life.Needs, "2026-11-27"},
		"while it is written":     {joined(matched(), planned(fair.Drawing), fair.Proposal{Clock: open}, fairRules, noonOf("2026-11-25")), "closed", life.Runs, ""},
		"who left":                {joined(gone, planned(fair.Open), unplaced, fairRules, noonOf("2026-11-18")), "", life.Over, ""},
		"a fair that ended early": {joined(matched(), planned(fair.Cancelled), unplaced, fairRules, noonOf("2026-11-18")), "", life.Over, ""},
	} {
		var by clock.Date
		if c.by != "" {
			by = testkit.Day(c.by)
		}
		if c.told.Part != c.part || c.state != "" && c.told.State != c.state || c.told.AnswerBy != by {
			t.Errorf("%s: %+v", name, c.told)
		}
	}
}
