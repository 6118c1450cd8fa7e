package api

import (
	"context"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// ListViews lists the caller's own.
func (s *Server) ListViews(ctx context.Context, _ *identityv1.ListViewsRequest) (*identityv1.ListViewsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListViewsResponse{}
	return out, s.App.Data.Look(ctx, func(in app.Store) error {
		v, err := s.App.Views(in, own)
		if err != nil {
			return err
		}
		out.Views = nil
		for _, one := range v.All {
			out.Views = append(out.Views, saved(one))
		}
		if v.Dropped.ID != "" {
			out.Dropped = saved(v.Dropped)
		}
		return nil
	})
}

func saved(v domain.View) *identityv1.SavedView {
	return &identityv1.SavedView{ViewId: v.ID, ViewName: v.Name, List: narrowed(v.List)}
}

// SaveView keeps a list under a name.
func (s *Server) SaveView(ctx context.Context, req *identityv1.SaveViewRequest) (*identityv1.SaveViewResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.SaveViewResponse, error) {
		id, err := s.App.SaveView(in, own, req.GetViewName(), narrowing(req.GetList()))
		return &identityv1.SaveViewResponse{ViewId: id}, err
	})
}

// RenameView gives one of the caller's another name.
func (s *Server) RenameView(ctx context.Context, req *identityv1.RenameViewRequest) (*identityv1.RenameViewResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.RenameViewResponse, error) {
		return &identityv1.RenameViewResponse{}, s.App.RenameView(in, own, req.GetViewId(), req.GetViewName())
	})
}

// ArrangeView moves one of the caller's, takes it away or brings it back.
func (s *Server) ArrangeView(ctx context.Context, req *identityv1.ArrangeViewRequest) (*identityv1.ArrangeViewResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ArrangeViewResponse, error) {
		return &identityv1.ArrangeViewResponse{}, s.App.ArrangeView(in, own, req.GetViewId(), req.GetViewChange())
	})
}
