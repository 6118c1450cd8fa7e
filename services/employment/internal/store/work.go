package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for officers of employment.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "review", Person: work.Employer, Decides: []string{"employment.EmploymentService.DecideReview"},
			From: "review", Where: "state = 'waiting'", County: "county", State: "state", Since: "asked_at",
		},
		{
			Matter: "fair_correction", Person: work.Nobody, Decides: []string{"employment.EmploymentService.DecideFairCorrection"},
			From: "fair_correction", Where: "state = 'proposed'", County: "division", State: "state", Since: "proposed_at", Within: "fair_id", By: []string{"proposed_by"},
		},
		{
			Matter: "fair_close", Person: work.Nobody, Decides: []string{"employment.EmploymentService.CloseFair"},
			From: "fair", Where: "state = 'open' AND closes_on < {today}", County: "division", State: "state", Since: "closes_on", Days: true, Due: "match_on", Rule: "EM-FAIR",
		},
		{
			Matter: "fair_match", Person: work.Nobody, Decides: []string{"employment.EmploymentService.EnterFairFigure", "employment.EmploymentService.DrawFair"},
			From: "fair", Where: "state = 'closed' AND match_on <= {today}", County: "division", State: "state", Since: "match_on", Days: true, Due: "match_on", Rule: "EM-FAIR",
		},
	}
}
