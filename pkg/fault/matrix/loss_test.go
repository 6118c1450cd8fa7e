//go:build chaos

package matrix

import (
	"context"
	"testing"
)

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
		for _, at := range []uint64{3, 4, 90, 17} {
			r.again(at)
		}
		start(t, r.publisher(events))
		r.holds(events, true) // the duplicates are the broker's own
	})
}
