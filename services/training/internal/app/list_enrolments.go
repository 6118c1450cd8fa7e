package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Overview is what a worker sees of training.
type Overview struct {
	Enrolments   []EnrolmentLine
	Certificates []domain.Certificate
	Dues         []domain.Due
}

// ListEnrolments shows a worker's own courses, certificates and due trainings. What
// somebody sees of them who acts in the worker's name, at a counter or as a helper, is in
// the worker's access log.
func (a *App) ListEnrolments(ctx context.Context, s Store, worker string) (o Overview, err error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return o, err
	}
	if o.Enrolments, err = s.EnrolmentsOf(worker); err != nil {
		return o, err
	}
	for i, l := range o.Enrolments {
		o.Enrolments[i].Free = l.Free && !a.today().After(l.StartsOn) // who did not join on the first day does not join
		if o.Enrolments[i].UndoBy, err = a.undoBy(l); err != nil {
			return o, err
		}
	}
	if o.Certificates, err = s.CertificatesOf(worker); err != nil {
		return o, err
	}
	if o.Dues, err = s.DuesOf(worker); err != nil || p.ActsHimself(worker) {
		return o, err
	}
	return o, a.told(ctx, s, worker, o)
}

// undoBy is until when an acceptance can be taken back that another gave.
func (a *App) undoBy(l EnrolmentLine) (by time.Time, err error) {
	if l.State != domain.Confirmed || l.Offer.State != answer.Accepted || l.Offer.InPerson {
		return by, nil
	}
	hours, err := a.number("PR-UNDO", "hours", l.County)
	if by = l.Offer.AcceptedAt.Add(time.Duration(hours) * time.Hour); err != nil || by.Before(a.Clock.Now()) {
		return time.Time{}, err
	}
	return by, nil
}

// told writes to the worker's access log what somebody else is shown.
func (a *App) told(ctx context.Context, s Store, worker string, o Overview) error {
	kinds, caseID, county := []string{}, "", ""
	for _, d := range o.Dues {
		kinds, caseID, county = []string{"course_enrolment"}, d.ID, d.Division
	}
	for _, l := range o.Enrolments {
		kinds, caseID, county = []string{"course_enrolment"}, l.ID, l.Division
	}
	if len(o.Certificates) > 0 {
		kinds = append(kinds, "certificate")
	}
	if caseID == "" {
		return nil
	}
	if county == "" {
		county = a.Codes.Prefecture().Code
	}
	return s.Read(ctx, worker, county, caseID, kinds...)
}
