package react

import (
	"context"
	"log/slog"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

const (
	growTick  = time.Minute // how often it is looked whether a new day began
	growAgain = time.Hour   // after how long it is tried again where a child failed
)

// Grow has each child looked at once a day, a page after another, until ctx ends.
// What a child has come to is done once, whoever looks; what fails is tried again. A
// child that fails is logged and holds up no other.
func Grow(ctx context.Context, page func(ctx context.Context, after string, failed func(child string, err error)) (last string, err error), c clock.Clock, log *slog.Logger) error {
	tick := time.NewTicker(growTick)
	defer tick.Stop()
	var done clock.Date
	var again time.Time // zero where no child failed
	failed := func(child string, err error) {
		again = c.Now().Add(growAgain)
		log.WarnContext(ctx, "a child not looked at", "child", child, "error", err)
	}
	for {
		moved := clock.Moved(c)
		if today := clock.Today(c); today != done || !again.IsZero() && !c.Now().Before(again) {
			again = time.Time{}
			last, err := page(ctx, "", failed)
			for err == nil && last != "" && ctx.Err() == nil {
				last, err = page(ctx, last, failed)
			}
			if err == nil {
				done = today
			} else if ctx.Err() == nil {
				log.WarnContext(ctx, "children not looked at", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-moved:
		case <-tick.C:
		}
	}
}
