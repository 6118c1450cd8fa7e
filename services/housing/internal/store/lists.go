package store

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// LockList lets one transaction at a time hand out from a list.
func (t *Tx) LockList(county string, kind domain.Kind) error {
	return t.tx.Lock("housing.list:" + county + ":" + string(kind))
}

// Candidates lists who waits for a kind of home in a county, with the facts
// held that may be used on a day: two statements, however long the list is.
func (t *Tx) Candidates(county string, kind domain.Kind, on clock.Date) ([]domain.Candidate, error) {
	waiting, err := sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application WHERE county = $1 AND kind = $2 AND state = 'eligible' ORDER BY id`, county, string(kind))
	if err != nil {
		return nil, err
	}
	type held struct {
		id string
		domain.Proof
	}
	facts, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (h held, err error) {
		var flagged int64
		err = s.Scan(&h.id, &h.Kind, &h.Source, &h.SourceID, &h.Since, &h.Until, &h.Months, &h.Code, &flagged)
		h.Flagged = flagged != 0
		return h, err
	}, `SELECT case_id, kind, source, source_id, since, until, months, code, flagged FROM evidence
		WHERE case_id IN (SELECT id FROM application WHERE county = $1 AND kind = $2 AND state = 'eligible') AND `+evidence.Usable("$3")+` ORDER BY kind, source_id`, county, string(kind), on.String())
	if err != nil {
		return nil, err
	}
	proofs := map[string][]domain.Proof{}
	for _, f := range facts {
		proofs[f.id] = append(proofs[f.id], f.Proof)
	}
	all := make([]domain.Candidate, len(waiting))
	for i, a := range waiting {
		all[i] = domain.Candidate{Application: a, Proofs: proofs[a.ID]}
	}
	return all, nil
}

// Undecided lists the applications that a decision is to be made on, oldest first.
func (t *Tx) Undecided(county string, kind domain.Kind, limit int) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application
		WHERE county = $1 AND kind = $2 AND (state IN ('submitted', 'refused') OR state = 'accepted' AND reopened = 1) ORDER BY submitted_at, id LIMIT $3`, county, string(kind), limit)
}

// Published tells where each application of a list stood when it was last
// published, and when that was.
func (t *Tx) Published(county string, kind domain.Kind) (was map[string]int, on clock.Date, err error) {
	type row struct {
		id       string
		position int
		on       clock.Date
	}
	rows, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (r row, err error) { return r, s.Scan(&r.id, &r.position, &r.on) },
		`SELECT application_id, position, published_on FROM standing WHERE county = $1 AND kind = $2`, county, string(kind))
	was = make(map[string]int, len(rows))
	for _, r := range rows {
		was[r.id], on = r.position, r.on
	}
	return was, on, err
}

// Publish writes a list's positions down in place of the last ones.
func (t *Tx) Publish(ctx context.Context, id, county string, kind domain.Kind, on clock.Date, ranked []domain.Standing) error {
	if _, err := t.tx.Exec(`DELETE FROM standing WHERE county = $1 AND kind = $2`, county, string(kind)); err != nil {
		return err
	}
	for _, st := range ranked {
		if err := t.tx.Queue(`INSERT INTO standing (application_id, county, kind, position, published_on) VALUES ($1, $2, $3, $4, $5)`,
			st.Candidate.Application.ID, county, string(kind), st.Place.Position, on.String()); err != nil {
			return err
		}
	}
	return t.log.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: id, Division: county}, domain.ListPublished{County: county, Kind: kind, Headcount: len(ranked)})
}

const roundColumns = `id, county, kind, state, home_ids, total, figure_name, figure_due, figure, officer, root, seed, bundle, opened_on, public_until, closed_on, reason_code, pass, version`

func scanRound(s sqldb.Scanner) (r domain.Round, err error) {
	var homes string
	err = s.Scan(&r.ID, &r.County, &r.Kind, &r.State, &homes, &r.Total, &r.FigureName, &r.FigureDue, &r.Figure, &r.First, &r.Root, &r.Seed, &r.Bundle, &r.OpenedOn, &r.PublicUntil, &r.ClosedOn, &r.Why, &r.Pass, &r.Version)
	r.HomeIDs = strings.Fields(homes)
	return r, err
}

// Round loads and locks a round.
func (t *Tx) Round(id string) (domain.Round, error) { return t.round(id, t.lock()) }

