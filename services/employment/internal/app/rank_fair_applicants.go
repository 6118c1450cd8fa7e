package app

import (
	"context"
)

// MaySeeFairApplicants returns nil where the caller is the employer of the post.
func (a *App) MaySeeFairApplicants(ctx context.Context, s Store, fairID, vacancyID string) error {
	p, err := s.PeekFairPostOf(fairID, vacancyID)
	if err != nil {
		return err
	}
	return owns(ctx, s, p.EmployerID)
}

// RankFairApplicants is the employer's order, by number, of who applied to its
// post. Who is not named shares one class, in which the lottery decides.
func (a *App) RankFairApplicants(ctx context.Context, s Store, fairID, vacancyID string, order []string) error {
	f, err := s.ShareFair(fairID)
	if err != nil {
		return err
	}
	if err := a.MaySeeFairApplicants(ctx, s, fairID, vacancyID); err != nil {
		return err
	}
	p, _, err := s.FairPostOf(fairID, vacancyID)
	if err != nil {
		return err
	}
	applied, err := s.FairApplied(fairID, vacancyID)
	if err != nil {
		return err
	}
	events, err := p.Rank(f, order, applied)
	if err != nil {
		return err
	}
	if err := s.RankFair(fairID, vacancyID, order); err != nil {
		return err
	}
	return s.SaveFairPost(ctx, p, events...)
}
