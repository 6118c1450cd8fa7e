package ops

import (
	"context"
	"encoding/base64"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/relay"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// ListSetAside gives the events that are too large to be carried, without what they say.
func (s *Server) ListSetAside(ctx context.Context, req *platformv1.ListSetAsideRequest) (*platformv1.ListSetAsideResponse, error) {
	all, err := relay.ListSetAside(ctx, s.Outbox.DB(), min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListSetAsideResponse{}
	for _, a := range all {
		out.Events = append(out.Events, &platformv1.SetAsideEvent{
			Channel: a.Channel, Seq: a.Seq, Id: a.ID, Type: a.Type, Code: a.Code, Bytes: a.Size, FoundAt: a.FoundAt.UnixMicro(), Decision: a.Decision,
		})
	}
	return out, nil
}

// DecideSetAside keeps an officer's signed word on such an event.
func (s *Server) DecideSetAside(ctx context.Context, req *platformv1.DecideSetAsideRequest) (*platformv1.DecideSetAsideResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	who, _ := auth.FromContext(ctx) // the binding refuses a call without one
	v := relay.Verdict{Channel: req.GetChannel(), Seq: req.GetSeq(), ID: req.GetId(), Release: req.GetRelease(), Officer: who.Subject, Reason: reason, At: s.Clock.Now()}
	signature := s.Signer.SignRecord(v.Record())
	if err := relay.Decide(ctx, s.Outbox.DB(), v, signature); err != nil {
		return nil, err
	}
	s.Scope.Log.WarnContext(ctx, "an officer decided on an event that was set aside", "channel", v.Channel, "seq", v.Seq, "released", v.Release)
	return &platformv1.DecideSetAsideResponse{Signature: base64.StdEncoding.EncodeToString(signature)}, nil
}

// ListForged gives the messages that this service did not write into its streams.
func (s *Server) ListForged(ctx context.Context, req *platformv1.ListForgedRequest) (*platformv1.ListForgedResponse, error) {
	all, err := relay.ListForged(ctx, s.Outbox.DB(), min(max(int(req.GetLimit()), 1), 1000))
	if err != nil {
		return nil, err
	}
	out := &platformv1.ListForgedResponse{}
	for _, f := range all {
		out.Messages = append(out.Messages, &platformv1.ForgedMessage{Channel: f.Channel, StreamSeq: int64(f.Message), FoundAt: f.FoundAt.UnixMicro()})
	}
	return out, nil
}

// RemoveForged takes such a message out of the stream.
func (s *Server) RemoveForged(ctx context.Context, req *platformv1.RemoveForgedRequest) (*platformv1.RemoveForgedResponse, error) {
	reason, err := checkReason(req.GetReason())
	if err != nil {
		return nil, err
	}
	if req.GetStreamSeq() < 1 {
		return nil, relay.ErrNoForged
	}
	who, _ := auth.FromContext(ctx)
	if err := relay.RemoveForged(ctx, s.Outbox.DB(), s.Stream, s.Keys, req.GetChannel(), uint64(req.GetStreamSeq()), reason, who.Subject, s.Clock.Now()); err != nil {
		return nil, err
	}
	s.Scope.Log.WarnContext(ctx, "an officer removed a forged message", "channel", req.GetChannel(), "message", req.GetStreamSeq())
	return &platformv1.RemoveForgedResponse{}, nil
}
