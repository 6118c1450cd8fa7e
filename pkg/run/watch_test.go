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
	s := &service{name: "employment", ready: make(chan struct{}), watch: newWatch(db, nil, tel.For("employment"), 200*time.Millisecond)}
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
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		deadline, tick := time.After(30*time.Second), time.NewTicker(10*time.Millisecond)
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
	exec(`UPDATE channel SET published_seq = 5`)
	until("it is well", func() bool { code, _ := ask("/ready"); return code == http.StatusOK })
	exec(`UPDATE channel SET alarm = 'relay.stream_full'`)
	until("a full stream is shown", func() bool { return len(s.troubles()) == 1 })
	if code, _ := ask("/ready"); code != http.StatusOK {
		t.Error("a full stream, beside which all goes on, makes it unready")
	}
}
