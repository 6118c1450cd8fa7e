package relay

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The broker's codes for no room; nats.go has no names for them.
const (
	codeStoreFailed           = 10077 // the stream's own limit, with discard=new
	codeNoStorage             = 10047 // the server's storage is used up
	codeInsufficientResources = 10023
)

// sickAfter is how long the bus may take nothing before that is an alarm: its
// nodes elect a leader meanwhile, or a server is started again.
const sickAfter = 5 * time.Second

// isFull reports that a stream has no room, or the broker none for it.
func isFull(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == codeStoreFailed || api.ErrorCode == codeNoStorage || api.ErrorCode == codeInsufficientResources)
}

// aside goes on beside a bus that takes nothing, whatever its reason: events
// are numbered, and the announcements tell readers to fill from the event
// table. It ends without an error once the stream takes the backlog again.
func (c *leader) aside(ctx context.Context, cause error) error {
	began := time.Now()
	for ctx.Err() == nil {
		c.complain(ctx, cause, time.Since(began))
		for {
			rows, err := c.sequence(ctx)
			if err != nil {
				return err
			}
			if !full(rows) {
				break
			}
		}
		if err := c.announce(c.lastSeq, c.chain); err != nil {
			return err
		}
		select {
		case m := <-c.objected:
			if err := c.judge(ctx, m); err != nil {
				return err
			}
		default:
		}
		if !c.cfg.Conn.IsConnected() {
			return cause // another instance may have a link
		}
		err := c.attempt(ctx)
		switch {
		case err == nil, errors.Is(err, ErrDiverged), errors.Is(err, errDeposed):
			return err
		case ctx.Err() == nil:
			cause = err
		}
		pause(ctx, lease/3) // the lease is prolonged in time
	}
	return ctx.Err()
}

// attempt tries the bus again, in less than the lease's time.
func (c *leader) attempt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	if _, err := c.reconcile(ctx); err != nil {
		return err
	}
	return c.backlog(ctx)
}

// complain writes down why the channel's events go past the bus: at once where
// that is known, else once it has lasted.
func (c *leader) complain(ctx context.Context, cause error, lasted time.Duration) {
	code := ErrBusSick.Code
	switch {
	case isFull(cause):
		code = ErrStreamFull.Code
	case errors.Is(cause, ErrNoStream):
		code = ErrNoStream.Code
	case lasted < sickAfter:
		return
	}
	if c.alarmed != code {
		c.alarms(ctx, 1)
		c.log.ErrorContext(ctx, "events go past the bus", "channel", c.name, "alarm", code, "error", cause)
		c.alarm(ctx, code)
	}
}
