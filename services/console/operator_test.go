package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// probe reads employment's channel with a real consumer and refuses every
// event while it is broken.
func probe(f *fixture) (db *sqldb.DB, broken *atomic.Bool) {
	f.t.Helper()
	broken = &atomic.Bool{}
	broken.Store(true)
	d := f.platform.Deps(probed)
	k, err := run.Open(context.Background(), probed, nil, d)
	if err != nil {
		f.t.Fatal(err)
	}
	r := consume.NewRouter()
	consume.On(r, "employment", func(context.Context, *sqldb.Tx, event.Event, *employmentv1.HireRegistered) error {
		if broken.Load() {
			return errs.New(errs.Invalid, "probe.broken", "The probe is broken.")
		}
		return nil
	})
	r.Rebuilds(consume.Model{
		Name: "timeline", Apply: func(context.Context, *sqldb.Tx, event.Event) error { return nil },
		Swap: func(*sqldb.Tx) error { return nil }, Clear: func(*sqldb.Tx) (bool, error) { return false, nil },
	})
	k.Tasks.Handle("hopeless", func(context.Context, []byte) error {
		return task.Hopeless(errs.New(errs.NotFound, "probe.hopeless", "The probe asks in vain."))
	})
	if err := k.Outbox.DB().Update(context.Background(), func(tx *sqldb.Tx) error {
		return k.Tasks.Add(context.Background(), tx, "hopeless", []byte("x"), time.Time{})
	}); err != nil {
		f.t.Fatal(err)
	}
	s, err := k.Assemble(context.Background(), run.Parts{Router: r})
	if err != nil {
		f.t.Fatal(err)
	}
	f.platform.Start(s)
	return k.Outbox.DB(), broken
}

// probed is the service that the probe stands in for: the contract names it for
// hires, so that it may fill employment's channel.
const probed = "training"

// withProbe starts a world whose training is the probe.
func withProbe(t *testing.T) *fixture {
	t.Helper()
	f := start(t, false)
	f.world.start(f.platform, probed)
	return f
}

// An officer looks at what is parked, tries it again, and gives one up under a
// staff number; the reason is signed.
func TestParkedEventsAreHandled(t *testing.T) {
	f := withProbe(t)
	db, broken := probe(f)
	const worker = "0198c0de-0000-7000-8000-000000000001"
	for i := range 3 {
		f.world.publish["employment"].Publish(outbox.Subject{Aggregate: fmt.Sprintf("hire-%d", i), Worker: worker, Division: "654301"},
			&employmentv1.HireRegistered{HireId: fmt.Sprintf("hire-%d", i)})
	}
	testkit.Eventually(t, "three events are parked", func() bool {
		return strings.Contains(f.get("/parked?lang=en", 200), "3 events") || strings.Count(f.get("/parked", 200), "/parked/training/") == 3
	})
	f.has(f.get("/parked", 200), "The probe is broken.", "probe.broken", `/parked/training/employment-0/1`)
	page := f.get("/parked/training/employment-0/2", 200)
	f.has(page, "hire-1", "Try this one again", "Give this one up")
	if strings.Contains(page, worker) {
		t.Error("the page shows whom the event concerns")
	}
	f.get("/parked/training/employment-0/9", 404)
	f.get("/parked/nobody/employment-0/1", 404)

	id := func(seq int) (id string) {
		err := db.View(context.Background(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT id FROM parked WHERE seq = $1`, seq).Scan(&id)
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	skip := func(seq, status int, id, officer, reason, sure string) string {
		return f.post("/parked/skip", status, "service", probed, "channel", "employment-0", "seq", fmt.Sprint(seq), "id", id, "officer", officer, "reason", reason, "sure", sure)
	}
	f.has(skip(2, 409, id(2), "o-17", "the hire was entered by hand", "yes"), "begin with that one")
	f.has(skip(1, 400, id(1), "o-17", "the hire was entered by hand", ""), "nothing was done")
	f.has(skip(1, 400, id(1), "o-17", "tel 13800138000", "yes"), "Say why")
	skip(1, 404, id(2), "o-17", "the hire was entered by hand", "yes") // another event than the one looked at
	f.has(skip(1, 200, id(1), "o-17", "the hire was entered by hand", "yes"), "was given up", "Signature:")
	var officer, reason string
	var signature []byte
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT officer, reason, signature FROM parked_skipped WHERE seq = 1`).Scan(&officer, &reason, &signature)
	}); err != nil || officer != "o-17" || reason != "the hire was entered by hand" || len(signature) != 64 {
		t.Errorf("%s, %s, %d bytes of signature, %v", officer, reason, len(signature), err)
	}
	f.has(f.post("/parked/retry", 200, "service", probed, "channel", "employment-0"), "0 applied, 2 still parked")
	f.has(f.post("/parked/retry/all", 200), "Tried everything again: 0 applied, 2 still parked")
	broken.Store(false)
	f.has(f.post("/parked/retry", 200, "service", probed, "channel", "employment-0", "seq", "2"), "2 applied, 0 still parked")
	f.has(f.get("/parked", 200), "Nothing is parked")
}

