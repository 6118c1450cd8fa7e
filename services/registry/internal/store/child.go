package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const childColumns = `id, worker, identity_index, sealed, county, version, likeness`

func scanChild(s sqldb.Scanner) (c domain.Child, err error) {
	return c, s.Scan(&c.ID, &c.Guardian, &c.Identity, &c.Sealed, &c.County, &c.Version, &c.Likeness)
}

// PeekChild reads a child. Children are never changed, only removed.
func (t *Tx) PeekChild(id string) (domain.Child, error) {
	c, err := scanChild(t.tx.QueryRow(`SELECT `+childColumns+` FROM child WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, domain.ErrChildUnknown
	}
	return c, err
}

// ChildByIdentity finds a child by the index of guardian, name and birth date.
func (t *Tx) ChildByIdentity(identity []byte) (domain.Child, bool, error) {
	c, err := scanChild(t.tx.QueryRow(`SELECT `+childColumns+` FROM child WHERE identity_index = $1`, identity))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// ChildrenOf lists a guardian's children.
func (t *Tx) ChildrenOf(worker string) ([]domain.Child, error) {
	return sqldb.Collect(t.tx, scanChild, `SELECT `+childColumns+` FROM child WHERE worker = $1 ORDER BY id`, worker)
}

// LikeChild reports whether a child of the same name and birth date is registered.
func (t *Tx) LikeChild(likeness []byte) (yes bool, err error) {
	var n int64
	err = t.tx.QueryRow(`SELECT count(*) FROM child WHERE likeness = $1`, likeness).Scan(&n)
	return n > 0, err
}

// SaveChild writes a new child and its events, or returns ErrChildTaken.
func (t *Tx) SaveChild(ctx context.Context, c domain.Child, events ...domain.Event) error {
	_, err := t.tx.Exec(`INSERT INTO child (`+childColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, c.Guardian, c.Identity, c.Sealed, c.County, c.Version+int64(max(1, len(events))), c.Likeness)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrChildTaken.Because(err)
	}
	if err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Worker: c.Guardian, Division: c.County}, messages(events)...)
}
