package insurance

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// fields says at which field of a form an error of the service stands.
var fields = map[string]string{
	"insurance.scheme": "scheme", "insurance.scheme.injury": "scheme", "schemes": "scheme",
	"insurance.month": "month", "insurance.month_ahead": "month", "insurance.month_twice": "month", "insurance.credited": "month",
	"insurance.not_credited": "month", "insurance.cover.stopped": "month", "from_month": "month",
	"insurance.reason": "reason", "reason_code": "reason",
}

// schemes are what a worker can be insured in; the department checks them.
func schemes() []string {
	return []string{"pension", "medical", "unemployment", "work_injury", "maternity"}
}

// listBody is what the lists share: the filter, and how the list goes on.
type listBody struct {
	Tab      string
	Filter   url.Values
	Counties []string // that the officer may choose among
	States   []string
	Err      error
	Next     string // the link to the next page
	Names    map[string]string
}

// list begins a list of the department's: of its query it keeps what filters it, so that
// the address is a link to share.
func list(v *frame.Visit, tab string, states ...string) listBody {
	b := listBody{Tab: tab, Filter: url.Values{}, Counties: v.Divisions(v.P.CountyCodes()), States: states}
	for _, name := range []string{"county", "state", "employer"} {
		if s := v.Query(name); s != "" {
			b.Filter.Set(name, s)
		}
	}
	return b
}

// follow links to the page behind a mark.
func (b *listBody) follow(path, after string) {
	if after == "" {
		return
	}
	q := url.Values{"after": {after}}
	for name, all := range b.Filter {
		q[name] = all
	}
	b.Next = path + "?" + q.Encode()
}

// Employer is the name of an employer, or "" where it is not to be had.
func (b listBody) Employer(id string) string { return b.Names[id] }

// names asks once for the names of the employers of a list; without them the list
// shows their numbers.
func (s *pages) names(v *frame.Visit, ids []string) map[string]string {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
	if len(ids) == 0 {
		return nil
	}
	reply, err := s.employment.ListEmployers(v.As(cases), &employmentv1.ListEmployersRequest{EmployerIds: ids})
	if err != nil {
		v.Log().WarnContext(v.R.Context(), "employers are not named", "error", err)
	}
	all := map[string]string{}
	for _, e := range reply.GetNamed() {
		if all[e.GetEmployerId()] = e.GetName(); e.GetKind() == "household" {
			all[e.GetEmployerId()] = v.P.T("insurance.household")
		}
	}
	return all
}

// debtors lists who owes enrolments: who is overdue, or will be first, stands first.
func (s *pages) debtors(v *frame.Visit) error {
	b := struct {
		listBody
		All []*insurancev1.Debtor
	}{listBody: list(v, "debtors")}
	reply, err := s.insurance.ListDebtors(v.As(cases), &insurancev1.ListDebtorsRequest{County: v.Query("county"), After: v.Query("after")})
	b.All, b.Err = reply.GetDebtors(), err
	b.follow("/insurance", reply.GetNext())
	ids := make([]string, len(b.All))
	for i, d := range b.All {
		ids[i] = d.GetEmployerId()
	}
	b.Names = s.names(v, ids)
	return v.Render(http.StatusOK, "debtors", frame.Page{Title: "insurance.title", Nav: "insurance", Body: b})
}

// duties lists duties by their last day; without a filter those that are owed.
func (s *pages) duties(v *frame.Visit) error {
	b := struct {
		listBody
		All []*insurancev1.Duty
	}{listBody: list(v, "duties", "owed", "overdue", "open", "fulfilled", "frozen", "closed", "all")}
	state := v.Query("state")
	switch state {
	case "":
		state = "owed"
	case "all":
		state = ""
	}
	reply, err := s.insurance.ListDuties(v.As(cases), &insurancev1.ListDutiesRequest{County: v.Query("county"), State: state, EmployerId: v.Query("employer"), After: v.Query("after")})
	b.All, b.Err = reply.GetDuties(), err
	b.follow("/insurance/duties", reply.GetNext())
	ids := []string{v.Query("employer")}
	for _, d := range b.All {
		ids = append(ids, d.GetEmployerId())
	}
	b.Names = s.names(v, ids)
	return v.Render(http.StatusOK, "duties", frame.Page{Title: "insurance.duties", Nav: "insurance", Body: b})
}

// dutyBody is one duty with its clock, and the form that fulfils it.
type dutyBody struct {
	*insurancev1.Duty
	Employer string
	Schemes  []string // that can be chosen
	Month    string   // that usually is the first
	Owed     bool
	Form     filled.Form
	Done     bool
}

func (s *pages) duty(v *frame.Visit) error { return s.showDuty(v, http.StatusOK, filled.Form{}) }

func (s *pages) showDuty(v *frame.Visit, status int, f filled.Form) error {
	reply, err := s.insurance.GetDuty(v.As(cases), &insurancev1.GetDutyRequest{DutyId: v.Path("duty")})
	if err != nil {
		return err
	}
	d := reply.GetDuty()
	b := dutyBody{Duty: d, Schemes: schemes(), Form: f, Done: v.R.URL.Query().Has("done")}
	v.Concerns(d.GetCounty())
	b.Owed = d.GetState() == "open" || d.GetState() == "overdue"
	b.Employer = s.names(v, []string{d.GetEmployerId()})[d.GetEmployerId()]
	if b.Month = v.P.Today()[:len("2006-01")]; len(d.GetStartOn()) >= len("2006-01") {
		b.Month = d.GetStartOn()[:len("2006-01")]
	}
	return v.Render(status, "duty", frame.Page{Title: "insurance.duty", Nav: "insurance", Body: b})
}

