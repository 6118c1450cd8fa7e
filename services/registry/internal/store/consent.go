package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var consents = table.New(table.Spec[domain.Consent]{
	Table: "consent",
	Columns: func(c *domain.Consent) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("worker", &c.Worker), table.Fixed("division", &c.Division), table.Fixed("purpose", &c.Purpose),
			table.Fixed("kinds", table.Commas(&c.Kinds)), table.Fixed("recipient", &c.Recipient), table.Fixed("valid_from", &c.From), table.Fixed("valid_to", &c.To),
			table.Fixed("notice_version", &c.NoticeVersion), table.Fixed("language", &c.Language), table.Changing("withdrawn_at", &c.WithdrawnAt),
			table.Version(&c.Version),
		}
	},
	About: func(c *domain.Consent) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}
	},
	Unknown: domain.ErrGrantUnknown,
})

// Consent loads and locks a grant.
func (t *Tx) Consent(id string) (domain.Consent, error) { return consents.Load(t.tx, id) }

// Consents lists a worker's grants, oldest first.
func (t *Tx) Consents(worker string) ([]domain.Consent, error) {
	return consents.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}

// SaveConsent writes a grant and its events, or returns outbox.ErrStale.
func (t *Tx) SaveConsent(ctx context.Context, c domain.Consent, events ...domain.Event) error {
	return consents.Save(ctx, t.outbox, t.tx, c, events...)
}

// SaveCorrection writes a correction and its events.
func (t *Tx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	_, err := t.tx.Exec(`INSERT INTO correction (id, worker, division, source, source_id, kind, reason_code, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.Worker, c.Division, c.Source, c.SourceID, c.Kind, c.Reason, sqldb.Micros(c.MadeAt))
	if err != nil {
		return err
	}
	return t.outbox.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}, events...)
}
