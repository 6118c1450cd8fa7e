package store

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// A second open round of a list is refused by the table itself.
var rounds = table.New(table.Spec[domain.Round]{
	Table: "round",
	Columns: func(r *domain.Round) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("county", &r.County), table.Fixed("kind", &r.Kind), table.Changing("state", &r.State),
			table.Changing("home_ids", &r.HomeIDs), table.Fixed("total", &r.Total), table.Fixed("figure_name", &r.FigureName), table.Fixed("figure_due", &r.FigureDue),
			table.Changing("figure", &r.Figure), table.Changing("officer", &r.First), table.Fixed("root", &r.Root), table.Changing("seed", &r.Seed),
			table.Changing("bundle", &r.Bundle), table.Fixed("opened_on", &r.OpenedOn), table.Changing("public_until", &r.PublicUntil),
			table.Changing("closed_on", &r.ClosedOn), table.Changing("reason_code", &r.Why), table.Changing("pass", &r.Pass), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Round) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Division: r.County}
	},
	Unknown: domain.ErrRoundUnknown,
	Twice:   domain.ErrRoundOpen,
})

// Round loads and locks a round.
func (t *inTx) Round(id string) (domain.Round, error) { return rounds.Load(t.tx, id) }

// PeekRound reads a round without locking it.
func (t *inTx) PeekRound(id string) (domain.Round, error) { return rounds.Peek(t.tx, id) }

// RoundsOf lists a county's rounds, the newest first.
func (t *inTx) RoundsOf(county string) ([]domain.Round, error) {
	return rounds.List(t.tx, `WHERE county = $1 ORDER BY id DESC`, county)
}

// HomesInRounds lists the homes that are in the open rounds of a county.
func (t *inTx) HomesInRounds(county string) ([]string, error) {
	all, err := sqldb.Collect(t.tx, scanID, `SELECT home_ids FROM round WHERE county = $1 AND state <> 'closed'`, county)
	return strings.Fields(strings.Join(all, " ")), err
}

// SaveRound writes a round and its events.
func (t *inTx) SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error {
	return rounds.Save(ctx, t.outbox, t.tx, r, events...)
}

// The round's own event tells of a change of its entries.
var entries = table.New(table.Spec[domain.RoundEntry]{
	Table: "round_entry",
	Columns: func(e *domain.RoundEntry) []table.Column {
		return []table.Column{
			table.Key("round_id", &e.RoundID), table.Key("application_id", &e.ApplicationID), table.Fixed("worker", &e.Worker),
			table.Changing("points", &e.Points), table.Changing("class", &e.Class), table.Changing("ahead_by", &e.AheadBy), table.Fixed("ticket", &e.Ticket),
			table.Fixed("word", &e.Word), table.Changing("number", table.JSON(&e.Number)), table.Changing("position", &e.Position),
			table.Changing("offer_id", &e.OfferID), table.Changing("reasons", table.JSON(&e.Reasons)),
		}
	},
})

// Entries lists a round's entries in their order.
func (t *inTx) Entries(roundID string) ([]domain.RoundEntry, error) {
	return entries.List(t.tx, `WHERE round_id = $1 ORDER BY position`, roundID)
}

// EntriesOf lists the rounds that an application was in, the newest first.
func (t *inTx) EntriesOf(applicationID string) ([]domain.RoundEntry, error) {
	return entries.List(t.tx, `WHERE application_id = $1 ORDER BY round_id DESC`, applicationID)
}

// SaveEntries writes entries of a round whose row the caller holds.
func (t *inTx) SaveEntries(all ...domain.RoundEntry) error {
	for _, e := range all {
		if err := entries.Put(t.tx, e); err != nil {
			return err
		}
	}
	return nil
}