// PeekRound reads a round without locking it.
func (t *Tx) PeekRound(id string) (domain.Round, error) { return t.round(id, "") }

func (t *Tx) round(id, lock string) (domain.Round, error) {
	r, err := scanRound(t.tx.QueryRow(`SELECT `+roundColumns+` FROM round WHERE id = $1`+lock, id))
	return found(r, err, domain.ErrRoundUnknown)
}

// RoundsOf lists a county's rounds, the newest first.
func (t *Tx) RoundsOf(county string) ([]domain.Round, error) {
	return sqldb.Collect(t.tx, scanRound, `SELECT `+roundColumns+` FROM round WHERE county = $1 ORDER BY id DESC`, county)
}

// HomesInRounds lists the homes that are in the open rounds of a county.
func (t *Tx) HomesInRounds(county string) ([]string, error) {
	all, err := sqldb.Collect(t.tx, scanID, `SELECT home_ids FROM round WHERE county = $1 AND state <> 'closed'`, county)
	return strings.Fields(strings.Join(all, " ")), err
}

// SaveRound writes a round and its events; a second open one of its list is
// ErrRoundOpen, outbox.ErrStale says that somebody else changed it.
func (t *Tx) SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error {
	err := t.upsert(ctx, "round", roundColumns, outbox.Subject{Aggregate: r.ID, Version: r.Version, Division: r.County}, events,
		r.County, string(r.Kind), string(r.State), strings.Join(r.HomeIDs, " "), r.Total, r.FigureName, r.FigureDue.String(), r.Figure, r.First, r.Root, r.Seed, r.Bundle,
		r.OpenedOn.String(), r.PublicUntil.String(), r.ClosedOn.String(), r.Why, r.Pass)
	return t.unique(err, domain.ErrRoundOpen)
}

const entryColumns = `round_id, application_id, worker, points, class, ahead_by, ticket, word, number, position, offer_id, reasons`

func scanEntry(s sqldb.Scanner) (e domain.RoundEntry, err error) {
	var number, reasons string
	if err = s.Scan(&e.RoundID, &e.ApplicationID, &e.Worker, &e.Points, &e.Class, &e.AheadBy, &e.Ticket, &e.Word, &number, &e.Position, &e.OfferID, &reasons); err != nil {
		return e, err
	}
	if e.Number, err = strconv.ParseUint(number, 10, 64); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(reasons), &e.Reasons)
}

// Entries lists a round's entries in their order.
func (t *Tx) Entries(roundID string) ([]domain.RoundEntry, error) {
	return sqldb.Collect(t.tx, scanEntry, `SELECT `+entryColumns+` FROM round_entry WHERE round_id = $1 ORDER BY position`, roundID)
}

// EntriesOf lists the rounds that an application was in, the newest first.
func (t *Tx) EntriesOf(applicationID string) ([]domain.RoundEntry, error) {
	return sqldb.Collect(t.tx, scanEntry, `SELECT `+entryColumns+` FROM round_entry WHERE application_id = $1 ORDER BY round_id DESC`, applicationID)
}

// SaveEntries writes entries of a round whose row the caller holds; the round's
// own event tells of the change.
func (t *Tx) SaveEntries(entries ...domain.RoundEntry) error {
	for _, e := range entries {
		reasons, err := traces(e.Reasons)
		if err != nil {
			return err
		}
		if err := t.tx.Queue(`INSERT INTO round_entry (`+entryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (round_id, application_id) DO UPDATE SET points = excluded.points, class = excluded.class, ahead_by = excluded.ahead_by, number = excluded.number, position = excluded.position, offer_id = excluded.offer_id, reasons = excluded.reasons`,
			e.RoundID, e.ApplicationID, e.Worker, e.Points, e.Class, e.AheadBy, e.Ticket, e.Word, strconv.FormatUint(e.Number, 10), e.Position, e.OfferID, reasons); err != nil {
			return err
		}
	}
	return nil
}

// OffersOf lists the offers that came of a round's entries.
func (t *Tx) OffersOf(roundID string) ([]domain.Offer, error) {
	return sqldb.Collect(t.tx, scanOffer, `SELECT `+offerColumns+` FROM offer WHERE id IN (SELECT offer_id FROM round_entry WHERE round_id = $1) ORDER BY id`, roundID)
}
