package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// RankApplicants is the employer's order, by number, of who applied to its
// post. Who is not named shares one class, in which the lottery decides.
func (a *App) RankApplicants(ctx context.Context, s Store, fairID, vacancyID string, order []string) error {
	f, err := s.Share(fairID)
	if err != nil {
		return err
	}
	if err := ownsPost(ctx, s, fairID, vacancyID); err != nil {
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

// ownsPost returns nil where the caller is the employer of the post.
func ownsPost(ctx context.Context, s Store, fairID, vacancyID string) error {
	p, err := s.PeekPostOf(fairID, vacancyID)
	if err != nil {
		return err
	}
	return app.Owns(ctx, s.Jobs(), p.EmployerID)
}
