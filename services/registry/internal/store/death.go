package store

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var deathCases = table.New(table.Spec[domain.DeathCase]{
	Table: "death_case",
	Columns: func(c *domain.DeathCase) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("worker", &c.Worker), table.Fixed("county", &c.County), table.Fixed("died_on", &c.DiedOn),
			table.Fixed("reason_code", &c.Grounds.Reason), table.Fixed("paper", &c.Grounds.Paper), table.Fixed("officer", &c.Officer), table.Fixed("made_at", &c.MadeAt),
			table.Changing("state", &c.State), table.Changing("decided_by", &c.DecidedBy), table.Changing("decided_at", &c.DecidedAt),
			table.Changing("refusal_reason_code", &c.Refusal), table.Changing("objected_at", &c.ObjectedAt),
			table.Changing("reversed_by", &c.ReversedBy), table.Changing("reversed_at", &c.ReversedAt), table.Changing("shown_paper", &c.Shown),
			table.Changing("confirmed_by", &c.ConfirmedBy), table.Changing("confirmed_at", &c.ConfirmedAt), table.Version(&c.Version),
		}
	},
	About: func(c *domain.DeathCase) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.County}
	},
	Unknown: domain.ErrDeathUnknown,
	Twice:   domain.ErrDeathStands,
})

// DeathCase loads and locks a case.
func (t *Tx) DeathCase(id string) (domain.DeathCase, error) { return deathCases.Load(t.tx, id) }

// DeathCases lists what is open, what nobody confirmed and, last, what is recorded:
// about people of the counties that the divisions cover, and what the officer opened.
func (t *Tx) DeathCases(counties, officer string) ([]domain.DeathCase, error) {
	return deathCases.List(t.tx, `WHERE (state = 'open' OR state = 'applied' OR state = 'reversed' AND confirmed_by = '' AND decided_by <> '') AND (`+sqldb.Within("county", 1)+` OR officer = $2)
		ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'reversed' THEN 1 ELSE 2 END, made_at, id LIMIT 500`, counties, officer)
}

// DeathCasesOf lists what was asked and recorded about a person, newest first.
func (t *Tx) DeathCasesOf(worker string) ([]domain.DeathCase, error) {
	return deathCases.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY made_at DESC, id DESC LIMIT 100`, worker)
}

// SaveDeathCase writes a case and its events. It returns ErrDeathStands where another
// one about the person waits or holds.
func (t *Tx) SaveDeathCase(ctx context.Context, c domain.DeathCase, events ...domain.Event) error {
	return deathCases.Save(ctx, t.outbox, t.tx, c, events...)
}

// LockLife locks the accounts of the people whom some cases are about, as what is done
// in their own names does before all else.
func (t *Tx) LockLife(cases ...string) error {
	var all []string
	for _, id := range cases {
		switch c, err := deathCases.Peek(t.tx, id); {
		case errors.Is(err, domain.ErrDeathUnknown): // who asks for it is told
		case err != nil:
			return err
		default:
			all = append(all, c.Worker)
		}
	}
	return account.Lock(t.tx, all...)
}

// RecordDeath stops what is done in the person's name, and what is sent.
func (t *Tx) RecordDeath(c domain.DeathCase) error {
	return account.RecordDeath(t.tx, c.ID, c.Worker, c.DecidedAt)
}

// ReverseDeath lets the person act again, and has delivered what was held.
func (t *Tx) ReverseDeath(ctx context.Context, c domain.DeathCase) error {
	if _, err := account.ReverseDeath(t.tx, c.ID, c.Worker, c.ReversedAt); err != nil {
		return err
	}
	return t.deliverHeld(ctx, c.Worker)
}

// deliverHeld leaves a task for each message that has not reached a person.
func (t *Tx) deliverHeld(ctx context.Context, worker string) error {
	held, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		`SELECT id FROM message WHERE `+person.Whose("worker", 1)+` AND delivered_at = 0 ORDER BY sent_at, id`, worker)
	if err != nil {
		return err
	}
	for _, id := range held {
		if err := t.tasks.Add(ctx, t.tx, TaskDeliver, []byte(id), time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Died reports whether a person's death is recorded.
func (t *Tx) Died(worker string) (bool, error) { return account.Died(t.tx, worker) }
