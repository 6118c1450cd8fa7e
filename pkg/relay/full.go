package relay

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// The broker's codes for no room; nats.go has no names for them.
const (
	codeStoreFailed           = 10077 // the stream's own limit, with discard=new
	codeNoStorage             = 10047 // the server's storage is used up
	codeInsufficientResources = 10023
)

// isFull reports that a stream has no room, or the broker none for it.
func isFull(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == codeStoreFailed || api.ErrorCode == codeNoStorage || api.ErrorCode == codeInsufficientResources)
}

// aside goes on beside a full stream: events are numbered, and the
// announcements tell readers to fill from the event table. It ends without an
// error once the stream takes the backlog again.
func (c *leader) aside(ctx context.Context) error {
	r := c.Relay
	r.alarms(ctx, 1)
	r.log.ErrorContext(ctx, "the stream is full", "channel", c.name)
	c.alarm(ctx, ErrStreamFull.Code)
	for ctx.Err() == nil {
		for {
			rows, err := c.sequence(ctx)
			if err != nil {
				return err
			}
			if len(rows) < batchLimit {
				break
			}
		}
		if err := c.announce(c.lastSeq, c.chain); err != nil {
			return err
		}
		if err := c.backlog(ctx); !isFull(err) {
			return err
		}
		pause(ctx, lease/3) // the lease is prolonged in time
	}
	return ctx.Err()
}
