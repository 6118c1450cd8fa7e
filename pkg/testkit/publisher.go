package testkit

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
)

// Publisher stands in for another service: it publishes what a test appends,
// through a real event log and relay, and answers methods that a test binds.
type Publisher struct {
	p   *Platform
	log *outbox.Log
}

// Publisher starts a stand-in for a service.
func (p *Platform) Publisher(service string, methods ...contract.Method) *Publisher {
	p.T.Helper()
	ctx := context.Background()
	d := p.Deps(service)
	log, tasks, caller, err := run.Open(ctx, service, nil, d)
	if err != nil {
		p.T.Fatal(err)
	}
	s, err := run.Assemble(ctx, run.Parts{Log: log, Tasks: tasks, Caller: caller, Methods: methods}, d)
	if err != nil {
		p.T.Fatal(err)
	}
	p.Start(s)
	return &Publisher{p, log}
}

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
