package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var corrections = table.New(table.Spec[domain.Correction]{
	Table: "round_correction",
	Columns: func(c *domain.Correction) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("round_id", &c.RoundID), table.Fixed("county", &c.County), table.Fixed("number", &c.Number),
			table.Fixed("reason_code", &c.Why), table.Changing("state", &c.State), table.Fixed("figure", &c.Figure), table.Fixed("mends", table.JSON(&c.Mends)),
			table.Changing("wronged", &c.Wronged), table.Fixed("proposed_by", &c.ProposedBy), table.Changing("decided_by", &c.DecidedBy),
			table.Fixed("proposed_at", &c.ProposedAt), table.Changing("decided_at", &c.DecidedAt), table.Version(&c.Version),
		}
	},
	About: func(c *domain.Correction) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Division: c.County}
	},
	Unknown: domain.ErrCorrectionUnknown,
})

// Correction reads a correction; who changes it holds its round.
func (t *inTx) Correction(id string) (domain.Correction, error) { return corrections.Peek(t.tx, id) }

// Corrections lists a round's corrections, the newest first.
func (t *inTx) Corrections(roundID string) ([]domain.Correction, error) {
	return corrections.List(t.tx, `WHERE round_id = $1 ORDER BY number DESC`, roundID)
}

// SaveCorrection writes a correction and its events.
func (t *inTx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	return corrections.Save(ctx, t.outbox, t.tx, c, events...)
}
