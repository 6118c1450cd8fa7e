//go:build chaos

package matrix

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// onSmallDisks is onEach with the databases of publisher and reader on one disk
// that can be filled and emptied.
func onSmallDisks(t *testing.T, test func(t *testing.T, r *rig, fill func(bool))) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir, fill := testkit.SmallDisk(t, "256m")
		test(t, newRig(t, "sqlite:"+filepath.Join(dir, "pub.db"), "sqlite:"+filepath.Join(dir, "sub.db"), 1), fill)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		schema, fill := testkit.PostgresOnASmallDisk(t, "256m")
		r := newRig(t, schema(t), schema(t), 1)
		// Effects that soon want another page: the one that is begun has room.
		r.exec(r.sub, `ALTER TABLE heard ADD COLUMN pad TEXT NOT NULL DEFAULT repeat('x', 1900)`)
		test(t, r, fill)
	})
}

// filled fills the disk under load, while the reader is behind: the publisher's
// commands are refused, then the reader's effects are; and empties it.
func filled(t *testing.T, r *rig, fill func(bool), env ...string) {
	t.Helper()
	first, s := start(t, r.publisher(fullLoad/3)), start(t, r.reader(), append(env, "QIAO_TEST_LOG=1")...)
	r.until("the first third", func() error { return r.settled(fullLoad / 3) })
	first.kill()
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	slowly := r.publisher(fullLoad)
	slowly.Pause = 10 * time.Millisecond
	start(t, slowly)
	r.published(fullLoad/3 + 50) // which the reader has not read
	done := r.rests(fill)
	if done >= fullLoad {
		t.Fatalf("the disk is full, and all %d commands were done", done)
	}
	if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	r.until("the reader is refused", func() error {
		fill(true)
		said := strings.Split(s.said.String(), "\n")
		if slices.ContainsFunc(said, func(line string) bool {
			return strings.Contains(line, "consumer interrupted") && strings.Contains(line, "storage.")
		}) {
			return nil
		}
		return errors.New(said[len(said)-1])
	})
	fill(false)
	r.until("the databases answer", func() error { return errors.Join(answers(r.pub), answers(r.sub)) })
}

const fullLoad = 600

func answers(db *sqldb.DB) error {
	return db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT 1`).Scan(new(int)) })
}

// rests keeps the disk full, whatever a database gives up of its own, until no
// command has been done for a second, and counts them. A server that is away
// does none.
func (r *rig) rests(fill func(bool)) (done int64) {
	r.t.Helper()
	since := time.Now()
	r.until("commands stand still", func() error {
		fill(true)
		var n int64
		_ = r.pub.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT sum(version) FROM thing`).Scan(&n) })
		if n > done {
			done, since = n, time.Now()
		}
		if time.Since(since) < time.Second {
			return fmt.Errorf("%d are done", done)
		}
		return nil
	})
	return done
}

// TestADiskThatFillsAndEmpties loses nothing, and all goes on by itself; the
// control has a reader that ends when its database refuses it. They run beside
// each other, since most of the time they only wait.
func TestADiskThatFillsAndEmpties(t *testing.T) {
	t.Run("goes on", func(t *testing.T) {
		t.Parallel()
		onSmallDisks(t, func(t *testing.T, r *rig, fill func(bool)) {
			filled(t, r, fill)
			r.holds(fullLoad, false)
		})
	})
	t.Run("control", func(t *testing.T) {
		t.Parallel()
		onSmallDisks(t, func(t *testing.T, r *rig, fill func(bool)) {
			filled(t, r, fill, "QIAO_TEST_BROKEN=consume.ends_when_refused")
			r.foundOut(fullLoad, false)
		})
	})
}
