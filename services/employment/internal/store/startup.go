package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const slotColumns = `s.id, s.county, s.day, s.minute, s.minutes, s.adviser, s.booking_id, s.version`

func slotDest(s *domain.Slot, day *string) []any {
	return []any{&s.ID, &s.County, day, &s.Minute, &s.Minutes, &s.Adviser, &s.BookingID, &s.Version}
}

func scanSlot(r sqldb.Scanner) (s domain.Slot, err error) {
	var day string
	if err = r.Scan(slotDest(&s, &day)...); err != nil {
		return s, err
	}
	return s, dates([]string{day}, &s.Day)
}

// Slot loads and locks a time.
func (t *Tx) Slot(id string) (domain.Slot, error) {
	return load(t.tx.QueryRow(`SELECT `+slotColumns+` FROM adviser_slot s WHERE s.id = $1`+t.forUpdate(), id), scanSlot, domain.ErrSlotUnknown)
}

// FreeSlots lists the free times of a county from a day on.
func (t *Tx) FreeSlots(county string, from clock.Date) ([]domain.Slot, error) {
	return sqldb.Collect(t.tx, scanSlot, `SELECT `+slotColumns+` FROM adviser_slot s WHERE s.county = $1 AND s.day >= $2 AND s.booking_id = ''
		ORDER BY s.day, s.minute, s.id LIMIT 100`, county, from.String())
}

// SaveSlot writes a time and its events.
func (t *Tx) SaveSlot(ctx context.Context, s domain.Slot, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO adviser_slot (id, county, day, minute, minutes, adviser, booking_id, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET booking_id = excluded.booking_id, version = excluded.version WHERE adviser_slot.version = $9`,
		s.ID, s.County, s.Day.String(), s.Minute, s.Minutes, s.Adviser, s.BookingID, next(s.Version, events), s.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrSlotTwice.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: s.ID, Version: s.Version, Division: s.County}, events)
}

const bookingTable = `SELECT b.id, b.worker, b.topic, b.cancelled, b.at, b.version, ` + slotColumns + ` FROM adviser_booking b JOIN adviser_slot s ON s.id = b.slot_id`

func scanBooking(r sqldb.Scanner) (b domain.Booking, err error) {
	var cancelled, at int64
	var day string
	if err = r.Scan(append([]any{&b.ID, &b.Worker, &b.Topic, &cancelled, &at, &b.Version}, slotDest(&b.Slot, &day)...)...); err != nil {
		return b, err
	}
	b.Cancelled, b.At = cancelled != 0, sqldb.Time(at)
	return b, dates([]string{day}, &b.Slot.Day)
}

// Booking loads and locks a booking.
func (t *Tx) Booking(id string) (domain.Booking, error) {
	lock := t.forUpdate()
	if lock != "" {
		lock += " OF b"
	}
	return load(t.tx.QueryRow(bookingTable+` WHERE b.id = $1`+lock, id), scanBooking, domain.ErrBookingUnknown)
}

// StandingBookings lists the worker's bookings that were not cancelled; until
// the transaction ends the worker makes no other.
func (t *Tx) StandingBookings(worker string) ([]domain.Booking, error) {
	if err := t.tx.Lock("adviser:" + worker); err != nil {
		return nil, err
	}
	return sqldb.Collect(t.tx, scanBooking, bookingTable+` WHERE b.worker = $1 AND b.cancelled = 0 ORDER BY s.day, s.minute`, worker)
}

// BookingsOf lists the worker's bookings, newest first.
func (t *Tx) BookingsOf(worker string) ([]domain.Booking, error) {
	return sqldb.Collect(t.tx, scanBooking, bookingTable+` WHERE b.worker = $1 ORDER BY b.at DESC, b.id DESC`, worker)
}

// SaveBooking writes a booking and its events.
func (t *Tx) SaveBooking(ctx context.Context, b domain.Booking, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO adviser_booking (id, slot_id, worker, topic, cancelled, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET cancelled = excluded.cancelled, version = excluded.version WHERE adviser_booking.version = $8`,
		b.ID, b.Slot.ID, b.Worker, b.Topic, number(b.Cancelled), sqldb.Micros(b.At), next(b.Version, events), b.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrSlotTaken.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: b.ID, Version: b.Version, Worker: b.Worker, Division: b.Slot.County}, events)
}

const loanColumns = `id, worker, county, bank_code, amount_fen, years, notice_version, withdrawn, at, version`

func scanLoan(r sqldb.Scanner) (l domain.LoanRequest, err error) {
	var withdrawn, at int64
	err = r.Scan(&l.ID, &l.Worker, &l.County, &l.BankCode, &l.AmountFen, &l.Years, &l.NoticeVersion, &withdrawn, &at, &l.Version)
	l.Withdrawn, l.At = withdrawn != 0, sqldb.Time(at)
	return l, err
}

