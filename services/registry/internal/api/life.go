package api

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
)

// ListTimeline shows the worker his own life across departments.
func (s *Server) ListTimeline(ctx context.Context, req *registryv1.ListTimelineRequest) (*registryv1.ListTimelineResponse, error) {
	out := &registryv1.ListTimelineResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.Timeline(ctx, st, req.GetWorker(), sqldb.Time(req.GetBefore()), int(req.GetLimit()))
		for _, p := range all {
			service, _, _ := strings.Cut(p.Type, ".")
			out.Entries = append(out.Entries, &registryv1.TimelineEntry{
				EventId: p.EventID, Type: p.Type, Service: service, Aggregate: p.Aggregate, Division: p.Division, OccurredAt: sqldb.Micros(p.At),
				Actor: p.Actor, Via: p.Via, Correlation: p.Correlation, Causation: p.Causation, TraceId: p.TraceID, Facts: s.Facts.Read(p.Type, p.Data),
			})
		}
		return err
	})
	return out, err
}

// ListAccess shows the worker who read about him.
func (s *Server) ListAccess(ctx context.Context, req *registryv1.ListAccessRequest) (*registryv1.ListAccessResponse, error) {
	out := &registryv1.ListAccessResponse{}
	err := s.view(ctx, func(st app.Store) error {
		looks := s.App.Looks
		if !req.GetFolded() {
			looks = s.App.EachLook
		}
		all, err := looks(ctx, st, req.GetWorker(), int(req.GetSkip()), int(req.GetLimit()))
		out.Entries = nil
		for _, a := range all {
			out.Entries = append(out.Entries, &registryv1.AccessEntry{
				At: sqldb.Micros(a.At), ReaderKind: a.ReaderKind, Reader: a.Reader, Purpose: a.Purpose, LegalBasis: a.LegalBasis,
				Kinds: a.Kinds, CaseId: a.CaseID, Service: a.Service, Times: int32(a.Times), EarliestAt: sqldb.Micros(a.First), Own: a.Own,
			})
		}
		return err
	})
	return out, err
}

// ListMessages shows the worker his mailbox.
func (s *Server) ListMessages(ctx context.Context, req *registryv1.ListMessagesRequest) (*registryv1.ListMessagesResponse, error) {
	out := &registryv1.ListMessagesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.Mailbox(ctx, st, req.GetWorker(), int(req.GetSkip()), int(req.GetLimit()))
		for _, m := range all {
			out.Messages = append(out.Messages, &registryv1.Message{
				MessageId: m.ID, Template: m.Template, About: m.About, AboutService: m.AboutService, SentAt: sqldb.Micros(m.SentAt),
				DeliveredAt: sqldb.Micros(m.DeliveredAt), ReadAt: sqldb.Micros(m.ReadAt), Values: m.Values,
			})
		}
		if err != nil {
			return err
		}
		tries, err := s.App.TriesFor(ctx, st, req.GetWorker())
		out.Tries = triesOf(tries)
		return err
	})
	return out, err
}

// ReadMessage marks a message as read.
func (s *Server) ReadMessage(ctx context.Context, req *registryv1.ReadMessageRequest) (*registryv1.ReadMessageResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ReadMessageResponse, error) {
		return &registryv1.ReadMessageResponse{}, s.App.ReadMessage(ctx, st, req.GetMessageId())
	})
}
