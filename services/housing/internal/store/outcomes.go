package store

import "github.com/qiao-platform/qiao/pkg/outcome"

// Outcomes are the kinds of cases of which the housing department counts what came of them.
func Outcomes() []outcome.Matter {
	return []outcome.Matter{
		{Name: "application", Case: "application_id", Begins: "application.submitted", Ends: "eligibility.decided", Drops: []string{"application.withdrawn"}},
		{Name: "renewal", Case: "renewal_id", Begins: "renewal.asked", Ends: "renewal.decided"},
		{Name: "repair", Case: "repair_id", Begins: "repair.reported", Ends: "repair.done"},
		{Name: "exit_appeal", Case: "exit_id", Begins: "exit.appealed", Ends: "exit.appeal_decided", Upheld: "stays"},
	}
}
