package housing

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	word := []string{"unsaid", "declared", "confirmed", "not_found"}
	frametest.Section(t, New(nil), map[string][]string{
		"rule.": {"HO-03", "HO-04", "HO-06", "HO-07", "HO-PT-WORK", "HO-PT-INSURANCE", "HO-PT-AREA", "HO-PT-WAIT", "HP-01", "HP-02"},
		"form.": {"record", "paper", "witness", "declared"}, "have.": {"work_months", "insurance_months", "area_short_m2", "waiting_months"},
		"home.by.": {"class", "points", "since", "number"}, "home.kind.": append(listedKinds(), "dormitory"), "entry.": {"waiting", "reached", "open", "accepted", "signed"},
		"ground.": append(exitGrounds(), "vacant", "job_ended"), "repair.": repairKinds(), "answer.": {"disputes", "paid", "needs_time", "agrees"},
		"exit.tells.": {"noticed", "answered", "stays", "leaves", "appealed", "left"}, "housing.done.": nil,
		"fund.": {"own_home", "retired", "unable_to_work", "settled_abroad", "repay_loan", "rent"}, "fund.paper.": {"lease", "rent_receipt", "landlord_statement"},
		"fund.number.": {"days_from_hire", "min_ratio_each", "max_ratio", "remit_days_after_payday", "withdrawal_days", "loan_days"},
		"home.late.":   {"open", "corrected", "no_change", "cancelled"}, "priority.is.": word, "priority.case.": word, "priority.basis.": {"paper", "civil_affairs"},
	})
}
