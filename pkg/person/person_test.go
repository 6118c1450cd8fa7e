package person_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

// rig is a database, and what a test does with it.
type rig struct {
	*testing.T
	db *sqldb.DB
}

func each(t *testing.T, do func(r rig)) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) { do(rig{t, open(t)}) })
}

func (r rig) in(do func(tx *sqldb.Tx) error) {
	r.Helper()
	if err := r.db.Update(ctx, do); err != nil {
		r.Fatal(err)
	}
}

var errUndo = errors.New("undone by the test")

// undone is in, and nothing of it stays.
func (r rig) undone(do func(tx *sqldb.Tx) error) {
	r.Helper()
	var failed error
	err := r.db.Update(ctx, func(tx *sqldb.Tx) error {
		failed = do(tx)
		return errUndo
	})
	if failed != nil || !errors.Is(err, errUndo) {
		r.Fatal(failed, err)
	}
}

// happening is a join, or its undoing.
type happening struct {
	what string
	pair person.Pair
}

func (h happening) apply(tx *sqldb.Tx) error {
	if h.what == "join" {
		return person.Join(tx, h.pair)
	}
	return person.Part(tx, person.Parting{Pair: h.pair})
}

// says is what the service knows of some references: each one's class and who answers.
func says(tx *sqldb.Tx, workers ...string) (string, error) {
	var all []string
	for _, w := range workers {
		class, err := person.Class(tx, w)
		if err != nil {
			return "", err
		}
		one, err := person.Remaining(tx, w)
		if err != nil {
			return "", err
		}
		all = append(all, strings.Join(class, "")+">"+one)
	}
	return strings.Join(all, " "), nil
}

func TestWhatReferencesComeTo(t *testing.T) {
	cases := map[string]struct {
		steps []happening
		want  string // of a, b, c
	}{
		"nothing":                        {nil, "a>a b>b c>c"},
		"one join":                       {[]happening{{"join", person.Pair{"1", "a", "b"}}}, "ab>b ab>b c>c"},
		"the same again":                 {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"1", "a", "b"}}}, "ab>b ab>b c>c"},
		"a chain":                        {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}}, "abc>c abc>c abc>c"},
		"a chain from its end":           {[]happening{{"join", person.Pair{"2", "b", "c"}}, {"join", person.Pair{"1", "a", "b"}}}, "abc>c abc>c abc>c"},
		"its first is parted":            {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}, {"part", person.Pair{"1", "a", "b"}}}, "a>a bc>c bc>c"},
		"its second is parted":           {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}, {"part", person.Pair{"2", "b", "c"}}}, "ab>b ab>b c>c"},
		"all is parted":                  {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}, {"part", person.Pair{"1", "a", "b"}}, {"part", person.Pair{"2", "b", "c"}}}, "a>a b>b c>c"},
		"undone before it is heard of":   {[]happening{{"part", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"1", "a", "b"}}}, "a>a b>b c>c"},
		"joined anew after":              {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"part", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "a"}}}, "ab>a ab>a c>c"},
		"two joins of one pair":          {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "a", "b"}}, {"part", person.Pair{"1", "a", "b"}}}, "ab>b ab>b c>c"},
		"a circle leads somewhere":       {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}, {"join", person.Pair{"3", "c", "a"}}}, "abc>a abc>a abc>a"},
		"a circle opened":                {[]happening{{"join", person.Pair{"1", "a", "b"}}, {"join", person.Pair{"2", "b", "c"}}, {"join", person.Pair{"3", "c", "a"}}, {"part", person.Pair{"2", "b", "c"}}}, "abc>b abc>b abc>b"},
		"one record parted without join": {[]happening{{"part", person.Pair{"", "a", "b"}}}, "a>a b>b c>c"},
	}
	each(t, func(r rig) {
		for name, c := range cases {
			r.undone(func(tx *sqldb.Tx) error {
				for _, s := range c.steps {
					if err := s.apply(tx); err != nil {
						return err
					}
				}
				got, err := says(tx, "a", "b", "c")
				if got != c.want {
					r.Errorf("%s: %s, not %s", name, got, c.want)
				}
				return err
			})
		}
	})
}

