package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// lockLease loads a lease for an officer of its county.
func lockLease(ctx context.Context, s Store, id string) (auth.Principal, domain.Lease, error) {
	l, err := s.Lease(id)
	if err != nil {
		return auth.Principal{}, l, err
	}
	p, err := officer(ctx, l.County)
	return p, l, auth.Hide(err, domain.ErrLeaseUnknown)
}

// ownLease loads a lease for its tenant or who acts for him.
func ownLease(ctx context.Context, s Store, id string) (domain.Lease, error) {
	seen, err := s.PeekLease(id)
	if err != nil {
		return seen, err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrLeaseUnknown); err != nil {
		return seen, err
	}
	return s.Lease(id)
}

// ledger computes a lease's rent up to today.
func (a *App) ledger(l domain.Lease, payments []domain.Payment) (domain.Ledger, error) {
	day, err := a.number("HO-RENT", "due_day", l.County)
	return domain.NewLedger(l, payments, day, clock.Today(a.Clock)), err
}

func (a *App) ledgerOf(s Store, l domain.Lease) (domain.Ledger, error) {
	payments, err := s.Payments(l.ID)
	if err != nil {
		return domain.Ledger{}, err
	}
	return a.ledger(l, payments)
}

// RecordRent records a payment, once for each reference.
func (a *App) RecordRent(ctx context.Context, s Store, p domain.Payment) (string, error) {
	_, l, err := lockLease(ctx, s, p.LeaseID)
	if err != nil {
		return "", err
	}
	p.ID = a.NewID()
	p, events, err := domain.NewPayment(l, p, clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	id, added, err := s.AddPayment(ctx, p)
	if err != nil || !added {
		return id, err
	}
	return id, s.SaveLease(ctx, l, events...)
}

// NoteVacancy notes since when a home stands empty, or with the zero date that
// it does not.
func (a *App) NoteVacancy(ctx context.Context, s Store, leaseID string, since clock.Date) error {
	_, l, err := lockLease(ctx, s, leaseID)
	if err != nil {
		return err
	}
	l, events, err := l.Vacate(since, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveLease(ctx, l, events...)
}

// LeaveHome ends a lease by the tenant's own wish, without an officer. Nobody
// does it for him, neither a helper nor a counter: else it would be a way
// around notice, decision and appeal.
func (a *App) LeaveHome(ctx context.Context, s Store, leaseID string, on clock.Date) error {
	l, err := ownLease(ctx, s, leaseID)
	if err != nil {
		return err
	}
	if p, err := auth.From(ctx); err != nil || !p.ActsHimself(l.Worker) {
		return domain.ErrLeaveOther
	}
	exits, err := s.ExitsOf(leaseID)
	if err != nil {
		return err
	}
	for _, e := range exits {
		if !e.Pending() {
			continue
		}
		if err := s.SaveExit(ctx, e.Gone()); err != nil {
			return err
		}
	}
	return a.leave(ctx, s, l, on)
}

// leave ends a lease and frees its home.
func (a *App) leave(ctx context.Context, s Store, l domain.Lease, on clock.Date) error {
	l, events, err := l.Leave(on, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	if err := s.SaveLease(ctx, l, events...); err != nil {
		return err
	}
	return release(ctx, s, l.HomeID)
}

// nextLook is when a clock next looks at a lease: at the beginning of the next
// month, or when another term can be asked for, if that comes before.
func nextLook(l domain.Lease, today clock.Date, monthsBefore int) clock.Date {
	next := clock.NewDate(today.Year(), today.Month(), 1).AddMonths(1)
	if from := l.RenewFrom(monthsBefore); monthsBefore > 0 && from.After(today) && from.Before(next) {
		return from
	}
	return next
}

// LookAtLease is what a clock does with a lease: it tells the tenant that
// another term can be asked for, and asks a person to look at arrears or at a
// home that stands empty. It ends nothing.
func (a *App) LookAtLease(ctx context.Context, s Store, id string) error {
	l, err := s.Lease(id)
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	if !l.Live() || l.LookedOn == today {
		return nil
	}
	months, err := a.number("HO-03", "renew_apply_months_before_end", l.County)
	if err != nil {
		return err
	}
	l.LookedOn = today
	l, events := l.TellRenewal(months, today)
	if err := s.SaveLease(ctx, l, events...); err != nil {
		return err
	}
	ground, err := a.wantsLook(s, l, today)
	if err != nil {
		return err
	}
	if ground != "" {
		if err := a.openReview(ctx, s, l, ground); err != nil {
			return err
		}
	}
	return s.Later(ctx, TaskLease, id, nextLook(l, today, months).Start())
}

// wantsLook says on which ground of HO-04 a person should look, "" for none.
func (a *App) wantsLook(s Store, l domain.Lease, today clock.Date) (string, error) {
	most, err := a.number("HO-04", "arrears_months", l.County)
	if err != nil {
		return "", err
	}
	g, err := a.ledgerOf(s, l)
	if err != nil || g.ArrearsMonths >= most {
		return domain.GroundArrears, err
	}
	limit, err := a.Rules.Deadline("CLK-HO-VACANT", today)
	if err != nil {
		return "", err
	}
	if !l.VacantSince.IsZero() && !today.Before(l.VacantSince.AddMonths(limit.Amount)) {
		return domain.GroundVacant, nil
	}
	return "", nil
}

// openReview asks a person to look, unless somebody is asked already.
func (a *App) openReview(ctx context.Context, s Store, l domain.Lease, ground string) error {
	before, err := s.ReviewsOf(l.ID)
	if err != nil {
		return err
	}
	for _, r := range before {
		if r.Ground == ground && r.Outcome == "" {
			return nil
		}
	}
	r, events := domain.OpenReview(a.NewID(), l, ground, clock.Today(a.Clock))
	return s.SaveReview(ctx, r, events...)
}

// CloseReview records what a person found.
func (a *App) CloseReview(ctx context.Context, s Store, id, outcome string) error {
	r, err := s.Review(id)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return auth.Hide(err, domain.ErrReviewUnknown)
	}
	r, events, err := r.Close(outcome)
	if err != nil {
		return err
	}
	return s.SaveReview(ctx, r, events...)
}

// JobEnded leaves word, for each dormitory where the worker stays, to look
// after the time that HO-DORM keeps the stay untouched in any case.
func (a *App) JobEnded(ctx context.Context, s Store, worker string, endedOn clock.Date) error {
	leases, err := s.LeasesOf(worker)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if l.Kind != domain.Dormitory || !l.Live() {
			continue
		}
		days, err := a.number("HO-DORM", "days_after_job", l.County)
		if err != nil {
			return err
		}
		if err := s.Later(ctx, TaskJobLeft, l.ID, endedOn.AddDays(days+1).Start()); err != nil {
			return err
		}
	}
	return nil
}

// LookAfterJob asks a person to look at a dormitory stay whose worker left his job.
func (a *App) LookAfterJob(ctx context.Context, s Store, leaseID string) error {
	l, err := s.Lease(leaseID)
	if err != nil || !l.Live() {
		return err
	}
	return a.openReview(ctx, s, l, domain.GroundJobLeft)
}
