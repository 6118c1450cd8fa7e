package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var ctx = context.Background()

// registry stands in for whom the registry knows.
type registry struct{ known, erased, closed []string }

func (r *registry) Missing(_ context.Context, owners []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(owners), func(o string) bool { return slices.Contains(r.known, o) }), nil
}

func (r *registry) Lookups(_ context.Context, owners []string) (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, o := range owners {
		if slices.Contains(r.known, o) {
			all[o] = []byte("index of " + o)
		}
	}
	return all, nil
}

func (r *registry) CloseErased(_ context.Context, owners []string) error {
	r.closed = append(r.closed, owners...)
	return nil
}

func (r *registry) Erased(_ context.Context, after string, _ int) (all []string, err error) {
	for _, o := range r.erased {
		if o > after {
			all = append(all, o)
		}
	}
	return all, nil
}

// each runs a test on both databases; open opens the same vault each time.
func each(t *testing.T, test func(t *testing.T, open func() *Vault, c *clock.Manual)) {
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	run := func(address string) func(*testing.T) {
		return func(t *testing.T) {
			c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
			test(t, func() *Vault {
				v, err := Open(ctx, address, m, c)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = v.Close() })
				return v
			}, c)
		}
	}
	t.Run("sqlite", run("sqlite:"+filepath.Join(t.TempDir(), "keys.db")))
	t.Run("postgres", func(t *testing.T) { run(testkit.Postgres(t)(t))(t) })
}

func newKey(t *testing.T, v *Vault) (owner string, sealed []byte) {
	t.Helper()
	owner, k, err := v.NewKey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return owner, k.Seal([]byte("number"), []byte(owner))
}

func count(t *testing.T, v *Vault) (n int) {
	t.Helper()
	if err := v.db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM person_key`).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADestroyedKeyOpensNothingAnyMore(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		owner, sealed := newKey(t, v)
		other, kept := newKey(t, v)
		for o, s := range map[string][]byte{owner: sealed, other: kept} {
			k, err := v.Key(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			if plain, err := k.Open(s, []byte(o)); err != nil || string(plain) != "number" {
				t.Fatalf("%q, %v", plain, err)
			}
		}
		for range 2 {
			if err := v.Destroy(ctx, owner); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := v.Key(ctx, owner); !errors.Is(err, domain.ErrWorkerClosed) {
			t.Errorf("the key is still there: %v", err)
		}
		k, err := v.Key(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Open(sealed, []byte(owner)); !errors.Is(err, crypt.ErrOpen) {
			t.Errorf("another key opens it: %v", err)
		}
		if err := v.Destroy(ctx, "never was"); err != nil {
			t.Error(err)
		}
	})
}

// Neither the database file nor its log holds an erased key, while the vault
// is still open.
func TestNothingOfAnErasedKeyIsLeftInTheFiles(t *testing.T) {
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	v, err := Open(ctx, "sqlite:"+filepath.Join(dir, "keys.db"), m, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	owner, _ := newKey(t, v)
	v.running.Wait()
	lookup := m.BlindIndex("test", owner)
	if err := v.file(ctx, []entry{{owner, lookup}}); err != nil {
		t.Fatal(err)
	}
	var wrapped []byte
	if err := v.db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT wrapped FROM person_key WHERE owner = $1`, owner).Scan(&wrapped)
	}); err != nil {
		t.Fatal(err)
	}
	found := func() (where []string) {
		files, err := filepath.Glob(filepath.Join(dir, "keys.db*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range [][]byte{wrapped, lookup} {
				if bytes.Contains(b, secret) {
					where = append(where, filepath.Base(f))
				}
			}
		}
		return where
	}
	if len(found()) < 2 {
		t.Fatal("the test looks in the wrong place")
	}
	if err := v.Destroy(ctx, owner); err != nil {
		t.Fatal(err)
	}
	if where := found(); len(where) != 0 {
		t.Errorf("the key is still in %v", where)
	}
}

