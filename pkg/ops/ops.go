// Package ops answers what every service tells of its own pipeline.
package ops

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/qiao-platform/qiao/pkg/consume"
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

// Count is a number for the overview: a thing's name and the query that counts it.
type Count struct{ Thing, Query string }

// Server implements the platform's Ops contract for one service.
type Server struct {
	Log      *outbox.Log
	Consumer *consume.Consumer // nil where the service reads no channel
	Tasks    *task.Queue
	Scope    *telemetry.Scope
	Counts   []Count
	Commands func() int64
}

// ReadChannel gives stored events from a sequence number on.
func (s *Server) ReadChannel(ctx context.Context, req *platformv1.ReadChannelRequest) (*platformv1.ReadChannelResponse, error) {
	limit := min(max(int(req.GetLimit()), 1), fillLimit)
	rows, err := relay.ReadSequenced(ctx, s.Log.DB(), req.GetChannel(), req.GetEpoch(), req.GetFromSeq(), limit)
	if err != nil {
		return nil, err
	}
	out := &platformv1.ReadChannelResponse{}
	size := 0
	for _, r := range rows {
		if size += len(r.Body) + 64; size > 900<<10 && len(out.Events) > 0 {
			break
		}
		out.Events = append(out.Events, &platformv1.SequencedEvent{Seq: r.Seq, Chain: r.Chain, Body: r.Body})
	}
	return out, nil
}

// GetStatus gives the channels, cursors and counts of the service.
func (s *Server) GetStatus(ctx context.Context, _ *platformv1.GetStatusRequest) (*platformv1.GetStatusResponse, error) {
	return Status(ctx, s.Log.DB(), s.Log.Service(), s.Counts, s.Commands(), s.Tasks, false)
}

// Status reads a service's database; with recompute it walks every event, as verify does.
func Status(ctx context.Context, db *sqldb.DB, service string, counts []Count, commands int64, tasks *task.Queue, recompute bool) (*platformv1.GetStatusResponse, error) {
	out := &platformv1.GetStatusResponse{Service: service, CommandsTotal: commands}
	channels, err := relay.State(ctx, db, recompute)
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		out.Channels = append(out.Channels, &platformv1.ChannelStatus{
			Channel: c.Channel, Epoch: c.Epoch, LastSeq: c.LastSeq, Chain: c.Chain, PublishedSeq: c.PublishedSeq,
			Unsequenced: c.Unsequenced, GapFree: c.GapFree, ChainMatches: c.ChainHold,
		})
	}
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		out.Cursors, err = sqldb.Collect(tx, func(row sqldb.Scanner) (*platformv1.CursorStatus, error) {
			c := &platformv1.CursorStatus{}
			return c, row.Scan(&c.Channel, &c.Epoch, &c.Seq, &c.Chain, &c.Applied, &c.Skipped, &c.GapsFilled, &c.Parked)
		}, `SELECT c.channel, c.epoch, c.seq, c.chain, c.applied, c.skipped, c.gaps_filled,
			(SELECT count(*) FROM parked p WHERE p.channel = c.channel) FROM cursor c ORDER BY c.channel`)
		if err != nil {
			return err
		}
		for _, q := range counts {
			n := &platformv1.TableCount{Thing: q.Thing}
			if err := tx.QueryRow(q.Query).Scan(&n.Count); err != nil {
				return err
			}
			out.Counts = append(out.Counts, n)
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
	}
	return out, nil
}

// ListParked gives parked events without their payload.
func (s *Server) ListParked(ctx context.Context, req *platformv1.ListParkedRequest) (*platformv1.ListParkedResponse, error) {
	all, err := consume.ListParked(ctx, s.Log.DB(), min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListParkedResponse{}
	for _, p := range all {
		out.Events = append(out.Events, &platformv1.ParkedEvent{Channel: p.Channel, Seq: p.Seq, Id: p.ID, Type: p.Type, Code: p.Code, Text: p.Text, ParkedAt: p.At.UnixMicro(), Attempts: int32(p.Attempts)})
	}
	return out, nil
}

// RetryParked applies a channel's parked events again.
func (s *Server) RetryParked(ctx context.Context, req *platformv1.RetryParkedRequest) (*platformv1.RetryParkedResponse, error) {
	if s.Consumer == nil {
		return &platformv1.RetryParkedResponse{}, nil
	}
	applied, still, err := s.Consumer.RetryParked(ctx, req.GetChannel())
	return &platformv1.RetryParkedResponse{Applied: int32(applied), StillParked: int32(still)}, err
}

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
		out.Spans = append(out.Spans, p)
	}
	return out, nil
}
