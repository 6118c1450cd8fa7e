package api

import (
	"context"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// GetSending says whether anything can be sent.
func (s *Server) GetSending(context.Context, *registryv1.GetSendingRequest) (*registryv1.GetSendingResponse, error) {
	return &registryv1.GetSendingResponse{Possible: s.App.Sender != nil}, nil
}

// FindPhone lists who gave a number.
func (s *Server) FindPhone(ctx context.Context, req *registryv1.FindPhoneRequest) (*registryv1.FindPhoneResponse, error) {
	var found []domain.Telephone
	err := s.App.Data.Change(ctx, func(st app.Store) (err error) {
		found, err = s.App.FindPhone(ctx, st, req.GetPhone())
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &registryv1.FindPhoneResponse{}
	for _, t := range found {
		out.Holders = append(out.Holders, &registryv1.PhoneHolder{Worker: t.Worker, SinceAt: micros(t.Since), ContactVia: t.Via, Unseen: t.Unseen})
	}
	return out, nil
}

// SendCode sends a code.
func (s *Server) SendCode(ctx context.Context, req *registryv1.SendCodeRequest) (*registryv1.SendCodeResponse, error) {
	return &registryv1.SendCodeResponse{}, s.App.SendCode(ctx, req.GetPhone(), req.GetCode(), int(req.GetMinutes()))
}

// ListSentMessages lists what a demonstration's telephones would show.
func (s *Server) ListSentMessages(ctx context.Context, _ *registryv1.ListSentMessagesRequest) (*registryv1.ListSentMessagesResponse, error) {
	if s.Box == nil {
		return nil, domain.ErrNoBox
	}
	all, err := s.Box.Sent(ctx)
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListSentMessagesResponse{}
	for _, m := range all {
		out.Messages = append(out.Messages, &registryv1.SentMessage{Phone: m.Phone, Code: m.Code, Minutes: int32(m.Minutes), SentAt: micros(m.At)})
	}
	return out, nil
}
