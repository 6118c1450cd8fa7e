package ops

import (
	"context"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Count is a number for the overview: a thing's name and the query that counts it.
type Count struct {
	Thing, Query string
	Today        func() clock.Date // the query's $1; nil where it has none
}

// Among a hundred thousand people counting takes 50 ms, among a million a second, and who looks
// at the overview asks every ten: a service of so many events counts beside its answers.
const (
	manyEvents = 50_000
	lately     = 10 * time.Second
)

// counted is what a service counted last.
type counted struct {
	mu   sync.Mutex
	all  []*platformv1.TableCount
	at   time.Time
	busy bool
}

// tellCounts adds the service's counts to its status: those of a small one as they
// are, of one with many events as they were when it counted last, and when.
func (s *Server) tellCounts(ctx context.Context, out *platformv1.GetStatusResponse, events int64) (err error) {
	if events < manyEvents || len(s.Counts) == 0 {
		out.Counts, err = count(ctx, s.Outbox.DB(), s.Counts)
		return err
	}
	c := &s.counted
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := s.Clock.Now(); !c.busy && (c.all == nil || now.Sub(c.at).Abs() >= lately) {
		c.busy = true
		go func() {
			all, err := count(context.WithoutCancel(ctx), s.Outbox.DB(), s.Counts)
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.busy = false; err == nil { // else the next who asks begins again
				c.all, c.at = all, now
			}
		}()
	}
	out.Counts, out.CountedAt, out.Counting = c.all, sqldb.Micros(c.at), c.all == nil
	return nil
}

// Warm reads the service's status once, so that the first who asks waits for
// nothing that the database has not read yet.
func (s *Server) Warm(ctx context.Context) {
	if _, err := s.GetStatus(ctx, nil); err != nil && ctx.Err() == nil {
		s.Scope.Log.WarnContext(ctx, "the status was not read", "error", err)
	}
}

func count(ctx context.Context, db *sqldb.DB, counts []Count) (all []*platformv1.TableCount, err error) {
	return all, db.View(ctx, func(tx *sqldb.Tx) error {
		all = make([]*platformv1.TableCount, 0, len(counts))
		for _, q := range counts {
			n := &platformv1.TableCount{Thing: q.Thing}
			var args []any
			if q.Today != nil {
				args = append(args, q.Today().String())
			}
			if err := tx.QueryRow(q.Query, args...).Scan(&n.Count); err != nil {
				return err
			}
			all = append(all, n)
		}
		return nil
	})
}
