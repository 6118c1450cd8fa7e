package evidence

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
)

// Follow leaves the tasks of grants with days that were recorded before grants
// had tasks. Call it once, before the tasks run.
func (h *Holder) Follow(ctx context.Context) error {
	return h.db.Update(ctx, func(tx *sqldb.Tx) error {
		all, err := sqldb.Collect(tx, scanGrant, `SELECT `+grantColumns+` FROM consent_grant WHERE recipient = $1 AND purpose = $2 AND withdrawn = 0 AND followed = 0
			AND (valid_to <> '' OR valid_from > $3)`, h.service, h.purpose, clock.Today(h.clock).String())
		if err != nil {
			return err
		}
		for _, g := range all {
			if err := h.turnAt(ctx, tx, g, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// turn does what today asks of a grant, and leaves a task for the next day that
// asks something of it: its first, and the one after its last.
func (h *Holder) turn(ctx context.Context, tx *sqldb.Tx, g Grant) error {
	today := clock.Today(h.clock).String()
	switch {
	case today < g.From:
		return h.turnOn(ctx, tx, g, g.From, 0)
	case g.over(today):
		return h.end(ctx, tx, ConsentOver, g.Worker, g.ID)
	case g.To != "":
		if err := h.turnOn(ctx, tx, g, g.To, 1); err != nil {
			return err
		}
	}
	cases, err := h.cases.OpenCases(tx, g.Worker)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := h.ask(ctx, tx, c, g); err != nil {
			return err
		}
	}
	return nil
}

// turnOn leaves a grant's task for so many days after a day.
func (h *Holder) turnOn(ctx context.Context, tx *sqldb.Tx, g Grant, day string, later int) error {
	d, err := clock.ParseDate(day)
	if err != nil {
		return err
	}
	return h.turnAt(ctx, tx, g, d.AddDays(later).Start())
}

func (h *Holder) turnAt(ctx context.Context, tx *sqldb.Tx, g Grant, at time.Time) error {
	if _, err := tx.Exec(`UPDATE consent_grant SET followed = 1 WHERE id = $1`, g.ID); err != nil {
		return err
	}
	b, err := json.Marshal(turning{Worker: g.Worker, GrantID: g.ID})
	if err != nil {
		return err
	}
	return h.tasks.Add(ctx, tx, taskTurn, b, at)
}

// turning is the payload of a grant's task.
type turning struct{ Worker, GrantID string }

// turned is a day of a grant that has come.
func (h *Holder) turned(ctx context.Context, payload []byte) error {
	var t turning
	if err := json.Unmarshal(payload, &t); err != nil {
		return task.Hopeless(err)
	}
	return h.db.Update(ctx, func(tx *sqldb.Tx) error {
		if err := lock(tx, t.Worker); err != nil {
			return err
		}
		all, err := grantsOf(tx, t.Worker)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g Grant) bool { return g.ID == t.GrantID })
		if i < 0 { // it was withdrawn
			return nil
		}
		return h.turn(ctx, tx, all[i])
	})
}
