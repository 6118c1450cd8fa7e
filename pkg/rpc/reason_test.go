package rpc_test

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
)

func TestReasonsLoseNothing(t *testing.T) {
	on, by := clock.NewDate(2026, 11, 26), clock.NewDate(2027, 1, 25)
	all := rpc.Reasons([]rule.Trace{{
		RuleID: "HO-01", Source: "law", ToBeConfirmed: true, Outcome: rule.NotMet, DecidedOn: on,
		Facts:   []rule.Fact{{Name: "job_months", Value: "4", From: "witness", AsOf: "2026-11-26", Proof: "p"}},
		Gaps:    []rule.Gap{{Name: "job_months", Have: "4", Need: "12", Short: "8", Unit: "month"}},
		Changes: []rule.Change{{Code: "job_goes_on", From: by}, {Code: "paper", By: by}},
		Appeals: []rule.Appeal{{Way: "reconsideration", Body: "gov", Deadline: "CLK-RC-APPLY", Until: by}},
	}, {RuleID: "HO-02"}})
	if len(all) != 2 || all[1].GetRuleId() != "HO-02" || all[1].GetDecidedOn() != "" {
		t.Fatalf("%v", all)
	}
	r := all[0]
	f, g, a := r.GetFacts()[0], r.GetGaps()[0], r.GetAppeals()[0]
	for got, want := range map[string]string{
		r.GetRuleId(): "HO-01", r.GetSource(): "law", r.GetOutcome(): "not_met", r.GetDecidedOn(): "2026-11-26",
		f.GetName() + f.GetValue() + f.GetOrigin() + f.GetAsOf() + f.GetProof():             "job_months4witness2026-11-26p",
		g.GetName() + g.GetHave() + "/" + g.GetNeed() + "/" + g.GetShort() + g.GetUnit():    "job_months4/12/8month",
		r.GetChanges()[0].GetFrom() + r.GetChanges()[0].GetBy() + r.GetChanges()[1].GetBy(): "2027-01-252027-01-25",
		a.GetWay() + a.GetBody() + a.GetDeadline() + a.GetUntil():                           "reconsiderationgovCLK-RC-APPLY2027-01-25",
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	if !r.GetToBeConfirmed() {
		t.Error("it is to be confirmed")
	}
}
