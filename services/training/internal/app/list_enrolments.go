package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Overview is what a worker sees of training.
type Overview struct {
	Enrolments   []EnrolmentLine
	Certificates []domain.Certificate
	Dues         []domain.Due
}

// ListEnrolments shows a worker's own courses, certificates and due trainings.
func (a *App) ListEnrolments(ctx context.Context, s Store, worker string) (o Overview, err error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return o, err
	}
	if o.Enrolments, err = s.EnrolmentsOf(worker); err != nil {
		return o, err
	}
	for i, l := range o.Enrolments {
		o.Enrolments[i].Free = l.Free && !a.today().After(l.StartsOn) // who did not join on the first day does not join
	}
	if o.Certificates, err = s.CertificatesOf(worker); err != nil {
		return o, err
	}
	o.Dues, err = s.DuesOf(worker)
	return o, err
}
