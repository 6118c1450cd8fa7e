//go:build chaos

package matrix

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// Databases are the kinds that a campaign can run on.
var Databases = []string{"sqlite", "postgres"}

// newRigOn makes a rig on a fresh database of a kind, with so many channels
// where several processes may share it.
func newRigOn(t testing.TB, kind string, channels int) *rig {
	t.Helper()
	if kind == "sqlite" {
		dir := t.TempDir()
		return newRig(t, "sqlite:"+filepath.Join(dir, "pub.db"), "sqlite:"+filepath.Join(dir, "sub.db"), 1)
	}
	schema := testkit.Postgres(t)
	return newRig(t, schema(t), schema(t), channels)
}

// endless is a load that only a restart ends.
const endless = 1 << 40

// post is a place that a process always fills: whoever dies there is replaced.
type post struct {
	config config
	links  links
	node   *node
}

// campaign is a load under random faults.
type campaign struct {
	*rig
	random *rand.Rand
	posts  []*post
	did    map[string]int
}

// Campaign runs a load on a kind of database for a time, while faults of every
// sort but restored databases happen as a seed says, and fails where
// an invariant does not hold once they have stopped (I1, I2, I6, I8, I9). On
// PostgreSQL two publishers and two readers share several channels. It returns how
// many events there were and how many faults of each sort.
func Campaign(t testing.TB, kind string, seed uint64, d time.Duration) (events int64, faults map[string]int) {
	t.Helper()
	c := &campaign{rig: newRigOn(t, kind, several), random: rand.New(rand.NewPCG(seed, uint64(len(kind)))), did: map[string]int{}}
	each := 1
	if kind == "postgres" {
		each = 2
	}
	for range each {
		c.fill(c.publisher(endless), "")
		c.fill(c.reader(), "")
	}
	c.published(100)
	end := time.Now().Add(d)     //nolint:forbidigo // a campaign's own length
	for time.Now().Before(end) { //nolint:forbidigo // as above
		c.strike()
		c.rest(200, 1500)
	}
	return c.close(), c.did
}

// fill puts a process at a new post.
func (c *campaign) fill(conf config, env string) {
	c.t.Helper()
	conf.Pause = 4 * time.Millisecond
	conf, l := c.apart(conf)
	c.posts = append(c.posts, &post{config: conf, links: l, node: start(c.t, conf, env)})
}

// rest waits a random time; the pipeline needs some to get into the next trouble.
func (c *campaign) rest(least, most int) {
	<-time.After(time.Duration(least+c.random.IntN(most-least)) * time.Millisecond)
}

// strike does one fault.
func (c *campaign) strike() {
	c.t.Helper()
	p := c.posts[c.random.IntN(len(c.posts))]
	c.channel = event.Channel(publisher, c.random.IntN(c.channels))
	faults := map[string]func(){
		"kill": func() { p.node.kill(); c.rest(1, 500); p.node = start(c.t, p.config) },
		"failpoint": func() {
			points := map[string][]string{"publisher": {"outbox.committed", "relay.sequenced", "relay.published"}, "reader": {"consume.applied", "consume.committed"}}[p.config.Role]
			p.node.kill()
			p.node = start(c.t, p.config, fmt.Sprintf("QIAO_TEST_FAULT=%s:%d", points[c.random.IntN(len(points))], 1+c.random.IntN(4)))
			select { // it may be the one that holds no lease, and never come there
			case <-p.node.done:
			case <-time.After(time.Second):
				p.node.kill()
			}
			p.node = start(c.t, p.config)
		},
		"bus cut":   func() { p.links.bus.cut(); c.rest(100, 7000); p.links.bus.mend() },
		"broker":    func() { c.stopBroker(); c.rest(1, 1000); c.startBroker() },
		"duplicate": func() { c.again(1 + c.random.Uint64N(c.lastMessage()+1)) },
		"delete": func() {
			at := 1 + c.random.Uint64N(c.lastMessage()+1)
			for i := range uint64(3) {
				_ = c.stream().DeleteMsg(context.Background(), at+i) // gone already, perhaps
			}
		},
		"purge": func() {
			if err := c.stream().Purge(context.Background()); err != nil {
				c.t.Fatal(err)
			}
		},
		"wipe":     func() { losses["the store is wiped"](c.t, c.rig) },
		"truncate": func() { losses["a block file is truncated"](c.t, c.rig) },
		"bit":      func() { losses["a bit is flipped"](c.t, c.rig) },
	}
	if p.links.db != nil {
		faults["database cut"] = func() { p.links.db.cut(); c.rest(100, 7000); p.links.db.mend() }
		faults["stopped"] = func() { // a process that wakes up and thinks that it still leads
			_ = p.node.cmd.Process.Signal(syscall.SIGSTOP) // it may just have died of another fault
			c.rest(1000, 6000)
			_ = p.node.cmd.Process.Signal(syscall.SIGCONT)
		}
	}
	if !c.damageable() {
		delete(faults, "truncate")
		delete(faults, "bit")
	}
	names := slices.Sorted(maps.Keys(faults))
	name := names[c.random.IntN(len(names))]
	c.did[name]++
	faults[name]()
}

