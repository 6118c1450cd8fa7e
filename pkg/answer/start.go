package answer

import (
	"context"
	"errors"
	"time"
)

// Start starts the clock of what a message was about, when the message is known to
// have arrived: it loads and saves it, and has it lapse at its end, where it does.
// What is not there, which load says by unknown, has no clock, nor has what was
// answered before; where nobody is known to have read of it, it never lapses.
func Start[T, E any](ctx context.Context, id string, at time.Time, load func(id string) (T, error), unknown error,
	deliver func(T, time.Time) (T, bool), save func(context.Context, T, ...E) error, lapse func(T) error,
) error {
	v, err := load(id)
	if errors.Is(err, unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	v, started := deliver(v, at)
	if !started {
		return nil
	}
	if err := save(ctx, v); err != nil || lapse == nil {
		return err
	}
	return lapse(v)
}
