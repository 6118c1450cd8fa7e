package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

func enrolmentRoundTrip(t *testing.T, s suite) {
	s.add(t, course("course-1", 1))
	first := s.enrol(t, "course-1", "Enrolment-1", "worker-1")
	waits := s.enrol(t, "course-1", "enrolment-2", "worker-2")
	last := s.enrol(t, "course-1", "enrolment-3", "worker-3")
	s.update(t, func(in app.Store) error {
		c, e, err := in.Place("Enrolment-1")
		if err != nil || e != first || c.Taken != 1 || c.Waiting != 2 {
			t.Errorf("%+v, %+v, %v", c, e, err)
		}
		if _, _, err := in.Place("enrolment-1"); !errors.Is(err, domain.ErrEnrolmentUnknown) { // ids are case-sensitive
			t.Error(err)
		}
		if e, found, err := in.FirstWaiting("course-1", 0); err != nil || !found || e != waits {
			t.Errorf("%+v, %v, %v", e, found, err)
		}
		lines, err := in.EnrolmentsOf("worker-3")
		want := []app.EnrolmentLine{{Enrolment: last, Title: c.Title, StartsOn: start, Position: 2, Provider: c.Provider, County: c.County}}
		if err != nil || !reflect.DeepEqual(lines, want) {
			t.Errorf("got %+v, %v; want %+v", lines, err, want)
		}
		if e, found, err := in.FirstWaiting("course-1", waits.Number); err != nil || !found || e != last {
			t.Errorf("%+v, %v, %v", e, found, err)
		}
		if _, found, err := in.FirstWaiting("course-1", last.Number); err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
		waits.State, waits.OfferID = domain.Offered, "offer-1"
		waits.Offer = answer.Clock{State: answer.Open, AnswerDays: 3, MadeAt: start.Start().UTC(), AnswerBy: start.AddDays(3).Start().UTC(), AcceptedAt: start.AddDays(1).Start().UTC(), InPerson: true}
		return in.SaveEnrolment(context.Background(), waits, domain.PlaceOffered{EnrolmentID: waits.ID, CourseID: "course-1", OfferID: "offer-1", AnswerDays: 3})
	})
	waits.Version++
	s.update(t, func(in app.Store) error {
		if _, e, err := in.Place(waits.ID); err != nil || e != waits {
			t.Errorf("%+v, %v; want %+v", e, err, waits)
		}
		if id, err := in.OfferedTo("offer-1"); err != nil || id != waits.ID {
			t.Errorf("%q, %v", id, err)
		}
		id, err := in.OfferedTo("offer-2")
		if id != "" {
			t.Errorf("%q", id)
		}
		return err
	})
	s.update(t, func(in app.Store) error {
		lines, err := in.EnrolmentsOf("worker-3")
		if err != nil || lines[0].Position != 1 {
			t.Errorf("%+v, %v", lines, err)
		}
		lines, err = in.EnrolmentsOf("worker-2")
		if err != nil || lines[0].Position != 0 || lines[0].State != domain.Offered || lines[0].Version != 2 || lines[0].Free || !lines[0].Offer.AnswerBy.Equal(waits.Offer.AnswerBy) {
			t.Errorf("%+v, %v", lines, err)
		}
		ids, err := in.OpenEnrolments("worker-2")
		if err != nil || !slices.Equal(ids, []string{"enrolment-2"}) {
			t.Errorf("%v, %v", ids, err)
		}
		c, err := in.Course("course-1")
		if err != nil {
			return err
		}
		c.Taken = 0
		return in.SaveCourse(context.Background(), c)
	})
	s.update(t, func(in app.Store) error {
		lines, err := in.EnrolmentsOf("worker-3")
		if !lines[0].Free {
			t.Errorf("%+v", lines)
		}
		return err
	})
	s.wantEvents(t, "training.course.published.v1", "training.enrolment.confirmed.v1", "training.enrolment.waitlisted.v1", "training.enrolment.waitlisted.v1", "training.place.offered.v1")
}

