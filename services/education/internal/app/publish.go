package app

import (
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// publish adds a section to what is published of a round, and returns how many
// parts that is.
func (a *App) publish(s Store, r domain.Round, section func(before []byte) []byte) (int, error) {
	last, err := s.BundlePart(r.ID, r.Parts-1)
	if err != nil {
		return r.Parts, err
	}
	return s.AddToBundle(r.ID, r.Parts, section(last))
}
