package outcomes

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // whose officers each department is called by
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	months := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}
	frametest.Section(t, New(nil, []string{"housing"}, clock.System()), map[string][]string{
		"outcomes.measure.": measures, "outcomes.meaning.": measures, "outcomes.says.": measures, "outcomes.count.": measures, "month.": months,
		"outcomes.matter.": {"housing.application", "housing.renewal", "housing.repair", "housing.exit_appeal", "education.grant", "education.disagreement", "education.appeal", "employment.review", "insurance.duty"},
	})
}

// A card has a bar for each month of which something was told, as high as its share of the
// highest, and its counties in the order in which they are given, whatever their figures.
func TestACardOfFigures(t *testing.T) {
	one := func(county, month string, n int64, few bool) *platformv1.Outcome {
		return &platformv1.Outcome{Measure: "cases", Matter: "application", County: county, Month: month, Count: n, Few: few}
	}
	reply := &platformv1.CountOutcomesResponse{PersonsMin: 5, Outcomes: []*platformv1.Outcome{
		one("", "", 30, false), one("", "2026-02", 10, false), one("", "2026-03", 20, false), one("", "2026-12", 0, true),
		one("654322", "", 20, false), one("654301", "", 0, true), {Measure: "papers", Matter: "job"},
	}}
	cards := cardsOf("housing", "cases", reply, []string{"654301", "654321", "654322"})
	if len(cards) != 1 || cards[0].Whole.GetCount() != 30 {
		t.Fatalf("%v", cards)
	}
	c := cards[0]
	for i, m := range c.Months {
		want := map[int]int{1: barHigh / 2, 2: barHigh, 11: barHigh / 10}[i]
		if m.H != want || m.Y != barHigh-want || (m.Of != nil) != (want > 0) || m.X < i*barRoom || m.X+m.W > (i+1)*barRoom {
			t.Errorf("month %d: %+v, want %d high", i+1, m, want)
		}
	}
	for i, want := range []string{"654301 few", "654321 nothing", "654322 20"} {
		is := c.Counties[i].Code + " nothing"
		if of := c.Counties[i].Of; of != nil && of.Few {
			is = c.Counties[i].Code + " few"
		} else if of != nil {
			is = c.Counties[i].Code + " 20"
		}
		if is != want {
			t.Errorf("%s, want %s", is, want)
		}
	}
	if papers := cardsOf("housing", "papers", reply, nil); len(papers) != 1 || papers[0].Matter != "job" {
		t.Errorf("%v", papers)
	}
}
