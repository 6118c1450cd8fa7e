package cluster

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// MakeStreams makes the stream of every channel where it is missing, and brings
// the others up to date: as the bus' operator, since no service may. What a
// stream holds stays. It returns their names.
func (c *Cluster) MakeStreams(ctx context.Context, partitions, replicas int, maxBytes int64) (names []string, err error) {
	nc, err := c.Bus(keys.Operator)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	for _, s := range standalone.Names() {
		for i := range max(1, partitions) {
			channel := event.Channel(s, i)
			if err := relay.MakeStream(ctx, js, channel, maxBytes, replicas); err != nil {
				return names, err
			}
			names = append(names, event.Stream(channel))
		}
	}
	return names, nil
}
