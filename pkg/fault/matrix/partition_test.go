//go:build chaos

package matrix

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// TestCutOffFromTheBroker cuts the link of a publisher, and then of a reader,
// under load: the publisher's for so long that it gives its batch up, the
// reader's while as much again is published.
func TestCutOffFromTheBroker(t *testing.T) {
	onSeveral(t, func(t *testing.T, r *rig) {
		slowly := r.publisher(3 * events)
		slowly.Pause = 10 * time.Millisecond
		p, publisher := r.apart(slowly)
		start(t, p)
		s, reader := r.apart(r.reader())
		start(t, s)
		r.published(50)
		before := r.term("channel")
		publisher.bus.cut()
		r.until("the publisher gave its batch up, and the load goes on without the broker", func() error {
			if r.term("channel") == before {
				return errors.New("it still waits")
			}
			if n := r.number(r.pub, `SELECT sum(version) FROM thing`); n < 200 {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
		reader.bus.cut()
		publisher.bus.mend()
		r.published(events)
		reader.bus.mend()
		r.holds(3*events, false)
	})
}

// postgresRig is a rig whose database several instances share.
func postgresRig(t *testing.T, channels int) *rig {
	t.Helper()
	schema := testkit.Postgres(t)
	return newRig(t, schema(t), schema(t), channels)
}

// term counts how often each lease of the publisher's channels was taken at least, by
// the publisher or by the reader, who reads the registry's beside them.
func (r *rig) term(table string) (n int64) {
	db := r.pub
	if table == "cursor" {
		db = r.sub
	}
	return r.number(db, `SELECT coalesce(min(term), 0) FROM `+table+` WHERE channel LIKE '`+publisher+`-%'`)
}

// TestCutOffFromTheDatabase cuts a leading publisher's and a leading reader's
// link to the database: another instance of each takes over, and neither of
// the old ones does any harm when its link is back.
func TestCutOffFromTheDatabase(t *testing.T) {
	r := postgresRig(t, several)
	slowly := r.publisher(events)
	slowly.Pause = 20 * time.Millisecond
	p, publisher := r.apart(slowly)
	start(t, p)
	s, reader := r.apart(r.reader())
	start(t, s)
	r.published(30)
	before := r.term("channel")
	start(t, slowly)
	start(t, r.reader())
	publisher.db.cut()
	reader.db.cut()
	r.until("another relay leads", func() error {
		if r.term("channel") == before {
			return errors.New("not yet")
		}
		return nil
	})
	r.published(100)
	publisher.db.mend()
	reader.db.mend()
	r.holds(events, false)
}

// zombie stops a leading publisher and a leading reader for longer than their
// leases, lets others take over, and wakes them in the belief that they lead.
func zombie(t *testing.T, r *rig, env ...string) {
	t.Helper()
	quickly := r.publisher(3 * events)
	old := start(t, quickly, env...)
	oldReader := start(t, r.reader())
	r.published(100)
	before, beforeReader := r.term("channel"), r.term("cursor")
	for _, n := range []*node{old, oldReader} {
		if err := n.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	start(t, quickly, env...)
	start(t, r.reader())
	r.until("others lead", func() error {
		if r.term("channel") == before || r.term("cursor") == beforeReader {
			return errors.New("not yet")
		}
		return nil
	})
	for _, n := range []*node{old, oldReader} {
		if err := n.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTwoRelaysAndTwoReadersAtOnce is I4, I5 and I6 with processes that were
// asleep while their leases ran out.
func TestTwoRelaysAndTwoReadersAtOnce(t *testing.T) {
	r := postgresRig(t, several)
	zombie(t, r)
	r.holds(3*events, false)
}

// TestAStaleRelayCannotAppend is I5: what a deposed relay still sends is
// refused by the broker, since it states what it expects to follow. The
// control states nothing.
func TestAStaleRelayCannotAppend(t *testing.T) {
	for broken, appended := range map[string]bool{"": false, "relay.expects_nothing": true} {
		t.Run("broken "+broken, func(t *testing.T) {
			r := postgresRig(t, 1)
			leader := start(t, r.publisher(1), "QIAO_TEST_BROKEN="+broken, "QIAO_TEST_STOP=relay.sends")
			r.until("the leader stops before it sends", func() error { return stopped(leader) })
			start(t, r.publisher(events))
			start(t, r.reader())
			r.until("everything has arrived", func() error { return r.settled(events) })
			before := r.lastMessage()
			if err := leader.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			grew := within(long(appended, 3*time.Second), func() error {
				if r.lastMessage() == before {
					return errors.New("nothing was appended")
				}
				return nil
			}) == nil
			if grew != appended {
				t.Errorf("I5: the stream of %s grew: %v, want %v", event.Stream(r.channel), grew, appended)
			}
		})
	}
}

// long is how long a test waits for something: what a control must show may take
// its time on a busy machine, what must not happen is watched for a while.
func long(expected bool, watched time.Duration) time.Duration {
	if expected {
		return patience
	}
	return watched
}

// stopped is nil once a process has stopped itself.
func stopped(n *node) error {
	state, err := processState(n.cmd.Process.Pid)
	if err == nil && state != 'T' {
		err = fmt.Errorf("it is in state %c", state)
	}
	return err
}

// TestMarkedMeansAcknowledged is I3 while the broker cannot be reached: what is
// marked published is there. The control marks what it has sent. The link is cut
// just before the relay sends, so that what it sends is lost and not only the answer.
func TestMarkedMeansAcknowledged(t *testing.T) {
	for broken, lies := range map[string]bool{"": false, "relay.marks_before_acknowledgement": true} {
		t.Run("broken "+broken, func(t *testing.T) {
			onEach(t, func(t *testing.T, r *rig) {
				p, publisher := r.apart(r.publisher(events))
				n := start(t, p, "QIAO_TEST_BROKEN="+broken, "QIAO_TEST_STOP=relay.sends")
				r.until("it stops before it sends", func() error { return stopped(n) })
				publisher.bus.cut()
				on := int64(r.lastMessage())
				if err := n.cmd.Process.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				seen := within(long(lies, 8*time.Second), func() error {
					if r.number(r.pub, `SELECT published_seq FROM channel`) <= on {
						return errors.New("nothing more is marked")
					}
					return nil
				}) == nil
				if seen != lies {
					t.Errorf("I3: more was marked than the broker holds: %v, want %v", seen, lies)
				}
			})
		})
	}
}
