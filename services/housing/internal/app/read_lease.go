package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// LeaseFile is a lease with everything that belongs to it.
type LeaseFile struct {
	Lease     domain.Lease
	Status    string
	Address   string // told to the tenant in person alone
	RenewFrom clock.Date
	Ledger    domain.Ledger
	Renewals  []domain.Renewal // the newest first
	Repairs   []domain.Repair
	Exits     []domain.Exit
	Reviews   []domain.Review
}

// ReadLease shows a lease to its tenant, to who acts for him, or to an officer
// of its county.
func (a *App) ReadLease(ctx context.Context, s Store, id string) (f LeaseFile, err error) {
	if f.Lease, err = s.PeekLease(id); err != nil {
		return f, err
	}
	p, err := mayRead(ctx, f.Lease.Worker, f.Lease.County)
	if err = auth.Hide(err, domain.ErrLeaseUnknown); err != nil {
		return f, err
	}
	payments, err := s.Payments(id)
	if err != nil {
		return f, err
	}
	if err := a.open(&f, payments); err != nil {
		return f, err
	}
	if f.Renewals, err = s.RenewalsOf(id); err != nil {
		return f, err
	}
	if f.Repairs, err = s.RepairsOf(id); err != nil {
		return f, err
	}
	if f.Exits, err = s.ExitsOf(id); err != nil {
		return f, err
	}
	if f.Reviews, err = s.ReviewsOf(id); err != nil {
		return f, err
	}
	if p.ActsHimself(f.Lease.Worker) {
		h, err := s.PeekHome(f.Lease.HomeID)
		f.Address = h.Estate + " " + h.Number
		return f, err
	}
	return f, logRead(ctx, s, p, f.Lease.Worker, f.Lease.County, id, "lease")
}

// open works out what rests on the day.
func (a *App) open(f *LeaseFile, payments []domain.Payment) (err error) {
	f.Status = f.Lease.State(a.today())
	months, err := a.number("HO-03", "renew_apply_months_before_end", f.Lease.County)
	if err != nil {
		return err
	}
	f.RenewFrom = f.Lease.RenewFrom(months)
	f.Ledger, err = a.ledger(f.Lease, payments)
	return err
}
