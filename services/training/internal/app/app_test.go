package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// department is the use cases on a clock that a test moves.
func department(t interface{ Fatal(...any) }) (*App, *clock.Manual) {
	rules, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	codes, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	return &App{Clock: c, Rules: rules, Codes: codes, NewID: func() string { n++; return fmt.Sprintf("id-%04d", n) }}, c
}

func as(p auth.Principal) context.Context { return auth.NewContext(context.Background(), p) }

func worker(id string) context.Context { return as(auth.Principal{Kind: auth.Worker, Subject: id}) }

func officer(division string) context.Context {
	if division == "" {
		division = auth.Everywhere
	}
	return as(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "hrss", Division: division})
}

func counter(worker string) context.Context {
	return as(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "hrss", Division: auth.Everywhere, Via: auth.ViaCounter, ActsFor: worker})
}

func announcement(reference string, places int, startsOn string) Announcement {
	return Announcement{
		Provider: "富蕴县职业技能培训中心", Reference: reference, Title: "建筑施工人员", Occupation: "6-29", Level: "五级", Hours: 80, Places: places,
		StartsOn: startsOn, Kind: "general", County: "654322",
	}
}

func publish(t interface{ Fatal(...any) }, a *App, s Store, n Announcement) string {
	said, err := a.PublishCourse(officer(""), s, n)
	if err != nil || said.Outcome != domain.Created {
		t.Fatal(said, err)
	}
	return said.ID
}

