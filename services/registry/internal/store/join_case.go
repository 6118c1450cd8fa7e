package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var joinCases = table.New(table.Spec[domain.JoinCase]{
	Table: "join_case",
	Columns: func(c *domain.JoinCase) []table.Column {
		all := []table.Column{table.Key("id", &c.ID), table.Fixed("kind", &c.Kind), table.Fixed("join_id", &c.JoinID)}
		all = append(all, sideColumns("into", &c.Into)...)
		all = append(all, sideColumns("alias", &c.Alias)...)
		return append(all,
			table.Fixed("reason_code", &c.Grounds.Reason), table.Fixed("paper", &c.Grounds.Paper), table.Fixed("officer", &c.Officer), table.Fixed("made_at", &c.MadeAt),
			table.Changing("state", &c.State), table.Changing("decided_by", &c.DecidedBy), table.Changing("decided_at", &c.DecidedAt),
			table.Changing("refusal_reason_code", &c.Refusal), table.Changing("objected_at", &c.ObjectedAt),
			table.Changing("to_alias", table.Commas(&c.ToAlias)), table.Changing("to_into", table.Commas(&c.ToInto)), table.Version(&c.Version),
		)
	},
	Unknown: domain.ErrJoinCaseUnknown,
})

func sideColumns(name string, s *domain.Side) []table.Column {
	return []table.Column{
		table.Changing(name+"_worker", &s.Worker), table.Fixed(name+"_county", &s.County), table.Fixed(name+"_seen", &s.Seen),
		table.Changing(name+"_told_at", &s.ToldAt), table.Changing(name+"_until", &s.Until),
		table.Changing(name+"_heard_at", &s.HeardAt), table.Changing(name+"_heard_by", &s.HeardBy), table.Changing(name+"_heard_paper", &s.Paper),
	}
}

// JoinCase loads and locks a case.
func (t *Tx) JoinCase(id string) (domain.JoinCase, error) { return joinCases.Load(t.tx, id) }

// PeekJoinCase reads a case.
func (t *Tx) PeekJoinCase(id string) (domain.JoinCase, error) { return joinCases.Peek(t.tx, id) }

// SaveJoinCase writes a case, or returns outbox.ErrStale.
func (t *Tx) SaveJoinCase(ctx context.Context, c domain.JoinCase) error {
	return joinCases.Save(ctx, t.outbox, t.tx, c)
}

// OpenJoinCases lists what an officer has to do, oldest first: open cases about
// people of the counties that the divisions cover, those that the officer opened, and
// joins that their person objects to and was not heard about since.
func (t *Tx) OpenJoinCases(counties, officer string) ([]domain.JoinCase, error) {
	return joinCases.List(t.tx, `WHERE (state = 'open' OR state = 'applied' AND kind = 'join' AND objected_at > 0 AND objected_at >= into_heard_at AND objected_at >= alias_heard_at)
		AND (`+sqldb.Within("into_county", 1)+` OR `+sqldb.Within("alias_county", 1)+` OR officer = $2) ORDER BY made_at, id LIMIT 500`, counties, officer)
}

// DecidedJoinCases lists what was decided about people of the counties, newest first.
func (t *Tx) DecidedJoinCases(counties string) ([]domain.JoinCase, error) {
	return joinCases.List(t.tx, `WHERE state <> 'open' AND (`+sqldb.Within("into_county", 1)+` OR `+sqldb.Within("alias_county", 1)+`) ORDER BY made_at DESC, id DESC LIMIT 50`, counties)
}