func enrolledOnce(t *testing.T, s suite) {
	ctx := context.Background()
	s.add(t, course("course-1", 5))
	e := s.enrol(t, "course-1", "enrolment-1", "worker-1")
	again := domain.Enrolment{ID: "enrolment-2", CourseID: "course-1", Worker: "worker-1", State: domain.Confirmed}
	if err := s.try(func(in app.Store) error { return in.SaveEnrolment(ctx, again) }); !errors.Is(err, domain.ErrEnrolledTwice) {
		t.Error(err)
	}
	s.update(t, func(in app.Store) error {
		if in, err := in.Enrolled("course-1", "worker-1"); err != nil || !in {
			t.Errorf("%v, %v", in, err)
		}
		if in, err := in.Enrolled("course-1", "Worker-1"); err != nil || in {
			t.Errorf("%v, %v", in, err)
		}
		e.State = domain.Dropped
		return in.SaveEnrolment(ctx, e, domain.EnrolmentDropped{EnrolmentID: e.ID})
	})
	s.update(t, func(in app.Store) error {
		if in, err := in.Enrolled("course-1", "worker-1"); err != nil || in {
			t.Errorf("%v, %v", in, err)
		}
		if ids, err := in.OpenEnrolments("worker-1"); err != nil || len(ids) != 0 {
			t.Errorf("%v, %v", ids, err)
		}
		return in.SaveEnrolment(ctx, again, domain.EnrolmentConfirmed{EnrolmentID: again.ID, CourseID: "course-1"})
	})
}

func certificateOnce(t *testing.T, s suite) {
	ctx := context.Background()
	s.add(t, course("course-1", 5))
	e := s.enrol(t, "course-1", "enrolment-1", "worker-1")
	c := domain.Certificate{ID: "certificate-1", EnrolmentID: e.ID, Worker: e.Worker, Division: e.Division, Kind: "skill_level", Occupation: "4-03", Level: "四级", IssuedOn: start}
	issued := domain.CertificateIssued{CertificateID: c.ID, Kind: c.Kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: start}
	s.update(t, func(in app.Store) error { return in.AddCertificate(ctx, c, issued) })
	again := c
	again.ID = "certificate-2"
	if err := s.try(func(in app.Store) error { return in.AddCertificate(ctx, again, issued) }); !errors.Is(err, domain.ErrCertificateTwice) {
		t.Error(err)
	}
	c.Version = 1
	s.update(t, func(in app.Store) error {
		all, err := in.CertificatesOf("worker-1")
		if err != nil || len(all) != 1 || all[0] != c {
			t.Errorf("got %+v, %v; want %+v", all, err, c)
		}
		return nil
	})
	s.wantEvents(t, "training.course.published.v1", "training.enrolment.confirmed.v1", "training.certificate.issued.v1")
}

func dueRoundTrip(t *testing.T, s suite) {
	ctx := context.Background()
	d, events := domain.OpenDue("due-1", "hire-1", "worker-1", "654301", "6-29")
	s.update(t, func(in app.Store) error { return in.SaveDue(ctx, d, events...) })
	same, events := domain.OpenDue("due-2", "hire-1", "worker-1", "654301", "6-29")
	if err := s.try(func(in app.Store) error { return in.SaveDue(ctx, same, events...) }); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("the same hire twice: %v", err)
	}
	d.Version = 1
	s.update(t, func(in app.Store) error {
		if got, found, err := in.DueOfHire("hire-1"); err != nil || !found || got != d {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		if all, err := in.OpenDues("worker-1", "6-30"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		all, err := in.OpenDues("worker-1", "6-29")
		if err != nil || len(all) != 1 || all[0] != d {
			t.Errorf("%+v, %v", all, err)
		}
		return in.SaveDue(ctx, d.Fulfil("enrolment-1"))
	})
	s.update(t, func(in app.Store) error {
		if all, err := in.OpenDues("worker-1", "6-29"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if all, err := in.DuesOf("worker-1"); err != nil || len(all) != 1 || all[0].State != domain.DueDone || all[0].Version != 2 {
			t.Errorf("%+v, %v", all, err)
		}
		return nil
	})
	s.wantEvents(t, "training.safety_training.due.v1")
}
