package training

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/pkg/errs"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// fields says at which field of a form an error of the service stands.
var fields = map[string]string{
	"training.course.occupation": "occupation", "training.course.level": "level", "training.course.hours": "hours", "training.course.places": "places",
	"training.course.places_taken": "places", "training.course.kind": "kind", "training.course.subsidy": "subsidy", "training.course.county": "county",
	"training.course.reference": "reference", "training.course.venue": "venue", "training.course.ends_before": "ends_on", "training.course.start_past": "starts_on",
	"training.reason": "reason", "reason_code": "reason", "employer_uscc": "uscc", "subsidy_fen": "subsidy",
	"training.certificate.kind": "kind", "training.certificate.date": "issued_on",
}

// What the forms offer; the department checks it.
func levels() []string {
	return []string{"五级", "四级", "三级", "二级", "一级", "专项能力"}
}
func kinds() []string { return []string{"general", "order", "targeted", "post"} }

// mostPlaces bounds what a form sends; the department says what can be meant.
const mostPlaces = 10_000

type coursesBody struct {
	Filter   url.Values
	Counties []string
	Err      error
	All      []*trainingv1.Course
	Next     string // the link to the next page
	Today    string
}

// courses lists courses by their first day; of the query it keeps what filters them, so
// that the address is a link to share.
func (s *pages) courses(v *frame.Visit) error {
	b := coursesBody{Filter: url.Values{}, Counties: v.P.CountyCodes(), Today: v.P.Today()}
	for _, name := range []string{"county", "find", "on", "cancelled"} {
		if q := v.Query(name); q != "" {
			b.Filter.Set(name, q)
		}
	}
	reply, err := s.training.ListCourses(v.As(cases), &trainingv1.ListCoursesRequest{
		County: v.Query("county"), Find: v.Query("find"), On: v.Query("on"), Cancelled: v.Query("cancelled") == "yes", After: v.Query("after"),
	})
	b.All, b.Err = reply.GetCourses(), err
	if next := reply.GetNext(); next != "" {
		q, _ := url.ParseQuery(b.Filter.Encode())
		q.Set("after", next)
		b.Next = "/training?" + q.Encode()
	}
	return v.Render(http.StatusOK, "courses", frame.Page{Title: "training.title", Nav: "training", Body: b})
}

type newBody struct {
	Counties, Levels, Kinds []string
	Form                    filled.Form
	Today                   string
}

func (s *pages) newCourse(v *frame.Visit) error {
	if may, err := v.May("training.PublishCourse"); err != nil || !may { // nothing is there for who only looks
		return v.Done(err, "/training")
	}
	return s.showNew(v, http.StatusOK, filled.Form{})
}

func (s *pages) showNew(v *frame.Visit, status int, f filled.Form) error {
	b := newBody{v.Divisions(v.P.CountyCodes()), levels(), kinds(), f, v.P.Today()}
	return v.Render(status, "new", frame.Page{Title: "training.new", Nav: "training", Body: b})
}

func (s *pages) publish(v *frame.Visit) error {
	f := v.Form
	hours, err := v.Whole("hours", mostPlaces)
	var places int32
	if err == nil {
		places, err = v.Whole("places", mostPlaces)
	}
	var fen int64
	if err == nil {
		fen, err = v.Yuan("subsidy")
	}
	id := ""
	if err == nil {
		var reply *trainingv1.PublishCourseResponse
		reply, err = s.training.PublishCourse(v.As(cases), &trainingv1.PublishCourseRequest{
			Provider: f("provider"), Title: f("title"), Occupation: f("occupation"), Level: f("level"), Hours: hours, Places: places, StartsOn: f("starts_on"), EndsOn: f("ends_on"),
			Kind: f("kind"), EmployerUscc: f("uscc"), SubsidyFen: fen, County: f("county"), Reference: f("reference"), Venue: f("venue"), Contact: f("contact"),
		})
		id = reply.GetCourseId()
		if err == nil && reply.GetOutcome() != "created" && v.Key() != "" && !s.asSent(v, id) {
			err = errReference
		}
	}
	if err != nil && filled.InPlace(err) {
		return s.showNew(v, http.StatusUnprocessableEntity, filled.Of("new", v.R.PostForm, err, fields))
	}
	return v.Done(err, "/training/courses/"+url.PathEscape(id)+"?done=publish")
}

