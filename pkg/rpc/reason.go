package rpc

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Reasons brings the traces of a decision into the form in which they cross the
// wire, in their order.
func Reasons(traces []rule.Trace) []*platformv1.Reason {
	all := make([]*platformv1.Reason, len(traces))
	for i, t := range traces {
		r := &platformv1.Reason{RuleId: t.RuleID, Source: t.Source, ToBeConfirmed: t.ToBeConfirmed, Outcome: string(t.Outcome), DecidedOn: day(t.DecidedOn)}
		for _, f := range t.Facts {
			r.Facts = append(r.Facts, &platformv1.ReasonFact{Name: f.Name, Value: f.Value, Origin: f.From, AsOf: f.AsOf, Proof: f.Proof})
		}
		for _, g := range t.Gaps {
			r.Gaps = append(r.Gaps, &platformv1.ReasonGap{Name: g.Name, Have: g.Have, Need: g.Need, Short: g.Short, Unit: g.Unit})
		}
		for _, c := range t.Changes {
			r.Changes = append(r.Changes, &platformv1.ReasonChange{Code: c.Code, By: day(c.By), From: day(c.From)})
		}
		for _, a := range t.Appeals {
			r.Appeals = append(r.Appeals, &platformv1.ReasonAppeal{Way: a.Way, Body: a.Body, Deadline: a.Deadline, Until: day(a.Until), Days: int32(a.Days), ToBeConfirmed: a.ToBeConfirmed})
		}
		all[i] = r
	}
	return all
}

// day is a civil date as it crosses the wire: "" where there is none.
func day(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
