package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

func courseRoundTrip(t *testing.T, s suite) {
	c := course("course-Az.9_b", 3)
	s.add(t, c)
	c.Version = 1
	s.update(t, func(in app.Store) error {
		got, err := in.Course(c.ID)
		if err != nil || got != c {
			t.Errorf("got %+v, %v; want %+v", got, err, c)
		}
		got.Taken, got.Waiting, got.LastNumber = 3, 2, 9
		return in.SaveCourse(context.Background(), got)
	})
	c.Taken, c.Waiting, c.LastNumber, c.Version = 3, 2, 9, 2
	s.update(t, func(in app.Store) error {
		all, err := in.Courses(app.CourseQuery{AfterDay: start, Occupation: "4-03", County: "654325", Limit: 9})
		if err != nil || len(all) != 1 || all[0] != c {
			t.Errorf("got %+v, %v; want %+v", all, err, c)
		}
		for _, q := range []app.CourseQuery{
			{AfterDay: start, Occupation: "4-04", Limit: 9}, {AfterDay: start, County: "654301", Limit: 9},
			{AfterDay: start.AddDays(1), Limit: 9}, {AfterDay: start, AfterID: c.ID, Limit: 9},
		} {
			if all, err := in.Courses(q); err != nil || len(all) != 0 {
				t.Errorf("%+v: %v, %v", q, all, err)
			}
		}
		return nil
	})
	s.wantEvents(t, "training.course.published.v1")
}

func referenceTwice(t *testing.T, s suite) {
	c := course("course-1", 3)
	s.add(t, c)
	again := c
	again.ID, again.Places = "course-2", 5
	s.update(t, func(in app.Store) error {
		id, created, err := in.AddCourse(context.Background(), again, published(again))
		if id != c.ID || created {
			t.Errorf("%s, created %v", id, created)
		}
		return err
	})
	s.wantEvents(t, "training.course.published.v1")
	other := again
	other.Provider = "another provider"
	s.add(t, other)
	upper := again
	upper.ID, upper.Reference = "course-3", "Reference-course-1" // references are case-sensitive
	s.add(t, upper)
}

// corrected finds a course by what makes a row of a sheet the same course, and
// writes what the sheet corrects.
func corrected(t *testing.T, s suite) {
	c := course("course-1", 3)
	s.add(t, c)
	other := course("course-2", 3)
	other.Level = "五级"
	s.add(t, other)
	s.update(t, func(in app.Store) error {
		like := c
		like.ID, like.Reference, like.Places = "course-9", "another", 9
		known, found, err := in.SameCourse(like)
		if err != nil || !found || known.ID != c.ID {
			t.Fatalf("%+v, %v, %v", known, found, err)
		}
		like.StartsOn = start.AddDays(1)
		if _, found, err := in.SameCourse(like); found || err != nil {
			t.Errorf("found on another day: %v", err)
		}
		known.Reference, known.Places, known.Hours, known.SubsidyFen = "another", 9, 81, 7
		return in.SaveCourse(context.Background(), known, published(known))
	})
	s.update(t, func(in app.Store) error {
		got, err := in.Course(c.ID)
		if got.Reference != "another" || got.Places != 9 || got.Hours != 81 || got.SubsidyFen != 7 || got.Version != 2 {
			t.Errorf("%+v", got)
		}
		if err := in.SaveCourse(context.Background(), c); !errors.Is(err, outbox.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		return err
	})
	err := s.try(func(in app.Store) error {
		known, err := in.Course(c.ID)
		if err != nil {
			return err
		}
		known.Reference = other.Reference
		return in.SaveCourse(context.Background(), known, published(known))
	})
	if errs.CodeOf(err) != errs.CodeOf(domain.ErrReferenceTaken) { // and no conflict that a repeat would end
		t.Errorf("the reference of another course: %v", err)
	}
	s.wantEvents(t, "training.course.published.v1", "training.course.published.v1", "training.course.published.v1")
}

// found: what is asked for is meant as it is written, and a cancelled course is shown only
// where it is asked for.
func found(t *testing.T, s suite) {
	for id, title := range map[string]string{"a": "焊工 100% Welding", "b": "中式烹调", "c": "焊工_2"} {
		c := course(id, 3)
		c.Title = title
		s.add(t, c)
	}
	s.update(t, func(in app.Store) error {
		c, err := in.Course("c")
		if err != nil {
			return err
		}
		c.Venue, c.Contact, c.EndsOn = "青河县团结路 5 号", "0906-8820000", start.AddDays(9)
		c, events, err := c.Cancel("too_few_enrolled")
		if err != nil {
			return err
		}
		return in.SaveCourse(context.Background(), c, events...)
	})
	for find, want := range map[string]string{"": "ab", "焊工": "a", "welding": "a", "100%": "a", "%": "a", "_": "", "!": "", "烹": "b", "青河县职业": "ab"} {
		for _, cancelled := range []bool{false, true} {
			want := want
			if cancelled && (find == "" || find == "焊工" || find == "_" || find == "青河县职业") {
				want += "c"
			}
			s.update(t, func(in app.Store) error {
				all, err := in.Courses(app.CourseQuery{AfterDay: start.AddDays(-1), Find: find, Cancelled: cancelled, Limit: 9})
				got := ""
				for _, c := range all {
					if got += c.ID; c.ID == "c" && (!c.Cancelled || c.Reason != "too_few_enrolled" || c.Venue == "" || c.Contact == "" || c.EndsOn != start.AddDays(9)) {
						t.Errorf("%+v", c)
					}
				}
				if got != want {
					t.Errorf("%q, %v: %q, want %q", find, cancelled, got, want)
				}
				return err
			})
		}
	}
}
