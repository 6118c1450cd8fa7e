package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Said is what became of what a form or a sheet says of a home.
type Said struct {
	ID, Outcome string
	Differs     []string // fields that say otherwise than the record and changed nothing
}

// AddHome lists a home. What is known already is left as it is where the same
// is said again, and by an import corrected where nobody's choice rests on it.
func (a *App) AddHome(ctx context.Context, s Store, h domain.Home) (said Said, err error) {
	if err := a.county(h.County); err != nil {
		return said, err
	}
	p, err := auth.Covering(ctx, h.County)
	if err != nil {
		return said, err
	}
	h.ID = a.NewID()
	h, events, err := domain.ListHome(h)
	if err != nil {
		return said, err
	}
	if err := a.plausible(h); err != nil {
		return said, err
	}
	id, added, err := s.AddHome(ctx, h, events...)
	if added || err != nil {
		return Said{ID: id, Outcome: domain.Created}, err
	}
	known, err := s.Home(id)
	if err != nil || p.Via != auth.ViaImport || known.Reference != "" && known.Reference == h.Reference {
		return Said{ID: id, Outcome: domain.Unchanged}, err
	}
	held, err := s.HomesInRounds(known.County)
	if err != nil {
		return said, err
	}
	corrected, differs, changes := known.Correct(h, slices.Contains(held, id))
	switch {
	case changes != nil:
		return Said{ID: id, Outcome: domain.Applied}, s.SaveHome(ctx, corrected, changes...)
	case len(differs) > 0:
		return Said{ID: id, Outcome: domain.Differs, Differs: differs}, nil
	}
	return Said{ID: id, Outcome: domain.Unchanged}, nil
}

// plausible refuses what can only be a slip of the pen. A subsidy's place has
// neither area nor rent.
func (a *App) plausible(h domain.Home) error {
	if h.Kind == domain.RentSubsidy {
		return nil
	}
	r, err := a.Rules.Rule("HO-PLAUSIBLE", a.today(), h.County)
	if err != nil {
		return err
	}
	for name, n := range map[string]int64{"area_dm2": int64(h.AreaDM2), "rent_fen": h.RentFen} {
		if ok, err := r.Within(name, n); err != nil {
			return err
		} else if !ok {
			return domain.ErrUnlikely
		}
	}
	return nil
}
