// Package react is what the registry does when something happened anywhere: it
// puts every event of a worker on the worker's timeline, writes reads to the
// access log, and tells the worker what concerns him.
package react

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
)

// reads is how the type ends of an event that tells of a read.
const reads = ".record.read.v1"

// Router routes the events that the registry acts on. Of whom it tells what stands
// in the contracts alone, so it knows no department.
func Router(a *app.App, in func(*sqldb.Tx) app.Store) (*consume.Router, error) {
	h := handlers{a, in}
	r := consume.NewRouter()
	// All channels are read, the registry's own too: its events belong on the timeline like the others'.
	r.Every(h.step, services.Names()...)
	for _, service := range services.Names() {
		if service != event.Keeper {
			consume.On(r, service, h.recordRead)
		}
		told, err := event.Tells(service)
		if err != nil {
			return nil, err
		}
		for _, t := range told {
			r.Handle(t.Type, h.tell(service, t))
		}
	}
	return r, nil
}

type handlers struct {
	app *app.App
	in  func(*sqldb.Tx) app.Store
}

// tell makes a message of an event, where its worker is to be told.
func (h handlers) tell(service string, t event.Tell) consume.Handler {
	return func(ctx context.Context, tx *sqldb.Tx, e event.Event) error {
		m, about, err := t.Of(e)
		if err != nil || about == "" || e.Worker == "" {
			return err
		}
		worker, err := h.in(tx).Assigned(e.Aggregate, e.Worker)
		if err != nil {
			return err
		}
		return h.app.Tell(ctx, h.in(tx), domain.Message{
			ID: e.ID, Worker: worker, Division: e.Division, Template: event.Template(e.Type), About: about, AboutService: service, Values: facts.Of(m),
		})
	}
}

// step puts an event on its worker's timeline.
func (h handlers) step(_ context.Context, tx *sqldb.Tx, e event.Event) error {
	if e.Worker == "" || strings.HasSuffix(e.Type, reads) {
		return nil
	}
	return h.in(tx).AddStep(stepOf(e))
}

// Refill puts an event on the timeline that a rebuild fills.
func Refill(in func(*sqldb.Tx) app.Store) consume.Handler {
	return func(_ context.Context, tx *sqldb.Tx, e event.Event) error {
		if e.Worker == "" || strings.HasSuffix(e.Type, reads) {
			return nil
		}
		return in(tx).FillStep(stepOf(e))
	}
}

func stepOf(e event.Event) domain.Step {
	return domain.Step{
		EventID: e.ID, Worker: e.Worker, Type: e.Type, Aggregate: e.Aggregate, Division: e.Division, At: e.OccurredAt, Actor: e.Actor, Via: e.Via,
		Correlation: e.Correlation, Causation: e.Causation, TraceID: traceID(e.TraceParent), Data: nonNil(e.Data),
	}
}

// recordRead writes another department's read to the worker's access log.
func (h handlers) recordRead(_ context.Context, tx *sqldb.Tx, e event.Event, m *platformv1.RecordRead) error {
	service, _, _ := strings.Cut(e.Type, ".")
	return h.app.RecordRead(h.in(tx), e.Worker, domain.Access{
		At: e.OccurredAt, ReaderKind: m.GetReaderKind(), Reader: m.GetReader(), Purpose: m.GetPurpose(), LegalBasis: m.GetLegalBasis(),
		Kinds: m.GetKinds(), CaseID: m.GetCaseId(), Service: service,
	})
}

// traceID takes the trace's id out of a W3C traceparent.
func traceID(parent string) string {
	if parts := strings.Split(parent, "-"); len(parts) == 4 && len(parts[1]) == 32 {
		return parts[1]
	}
	return ""
}

// nonNil keeps an event without fields from being stored as a missing value.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
