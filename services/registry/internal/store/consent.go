package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const consentColumns = `id, worker, division, purpose, kinds, recipient, valid_from, valid_to, notice_version, language, withdrawn_at, version`

func scanConsent(s sqldb.Scanner) (c domain.Consent, err error) {
	var kinds, from, to string
	var withdrawn int64
	if err = s.Scan(&c.ID, &c.Worker, &c.Division, &c.Purpose, &kinds, &c.Recipient, &from, &to, &c.NoticeVersion, &c.Language, &withdrawn, &c.Version); err != nil {
		return c, err
	}
	c.Kinds, c.WithdrawnAt = split(kinds), sqldb.Time(withdrawn)
	return c, errors.Join(c.From.UnmarshalText([]byte(from)), c.To.UnmarshalText([]byte(to)))
}

// Consent loads and locks a grant.
func (t *Tx) Consent(id string) (domain.Consent, error) {
	c, err := scanConsent(t.tx.QueryRow(`SELECT `+consentColumns+` FROM consent WHERE id = $1`+t.tx.Dialect().ForUpdate(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, domain.ErrGrantUnknown
	}
	return c, err
}

// Consents lists a worker's grants, oldest first.
func (t *Tx) Consents(worker string) ([]domain.Consent, error) {
	return sqldb.Collect(t.tx, scanConsent, `SELECT `+consentColumns+` FROM consent WHERE worker = $1 ORDER BY id`, worker)
}

// SaveConsent writes a grant and its events, or returns outbox.ErrStale.
func (t *Tx) SaveConsent(ctx context.Context, c domain.Consent, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO consent (`+consentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET withdrawn_at = excluded.withdrawn_at, version = excluded.version WHERE consent.version = $13`,
		c.ID, c.Worker, c.Division, c.Purpose, join(c.Kinds), c.Recipient, c.From.String(), c.To.String(), c.NoticeVersion, c.Language,
		sqldb.Micros(c.WithdrawnAt), c.Version+int64(max(1, len(events))), c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Worker: c.Worker, Division: c.Division}, messages(events)...)
}

// SaveCorrection writes a correction and its events.
func (t *Tx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	_, err := t.tx.Exec(`INSERT INTO correction (id, worker, division, source, source_id, kind, reason_code, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.Worker, c.Division, c.Source, c.SourceID, c.Kind, c.Reason, sqldb.Micros(c.MadeAt))
	if err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}, messages(events)...)
}
