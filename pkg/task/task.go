// Package task is work that a transaction leaves to be done after it: a
// question to another service, a message to deliver, a clock that ends. A task
// is written in the transaction that wants it and runs at least once.
package task

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

const (
	workers  = 8
	poll     = 500 * time.Millisecond
	claim    = 30 * time.Second // a task whose runner died is run again after this
	backoff  = 200 * time.Millisecond
	maxDelay = 5 * time.Minute
	farAhead = 2 * maxDelay // no task that is due soon lies so far ahead, unless a clock was wrong
	page     = 100
	quiet    = 3 // failures of a task before they are worth a line
)

// A task that fails is repeated for so long, and given up then. What another
// service refuses may only be early, its news being on its way; what is away
// comes back.
const (
	refusedFor = 2 * time.Hour
	awayFor    = 7 * 24 * time.Hour
	leastTries = 12 // a clock that jumped ahead gives nothing up
)

// Handler does one task. It must bear being run twice; an error is tried again
// later, until its time is over or the error says that no try can help (Hopeless).
type Handler func(ctx context.Context, payload []byte) error

// Within makes a handler of a use case that does a task about an id in a
// transaction of its own; in gives the department's store within it.
func Within[S any](db *sqldb.DB, in func(*sqldb.Tx) S, f func(ctx context.Context, s S, id string) error) Handler {
	return func(ctx context.Context, payload []byte) error {
		return db.Update(ctx, func(tx *sqldb.Tx) error { return f(ctx, in(tx), string(payload)) })
	}
}

// Queue is the tasks of one service.
type Queue struct {
	db       *sqldb.DB
	clock    clock.Clock
	handlers map[string]Handler
	long     map[string]Handler
	under    sync.WaitGroup // the long ones that run
	running  sync.Map       // their ids
	wake     chan struct{}
	tel      *telemetry.Scope
	log      *slog.Logger
	failed   func(context.Context, int64)
	gaveUp   func(context.Context, int64)
}

// New returns an empty queue; Handle and Run make it work.
func New(db *sqldb.DB, c clock.Clock, t *telemetry.Scope) *Queue {
	return &Queue{db: db, clock: c, handlers: map[string]Handler{}, long: map[string]Handler{}, wake: make(chan struct{}, 1), tel: t, log: t.Log,
		failed: t.Counter("task_failed", "Tries of a task that failed."),
		gaveUp: t.Counter("task_given_up", "Tasks that were given up; people see them.")}
}

// Handle registers what does tasks of a kind. Call it before Run.
func (q *Queue) Handle(kind string, h Handler) { q.handlers[kind] = h }

// HandleLong registers what does tasks of a kind that take minutes: other tasks
// do not wait for them, and nobody else begins one while it is under way. Its ctx
// ends with the queue alone. Call it before Run.
func (q *Queue) HandleLong(kind string, h Handler) { q.long[kind] = h }

// Add writes a task in tx, to run at due or as soon as possible for the zero time.
func (q *Queue) Add(ctx context.Context, tx *sqldb.Tx, kind string, payload []byte, due time.Time) error {
	now := q.clock.Now()
	if due.IsZero() {
		due = now
	}
	soon := 0
	if !due.After(now) {
		soon = 1
	}
	write := func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO task (id, kind, payload, due_at, attempts, origin, soon) VALUES ($1, $2, $3, $4, 0, $5, $6)`,
			ident.NewID(), kind, payload, due.UnixMicro(), telemetry.TraceParent(ctx)+"|"+outbox.CauseOf(ctx).Correlation, soon)
		return err
	}
	if fault.Broken("task.apart") {
		tx.OnCommit(func() { fault.Point("task.left"); _ = q.db.Update(ctx, write) })
		return nil
	}
	err := write(tx)
	if err == nil && !due.After(now) {
		tx.OnCommit(q.signal)
	}
	return err
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// pending is two sums, each by its index: most tasks lie far ahead.
const pending = `SELECT (SELECT count(*) FROM task WHERE due_at <= $1) + (SELECT count(*) FROM task WHERE soon = 1 AND due_at > $1)`

// Pending counts the tasks that are due, under way or to be repeated. Those
// that were given up are not among them.
func (q *Queue) Pending(ctx context.Context) (n int64, err error) {
	err = q.db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(pending, q.clock.Now().Add(claim).UnixMicro()).Scan(&n)
	})
	return n, err
}

type item struct {
	id, kind, origin string
	payload          []byte
	attempts         int
	since            int64 // of the first failure, or 0
}

// Run does tasks until ctx ends.
func (q *Queue) Run(ctx context.Context) error {
	defer q.under.Wait()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		moved := clock.Moved(q.clock)
		n, err := q.round(ctx)
		if err != nil && ctx.Err() == nil {
			q.log.WarnContext(ctx, "tasks interrupted", "error", err)
		}
		if n == page && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-q.wake:
		case <-moved:
		case <-tick.C:
		}
	}
}

// round claims the tasks that are due, up to a page of them, does them beside
// each other, and removes what is done: one commit to claim them and one to
// end them, beside their own.
func (q *Queue) round(ctx context.Context) (int, error) {
	now := q.clock.Now()
	var due []item
	any, ahead := false, false
	err := q.db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM task WHERE due_at <= $1), EXISTS (SELECT 1 FROM task WHERE soon = 1 AND due_at > $2)`,
			now.UnixMicro(), now.Add(farAhead).UnixMicro()).Scan(&any, &ahead)
	})
	if err == nil && ahead {
		return 0, q.recall(ctx, now)
	}
	if err != nil || !any {
		return 0, err
	}
	err = q.db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		due, err = sqldb.Collect(tx, func(s sqldb.Scanner) (i item, err error) {
			return i, s.Scan(&i.id, &i.kind, &i.payload, &i.attempts, &i.origin, &i.since)
		}, `UPDATE task SET due_at = $1, soon = 1 WHERE id IN (SELECT id FROM task WHERE due_at <= $2 ORDER BY due_at LIMIT $3`+tx.Dialect().SkipLocked()+`)
			RETURNING id, kind, payload, attempts, origin, failing_since`, now.Add(claim).UnixMicro(), now.UnixMicro(), page)
		return err
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	claimed := len(due)
	due = slices.DeleteFunc(due, func(i item) bool { return q.apart(ctx, i) })
	failed := make([]error, len(due))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(workers, len(due)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(due)); i = next.Add(1) - 1 {
				failed[i] = q.do(ctx, due[i])
			}
		})
	}
	wg.Wait()
	if len(due) > 0 {
		fault.Point("task.done")
	}
	return claimed, q.end(context.WithoutCancel(ctx), due, failed, ctx.Err() != nil)
}

