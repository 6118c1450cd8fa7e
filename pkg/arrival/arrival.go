// Package arrival has a department act when a message to a worker is known to
// have arrived: an offer's clock starts then, and the time in which a decision
// can be asked about is counted from then.
package arrival

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Use is the use case of one kind of thing: it gets the thing's id, to whom the
// message about it was, and when it arrived.
type Use[S any] func(ctx context.Context, store S, id, worker string, at time.Time) error

// Whoever is a use for which it does not matter to whom the message was: its things
// never go over from one person to another.
func Whoever[S any](use func(ctx context.Context, store S, id string, at time.Time) error) Use[S] {
	return func(ctx context.Context, store S, id, _ string, at time.Time) error { return use(ctx, store, id, at) }
}

// On routes the arrival of service's messages by the kind of what they are about,
// as the contract says of the event that they tell of. It panics where uses are not
// for the kinds whose clock the contract has an arrival start, which only a
// programmer can cause.
func On[S any](r *consume.Router, service string, in func(*sqldb.Tx) S, uses map[string]Use[S]) {
	told, err := event.Tells(service)
	if err != nil {
		panic(err)
	}
	clocks := map[string]bool{}
	for _, t := range told {
		if t.Clock {
			clocks[t.Kind] = true
		}
	}
	if want, got := slices.Sorted(maps.Keys(clocks)), slices.Sorted(maps.Keys(uses)); !slices.Equal(want, got) {
		panic(fmt.Sprintf("arrival: the contract of %s has clocks of %v, and it starts those of %v", service, want, got))
	}
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.MessageDelivered) error {
		kind := m.GetAboutKind()
		if kind == "" { // published before messages said it
			kind = event.KindOf(m.GetTemplate())
		}
		use, ok := uses[kind]
		if !ok || m.GetAboutService() != service {
			return nil
		}
		return use(ctx, in(tx), m.GetAbout(), e.Worker, e.OccurredAt)
	})
}
