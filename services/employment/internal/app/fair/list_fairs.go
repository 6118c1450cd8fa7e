package fair

import "github.com/qiao-platform/qiao/services/employment/internal/domain/fair"

// Shown is a fair as everybody sees it.
type Shown struct {
	fair.Fair
	WishesMax   int // that a fair takes today
	Corrections []fair.Correction
}

func (a *App) shown(f fair.Fair) (Shown, error) {
	r, err := a.rules(a.today(), f.Division)
	return Shown{Fair: f, WishesMax: r.WishesMax}, err
}

// ListFairs lists job fairs, newest first, of all divisions where none is named;
// everybody may.
func (a *App) ListFairs(s Store, division string) ([]Shown, error) {
	all, err := s.List(division)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(all))
	for i, f := range all {
		if shown[i], err = a.shown(f); err != nil {
			return nil, err
		}
	}
	return shown, nil
}