func TestAJoinNamesTwoReferencesAndItself(t *testing.T) {
	each(t, func(r rig) {
		for _, p := range []person.Pair{{"", "a", "b"}, {"1", "", "b"}, {"1", "a", ""}, {"1", "a", "a"}} {
			if err := r.db.Update(ctx, func(tx *sqldb.Tx) error { return person.Join(tx, p) }); !errors.Is(err, person.ErrPair) {
				r.Errorf("%v: %v", p, err)
			}
		}
		if err := r.db.Update(ctx, func(tx *sqldb.Tx) error {
			return person.Part(tx, person.Parting{Pair: person.Pair{Alias: "a", Remains: "a"}})
		}); !errors.Is(err, person.ErrPair) {
			r.Error(err)
		}
	})
}

// In whatever order the events come, and however often, a service knows the same:
// what the joins that stand come to, and nothing of those that were undone.
func TestOrderChangesNothing(t *testing.T) {
	each(t, func(r rig) {
		workers := []string{"a", "b", "c", "d", "e"}
		rapid.Check(r.T, func(t *rapid.T) {
			var all []happening
			reference := map[string][]string{}
			for i := range rapid.IntRange(0, 6).Draw(t, "joins") {
				two := rapid.Permutation(workers).Draw(t, "pair")
				p := person.Pair{JoinID: fmt.Sprint(i), Alias: two[0], Remains: two[1]}
				all = append(all, happening{"join", p})
				if rapid.Bool().Draw(t, "parted") {
					all = append(all, happening{"part", p})
					continue
				}
				reference[p.Alias], reference[p.Remains] = append(reference[p.Alias], p.Remains), append(reference[p.Remains], p.Alias)
			}
			again := rapid.SliceOfN(rapid.IntRange(0, 20), 0, 4).Draw(t, "again")
			for _, i := range again {
				if i < len(all) {
					all = append(all, all[i])
				}
			}
			order := rapid.Permutation(all).Draw(t, "order")
			r.undone(func(tx *sqldb.Tx) error {
				for _, h := range order {
					if err := h.apply(tx); err != nil {
						return err
					}
				}
				for _, w := range workers {
					want := []string{w}
					for i := 0; i < len(want); i++ {
						for _, next := range reference[want[i]] {
							if !slices.Contains(want, next) {
								want = append(want, next)
							}
						}
					}
					slices.Sort(want)
					got, err := person.Class(tx, w)
					if err != nil {
						return err
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%s is %v, not %v", w, got, want)
					}
					one, err := person.Remaining(tx, w)
					if err != nil {
						return err
					}
					last, err := person.Remaining(tx, one)
					if err != nil {
						return err
					}
					if !slices.Contains(want, one) || last != one {
						t.Fatalf("%s answers as %s, which answers as %s", w, one, last)
					}
					for _, other := range workers {
						same, err := person.Same(tx, w, other)
						if err != nil {
							return err
						}
						if same != slices.Contains(want, other) {
							t.Fatalf("%s and %s: %v", w, other, same)
						}
					}
				}
				return nil
			})
		})
	})
}

