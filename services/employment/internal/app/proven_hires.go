package app

import (
	"slices"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ProvenHires gives the worker's hires that are evidence elsewhere: those on the
// worker's own word. Who may ask, and that the worker sees it, is seen to before
// (evidence.Server).
func (a *App) ProvenHires(s Store, worker string) ([]domain.Hire, error) {
	all, err := s.HiresOf(worker)
	return slices.DeleteFunc(all, func(h domain.Hire) bool { return !h.Proves() }), err
}
