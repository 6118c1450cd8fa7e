package app

import (
	"slices"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Certificates gives a worker's certificates as evidence. Who may ask, and that
// the worker sees it, is seen to before (evidence.Server).
func (a *App) Certificates(s Store, worker string) ([]domain.Certificate, error) {
	all, err := s.CertificatesOf(worker)
	return slices.DeleteFunc(all, func(c domain.Certificate) bool { return !c.Holds() }), err
}
