package housing_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing"
)

// An application waits for those who decide it in its county, with its clock, until one
// of them has decided; nobody else sees it, neither in the list nor in the counts.
func TestAnApplicationWaitsForWhoDecidesIt(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		work := platformv1.WorkClient{Caller: f.Client(), Target: housing.Name}
		at := func(role, division string) context.Context {
			return f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "hou", Role: role, Division: division, Purpose: "case_handling", Via: auth.ViaWeb})
		}
		seen := func(ctx context.Context) (ids []string, n int64) {
			t.Helper()
			reply, err := work.ListWork(ctx, &platformv1.ListWorkRequest{Counted: true})
			if err != nil {
				t.Fatal(err)
			}
			counted, err := work.CountWork(ctx, &platformv1.CountWorkRequest{})
			if err != nil || len(counted.GetCounts()) != len(reply.GetCounts()) {
				t.Error(err, counted.GetCounts(), reply.GetCounts())
			}
			for _, w := range reply.GetItems() {
				if w.GetMatter() != "application" || w.GetRuleId() != "WK-TARGET" || w.GetWorkingDaysLeft() != 20 || w.GetDueOn() != "2026-11-30" {
					t.Error(w)
				}
				ids = append(ids, w.GetId())
			}
			for _, c := range reply.GetCounts() {
				n += c.GetCount()
			}
			return ids, n
		}
		id := f.apply()
		for _, division := range []string{county, "654300", auth.Everywhere} {
			if ids, n := seen(at("reviewer", division)); len(ids) != 1 || ids[0] != id || n != 1 {
				t.Errorf("a reviewer of %s sees %v and %d", division, ids, n)
			}
		}
		for what, ctx := range map[string]context.Context{"another county": at("reviewer", "654321"), "a clerk, who does not decide it": at("clerk", county), "who only looks": at("viewer", county)} {
			if ids, n := seen(ctx); len(ids) != 0 || n != 0 {
				t.Errorf("%s: %v and %d", what, ids, n)
			}
		}
		f.grant("grant-1", "job", "insurance_months")
		f.hire("2020-01-01")
		if d := f.decide(id, ""); d.GetOutcome() != "eligible" {
			t.Fatal(d)
		}
		if ids, n := seen(at("reviewer", county)); len(ids) != 0 || n != 0 {
			t.Errorf("decided, and still there: %v, %d", ids, n)
		}
	})
}
