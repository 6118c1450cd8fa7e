package backup

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

// steps are two databases of which the second never is ahead of the first, as
// a reader of events never is ahead of their publisher, under full load.
type steps struct {
	dir   string
	names []string
}

func startSteps(t *testing.T) steps {
	t.Helper()
	s := steps{dir: t.TempDir(), names: []string{"first.db", "second.db", "third.db"}}
	running, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var dbs []*sqldb.DB
	for _, name := range s.names {
		db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		dbs = append(dbs, db)
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`CREATE TABLE step (n INTEGER NOT NULL)`); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO step (n) VALUES (0)`); err != nil {
				return err
			}
			_, err := tx.Exec(`CREATE TABLE ballast (id INTEGER PRIMARY KEY, b BLOB)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // others that keep the writer busy
			wg.Go(func() {
				for running.Err() == nil {
					if err := db.Update(ctx, func(tx *sqldb.Tx) error {
						_, err := tx.Exec(`INSERT INTO ballast (id, b) VALUES (abs(random()) % 2000, randomblob(3000)) ON CONFLICT (id) DO UPDATE SET b = excluded.b`)
						return err
					}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Go(func() {
		for running.Err() == nil {
			for _, db := range dbs {
				if err := db.Update(ctx, func(tx *sqldb.Tx) error {
					_, err := tx.Exec(`UPDATE step SET n = n + 1`)
					return err
				}); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	t.Cleanup(func() {
		stop()
		wg.Wait()
		for _, db := range dbs {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

// at reads how far each copy is.
func (s steps) at(t *testing.T, dir string) (n []int) {
	t.Helper()
	for _, name := range s.names {
		path := filepath.Join(dir, name)
		if err := sound(ctx, path); err != nil {
			t.Fatal(err)
		}
		db, err := openCopy(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		var i int
		if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT n FROM step`).Scan(&i) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		n = append(n, i)
	}
	return n
}

// ordered reports whether the copies can be of one instant.
func ordered(n []int) bool { return n[0] >= n[1] && n[1] >= n[2] && n[2] >= n[0]-1 }

func (s steps) now(t *testing.T) int { return s.at(t, s.dir)[0] }

func TestTheCutIsOfOneInstantUnderLoad(t *testing.T) {
	s := startSteps(t)
	for i := range 8 {
		c, err := takeCut(ctx, s.dir, s.names)
		if err != nil {
			t.Fatal(err)
		}
		// What is committed after the cut is not in the copies, however late they are made.
		cut := s.now(t)
		testkit.Eventually(t, "the writers go on", func() bool { return s.now(t) > cut+20 })
		to := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := emptyFolder(to); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"third.db", "first.db", "second.db"} {
			if err := c.copyTo(ctx, name, filepath.Join(to, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.close(); err != nil {
			t.Fatal(err)
		}
		if n := s.at(t, to); !ordered(n) || n[0] > cut {
			t.Errorf("the copies are at %v; the cut was before %d", n, cut)
		}
		t.Logf("cut %d: the writers waited %v", i, c.held)
	}
}

// The control: copies that are each whole, but not of one instant, are told.
func TestCopiesOfDifferentInstantsAreTold(t *testing.T) {
	s := startSteps(t)
	round := 0
	testkit.Eventually(t, "a copy of the second is ahead of the first's", func() bool {
		round++
		to := filepath.Join(t.TempDir(), fmt.Sprint(round))
		if err := emptyFolder(to); err != nil {
			t.Fatal(err)
		}
		for _, name := range s.names {
			c, err := takeCut(ctx, s.dir, []string{name})
			if err != nil {
				t.Fatal(err)
			}
			before := s.now(t)
			testkit.Eventually(t, "the writers go on", func() bool { return s.now(t) > before })
			if err := c.copyTo(ctx, name, filepath.Join(to, name)); err != nil {
				t.Fatal(err)
			}
			if err := c.close(); err != nil {
				t.Fatal(err)
			}
		}
		return !ordered(s.at(t, to))
	})
}
