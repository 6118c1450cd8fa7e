package store

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Children are never changed, only removed.
var children = table.New(table.Spec[domain.Child]{
	Table: "child",
	Columns: func(c *domain.Child) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("worker", &c.Guardian), table.Fixed("identity_index", &c.Identity), table.Fixed("sealed", &c.Sealed),
			table.Fixed("county", &c.County), table.Fixed("likeness", &c.Likeness), table.Version(&c.Version),
		}
	},
	About: func(c *domain.Child) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Guardian, Division: c.County}
	},
	Unknown: domain.ErrChildUnknown,
	Twice:   domain.ErrChildTaken,
})

// PeekChild reads a child.
func (t *Tx) PeekChild(id string) (domain.Child, error) { return children.Peek(t.tx, id) }

// PeekChildren reads many children.
func (t *Tx) PeekChildren(ids []string) (map[string]domain.Child, error) {
	all, err := children.Among(t.tx, "id", ids, "")
	found := make(map[string]domain.Child, len(all))
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

// ChildByIdentity finds a child by the index of guardian, name and birth date.
func (t *Tx) ChildByIdentity(identity []byte) (domain.Child, bool, error) {
	return children.Find(t.tx, `WHERE identity_index = $1`, identity)
}

// ChildrenOf lists the children of whom a person is a guardian.
func (t *Tx) ChildrenOf(worker string) ([]domain.Child, error) {
	return children.List(t.tx, `WHERE id IN (SELECT child FROM guardian WHERE `+person.Whose("worker", 1)+` AND state = 'active') ORDER BY id`, worker)
}

// ParentsAmong tells of which of many references ChildrenOf gives any.
func (t *Tx) ParentsAmong(workers []string) (map[string]bool, error) {
	yes := map[string]bool{}
	for some := range slices.Chunk(workers, 500) {
		marks, args := sqldb.In(some)
		found, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `SELECT worker FROM guardian WHERE state = 'active' AND worker IN (`+marks+`)
			UNION SELECT s.worker FROM same s JOIN guardian g ON g.worker = s.other AND g.state = 'active' WHERE s.worker IN (`+marks+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			yes[w] = true
		}
	}
	return yes, nil
}

// LikeChild reports whether a child of the same name and birth date is registered.
func (t *Tx) LikeChild(likeness []byte) (yes bool, err error) {
	_, yes, err = children.Find(t.tx, `WHERE likeness = $1 LIMIT 1`, likeness)
	return yes, err
}

// SaveChild writes a new child and its events, or returns ErrChildTaken.
func (t *Tx) SaveChild(ctx context.Context, c domain.Child, events ...domain.Event) error {
	return children.Create(ctx, t.outbox, t.tx, c, events...)
}
