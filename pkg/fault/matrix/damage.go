//go:build chaos

package matrix

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/relay"
)

// losses is what can become of the broker's data while half of the load is in it.
var losses = map[string]func(t testing.TB, r *rig){
	"a message is deleted": func(t testing.TB, r *rig) {
		s := r.stream()
		if err := errors.Join(s.DeleteMsg(context.Background(), 20), s.DeleteMsg(context.Background(), 21)); err != nil {
			t.Fatal(err)
		}
	},
	"the tail is deleted": func(t testing.TB, r *rig) {
		info, err := r.stream().Info(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for at := info.State.LastSeq; at > info.State.LastSeq-3; at-- {
			if err := r.stream().DeleteMsg(context.Background(), at); err != nil {
				t.Fatal(err)
			}
		}
	},
	"the stream is purged": func(t testing.TB, r *rig) {
		if err := r.stream().Purge(context.Background()); err != nil {
			t.Fatal(err)
		}
	},
	"the store is wiped": func(t testing.TB, r *rig) {
		r.stopBroker()
		if err := os.RemoveAll(filepath.Join(r.store, "jetstream")); err != nil {
			t.Fatal(err)
		}
		r.startBroker()
	},
	"a block file is truncated": func(t testing.TB, r *rig) {
		r.stopBroker()
		r.forgetIndex()
		all := r.blocks()
		info, err := os.Stat(all[len(all)-1])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(all[len(all)-1], info.Size()/2); err != nil {
			t.Fatal(err)
		}
		r.startBroker()
	},
	"a bit is flipped": func(t testing.TB, r *rig) {
		r.stopBroker()
		r.forgetIndex()
		f := r.blocks()[0]
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/3] ^= 4
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r.startBroker()
	},
}

// damageable reports whether the broker holds files that can be damaged: just
// after a wipe or a purge there may be none, or an empty one.
func (r *rig) damageable() bool {
	all, _ := filepath.Glob(r.blockFiles())
	for _, f := range all {
		if info, err := os.Stat(f); err != nil || info.Size() < 100 {
			return false
		}
	}
	return len(all) > 0
}

// again publishes a message of the stream once more, under an id that the
// broker has not seen.
func (r *rig) again(at uint64) {
	r.t.Helper()
	m, err := r.stream().GetMsg(context.Background(), at)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return // the broker has lost it
	}
	if err != nil {
		r.t.Fatal(err)
	}
	h := nats.Header{}
	for k, v := range m.Header {
		if k != jetstream.ExpectedLastSeqHeader {
			h[k] = v
		}
	}
	if _, err := r.js.PublishMsg(context.Background(), &nats.Msg{Subject: m.Subject, Header: h, Data: m.Data}, jetstream.WithMsgID("again-"+rand.Text())); err != nil {
		r.t.Fatal(err)
	}
}

// tables of a publisher that a snapshot holds.
var tables = []string{"event", "channel", "epoch", "thing"}

// snapshot keeps the publisher's database as it is; restore puts it back. No
// node may run meanwhile.
func (r *rig) snapshot() (restore func()) {
	r.t.Helper()
	if path, ok := strings.CutPrefix(r.pubAt, "sqlite:"); ok {
		r.exec(r.pub, `DELETE FROM idempotency`) // any write: the log is folded back when the database is closed
		copyOf := path + ".snapshot"
		if err := r.pub.Close(); err != nil {
			r.t.Fatal(err)
		}
		copyFile(r.t, path, copyOf)
		r.pub = open(r.t, r.pubAt)
		return func() {
			if err := r.pub.Close(); err != nil {
				r.t.Fatal(err)
			}
			for _, suffix := range []string{"-wal", "-shm"} {
				_ = os.Remove(path + suffix)
			}
			copyFile(r.t, copyOf, path)
			r.pub = open(r.t, r.pubAt)
		}
	}
	for _, name := range tables {
		r.exec(r.pub, fmt.Sprintf(`DROP TABLE IF EXISTS snapshot_%s`, name))
		r.exec(r.pub, fmt.Sprintf(`CREATE TABLE snapshot_%s AS TABLE %s`, name, name))
	}
	return func() {
		for _, name := range tables {
			r.exec(r.pub, fmt.Sprintf(`TRUNCATE %s`, name))
			over := ""
			if name == "event" {
				over = "OVERRIDING SYSTEM VALUE"
			}
			r.exec(r.pub, fmt.Sprintf(`INSERT INTO %s %s SELECT * FROM snapshot_%s`, name, over, name))
		}
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// alarmed waits for the publisher's alarm and fails where the broker or a
// reader got anything new before it.
func (r *rig) alarmed(last uint64) {
	r.t.Helper()
	r.until("the relay stops with an alarm", func() error {
		if r.number(r.pub, `SELECT count(*) FROM channel WHERE alarm = $1`, relay.ErrDiverged.Code) == 0 {
			return errors.New("no alarm")
		}
		return nil
	})
	if info, err := r.stream().Info(context.Background()); err != nil || info.State.LastSeq != last {
		r.t.Errorf("I10: the stream went on to %d: %v", info.State.LastSeq, err)
	}
}

func (r *rig) lastMessage() uint64 {
	r.t.Helper()
	info, err := r.stream().Info(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return info.State.LastSeq
}
