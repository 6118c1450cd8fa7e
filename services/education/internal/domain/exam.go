package domain

import (
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Stay is what a family says of itself in the self-check. It is used for the
// answer and kept nowhere.
type Stay struct {
	JobMonths, HomeMonths, InsuranceMonths, SchoolingYears int
}

// most bounds what a self-check is told, in months or years.
const most = 1200

// CheckExam says which of a place's conditions of the entrance examinations
// (SC-05, local factors ED-EXAM) a family meets, and what is missing.
func CheckExam(r rule.Rule, recourse rule.Recourse, s Stay, today clock.Date) ([]rule.Trace, error) {
	var all []rule.Trace
	for _, f := range []struct {
		name, unit, change string
		have               int
	}{
		{"job_months", "month", "ed_exam_job", s.JobMonths},
		{"home_months", "month", "ed_exam_home", s.HomeMonths},
		{"insurance_months", "month", "ed_exam_insurance", s.InsuranceMonths},
		{"schooling_years", "year", "ed_exam_schooling", s.SchoolingYears},
	} {
		if f.have < 0 || f.have > most {
			return nil, ErrExam
		}
		need, err := r.Int(f.name)
		if err != nil {
			return nil, err
		}
		t, err := r.Trace(today, f.name)
		if err != nil {
			return nil, err
		}
		t.Facts = []rule.Fact{{Name: f.name, Value: strconv.Itoa(f.have), From: "declared", AsOf: today.String()}}
		if t.Outcome = rule.Met; f.have < need {
			t.Outcome = rule.NotMet
			t.Gaps = []rule.Gap{{Name: f.name, Have: strconv.Itoa(f.have), Need: strconv.Itoa(need), Short: strconv.Itoa(need - f.have), Unit: f.unit}}
			from := today.AddMonths(need - f.have)
			if f.unit == "year" {
				from = today.AddYears(need - f.have)
			}
			t.Changes = []rule.Change{{Code: f.change, From: from}, {Code: ChangePaper}}
			t.Appeals = []rule.Appeal{{Way: "officer_review", Body: "edu"}, recourse.Appeal()}
		}
		all = append(all, t)
	}
	return all, nil
}

// The states of a grant.
const (
	GrantIsAsked    = "asked"
	GrantIsApproved = "approved"
)

// AskGrant asks for the grant of a vocational school.
func (a Application) AskGrant() (Application, []Event, error) {
	switch {
	case a.Stage != Vocational || a.State == Withdrawn:
		return a, nil, ErrGrantStage
	case a.Grant != "":
		return a, nil, ErrGrantTwice
	}
	a.Grant = GrantIsAsked
	return a, []Event{GrantAsked{ApplicationID: a.ID}}, nil
}

// ApproveGrant approves a grant once a place is accepted.
func (a Application) ApproveGrant() (Application, []Event, error) {
	if a.Grant != GrantIsAsked || a.State != Accepted {
		return a, nil, ErrGrantState
	}
	a.Grant = GrantIsApproved
	return a, []Event{GrantApproved{ApplicationID: a.ID}}, nil
}

// Aid says what a vocational place brings: no tuition, and the grant (SC-06).
func (a Application) Aid(r rule.Rule, today clock.Date) ([]rule.Trace, error) {
	if a.Stage != Vocational {
		return nil, nil
	}
	yuan, err := r.Int("grant_yuan_year")
	if err != nil {
		return nil, err
	}
	t, err := r.Trace(today, "grant_yuan_year")
	if err != nil {
		return nil, err
	}
	t.Outcome = rule.Met
	t.Facts = []rule.Fact{
		{Name: "tuition_fen", Value: "0", From: "education", AsOf: today.String()},
		{Name: "grant_year_fen", Value: strconv.Itoa(yuan * 100), From: "education", AsOf: today.String()},
	}
	return []rule.Trace{t}, nil
}
