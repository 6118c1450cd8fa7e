package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// fairRules reads the rules of job fairs of a day in a division.
func (a *App) fairRules(on clock.Date, division string) (domain.FairRules, error) {
	fair, err := a.Rules.Rule("EM-FAIR", on, division)
	if err != nil {
		return domain.FairRules{}, err
	}
	match, err := a.Rules.Rule("EM-FAIR-MATCH", on, division)
	if err != nil {
		return domain.FairRules{}, err
	}
	return domain.ReadFairRules(fair, match)
}

// FairWishesMax is how many wishes a fair takes today.
func (a *App) FairWishesMax(f domain.Fair) (int, error) {
	r, err := a.fairRules(a.today(), f.Division)
	return r.WishesMax, err
}

// fairOfficer returns the officer who calls, where the fair is of his division.
func fairOfficer(ctx context.Context, f domain.Fair) (auth.Principal, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return p, err
	}
	return p, p.CoversDivision(f.Division)
}

// MaySeeFairResults returns nil where the officer's division covers the fair and
// its results are all there.
func (a *App) MaySeeFairResults(ctx context.Context, s Store, fairID string) error {
	f, err := s.PeekFair(fairID)
	if err != nil {
		return err
	}
	if _, err = fairOfficer(ctx, f); err != nil {
		return err
	}
	return f.Published()
}
