package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for officers of social insurance.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "duty", Person: work.Employer, Decides: []string{"insurance.InsuranceService.EnrolWorker"},
			From: "duty", Where: "state = 'overdue'", County: "division", State: "state", Since: "start_on", Days: true, Due: "due_on", Rule: "CLK-SI-ENROL",
		},
	}
}
