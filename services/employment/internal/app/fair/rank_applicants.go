package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// RankApplicants is the employer's order, by number, of who applied to its
// post. Who is not named shares one class, in which the lottery decides.
func (a *App) RankApplicants(ctx context.Context, s Store, fairID, vacancyID string, order []string) error {
	f, err := s.Share(fairID)
	if err != nil {
		return err
	}
	if _, err := ownPost(ctx, s, fairID, vacancyID); err != nil {
		return err
	}
	p, _, err := s.PostOf(fairID, vacancyID)
	if err != nil {
		return err
	}
	applied, err := s.Applied(fairID, vacancyID)
	if err != nil {
		return err
	}
	events, err := p.Rank(f, order, applied)
	if err != nil {
		return err
	}
	if err := s.Rank(fairID, vacancyID, order); err != nil {
		return err
	}
	return s.SavePost(ctx, p, events...)
}

// ownPost reads a post where the caller is its employer.
func ownPost(ctx context.Context, s Store, fairID, vacancyID string) (fair.Post, error) {
	p, err := s.PeekPostOf(fairID, vacancyID)
	if err != nil {
		return p, err
	}
	return p, app.Owns(ctx, s.Jobs(), p.EmployerID)
}
