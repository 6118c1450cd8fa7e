package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

var slots = table.New(table.Spec[domain.Slot]{
	Table: "adviser_slot",
	Columns: func(s *domain.Slot) []table.Column {
		return []table.Column{
			table.Key("id", &s.ID), table.Fixed("county", &s.County), table.Fixed("day", &s.Day), table.Fixed("minute", &s.Minute),
			table.Fixed("minutes", &s.Minutes), table.Fixed("adviser", &s.Adviser), table.Changing("booking_id", &s.BookingID), table.Version(&s.Version),
		}
	},
	About:   func(s *domain.Slot) outbox.Subject { return outbox.Subject{Aggregate: s.ID, Division: s.County} },
	Unknown: domain.ErrSlotUnknown,
	Twice:   domain.ErrSlotTwice,
})

// Slot loads and locks a time.
func (t *Tx) Slot(id string) (domain.Slot, error) { return slots.Load(t.tx, id) }

// FreeSlots lists the free times of a county from a day on.
func (t *Tx) FreeSlots(county string, from clock.Date) ([]domain.Slot, error) {
	return slots.List(t.tx, `WHERE county = $1 AND day >= $2 AND booking_id = '' ORDER BY day, minute, id LIMIT 100`, county, from.String())
}

// SaveSlot writes a time and its events.
func (t *Tx) SaveSlot(ctx context.Context, s domain.Slot, events ...domain.Event) error {
	return slots.Save(ctx, t.log, t.tx, s, events...)
}

var bookings = table.New(table.Spec[domain.Booking]{
	Table: "adviser_booking",
	From:  "adviser_booking b JOIN adviser_slot s ON s.id = b.slot_id",
	Columns: func(b *domain.Booking) []table.Column {
		return []table.Column{
			table.Key("id", &b.ID), table.Fixed("slot_id", &b.Slot.ID), table.Fixed("worker", &b.Worker), table.Fixed("topic", &b.Topic),
			table.Changing("cancelled", &b.Cancelled), table.Fixed("at", &b.At), table.Version(&b.Version),
			table.Joined("s.county", &b.Slot.County), table.Joined("s.day", &b.Slot.Day), table.Joined("s.minute", &b.Slot.Minute),
			table.Joined("s.minutes", &b.Slot.Minutes), table.Joined("s.adviser", &b.Slot.Adviser), table.Joined("s.booking_id", &b.Slot.BookingID),
			table.Joined("s.version", &b.Slot.Version),
		}
	},
	About: func(b *domain.Booking) outbox.Subject {
		return outbox.Subject{Aggregate: b.ID, Worker: b.Worker, Division: b.Slot.County}
	},
	Unknown: domain.ErrBookingUnknown,
	Twice:   domain.ErrSlotTaken,
})

// Booking loads and locks a booking.
func (t *Tx) Booking(id string) (domain.Booking, error) { return bookings.Load(t.tx, id) }

// StandingBookings lists the worker's bookings that were not cancelled; until
// the transaction ends the worker makes no other.
func (t *Tx) StandingBookings(worker string) ([]domain.Booking, error) {
	if err := t.tx.Lock("adviser:" + worker); err != nil {
		return nil, err
	}
	return bookings.List(t.tx, `WHERE b.worker = $1 AND b.cancelled = 0 ORDER BY s.day, s.minute`, worker)
}

// BookingsOf lists the worker's bookings, newest first.
func (t *Tx) BookingsOf(worker string) ([]domain.Booking, error) {
	return bookings.List(t.tx, `WHERE b.worker = $1 ORDER BY b.at DESC, b.id DESC`, worker)
}

// SaveBooking writes a booking and its events.
func (t *Tx) SaveBooking(ctx context.Context, b domain.Booking, events ...domain.Event) error {
	return bookings.Save(ctx, t.log, t.tx, b, events...)
}

var loans = table.New(table.Spec[domain.LoanRequest]{
	Table: "loan_request",
	Columns: func(l *domain.LoanRequest) []table.Column {
		return []table.Column{
			table.Key("id", &l.ID), table.Fixed("worker", &l.Worker), table.Fixed("county", &l.County), table.Fixed("bank_code", &l.BankCode),
			table.Fixed("amount_fen", &l.AmountFen), table.Fixed("years", &l.Years), table.Fixed("notice_version", &l.NoticeVersion),
			table.Changing("withdrawn", &l.Withdrawn), table.Fixed("at", &l.At), table.Version(&l.Version),
		}
	},
	About: func(l *domain.LoanRequest) outbox.Subject {
		return outbox.Subject{Aggregate: l.ID, Worker: l.Worker, Division: l.County}
	},
	Unknown: domain.ErrLoanUnknown,
})

