package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// IssueCertificate issues the one certificate of an enrolment whose worker
// completed the course, and returns its id.
func (a *App) IssueCertificate(ctx context.Context, s Store, enrolmentID, kind, number, issuedOn string) (string, error) {
	day, err := clock.ParseDate(issuedOn)
	if err != nil {
		return "", err
	}
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(a.mayRun(ctx, c.County), domain.ErrEnrolmentUnknown); err != nil {
		return "", err
	}
	cert, events, err := c.Certify(e, a.NewID(), kind, number, day, a.today())
	if err != nil {
		return "", err
	}
	if number != "" {
		if taken, err := s.Numbered(number); err != nil {
			return "", err
		} else if taken {
			return "", domain.ErrNumberTaken
		}
	}
	return cert.ID, s.AddCertificate(ctx, cert, events...)
}
