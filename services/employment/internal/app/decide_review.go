package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// DecideReview is a clerk's decision about a refused text. An overrule
// publishes the vacancy in the same transaction.
func (a *App) DecideReview(ctx context.Context, s Store, id string, v domain.Verdict) (vacancyID string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	r, err := s.Review(id)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(p.CoversDivision(r.Terms.County), domain.ErrReviewUnknown); err != nil {
		return "", err
	}
	v.Officer = p.Subject
	recourse, err := a.Rules.Recourse(a.today(), a.Calendar)
	if err != nil {
		return "", err
	}
	r, events, err := r.Decide(v, a.NewID(), recourse.Appeal(), a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveReview(ctx, r, events...); err != nil || r.State != domain.ReviewOverruled {
		return "", err
	}
	e, err := s.Employer(r.EmployerID)
	if err != nil {
		return "", err
	}
	if _, used, err := s.VacancyByReference(e.ID, r.Terms.Reference); err != nil {
		return "", err
	} else if used { // another text was published under it meanwhile
		r.Terms.Reference = ""
	}
	if _, err := a.judgeWage(r.Terms.County, e.Kind, r.Terms.WageUnit, r.Terms.WageMinFen); err != nil {
		return "", err // the clerk judges words; the minimum wage may have risen since
	}
	danger, err := a.danger(r.Terms)
	if err != nil {
		return "", err
	}
	vacancy, published := domain.Publish(r.VacancyID, e, r.Terms, danger, a.Clock.Now())
	return vacancy.ID, s.SaveVacancy(ctx, vacancy, published...)
}