// Loan loads and locks a loan request.
func (t *Tx) Loan(id string) (domain.LoanRequest, error) { return loans.Load(t.tx, id) }

// PeekLoan reads a loan request.
func (t *Tx) PeekLoan(id string) (domain.LoanRequest, error) { return loans.Peek(t.tx, id) }

// LoansOf lists the worker's loan requests, newest first.
func (t *Tx) LoansOf(worker string) ([]domain.LoanRequest, error) {
	return loans.List(t.tx, `WHERE worker = $1 ORDER BY at DESC, id DESC`, worker)
}

// SaveLoan writes a loan request and its events.
func (t *Tx) SaveLoan(ctx context.Context, l domain.LoanRequest, events ...domain.Event) error {
	return loans.Save(ctx, t.log, t.tx, l, events...)
}

var sites = table.New(table.Spec[domain.Premises]{
	Table: "premises",
	Columns: func(p *domain.Premises) []table.Column {
		return []table.Column{
			table.Key("id", &p.ID), table.Fixed("county", &p.County), table.Fixed("kind", &p.Kind), table.Fixed("title", &p.Title),
			table.Fixed("area_dm2", &p.AreaDM2), table.Fixed("rent_fen", &p.RentFen), table.Version(&p.Version),
		}
	},
	About:   func(p *domain.Premises) outbox.Subject { return outbox.Subject{Aggregate: p.ID, Division: p.County} },
	Unknown: domain.ErrPremisesUnknown,
})

// PeekPremises reads a place.
func (t *Tx) PeekPremises(id string) (domain.Premises, error) { return sites.Peek(t.tx, id) }

// PremisesOf lists the places of a county, newest first.
func (t *Tx) PremisesOf(county string) ([]domain.Premises, error) {
	return sites.List(t.tx, `WHERE county = $1 ORDER BY id DESC LIMIT 200`, county)
}

// SavePremises writes a place and its events.
func (t *Tx) SavePremises(ctx context.Context, p domain.Premises, events ...domain.Event) error {
	return sites.Save(ctx, t.log, t.tx, p, events...)
}

var requests = table.New(table.Spec[domain.PremisesRequest]{
	Table: "premises_request",
	From:  "premises_request q JOIN premises p ON p.id = q.site_id",
	Columns: func(q *domain.PremisesRequest) []table.Column {
		return []table.Column{
			table.Key("id", &q.ID), table.Fixed("site_id", &q.Site.ID), table.Fixed("worker", &q.Worker), table.Changing("withdrawn", &q.Withdrawn),
			table.Fixed("at", &q.At), table.Version(&q.Version), table.Joined("p.county", &q.Site.County), table.Joined("p.kind", &q.Site.Kind),
			table.Joined("p.title", &q.Site.Title), table.Joined("p.area_dm2", &q.Site.AreaDM2), table.Joined("p.rent_fen", &q.Site.RentFen),
			table.Joined("p.version", &q.Site.Version),
		}
	},
	About: func(q *domain.PremisesRequest) outbox.Subject {
		return outbox.Subject{Aggregate: q.ID, Worker: q.Worker, Division: q.Site.County}
	},
	Unknown: domain.ErrRequestUnknown,
	Twice:   domain.ErrPremisesTwice,
})

// PremisesRequest loads and locks a request.
func (t *Tx) PremisesRequest(id string) (domain.PremisesRequest, error) {
	return requests.Load(t.tx, id)
}

// PremisesRequestsOf lists the worker's requests, newest first.
func (t *Tx) PremisesRequestsOf(worker string) ([]domain.PremisesRequest, error) {
	return requests.List(t.tx, `WHERE q.worker = $1 ORDER BY q.at DESC, q.id DESC`, worker)
}

// SavePremisesRequest writes a request and its events.
func (t *Tx) SavePremisesRequest(ctx context.Context, q domain.PremisesRequest, events ...domain.Event) error {
	return requests.Save(ctx, t.log, t.tx, q, events...)
}

// SawLoan tells the worker's access log what a bank read.
func (t *Tx) SawLoan(ctx context.Context, l domain.LoanRequest) error {
	p, err := auth.From(ctx)
	if err != nil || p.Kind == auth.Worker {
		return err
	}
	about := outbox.Subject{Aggregate: ident.NewID(), Worker: l.Worker, Division: l.County}
	return t.log.Append(ctx, t.tx, about, &platformv1.RecordRead{
		ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: []string{"loan_request"}, CaseId: l.ID,
	})
}
