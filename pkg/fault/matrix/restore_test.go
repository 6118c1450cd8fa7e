//go:build chaos

package matrix

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
)

// past is a publisher that was restored after the reader had heard more, with
// nothing running.
func past(t *testing.T, r *rig) {
	t.Helper()
	n := start(t, r.publisher(100))
	reader := start(t, r.reader())
	r.until("the first hundred", func() error { return r.settled(100) })
	n.kill()
	back := r.snapshot()
	n = start(t, r.publisher(150))
	r.until("the next fifty", func() error { return r.settled(150) })
	n.kill()
	reader.kill()
	back()
}

// TestRestoreIsNoticedAndANewEpochGoesOn is I10 with the operator's first way
// out: new commands are held back until the epoch is opened, and what the
// reader had applied beyond it is listed.
func TestRestoreIsNoticedAndANewEpochGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r)
		last := r.lastMessage()
		start(t, r.publisher(120)) // twenty new commits under numbers that the broker knows otherwise
		start(t, r.reader())
		r.alarmed(last)
		heard := r.number(r.sub, `SELECT count(*) FROM heard`)
		e, err := relay.OpenEpoch(context.Background(), r.pub, r.channel, "restored last night's copy", "officer-1", time.Now())
		if err != nil || e.Epoch != 2 || e.Seq != 100 {
			t.Fatalf("%+v, %v", e, err)
		}
		r.until("the new epoch has arrived", func() error { return r.settled(120) })
		if n := r.number(r.sub, `SELECT count(*) FROM orphaned WHERE seq > 100 AND id <> ''`); n != 50 {
			t.Errorf("%d orphaned effects are listed, not 50", n)
		}
		if n := r.number(r.sub, `SELECT count(*) FROM heard`); n != heard+20 {
			t.Errorf("%d effects, want %d and 20 new ones", n, heard)
		}
		if n := r.number(r.sub, `SELECT sum(applied + skipped - orphaned - seq) FROM cursor`); n != 0 {
			t.Errorf("I6: the cursor counts %d too many", n)
		}
		all, err := relay.State(context.Background(), r.pub, true)
		if err != nil || !all[0].GapFree || !all[0].ChainHold || all[0].Alarm != "" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestARestoreIsNoticedOnEveryChannel has the operator decide about each of
// them: what was lost is listed of all, and all go on.
func TestARestoreIsNoticedOnEveryChannel(t *testing.T) {
	onSeveral(t, func(t *testing.T, r *rig) {
		past(t, r)
		start(t, r.publisher(120))
		start(t, r.reader())
		for i := range r.channels {
			name := event.Channel(publisher, i)
			r.until(name+" stops with an alarm", func() error {
				if r.number(r.pub, `SELECT count(*) FROM channel WHERE channel = $1 AND alarm = $2`, name, relay.ErrDiverged.Code) == 0 {
					return errors.New("no alarm")
				}
				return nil
			})
			if _, err := relay.OpenEpoch(context.Background(), r.pub, name, "restored last night's copy", "officer-1", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		r.until("the new epochs have arrived", func() error { return r.settled(120) })
		if n := r.number(r.sub, `SELECT count(*) FROM orphaned WHERE id <> ''`); n != 50 {
			t.Errorf("%d orphaned effects are listed, not 50", n)
		}
		if n := r.number(r.sub, `SELECT count(*) FROM heard`); n != 170 {
			t.Errorf("%d effects, want those of 150 events and of 20 new ones", n)
		}
		if n := r.number(r.sub, `SELECT sum(applied + skipped - orphaned - seq) FROM cursor`); n != 0 {
			t.Errorf("I6: the cursors count %d too many", n)
		}
	})
}

// TestRestoreAndTakeBack is the second way out: the stream gives the lost
// events back, and no reader hears of them twice.
func TestRestoreAndTakeBack(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r)
		last := r.lastMessage()
		start(t, r.publisher(100)) // no new command
		start(t, r.reader())
		r.alarmed(last)
		n, things, err := relay.TakeBack(context.Background(), r.pub, r.js, r.channel, "restored", "officer-1", time.Now())
		if err != nil || n != 50 || len(things) != workers {
			t.Fatalf("took %d of %d things, %v", n, len(things), err)
		}
		r.until("the channel runs again", func() error { return r.settled(100) })
		if n := r.number(r.sub, `SELECT count(*) - count(DISTINCT id) FROM heard`); n != 0 {
			t.Errorf("%d effects twice", n)
		}
		if n := r.number(r.pub, `SELECT count(*) FROM event`); n != 150 {
			t.Errorf("%d events, not 150", n)
		}
	})
}

// TestTakeBackIsRefusedWhereNewCommandsStandInTheWay leaves everything as it is.
func TestTakeBackIsRefusedWhereNewCommandsStandInTheWay(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r)
		last := r.lastMessage()
		start(t, r.publisher(120))
		r.alarmed(last)
		r.until("the new commands are there", func() error {
			if n := r.number(r.pub, `SELECT count(*) FROM event`); n != 120 {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
		if _, _, err := relay.TakeBack(context.Background(), r.pub, r.js, r.channel, "restored", "officer-1", time.Now()); err == nil || !strings.Contains(err.Error(), relay.ErrTakenOver.Text) {
			t.Errorf("%v", err)
		}
		if n := r.number(r.pub, `SELECT count(*) FROM event`); n != 120 {
			t.Errorf("%d events are left of 120", n)
		}
	})
}

