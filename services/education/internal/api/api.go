// Package api serves the education contract: each method opens the
// transaction, runs one use case and answers in the contract's form.
package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

// Server implements educationv1.EducationServer.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store // the store within a transaction
	Pages  *cache.Cache
}

// ApplyForPlace opens an application.
func (s *Server) ApplyForPlace(ctx context.Context, req *educationv1.ApplyForPlaceRequest) (*educationv1.ApplyForPlaceResponse, error) {
	done, err := s.App.Apply(ctx, once(s, applied, appliedOf), app.Form{
		Worker: req.GetWorker(), ChildID: req.GetChildId(), Stage: req.GetStage(), County: req.GetCounty(), SchoolIDs: req.GetSchoolIds(),
		AtOnce: req.GetAtOnce(), Township: req.GetTownship(),
	})
	if err != nil {
		return nil, err
	}
	return applied(done), nil
}

func applied(a app.Applied) *educationv1.ApplyForPlaceResponse {
	return &educationv1.ApplyForPlaceResponse{ApplicationId: a.ApplicationID, OfferId: a.OfferID, TaskId: a.TaskID}
}

func appliedOf(m *educationv1.ApplyForPlaceResponse) app.Applied {
	return app.Applied{ApplicationID: m.GetApplicationId(), OfferID: m.GetOfferId(), TaskID: m.GetTaskId()}
}

// WithdrawApplication ends an application; its evidence goes.
func (s *Server) WithdrawApplication(ctx context.Context, req *educationv1.WithdrawApplicationRequest) (*educationv1.WithdrawApplicationResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.WithdrawApplicationResponse, error) {
		return &educationv1.WithdrawApplicationResponse{}, s.App.Withdraw(ctx, s.In(tx), req.GetApplicationId())
	})
}

// GetApplication shows one application. A read by anybody but the guardian
// writes to the guardian's access log.
func (s *Server) GetApplication(ctx context.Context, req *educationv1.GetApplicationRequest) (*educationv1.GetApplicationResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *educationv1.GetApplicationResponse) error {
		shown, err := s.App.ReadApplication(ctx, st, req.GetApplicationId())
		if err == nil {
			out.Application = application(shown)
		}
		return err
	})
}

// ListApplications shows a guardian's own applications.
func (s *Server) ListApplications(ctx context.Context, req *educationv1.ListApplicationsRequest) (*educationv1.ListApplicationsResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *educationv1.ListApplicationsResponse) error {
		all, err := s.App.ListApplications(ctx, st, req.GetWorker())
		for _, shown := range all {
			out.Applications = append(out.Applications, application(shown))
		}
		return err
	})
}

// view answers with what f reads of the store, which open opens.
func view[T any](ctx context.Context, open func(context.Context, func(app.Store) error) error, f func(s app.Store, out *T) error) (out *T, err error) {
	err = open(ctx, func(s app.Store) error {
		out = new(T) // a transaction may run again
		return f(s, out)
	})
	return out, err
}

// look opens a transaction that only reads.
func (s *Server) look(ctx context.Context, f func(app.Store) error) error {
	return s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

// once is a command of a use case of several steps: to writes its answer as it is
// kept and sent, from reads it again.
func once[Answer, T any, Reply interface {
	*T
	proto.Message
}](s *Server, to func(Answer) Reply, from func(Reply) Answer) app.Once[Answer] {
	return func(ctx context.Context, fn func(app.Store) (Answer, error)) (answer Answer, err error) {
		reply, err := outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (Reply, error) {
			answer, err := fn(s.In(tx))
			return to(answer), err
		})
		if err != nil {
			return answer, err
		}
		return from(reply), nil
	}
}

// logged opens a transaction that can log a read, where somebody else than the
// person concerned may be reading.
func (s *Server) logged(ctx context.Context, f func(app.Store) error) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Officer || p.ActsFor != "" {
		return s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
	}
	return s.look(ctx, f)
}

// OfferPlace offers a place that is free.
func (s *Server) OfferPlace(ctx context.Context, req *educationv1.OfferPlaceRequest) (*educationv1.OfferPlaceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.OfferPlaceResponse, error) {
		o, err := s.App.OfferPlace(ctx, s.In(tx), req.GetApplicationId(), req.GetSchoolId())
		return &educationv1.OfferPlaceResponse{OfferId: o.ID}, err
	})
}

// AcceptPlace accepts.
func (s *Server) AcceptPlace(ctx context.Context, req *educationv1.AcceptPlaceRequest) (*educationv1.AcceptPlaceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.AcceptPlaceResponse, error) {
		return &educationv1.AcceptPlaceResponse{}, s.App.AcceptPlace(ctx, s.In(tx), req.GetOfferId())
	})
}

// DeclinePlace declines.
func (s *Server) DeclinePlace(ctx context.Context, req *educationv1.DeclinePlaceRequest) (*educationv1.DeclinePlaceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.DeclinePlaceResponse, error) {
		return &educationv1.DeclinePlaceResponse{}, s.App.DeclinePlace(ctx, s.In(tx), req.GetOfferId())
	})
}

// UndoAcceptance takes back an acceptance that somebody else gave; the
// application waits again and its evidence is collected again.
func (s *Server) UndoAcceptance(ctx context.Context, req *educationv1.UndoAcceptanceRequest) (*educationv1.UndoAcceptanceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.UndoAcceptanceResponse, error) {
		return &educationv1.UndoAcceptanceResponse{}, s.App.UndoAcceptance(ctx, s.In(tx), req.GetOfferId())
	})
}