// Loan loads and locks a loan request.
func (t *Tx) Loan(id string) (domain.LoanRequest, error) {
	return load(t.tx.QueryRow(`SELECT `+loanColumns+` FROM loan_request WHERE id = $1`+t.forUpdate(), id), scanLoan, domain.ErrLoanUnknown)
}

// PeekLoan reads a loan request.
func (t *Tx) PeekLoan(id string) (domain.LoanRequest, error) {
	return load(t.tx.QueryRow(`SELECT `+loanColumns+` FROM loan_request WHERE id = $1`, id), scanLoan, domain.ErrLoanUnknown)
}

// LoansOf lists the worker's loan requests, newest first.
func (t *Tx) LoansOf(worker string) ([]domain.LoanRequest, error) {
	return sqldb.Collect(t.tx, scanLoan, `SELECT `+loanColumns+` FROM loan_request WHERE worker = $1 ORDER BY at DESC, id DESC`, worker)
}

// SaveLoan writes a loan request and its events.
func (t *Tx) SaveLoan(ctx context.Context, l domain.LoanRequest, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO loan_request (`+loanColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET withdrawn = excluded.withdrawn, version = excluded.version WHERE loan_request.version = $11`,
		l.ID, l.Worker, l.County, l.BankCode, l.AmountFen, l.Years, l.NoticeVersion, number(l.Withdrawn), sqldb.Micros(l.At), next(l.Version, events), l.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: l.ID, Version: l.Version, Worker: l.Worker, Division: l.County}, events)
}

const premisesColumns = `p.id, p.county, p.kind, p.title, p.area_dm2, p.rent_fen, p.version`

func premisesDest(p *domain.Premises) []any {
	return []any{&p.ID, &p.County, &p.Kind, &p.Title, &p.AreaDM2, &p.RentFen, &p.Version}
}

func scanPremises(r sqldb.Scanner) (p domain.Premises, err error) {
	return p, r.Scan(premisesDest(&p)...)
}

// PeekPremises reads a place.
func (t *Tx) PeekPremises(id string) (domain.Premises, error) {
	return load(t.tx.QueryRow(`SELECT `+premisesColumns+` FROM premises p WHERE p.id = $1`, id), scanPremises, domain.ErrPremisesUnknown)
}

// PremisesOf lists the places of a county, newest first.
func (t *Tx) PremisesOf(county string) ([]domain.Premises, error) {
	return sqldb.Collect(t.tx, scanPremises, `SELECT `+premisesColumns+` FROM premises p WHERE p.county = $1 ORDER BY p.id DESC LIMIT 200`, county)
}

// SavePremises writes a place and its events.
func (t *Tx) SavePremises(ctx context.Context, p domain.Premises, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO premises (id, county, kind, title, area_dm2, rent_fen, version) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.County, p.Kind, p.Title, p.AreaDM2, p.RentFen, next(p.Version, events))
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: p.ID, Version: p.Version, Division: p.County}, events)
}

const premisesRequestTable = `SELECT q.id, q.worker, q.withdrawn, q.at, q.version, ` + premisesColumns + ` FROM premises_request q JOIN premises p ON p.id = q.site_id`

func scanPremisesRequest(r sqldb.Scanner) (q domain.PremisesRequest, err error) {
	var withdrawn, at int64
	err = r.Scan(append([]any{&q.ID, &q.Worker, &withdrawn, &at, &q.Version}, premisesDest(&q.Site)...)...)
	q.Withdrawn, q.At = withdrawn != 0, sqldb.Time(at)
	return q, err
}

// PremisesRequest loads and locks a request.
func (t *Tx) PremisesRequest(id string) (domain.PremisesRequest, error) {
	lock := t.forUpdate()
	if lock != "" {
		lock += " OF q"
	}
	return load(t.tx.QueryRow(premisesRequestTable+` WHERE q.id = $1`+lock, id), scanPremisesRequest, domain.ErrRequestUnknown)
}

// PremisesRequestsOf lists the worker's requests, newest first.
func (t *Tx) PremisesRequestsOf(worker string) ([]domain.PremisesRequest, error) {
	return sqldb.Collect(t.tx, scanPremisesRequest, premisesRequestTable+` WHERE q.worker = $1 ORDER BY q.at DESC, q.id DESC`, worker)
}

// SavePremisesRequest writes a request and its events.
func (t *Tx) SavePremisesRequest(ctx context.Context, q domain.PremisesRequest, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO premises_request (id, site_id, worker, withdrawn, at, version) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET withdrawn = excluded.withdrawn, version = excluded.version WHERE premises_request.version = $7`,
		q.ID, q.Site.ID, q.Worker, number(q.Withdrawn), sqldb.Micros(q.At), next(q.Version, events), q.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrPremisesTwice.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: q.ID, Version: q.Version, Worker: q.Worker, Division: q.Site.County}, events)
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