// wiped starts a reader of a wiped broker that has an empty stream, so that
// only the reader's cursor knows what was.
func wiped(t *testing.T, r *rig) {
	t.Helper()
	losses["the store is wiped"](t, r)
	before := r.term("cursor")
	start(t, r.reader())
	if _, err := r.js.CreateStream(context.Background(), jetstream.StreamConfig{Name: event.Stream(r.channel), Subjects: []string{event.Subjects(r.channel)}}); err != nil {
		t.Fatal(err)
	}
	r.until("the reader follows", func() error {
		if r.term("cursor") == before {
			return errors.New("it has not the lease yet")
		}
		return nil
	})
}

// TestReadersNoticeWhatAWipedBrokerCannot restores the publisher and wipes the
// broker: only the reader's cursor knows better.
func TestReadersNoticeWhatAWipedBrokerCannot(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r)
		wiped(t, r)
		start(t, r.publisher(120))
		r.alarmed(0)
	})
}

// TestReadersNoticeAnEmptyDatabase begins the publisher's database anew.
func TestReadersNoticeAnEmptyDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		n := start(t, r.publisher(150))
		reader := start(t, r.reader())
		r.until("everything has arrived", func() error { return r.settled(150) })
		n.kill()
		reader.kill()
		r.exec(r.pub, `DELETE FROM event`)
		r.exec(r.pub, `DELETE FROM channel`)
		r.exec(r.pub, `UPDATE thing SET version = 0`)
		wiped(t, r)
		start(t, r.publisher(60))
		r.alarmed(0)
	})
}

// TestReadersNoticeAnEarlierEpoch restores the publisher to before an epoch
// that readers know.
func TestReadersNoticeAnEarlierEpoch(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		n := start(t, r.publisher(100))
		reader := start(t, r.reader())
		r.until("the first epoch", func() error { return r.settled(100) })
		n.kill()
		back := r.snapshot()
		if _, err := relay.OpenEpoch(context.Background(), r.pub, r.channel, "an earlier restore", "officer-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		n = start(t, r.publisher(150))
		r.until("the second epoch", func() error { return r.settled(150) })
		n.kill()
		reader.kill()
		back()
		wiped(t, r)
		start(t, r.publisher(200))
		r.alarmed(0)
	})
}

// TestALateReaderGoesBackToWhereTheHistoriesPart is the worst case of I10: the
// broker was wiped too and no reader was up, so that the restored publisher
// gave numbers again before anybody could object. The relay then stops and
// stays stopped; after the new epoch each of its events has one effect, and
// those of the lost history are listed by their ids.
func TestALateReaderGoesBackToWhereTheHistoriesPart(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r) // the reader stands at 150, the publisher is back at 100
		losses["the store is wiped"](t, r)
		n := start(t, r.publisher(130))
		r.published(130)
		start(t, r.reader())
		r.until("the alarm", func() error {
			if r.number(r.pub, `SELECT count(*) FROM channel WHERE alarm <> ''`) == 0 {
				return errors.New("none")
			}
			return nil
		})
		n.kill()
		before := r.lastMessage()
		start(t, r.publisher(140))
		if within(4*time.Second, func() error {
			if r.lastMessage() == before {
				return errors.New("nothing")
			}
			return nil
		}) == nil {
			t.Error("I10: a stopped relay published")
		}
		if e, err := relay.OpenEpoch(context.Background(), r.pub, r.channel, "restored last night's copy", "officer-1", time.Now()); err != nil || e.Seq < 130 {
			t.Fatalf("%+v, %v", e, err)
		}
		r.until("the new epoch has arrived", func() error { return r.settled(140) })
		stored, err := relay.ReadSequenced(context.Background(), r.pub, r.channel, 1, 200)
		if err != nil || len(stored) != 140 {
			t.Fatalf("%d events, %v", len(stored), err)
		}
		for _, s := range stored {
			e, err := event.Parse(s.Body)
			if err != nil {
				t.Fatal(err)
			}
			if n := r.number(r.sub, `SELECT count(*) FROM heard WHERE id = $1`, e.ID); n != 1 {
				t.Errorf("I6: event %d has %d effects", s.Seq, n)
			}
		}
		if n := r.number(r.sub, `SELECT count(*) FROM heard h WHERE EXISTS (SELECT 1 FROM orphaned o WHERE o.id = h.id AND o.seq > 100)`); n != 50 {
			t.Errorf("%d of the lost 50 effects are listed", n)
		}
		if n := r.number(r.sub, `SELECT sum(applied + skipped - orphaned - seq) FROM cursor`); n != 0 {
			t.Errorf("I6: the cursor counts %d too many", n)
		}
	})
}

// TestControlOfRestores adopts the broker's tail by its number alone.
func TestControlOfRestores(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		past(t, r)
		start(t, r.publisher(160), "QIAO_TEST_BROKEN=relay.adopts_by_number")
		start(t, r.reader())
		r.foundOut(160, true)
	})
}
