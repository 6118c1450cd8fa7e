package app

import (
	"errors"

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
