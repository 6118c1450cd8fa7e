package store

import "github.com/qiao-platform/qiao/pkg/outcome"

// Outcomes are the kinds of cases of which the education department counts what came of
// them. An application is no such case: its round decides it on a day that is set before.
func Outcomes() []outcome.Matter {
	return []outcome.Matter{
		{Name: "grant", Case: "application_id", Begins: "grant.asked", Ends: "grant.approved", Drops: []string{"application.withdrawn"}},
		{Name: "disagreement", Case: "disagreement_id", Begins: "disagreement.filed", Ends: "disagreement.decided", Due: "due_on", Rule: "RG-GUARD-HEAR"},
		{Name: "appeal", Case: "appeal_id", Begins: "appeal.filed", Ends: "appeal.decided", Due: "due_on", Rule: "CLK-ED-APPEAL-DECIDE", Upheld: "upheld"},
	}
}
