package react_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/react"
)

// A child that fails holds up no other, and is looked at again after an hour.
func TestAChildThatFailsHoldsUpNoOther(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	rounds := make(chan string)
	page := func(_ context.Context, after string, failed func(string, error)) (string, error) {
		if after == "" {
			failed("child-1", errors.New("no key"))
			return "child-1", nil
		}
		rounds <- after
		return "", nil
	}
	done := make(chan error)
	go func() { done <- react.Grow(ctx, page, c, slog.New(slog.DiscardHandler)) }()
	if after := <-rounds; after != "child-1" {
		t.Errorf("the next page begins after %q", after)
	}
	c.Advance(time.Hour)
	if after := <-rounds; after != "child-1" {
		t.Errorf("an hour later it begins after %q", after)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
