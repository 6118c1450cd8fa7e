// Package ops answers what every service tells of its own pipeline.
package ops

import (
	"context"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/trace"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// fillLimit bounds the events of one answer; their bytes must fit a reply.
const fillLimit = 500

// Server implements the platform's Ops contract for one service.
type Server struct {
	Outbox   *outbox.Outbox
	Consumer *consume.Consumer // nil where the service reads no channel
	Tasks    *task.Queue
	Scope    *telemetry.Scope
	Counts   []Count
	Commands func() int64
	Signer   *auth.Signer        // signs an officer's reasons
	Stream   jetstream.JetStream // what is taken back is read from it, and what is forged removed
	Keys     auth.RecordKeys     // the service's own
	Clock    clock.Clock
	Held     func() error // why the service stands still, nil where it works
	Troubles func() []*platformv1.Trouble

	counted counted
}

// ReadChannel gives stored events from a sequence number on. A service gets the
// bytes of what the contract names it for, and may follow the chain over the
// rest; an operator gets numbers, ids and hashes alone. Who asked is written down.
func (s *Server) ReadChannel(ctx context.Context, req *platformv1.ReadChannelRequest) (*platformv1.ReadChannelResponse, error) {
	who, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	reader := ""
	if who.Kind == auth.Service {
		if reader = who.Subject; !event.MayFill(s.Outbox.Service(), reader) {
			return nil, auth.ErrDenied
		}
	}
	limit := min(max(int(req.GetLimit()), 1), fillLimit)
	rows, err := relay.ReadSequenced(ctx, s.Outbox.DB(), req.GetChannel(), req.GetFromSeq(), limit)
	if err != nil {
		return nil, err
	}
	epochs, err := relay.Epochs(ctx, s.Outbox.DB(), req.GetChannel(), req.GetEpoch())
	if err != nil {
		return nil, err
	}
	out := &platformv1.ReadChannelResponse{}
	for _, e := range epochs {
		out.Epochs = append(out.Epochs, &platformv1.EpochStart{Epoch: e.Epoch, Seq: e.Seq, Chain: e.Chain})
	}
	size, given := 0, 0
	for _, r := range rows {
		one, err := s.sequenced(ctx, req.GetChannel(), r)
		if err != nil {
			return nil, err
		}
		if e, err := event.Parse(r.Body); reader != "" && (err != nil || e.Concerns(reader)) {
			given++ // what cannot be read tells nothing, and has to be set aside by who reads it
		} else {
			one = &platformv1.SequencedEvent{Id: r.ID, Epoch: r.Epoch, Seq: r.Seq, Chain: r.Chain, Withheld: true}
		}
		if size += len(one.GetBody()) + 256; size > event.MaxCarried && len(out.Events) > 0 {
			break
		}
		out.Events = append(out.Events, one)
	}
	s.Scope.Log.InfoContext(ctx, "events were read from the event table", "reader_kind", string(who.Kind), "reader", who.Subject,
		"channel", req.GetChannel(), "from", req.GetFromSeq(), "events", len(out.GetEvents()), "with_bytes", given)
	return out, nil
}

// sequenced is a stored event as an answer carries it: of one that is too large
// what a reader needs to go on behind it, or, where an officer released it, the
// event without what made it so.
func (s *Server) sequenced(ctx context.Context, channel string, r relay.Sequenced) (*platformv1.SequencedEvent, error) {
	one := &platformv1.SequencedEvent{Id: r.ID, Epoch: r.Epoch, Seq: r.Seq, Chain: r.Chain, Body: r.Body}
	if len(r.Body) <= event.MaxCarried {
		return one, nil
	}
	one.Aside, one.Body = event.ErrSetAside.Code, nil
	if e, err := event.Parse(r.Body); err == nil && event.IsReference(e.Key()) {
		one.Type, one.Key = e.Type, e.Key()
	}
	released, err := relay.Released(ctx, s.Outbox.DB(), channel, r.Seq)
	if err != nil || !released {
		return one, err
	}
	if body, err := relay.Bare(r.Body); err == nil {
		one.Aside, one.Body = event.ErrReleased.Code, body
	}
	return one, nil
}

// GetStatus gives the channels, cursors and counts of the service.
func (s *Server) GetStatus(ctx context.Context, _ *platformv1.GetStatusRequest) (*platformv1.GetStatusResponse, error) {
	out, err := Status(ctx, s.Outbox.DB(), s.Outbox.Service(), s.Commands(), s.Tasks, false)
	if err != nil {
		return nil, err
	}
	events := int64(0)
	for _, c := range out.GetChannels() {
		events += c.GetLastSeq()
	}
	if err = s.tellCounts(ctx, out, events); err != nil {
		return nil, err
	}
	out.Held, out.Troubles = errs.CodeOf(s.Held()), s.Troubles()
	if s.Consumer == nil {
		return out, nil
	}
	for _, model := range s.Consumer.Models() { // those never rebuilt too
		if !slices.ContainsFunc(out.GetRebuilds(), func(r *platformv1.RebuildStatus) bool { return r.GetModel() == model }) {
			out.Rebuilds = append(out.Rebuilds, &platformv1.RebuildStatus{Model: model})
		}
	}
	return out, nil
}

// Status reads a service's database; with recompute it walks every event, as verify does.
func Status(ctx context.Context, db *sqldb.DB, service string, commands int64, tasks *task.Queue, recompute bool) (*platformv1.GetStatusResponse, error) {
	out := &platformv1.GetStatusResponse{Service: service, CommandsTotal: commands}
	channels, err := relay.State(ctx, db, recompute)
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		out.Channels = append(out.Channels, &platformv1.ChannelStatus{
			Channel: c.Channel, Epoch: c.Epoch, LastSeq: c.LastSeq, Chain: c.Chain, PublishedSeq: c.PublishedSeq,
			Unsequenced: c.Unsequenced, GapFree: c.GapFree, ChainMatches: c.ChainHold, Alarm: c.Alarm,
			SetAside: c.SetAside, Forged: c.Forged,
		})
	}
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		out.Cursors, err = sqldb.Collect(tx, func(row sqldb.Scanner) (*platformv1.CursorStatus, error) {
			c := &platformv1.CursorStatus{}
			return c, row.Scan(&c.Channel, &c.Epoch, &c.Seq, &c.Chain, &c.Applied, &c.Skipped, &c.GapsFilled, &c.Orphaned, &c.Alarm, &c.Parked)
		}, `SELECT c.channel, c.epoch, c.seq, c.chain, c.applied, c.skipped, c.gaps_filled, c.orphaned, c.alarm,
			(SELECT count(*) FROM parked p WHERE p.channel = c.channel) FROM cursor c ORDER BY c.channel`)
		if err != nil {
			return err
		}
		rebuilds, err := consume.Rebuilds(tx)
		if err != nil {
			return err
		}
		for _, r := range rebuilds {
			out.Rebuilds = append(out.Rebuilds, &platformv1.RebuildStatus{
				Model: r.Model, State: r.State, Done: r.Done, Total: r.Total, StartedAt: sqldb.Micros(r.StartedAt), EndedAt: sqldb.Micros(r.EndedAt),
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if tasks != nil {
		if out.PendingTasks, err = tasks.Pending(ctx); err != nil {
			return nil, err
		}
		if _, out.GivenUpTasks, err = tasks.GivenUp(ctx, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ListParked gives parked events without their payload.
func (s *Server) ListParked(ctx context.Context, req *platformv1.ListParkedRequest) (*platformv1.ListParkedResponse, error) {
	all, err := consume.ListParked(ctx, s.Outbox.DB(), min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListParkedResponse{}
	for _, p := range all {
		out.Events = append(out.Events, parked(p))
	}
	return out, nil
}

// mostSpans is how many spans of a trace an answer holds: one that is longer is told
// from its beginning, rather than not at all because the answer would be too large.
const mostSpans = 2000

// GetTrace gives the remembered spans of a trace that belong to this service.
func (s *Server) GetTrace(_ context.Context, req *platformv1.GetTraceRequest) (*platformv1.GetTraceResponse, error) {
	id, err := trace.TraceIDFromHex(strings.ToLower(req.GetTraceId()))
	if err != nil {
		return nil, rpc.ErrMalformed.With("field", "trace_id")
	}
	out := &platformv1.GetTraceResponse{}
	for _, sp := range s.Scope.Ring.Trace(id) {
		if sp.InstrumentationScope().Name != s.Scope.Service {
			continue
		}
		p := &platformv1.Span{
			TraceId: id.String(), SpanId: sp.SpanContext().SpanID().String(), Service: s.Scope.Service, Name: sp.Name(),
			StartedAt: sp.StartTime().UnixMicro(), DurationUs: sp.EndTime().Sub(sp.StartTime()).Microseconds(), Status: sp.Status().Description,
		}
		if sp.Parent().IsValid() {
			p.ParentId = sp.Parent().SpanID().String()
		}
		if out.Spans = append(out.Spans, p); len(out.Spans) == mostSpans {
			break
		}
	}
	return out, nil
}
