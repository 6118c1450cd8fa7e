package run

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// TestStandingStillIsTold is S13: events that stay unsent are told by /ready
// with a line, and no longer once they move; /serving stays.
func TestStandingStillIsTold(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	tel, err := telemetry.New(ctx, telemetry.Config{LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(query string) {
		t.Helper()
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	s := &service{name: "employment", ready: make(chan struct{}), watch: newWatch(db, nil, nil, tel.For("employment"), 200*time.Millisecond)}
	close(s.ready)
	done := make(chan error, 1)
	go func() { done <- s.watch.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, db.Close()); err != nil {
			t.Error(err)
		}
	})
	mux := http.NewServeMux()
	Health(mux, tel, make(chan struct{}), s)
	from := func(address, path string) (int, string) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = address
		mux.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	ask := func(path string) (int, string) { return from("127.0.0.1:9", path) }
	until := func(what string, holds func() bool) {
		t.Helper()
		deadline, tick := time.After(2*time.Minute), time.NewTicker(10*time.Millisecond)
		defer tick.Stop()
		for !holds() {
			select {
			case <-deadline:
				t.Fatal("still not: " + what)
			case <-tick.C:
			}
		}
	}
	if code, body := ask("/ready"); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	exec(`INSERT INTO channel (channel, epoch, last_seq, chain, published_seq, owner, term, lease_until) VALUES ('employment-0', 1, 5, x'00', 3, '', 0, 0)`)
	until("it is told", func() bool {
		code, body := ask("/ready")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "pipeline.not_sent employment-0")
	})
	if code, _ := ask("/serving"); code != http.StatusOK {
		t.Error("it serves no more")
	}
	if code, body := from("192.0.2.9:1", "/ready"); code != http.StatusServiceUnavailable || strings.Contains(body, "employment") {
		t.Errorf("another machine is told %d %s", code, body)
	}
	if code, _ := from("192.0.2.9:1", "/metrics"); code != http.StatusNotFound {
		t.Errorf("another machine reads the metrics: %d", code)
	}
	if code, _ := ask("/metrics"); code != http.StatusOK {
		t.Errorf("this machine does not read the metrics: %d", code)
	}
	exec(`UPDATE channel SET published_seq = 5`)
	until("it is well", func() bool { code, _ := ask("/ready"); return code == http.StatusOK })
	exec(`UPDATE channel SET alarm = 'relay.stream_full'`)
	until("a full stream is shown", func() bool { return len(s.troubles()) == 1 })
	if code, _ := ask("/ready"); code != http.StatusOK {
		t.Error("a full stream, beside which all goes on, makes it unready")
	}
}

// A full disk is told at once, also under what a service keeps apart from its
// own database; a server that is away, only when it stays away.
func TestAFullDiskIsToldAtOnce(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	tel, err := telemetry.New(ctx, telemetry.Config{LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	code := ""
	s := &service{name: "registry", watch: newWatch(db, []func() (string, time.Time){func() (string, time.Time) { return code, time.Now() }}, nil, tel.For("registry"), 0)}
	counted := map[string]int64{}
	s.watch.count = func(_ context.Context, n int64, code string) { counted[code] = n }
	for _, c := range []struct{ code, says string }{{sqldb.ErrUnavailable.Code, ""}, {sqldb.ErrFull.Code, "registry: storage.full"}, {"", ""}} {
		code = c.code
		found := s.watch.look(ctx)
		s.watch.found.Store(&found)
		if lines := strings.Join(s.Unwell(), "\n"); c.says == "" && lines != "" || !strings.Contains(lines, c.says) {
			t.Errorf("%q is told as %q", c.code, lines)
		}
		if full := counted[sqldb.ErrFull.Code]; (full == 1) != (c.code == sqldb.ErrFull.Code) || counted[""] != 0 {
			t.Errorf("%q is counted as %v", c.code, counted)
		}
	}
}
