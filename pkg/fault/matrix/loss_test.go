//go:build chaos

package matrix

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
)

// losses is what can become of the broker's data while half of the load is in it.
var losses = map[string]func(t *testing.T, r *rig){
	"a message is deleted": func(t *testing.T, r *rig) {
		s := r.stream()
		if err := errors.Join(s.DeleteMsg(context.Background(), 20), s.DeleteMsg(context.Background(), 21)); err != nil {
			t.Fatal(err)
		}
	},
	"the tail is deleted": func(t *testing.T, r *rig) {
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
	"the stream is purged": func(t *testing.T, r *rig) {
		if err := r.stream().Purge(context.Background()); err != nil {
			t.Fatal(err)
		}
	},
	"the store is wiped": func(t *testing.T, r *rig) {
		r.stopBroker()
		if err := os.RemoveAll(filepath.Join(r.store, "jetstream")); err != nil {
			t.Fatal(err)
		}
		r.startBroker()
	},
	"a block file is truncated": func(t *testing.T, r *rig) {
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
	"a bit is flipped": func(t *testing.T, r *rig) {
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

// TestBrokersLossesAreRepaired does each loss to the broker before the reader
// has read anything, while the publisher goes on.
func TestBrokersLossesAreRepaired(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, r *rig) {
				lossy(t, r, lose)
				r.holds(events, true)
			})
		})
	}
}

func lossy(t *testing.T, r *rig, lose func(*testing.T, *rig), env ...string) {
	t.Helper()
	first := start(t, r.publisher(events/2))
	r.published(events / 2)
	first.kill()
	lose(t, r)
	start(t, r.reader(), env...)
	start(t, r.publisher(events))
}

// TestControlOfLosses lets a reader take what comes next for what is next.
func TestControlOfLosses(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		lossy(t, r, losses["a message is deleted"], "QIAO_TEST_BROKEN=consume.takes_gaps")
		r.foundOut(events, true)
	})
}

// TestLostTailIsToldOf deletes the last messages when nothing follows them:
// only the announcement shows the loss. The control heeds none.
func TestLostTailIsToldOf(t *testing.T) {
	for broken, check := range map[string]func(r *rig){
		"":                              func(r *rig) { r.holds(events, true) },
		"consume.heeds_no_announcement": func(r *rig) { r.foundOut(events, true) },
	} {
		t.Run("broken "+broken, func(t *testing.T) {
			onEach(t, func(t *testing.T, r *rig) {
				start(t, r.publisher(events))
				r.published(events)
				if err := r.stream().Purge(context.Background()); err != nil {
					t.Fatal(err)
				}
				start(t, r.reader(), "QIAO_TEST_BROKEN="+broken)
				check(r)
			})
		})
	}
}

// TestDuplicatesHaveOneEffect publishes old messages again under new ids, past
// whatever the broker remembers.
func TestDuplicatesHaveOneEffect(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		first := start(t, r.publisher(events/2))
		start(t, r.reader())
		r.published(events / 2)
		first.kill()
		again(t, r)
		start(t, r.publisher(events))
		r.holds(events, true) // the duplicates are the broker's own
	})
}

// again publishes some of the stream's messages once more.
func again(t *testing.T, r *rig) {
	t.Helper()
	for _, at := range []uint64{3, 4, 90, 17} {
		m, err := r.stream().GetMsg(context.Background(), at)
		if err != nil {
			t.Fatal(err)
		}
		h := nats.Header{}
		for k, v := range m.Header {
			if k != jetstream.ExpectedLastSeqHeader {
				h[k] = v
			}
		}
		if _, err := r.js.PublishMsg(context.Background(), &nats.Msg{Subject: m.Subject, Header: h, Data: m.Data}, jetstream.WithMsgID("again-"+event.Stream(channel)+string(rune('a'+at)))); err != nil {
			t.Fatal(err)
		}
	}
}
