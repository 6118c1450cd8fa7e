package answer

import "context"

// Revive has what waited for an answer go on of a person whose death was recorded and
// who lives: it saves each whose clock that changes, and has what waits lapse at its
// new end.
func Revive[T, E any](ctx context.Context, all []T, stood Pause, clock func(*T) *Clock, save func(context.Context, T, ...E) error, lapse func(T) error) error {
	for _, v := range all {
		c, changed := clock(&v).Resume(stood)
		if !changed {
			continue
		}
		*clock(&v) = c
		if err := save(ctx, v); err != nil {
			return err
		}
		if !c.Waits() {
			continue
		}
		if err := lapse(v); err != nil {
			return err
		}
	}
	return nil
}
