package store

import "github.com/qiao-platform/qiao/pkg/work"

// Work are the kinds of things that wait for officers who keep the register.
func Work() []work.Kind {
	return []work.Kind{
		{
			Matter: "contact", Person: work.Worker, Decides: []string{"registry.RegistryService.DecideContact"},
			From: "contact_case", Where: "state = 'open'", County: "from_county", State: "state", Since: "made_at", What: "reason_code", By: []string{"officer"}, Whose: "worker",
		},
		{
			Matter: "document", Person: work.Worker, Decides: []string{"registry.DocumentsService.DecideDocument"},
			From: "document_case", Where: "state = 'open'", County: "county", State: "state", Since: "made_at", What: "reason_code", By: []string{"officer"}, Whose: "worker",
		},
		{
			Matter: "document_age", Person: work.Worker, Decides: []string{"registry.DocumentsService.SettleDocumentAge"},
			From: "document_case", Where: "state = 'applied' AND under_age = 1 AND settled_by = ''", County: "county", State: "state", Since: "decided_at", What: "reason_code", Whose: "worker",
		},
		{
			Matter: "death", Person: work.Worker, Decides: []string{"registry.DeathService.DecideDeath"},
			From: "death_case", Where: "state = 'open'", County: "county", State: "state", Since: "made_at", What: "reason_code", By: []string{"officer"}, Whose: "worker",
		},
		{
			Matter: "reversal", Person: work.Worker, Decides: []string{"registry.DeathService.ConfirmReversal"},
			From: "death_case", Where: "state = 'reversed' AND decided_by <> '' AND confirmed_by = ''", County: "county", State: "state", Since: "reversed_at", By: []string{"reversed_by"}, Whose: "worker",
		},
		{
			Matter: "heir", Person: work.Worker, Decides: []string{"registry.DeathService.DecideHeirRequest"},
			From: "heir_request", Where: "state = 'open'", County: "county", State: "state", Since: "made_at", Due: "decide_by", Rule: "RG-HEIR", What: "asked", By: []string{"officer"}, Whose: "worker",
		},
		{
			Matter: "double", Person: work.Worker, Decides: []string{"registry.DoublesService.DecideDouble"},
			From: "likely_double d JOIN worker w ON w.id = d.first_id JOIN worker o ON o.id = d.second_id", Where: "d.state = 'open' AND w.closed_on = '' AND o.closed_on = '' AND NOT EXISTS (SELECT 1 FROM same s WHERE s.worker = d.first_id AND s.other = d.second_id)", ID: "d.id", County: "w.county", State: "d.state", Since: "d.found_at", Whose: "d.first_id",
		},
		{
			Matter: "person_case", Person: work.Worker, Decides: []string{"registry.JoiningService.DecidePersonCase"},
			From: "join_case", Where: "state = 'open'", County: "into_county", State: "state", Since: "made_at", What: "kind", By: []string{"officer"}, Whose: "into_worker",
		},
		{ // the record beside it is of another county, whose officers hear its person
			Matter: "person_case_other", Person: work.Worker, Decides: []string{"registry.JoiningService.DecidePersonCase"},
			From: "join_case", Where: "state = 'open' AND alias_county <> into_county", County: "alias_county", State: "state", Since: "made_at", What: "kind", By: []string{"officer"}, Whose: "alias_worker",
		},
		{
			Matter: "guardian", Person: work.Child, Decides: []string{"registry.GuardiansService.DecideGuardian", "registry.GuardiansService.HearGuardian"},
			From: "guardian", Where: "state = 'disputed'", County: "county", State: "state", Since: "made_at", Due: "answer_by", Rule: "RG-GUARD-HEAR", Within: "child", What: "guardian_kind", By: []string{"officer"},
		},
		{
			Matter: "guardian_case", Person: work.Child, Decides: []string{"registry.GuardiansService.DecideGuardianCase"},
			From: "guardian_case", Where: "state = 'open'", County: "county", State: "state", Since: "made_at", Within: "child", What: "case_kind", By: []string{"officer"},
		},
		{ // the counter of the person's county looks for whom a message did not reach
			Matter: "undelivered", Person: work.Worker, Decides: []string{"registry.UndeliveredService.RecordTry"},
			From: "undelivered u JOIN worker w ON w.id = u.worker", Where: "u.ended_how = '' AND w.closed_on = '' AND w.unseen_until = '' AND NOT EXISTS (SELECT 1 FROM deceased d WHERE d.worker = u.worker AND d.reversed = 0)",
			ID: "u.message_id", County: "w.county", Since: "u.found_at",
		},
	}
}
