package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

const doubleColumns = `id, round_id, county, application_id, other_application_id, grounds, state, withdrawn_id, reason_code, decided_by, decided_at, version`

func scanDouble(s sqldb.Scanner) (d domain.Double, err error) {
	var grounds string
	var decided int64
	err = s.Scan(&d.ID, &d.RoundID, &d.County, &d.First, &d.Second, &grounds, &d.State, &d.Withdrawn, &d.Why, &d.DecidedBy, &decided, &d.Version)
	d.Grounds, d.DecidedAt = strings.Split(grounds, ","), sqldb.Time(decided)
	return d, err
}

// Double loads and locks a pair of entries.
func (t *inTx) Double(id string) (domain.Double, error) { return t.double(id, t.lock()) }

// PeekDouble reads a pair without locking it.
func (t *inTx) PeekDouble(id string) (domain.Double, error) { return t.double(id, "") }

func (t *inTx) double(id, lock string) (domain.Double, error) {
	d, err := scanDouble(t.tx.QueryRow(`SELECT `+doubleColumns+` FROM round_double WHERE id = $1`+lock, id))
	return found(d, err, domain.ErrDoubleUnknown)
}

// Doubles lists a round's pairs, those that wait for a decision first.
func (t *inTx) Doubles(roundID string) ([]domain.Double, error) {
	return sqldb.Collect(t.tx, scanDouble, `SELECT `+doubleColumns+` FROM round_double WHERE round_id = $1 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, id`, roundID)
}

// SaveDouble writes a pair, or returns outbox.ErrStale. What it brings is told
// by the entries.
func (t *inTx) SaveDouble(_ context.Context, d domain.Double) error {
	n, err := t.tx.Exec(`INSERT INTO round_double (`+doubleColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, withdrawn_id = excluded.withdrawn_id, reason_code = excluded.reason_code,
			decided_by = excluded.decided_by, decided_at = excluded.decided_at, version = excluded.version
		WHERE round_double.version = $13`,
		d.ID, d.RoundID, d.County, d.First, d.Second, strings.Join(d.Grounds, ","), d.State, d.Withdrawn, d.Why, d.DecidedBy, sqldb.Micros(d.DecidedAt), d.Version+1, d.Version)
	if err == nil && n == 0 {
		err = outbox.ErrStale
	}
	return err
}

const correctionColumns = `id, round_id, county, number, reason_code, state, relief, figure, mends, wronged, proposed_by, decided_by, proposed_at, decided_at, version`

func scanCorrection(s sqldb.Scanner) (c domain.Correction, err error) {
	var mends string
	var proposed, decided int64
	if err = s.Scan(&c.ID, &c.RoundID, &c.County, &c.Number, &c.Why, &c.State, &c.Relief, &c.Figure, &mends, &c.Wronged, &c.ProposedBy, &c.DecidedBy, &proposed, &decided, &c.Version); err != nil {
		return c, err
	}
	c.ProposedAt, c.DecidedAt = sqldb.Time(proposed), sqldb.Time(decided)
	return c, json.Unmarshal([]byte(mends), &c.Mends)
}

// Correction loads and locks a correction.
func (t *inTx) Correction(id string) (domain.Correction, error) { return t.correction(id, t.lock()) }

// PeekCorrection reads a correction without locking it.
func (t *inTx) PeekCorrection(id string) (domain.Correction, error) { return t.correction(id, "") }

func (t *inTx) correction(id, lock string) (domain.Correction, error) {
	c, err := scanCorrection(t.tx.QueryRow(`SELECT `+correctionColumns+` FROM round_correction WHERE id = $1`+lock, id))
	return found(c, err, domain.ErrCorrectionUnknown)
}

// Corrections lists a round's corrections, the newest first.
func (t *inTx) Corrections(roundID string) ([]domain.Correction, error) {
	return sqldb.Collect(t.tx, scanCorrection, `SELECT `+correctionColumns+` FROM round_correction WHERE round_id = $1 ORDER BY number DESC`, roundID)
}

// SaveCorrection writes a correction and its events, or returns outbox.ErrStale.
func (t *inTx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	mends, err := json.Marshal(c.Mends)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO round_correction (`+correctionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, wronged = excluded.wronged, decided_by = excluded.decided_by, decided_at = excluded.decided_at, version = excluded.version
		WHERE round_correction.version = $16`,
		c.ID, c.RoundID, c.County, c.Number, c.Why, c.State, c.Relief, c.Figure, string(mends), c.Wronged, c.ProposedBy, c.DecidedBy,
		sqldb.Micros(c.ProposedAt), sqldb.Micros(c.DecidedAt), next(c.Version, len(events)), c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Division: c.County}, messages(events)...)
}