// close ends the load and the faults, and states the invariants.
func (c *campaign) close() int64 {
	c.t.Helper()
	for _, p := range c.posts {
		p.links.bus.mend()
		if p.links.db != nil {
			p.links.db.mend()
		}
		p.node.kill()
	}
	total := c.number(c.pub, `SELECT sum(version) FROM thing`)
	for _, p := range c.posts {
		if p.config.Role == "publisher" {
			p.config.Events = int(total)
		}
		p.node = start(c.t, p.config)
	}
	c.holds(total, true)
	if n := c.number(c.pub, `SELECT count(*) FROM channel WHERE alarm <> ''`); n > 0 {
		c.t.Error("a channel has an alarm, though nothing was restored")
	}
	for _, p := range c.posts {
		p.node.kill()
	}
	return total
}

// Restores puts a publisher's database back to the past again and again, as a
// seed says, and fails where the relay publishes anything before an operator
// has chosen a way out, or where a way out does not lead on (I10). It returns
// how often each way was gone.
func Restores(t testing.TB, kind string, seed uint64, d time.Duration) (ways map[string]int) {
	t.Helper()
	c := &campaign{rig: newRigOn(t, kind, 1), random: rand.New(rand.NewPCG(seed, uint64(len(kind)))), did: map[string]int{}}
	total := int64(0)
	load := func(n int64) {
		t.Helper()
		total += n
		p := start(t, c.publisher(int(total)))
		c.until("the load has arrived", func() error { return c.settled(total) })
		p.kill()
	}
	reads := start(t, c.reader())
	end := time.Now().Add(d)                                            //nolint:forbidigo // a campaign's own length
	for first := true; first || time.Now().Before(end); first = false { //nolint:forbidigo // as above
		load(20 + c.random.Int64N(100))
		reads.kill()
		back := c.snapshot()
		kept := total
		reads = start(t, c.reader())
		load(1 + c.random.Int64N(100))
		lost := total - kept
		orphans := c.number(c.sub, `SELECT count(*) FROM orphaned WHERE id <> ''`)
		reads.kill()
		back()
		newer := int64(0)
		if c.random.IntN(2) == 0 {
			newer = 1 + c.random.Int64N(150) // also more than were lost
		}
		last := c.lastMessage()
		p := start(t, c.publisher(int(kept+newer)))
		reads = start(t, c.reader())
		c.alarmed(last)
		if newer == 0 && c.random.IntN(2) == 0 {
			c.did["taken back"]++
			n, _, err := relay.TakeBack(context.Background(), c.pub, c.js, c.channel, "restored", "officer-1", time.Now())
			if err != nil || int64(n) != lost {
				t.Fatalf("took %d of %d back: %v", n, lost, err)
			}
			p.kill()
			// The officers enter again what the things' states lack; the events say what.
			c.exec(c.pub, `UPDATE thing SET version = (SELECT count(*) FROM event e WHERE e.aggregate = thing.id)`)
			load(1)
		} else {
			c.did["new epoch"]++
			if _, err := relay.OpenEpoch(context.Background(), c.pub, c.channel, "restored", "officer-1", time.Now()); err != nil { //nolint:forbidigo // an officer's own moment
				t.Fatal(err)
			}
			total = kept + newer
			c.until("the new epoch has arrived", func() error { return c.settled(total) })
			p.kill()
			if n := c.number(c.sub, `SELECT count(*) FROM orphaned WHERE id <> ''`) - orphans; n != lost {
				t.Errorf("I10: %d orphaned effects are listed, not %d", n, lost)
			}
			load(1)
		}
		if err := c.sound(); err != nil {
			t.Fatal(err)
		}
	}
	reads.kill()
	return c.did
}

// sound says what does not hold on a channel that went through epochs.
func (c *campaign) sound() error {
	all, err := relay.State(context.Background(), c.pub, true)
	if err != nil {
		return err
	}
	var twice, count int64
	err = c.sub.View(context.Background(), func(tx *sqldb.Tx) error {
		return errors.Join(tx.QueryRow(`SELECT count(*) - count(DISTINCT id) FROM heard`).Scan(&twice),
			tx.QueryRow(`SELECT sum(applied + skipped - orphaned - seq) + (SELECT count(*) FROM parked) FROM cursor`).Scan(&count))
	})
	switch {
	case err != nil:
		return err
	case !all[0].GapFree || !all[0].ChainHold || all[0].Alarm != "":
		return fmt.Errorf("I2, I9: %s", strings.TrimSpace(fmt.Sprintf("%+v", all[0])))
	case twice != 0:
		return fmt.Errorf("I6: %d effects twice", twice)
	case count != 0:
		return fmt.Errorf("I6: the cursor counts %d too many", count)
	}
	return nil
}