// A read by worker is one for the person; each row keeps its reference, and after a
// parting the rows are whose they were, but for what was assigned by hand.
func TestRowsArePersonsAndStayTheirs(t *testing.T) {
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	each(t, func(r rig) {
		r.in(func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`CREATE TABLE thing (id TEXT PRIMARY KEY, worker TEXT NOT NULL)`); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO thing (id, worker) VALUES ('1', 'a'), ('2', 'b'), ('3', 'c')`)
			return err
		})
		of := func(worker, want string) {
			r.Helper()
			r.in(func(tx *sqldb.Tx) error {
				all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }, `SELECT t.id FROM thing t WHERE `+person.Whose("t.worker", 1)+` ORDER BY t.id`+tx.Dialect().ForUpdate(), worker)
				if got := strings.Join(all, ""); got != want {
					r.Errorf("%s has %q, not %q", worker, got, want)
				}
				return err
			})
		}
		of("a", "1")
		of("b", "2")
		r.in(func(tx *sqldb.Tx) error { return person.Join(tx, person.Pair{JoinID: "j", Alias: "a", Remains: "b"}) })
		of("a", "12")
		of("b", "12")
		of("c", "3")
		parting := person.Parting{Pair: person.Pair{JoinID: "j", Alias: "a", Remains: "b"}, ToAlias: []string{"2"}, ToRemains: []string{"1", "elsewhere"}, At: at}
		for range 2 {
			r.in(func(tx *sqldb.Tx) error { return person.Part(tx, parting) })
			of("a", "2")
			of("b", "1")
		}
		earlier := parting
		earlier.At, earlier.ToAlias, earlier.ToRemains = at.Add(-time.Hour), []string{"1"}, []string{"2"}
		r.in(func(tx *sqldb.Tx) error { return person.Part(tx, earlier) }) // heard late
		of("a", "2")
		of("b", "1")
		r.in(func(tx *sqldb.Tx) error {
			for aggregate, want := range map[string]string{"elsewhere": "b", "1": "b", "2": "a", "3": "c"} {
				if got, err := person.Assigned(tx, aggregate, "c"); err != nil || got != want {
					r.Errorf("%s is %s's, not %s's: %v", aggregate, got, want, err)
				}
			}
			return nil
		})
	})
}

// Where a reference has one like it already, the thing that is assigned to it stays
// where it is, the rest of the parting is done, and an officer is told.
func TestWhatCannotBeAssignedIsTold(t *testing.T) {
	each(t, func(r rig) {
		r.undone(func(tx *sqldb.Tx) error {
			for _, statement := range []string{
				`CREATE TABLE thing (id TEXT PRIMARY KEY, worker TEXT NOT NULL, of_what TEXT NOT NULL, UNIQUE (worker, of_what))`,
				`INSERT INTO thing (id, worker, of_what) VALUES ('1', 'a', 'post'), ('2', 'b', 'post'), ('3', 'b', 'course')`,
			} {
				if _, err := tx.Exec(statement); err != nil {
					return err
				}
			}
			if err := person.Part(tx, person.Parting{Pair: person.Pair{JoinID: "j", Alias: "a", Remains: "b"}, ToAlias: []string{"2", "3"}, At: time.UnixMicro(7)}); err != nil {
				return err
			}
			var whose string
			err := tx.QueryRow(`SELECT (SELECT worker FROM thing WHERE id = '1') || (SELECT worker FROM thing WHERE id = '2') || (SELECT worker FROM thing WHERE id = '3')
				|| (SELECT kind || first_id || state FROM collision)`).Scan(&whose)
			if whose != "abaassigned2open" {
				r.Error(whose)
			}
			return err
		})
	})
}

// Two references of one person lock alike, and nobody who locks by a person does so
// while it is being said who is one.
func TestAPersonIsLockedOnce(t *testing.T) {
	each(t, func(r rig) {
		if r.db.Dialect() != sqldb.Postgres { // one writer
			return
		}
		beside := func(do func(*sqldb.Tx) error) error {
			return r.db.Update(ctx, func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(`SET LOCAL lock_timeout = '100ms'`); err != nil {
					return err
				}
				return do(tx)
			})
		}
		lock := func(worker string) func(*sqldb.Tx) error {
			return func(tx *sqldb.Tx) error {
				if err := person.Lock(tx, "account", worker); err != nil {
					return err
				}
				_, err := person.Class(tx, worker) // the lock travels with the next statement
				return err
			}
		}
		join := func(tx *sqldb.Tx) error { return person.Join(tx, person.Pair{JoinID: "j", Alias: "a", Remains: "b"}) }
		r.in(func(tx *sqldb.Tx) error {
			if err := lock("a")(tx); err != nil {
				return err
			}
			if err := beside(lock("b")); err != nil {
				r.Errorf("another's lock: %v", err)
			}
			if err := beside(lock("a")); err == nil {
				r.Error("one reference was locked twice")
			}
			if err := beside(join); err == nil {
				r.Error("a join did not wait for who had locked")
			}
			return nil
		})
		r.in(join)
		r.in(func(tx *sqldb.Tx) error {
			if err := lock("b")(tx); err != nil {
				return err
			}
			if err := beside(lock("a")); err == nil {
				r.Error("a person was locked twice, by two references")
			}
			return nil
		})
	})
}

// A read for a person finds its rows by the index on the worker, as one for a
// reference did, on both databases.
func TestAPersonsRowsAreFoundByIndex(t *testing.T) {
	each(t, func(r rig) {
		r.in(func(tx *sqldb.Tx) error {
			for _, statement := range []string{`CREATE TABLE thing (id TEXT PRIMARY KEY, worker TEXT NOT NULL, n TEXT NOT NULL)`, `CREATE INDEX thing_worker ON thing (worker)`} {
				if _, err := tx.Exec(statement); err != nil {
					return err
				}
			}
			for i := range 20_000 {
				if err := tx.Queue(`INSERT INTO thing (id, worker, n) VALUES ($1, $2, 'n')`, fmt.Sprint(i), fmt.Sprint("worker-", i/2)); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`ANALYZE`)
			return err
		})
		explain, index := `EXPLAIN QUERY PLAN `, "SEARCH t USING INDEX thing_worker"
		if r.db.Dialect() == sqldb.Postgres {
			explain, index = `EXPLAIN `, "thing_worker"
		}
		r.in(func(tx *sqldb.Tx) error {
			plan, err := sqldb.Collect(tx, func(s sqldb.Scanner) (line string, err error) {
				if r.db.Dialect() == sqldb.Postgres {
					return line, s.Scan(&line)
				}
				var a, b, c int
				return line, s.Scan(&a, &b, &c, &line)
			}, explain+`SELECT t.id, t.n FROM thing t WHERE `+person.Whose("t.worker", 1)+` ORDER BY t.id`, "worker-7")
			if text := strings.Join(plan, "\n"); !strings.Contains(text, index) || strings.Contains(text, "Seq Scan on thing") {
				r.Errorf("the rows are not found by the index:\n%s", text)
			}
			return err
		})
	})
}

// byReference are statements that mean one reference and not the person, and why.
var byReference = map[string]string{
	"pkg/evidence/persons.go":                       "what belonged to each reference is sorted when two persons are parted",
	"pkg/person/":                                   "what is said of each reference is kept here",
	"services/employment/internal/store/hire.go":    "an employer who states a hire does not learn that somebody has another reference",
	"services/employment/internal/store/profile.go": "a profile is kept under the reference that it was made under, and so is what was noted for it",
	"services/identity/internal/store/watch.go":     "what was accepted is noted for the reference that it was accepted for, once",
	"services/registry/internal/store/access.go":    "each reference's access log is a chain of its own, and the chains are read together",
	"services/registry/internal/store/double.go":    "what likely doubles are found by is kept for each record",
	"services/registry/internal/store/forget.go":    "what is erased is erased reference by reference",
	"services/registry/internal/store/message.go":   "a message is put into the mailbox of the reference that it was written to",
	"services/registry/internal/store/telephone.go": "each record's number is kept for itself, and found for the person",
	"services/registry/internal/store/timeline.go":  "it reads each reference of a person in turn, so that the index gives the order",
	"services/registry/internal/store/worker.go":    "it asks which reference answers",
}

// Whoever reads by worker reads for the person: a statement that asks for one
// reference would show half of somebody who had two.
func TestNoStatementAsksForOneReference(t *testing.T) {
	asks, sets := regexp.MustCompile(`\bworker\s*=\s*\$\d`), regexp.MustCompile(`\bSET worker = \$\d`)
	root := filepath.Join("..", "..")
	files, met := 0, map[string]bool{}
	for _, under := range []string{"pkg", "services"} {
		err := filepath.WalkDir(filepath.Join(root, under), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/storetest/") {
				return err
			}
			files++
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(text), "\n") {
				line = sets.ReplaceAllString(line, "") // whose a row is, is written
				if !asks.MatchString(line) || strings.Contains(line, "//") && strings.Index(line, "//") < asks.FindStringIndex(line)[0] {
					continue
				}
				excepted := false
				for prefix := range byReference {
					if strings.HasPrefix(filepath.ToSlash(name), prefix) {
						excepted, met[prefix] = true, true
					}
				}
				if !excepted {
					t.Errorf("%s:%d asks for one reference of a person; person.Whose asks for all: %s", name, i+1, strings.TrimSpace(line))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 300 {
		t.Errorf("only %d files were looked at", files)
	}
	for prefix := range byReference {
		if !met[prefix] {
			t.Errorf("%s is excepted, and asks for none", prefix)
		}
	}
}
