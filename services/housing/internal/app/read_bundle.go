package app

import (
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ReadBundle gives what a draw is checked with; it names nobody, and stays.
func (a *App) ReadBundle(s Store, id string) (string, error) {
	r, err := s.PeekRound(id)
	if err == nil && r.Bundle == "" {
		err = domain.ErrNoBundle
	}
	return r.Bundle, err
}
