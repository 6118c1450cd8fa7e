package app

import "github.com/qiao-platform/qiao/services/training/internal/domain"

// Certificates gives a worker's certificates as evidence. Who may ask, and that
// the worker sees it, is seen to before (evidence.Server).
func (a *App) Certificates(s Store, worker string) ([]domain.Certificate, error) {
	return s.CertificatesOf(worker)
}
