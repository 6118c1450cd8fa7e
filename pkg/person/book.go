package person

import (
	"context"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// lookAgain is how long what is kept in memory goes without a look at the count of
// changes, where nothing depends on it.
const lookAgain = time.Second

// Book tells from memory what else a reference is called. Nearly nobody has a
// second one, and nobody else shall wait for a query on their account; so the few
// who have are kept in memory, as of a count of changes in the database.
type Book struct {
	db      *sqldb.DB
	mu      sync.RWMutex // guards what follows
	others  map[string][]string
	changes int64 // as of which others is; -1 before it was read
	looked  time.Time
}

// NewBook returns the book of a service's database.
func NewBook(db *sqldb.DB) *Book { return &Book{db: db, changes: -1} }

// Others lists the other references of a worker's person. What it says of somebody
// who has some is as of now; that somebody has none may be older by a second, and is
// made sure of by Latest where a refusal would rest on it.
func (b *Book) Others(ctx context.Context, worker string) ([]string, error) {
	b.mu.RLock()
	all, fresh := b.others[worker], b.changes >= 0 && time.Since(b.looked) < lookAgain
	b.mu.RUnlock()
	if fresh && len(all) == 0 {
		return nil, nil
	}
	return b.Latest(ctx, worker)
}

// Latest is Others as of now, whatever is kept in memory.
func (b *Book) Latest(ctx context.Context, worker string) ([]string, error) {
	var changes int64
	if err := b.db.Look(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT changes FROM person_change`).Scan(&changes)
	}); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if changes != b.changes {
		if err := b.read(ctx); err != nil {
			return nil, err
		}
	}
	b.looked = time.Now()
	return b.others[worker], nil
}

// read takes all that is known into memory.
func (b *Book) read(ctx context.Context) error {
	return b.db.View(ctx, func(tx *sqldb.Tx) error {
		var changes int64
		if err := tx.QueryRow(`SELECT changes FROM person_change`).Scan(&changes); err != nil {
			return err
		}
		all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (p [2]string, err error) { return p, s.Scan(&p[0], &p[1]) }, `SELECT worker, other FROM same ORDER BY worker, other`)
		if err != nil {
			return err
		}
		others := make(map[string][]string, len(all))
		for _, p := range all {
			others[p[0]] = append(others[p[0]], p[1])
		}
		b.others, b.changes = others, changes
		return nil
	})
}