// apart begins a long task beside the rounds and reports whether it is one. Its
// claim is renewed until it ends, so that it is begun a second time only where its
// runner died; a clock that jumps may have claimed it again here.
func (q *Queue) apart(ctx context.Context, i item) bool {
	h, ok := q.long[i.kind]
	if !ok {
		return false
	}
	if _, runs := q.running.LoadOrStore(i.id, true); runs {
		return true
	}
	q.under.Go(func() {
		defer q.running.Delete(i.id)
		ended := make(chan error, 1)
		go func() { ended <- q.guarded(ctx, i, h) }()
		tick := time.NewTicker(claim / 3)
		defer tick.Stop()
		for {
			own := context.WithoutCancel(ctx)
			select {
			case failed := <-ended:
				if err := q.end(own, []item{i}, []error{failed}, ctx.Err() != nil); err != nil {
					q.log.WarnContext(own, "tasks interrupted", "error", err)
				}
				return
			case <-tick.C:
				if err := q.db.Update(own, func(tx *sqldb.Tx) error {
					_, err := tx.Exec(`UPDATE task SET due_at = $1 WHERE id = $2`, q.clock.Now().Add(claim).UnixMicro(), i.id)
					return err
				}); err != nil {
					q.log.WarnContext(own, "tasks interrupted", "error", err)
				}
			}
		}
	})
	return true
}

// recall lets tasks run now whose next try lies further ahead than any pause: a
// clock that ran ahead wrote them, and is right again or belongs to another machine.
func (q *Queue) recall(ctx context.Context, now time.Time) error {
	var n int64
	err := q.db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		n, err = tx.Exec(`UPDATE task SET due_at = $1 WHERE soon = 1 AND due_at > $2`, now.UnixMicro(), now.Add(farAhead).UnixMicro())
		return err
	})
	if err == nil && n > 0 {
		q.log.WarnContext(ctx, "tasks lay too far ahead: a clock was wrong", "tasks", n)
		q.signal()
	}
	return err
}

// end removes the tasks that are done, puts off those that failed, and gives
// up those whose time is over. Where the queue is stopping, a failure may be
// the stop's: its claim runs out.
func (q *Queue) end(ctx context.Context, due []item, failed []error, stopping bool) error {
	return q.db.Update(ctx, func(tx *sqldb.Tx) error {
		for n, i := range due {
			var err error
			switch {
			case failed[n] == nil:
				_, err = tx.Exec(`DELETE FROM task WHERE id = $1`, i.id)
			case !stopping:
				err = q.failure(ctx, tx, i, failed[n])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// failure puts a task off, or gives it up.
func (q *Queue) failure(ctx context.Context, tx *sqldb.Tx, i item, cause error) error {
	q.failed(ctx, 1)
	now := q.clock.Now()
	i.attempts++
	if i.since == 0 || i.since > now.UnixMicro() {
		i.since = now.UnixMicro()
	}
	if over(i, now, cause) {
		return q.giveUp(ctx, tx, i, now, cause)
	}
	level := slog.LevelDebug // the first tries may only be early: another service's news is on its way
	if i.attempts > quiet && i.attempts <= leastTries {
		level = slog.LevelWarn // later tries are counted, not told one by one
	}
	q.log.Log(ctx, level, "task failed", "kind", i.kind, "attempts", i.attempts, "error", cause)
	again := now.Add(min(backoff<<min(i.attempts-1, 20), maxDelay))
	_, err := tx.Exec(`UPDATE task SET due_at = $1, attempts = $2, failing_since = $3, soon = 1 WHERE id = $4`, again.UnixMicro(), i.attempts, i.since, i.id)
	return err
}

func (q *Queue) do(ctx context.Context, i item) error {
	h, ok := q.handlers[i.kind]
	if !ok {
		return fmt.Errorf("no handler for tasks of kind %q", i.kind)
	}
	ctx, cancel := context.WithTimeout(ctx, claim/2)
	defer cancel()
	return q.guarded(ctx, i, h)
}

// guarded runs a task as the platform's own act, in the trace of who left it.
func (q *Queue) guarded(ctx context.Context, i item, h Handler) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errs.ErrInternal.Because(fmt.Errorf("panic in task %s: %v", i.kind, r))
		}
	}()
	parent, correlation, _ := strings.Cut(i.origin, "|")
	ctx = telemetry.WithTraceParent(ctx, parent)
	ctx, span := q.tel.Tracer.Start(ctx, "task "+i.kind)
	defer span.End()
	ctx = outbox.Inherit(ctx, outbox.Cause{Correlation: correlation})
	ctx = auth.NewContext(ctx, auth.Principal{Kind: auth.Service, Subject: q.tel.Service, Via: auth.ViaSystem})
	return h(ctx, i.payload)
}
