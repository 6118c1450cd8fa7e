package ops

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/relay"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// ErrReason refuses a reason that says nothing or that may name a person: it
// is kept in the clear.
var ErrReason = errs.New(errs.Invalid, "ops.reason", "Say why in 5 to 200 characters, without the number of a document or a telephone.")

// number is a run of digits that a document or a telephone may have.
var number = regexp.MustCompile(`[0-9０-９]{7,}`)

func checkReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 5 || n > 200 || number.MatchString(s) || strings.ContainsAny(s, "\n\x00") {
		return "", ErrReason
	}
	return s, nil
}

func parked(p consume.Parked) *platformv1.ParkedEvent {
	return &platformv1.ParkedEvent{Channel: p.Channel, Seq: p.Seq, Id: p.ID, Type: p.Type, Code: p.Code, Text: p.Text, ParkedAt: p.At.UnixMicro(), Attempts: int32(p.Attempts)}
}

// GetParked gives a parked event with its payload: codes, dates and amounts,
// ids only veiled, and not whom it concerns. Who looked is written down.
func (s *Server) GetParked(ctx context.Context, req *platformv1.GetParkedRequest) (*platformv1.GetParkedResponse, error) {
	p, err := consume.FindParked(ctx, s.Outbox.DB(), req.GetChannel(), req.GetSeq())
	if err != nil {
		return nil, err
	}
	who, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	s.Scope.Log.InfoContext(ctx, "an officer looked at a parked event", "officer", who.Subject, "channel", req.GetChannel(), "seq", req.GetSeq())
	out := &platformv1.GetParkedResponse{Event: parked(p), Bytes: int32(len(p.Body))}
	e, err := event.Parse(p.Body)
	if err != nil {
		return out, nil // damaged: there is nothing to show
	}
	out.Division, out.OccurredAt = e.Division, e.OccurredAt.UnixMicro()
	if text, err := event.Describe(e); err == nil {
		out.Payload = s.veilAll(text)
	}
	return out, nil
}

// RetryParked applies a channel's parked events again.
func (s *Server) RetryParked(ctx context.Context, req *platformv1.RetryParkedRequest) (*platformv1.RetryParkedResponse, error) {
	if s.Consumer == nil {
		return &platformv1.RetryParkedResponse{}, nil
	}
	applied, still, err := s.Consumer.RetryParked(ctx, req.GetChannel(), req.GetSeq())
	if err != nil {
		return nil, err
	}
	return &platformv1.RetryParkedResponse{Applied: int32(applied), StillParked: int32(still)}, nil
}

// SkipParked gives a parked event up for a signed reason.
func (s *Server) SkipParked(ctx context.Context, req *platformv1.SkipParkedRequest) (*platformv1.SkipParkedResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	who, _ := auth.FromContext(ctx) // the binding refuses a call without one
	skip := consume.Skip{Channel: req.GetChannel(), Seq: req.GetSeq(), ID: req.GetId(), Officer: who.Subject, Reason: reason, At: s.Clock.Now()}
	signature := s.Signer.SignRecord(skip.Record())
	if err := consume.SkipParked(ctx, s.Outbox.DB(), skip, signature); err != nil {
		return nil, err
	}
	return &platformv1.SkipParkedResponse{Signature: base64.StdEncoding.EncodeToString(signature)}, nil
}

// ListOrphaned gives the effects of events that their publisher lost in a restore.
func (s *Server) ListOrphaned(ctx context.Context, req *platformv1.ListOrphanedRequest) (*platformv1.ListOrphanedResponse, error) {
	all, err := consume.ListOrphaned(ctx, s.Outbox.DB(), min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListOrphanedResponse{}
	for _, o := range all {
		out.Events = append(out.Events, &platformv1.OrphanedEvent{Channel: o.Channel, Epoch: o.Epoch, Seq: o.Seq, Id: o.ID, Type: o.Type, Aggregate: s.veil(o.Aggregate), FoundAt: o.FoundAt.UnixMicro()})
	}
	return out, nil
}

// OpenEpoch lets a channel go on from a restored database under a new epoch.
func (s *Server) OpenEpoch(ctx context.Context, req *platformv1.OpenEpochRequest) (*platformv1.OpenEpochResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	who, _ := auth.FromContext(ctx)
	e, err := relay.OpenEpoch(ctx, s.Outbox.DB(), req.GetChannel(), reason, who.Subject, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	s.Scope.Log.WarnContext(ctx, "an officer opened a new epoch", "channel", req.GetChannel(), "epoch", e.Epoch, "seq", e.Seq)
	return &platformv1.OpenEpochResponse{Epoch: &platformv1.EpochStart{Epoch: e.Epoch, Seq: e.Seq, Chain: e.Chain}}, nil
}

// DeclareBeginning says that the service's empty database begins anew.
func (s *Server) DeclareBeginning(ctx context.Context, req *platformv1.DeclareBeginningRequest) (*platformv1.DeclareBeginningResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	who, _ := auth.FromContext(ctx)
	return &platformv1.DeclareBeginningResponse{}, origin.Declare(ctx, s.Outbox.DB(), s.Outbox.Service(), reason, who.Subject, s.Clock.Now())
}

// TakeBack takes the events that a restored database is missing back from the stream.
func (s *Server) TakeBack(ctx context.Context, req *platformv1.TakeBackRequest) (*platformv1.TakeBackResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	who, _ := auth.FromContext(ctx)
	n, aggregates, err := relay.TakeBack(ctx, s.Outbox.DB(), s.Stream, req.GetChannel(), reason, who.Subject, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	s.Scope.Log.WarnContext(ctx, "an officer took events back from the stream", "channel", req.GetChannel(), "events", n, "things", len(aggregates))
	for i, a := range aggregates {
		aggregates[i] = s.veil(a)
	}
	return &platformv1.TakeBackResponse{Taken: n, Aggregates: aggregates}, nil
}

// Rebuild lets a read model be made anew.
func (s *Server) Rebuild(ctx context.Context, req *platformv1.RebuildRequest) (*platformv1.RebuildResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	if s.Consumer == nil {
		return nil, consume.ErrNoModel.With("model", req.GetModel())
	}
	who, _ := auth.FromContext(ctx)
	return &platformv1.RebuildResponse{}, s.Consumer.StartRebuild(ctx, req.GetModel(), who.Subject, reason)
}
