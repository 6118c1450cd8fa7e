package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for officers of training.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "results", Person: work.Nobody, Decides: []string{"training.TrainingService.RecordResults"},
			From: "course", Where: "cancelled = 0 AND ends_on <> '' AND ends_on < {today} AND EXISTS (SELECT 1 FROM enrolment e WHERE e.course_id = course.id AND e.state = 'confirmed')",
			County: "county", State: "'open'", Since: "ends_on", Days: true,
		},
		{
			Matter: "certificate", Person: work.Worker, Decides: []string{"training.TrainingService.IssueCertificate"},
			From: "enrolment e JOIN course c ON c.id = e.course_id", Where: "e.state = 'completed' AND NOT EXISTS (SELECT 1 FROM certificate t WHERE t.enrolment_id = e.id AND t.revoked_on = '')",
			ID: "e.id", County: "e.division", State: "e.state", Since: "c.ends_on", Days: true, Within: "e.course_id", Whose: "e.worker",
		},
	}
}
