package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const homeColumns = `id, reference, county, estate, number, layout, area_dm2, rent_fen, kind, state, version`

func scanHome(s sqldb.Scanner) (h domain.Home, err error) {
	var reference sql.NullString
	err = s.Scan(&h.ID, &reference, &h.County, &h.Estate, &h.Number, &h.Layout, &h.AreaDM2, &h.RentFen, &h.Kind, &h.State, &h.Version)
	h.Reference = reference.String
	return h, err
}

// AddHome adds a home unless its reference, or its county, estate and number,
// are known: one statement where the home is new, one or two more where not.
func (t *Tx) AddHome(ctx context.Context, h domain.Home, events ...domain.Event) (string, bool, error) {
	n, err := t.tx.Exec(`INSERT INTO home (`+homeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		h.ID, sql.NullString{String: h.Reference, Valid: h.Reference != ""}, h.County, h.Estate, h.Number, h.Layout, h.AreaDM2, h.RentFen, string(h.Kind), string(h.State), next(0, len(events)))
	if err != nil {
		return "", false, err
	}
	if n == 1 {
		t.changed(ctx, h.County)
		return h.ID, true, t.log.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: h.ID, Division: h.County}, events...)
	}
	var id string
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
func (t *Tx) Home(id string) (domain.Home, error) { return t.home(id, t.lock()) }

// PeekHome reads a home without locking it.
func (t *Tx) PeekHome(id string) (domain.Home, error) { return t.home(id, "") }

func (t *Tx) home(id, lock string) (domain.Home, error) {
	h, err := scanHome(t.tx.QueryRow(`SELECT `+homeColumns+` FROM home WHERE id = $1`+lock, id))
	return found(h, err, domain.ErrHomeUnknown)
}

// SaveHome writes a home's state and what a correction changed, or returns
// outbox.ErrStale where somebody else changed it since it was loaded. Without
// events, the event of what was done with the home tells of the change.
func (t *Tx) SaveHome(ctx context.Context, h domain.Home, events ...domain.Event) error {
	n, err := t.tx.Exec(`UPDATE home SET state = $1, reference = $2, layout = $3, area_dm2 = $4, rent_fen = $5, kind = $6, version = $7 WHERE id = $8 AND version = $9`,
		string(h.State), sql.NullString{String: h.Reference, Valid: h.Reference != ""}, h.Layout, h.AreaDM2, h.RentFen, string(h.Kind), next(h.Version, len(events)), h.ID, h.Version)
	if err == nil && n == 0 {
		err = outbox.ErrStale
	}
	if err != nil {
		return err
	}
	t.changed(ctx, h.County)
	if len(events) == 0 {
		return nil
	}
	return t.log.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: h.ID, Version: h.Version, Division: h.County}, events...)
}

// FreeHomes lists free homes after an id, in the order of their ids, so that a
// home that is listed meanwhile comes last.
func (t *Tx) FreeHomes(county string, kind domain.Kind, after string, limit int) ([]domain.Home, error) {
	where, args := `state = 'free' AND id > $1`, []any{after, limit}
	if county != "" {
		where, args = where+` AND county = $3`, append(args, county)
		if kind != "" {
			where, args = where+` AND kind = $4`, append(args, string(kind))
		}
	} else if kind != "" {
		where, args = where+` AND kind = $3`, append(args, string(kind))
	}
	return sqldb.Collect(t.tx, scanHome, `SELECT `+homeColumns+` FROM home WHERE `+where+` ORDER BY id LIMIT $2`, args...)
}

// HomesTag is the tag of the pages that list a county's free homes; with "" it
// is that of the pages that list all counties'.
func HomesTag(county string) string { return "homes:" + county }

// changed makes the pages stale that list the homes of a county.
func (t *Tx) changed(ctx context.Context, county string) {
	t.tx.OnCommit(func() {
		t.pages.Changed(ctx, HomesTag(county))
		t.pages.Changed(ctx, HomesTag(""))
	})
}
