package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for the education bureau's officers.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "unplaced", Person: work.Child, Decides: []string{"education.EducationService.OfferWayOut", "education.EducationService.OfferPlace"},
			From: "bureau_task", Where: "state = 'open'", County: "county", State: "state", Since: "opened_at", Due: "due_on", Rule: "CLK-ED-UNPLACED", Within: "application_id", What: "stage",
		},
		{
			Matter: "appeal", Person: work.Child, Decides: []string{"education.EducationService.DecideAppeal"},
			From: "appeal", Where: "state = 'filed'", County: "county", State: "state", Since: "filed_at", Due: "due_on", Rule: "CLK-ED-APPEAL-DECIDE", Within: "application_id", What: "ground",
		},
		{
			Matter: "grant", Person: work.Child, Decides: []string{"education.EducationService.DecideGrant"},
			From: "application", Where: "grant_state = 'asked' AND state <> 'withdrawn'", County: "county", State: "grant_state", Since: "submitted_at", What: "stage",
		},
		{
			Matter: "disagreement", Person: work.Child, Decides: []string{"education.GuardiansService.DecideDisagreement", "education.GuardiansService.HearDisagreement"},
			From: "disagreement", Where: "state = 'open'", County: "county", State: "state", Since: "filed_at", Due: "due_on", Rule: "RG-GUARD-HEAR", Within: "application_id", What: "kind",
		},
		{
			Matter: "double", Person: work.Child, Decides: []string{"education.EducationService.DecideDouble"},
			From: "round_double d JOIN application a ON a.id = d.application_id", Where: "d.state = 'open'", ID: "d.id", County: "d.county", State: "d.state", Since: "a.submitted_at", Within: "d.round_id",
		},
		{
			Matter: "figure", Person: work.Nobody, Decides: []string{"education.EducationService.ConfirmFigure"},
			From: "school_round", Where: "state = 'committed' AND typed_by <> '' AND confirmed_by = ''", County: "county", State: "state", Since: "planned_at", What: "stage", By: []string{"typed_by"},
		},
		{
			Matter: "round_open", Person: work.Nobody, Decides: []string{"education.EducationService.OpenRound"},
			From: "school_round", Where: "state = 'planned' AND opens_on <= {today}", County: "county", State: "state", Since: "opens_on", Days: true, Due: "opens_on", What: "stage",
		},
		{
			Matter: "round_close", Person: work.Nobody, Decides: []string{"education.EducationService.CloseRound"},
			From: "school_round", Where: "state = 'open' AND closes_on < {today}", County: "county", State: "state", Since: "closes_on", Days: true, Due: "closes_on", What: "stage",
		},
		{
			Matter: "round_figure", Person: work.Nobody, Decides: []string{"education.EducationService.TypeFigure"},
			From: "school_round", Where: "state = 'committed' AND typed_by = '' AND draw_on <= {today}", County: "county", State: "state", Since: "draw_on", Days: true, Due: "draw_on", What: "stage",
		},
		{
			Matter: "correction", Person: work.Nobody, Decides: []string{"education.EducationService.DecideCorrection"},
			From: "round_correction", Where: "state = 'proposed'", County: "county", State: "state", Since: "proposed_at", Within: "round_id", By: []string{"proposed_by"},
		},
	}
}
