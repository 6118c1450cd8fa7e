package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const messageColumns = `m.id, m.worker, m.division, m.template, m.about, m.about_service, m.details, m.sent_at, m.delivered_at, m.read_at, m.version`

func scanMessage(s sqldb.Scanner) (m domain.Message, err error) {
	var details string
	var sent, delivered, read int64
	if err = s.Scan(&m.ID, &m.Worker, &m.Division, &m.Template, &m.About, &m.AboutService, &details, &sent, &delivered, &read, &m.Version); err != nil {
		return m, err
	}
	m.SentAt, m.DeliveredAt, m.ReadAt = sqldb.Time(sent), sqldb.Time(delivered), sqldb.Time(read)
	return m, json.Unmarshal([]byte(details), &m.Values)
}

// AddMessage keeps a message, once, and leaves the task that delivers it.
func (t *Tx) AddMessage(ctx context.Context, m domain.Message) error {
	details, err := json.Marshal(m.Values)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO message (id, worker, division, template, about, about_service, details, sent_at, delivered_at, read_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0) ON CONFLICT (id) DO NOTHING`,
		m.ID, m.Worker, m.Division, m.Template, m.About, m.AboutService, string(details), sqldb.Micros(m.SentAt))
	if err != nil || n == 0 {
		return err
	}
	return t.tasks.Add(ctx, t.tx, TaskDeliver, []byte(m.ID), time.Time{})
}

// Message loads and locks a message.
func (t *Tx) Message(id string) (domain.Message, error) {
	m, err := scanMessage(t.tx.QueryRow(`SELECT `+messageColumns+` FROM message m WHERE m.id = $1`+t.tx.Dialect().ForUpdate(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, domain.ErrMessageUnknown
	}
	return m, err
}

// SaveMessage writes when a message arrived and was read, and its events, or
// returns outbox.ErrStale.
func (t *Tx) SaveMessage(ctx context.Context, m domain.Message, events ...domain.Event) error {
	n, err := t.tx.Exec(`UPDATE message SET delivered_at = $1, read_at = $2, version = $3 WHERE id = $4 AND version = $5`,
		sqldb.Micros(m.DeliveredAt), sqldb.Micros(m.ReadAt), m.Version+int64(max(1, len(events))), m.ID, m.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: m.ID, Version: m.Version, Worker: m.Worker, Division: m.Division}, messages(events)...)
}

// PutInMailbox shows a message to its worker, once.
func (t *Tx) PutInMailbox(id, worker string, at time.Time) error {
	_, err := t.tx.Exec(`INSERT INTO mailbox (message_id, worker, put_at) SELECT m.id, m.worker, CAST($3 AS BIGINT) FROM message m WHERE m.id = $1 AND m.worker = $2
		ON CONFLICT (message_id) DO NOTHING`, id, worker, sqldb.Micros(at))
	return err
}

// Mailbox lists what is in the worker's mailbox, newest first.
func (t *Tx) Mailbox(worker string, limit int) ([]domain.Message, error) {
	return sqldb.Collect(t.tx, scanMessage, `SELECT `+messageColumns+` FROM mailbox b JOIN message m ON m.id = b.message_id
		WHERE b.worker = $1 ORDER BY b.put_at DESC, m.id DESC LIMIT $2`, worker, limit)
}
