// Package delivery brings messages to people. An offer's clock starts only when
// its message is known to have arrived, so an adapter says whether it is.
package delivery

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Adapter is one way to a person.
type Adapter interface {
	// Deliver hands a message over and reports whether it is known to have
	// arrived; where it is not, it is asked again later. The same message again
	// must not reach the person twice.
	Deliver(ctx context.Context, m domain.Message) (arrived bool, err error)
}

// Mailbox is the way that needs no phone: the message lies where the worker
// sees it when signed in. What lies there has arrived.
type Mailbox struct {
	DB    *sqldb.DB
	In    func(*sqldb.Tx) app.Store
	Clock clock.Clock
}

// Deliver puts a message into its worker's mailbox.
func (b Mailbox) Deliver(ctx context.Context, m domain.Message) (bool, error) {
	err := b.DB.Update(ctx, func(tx *sqldb.Tx) error { return b.In(tx).PutInMailbox(m.ID, m.Worker, b.Clock.Now()) })
	return err == nil, err
}
