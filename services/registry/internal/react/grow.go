package react

import (
	"context"
	"log/slog"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// growTick is how often it is looked whether a new day began.
const growTick = time.Minute

// Grow has each child looked at once a day, a page after another, until ctx ends.
// What a child has come to is done once, whoever looks; what fails is tried again.
func Grow(ctx context.Context, page func(ctx context.Context, after string) (last string, err error), c clock.Clock, log *slog.Logger) error {
	tick := time.NewTicker(growTick)
	defer tick.Stop()
	var done clock.Date
	for {
		moved := clock.Moved(c)
		if today := clock.Today(c); today != done {
			last, err := page(ctx, "")
			for err == nil && last != "" && ctx.Err() == nil {
				last, err = page(ctx, last)
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
