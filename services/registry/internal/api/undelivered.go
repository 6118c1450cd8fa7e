package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// GetUndelivered shows an officer whom a message did not reach.
func (s *Server) GetUndelivered(ctx context.Context, req *registryv1.GetUndeliveredRequest) (*registryv1.GetUndeliveredResponse, error) {
	u, err := s.App.ReadUndelivered(ctx, req.GetMessageId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetUndeliveredResponse{
		MessageId: u.Undelivered.MessageID, Worker: u.Worker.ID, County: u.Worker.County, FoundAt: sqldb.Micros(u.Undelivered.FoundAt),
		EndedAt: micros(u.Undelivered.EndedAt), EndedHow: u.Undelivered.EndedHow, Tries: triesOf(u.Tries),
	}
	if u.Undelivered.EndedHow == "" {
		out.Name, out.Phone, out.Township, out.Languages = u.Person.Name.Reveal(), u.Person.Contact.Phone.Reveal(), u.Person.Contact.Township, u.Worker.Languages
	}
	return out, nil
}

func triesOf(all []domain.Try) (out []*registryv1.MessageTry) {
	for _, t := range all {
		out = append(out, &registryv1.MessageTry{
			MessageId: t.MessageID, Number: int32(t.Number), Way: t.Way, Outcome: t.Outcome, Corrects: int32(t.Corrects), Officer: t.Officer, At: sqldb.Micros(t.At),
		})
	}
	return out
}

// RecordTry keeps what an officer tried.
func (s *Server) RecordTry(ctx context.Context, req *registryv1.RecordTryRequest) (*registryv1.RecordTryResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.RecordTryResponse, error) {
		return &registryv1.RecordTryResponse{}, s.App.RecordTry(ctx, st, req.GetMessageId(), domain.Try{Way: req.GetWay(), Outcome: req.GetOutcome(), Corrects: int(req.GetCorrects())})
	})
}
