package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

var tables = fstest.MapFS{
	"migrations/sqlite/0001_things.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL, at INTEGER NOT NULL, blob BLOB) STRICT;")},
	"migrations/postgres/0001_things.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL, at BIGINT NOT NULL, blob BYTEA);")},
}

// put adds one to a thing's number, making it where it is missing.
func put(tx *sqldb.Tx, id string) error {
	_, err := tx.Exec(`INSERT INTO thing (id, n, at) VALUES ($1, 1, 0) ON CONFLICT (id) DO UPDATE SET n = thing.n + 1`, id)
	return err
}

func number(t testing.TB, db *sqldb.DB, id string) (n int) {
	t.Helper()
	err := db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT coalesce(max(n), 0) FROM thing WHERE id = $1`, id).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestConformance(t *testing.T) {
	testkit.SameMigrations(t, tables)
	testkit.EachDatabase(t, tables, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		t.Run("times survive to the microsecond, text as it is", func(t *testing.T) {
			db := open(t)
			at := time.Date(2026, 11, 23, 12, 34, 56, 789_123_000, time.UTC)
			if err := db.Update(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`INSERT INTO thing (id, n, at, blob) VALUES ($1, 1, $2, $3)`, "桥 Қазақ ئۇيغۇر 'x'", sqldb.Micros(at), []byte{0, 255})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			err := db.View(ctx, func(tx *sqldb.Tx) error {
				var us int64
				var blob []byte
				err := tx.QueryRow(`SELECT at, blob FROM thing WHERE id = $1`, "桥 Қазақ ئۇيغۇر 'x'").Scan(&us, &blob)
				if !sqldb.Time(us).Equal(at) || string(blob) != "\x00\xff" {
					t.Errorf("%v, %x", sqldb.Time(us), blob)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if !sqldb.Time(sqldb.Micros(time.Time{})).IsZero() {
				t.Error("the zero time does not survive")
			}
		})
		t.Run("text that one database cannot hold is refused by both", func(t *testing.T) {
			db := open(t)
			if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "a\x00b") }); !errors.Is(err, sqldb.ErrText) {
				t.Error(err)
			}
		})
		t.Run("a look is one query and changes nothing", func(t *testing.T) {
			db := open(t)
			if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "a") }); err != nil {
				t.Fatal(err)
			}
			var n int
			count := func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM thing`).Scan(&n) }
			if err := db.Look(ctx, count); err != nil || n != 1 {
				t.Errorf("%d rows, %v", n, err)
			}
			for name, more := range map[string]func(*sqldb.Tx) error{
				"a second query": func(tx *sqldb.Tx) error { return errors.Join(count(tx), count(tx)) },
				"a change":       func(tx *sqldb.Tx) error { return put(tx, "b") },
				"a change that waits": func(tx *sqldb.Tx) error {
					return tx.Queue(`INSERT INTO thing (id, n, at) VALUES ('c', 1, 0)`)
				},
				"a change that answers": func(tx *sqldb.Tx) error {
					return tx.QueryRow(`DELETE FROM thing RETURNING n`).Scan(&n)
				},
			} {
				if err := db.Look(ctx, more); !errors.Is(err, errs.ErrInternal) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := db.Look(ctx, count); err != nil || n != 1 {
				t.Errorf("afterwards %d rows, %v", n, err)
			}
			over, cancel := context.WithCancel(ctx)
			cancel()
			if err := db.Look(over, count); !errors.Is(err, sqldb.ErrDeadline) {
				t.Errorf("too late: %v", err)
			}
		})
		t.Run("ids are case-sensitive and unique", func(t *testing.T) {
			db := open(t)
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				if err := put(tx, "A"); err != nil {
					return err
				}
				return put(tx, "a")
			})
			if err != nil || number(t, db, "a") != 1 {
				t.Fatal(err)
			}
			var unique bool
			_ = db.Update(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`INSERT INTO thing (id, n, at) VALUES ('A', 1, 0)`)
				unique = tx.Dialect().IsUnique(err)
				return err
			})
			if !unique {
				t.Error("a second A was not recognised as such")
			}
		})
		t.Run("a failed or panicking command rolls back alone", func(t *testing.T) {
			db := open(t)
			refused := errs.New(errs.Conflict, "test.refused", "No.")
			var wg sync.WaitGroup
			for i := range 60 {
				wg.Go(func() {
					err := db.Update(ctx, func(tx *sqldb.Tx) error {
						if err := put(tx, "n"); err != nil {
							return err
						}
						switch i % 3 {
						case 1:
							return refused
						case 2:
							panic("in the middle")
						}
						return nil
					})
					switch {
					case i%3 == 0 && err != nil, i%3 == 1 && !errors.Is(err, refused), i%3 == 2 && errs.KindOf(err) != errs.Internal:
						t.Errorf("command %d: %v", i, err)
					}
				})
			}
			wg.Wait()
			if n := number(t, db, "n"); n != 20 {
				t.Errorf("%d commands were saved, not 20", n)
			}
		})
		t.Run("concurrent updaters lose nothing, and each is told after it is saved", func(t *testing.T) {
			db := open(t)
			var told atomic.Int64
			var wg sync.WaitGroup
			for range 200 {
				wg.Go(func() {
					err := db.Update(ctx, func(tx *sqldb.Tx) error {
						tx.OnCommit(func() { told.Add(1) })
						return put(tx, "n")
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := number(t, db, "n"); n != 200 || told.Load() != 200 {
				t.Errorf("%d saved, %d told", n, told.Load())
			}
		})
		t.Run("a command whose caller has gone is not begun", func(t *testing.T) {
			db := open(t)
			gone, cancel := context.WithCancel(ctx)
			cancel()
			if err := db.Update(gone, func(tx *sqldb.Tx) error { return put(tx, "n") }); !errors.Is(err, sqldb.ErrDeadline) {
				t.Error(err)
			}
			if number(t, db, "n") != 0 {
				t.Error("it was saved")
			}
		})
		t.Run("a caller who leaves in the middle does not tear the command", func(t *testing.T) {
			db := open(t)
			leaving, cancel := context.WithCancel(ctx)
			err := db.Update(leaving, func(tx *sqldb.Tx) error {
				cancel()
				return put(tx, "n")
			})
			if err != nil || number(t, db, "n") != 1 {
				t.Errorf("%v, %d", err, number(t, db, "n"))
			}
		})
		t.Run("queued statements are there for the next one, in their order", func(t *testing.T) {
			db := open(t)
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				for i := range 20 {
					if err := tx.Queue(`INSERT INTO thing (id, n, at) VALUES ($1, 1, 0) ON CONFLICT (id) DO UPDATE SET n = thing.n * 2 + $2`, "q", i); err != nil {
						return err
					}
				}
				var n int
				if err := tx.QueryRow(`SELECT n FROM thing WHERE id = 'q'`).Scan(&n); err != nil {
					return err
				}
				want := 1
				for i := range 19 {
					want = want*2 + i + 1
				}
				if n != want {
					t.Errorf("%d, not %d", n, want)
				}
				return tx.Queue(`UPDATE thing SET n = 7 WHERE id = 'q'`)
			})
			if err != nil || number(t, db, "q") != 7 {
				t.Errorf("%v, %d", err, number(t, db, "q"))
			}
		})
		t.Run("a queued statement that fails takes its transaction with it", func(t *testing.T) {
			db := open(t)
			if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "there") }); err != nil {
				t.Fatal(err)
			}
			fails := map[string]func(tx *sqldb.Tx) error{
				"at the commit":    func(*sqldb.Tx) error { return nil },
				"before an Exec":   func(tx *sqldb.Tx) error { return put(tx, "after") },
				"before a row":     func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT 1`).Scan(new(int)) },
				"though unnoticed": func(tx *sqldb.Tx) error { _ = put(tx, "after"); return nil },
			}
			for when, then := range fails {
				err := db.Update(ctx, func(tx *sqldb.Tx) error {
					if err := put(tx, "before"); err != nil {
						return err
					}
					if err := tx.Queue(`INSERT INTO thing (id, n, at) VALUES ('there', 1, 0)`); err != nil {
						return err
					}
					return then(tx)
				})
				if !db.Dialect().IsUnique(err) {
					t.Errorf("%s: %v", when, err)
				}
				if number(t, db, "before") != 0 || number(t, db, "after") != 0 {
					t.Errorf("%s: it was saved in part", when)
				}
			}
		})
		t.Run("a view is one snapshot", func(t *testing.T) {
			db := open(t)
			err := db.View(ctx, func(tx *sqldb.Tx) error {
				var before, after int
				if err := tx.QueryRow(`SELECT count(*) FROM thing`).Scan(&before); err != nil {
					return err
				}
				if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "n") }); err != nil {
					return err
				}
				err := tx.QueryRow(`SELECT count(*) FROM thing`).Scan(&after)
				if before != after {
					t.Errorf("%d, then %d", before, after)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	})
}

// What is left for the end is written in one order after all else, and not where the
// transaction fails.
func TestWhatIsLeftForTheEnd(t *testing.T) {
	testkit.EachDatabase(t, tables, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		var did []string
		write := func(failed error) error {
			did = nil
			return db.Update(ctx, func(tx *sqldb.Tx) error {
				for _, id := range []string{"b", "a", "b", "c"} {
					tx.AtEnd(id, func() error {
						did = append(did, id)
						return put(tx, id)
					})
				}
				if !tx.Wrote() || len(did) > 0 {
					t.Errorf("before the end: %v", did)
				}
				return failed
			})
		}
		broken := errors.New("broken")
		if err := write(broken); !errors.Is(err, broken) || len(did) > 0 {
			t.Errorf("%v, %v", err, did)
		}
		if err := write(nil); err != nil || fmt.Sprint(did) != "[a b b c]" || number(t, db, "b") != 2 {
			t.Errorf("%v, %v, %d", err, did, number(t, db, "b"))
		}
		err := db.Update(ctx, func(tx *sqldb.Tx) error {
			tx.AtEnd("a", func() error { return broken })
			return put(tx, "a")
		})
		if !errors.Is(err, broken) || number(t, db, "a") != 1 {
			t.Errorf("%v: a is %d", err, number(t, db, "a"))
		}
		never := func(tx *sqldb.Tx) error {
			tx.AtEnd("a", func() error { return put(tx, "a") })
			return nil
		}
		if db.View(ctx, never) == nil || db.Look(ctx, never) == nil {
			t.Error("what is left for the end of a view is lost without a word")
		}
	})
}

// A transaction that only held a name has written nothing, and costs nothing to commit.
func TestHoldingANameWritesNothing(t *testing.T) {
	testkit.EachDatabase(t, tables, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		err := open(t).Update(ctx, func(tx *sqldb.Tx) error {
			if err := tx.Lock("a name"); err != nil {
				return err
			}
			if tx.Wrote() {
				t.Error("a lock counts as written")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestClosedDatabaseRefuses(t *testing.T) {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, tables); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "n") }); !errors.Is(err, sqldb.ErrClosed) {
		t.Error(err)
	}
}

// A lost transaction takes the whole group with it, and says so to each.
func TestLostTransactionSavesNothing(t *testing.T) {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, tables); err != nil {
		t.Fatal(err)
	}
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		if err := put(tx, "n"); err != nil {
			return err
		}
		_, err := tx.Exec(`ROLLBACK`) // as SQLite itself does when the disk is full
		return err
	})
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("the command was told %v", err)
	}
	if number(t, db, "n") != 0 {
		t.Error("half of it was saved")
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "n") }); err != nil {
		t.Errorf("the writer did not recover: %v", err)
	}
}

func TestFullDiskLosesNoAcknowledgedCommand(t *testing.T) {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, tables); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { // SQLite's own limit stands for the disk's
		var pages int
		if err := tx.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
			return err
		}
		return tx.QueryRow(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20)).Scan(&pages)
	}); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for i := range 500 {
		err := db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO thing (id, n, at, blob) VALUES ($1, 1, 0, $2)`, fmt.Sprint(i), make([]byte, 1000))
			return err
		})
		if err != nil {
			if !errors.Is(err, sqldb.ErrFull) {
				t.Fatalf("told %v", err)
			}
			break
		}
		acknowledged++
	}
	var kept int
	if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM thing`).Scan(&kept) }); err != nil {
		t.Fatal(err)
	}
	if acknowledged == 0 || acknowledged == 500 || kept != acknowledged {
		t.Errorf("%d acknowledged, %d kept", acknowledged, kept)
	}
}

// A process that froze inside a transaction must not keep others from the rows
// that it locked: the server ends such a transaction, and its owner is told.
func TestAnAbandonedTransactionFreesItsRows(t *testing.T) {
	db, err := sqldb.Open(ctx, testkit.Postgres(t)(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, tables); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "a") }); err != nil {
		t.Fatal(err)
	}
	locked, others := make(chan struct{}), make(chan struct{})
	frozen := make(chan error, 1)
	go func() {
		frozen <- db.Update(ctx, func(tx *sqldb.Tx) error {
			if err := put(tx, "a"); err != nil {
				return err
			}
			close(locked)
			<-others
			return nil
		})
	}()
	<-locked
	err = db.Update(ctx, func(tx *sqldb.Tx) error { return put(tx, "a") }) // returns, though the first has not ended
	close(others)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-frozen; errs.KindOf(err) != errs.Unavailable && !errors.Is(err, sqldb.ErrUncertain) {
		t.Errorf("the frozen transaction: %v", err)
	}
	if n := number(t, db, "a"); n != 2 {
		t.Errorf("%d changes, not 2", n)
	}
}

// The commit travels with what is queued. Where that fails nothing is saved, and it is
// known why; where a statement's error was not returned, nothing is saved either.
func TestACommitThatTravelsWithWhatFails(t *testing.T) {
	db, err := sqldb.Open(ctx, testkit.Postgres(t)(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, tables); err != nil {
		t.Fatal(err)
	}
	insert := func(do func(string, ...any) error, id string) error {
		return do(`INSERT INTO thing (id, n, at, blob) VALUES ($1, 1, 0, '')`, id)
	}
	exec := func(tx *sqldb.Tx) func(string, ...any) error {
		return func(query string, args ...any) error { _, err := tx.Exec(query, args...); return err }
	}
	for name, fn := range map[string]func(*sqldb.Tx) error{
		"queued": func(tx *sqldb.Tx) error {
			return errors.Join(insert(tx.Queue, "a"), insert(tx.Queue, "a"))
		},
		"sent, then queued": func(tx *sqldb.Tx) error {
			return errors.Join(insert(exec(tx), "a"), insert(tx.Queue, "a"))
		},
		"sent, and not told": func(tx *sqldb.Tx) error {
			_ = insert(exec(tx), "a")
			_ = insert(exec(tx), "a")
			return nil
		},
	} {
		err := db.Update(ctx, fn)
		if err == nil || errors.Is(err, sqldb.ErrUncertain) != (name == "sent, and not told") {
			t.Errorf("%s: %v", name, err)
		}
		if n := number(t, db, "a"); n != 0 {
			t.Errorf("%s: it was saved", name)
		}
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { return insert(tx.Queue, "a") }); err != nil || number(t, db, "a") != 1 {
		t.Errorf("the connection did not recover: %v", err)
	}
}

// A server, or a proxy in between, that ends its connections in good order is
// away for a moment: nobody may take that for a defect, which parks events.
func TestAConnectionThatWasEndedIsUnavailable(t *testing.T) {
	db, err := sqldb.Open(ctx, testkit.Postgres(t)(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	kill := `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	for range 3 {
		// Several connections wait in the pool when they are ended.
		var all sync.WaitGroup
		busy := make(chan struct{})
		for range 4 {
			all.Go(func() {
				_ = db.View(ctx, func(tx *sqldb.Tx) error { <-busy; return tx.QueryRow(`SELECT 1`).Scan(new(int)) })
			})
		}
		close(busy)
		all.Wait()
		for range 6 {
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				if err := db.View(ctx, func(other *sqldb.Tx) error { return other.QueryRow(kill).Scan(new(int)) }); err != nil {
					return err // it had a dead connection itself
				}
				return tx.QueryRow(`SELECT 1`).Scan(new(int))
			})
			if err == nil || errs.KindOf(err) != errs.Unavailable {
				t.Fatalf("kind %s: %v", errs.KindOf(err), err)
			}
		}
		testkit.Eventually(t, "the pool works again", func() bool {
			return db.Update(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT 1`).Scan(new(int)) }) == nil
		})
	}
}

// What the server, the machine or the account is to blame for is not the
// statement's fault: it is away for a while, and an event that met it is tried
// again and never parked.
func TestWhatIsNotTheStatementsFault(t *testing.T) {
	for code, want := range map[string]*errs.Error{
		"53100": sqldb.ErrFull,                                                                                                     // the disk is full
		"53000": sqldb.ErrUnavailable, "53200": sqldb.ErrUnavailable, "53300": sqldb.ErrUnavailable, "53400": sqldb.ErrUnavailable, // files, memory, connections, limits
		"08006": sqldb.ErrUnavailable, "57P01": sqldb.ErrUnavailable, "57P03": sqldb.ErrUnavailable, // links, restarts
		"25006": sqldb.ErrUnavailable, "25P03": sqldb.ErrUnavailable, "42501": sqldb.ErrUnavailable, // read-only, abandoned, no right
		"28P01": sqldb.ErrUnavailable, "3D000": sqldb.ErrUnavailable, "58030": sqldb.ErrUnavailable, "58P01": sqldb.ErrUnavailable, // log-in, database, the disk's errors
		"40001": sqldb.ErrUnavailable, "40P01": sqldb.ErrUnavailable,
		"22003": errs.ErrInternal, "23505": errs.ErrInternal, "42P01": errs.ErrInternal, "42601": errs.ErrInternal, "XX000": errs.ErrInternal, "XX001": errs.ErrInternal,
	} {
		if err := sqldb.Postgres.Classify(fmt.Errorf("in a transaction: %w", &pgconn.PgError{Code: code})); !errors.Is(err, want) {
			t.Errorf("%s is told as %v", code, err)
		}
	}
	// "could not write init file", on a full disk.
	if err := sqldb.Postgres.Classify(&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "XX000"}); !errors.Is(err, sqldb.ErrUnavailable) {
		t.Errorf("an ended session is told as %v", err)
	}
}
