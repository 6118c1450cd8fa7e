package store

import (
	"fmt"

	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Work is what waits for officers at identity: a second one's word about a list with names
// or about who answers for an employer, and an alarm that was given to a reviewer. What
// lapses when nobody decides waits no longer than the policy says that is in force when the
// service starts.
func Work(p domain.Policy) []work.Kind {
	return []work.Kind{
		{
			Matter: "export", Person: work.Nobody, Decides: []string{"identity.ExportsService.DecideExport"}, From: "export", County: "county", Since: "asked_at",
			Where: fmt.Sprintf(`state = 'asked' AND department = {department} AND asked_at >= {now} - %d`, p.Export.Decide.Microseconds()), By: []string{"staff"},
		},
		{
			Matter: "replacing", Person: work.Employer, Decides: []string{"identity.AccountsService.DecideAct"}, From: "act", County: "county", Since: "asked_at",
			Where: fmt.Sprintf(`kind = 'replacing' AND state = 'waiting' AND asked_at >= {now} - %d`, p.Act.Microseconds()),
			By:    []string{"(SELECT a.subject FROM login_account a WHERE a.id = act.asked_by)"},
		},
		{ // given to one reviewer, who sees it once, whatever departments the account works in
			Matter: "alarm", Person: work.Nobody, Decides: []string{"identity.CounterService.SettleAlarm"}, From: "alarm", County: "''", Since: "day", Days: true,
			Where: `state = 'open' AND actor <> {officer} AND reviewer IN (SELECT a.id FROM login_account a WHERE a.kind = 'officer' AND a.subject = {officer})
				AND {department} = (SELECT min(g.department) FROM grant_of g WHERE g.account = alarm.reviewer AND g.role = 'reviewer')`,
		},
	}
}