// errReference is told where the provider has a course of this mark that is another.
var errReference = errs.New(errs.Conflict, "training.course.reference", "Another course of the provider has this reference.")

// asSent reports whether the course that has the mark is the one that the form says.
func (s *pages) asSent(v *frame.Visit, id string) bool {
	reply, err := s.training.GetCourse(v.As(cases), &trainingv1.GetCourseRequest{CourseId: id})
	c := reply.GetCourse()
	return err == nil && c.GetTitle() == v.Form("title") && c.GetStartsOn() == v.Form("starts_on") && c.GetOccupation() == v.Form("occupation")
}

// courseBody is a course with its class, and what can be done with both.
type courseBody struct {
	*trainingv1.Course
	Class   []*trainingv1.CourseEnrolment
	Next    string
	Err     error // why the class is not shown
	Form    filled.Form
	Done    string
	Today   string
	Started bool // results can be recorded
	Changes bool // the plan can
	Kinds   []string
}

// courseActs are what can be done with a course, and what a page says was done.
var courseActs = []string{"publish", "change", "cancel", "results", "certify", "take-back", "revoke"}

// Reasons are those of an act, as its form offers them; the department checks them.
func (courseBody) Reasons(act string) []string {
	return map[string][]string{
		"change": {"new_dates", "venue", "more_places", "other"}, "cancel": {"too_few_enrolled", "provider_withdrew", "new_dates", "other"},
		"take-back": {"mistyped", "other_person", "not_completed"}, "revoke": {"mistaken_entry", "wrong_level", "not_completed", "obtained_wrongly"},
	}[act]
}

// In are the enrolments of the class in some states, in their order.
func (b courseBody) In(states ...string) (all []*trainingv1.CourseEnrolment) {
	for _, e := range b.Class {
		if slices.Contains(states, e.GetState()) {
			all = append(all, e)
		}
	}
	return all
}

// Uncertified are who completed and have no certificate.
func (b courseBody) Uncertified() []*trainingv1.CourseEnrolment {
	return slices.DeleteFunc(b.In("completed"), func(e *trainingv1.CourseEnrolment) bool { return e.GetCertificate() != nil })
}

func (s *pages) course(v *frame.Visit) error { return s.showCourse(v, http.StatusOK, filled.Form{}) }

func (s *pages) showCourse(v *frame.Visit, status int, f filled.Form) error {
	ctx, id := v.As(cases), v.Path("course")
	reply, err := s.training.GetCourse(ctx, &trainingv1.GetCourseRequest{CourseId: id})
	if err != nil {
		return err
	}
	c := reply.GetCourse()
	b := courseBody{Course: c, Form: f, Today: v.P.Today(), Kinds: []string{"skill_level", "special_ability", "completion"}}
	class, err := s.training.ListCourseEnrolments(ctx, &trainingv1.ListCourseEnrolmentsRequest{CourseId: id, After: v.Query("after"), Limit: 100})
	if b.Class, b.Err = class.GetEnrolments(), err; errs.CodeOf(err) == "training.course.unknown" { // another county's: everybody sees the course, and its officers the class
		b.Err = nil
	}
	if next := class.GetNext(); next != "" {
		b.Next = "/training/courses/" + url.PathEscape(id) + "?" + url.Values{"after": {next}}.Encode()
	}
	if v.Concerns(c.GetCounty()); c.GetCounty() == "" {
		of := v.P.Divisions()
		v.Concerns(of[len(of)-1].Code) // the prefecture's
	}
	open := c.GetState() != "cancelled"
	b.Started, b.Changes = open && b.Today >= c.GetStartsOn(), open && b.Today <= c.GetStartsOn()
	if done := v.Query("done"); slices.Contains(courseActs, done) {
		b.Done = done
	}
	return v.Render(status, "course", frame.Page{Title: "training.course", Nav: "training", Body: b})
}

