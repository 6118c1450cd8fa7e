//go:build chaos

package matrix

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// TestBrokersLossesAreRepaired does each loss to the broker before the reader
// has read anything, while the publisher goes on.
func TestBrokersLossesAreRepaired(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			onSeveral(t, func(t *testing.T, r *rig) {
				lossy(t, r, lose)
				r.holds(events, true)
			})
		})
	}
}

func lossy(t *testing.T, r *rig, lose func(testing.TB, *rig), env ...string) {
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
	onSeveral(t, func(t *testing.T, r *rig) {
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
			onSeveral(t, func(t *testing.T, r *rig) {
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
		for _, at := range []uint64{3, 4, 90, 17} {
			r.again(at)
		}
		start(t, r.publisher(events))
		r.holds(events, true) // the duplicates are the broker's own
	})
}

// TestAFullStreamIsToldOfAndHoldsNothingUp fills the stream: the alarm says so,
// readers fill from the event table meanwhile, and when there is room again
// the stream goes on.
func TestAFullStreamIsToldOfAndHoldsNothingUp(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		small := r.publisher(2 * events)
		small.Stream = 64 << 10
		start(t, small)
		start(t, r.reader())
		r.until("everything arrives past the full stream, and the alarm says so", func() error {
			full := r.number(r.pub, `SELECT count(*) FROM channel WHERE alarm = 'relay.stream_full'`)
			at := r.number(r.sub, `SELECT coalesce(max(seq), 0) FROM cursor`)
			if full == 0 || at < 2*events {
				return fmt.Errorf("full: %d, the reader stands at %d", full, at)
			}
			return nil
		})
		larger := r.stream().CachedInfo().Config
		larger.MaxBytes = 1 << 30
		if _, err := r.js.UpdateStream(context.Background(), larger); err != nil {
			t.Fatal(err)
		}
		r.until("the stream goes on", func() error {
			if n := r.number(r.pub, `SELECT count(*) FROM channel WHERE alarm <> ''`); n > 0 {
				return errors.New("the alarm is still there")
			}
			return r.settled(2 * events)
		})
		for _, f := range r.wrong(true) {
			t.Error(f)
		}
	})
}
