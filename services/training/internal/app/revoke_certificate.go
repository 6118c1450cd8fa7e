package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// RevokeCertificate takes back a certificate; a right one can be issued in its place.
func (a *App) RevokeCertificate(ctx context.Context, s Store, id, reason string) error {
	c, err := s.Certificate(id)
	if err != nil {
		return err
	}
	if err := auth.Hide(a.mayRun(ctx, c.Division), domain.ErrCertificateNone); err != nil {
		return err
	}
	c, events, err := c.Revoke(reason, a.today())
	if err != nil {
		return err
	}
	return s.SaveCertificate(ctx, c, events...)
}
