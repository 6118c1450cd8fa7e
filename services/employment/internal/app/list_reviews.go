package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const (
	reviewPage    = 50
	reviewPageMax = 200
)

// ListReviews lists texts before the clerks, the longest waiting first.
func (a *App) ListReviews(ctx context.Context, s Store, q ReviewQuery) ([]domain.Review, error) {
	q, err := mayList(ctx, s, q)
	if err != nil {
		return nil, err
	}
	return s.Reviews(q)
}

// mayList returns whose reviews the caller may list: an employer its own,
// an officer those of the county or of an employer in it.
func mayList(ctx context.Context, s Store, q ReviewQuery) (ReviewQuery, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return q, err
	}
	if q.State != "" {
		if !slices.Contains(domain.ReviewStates(), q.State) {
			return q, domain.ErrReviewFilter
		}
	}
	if q.Limit <= 0 {
		q.Limit = reviewPage
	}
	q.Limit = min(q.Limit, reviewPageMax)
	if p.Kind == auth.Officer {
		var ok bool
		if q.Counties, ok = p.Counties(); !ok {
			return q, auth.ErrDivision
		}
		if q.EmployerID == "" {
			return q, nil
		}
	}
	e, err := s.Employer(q.EmployerID)
	if err != nil {
		return q, err
	}
	return q, auth.Hide(MayManage(ctx, e, e.County), domain.ErrEmployerUnknown)
}
