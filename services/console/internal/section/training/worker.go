package training

import (
	"net/http"
	"net/url"
	"slices"

	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// mineBody is a worker's courses: what needs an answer, what is under way, what there is,
// and what can be chosen.
type mineBody struct {
	Ref string
	*trainingv1.ListEnrolmentsResponse
	Err      error
	All      []*trainingv1.Course
	AllErr   error
	Next     string
	Filter   url.Values
	Counties []string
	In       map[string]bool // the courses that the worker is in or waits for
	Done     string
	Wrong    error // what stood in the way of an act
}

// mineActs are what a worker does with courses, and what the page says was done.
var mineActs = []string{"enrol", "wait", "drop", "accept", "decline", "undo"}

func (s *pages) mine(v *frame.Visit) error { return s.showMine(v, http.StatusOK, nil) }

func (s *pages) showMine(v *frame.Visit, status int, wrong error) error {
	ctx := v.As(frame.OwnRecord)
	b := mineBody{Ref: v.Path("ref"), Filter: url.Values{}, Counties: v.P.CountyCodes(), In: map[string]bool{}, Wrong: wrong}
	for _, name := range []string{"county", "find"} {
		if q := v.Query(name); q != "" {
			b.Filter.Set(name, q)
		}
	}
	mine, err := s.training.ListEnrolments(ctx, &trainingv1.ListEnrolmentsRequest{Worker: b.Ref})
	b.ListEnrolmentsResponse, b.Err = mine, err
	for _, e := range mine.GetEnrolments() {
		if e.GetState() != "dropped" {
			b.In[e.GetCourseId()] = true
		}
	}
	all, err := s.training.ListCourses(ctx, &trainingv1.ListCoursesRequest{County: v.Query("county"), Find: v.Query("find"), After: v.Query("after"), Limit: 20})
	b.All, b.AllErr = all.GetCourses(), err
	if next := all.GetNext(); next != "" {
		q, _ := url.ParseQuery(b.Filter.Encode())
		q.Set("after", next)
		b.Next = at(v) + "?" + q.Encode() + "#choose"
	}
	if done := v.Query("done"); slices.Contains(mineActs, done) {
		b.Done = done
	}
	return v.Render(status, "mine", frame.Page{Title: "worker.tab.courses", Nav: "workers", Body: b})
}

func at(v *frame.Visit) string { return "/workers/" + v.Part("ref") + "/courses" }

// answer is what a worker does with a course, or an officer in the worker's name.
func (s *pages) answer(v *frame.Visit) error {
	ctx, act, id := v.As(frame.OwnRecord), v.Path("act"), v.Form("enrolment")
	var err error
	switch act {
	case "enrol":
		var reply *trainingv1.EnrolResponse
		if reply, err = s.training.Enrol(ctx, &trainingv1.EnrolRequest{Worker: v.Path("ref"), CourseId: v.Form("course")}); reply.GetState() == "waiting" {
			act = "wait"
		}
	case "drop":
		if err = v.Sure(); err == nil {
			_, err = s.training.DropEnrolment(ctx, &trainingv1.DropEnrolmentRequest{EnrolmentId: id})
		}
	case "accept":
		_, err = s.training.AcceptPlace(ctx, &trainingv1.AcceptPlaceRequest{EnrolmentId: id})
	case "decline":
		_, err = s.training.DeclinePlace(ctx, &trainingv1.DeclinePlaceRequest{EnrolmentId: id})
	case "undo":
		_, err = s.training.UndoAcceptance(ctx, &trainingv1.UndoAcceptanceRequest{EnrolmentId: id})
	default:
		return frame.ErrNoPage
	}
	if err != nil && filled.InPlace(err) {
		return s.showMine(v, http.StatusUnprocessableEntity, err)
	}
	return v.Done(err, at(v)+"?done="+act)
}
