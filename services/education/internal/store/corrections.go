package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// What a pair brings is told by its entries.
var doubles = table.New(table.Spec[domain.Double]{
	Table: "round_double",
	Columns: func(d *domain.Double) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("round_id", &d.RoundID), table.Fixed("county", &d.County), table.Fixed("application_id", &d.First),
			table.Fixed("other_application_id", &d.Second), table.Fixed("grounds", table.Commas(&d.Grounds)), table.Changing("state", &d.State),
			table.Changing("withdrawn_id", &d.Withdrawn), table.Changing("reason_code", &d.Why), table.Changing("decided_by", &d.DecidedBy),
			table.Changing("decided_at", &d.DecidedAt), table.Version(&d.Version),
		}
	},
	Unknown: domain.ErrDoubleUnknown,
})

// Double loads and locks a pair of entries.
func (t *inTx) Double(id string) (domain.Double, error) { return doubles.Load(t.tx, id) }

// PeekDouble reads a pair without locking it.
func (t *inTx) PeekDouble(id string) (domain.Double, error) { return doubles.Peek(t.tx, id) }

// Doubles lists a round's pairs, those that wait for a decision first.
func (t *inTx) Doubles(roundID string) ([]domain.Double, error) {
	return doubles.List(t.tx, `WHERE round_id = $1 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, id`, roundID)
}

// SaveDouble writes a pair, or returns outbox.ErrStale.
func (t *inTx) SaveDouble(ctx context.Context, d domain.Double) error {
	return doubles.Save(ctx, t.outbox, t.tx, d)
}

var corrections = table.New(table.Spec[domain.Correction]{
	Table: "round_correction",
	Columns: func(c *domain.Correction) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("round_id", &c.RoundID), table.Fixed("county", &c.County), table.Fixed("number", &c.Number),
			table.Fixed("reason_code", &c.Why), table.Changing("state", &c.State), table.Fixed("relief", &c.Relief), table.Fixed("figure", &c.Figure),
			table.Fixed("mends", table.JSON(&c.Mends)), table.Changing("wronged", &c.Wronged), table.Fixed("proposed_by", &c.ProposedBy),
			table.Changing("decided_by", &c.DecidedBy), table.Fixed("proposed_at", &c.ProposedAt), table.Changing("decided_at", &c.DecidedAt),
			table.Version(&c.Version),
		}
	},
	About: func(c *domain.Correction) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Division: c.County}
	},
	Unknown: domain.ErrCorrectionUnknown,
})

// Correction loads and locks a correction.
func (t *inTx) Correction(id string) (domain.Correction, error) { return corrections.Load(t.tx, id) }

// PeekCorrection reads a correction without locking it.
func (t *inTx) PeekCorrection(id string) (domain.Correction, error) {
	return corrections.Peek(t.tx, id)
}

// Corrections lists a round's corrections, the newest first.
func (t *inTx) Corrections(roundID string) ([]domain.Correction, error) {
	return corrections.List(t.tx, `WHERE round_id = $1 ORDER BY number DESC`, roundID)
}

// TakenCorrections lists those of some rounds that were taken, the newest first.
func (t *inTx) TakenCorrections(roundIDs []string) ([]domain.Correction, error) {
	return corrections.Among(t.tx, "round_id", roundIDs, "AND state = '"+string(domain.CorrectionIsTaken)+"' ORDER BY number DESC")
}

// SaveCorrection writes a correction and its events, or returns outbox.ErrStale.
func (t *inTx) SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error {
	return corrections.Save(ctx, t.outbox, t.tx, c, events...)
}
