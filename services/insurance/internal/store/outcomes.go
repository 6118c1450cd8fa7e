package store

import "github.com/qiao-platform/qiao/pkg/outcome"

// Outcomes are the kinds of cases of which the insurance department counts what came of
// them: duties to insure, whose clock the law gives.
func Outcomes() []outcome.Matter {
	return []outcome.Matter{{Name: "duty", Case: "duty_id", Begins: "duty.opened", Ends: "enrolment.completed", Drops: []string{"duty.closed"}, Due: "due_on", Rule: "CLK-SI-ENROL"}}
}
