package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var homes = table.New(table.Spec[domain.Home]{
	Table: "home",
	Columns: func(h *domain.Home) []table.Column {
		return []table.Column{
			table.Key("id", &h.ID), table.Changing("reference", table.Optional(&h.Reference)), table.Fixed("county", &h.County), table.Fixed("estate", &h.Estate),
			table.Fixed("number", &h.Number), table.Changing("layout", &h.Layout), table.Changing("area_dm2", &h.AreaDM2), table.Changing("rent_fen", &h.RentFen),
			table.Changing("kind", &h.Kind), table.Changing("state", &h.State), table.Version(&h.Version),
		}
	},
	About: func(h *domain.Home) outbox.Subject {
		return outbox.Subject{Aggregate: h.ID, Division: h.County}
	},
	Unknown: domain.ErrHomeUnknown,
})

// AddHome adds a home unless its reference, or its county, estate and number,
// are known: one statement where the home is new, one or two more where not.
func (t *inTx) AddHome(ctx context.Context, h domain.Home, events ...domain.Event) (id string, added bool, err error) {
	if added, err = homes.Add(ctx, t.outbox, t.tx, h, events...); err != nil {
		return "", false, err
	}
	if added {
		t.changed(ctx, h.County)
		return h.ID, true, nil
	}
	err = sql.ErrNoRows
	if h.Reference != "" {
		err = t.tx.QueryRow(`SELECT id FROM home WHERE reference = $1`, h.Reference).Scan(&id)
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = t.tx.QueryRow(`SELECT id FROM home WHERE county = $1 AND estate = $2 AND number = $3`, h.County, h.Estate, h.Number).Scan(&id)
	}
	return id, false, err
}

// Home loads and locks a home.
func (t *inTx) Home(id string) (domain.Home, error) { return homes.Load(t.tx, id) }

// PeekHome reads a home without locking it.
func (t *inTx) PeekHome(id string) (domain.Home, error) { return homes.Peek(t.tx, id) }

// SaveHome writes a home's state and what a correction changed. Without events,
// the event of what was done with the home tells of the change.
func (t *inTx) SaveHome(ctx context.Context, h domain.Home, events ...domain.Event) error {
	t.changed(ctx, h.County)
	return homes.Change(ctx, t.outbox, t.tx, h, events...)
}

// FreeAmong reads those of some homes that are free.
func (t *inTx) FreeAmong(ids []string) (map[string]domain.Home, error) {
	all, err := homes.Among(t.tx, "id", ids, "AND state = 'free'")
	free := make(map[string]domain.Home, len(all))
	for _, h := range all {
		free[h.ID] = h
	}
	return free, err
}

// FreeHomes lists free homes after an id, in the order of their ids, so that a
// home that is listed meanwhile comes last.
func (t *inTx) FreeHomes(county string, kind domain.Kind, after string, limit int) ([]domain.Home, error) {
	where, args := `WHERE state = 'free' AND id > $1`, []any{after, limit}
	if county != "" {
		where, args = where+` AND county = $3`, append(args, county)
		if kind != "" {
			where, args = where+` AND kind = $4`, append(args, string(kind))
		}
	} else if kind != "" {
		where, args = where+` AND kind = $3`, append(args, string(kind))
	}
	return homes.List(t.tx, where+` ORDER BY id LIMIT $2`, args...)
}

// HomesTag is the tag of the pages that list a county's free homes; with "" it
// is that of the pages that list all counties'.
func HomesTag(county string) string { return "homes:" + county }

// changed makes the pages stale that list the homes of a county.
func (t *inTx) changed(ctx context.Context, county string) {
	t.tx.OnCommit(func() {
		t.pages.Changed(ctx, HomesTag(county))
		t.pages.Changed(ctx, HomesTag(""))
	})
}
