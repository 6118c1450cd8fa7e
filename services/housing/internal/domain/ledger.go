package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Payment is rent that was paid for a month of a lease.
type Payment struct {
	ID        string
	LeaseID   string
	Month     string // 2006-01
	AmountFen int64
	PaidOn    clock.Date
	Reference string // the same one again changes nothing
}

// NewPayment checks a payment against its lease.
func NewPayment(l Lease, p Payment, today clock.Date) (Payment, []Event, error) {
	m, err := time.Parse("2006-01", p.Month)
	switch {
	case err != nil:
		return p, nil, ErrRentMonth
	case p.Month < l.StartsOn.String()[:len(p.Month)] || p.Month > l.EndsOn.String()[:len(p.Month)] && clock.NewDate(m.Year(), m.Month(), 1).After(today):
		return p, nil, ErrRentMonth
	case p.AmountFen <= 0:
		return p, nil, ErrRentAmount
	case p.PaidOn.IsZero() || p.PaidOn.After(today):
		return p, nil, ErrRentDay
	case p.Reference == "" || !fits(p.Reference, longestReference):
		return p, nil, ErrReference
	}
	return p, []Event{RentRecorded{LeaseID: l.ID, Month: p.Month, AmountFen: p.AmountFen}}, nil
}

// RentMonth is one line of the ledger.
type RentMonth struct {
	Month           string
	DueOn           clock.Date
	DueFen, PaidFen int64
	PaidOn          clock.Date // the last payment's day
}

// Ledger is the rent of a lease up to a day.
type Ledger struct {
	Months        []RentMonth
	ArrearsFen    int64
	ArrearsMonths int // months that are due and not paid in full; they add up (CLK-HO-ARREARS)
}

// NewLedger computes the ledger: a month's rent is due on the same day of each
// month, in the first one not before the lease begins. A month that is
// over-paid does not pay another. A lease that was left before it began owes none.
func NewLedger(l Lease, payments []Payment, dueDay int, today clock.Date) Ledger {
	var g Ledger
	if !l.LeftOn.IsZero() && l.LeftOn.Before(l.StartsOn) {
		return g
	}
	last := today
	if !l.LeftOn.IsZero() && l.LeftOn.Before(last) {
		last = l.LeftOn
	}
	for month := clock.NewDate(l.StartsOn.Year(), l.StartsOn.Month(), 1); !month.After(last) && l.RentFen > 0; month = month.AddMonths(1) {
		line := RentMonth{Month: month.String()[:len("2006-01")], DueOn: month.AddDays(dueDay - 1), DueFen: l.RentFen}
		if line.DueOn.Before(l.StartsOn) {
			line.DueOn = l.StartsOn
		}
		for _, p := range payments {
			if p.Month == line.Month {
				line.PaidFen += p.AmountFen
				if p.PaidOn.After(line.PaidOn) {
					line.PaidOn = p.PaidOn
				}
			}
		}
		if line.PaidFen < line.DueFen && line.DueOn.Before(today) {
			g.ArrearsFen += line.DueFen - line.PaidFen
			g.ArrearsMonths++
		}
		g.Months = append(g.Months, line)
	}
	return g
}
