package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const doubleColumns = `id, county, kind, application_id, other_application_id, grounds, state, withdrawn_id, reason_code, decided_by, decided_at, version`

func scanDouble(s sqldb.Scanner) (d domain.Double, err error) {
	var grounds string
	var decided int64
	err = s.Scan(&d.ID, &d.County, &d.Kind, &d.First, &d.Second, &grounds, &d.State, &d.Withdrawn, &d.Why, &d.DecidedBy, &decided, &d.Version)
	d.Grounds, d.DecidedAt = strings.Split(grounds, ","), sqldb.Time(decided)
	return d, err
}

// Double reads a pair of applications; who changes it holds its list.
func (t *Tx) Double(id string) (domain.Double, error) {
	d, err := scanDouble(t.tx.QueryRow(`SELECT `+doubleColumns+` FROM list_double WHERE id = $1`, id))
	return found(d, err, domain.ErrDoubleUnknown)
}

// Doubles lists a list's pairs, those that wait for a decision first.
func (t *Tx) Doubles(county string, kind domain.Kind) ([]domain.Double, error) {
	return sqldb.Collect(t.tx, scanDouble, `SELECT `+doubleColumns+` FROM list_double WHERE county = $1 AND kind = $2 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, id`, county, string(kind))
}

// SaveDouble writes a pair, or returns outbox.ErrStale. What it brings is told by
// the applications.
func (t *Tx) SaveDouble(ctx context.Context, d domain.Double, events ...domain.Event) error {
	return t.upsert(ctx, "list_double", doubleColumns, outbox.Subject{Aggregate: d.ID, Version: d.Version, Division: d.County}, events,
		d.County, string(d.Kind), d.First, d.Second, strings.Join(d.Grounds, ","), d.State, d.Withdrawn, d.Why, d.DecidedBy, sqldb.Micros(d.DecidedAt))
}

const correctionColumns = `id, round_id, county, number, reason_code, state, figure, mends, wronged, proposed_by, decided_by, proposed_at, decided_at, version`

func scanCorrection(s sqldb.Scanner) (c domain.Correction, err error) {
	var mends string
	var proposed, decided int64
	if err = s.Scan(&c.ID, &c.RoundID, &c.County, &c.Number, &c.Why, &c.State, &c.Figure, &mends, &c.Wronged, &c.ProposedBy, &c.DecidedBy, &proposed, &decided, &c.Version); err != nil {
		return c, err
	}
	c.ProposedAt, c.DecidedAt = sqldb.Time(proposed), sqldb.Time(decided)
	return c, json.Unmarshal([]byte(mends), &c.Mends)
}

// Correction reads a correction; who changes it holds its round.
func (t *Tx) Correction(id string) (domain.Correction, error) {
	c, err := scanCorrection(t.tx.QueryRow(`SELECT `+correctionColumns+` FROM round_correction WHERE id = $1`, id))
	return found(c, err, domain.ErrCorrectionUnknown)
}

// Corrections lists a round's corrections, the newest first.
func (t *Tx) Corrections(roundID string) ([]domain.Correction, error) {
	return sqldb.Collect(t.tx, scanCorrection, `SELECT `+correctionColumns+` FROM round_correction WHERE round_id = $1 ORDER BY number DESC`, roundID)
}

// SaveCorrection writes a correction and its events, or returns outbox.ErrStale.
func (t *Tx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	mends, err := json.Marshal(c.Mends)
	if err != nil {
		return err
	}
	return t.upsert(ctx, "round_correction", correctionColumns, outbox.Subject{Aggregate: c.ID, Version: c.Version, Division: c.County}, events,
		c.RoundID, c.County, c.Number, c.Why, c.State, c.Figure, string(mends), c.Wronged, c.ProposedBy, c.DecidedBy, sqldb.Micros(c.ProposedAt), sqldb.Micros(c.DecidedAt))
}

const reliefColumns = `id, round_id, application_id, worker, county, kind, state, due_on, version`

func scanRelief(s sqldb.Scanner) (f domain.Relief, err error) {
	return f, s.Scan(&f.ID, &f.RoundID, &f.ApplicationID, &f.Worker, &f.County, &f.Kind, &f.State, &f.DueOn, &f.Version)
}

// Reliefs lists who stands first in the lists of a county.
func (t *Tx) Reliefs(county string) ([]domain.Relief, error) {
	return sqldb.Collect(t.tx, scanRelief, `SELECT `+reliefColumns+` FROM relief WHERE county = $1 AND state = 'open' ORDER BY id`, county)
}

// ReliefsOf lists the open reliefs of an application.
func (t *Tx) ReliefsOf(applicationID string) ([]domain.Relief, error) {
	return sqldb.Collect(t.tx, scanRelief, `SELECT `+reliefColumns+` FROM relief WHERE application_id = $1 AND state = 'open' ORDER BY id`, applicationID)
}

// SaveRelief writes a relief and its events, or returns outbox.ErrStale.
func (t *Tx) SaveRelief(ctx context.Context, f domain.Relief, events ...domain.Event) error {
	return t.upsert(ctx, "relief", reliefColumns, outbox.Subject{Aggregate: f.ID, Version: f.Version, Worker: f.Worker, Division: f.County}, events,
		f.RoundID, f.ApplicationID, f.Worker, f.County, string(f.Kind), f.State, f.DueOn.String())
}
