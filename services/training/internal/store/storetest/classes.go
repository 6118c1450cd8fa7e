package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// classes lists a class in its order, whatever the size of a page, with the certificates
// that hold; and ends with the course what nobody concluded.
func classes(t *testing.T, s suite) {
	s.add(t, course("course-1", 3))
	s.add(t, course("course-2", 1))
	s.enrol(t, "course-2", "elsewhere", "worker-9")
	for i, id := range []string{"e-5", "e-4", "e-3", "e-2", "e-1", "e-0"} { // three have a place, three wait
		s.enrol(t, "course-1", id, fmt.Sprintf("worker-%d", i))
	}
	ctx := context.Background()
	s.update(t, func(in app.Store) error {
		c, done, err := in.Place("e-4")
		if err != nil {
			return err
		}
		done, events, err := c.Conclude(done, true, start)
		if err != nil {
			return err
		}
		cert, more, err := c.Certify(done, "certificate-1", "completion", "AK-1", start, start)
		if err != nil {
			return err
		}
		return errors.Join(in.SaveEnrolment(ctx, done, events...), in.AddCertificate(ctx, cert, more...))
	})
	for _, limit := range []int{1, 2, 9} {
		var got []string
		q := app.ClassQuery{CourseID: "course-1", AfterRank: -1, Limit: limit}
		for {
			var page []app.ClassLine
			s.update(t, func(in app.Store) (err error) { page, err = in.Class(q); return err })
			for _, l := range page {
				got = append(got, fmt.Sprintf("%s %s %d %s", l.ID, l.State, l.Position, l.Certificate.Number))
				q.AfterRank, q.AfterNum, q.AfterID = l.Rank, l.Number, l.ID
			}
			if len(page) < limit {
				break
			}
		}
		if want := []string{"e-3 confirmed 0 ", "e-5 confirmed 0 ", "e-4 completed 0 AK-1", "e-2 waiting 1 ", "e-1 waiting 2 ", "e-0 waiting 3 "}; !slices.Equal(got, want) {
			t.Errorf("%d a page: %q, want %q", limit, got, want)
		}
	}
	s.update(t, func(in app.Store) error {
		live, err := in.LiveEnrolments("course-1")
		var ids []string
		for _, e := range live {
			ids = append(ids, e.ID)
		}
		if want := []string{"e-0", "e-1", "e-2", "e-3", "e-5"}; !slices.Equal(ids, want) {
			t.Errorf("live %v, want %v", ids, want)
		}
		return err
	})
}

// revoked: an enrolment has one certificate that holds, and a number one of those.
func revoked(t *testing.T, s suite) {
	s.add(t, course("course-1", 3))
	ctx := context.Background()
	certify := func(in app.Store, enrolment, id, number string) error {
		c, e, err := in.Place(enrolment)
		if err != nil {
			return err
		}
		if e.State == domain.Confirmed {
			var events []domain.Event
			if e, events, err = c.Conclude(e, true, start); err != nil {
				return err
			}
			if err := in.SaveEnrolment(ctx, e, events...); err != nil {
				return err
			}
		}
		cert, events, err := c.Certify(e, id, "completion", number, start, start)
		if err != nil {
			return err
		}
		return in.AddCertificate(ctx, cert, events...)
	}
	s.enrol(t, "course-1", "e-1", "worker-1")
	s.enrol(t, "course-1", "e-2", "worker-2")
	s.update(t, func(in app.Store) error { return certify(in, "e-1", "certificate-1", "AK-1") })
	for what, err := range map[string]error{
		"a second one":    s.try(func(in app.Store) error { return certify(in, "e-1", "certificate-2", "AK-2") }),
		"the same number": s.try(func(in app.Store) error { return certify(in, "e-2", "certificate-2", "AK-1") }),
	} {
		if !errors.Is(err, domain.ErrCertificateTwice) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.update(t, func(in app.Store) error {
		cert, err := in.Certificate("certificate-1")
		if err != nil {
			return err
		}
		cert, events, err := cert.Revoke("wrong_level", start)
		if err != nil {
			return err
		}
		return in.SaveCertificate(ctx, cert, events...)
	})
	s.update(t, func(in app.Store) error { return certify(in, "e-1", "certificate-2", "AK-1") })
	s.update(t, func(in app.Store) error {
		got, found, err := in.CertificateOf("e-1")
		if err != nil || !found || got.ID != "certificate-2" {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		all, err := in.CertificatesOf("worker-1")
		if err != nil || len(all) != 2 || all[0].RevokedOn != start || all[0].Reason != "wrong_level" {
			t.Errorf("%+v, %v", all, err)
		}
		if taken, err := in.Numbered("AK-1"); !taken || err != nil {
			t.Errorf("%v, %v", taken, err)
		}
		_, err = in.Certificate("none")
		if !errors.Is(err, domain.ErrCertificateNone) {
			t.Error(err)
		}
		return nil
	})
}
