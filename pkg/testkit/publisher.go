package testkit

import (
	"cmp"
	"context"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
)

// Publisher stands in for another service: it publishes what a test appends,
// through a real event log and relay, and answers methods that a test binds.
type Publisher struct {
	p   *Platform
	log *outbox.Outbox
}

// Publisher starts a stand-in for a service.
func (p *Platform) Publisher(service string, methods ...contract.Method) *Publisher {
	p.T.Helper()
	ctx := context.Background()
	d := p.Deps(service)
	k, err := run.Open(ctx, service, nil, d)
	if err != nil {
		p.T.Fatal(err)
	}
	s, err := k.Assemble(ctx, run.Parts{Methods: methods})
	if err != nil {
		p.T.Fatal(err)
	}
	p.Start(s)
	return &Publisher{p, k.Outbox}
}

// DB is the stand-in's database.
func (b *Publisher) DB() *sqldb.DB { return b.log.DB() }

// Log is the stand-in's event log.
func (b *Publisher) Log() *outbox.Outbox { return b.log }

// Publish appends events about one aggregate in one transaction.
func (b *Publisher) Publish(about outbox.Subject, messages ...proto.Message) {
	b.p.T.Helper()
	err := b.log.DB().Update(context.Background(), func(tx *sqldb.Tx) error {
		return b.log.Append(context.Background(), tx, about, messages...)
	})
	if err != nil {
		b.p.T.Fatal(err)
	}
}

// PublishRaw writes an event row whose payload is not what its type says, as a
// defective publisher would.
func (b *Publisher) PublishRaw(eventType string, data []byte) {
	b.p.T.Helper()
	b.PublishEvent(event.Event{Type: eventType, Data: data})
}

// PublishEvent writes an event row as it is given, as a publisher of another
// version would; what is not given of its id, thing and time is made.
func (b *Publisher) PublishEvent(e event.Event) {
	b.p.T.Helper()
	e.ID, e.Aggregate, e.Version, e.OccurredAt = ident.NewID(), cmp.Or(e.Aggregate, ident.NewID()), max(e.Version, 1), b.p.Clock.Now()
	body, err := e.Marshal()
	if err != nil {
		b.p.T.Fatal(err)
	}
	err = b.log.DB().Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at) VALUES ($1, $2, $3, $4, 'shared', $5, $6, $7, 0)`,
			e.ID, e.Aggregate, e.Version, b.log.Channels()[0], e.Type, e.Worker, body)
		return err
	})
	if err != nil {
		b.p.T.Fatal(err)
	}
}

// Published reads what a service has put on the bus so far, oldest first. No
// principal may read a whole channel: a test looks into the stream itself.
func (p *Platform) Published(service string) (all []event.Event) {
	p.T.Helper()
	js, err := jetstream.New(p.Conn)
	if err != nil {
		p.T.Fatal(err)
	}
	ctx := context.Background()
	s, err := js.Stream(ctx, event.Stream(event.Channel(service, 0)))
	if err != nil {
		p.T.Fatal(err)
	}
	info, err := s.Info(ctx)
	if err != nil {
		p.T.Fatal(err)
	}
	for at := max(info.State.FirstSeq, 1); at <= info.State.LastSeq; at++ {
		m, err := s.GetMsg(ctx, at)
		if err != nil {
			p.T.Fatal(err)
		}
		e, err := event.Parse(m.Data)
		if err != nil {
			p.T.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}
