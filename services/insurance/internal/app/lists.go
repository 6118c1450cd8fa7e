package app

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// The sizes of a page of a list.
const (
	usualPage   = 50
	largestPage = 200
)

// within is the divisions whose rows the caller may list, as one row is opened.
func within(ctx context.Context) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	all, ok := p.Counties()
	if !ok {
		return "", auth.ErrDivision
	}
	return all, nil
}

func sized(limit int) int {
	if limit <= 0 {
		return usualPage
	}
	return min(limit, largestPage)
}

// cut returns a page of a list of which one row more was read, and the mark of the
// next page, "" after the last.
func cut[T any](all []T, limit int, mark func(T) string) (page []T, next string) {
	if len(all) <= limit {
		return all, ""
	}
	return all[:limit], mark(all[limit-1])
}

func parseMark(mark string) (day, id string, err error) {
	if mark == "" {
		return "", "", nil
	}
	day, id, found := strings.Cut(mark, "/")
	if _, err := clock.ParseDate(day); err != nil || !found || id == "" {
		return "", "", domain.ErrCursor
	}
	return day, id, nil
}

// bound completes a query of duties with what the caller may list.
func bound(ctx context.Context, q DutyQuery, after string) (DutyQuery, error) {
	var err error
	if q.Counties, err = within(ctx); err != nil {
		return q, err
	}
	if q.State != "" && q.State != Owed && !slices.Contains(domain.DutyStates(), domain.DutyState(q.State)) {
		return q, domain.ErrFilter
	}
	q.AfterDay, q.AfterID, err = parseMark(after)
	q.Limit = sized(q.Limit) + 1
	return q, err
}

// ListDuties lists duties by their last day: of what is owed, what is overdue comes first.
func (a *App) ListDuties(ctx context.Context, s Store, q DutyQuery, after string) ([]domain.Duty, string, error) {
	q, err := bound(ctx, q, after)
	if err != nil {
		return nil, "", err
	}
	all, err := s.Duties(q)
	page, next := cut(all, q.Limit-1, func(d domain.Duty) string { return d.DueOn.String() + "/" + d.ID })
	return page, next, err
}

// ListDebtors sums by employer what is owed: who is overdue, or will be first, comes first.
func (a *App) ListDebtors(ctx context.Context, s Store, q DutyQuery, after string) ([]Debtor, string, error) {
	q, err := bound(ctx, q, after)
	if err != nil {
		return nil, "", err
	}
	all, err := s.Debtors(q)
	page, next := cut(all, q.Limit-1, func(d Debtor) string { return d.DueOn.String() + "/" + d.EmployerID })
	return page, next, err
}

// ListEnrolments lists enrolments, newest first.
func (a *App) ListEnrolments(ctx context.Context, s Store, q EnrolmentQuery) ([]Enrolment, string, error) {
	var err error
	if q.Counties, err = within(ctx); err != nil {
		return nil, "", err
	}
	if !slices.Contains([]string{"", "active", "stopped"}, q.State) {
		return nil, "", domain.ErrFilter
	}
	q.Limit = sized(q.Limit) + 1
	all, err := s.Enrolments(q)
	page, next := cut(all, q.Limit-1, func(e Enrolment) string { return e.ID })
	return page, next, err
}

// SeeEnrolment shows one enrolment with its credited months to the agency of its county.
// It names no person.
func (a *App) SeeEnrolment(ctx context.Context, s Store, id string) (Enrolment, []domain.Month, error) {
	e, err := s.Enrolment(id)
	if err != nil {
		return e, nil, err
	}
	if _, err := auth.Covering(ctx, e.Division); err != nil {
		return Enrolment{}, nil, auth.Hide(err, domain.ErrCoverUnknown)
	}
	months, err := s.Credited(id)
	return e, months, err
}