// JoinCasesOf lists the cases about any of some references, newest first.
func (t *Tx) JoinCasesOf(workers []string) (all []domain.JoinCase, err error) {
	seen := map[string]bool{}
	for _, w := range workers {
		some, err := joinCases.List(t.tx, `WHERE into_worker = $1 OR alias_worker = $1 ORDER BY made_at DESC, id DESC LIMIT 200`, w)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			if !seen[c.ID] {
				seen[c.ID] = true
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// LockPersons lets the transaction change who is one person, and waits for all who
// count on that.
func (t *Tx) LockPersons() error { return person.Alone(t.tx) }

// LockJoins has joining, parting and closing of joined accounts come one after the
// other, so that no two of them make a circle.
func (t *Tx) LockJoins() error { return t.tx.Lock("registry joins") }

// References lists every reference that stands for a person, in one order.
func (t *Tx) References(worker string) ([]string, error) { return person.Class(t.tx, worker) }

// Aliases lists every reference that was joined into one, from the nearest to the
// farthest; they all stand for its person.
func (t *Tx) Aliases(worker string) (all []string, err error) {
	found := []string{worker}
	for i := 0; i < len(found); i++ {
		joined, err := workers.List(t.tx, `WHERE joined_into = $1 ORDER BY id`, found[i])
		if err != nil {
			return nil, err
		}
		for _, w := range joined {
			found = append(found, w.ID)
		}
	}
	return found[1:], nil
}

// Join has reads by one of the two references find both from here on.
func (t *Tx) Join(c domain.JoinCase) error {
	return person.Join(t.tx, person.Pair{JoinID: c.ID, Alias: c.Alias.Worker, Remains: c.Into.Worker})
}

// Part undoes Join, and gives what was assigned by hand to whom it belongs: the
// rows of the registry, the steps of the timeline, and the messages about it.
// Where a death stood of one of them, the other one's messages were held with it.
func (t *Tx) Part(ctx context.Context, c domain.JoinCase) error {
	if err := person.Alone(t.tx); err != nil { // no death is recorded between the question and the parting
		return err
	}
	held := false
	for _, w := range []string{c.Alias.Worker, c.Into.Worker} {
		died, err := t.Died(w)
		if err != nil {
			return err
		}
		held = held || died
	}
	err := person.Part(t.tx, person.Parting{
		Pair:    person.Pair{JoinID: c.JoinID, Alias: c.Alias.Worker, Remains: c.Into.Worker},
		ToAlias: c.ToAlias, ToRemains: c.ToInto, At: c.DecidedAt,
	})
	if err != nil {
		return err
	}
	for _, to := range []struct {
		from, worker string
		of           []string
	}{{c.Into.Worker, c.Alias.Worker, c.ToAlias}, {c.Alias.Worker, c.Into.Worker, c.ToInto}} {
		about := `SELECT m.id FROM message m WHERE m.about = $2 AND ` + person.Whose("m.worker", 3)
		whose := ` AND ` + person.Whose("worker", 3)
		for _, aggregate := range to.of {
			// What is told of a message later, or again by a rebuild, follows it.
			if _, err := t.tx.Exec(`INSERT INTO assigned (aggregate, worker, at) SELECT m.id, CAST($1 AS TEXT), CAST($4 AS BIGINT) FROM message m WHERE m.about = $2 AND `+person.Whose("m.worker", 3)+`
				ON CONFLICT (aggregate) DO UPDATE SET worker = excluded.worker, at = excluded.at WHERE assigned.at < excluded.at`, to.worker, aggregate, to.from, sqldb.Micros(c.DecidedAt)); err != nil {
				return err
			}
			for _, query := range []string{
				`UPDATE timeline SET worker = $1 WHERE (aggregate = $2 OR aggregate IN (` + about + `))` + whose,
				`UPDATE timeline_next SET worker = $1 WHERE (aggregate = $2 OR aggregate IN (` + about + `))` + whose,
				`UPDATE mailbox SET worker = $1 WHERE message_id IN (` + about + `)`,
				`UPDATE message SET worker = $1 WHERE about = $2` + whose,
			} {
				if _, err := t.tx.Exec(query, to.worker, aggregate, to.from); err != nil {
					return err
				}
			}
		}
	}
	if !held {
		return nil
	}
	for _, w := range []string{c.Alias.Worker, c.Into.Worker} {
		died, err := t.Died(w)
		if err != nil {
			return err
		}
		if died {
			continue
		}
		if err := t.deliverHeld(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// Assigned is the reference to which a thing was assigned by hand, or else the
// given one, under which it was recorded.
func (t *Tx) Assigned(aggregate, worker string) (string, error) {
	return person.Assigned(t.tx, aggregate, worker)
}
