package domain

import (
	"errors"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
)

var (
	start  = clock.NewDate(2026, 12, 4)
	before = start.AddDays(-1)
	after  = start.AddDays(1)
)

// sound is a course as the county's sheet holds it.
func sound() Course {
	return Course{
		ID: "course-1", Provider: "阿勒泰市职业技能培训中心", Reference: "row-22", Title: "木材加工、家具与木制品制作人员", Occupation: "6-06",
		Level: "三级", Hours: 80, Places: 2, StartsOn: start, Kind: "general", SubsidyFen: 120000, County: "654301",
	}
}

func TestPublishRefusals(t *testing.T) {
	codes, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	if _, events, err := Publish(codes, sound()); err != nil || len(events) != 1 {
		t.Fatalf("%v, %v", events, err)
	}
	for name, c := range map[string]struct {
		spoil func(*Course)
		want  *errs.Error
	}{
		"no provider":         {func(c *Course) { c.Provider = "" }, ErrCourseText},
		"blank title":         {func(c *Course) { c.Title = " " }, ErrCourseText},
		"no reference":        {func(c *Course) { c.Reference = "" }, ErrCourseText},
		"a line break":        {func(c *Course) { c.Title = "a\nb" }, ErrCourseText},
		"too long":            {func(c *Course) { c.Title = strings.Repeat("课", 201) }, ErrCourseText},
		"not text":            {func(c *Course) { c.Title = "\xff" }, ErrCourseText},
		"no occupation":       {func(c *Course) { c.Occupation = "" }, ErrOccupation},
		"unknown occupation":  {func(c *Course) { c.Occupation = "9-01" }, ErrOccupation},
		"unknown level":       {func(c *Course) { c.Level = "六级" }, ErrLevel},
		"no hours":            {func(c *Course) { c.Hours = 0 }, ErrHours},
		"no places":           {func(c *Course) { c.Places = 0 }, ErrPlaces},
		"fewer than none":     {func(c *Course) { c.Places = -3 }, ErrPlaces},
		"no day":              {func(c *Course) { c.StartsOn = clock.Date{} }, clock.ErrDateFormat},
		"no kind":             {func(c *Course) { c.Kind = "" }, ErrCourseKind},
		"compulsory":          {func(c *Course) { c.Kind = "compulsory" }, ErrCourseKind},
		"who ordered it":      {func(c *Course) { c.EmployerUSCC = "12" }, ident.ErrUSCCFormat},
		"negative subsidy":    {func(c *Course) { c.SubsidyFen = -1 }, ErrSubsidy},
		"another prefecture":  {func(c *Course) { c.County = "650102" }, ErrCounty},
		"the prefecture code": {func(c *Course) { c.County = "654300" }, ErrCounty},
	} {
		course := sound()
		c.spoil(&course)
		if _, events, err := Publish(codes, course); !errors.Is(err, c.want) || events != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, level := range []string{"五级", "四级", "三级", "二级", "一级", "专项能力", ""} {
		c := sound()
		c.Level, c.County = level, ""
		if _, _, err := Publish(codes, c); err != nil {
			t.Errorf("level %q: %v", level, err)
		}
	}
}

func TestTheLastPlace(t *testing.T) {
	c := sound()
	var all []Enrolment
	for _, w := range []string{"a", "b", "c", "d"} {
		var e Enrolment
		var err error
		if c, e, _, err = c.Enrol("enrolment-"+w, w, true, start); err != nil { // the first day still counts
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if c.Taken != 2 || c.Waiting != 2 || all[1].State != Confirmed || all[2].State != Waiting || all[2].Number != 1 || all[3].Number != 2 {
		t.Fatalf("%+v %+v", c, all)
	}
	if _, _, _, err := c.Enrol("late", "e", true, after); !errors.Is(err, ErrCourseStarted) {
		t.Errorf("enrolled after the first day: %v", err)
	}
	if c.OwesOffer(before) {
		t.Error("an offer without a place")
	}
	c, left, events, err := c.Leave(all[0])
	if err != nil || left.State != Dropped || len(events) != 1 || !c.OwesOffer(start) || c.OwesOffer(after) {
		t.Fatalf("%+v %+v %v", c, left, err)
	}
	if same, _, events, err := c.Leave(left); err != nil || events != nil || same != c {
		t.Errorf("left twice: %v, %v", events, err)
	}
	c, offered, _ := c.Offer("offer-1", all[2], 3, before.Start())
	if offered.State != Offered || c.Free() != 0 || c.Waiting != 1 {
		t.Fatalf("%+v %+v", c, offered)
	}
	if _, _, _, err := c.Accept(all[3], true, before.Start()); !errors.Is(err, ErrEnrolmentState) {
		t.Errorf("accepted what was not offered: %v", err)
	}
	if _, _, _, err := c.Accept(offered, true, after.Start()); !errors.Is(err, ErrCourseStarted) {
		t.Errorf("accepted too late: %v", err)
	}
	if _, e, _, err := c.Accept(offered, true, start.Start()); err != nil || e.State != Confirmed {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestResultAndCertificate(t *testing.T) {
	c, e, _, err := sound().Enrol("enrolment-1", "worker-1", true, before)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Conclude(e, true, before); !errors.Is(err, ErrCourseNotStarted) {
		t.Errorf("completed before it began: %v", err)
	}
	for _, s := range []State{Waiting, Offered, Dropped, Completed, Failed} {
		if _, _, err := c.Conclude(Enrolment{State: s}, true, after); !errors.Is(err, ErrEnrolmentState) {
			t.Errorf("a result for who is %s: %v", s, err)
		}
	}
	failed, _, err := c.Conclude(e, false, after)
	if err != nil || failed.State != Failed {
		t.Fatalf("%+v, %v", failed, err)
	}
	completed, _, err := c.Conclude(e, true, after)
	if err != nil || completed.State != Completed {
		t.Fatalf("%+v, %v", completed, err)
	}
	if _, _, _, err := c.Leave(completed); !errors.Is(err, ErrEnrolmentState) {
		t.Errorf("left what is completed: %v", err)
	}
	for name, x := range map[string]struct {
		e    Enrolment
		kind string
		on   clock.Date
		want error
	}{
		"failed":           {failed, "completion", after, ErrNotCompleted},
		"confirmed":        {e, "completion", after, ErrNotCompleted},
		"unknown kind":     {completed, "medal", after, ErrCertificateKind},
		"before the start": {completed, "completion", before, ErrCertificateDate},
		"tomorrow":         {completed, "completion", after.AddDays(1), ErrCertificateDate},
		"sound":            {completed, "skill_level", after, nil},
	} {
		cert, events, err := c.Certify(x.e, "certificate-1", x.kind, "", x.on, after)
		if !errors.Is(err, x.want) || (err == nil) != (len(events) == 1) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (cert.Occupation != c.Occupation || cert.Level != c.Level || cert.Worker != "worker-1") {
			t.Errorf("%+v", cert)
		}
	}
}

func TestDue(t *testing.T) {
	d, events := OpenDue("due-1", "hire-1", "worker-1", "654301", "6-29")
	if d.State != DueOpen || len(events) != 1 {
		t.Fatal(d)
	}
	cancelled, events := d.Cancel()
	if cancelled.State != DueCancelled || len(events) != 1 {
		t.Error(cancelled)
	}
	if same, events := cancelled.Cancel(); same != cancelled || events != nil {
		t.Error("cancelled twice")
	}
	if cancelled.Fulfil("e") != cancelled {
		t.Error("fulfilled what is cancelled")
	}
	if same, events := d.Fulfil("e").Cancel(); same.State != DueDone || events != nil {
		t.Error("what was passed stays passed")
	}
}
