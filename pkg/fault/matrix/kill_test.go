//go:build chaos

package matrix

import (
	"errors"
	"testing"
	"time"
)

const events = 300

// TestKilledAnywhereNothingIsLost kills a process at each point at which the
// pipeline could lose or repeat something, the second or third time that it comes there.
func TestKilledAnywhereNothingIsLost(t *testing.T) {
	for point, role := range map[string]string{
		"outbox.committed:3": "publisher", "relay.sequenced:3": "publisher", "relay.published:3": "publisher",
		"consume.applied:2": "reader", "consume.committed:2": "reader",
	} {
		t.Run(point, func(t *testing.T) {
			onSeveral(t, func(t *testing.T, r *rig) {
				killedAt(t, r, point, role)
				r.holds(events, false)
			})
		})
	}
}

// killedAt lets a process die when it comes to a point for the nth time
// ("point:n") and starts it anew. What is broken is broken only until then. The
// load is slow, and a reader's second half of it begins when something of the
// first was applied: a reader that comes late takes all that there is as one batch.
// One that reads several channels at once may come to the point for the nth time,
// and die, before any of them was applied.
func killedAt(t *testing.T, r *rig, point, role string, env ...string) {
	t.Helper()
	env = append(env, "QIAO_TEST_FAULT="+point)
	slowly := r.publisher(events)
	slowly.Pause = 8 * time.Millisecond
	if role == "publisher" {
		n := start(t, slowly, env...)
		start(t, r.reader())
		n.dies()
		start(t, r.publisher(events))
		return
	}
	n := start(t, r.reader(), env...)
	half := slowly
	half.Events /= 2
	start(t, half)
	r.until("something is applied, or the reader is dead", func() error {
		select {
		case <-n.done:
			return nil
		default:
		}
		if r.number(r.sub, `SELECT count(*) FROM heard`) == 0 {
			return errors.New("nothing")
		}
		return nil
	})
	start(t, slowly)
	n.dies()
	start(t, r.reader())
}

// TestControlsOfKills breaks the mechanism that carries each kill and expects
// an invariant to say so.
func TestControlsOfKills(t *testing.T) {
	for broken, at := range map[string]struct{ point, role string }{
		"outbox.event_apart":    {"outbox.committed:3", "publisher"},
		"relay.number_not_kept": {"relay.sequenced:1", "publisher"},
		"consume.cursor_apart":  {"consume.committed:2", "reader"},
	} {
		t.Run(broken, func(t *testing.T) {
			onSeveral(t, func(t *testing.T, r *rig) {
				killedAt(t, r, at.point, at.role, "QIAO_TEST_BROKEN="+broken)
				r.foundOut(events, false)
			})
		})
	}
}
