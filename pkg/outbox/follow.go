package outbox

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

const (
	lookAgain = time.Second           // where a wake was lost: its process ended between commit and wake
	breath    = 20 * time.Millisecond // between two looks, so that many commits share one
	lookPage  = 1000
)

// Appended is an event that was appended: its type, and the thing that it is about.
type Appended struct{ Type, Aggregate string }

// Follower tells what all processes of a service append to its log, so that what
// one keeps in memory follows the commits of the others. A commit wakes the
// followers of its process, which wake those of the others; what was appended is
// read from the event table: up to a mark among the numbered events, and what has
// no number yet. An event is in one of the two at every moment, so that none is
// missed, which a mark over ids or times would not promise. A number is never
// given twice, whatever the epoch, so that the number alone is the mark. It is
// not safe for concurrent use.
type Follower struct {
	log   *Outbox
	types []string
	every time.Duration
	wake  chan struct{}    // a commit of this process
	heard chan struct{}    // one of another
	marks map[string]int64 // by channel: the last numbered event that was seen
	told  map[int64]bool   // the events without a number that the last look told of
}

// Follow begins to follow shared events of some types, after what is there now.
// Call it before the first command, and before what is loaded then: what happens
// meanwhile is told.
func (l *Outbox) Follow(ctx context.Context, types ...string) (*Follower, error) {
	f := &Follower{log: l, types: types, every: lookAgain, wake: make(chan struct{}, 1), heard: make(chan struct{}, 1), marks: map[string]int64{}}
	err := l.db.View(ctx, func(tx *sqldb.Tx) error {
		for _, channel := range l.Channels() {
			var last int64
			if err := tx.QueryRow(`SELECT COALESCE(MAX(seq), 0) FROM event WHERE channel = $1 AND seq IS NOT NULL`, channel).Scan(&last); err != nil {
				return err
			}
			f.marks[channel] = last
		}
		return nil
	})
	l.followers = append(l.followers, f)
	return f, err
}

// follows reports whether an event's type is one of the followed.
func (f *Follower) follows(kind string) bool { return slices.Contains(f.types, kind) }

// Run calls use with what was appended, in a snapshot that holds it, until ctx
// ends. What use fails at is told again.
func (f *Follower) Run(ctx context.Context, log *slog.Logger, use func(tx *sqldb.Tx, all []Appended) error) error {
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() { f.listen(ctx, log) })
	tick := time.NewTicker(f.every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-f.wake:
			if err := f.log.db.Notify(ctx, f.name()); err != nil && ctx.Err() == nil {
				log.DebugContext(ctx, "other processes are not woken; they look by themselves", "error", err)
			}
		case <-f.heard:
		case <-tick.C:
		}
		more, err := true, error(nil)
		for more && err == nil {
			more, err = f.Look(ctx, use)
		}
		if err != nil && !failing && ctx.Err() == nil {
			log.WarnContext(ctx, "what was appended cannot be followed; what is kept in memory may be behind", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(breath):
		}
	}
}

// listen hears the other processes, again where the connection broke.
func (f *Follower) listen(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		if err := f.log.db.Listen(ctx, f.name(), func() { ring(f.heard) }); err != nil {
			log.DebugContext(ctx, "other processes are not heard; looking by itself", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}

func (f *Follower) name() string { return "qiao_" + f.log.service }

// Look calls use with what was appended since the last look, if anything was, and
// reports whether there may be more.
func (f *Follower) Look(ctx context.Context, use func(tx *sqldb.Tx, all []Appended) error) (more bool, err error) {
	marks, told := map[string]int64{}, map[int64]bool{}
	err = f.log.db.View(ctx, func(tx *sqldb.Tx) error {
		var all []Appended
		for channel, mark := range f.marks {
			numbered, err := sqldb.Collect(tx, scanRow, `SELECT type, aggregate, seq, ord FROM event WHERE channel = $1 AND seq > $2 ORDER BY seq LIMIT $3`, channel, mark, lookPage)
			if err != nil {
				return err
			}
			// They wait for their numbers, perhaps for long: the newest are enough, and once.
			fresh, err := sqldb.Collect(tx, scanRow, `SELECT type, aggregate, 0, ord FROM event WHERE channel = $1 AND seq IS NULL AND audience = 'shared' ORDER BY ord DESC LIMIT $2`, channel, lookPage)
			if err != nil {
				return err
			}
			for _, r := range numbered {
				mark = r.seq
			}
			marks[channel] = mark
			more = more || len(numbered) == lookPage
			for _, r := range fresh {
				told[r.ord] = true
			}
			for _, r := range append(numbered, fresh...) {
				if !f.told[r.ord] && f.follows(r.Type) {
					all = append(all, r.Appended)
				}
			}
		}
		if len(all) == 0 {
			return nil
		}
		return use(tx, all)
	})
	if err != nil {
		return false, err // the marks stay: the next look tells again
	}
	f.marks, f.told = marks, told
	return more, nil
}

// row is an event of the table, with its number, 0 while it has none.
type row struct {
	Appended
	seq, ord int64
}

func scanRow(s sqldb.Scanner) (r row, err error) {
	return r, s.Scan(&r.Type, &r.Aggregate, &r.seq, &r.ord)
}

// ring leaves a signal, unless there is one.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
