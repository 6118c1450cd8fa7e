package vault

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Who came to be is found by the index, with the key, and no more once erased.
func TestAnOwnerIsFoundByTheIndexUntilErased(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- v.Keep(running, &registry{}, slog.New(slog.DiscardHandler)) }()
		owner, sealed := newKey(t, v)
		index := []byte("an index")
		if _, _, found, err := v.Owner(ctx, index); found || err != nil {
			t.Fatalf("found before anybody was filed: %v", err)
		}
		v.File(owner, index)
		testkit.Eventually(t, "the owner is filed", func() bool {
			_, _, found, err := v.Owner(ctx, index)
			return found && err == nil
		})
		got, k, _, err := v.Owner(ctx, index)
		if err != nil || got != owner {
			t.Fatalf("%s, %v", got, err)
		}
		if plain, err := k.Open(sealed, []byte(owner)); err != nil || string(plain) != "number" {
			t.Errorf("the key of another: %q, %v", plain, err)
		}
		if err := v.Destroy(ctx, owner); err != nil {
			t.Fatal(err)
		}
		if _, _, found, err := v.Owner(ctx, index); found || err != nil {
			t.Errorf("an erased owner is still found: %v", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A vault of a version before files whom the registry knows; a registry that is
// lost afterwards makes the sweep take nobody of them.
func TestWhoIsKnownIsFiledAndNeverSwept(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, c *clock.Manual) {
		v := open()
		known := &registry{}
		for range 3 {
			owner, _ := newKey(t, v)
			known.known = append(known.known, owner)
		}
		v.running.Wait()
		if n, err := v.FileKnown(ctx, known); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := v.FileKnown(ctx, known); n != 0 || err != nil {
			t.Fatalf("filed twice: %d, %v", n, err)
		}
		c.Advance(2 * time.Hour)
		if _, err := v.Sweep(ctx, &registry{}); err != nil { // the registry was restored to before them
			t.Fatal(err)
		}
		for _, owner := range known.known {
			if got, _, found, err := v.Owner(ctx, []byte("index of "+owner)); got != owner || !found || err != nil {
				t.Errorf("%s was swept: %v", owner, err)
			}
		}
	})
}

// What waits to be filed when the process stops is filed on the way out.
func TestClosingFilesWhoWaits(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		owner, _ := newKey(t, v)
		v.File(owner, []byte("an index"))
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if got, _, found, err := open().Owner(ctx, []byte("an index")); got != owner || !found || err != nil {
			t.Errorf("%s, %v", got, err)
		}
	})
}

// A key database opens with its own master key alone. One of the version before,
// which has no record of it, is entered by the key that opens its keys, and a
// key that was made over a lost one, and opens a few, is not taken for it.
func TestOnlyItsOwnMasterKeyOpensAVault(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "keys.db")
	own, other := master(t), master(t)
	v, err := Open(ctx, address, own, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		newKey(t, v)
	}
	v.running.Wait()
	forget := func(v *Vault) { // as the version before left it
		t.Helper()
		if err := v.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`DELETE FROM origin`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	forget(v)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	refused := func(m *crypt.Master) {
		t.Helper()
		v, err := Open(ctx, address, m, clock.System())
		if err == nil {
			t.Error(errors.New("a wrong key opened the vault"), v.Close())
		} else if !errors.Is(err, origin.ErrOtherKey) {
			t.Error(err)
		}
	}
	refused(other)
	if v, err = Open(ctx, address, own, clock.System()); err != nil {
		t.Fatal(err)
	}
	if o, err := origin.Of(ctx, v.db); err != nil || o.Fingerprint != own.Fingerprint() {
		t.Fatalf("%+v, %v", o, err)
	}
	wrapped, _, err := other.NewPersonKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO person_key (owner, wrapped, made_at) VALUES ('over a lost one', $1, 0)`, wrapped)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	forget(v)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	refused(other)
}

// An empty vault under a registry that knows people is a lost one.
func TestALostVaultIsNotMadeAnew(t *testing.T) {
	each(t, func(t *testing.T, open func() *Vault, _ *clock.Manual) {
		v := open()
		if err := v.Begin(ctx, true); !errors.Is(err, domain.ErrKeysLost) {
			t.Errorf("%v", err)
		}
		if err := v.Begin(ctx, false); err != nil {
			t.Fatal(err)
		}
		if err := v.Begin(ctx, true); err != nil {
			t.Errorf("a vault that has begun: %v", err)
		}
	})
}

func master(t *testing.T) *crypt.Master {
	t.Helper()
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	return m
}
