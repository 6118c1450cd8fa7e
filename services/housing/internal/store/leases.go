package store

import (
	"context"
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const leaseColumns = `id, offer_id, application_id, home_id, worker, county, starts_on, ends_on, rent_fen, kind, left_on, vacant_since, renewal_told, looked_on, version`

func scanLease(s sqldb.Scanner) (l domain.Lease, err error) {
	return l, s.Scan(&l.ID, &l.OfferID, &l.ApplicationID, &l.HomeID, &l.Worker, &l.County, &l.StartsOn, &l.EndsOn, &l.RentFen, &l.Kind, &l.LeftOn, &l.VacantSince, &l.RenewalTold, &l.LookedOn, &l.Version)
}

// Lease loads and locks a lease.
func (t *Tx) Lease(id string) (domain.Lease, error) { return t.lease(id, t.lock()) }

// PeekLease reads a lease without locking it.
func (t *Tx) PeekLease(id string) (domain.Lease, error) { return t.lease(id, "") }

func (t *Tx) lease(id, lock string) (domain.Lease, error) {
	l, err := scanLease(t.tx.QueryRow(`SELECT `+leaseColumns+` FROM lease WHERE id = $1`+lock, id))
	return found(l, err, domain.ErrLeaseUnknown)
}

// SaveLease writes a lease and its events; a second lease of an offer is
// outbox.ErrStale, and so is one that somebody else changed.
func (t *Tx) SaveLease(ctx context.Context, l domain.Lease, events ...domain.Event) error {
	err := t.upsert(ctx, "lease", leaseColumns, outbox.Subject{Aggregate: l.ID, Version: l.Version, Worker: l.Worker, Division: l.County}, events,
		l.OfferID, l.ApplicationID, l.HomeID, l.Worker, l.County, l.StartsOn.String(), l.EndsOn.String(), l.RentFen, string(l.Kind), l.LeftOn.String(), l.VacantSince.String(), l.RenewalTold.String(), l.LookedOn.String())
	return t.unique(err, outbox.ErrStale)
}

// LeasesOf lists a worker's leases, oldest first.
func (t *Tx) LeasesOf(worker string) ([]domain.Lease, error) {
	return sqldb.Collect(t.tx, scanLease, `SELECT `+leaseColumns+` FROM lease WHERE worker = $1 ORDER BY starts_on, id`, worker)
}

// LeasesIn lists the leases of a county whose tenant has not left.
func (t *Tx) LeasesIn(county string) ([]domain.Lease, error) {
	return sqldb.Collect(t.tx, scanLease, `SELECT `+leaseColumns+` FROM lease WHERE county = $1 AND left_on = '' ORDER BY ends_on, id`, county)
}

func scanPayment(s sqldb.Scanner) (p domain.Payment, err error) {
	return p, s.Scan(&p.ID, &p.LeaseID, &p.Month, &p.AmountFen, &p.PaidOn, &p.Reference)
}

// AddPayment adds a payment unless its reference is known, and returns the id
// of the payment that is there then. The lease's event tells of it.
func (t *Tx) AddPayment(p domain.Payment) (id string, added bool, err error) {
	n, err := t.tx.Exec(`INSERT INTO payment (id, lease_id, month, amount_fen, paid_on, reference) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		p.ID, p.LeaseID, p.Month, p.AmountFen, p.PaidOn.String(), p.Reference)
	if err != nil || n == 1 {
		return p.ID, n == 1, err
	}
	return id, false, t.tx.QueryRow(`SELECT id FROM payment WHERE lease_id = $1 AND reference = $2`, p.LeaseID, p.Reference).Scan(&id)
}

// Payments lists what was paid for a lease, oldest first.
func (t *Tx) Payments(leaseID string) ([]domain.Payment, error) {
	return sqldb.Collect(t.tx, scanPayment, `SELECT id, lease_id, month, amount_fen, paid_on, reference FROM payment WHERE lease_id = $1 ORDER BY paid_on, id`, leaseID)
}

// PaymentsIn lists what was paid for the leases of a county, by lease.
func (t *Tx) PaymentsIn(county string) (map[string][]domain.Payment, error) {
	all, err := sqldb.Collect(t.tx, scanPayment, `SELECT id, lease_id, month, amount_fen, paid_on, reference FROM payment WHERE lease_id IN (SELECT id FROM lease WHERE county = $1 AND left_on = '') ORDER BY paid_on, id`, county)
	by := map[string][]domain.Payment{}
	for _, p := range all {
		by[p.LeaseID] = append(by[p.LeaseID], p)
	}
	return by, err
}

const renewalColumns = `id, lease_id, worker, county, state, asked_on, ends_on, reasons, version`

func scanRenewal(s sqldb.Scanner) (r domain.Renewal, err error) {
	var reasons string
	if err = s.Scan(&r.ID, &r.LeaseID, &r.Worker, &r.County, &r.State, &r.AskedOn, &r.EndsOn, &reasons, &r.Version); err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(reasons), &r.Reasons)
}

// Renewal loads and locks a wish for another term.
func (t *Tx) Renewal(id string) (domain.Renewal, error) {
	r, err := scanRenewal(t.tx.QueryRow(`SELECT `+renewalColumns+` FROM renewal WHERE id = $1`+t.lock(), id))
	return found(r, err, domain.ErrRenewalUnknown)
}

// RenewalsOf lists a lease's renewals, the newest first.
func (t *Tx) RenewalsOf(leaseID string) ([]domain.Renewal, error) {
	return sqldb.Collect(t.tx, scanRenewal, `SELECT `+renewalColumns+` FROM renewal WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// RenewalsIn lists the wishes of a county that wait for a decision.
func (t *Tx) RenewalsIn(county string) ([]domain.Renewal, error) {
	return sqldb.Collect(t.tx, scanRenewal, `SELECT `+renewalColumns+` FROM renewal WHERE county = $1 AND state = 'asked' ORDER BY id`, county)
}

// SaveRenewal writes a renewal and its events; a second open one of a lease is ErrRenewalTwice.
func (t *Tx) SaveRenewal(ctx context.Context, r domain.Renewal, events ...domain.Event) error {
	reasons, err := traces(r.Reasons)
	if err != nil {
		return err
	}
	err = t.upsert(ctx, "renewal", renewalColumns, outbox.Subject{Aggregate: r.ID, Version: r.Version, Worker: r.Worker, Division: r.County}, events,
		r.LeaseID, r.Worker, r.County, string(r.State), r.AskedOn.String(), r.EndsOn.String(), reasons)
	return t.unique(err, domain.ErrRenewalTwice)
}

const repairColumns = `id, lease_id, worker, county, what, state, reported_on, planned_on, done_on, version`

func scanRepair(s sqldb.Scanner) (r domain.Repair, err error) {
	return r, s.Scan(&r.ID, &r.LeaseID, &r.Worker, &r.County, &r.What, &r.State, &r.ReportedOn, &r.PlannedOn, &r.DoneOn, &r.Version)
}

// Repair loads and locks a repair.
func (t *Tx) Repair(id string) (domain.Repair, error) {
	r, err := scanRepair(t.tx.QueryRow(`SELECT `+repairColumns+` FROM repair WHERE id = $1`+t.lock(), id))
	return found(r, err, domain.ErrRepairUnknown)
}

// RepairsOf lists a lease's repairs, the newest first.
func (t *Tx) RepairsOf(leaseID string) ([]domain.Repair, error) {
	return sqldb.Collect(t.tx, scanRepair, `SELECT `+repairColumns+` FROM repair WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// RepairsIn lists the repairs of a county that are not confirmed, oldest first.
func (t *Tx) RepairsIn(county string) ([]domain.Repair, error) {
	return sqldb.Collect(t.tx, scanRepair, `SELECT `+repairColumns+` FROM repair WHERE county = $1 AND state <> 'confirmed' ORDER BY id`, county)
}

// SaveRepair writes a repair and its events.
func (t *Tx) SaveRepair(ctx context.Context, r domain.Repair, events ...domain.Event) error {
	return t.upsert(ctx, "repair", repairColumns, outbox.Subject{Aggregate: r.ID, Version: r.Version, Worker: r.Worker, Division: r.County}, events,
		r.LeaseID, r.Worker, r.County, r.What, string(r.State), r.ReportedOn.String(), r.PlannedOn.String(), r.DoneOn.String())
}

const reviewColumns = `id, lease_id, worker, county, ground, opened_on, outcome, version`

func scanReview(s sqldb.Scanner) (r domain.Review, err error) {
	return r, s.Scan(&r.ID, &r.LeaseID, &r.Worker, &r.County, &r.Ground, &r.OpenedOn, &r.Outcome, &r.Version)
}

// Review loads and locks what a clock opened for a person.
func (t *Tx) Review(id string) (domain.Review, error) {
	r, err := scanReview(t.tx.QueryRow(`SELECT `+reviewColumns+` FROM review WHERE id = $1`+t.lock(), id))
	return found(r, err, domain.ErrReviewUnknown)
}

// ReviewsOf lists a lease's reviews, the newest first.
func (t *Tx) ReviewsOf(leaseID string) ([]domain.Review, error) {
	return sqldb.Collect(t.tx, scanReview, `SELECT `+reviewColumns+` FROM review WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// ReviewsIn lists the open reviews of a county, oldest first.
func (t *Tx) ReviewsIn(county string) ([]domain.Review, error) {
	return sqldb.Collect(t.tx, scanReview, `SELECT `+reviewColumns+` FROM review WHERE county = $1 AND outcome = '' ORDER BY id`, county)
}

// SaveReview writes a review and its events.
func (t *Tx) SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error {
	err := t.upsert(ctx, "review", reviewColumns, outbox.Subject{Aggregate: r.ID, Version: r.Version, Worker: r.Worker, Division: r.County}, events,
		r.LeaseID, r.Worker, r.County, r.Ground, r.OpenedOn.String(), r.Outcome)
	return t.unique(err, outbox.ErrStale)
}

const exitColumns = `id, lease_id, worker, county, ground, state, noticing_officer, deciding_officer, noticed_on, answer_days, answer_by, answer_code, leave_by, appeal_until, reasons, version`

func scanExit(s sqldb.Scanner) (e domain.Exit, err error) {
	var reasons string
	var answerBy int64
	if err = s.Scan(&e.ID, &e.LeaseID, &e.Worker, &e.County, &e.Ground, &e.State, &e.NoticedBy, &e.DecidedBy, &e.NoticedOn, &e.AnswerDays, &answerBy, &e.Answer, &e.LeaveBy, &e.AppealUntil, &reasons, &e.Version); err != nil {
		return e, err
	}
	e.AnswerBy = sqldb.Time(answerBy)
	return e, json.Unmarshal([]byte(reasons), &e.Reasons)
}

// Exit loads and locks a notice; PeekExit does not lock it.
func (t *Tx) Exit(id string) (domain.Exit, error) { return t.exit(id, t.lock()) }

// PeekExit reads a notice without locking it.
func (t *Tx) PeekExit(id string) (domain.Exit, error) { return t.exit(id, "") }

func (t *Tx) exit(id, lock string) (domain.Exit, error) {
	e, err := scanExit(t.tx.QueryRow(`SELECT `+exitColumns+` FROM exit WHERE id = $1`+lock, id))
	return found(e, err, domain.ErrExitUnknown)
}

// ExitsOf lists a lease's notices, the newest first.
func (t *Tx) ExitsOf(leaseID string) ([]domain.Exit, error) {
	return sqldb.Collect(t.tx, scanExit, `SELECT `+exitColumns+` FROM exit WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// ExitsIn lists the notices of a county that are not over, oldest first.
func (t *Tx) ExitsIn(county string) ([]domain.Exit, error) {
	return sqldb.Collect(t.tx, scanExit, `SELECT `+exitColumns+` FROM exit WHERE county = $1 AND state NOT IN ('stays', 'left') ORDER BY id`, county)
}

// SaveExit writes a notice and its events; a second open one of a lease is ErrExitTwice.
func (t *Tx) SaveExit(ctx context.Context, e domain.Exit, events ...domain.Event) error {
	reasons, err := traces(e.Reasons)
	if err != nil {
		return err
	}
	err = t.upsert(ctx, "exit", exitColumns, outbox.Subject{Aggregate: e.ID, Version: e.Version, Worker: e.Worker, Division: e.County}, events,
		e.LeaseID, e.Worker, e.County, e.Ground, string(e.State), e.NoticedBy, e.DecidedBy, e.NoticedOn.String(), e.AnswerDays, sqldb.Micros(e.AnswerBy), e.Answer, e.LeaveBy.String(), e.AppealUntil.String(), reasons)
	return t.unique(err, domain.ErrExitTwice)
}

const requestColumns = `id, employer_id, county, asked, granted, asked_on, version`

// taken counts the workers who hold an offer of a request's places, or more.
const taken = `(SELECT count(*) FROM application a WHERE a.request_id = place_request.id AND a.state IN ('offered', 'accepted', 'leased'))`

func scanRequest(s sqldb.Scanner) (r domain.PlaceRequest, err error) {
	return r, s.Scan(&r.ID, &r.Employer, &r.County, &r.Asked, &r.Granted, &r.AskedOn, &r.Version, &r.Taken)
}

// PlaceRequest loads and locks an employer's request.
func (t *Tx) PlaceRequest(id string) (domain.PlaceRequest, error) {
	if lock := t.lock(); lock != "" { // the count is read after the lock is held, so that it is the newest
		if _, err := t.tx.Exec(`SELECT 1 FROM place_request WHERE id = $1`+lock, id); err != nil {
			return domain.PlaceRequest{}, err
		}
	}
	r, err := scanRequest(t.tx.QueryRow(`SELECT `+requestColumns+`, `+taken+` FROM place_request WHERE id = $1`, id))
	return found(r, err, domain.ErrPlacesUnknown)
}

// PlaceRequests lists the requests of an employer, or with "" those of a county.
func (t *Tx) PlaceRequests(employer, county string) ([]domain.PlaceRequest, error) {
	return sqldb.Collect(t.tx, scanRequest, `SELECT `+requestColumns+`, `+taken+` FROM place_request WHERE (employer_id = $1 OR $1 = '') AND (county = $2 OR $2 = '') ORDER BY id DESC`, employer, county)
}

// SavePlaceRequest writes an employer's request and its events.
func (t *Tx) SavePlaceRequest(ctx context.Context, r domain.PlaceRequest, events ...domain.Event) error {
	return t.upsert(ctx, "place_request", requestColumns, outbox.Subject{Aggregate: r.ID, Version: r.Version, Division: r.County}, events,
		r.Employer, r.County, r.Asked, r.Granted, r.AskedOn.String())
}
