package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"
)

const (
	// groupLimit bounds how many commands share one commit, so that the first
	// of them does not wait for ever.
	groupLimit = 256
	// walPages lets the log grow to 64 MiB before it is folded back: at a
	// hundred thousand aggregates that doubles the rate of commands.
	walPages = 16384
	// What a connection keeps of the file in memory. The pages that everybody
	// needs are in the system's cache anyway, a process has some forty connections,
	// and the allocator under SQLite takes two pages' room for each.
	writerCacheKiB = 4096
	readerCacheKiB = 1024
)

// sqliteEngine has one writer, on its own goroutine and connection, and a few readers.
type sqliteEngine struct {
	jobs    chan *job
	readers chan *session
	done    chan struct{}
	mu      sync.RWMutex // guards closed against sends on jobs
	closed  bool
}

type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	q := url.Values{}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		fmt.Sprintf("wal_autocheckpoint(%d)", walPages), fmt.Sprintf("cache_size(-%d)", readerCacheKiB), "temp_store(2)"} {
		q.Add("_pragma", p)
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil { // people's data: the owner's alone
		return nil, fmt.Errorf("database file: %w", err)
	} else if err := f.Close(); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{jobs: make(chan *job, groupLimit), readers: make(chan *session, max(4, runtime.NumCPU())), done: make(chan struct{})}
	w, err := newSession(ctx, pool)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), pool.Close())
	}
	if err := w.exec(ctx, fmt.Sprintf("PRAGMA cache_size = -%d", writerCacheKiB)); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), pool.Close())
	}
	for range cap(e.readers) {
		e.readers <- &session{pool: pool}
	}
	go e.write(w)
	return &DB{dialect: SQLite, engine: e, pool: pool}, nil
}

func (e *sqliteEngine) update(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	e.mu.RLock()
	if e.closed {
		e.mu.RUnlock()
		return ErrClosed
	}
	select {
	case e.jobs <- j:
		e.mu.RUnlock()
	case <-ctx.Done():
		e.mu.RUnlock()
		return ErrDeadline.Because(ctx.Err())
	}
	<-j.done // once queued it runs or is dropped unrun; never both
	if j.err != nil {
		return j.err
	}
	for _, f := range j.tx.committed {
		f()
	}
	return nil
}

// write is the writer: it takes what waits, runs it in one transaction with a
// savepoint each, commits once, and tells each caller its own outcome.
func (e *sqliteEngine) write(w *session) {
	defer close(e.done)
	group := make([]*job, 0, groupLimit)
	for first := range e.jobs {
		group = append(group[:0], first)
	fill:
		for len(group) < groupLimit {
			select {
			case j, ok := <-e.jobs:
				if !ok {
					break fill
				}
				group = append(group, j)
			default:
				break fill
			}
		}
		if err := w.group(group); err != nil {
			for _, j := range group {
				if j.err == nil {
					j.err = err
				}
			}
		}
		for _, j := range group {
			close(j.done)
		}
	}
	w.close()
}

// group runs jobs in one transaction. A job's own failure is left in job.err;
// the error returned is the whole group's.
func (s *session) group(jobs []*job) error {
	ctx := context.Background() // the writer's own: a caller's cancellation must not tear the others' work
	if err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if len(jobs) == 1 {
		return s.single(ctx, jobs[0])
	}
	for _, j := range jobs {
		if err := j.ctx.Err(); err != nil {
			j.err = ErrDeadline.Because(err)
			continue
		}
		if err := s.exec(ctx, "SAVEPOINT command"); err != nil {
			return s.lost(ctx, err)
		}
		j.tx = &Tx{ctx: ctx, run: s, dialect: SQLite}
		if j.err = protect(j.tx, j.fn); j.err != nil {
			if err := s.exec(ctx, "ROLLBACK TO command"); err != nil { // the transaction itself is gone
				return s.lost(ctx, err)
			}
		}
		if err := s.exec(ctx, "RELEASE command"); err != nil {
			return s.lost(ctx, err)
		}
	}
	if err := s.exec(ctx, "COMMIT"); err != nil {
		return s.lost(ctx, err)
	}
	return nil
}

// single runs a job that has the transaction to itself and needs no savepoint.
func (s *session) single(ctx context.Context, j *job) error {
	j.tx = &Tx{ctx: ctx, run: s, dialect: SQLite}
	if err := j.ctx.Err(); err != nil {
		j.err = ErrDeadline.Because(err)
	} else {
		j.err = protect(j.tx, j.fn)
	}
	if j.err != nil {
		_ = s.exec(ctx, "ROLLBACK") // where the transaction itself is gone, nothing was saved either
		return nil
	}
	if err := s.exec(ctx, "COMMIT"); err != nil {
		return s.lost(ctx, err)
	}
	return nil
}

// lost ends a transaction that cannot be committed. Nothing of it was saved.
func (s *session) lost(ctx context.Context, cause error) error {
	_ = s.exec(ctx, "ROLLBACK") // it may be gone already
	if err := SQLite.classify(cause); errors.Is(err, ErrFull) {
		return err
	}
	return ErrLost.Because(cause)
}

func (e *sqliteEngine) view(ctx context.Context, fn func(*Tx) error) error {
	return e.reading(ctx, func(own context.Context, s *session) error {
		if err := s.exec(own, "BEGIN"); err != nil {
			return err
		}
		err := protect(&Tx{ctx: own, run: s, dialect: SQLite}, fn)
		return errors.Join(err, s.exec(own, "ROLLBACK"))
	})
}

func (e *sqliteEngine) look(ctx context.Context, fn func(*Tx) error) error {
	return e.reading(ctx, func(own context.Context, s *session) error {
		return protect(&Tx{ctx: own, run: s, dialect: SQLite, looks: before}, fn)
	})
}

// reading runs fn with a reader of its own, in a context that nobody cancels.
func (e *sqliteEngine) reading(ctx context.Context, fn func(context.Context, *session) error) error {
	var s *session
	select {
	case s = <-e.readers:
	case <-ctx.Done():
		return ErrDeadline.Because(ctx.Err())
	}
	defer func() { e.readers <- s }()
	return fn(context.WithoutCancel(ctx), s)
}

func (e *sqliteEngine) close() error {
	e.mu.Lock()
	already := e.closed
	e.closed = true
	e.mu.Unlock()
	if already {
		return nil
	}
	close(e.jobs)
	<-e.done
	for range cap(e.readers) {
		(<-e.readers).close()
	}
	return nil
}

// session is one connection with its prepared statements.
type session struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSession(ctx context.Context, pool *sql.DB) (*session, error) {
	s := &session{pool: pool}
	return s, s.open(ctx)
}

func (s *session) open(ctx context.Context) error {
	c, err := s.pool.Conn(ctx)
	if err != nil {
		return err
	}
	s.conn, s.stmts = c, map[string]*sql.Stmt{}
	return nil
}

func (s *session) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s.conn == nil {
		if err := s.open(ctx); err != nil {
			return nil, err
		}
	}
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}

func (s *session) exec(ctx context.Context, query string) error {
	_, err := s.ExecContext(ctx, query)
	return err
}

func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	st, err := s.prepared(ctx, query)
	if err != nil {
		return s.conn.QueryRowContext(ctx, query, args...) // reports the same error through the row
	}
	return st.QueryRowContext(ctx, args...)
}

func (s *session) close() {
	if s.conn == nil {
		return
	}
	for _, st := range s.stmts {
		_ = st.Close()
	}
	_ = s.conn.Close()
}