func TestKeysWithoutAnOwnerAreSwept(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, c *clock.Manual) {
		v := open()
		known := &registry{}
		for range 3 {
			owner, _ := newKey(t, v)
			known.known = append(known.known, owner)
		}
		lost, _ := newKey(t, v) // a crash lies between the key and its row
		v.running.Wait()
		if n, err := v.Sweep(ctx, known); n != 0 || err != nil {
			t.Fatalf("swept %d while commands run, %v", n, err)
		}
		all := count(t, v)
		c.Advance(2 * time.Hour)
		n, err := v.Sweep(ctx, known)
		if err != nil || n != all-3 || count(t, v) != 3 {
			t.Fatalf("swept %d of %d, %v", n, all, err)
		}
		if _, err := v.Key(ctx, lost); !errors.Is(err, domain.ErrWorkerClosed) {
			t.Error(err)
		}
		// What was swept is never handed out: a spare that is too old is passed over.
		owner, _ := newKey(t, v)
		if _, err := v.Key(ctx, owner); err != nil {
			t.Errorf("a swept spare was used: %v", err)
		}
		if n, err := v.Sweep(ctx, known); n != 0 || err != nil {
			t.Errorf("a second sweep: %d, %v", n, err)
		}
	})
}

// A vault restored from a backup that is older than an erasure erases again.
func TestErasuresAreReplayed(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		gone, _ := newKey(t, v)
		stays, _ := newKey(t, v)
		known := &registry{known: []string{gone, stays}, erased: []string{gone}}
		if err := v.Replay(ctx, known); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Key(ctx, gone); !errors.Is(err, domain.ErrWorkerClosed) {
			t.Error(err)
		}
		if _, err := v.Key(ctx, stays); err != nil {
			t.Error(err)
		}
	})
}

// The list of erasures names each destroyed key once, with when, and a vault
// from an older backup repeats it.
func TestTheListOfErasuresIsKeptAndRepeated(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, c *clock.Manual) {
		v := open()
		gone, _ := newKey(t, v)
		stays, _ := newKey(t, v)
		first := c.Now()
		for range 2 {
			if err := v.Destroy(ctx, gone); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Minute)
		}
		list, err := Erasures(ctx, v.db)
		if err != nil || len(list) != 1 || list[0].Owner != gone || !list[0].At.Equal(first) {
			t.Fatalf("%v, %v", list, err)
		}
		if err := v.Repeat(ctx, []Erasure{{stays, first}}); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Key(ctx, stays); !errors.Is(err, domain.ErrWorkerClosed) {
			t.Error(err)
		}
		if list, err := Erasures(ctx, v.db); err != nil || len(list) != 2 {
			t.Errorf("%v, %v", list, err)
		}
		restored := &registry{known: []string{gone, stays}}
		if err := v.Replay(ctx, restored); err != nil || len(restored.closed) != 2 {
			t.Errorf("closed again: %v, %v", restored.closed, err)
		}
	})
}

func TestManyTakeKeysAtOnce(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		var owners sync.Map
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for range 40 {
					owner, k, err := v.NewKey(ctx)
					if err != nil {
						t.Error(err)
						return
					}
					if _, twice := owners.LoadOrStore(owner, k); twice {
						t.Errorf("%s was given twice", owner)
					}
				}
			})
		}
		wg.Wait()
		v.running.Wait()
		owners.Range(func(owner, _ any) bool {
			if _, err := v.Key(ctx, owner.(string)); err != nil {
				t.Errorf("%s is not kept: %v", owner, err)
			}
			return true
		})
	})
}

func TestManyAreErasedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		var wg sync.WaitGroup
		for range 16 {
			owner, _ := newKey(t, v)
			wg.Go(func() {
				if err := v.Destroy(ctx, owner); err != nil {
					t.Error(err)
				}
				if _, err := v.Key(ctx, owner); !errors.Is(err, domain.ErrWorkerClosed) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestMigrations(t *testing.T) { testkit.SameMigrations(t, Migrations) }

func TestAMissingAddressIsRefused(t *testing.T) {
	if _, err := Open(ctx, "", nil, clock.System()); err == nil || !strings.Contains(err.Error(), "person keys") {
		t.Error(err)
	}
}