func TestPublishTwiceChangesNothing(t *testing.T) {
	a, _ := department(t)
	s := newMemory()
	id := publish(t, a, s, announcement("row-1", 20, "2026-12-01"))
	again, err := a.PublishCourse(officer("654300"), s, announcement("row-1", 20, "2026-12-01"))
	if err != nil || again.Outcome != domain.Unchanged || again.ID != id || len(s.events) != 1 {
		t.Errorf("%+v, %v, %d events", again, err, len(s.events))
	}
	for name, c := range map[string]struct {
		who    context.Context
		change func(*Announcement)
		want   error
	}{
		"another county":         {officer("654301"), func(*Announcement) {}, auth.ErrDivision},
		"no county by a county":  {officer("654322"), func(n *Announcement) { n.County = "" }, auth.ErrDivision},
		"no county above":        {officer("654300"), func(n *Announcement) { n.County = "" }, nil},
		"not a day":              {officer(""), func(n *Announcement) { n.StartsOn = "2026-02-30" }, clock.ErrDateFormat},
		"nobody":                 {context.Background(), func(*Announcement) {}, auth.ErrNoPrincipal},
		"a course that is over":  {officer(""), func(n *Announcement) { n.StartsOn = "2026-10-01" }, nil},
		"no places":              {officer(""), func(n *Announcement) { n.Places = 0 }, domain.ErrPlaces},
		"the county's own again": {officer("654322"), func(*Announcement) {}, nil},
	} {
		n := announcement(name, 20, "2026-12-01")
		c.change(&n)
		if _, err := a.PublishCourse(c.who, s, n); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNobodyActsForAWorkerUnasked(t *testing.T) {
	a, _ := department(t)
	s := newMemory()
	course := publish(t, a, s, announcement("row-1", 1, "2026-12-01"))
	first, _, err := a.Enrol(worker("worker-1"), s, "worker-1", course)
	if err != nil {
		t.Fatal(err)
	}
	second, position, err := a.Enrol(counter("worker-2"), s, "worker-2", course)
	if err != nil || position != 1 || second.State != domain.Waiting {
		t.Fatalf("%+v, %d, %v", second, position, err)
	}
	for name, who := range map[string]context.Context{
		"another worker": worker("worker-3"),
		"an employer":    as(auth.Principal{Kind: auth.Employer, Subject: "employer-1", ActsFor: "worker-1", Via: auth.ViaHelper}),
		"an officer":     officer(""),
		"a service":      as(auth.Principal{Kind: auth.Service, Subject: "employment", ActsFor: "worker-1", Via: auth.ViaSystem}),
	} {
		if _, _, err := a.Enrol(who, s, "worker-9", course); !errors.Is(err, auth.ErrNotYours) {
			t.Errorf("%s enrolled: %v", name, err)
		}
		if err := a.DropEnrolment(who, s, first.ID); !errors.Is(err, domain.ErrEnrolmentUnknown) {
			t.Errorf("%s dropped: %v", name, err)
		}
		if err := a.AcceptPlace(who, s, second.ID); !errors.Is(err, domain.ErrEnrolmentUnknown) {
			t.Errorf("%s accepted: %v", name, err)
		}
		if _, err := a.ListEnrolments(who, s, "worker-1"); !errors.Is(err, auth.ErrNotYours) {
			t.Errorf("%s read: %v", name, err)
		}
	}
	if _, _, err := a.Enrol(worker("worker-1"), s, "worker-1", course); !errors.Is(err, domain.ErrEnrolledTwice) {
		t.Error(err)
	}
	if _, _, err := a.Enrol(worker("worker-1"), s, "worker-1", "none"); !errors.Is(err, domain.ErrCourseUnknown) {
		t.Error(err)
	}
	if err := a.AcceptPlace(worker("worker-1"), s, "none"); !errors.Is(err, domain.ErrEnrolmentUnknown) {
		t.Error(err)
	}
	if err := a.DropEnrolment(worker("worker-1"), s, first.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.enrolments[second.ID].State; got != domain.Offered {
		t.Fatalf("who waited is %s", got)
	}
	if again, position, err := a.Enrol(worker("worker-1"), s, "worker-1", course); err != nil || again.State != domain.Waiting || position != 1 {
		t.Errorf("who left may come again: %+v, %d, %v", again, position, err)
	}
}

func TestResultNeedsTheCountysOfficer(t *testing.T) {
	a, c := department(t)
	s := newMemory()
	course := publish(t, a, s, announcement("row-1", 1, "2026-12-01"))
	e, _, err := a.Enrol(worker("worker-1"), s, "worker-1", course)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range []Hire{{ID: "hire-1", Occupation: "6-29"}, {ID: "hire-2", Occupation: "6-11"}} {
		h.Worker, h.Division, h.Hazardous, h.StartOn = "worker-1", "654322", true, clock.NewDate(2026, 11, 1+i)
		if err := a.OpenDue(context.Background(), s, h); err != nil {
			t.Fatal(err)
		}
	}
	c.Set(time.Date(2026, 12, 20, 4, 0, 0, 0, time.UTC))
	if err := a.RecordAttendance(officer("654301"), s, e.ID, true); !errors.Is(err, domain.ErrEnrolmentUnknown) {
		t.Errorf("another county: %v", err)
	}
	if err := a.RecordAttendance(officer("654322"), s, e.ID, true); err != nil {
		t.Fatal(err)
	}
	if one, other := s.dues["hire-1"].State, s.dues["hire-2"].State; one != domain.DueDone || other != domain.DueOpen {
		t.Errorf("%s and %s", one, other)
	}
	if _, err := a.IssueCertificate(officer("654301"), s, e.ID, "completion", "", "2026-12-20"); !errors.Is(err, domain.ErrEnrolmentUnknown) {
		t.Errorf("another county: %v", err)
	}
	if _, err := a.IssueCertificate(officer(""), s, e.ID, "completion", "", "20.12.2026"); !errors.Is(err, clock.ErrDateFormat) {
		t.Error(err)
	}
	if id, err := a.IssueCertificate(officer(""), s, e.ID, "completion", "", "2026-12-20"); err != nil || id == "" {
		t.Error(err)
	}
	if _, err := a.IssueCertificate(officer(""), s, e.ID, "completion", "", "2026-12-20"); !errors.Is(err, domain.ErrCertificateTwice) {
		t.Error(err)
	}
}

func TestDueOnlyForHazards(t *testing.T) {
	a, _ := department(t)
	s := newMemory()
	for id, h := range map[string]Hire{
		"harmless": {StartOn: clock.NewDate(2026, 11, 2)},
		"old":      {StartOn: clock.NewDate(2020, 12, 31), Hazardous: true}, // before the rule
		"due":      {StartOn: clock.NewDate(2026, 11, 2), Hazardous: true},
	} {
		h.ID, h.Worker, h.Division, h.Occupation = id, "worker-1", "654322", "6-29"
		for range 2 {
			if err := a.OpenDue(context.Background(), s, h); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(s.dues) != 1 || len(s.events) != 1 || s.dues["due"].State != domain.DueOpen {
		t.Errorf("%+v", s.dues)
	}
	for range 2 {
		if err := a.CancelDue(context.Background(), s, "due"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.CancelDue(context.Background(), s, "unknown"); err != nil || len(s.events) != 2 {
		t.Errorf("%v, %d events", err, len(s.events))
	}
}

func TestPages(t *testing.T) {
	a, _ := department(t)
	s := newMemory()
	for i := range 7 {
		publish(t, a, s, announcement("row-"+strconv.Itoa(i), 5, clock.NewDate(2026, 11, 1+i/2).String()))
	}
	seen, mark := 0, ""
	for {
		page, next, err := a.ListCourses(s, CourseQuery{Occupation: "", County: "", Limit: 2}, "", mark)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page)
		if mark = next; mark == "" {
			break
		}
	}
	if seen != 5 { // two began yesterday
		t.Errorf("%d courses", seen)
	}
	if page, _, err := a.ListCourses(s, CourseQuery{Occupation: "", County: "", Limit: -1}, "2026-11-01", ""); err != nil || len(page) != 7 {
		t.Errorf("%d courses, %v", len(page), err)
	}
	for _, mark := range []string{"x", "2026-11-02", "2026-11-02/", "2026-13-02/a"} {
		if _, _, err := a.ListCourses(s, CourseQuery{Occupation: "", County: "", Limit: 2}, "", mark); !errors.Is(err, domain.ErrCursor) {
			t.Errorf("%q: %v", mark, err)
		}
	}
	if _, _, err := a.ListCourses(s, CourseQuery{Occupation: "", County: "", Limit: 2}, "tomorrow", ""); !errors.Is(err, clock.ErrDateFormat) {
		t.Error(err)
	}
}