// The pipeline's page tells who is how far, and after a restore offers the two
// ways out, each under a staff number.
func TestPipelinePage(t *testing.T) {
	f := withProbe(t)
	_, broken := probe(f)
	broken.Store(false)
	f.world.publish["employment"].Publish(outbox.Subject{Aggregate: "hire-1", Worker: "w", Division: "654301"}, &employmentv1.HireRegistered{HireId: "hire-1"})
	f.platform.Settle()
	f.has(f.get("/pipeline?lang=en", 200), "No alarm", "employment-0", "How far it is sent", "Behind")

	rebuild := []string{"service", probed, "model", "timeline", "officer", "o-17", "reason", "rows are missing", "sure", "yes"}
	f.has(f.get("/pipeline", 200), "Never rebuilt so far", "Rebuild it")
	f.has(f.post("/pipeline/rebuild", 200, rebuild...), "Timelines”", "has begun")
	testkit.Eventually(t, "the rebuild has ended", func() bool { return strings.Contains(f.get("/pipeline", 200), "from 1 events") })
	f.post("/pipeline/rebuild", 400, "service", probed, "model", "timeline", "officer", "o-17")

	// A task that can never be done is given up, seen, and begun again.
	f.has(f.get("/pipeline", 200), "Tasks that the", "probe.hopeless", "Begin it again")
	f.has(f.post("/pipeline/tasks", 200, "service", probed), "1 tasks have begun again")
	testkit.Eventually(t, "it was given up once more", func() bool { return strings.Contains(f.get("/pipeline", 200), "probe.hopeless") })
	f.post("/pipeline/tasks", 404, "service", probed, "id", "0198c0de-0000-7000-8000-000000000009")
	f.post("/pipeline/tasks", 400, "service", "nobody")

	// An event that cannot be carried, and a message that nobody here wrote.
	f.world.publish["employment"].PublishEvent(event.Event{Type: "employment.hire.registered.v1", Worker: "w", Correlation: strings.Repeat("x", 1<<20), Data: []byte{0x0a, 0x01, 'h'}})
	testkit.Eventually(t, "it is shown", func() bool { return strings.Contains(f.get("/pipeline", 200), "set aside: 1") })
	aside := f.get("/pipeline", 200)
	f.has(aside, "Release it", "Give it up", "1,048,7")
	_, rest, _ := strings.Cut(aside, `name="id" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	decide := []string{"service", "employment", "channel", "employment-0", "seq", "2", "id", id, "do", "release", "officer", "o-17", "reason", "a hostile request id"}
	f.post("/pipeline/aside", 400, decide...)
	f.has(f.post("/pipeline/aside", 200, append(decide, "sure", "yes")...), "Decided")
	f.post("/pipeline/aside", 404, append(decide, "sure", "yes")...)
	f.post("/pipeline/forged", 404, "service", "employment", "channel", "employment-0", "message", "99", "officer", "o-17", "reason", "nobody wrote it", "sure", "yes")

	// As a relay leaves it when its database was restored to the past.
	db, err := sqldb.Open(context.Background(), f.platform.Deps("employment").Database)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE channel SET alarm = 'relay.diverged'`)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the alarm is shown", func() bool { return strings.Contains(f.get("/pipeline", 200), "restored to the past") })
	f.has(f.get("/pipeline", 200), "Take the lost events back", "Open a new epoch", "Sending has stopped")
	form := []string{"service", "employment", "channel", "employment-0", "officer", "o-17", "reason", "restored last night's copy", "sure", "yes"}
	f.has(f.post("/pipeline/takeback", 409, form...), "nothing to take back")
	f.has(f.post("/pipeline/epoch", 400, "service", "employment", "channel", "employment-0", "officer", "o-17", "reason", "restored last night's copy"), "nothing was done")
	f.has(f.post("/pipeline/epoch", 200, form...), "goes on under epoch 2")
	if f.at.Path != "/pipeline" || f.at.Query().Get("opened") != "2" {
		t.Errorf("went to %s", (&url.URL{Path: f.at.Path, RawQuery: f.at.RawQuery}).String())
	}
	f.post("/pipeline/epoch", 400, "service", "nobody", "channel", "employment-0")
}

// A service that stands still on an empty database is shown with what to do,
// and begins anew on an officer's signed word alone.
func TestAnEmptyDatabaseIsExplained(t *testing.T) {
	f := withProbe(t)
	d := f.platform.Deps(probed)
	k, err := run.Open(context.Background(), probed, nil, d)
	if err != nil {
		t.Fatal(err)
	}
	known := func(context.Context) (bool, error) { return true, nil }
	s, err := k.Assemble(context.Background(), run.Parts{Known: known})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Error(err)
		}
	})
	f.get("/?lang=en", 200)
	testkit.Eventually(t, "the alarm is shown", func() bool {
		return strings.Contains(f.get("/pipeline", 200), "writes nothing until an operator")
	})
	f.has(f.post("/pipeline/begin", 400, "service", probed, "officer", "o-17", "reason", "there is no backup"), "nothing was done")
	f.post("/pipeline/begin", 400, "service", "nobody", "officer", "o-17", "reason", "there is no backup", "sure", "yes")
	select {
	case <-s.Ready():
		t.Fatal("it began without a word")
	default:
	}
	f.has(f.post("/pipeline/begin", 200, "service", probed, "officer", "o-17", "reason", "there is no backup", "sure", "yes"), "begins anew on its empty database")
	<-s.Ready()
	testkit.Eventually(t, "the alarm is gone", func() bool {
		return !strings.Contains(f.get("/pipeline", 200), "writes nothing until an operator")
	})
}
