package store

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

func messageColumns(m *domain.Message) []table.Column {
	return []table.Column{
		table.Key("id", &m.ID), table.Fixed("worker", &m.Worker), table.Fixed("division", &m.Division), table.Fixed("template", &m.Template),
		table.Fixed("about", &m.About), table.Fixed("about_service", &m.AboutService), table.Fixed("details", table.JSON(&m.Values)),
		table.Fixed("sent_at", &m.SentAt), table.Changing("delivered_at", &m.DeliveredAt), table.Changing("read_at", &m.ReadAt), table.Version(&m.Version),
	}
}

var messages = table.New(table.Spec[domain.Message]{
	Table:   "message",
	Columns: messageColumns,
	About: func(m *domain.Message) outbox.Subject {
		return outbox.Subject{Aggregate: m.ID, Worker: m.Worker, Division: m.Division}
	},
	Unknown: domain.ErrMessageUnknown,
})

var mailbox = table.New(table.Spec[domain.Message]{Table: "message", From: "message m JOIN mailbox b ON b.message_id = m.id", Columns: messageColumns})

// AddMessage keeps a message, once, and leaves the task that delivers it.
func (t *Tx) AddMessage(ctx context.Context, m domain.Message) error {
	created, err := messages.Add(ctx, t.outbox, t.tx, m)
	if err != nil || !created {
		return err
	}
	return t.tasks.Add(ctx, t.tx, TaskDeliver, []byte(m.ID), time.Time{})
}

// Message loads and locks a message.
func (t *Tx) Message(id string) (domain.Message, error) { return messages.Load(t.tx, id) }

// SaveMessage writes when a message arrived and was read, and its events, or
// returns outbox.ErrStale.
func (t *Tx) SaveMessage(ctx context.Context, m domain.Message, events ...domain.Event) error {
	return messages.Change(ctx, t.outbox, t.tx, m, events...)
}

// PutInMailbox shows a message to its worker, once.
func (t *Tx) PutInMailbox(id, worker string, at time.Time) error {
	_, err := t.tx.Exec(`INSERT INTO mailbox (message_id, worker, put_at) SELECT m.id, m.worker, CAST($3 AS BIGINT) FROM message m WHERE m.id = $1 AND m.worker = $2
		ON CONFLICT (message_id) DO NOTHING`, id, worker, sqldb.Micros(at))
	return err
}

// Mailbox lists what is in the worker's mailbox, newest first.
func (t *Tx) Mailbox(worker string, limit int) ([]domain.Message, error) {
	return mailbox.List(t.tx, `WHERE `+person.Whose("b.worker", 1)+` ORDER BY b.put_at DESC, m.id DESC LIMIT $2`, worker, limit)
}
