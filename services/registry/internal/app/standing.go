package app

import (
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Standing answers a department whether there is such an account, and whether
// it was closed: nothing of the person, so no line in the person's log.
func (a *App) Standing(s Store, worker string) (known, closed bool, err error) {
	closed, err = s.Standing(worker)
	if errors.Is(err, domain.ErrWorkerUnknown) {
		return false, false, nil
	}
	return err == nil, closed, err
}

// Covers reports whether a division covers the county where a worker is
// registered; it covers nobody who is not, nor whom no counter saw.
func (a *App) Covers(s Store, worker, division string) (bool, error) {
	w, err := s.PeekWorker(worker)
	if errors.Is(err, domain.ErrWorkerUnknown) {
		return false, nil
	}
	return err == nil && !w.Unseen() && auth.Principal{Division: division}.CoversDivision(w.County) == nil, err
}
