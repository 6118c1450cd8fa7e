package rpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// S12: a key whose answer is over met its own row until the hourly purge came by.
func TestAnExpiredKeyIsFreeBeforeThePurge(t *testing.T) {
	p, f, _, _ := start(t)
	now := clock.NewManual(time.Now())
	log := outbox.New("probe", f.log.DB(), now, p.Master, 1)
	ctx := outbox.WithKey(context.Background(), outbox.Key{Scope: "s", Key: "k", Request: []byte("r")})
	runs := 0
	run := func() {
		t.Helper()
		if _, err := outbox.Command(ctx, log, func(*sqldb.Tx) (*platformv1.ListFactsResponse, error) {
			runs++
			return &platformv1.ListFactsResponse{}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	run()
	if runs != 1 {
		t.Fatalf("%d runs", runs)
	}
	now.Advance(100 * time.Hour)
	run()
	if runs != 2 {
		t.Fatalf("%d runs", runs)
	}
	run()
	if runs != 2 {
		t.Fatalf("%d runs", runs)
	}
}
