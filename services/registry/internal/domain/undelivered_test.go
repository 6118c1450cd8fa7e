package domain

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// Each try is kept; the first that stands and reached the person, or a notice after other
// tries, ends the search, and a correction begins it again.
func TestASearchEndsByTheFirstTryThatStands(t *testing.T) {
	at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	u := Undelivered{MessageID: "m"}
	var all []Try
	for i, c := range []struct {
		way, outcome string
		corrects     int
		code, ends   string
	}{
		{"letter", "reached", 0, "registry.try.choice", ""},
		{"call", "posted", 0, "registry.try.choice", ""},
		{"notice", "posted", 0, "registry.try.notice", ""},
		{"call", "not_reached", 0, "", ""},
		{"call", "not_reached", 1, "registry.try.corrects", ""},
		{"correction", "entered_wrong", 2, "registry.try.corrects", ""},
		{"second_number", "reached", 0, "", EndedReached},
		{"visit", "reached", 0, "registry.undelivered.over", EndedReached},
		{"correction", "entered_wrong", 2, "", ""},
		{"correction", "entered_wrong", 2, "registry.try.corrects", ""},
		{"correction", "entered_wrong", 3, "registry.try.corrects", ""},
		{"visit", "not_reached", 0, "", ""},
		{"notice", "posted", 0, "", EndedNotice},
	} {
		next, one, err := u.Record(all, Try{Way: c.way, Outcome: c.outcome, Corrects: c.corrects, Officer: "a-1", At: at})
		if errs.CodeOf(err) != c.code || next.EndedHow != c.ends || next.EndedAt.IsZero() != (c.ends == "") {
			t.Errorf("%d: %+v, %v", i, next, err)
		}
		if err == nil {
			if u, all = next, append(all, one); one.Number != len(all) {
				t.Errorf("%d: number %d", i, one.Number)
			}
		}
	}
	if u = u.Arrive(at); u.EndedHow != EndedNotice {
		t.Errorf("what a notice ended is %s", u.EndedHow)
	}
	u = Undelivered{MessageID: "m"}.Arrive(at)
	if _, _, err := u.Record(nil, Try{Way: "call", Outcome: "reached", At: at}); errs.CodeOf(err) != "registry.undelivered.over" {
		t.Errorf("what arrived is looked for: %v", err)
	}
}