// enrol fulfils a duty with an enrolment.
func (s *pages) enrol(v *frame.Visit) error {
	reply, err := s.insurance.EnrolWorker(v.As(cases), &insurancev1.EnrolWorkerRequest{DutyId: v.Path("duty"), Schemes: v.R.PostForm["scheme"], FromMonth: v.Form("month")})
	if err != nil && filled.InPlace(err) {
		return s.showDuty(v, http.StatusUnprocessableEntity, filled.Of("enrol", v.R.PostForm, err, fields))
	}
	return v.Done(err, "/insurance/enrolments/"+url.PathEscape(reply.GetEnrolmentId())+"?done=enrol")
}

// enrolments lists who is enrolled through whom, newest first, by number alone.
func (s *pages) enrolments(v *frame.Visit) error {
	b := struct {
		listBody
		All []*insurancev1.Cover
	}{listBody: list(v, "enrolments", "active", "stopped")}
	reply, err := s.insurance.ListEnrolments(v.As(cases), &insurancev1.ListEnrolmentsRequest{County: v.Query("county"), State: v.Query("state"), EmployerId: v.Query("employer"), After: v.Query("after")})
	b.All, b.Err = reply.GetCovers(), err
	b.follow("/insurance/enrolments", reply.GetNext())
	ids := []string{v.Query("employer")}
	for _, c := range b.All {
		ids = append(ids, c.GetEmployerId())
	}
	b.Names = s.names(v, ids)
	return v.Render(http.StatusOK, "enrolments", frame.Page{Title: "insurance.enrolments", Nav: "insurance", Body: b})
}

// enrolmentBody is one enrolment with its months, and what can be done with it.
type enrolmentBody struct {
	*insurancev1.Cover
	Credited []string
	Employer string
	All      []string // schemes that can be chosen
	Month    string   // this one
	Form     filled.Form
	Done     string
}

// Reasons are those of an act, as its form offers them; the department checks them.
func (enrolmentBody) Reasons(act string) []string {
	return map[string][]string{
		"take-back": {"wrong_month", "entered_twice", "not_paid"}, "correct": {"wrong_schemes", "wrong_first_month"},
		"end": {"no_longer_works", "insured_elsewhere", "mistaken_entry"}, "resume": {"still_works", "mistaken_entry"},
	}[act]
}

// enrolmentActs are what can be done with an enrolment, and what a page says was done.
var enrolmentActs = []string{"enrol", "credit", "take-back", "correct", "end", "resume"}

func (s *pages) enrolment(v *frame.Visit) error {
	return s.showEnrolment(v, http.StatusOK, filled.Form{})
}

func (s *pages) showEnrolment(v *frame.Visit, status int, f filled.Form) error {
	reply, err := s.insurance.GetEnrolment(v.As(cases), &insurancev1.GetEnrolmentRequest{EnrolmentId: v.Path("enrolment")})
	if err != nil {
		return err
	}
	c := reply.GetCover()
	b := enrolmentBody{Cover: c, Credited: reply.GetCredited(), All: schemes(), Month: v.P.Today()[:len("2006-01")], Form: f}
	v.Concerns(c.GetCounty())
	if done := v.Query("done"); slices.Contains(enrolmentActs, done) {
		b.Done = done
	}
	b.Employer = s.names(v, []string{c.GetEmployerId()})[c.GetEmployerId()]
	return v.Render(status, "enrolment", frame.Page{Title: "insurance.enrolment", Nav: "insurance", Body: b})
}

// act does one thing with an enrolment, and shows it again: with what stood in the way
// where it was refused.
func (s *pages) act(v *frame.Visit) error {
	err := s.do(v.As(cases), v)
	if err != nil && filled.InPlace(err) {
		return s.showEnrolment(v, http.StatusUnprocessableEntity, filled.Of(v.Path("act"), v.R.PostForm, err, fields))
	}
	return v.Done(err, "/insurance/enrolments/"+v.Part("enrolment")+"?done="+url.QueryEscape(v.Path("act")))
}

func (s *pages) do(ctx context.Context, v *frame.Visit) (err error) {
	id, month, reason := v.Path("enrolment"), v.Form("month"), v.Form("reason")
	switch v.Path("act") {
	case "credit":
		_, err = s.insurance.RecordMonth(ctx, &insurancev1.RecordMonthRequest{EnrolmentId: id, Month: month})
	case "take-back":
		_, err = s.insurance.TakeBackMonth(ctx, &insurancev1.TakeBackMonthRequest{EnrolmentId: id, Month: month, ReasonCode: reason})
	case "correct":
		_, err = s.insurance.CorrectEnrolment(ctx, &insurancev1.CorrectEnrolmentRequest{EnrolmentId: id, Schemes: v.R.PostForm["scheme"], FromMonth: month, ReasonCode: reason})
	case "end":
		if err = v.Sure(); err == nil {
			_, err = s.insurance.EndEnrolment(ctx, &insurancev1.EndEnrolmentRequest{EnrolmentId: id, Month: month, ReasonCode: reason})
		}
	case "resume":
		_, err = s.insurance.ResumeEnrolment(ctx, &insurancev1.ResumeEnrolmentRequest{EnrolmentId: id, ReasonCode: reason})
	default:
		return frame.ErrNoPage
	}
	return err
}
