package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
)

// stream gives a channel's stream, or ErrNoStream; where the relay may make
// streams, it makes the stream or brings it up to date.
func (r *Relay) stream(ctx context.Context, channel string) (jetstream.Stream, error) {
	if r.cfg.Operator != nil {
		if err := MakeStream(ctx, r.cfg.Operator, channel, r.cfg.MaxBytes, r.cfg.Replicas); err != nil {
			return nil, err
		}
	}
	return patiently(ctx, channel, func(ctx context.Context) (jetstream.Stream, error) {
		s, err := r.js.Stream(ctx, event.Stream(channel))
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil, ErrNoStream.With("channel", channel)
		}
		return s, err
	})
}

// MakeStream makes a channel's stream, or brings it up to date. Only the
// operator of the bus may: a service that could make or change streams could
// gather what it may not hear, and say what it may not say.
func MakeStream(ctx context.Context, js jetstream.JetStream, channel string, maxBytes int64, replicas int) error {
	_, err := patiently(ctx, channel, func(ctx context.Context) (jetstream.Stream, error) {
		return js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: event.Stream(channel), Subjects: []string{event.Subjects(channel)}, Storage: jetstream.FileStorage,
			Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew, MaxBytes: maxBytes,
			MaxAge: 7 * 24 * time.Hour, Replicas: max(1, replicas), AllowDirect: true,
		})
	})
	return err
}

// noPeers is the server's code for a stream that too few nodes are there to hold.
const noPeers jetstream.ErrorCode = 10005

// patiently asks again while the bus does not answer: its nodes may be electing
// a leader, and where two make a stream at once, neither may get an answer; or
// one of them, just started, has not been heard of by the leader yet.
func patiently(ctx context.Context, channel string, ask func(context.Context) (jetstream.Stream, error)) (jetstream.Stream, error) {
	for attempt := 1; ; attempt++ {
		once, cancel := context.WithTimeout(ctx, 2*time.Second)
		s, err := ask(once)
		cancel()
		if err == nil {
			return s, nil
		}
		wait := poll
		switch api := (*jetstream.APIError)(nil); {
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrTimeout):
		case errors.As(err, &api) && api.ErrorCode == noPeers:
			wait = time.Second // it is refused at once, and a node takes a moment
		default:
			attempt = streamAttempts
		}
		if attempt == streamAttempts || ctx.Err() != nil {
			return nil, fmt.Errorf("stream of %s: %w", channel, err)
		}
		pause(ctx, wait)
	}
}
