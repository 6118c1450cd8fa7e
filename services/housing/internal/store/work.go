package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for the housing department's officers.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "application", Person: work.Household, Decides: []string{"housing.HousingService.DecideEligibility"},
			From: "application", Where: "state = 'submitted' OR state = 'accepted' AND reopened = 1", County: "county", State: "state", Since: "submitted_at", What: "kind", Whose: "worker",
		},
		{
			Matter: "priority", Person: work.Household, Decides: []string{"housing.HousingService.ConfirmPriority"},
			From: "application", Where: "priority = 'declared' AND state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted')", County: "county", State: "state", Since: "submitted_at", What: "kind", Whose: "worker",
		},
		{
			Matter: "late_paper", Person: work.Household, Decides: []string{"housing.HousingService.SettleLatePaper"},
			From: "application", Where: "late = 'open'", County: "county", State: "late", Since: "entered_at", What: "kind", Whose: "worker",
		},
		{
			Matter: "household", Person: work.Household, Decides: []string{"housing.HousingService.DecideHousehold"},
			From: "list_double d JOIN application a ON a.id = d.application_id", Where: "d.state = 'open'", ID: "d.id", County: "d.county", State: "d.state", Since: "a.submitted_at", Within: "d.application_id", What: "d.kind", Whose: "a.worker",
		},
		{
			Matter: "relief", Person: work.Household, Decides: []string{"housing.HousingService.OfferHome"},
			From: "relief", Where: "state = 'open'", County: "county", State: "state", Since: "''", Days: true, Due: "due_on", Rule: "HO-REDRESS", Within: "application_id", What: "kind", Whose: "worker",
		},
		{
			Matter: "renewal", Person: work.Household, Decides: []string{"housing.HousingService.DecideRenewal"},
			From: "renewal", Where: "state = 'asked'", County: "county", State: "state", Since: "asked_on", Days: true, Within: "lease_id", Whose: "worker",
		},
		{
			Matter: "repair", Person: work.Household, Decides: []string{"housing.HousingService.PlanRepair", "housing.HousingService.FinishRepair"},
			From: "repair", Where: "state IN ('open', 'planned')", County: "county", State: "state", Since: "reported_on", Days: true, Within: "lease_id", What: "what", Whose: "worker",
		},
		{
			Matter: "review", Person: work.Household, Decides: []string{"housing.HousingService.CloseReview", "housing.HousingService.GiveNotice"},
			From: "review", Where: "outcome = ''", County: "county", State: "'open'", Since: "opened_on", Days: true, Within: "lease_id", What: "ground", Whose: "worker",
		},
		{
			Matter: "exit", Person: work.Household, Decides: []string{"housing.HousingService.DecideExit"},
			From: "exit", Where: "state = 'answered' OR state = 'noticed' AND answer_by > 0 AND answer_by < {now}", County: "county", State: "state", Since: "noticed_on", Days: true, Within: "lease_id", What: "ground", By: []string{"noticing_officer"}, Whose: "worker",
		},
		{
			Matter: "exit_appeal", Person: work.Household, Decides: []string{"housing.HousingService.DecideExitAppeal"},
			From: "exit", Where: "state = 'appealed'", County: "county", State: "state", Since: "noticed_on", Days: true, Within: "lease_id", What: "ground", By: []string{"noticing_officer", "deciding_officer"}, Whose: "worker",
		},
		{
			Matter: "exit_left", Person: work.Household, Decides: []string{"housing.HousingService.RecordLeft"},
			From: "exit", Where: "state = 'leaves' AND leave_by <> '' AND leave_by <= {today}", County: "county", State: "state", Since: "noticed_on", Days: true, Due: "leave_by", Rule: "HO-EXIT", Within: "lease_id", What: "ground", Whose: "worker",
		},
		{
			Matter: "places", Person: work.Employer, Decides: []string{"housing.HousingService.GrantPlaces"},
			From: "place_request", Where: "granted < asked", County: "county", State: "'asked'", Since: "asked_on", Days: true,
		},
		{
			Matter: "figure", Person: work.Nobody, Decides: []string{"housing.HousingService.ConfirmFigure"},
			From: "round", Where: "state IN ('committed', 'confirming') AND figure_due <> '' AND figure_due <= {today}", County: "county", State: "state", Since: "opened_on", Days: true, Due: "figure_due", What: "kind", By: []string{"officer"},
		},
		{
			Matter: "correction", Person: work.Nobody, Decides: []string{"housing.HousingService.DecideCorrection"},
			From: "round_correction", Where: "state = 'proposed'", County: "county", State: "state", Since: "proposed_at", Within: "round_id", By: []string{"proposed_by"},
		},
	}
}