// act does one thing with a course, and shows it again: with what stood in the way where
// it was refused.
func (s *pages) act(v *frame.Visit) error {
	at := v.Path("act")
	err := s.do(v)
	if err != nil && filled.InPlace(err) {
		for _, of := range []string{"enrolment", "certificate"} {
			if id := v.Form(of); id != "" && (at == "take-back" || at == "revoke") {
				at += " " + id
			}
		}
		return s.showCourse(v, http.StatusUnprocessableEntity, filled.Of(at, v.R.PostForm, err, fields))
	}
	return v.Done(err, "/training/courses/"+v.Part("course")+"?done="+url.QueryEscape(at))
}

func (s *pages) do(v *frame.Visit) (err error) {
	ctx, id, reason := v.As(cases), v.Path("course"), v.Form("reason")
	switch v.Path("act") {
	case "change":
		hours, err := v.Whole("hours", mostPlaces)
		if err != nil {
			return err
		}
		places, err := v.Whole("places", mostPlaces)
		if err != nil {
			return err
		}
		_, err = s.training.ChangeCourse(ctx, &trainingv1.ChangeCourseRequest{
			CourseId: id, Hours: hours, Places: places, StartsOn: v.Form("starts_on"), EndsOn: v.Form("ends_on"), Venue: v.Form("venue"), Contact: v.Form("contact"), ReasonCode: reason,
		})
		return err
	case "cancel":
		if err := v.Sure(); err != nil {
			return err
		}
		_, err = s.training.CancelCourse(ctx, &trainingv1.CancelCourseRequest{CourseId: id, ReasonCode: reason})
	case "results":
		completed, failed := results(v.R.PostForm)
		_, err = s.training.RecordResults(ctx, &trainingv1.RecordResultsRequest{CourseId: id, CompletedIds: completed, FailedIds: failed})
	case "certify":
		return s.certify(v)
	case "take-back":
		_, err = s.training.TakeBackResult(ctx, &trainingv1.TakeBackResultRequest{EnrolmentId: v.Form("enrolment"), ReasonCode: reason})
	case "revoke":
		if err := v.Sure(); err != nil {
			return err
		}
		_, err = s.training.RevokeCertificate(ctx, &trainingv1.RevokeCertificateRequest{CertificateId: v.Form("certificate"), ReasonCode: reason})
	default:
		return frame.ErrNoPage
	}
	return err
}

// results reads an attendance sheet: of each enrolment that stood on it what was marked,
// else what was said of the rest.
func results(form url.Values) (completed, failed []string) {
	for _, id := range form["enrolment"] {
		said := form.Get("r-" + id)
		if said == "" {
			said = form.Get("rest")
		}
		switch said {
		case "completed":
			completed = append(completed, id)
		case "failed":
			failed = append(failed, id)
		}
	}
	return completed, failed
}

// certify issues a certificate to each who is ticked, one by one: what was issued stays
// where the next is refused, and is not issued again.
func (s *pages) certify(v *frame.Visit) error {
	chosen := v.R.PostForm["certify"]
	if len(chosen) == 0 {
		return frame.ErrInput.With("field", "certify")
	}
	for _, id := range chosen {
		_, err := s.training.IssueCertificate(v.Each(cases, id), &trainingv1.IssueCertificateRequest{EnrolmentId: id, Kind: v.Form("kind"), Number: v.Form("n-" + id), IssuedOn: v.Form("issued_on")})
		if err != nil {
			if e := errs.From(err); e.Code == "training.certificate.number" || e.Code == "training.certificate.number_taken" || e.Detail["field"] == "number" {
				return e.With("field", "n-"+id)
			}
			return err
		}
	}
	return nil
}
