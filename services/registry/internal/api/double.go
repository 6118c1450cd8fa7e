package api

import (
	"context"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// FindLikelyDoubles tells which children may be one.
func (s *Server) FindLikelyDoubles(ctx context.Context, req *registryv1.FindLikelyDoublesRequest) (*registryv1.FindLikelyDoublesResponse, error) {
	likely, err := s.compare(ctx, req.GetCaseId(), func(st app.Store) (app.Compared, error) {
		return s.App.ChildrenToCompare(ctx, st, req.GetChildIds(), req.GetCaseId())
	})
	return &registryv1.FindLikelyDoublesResponse{Doubles: doubles(likely)}, err
}

// FindLikelyHouseholds tells which workers may be one household.
func (s *Server) FindLikelyHouseholds(ctx context.Context, req *registryv1.FindLikelyHouseholdsRequest) (*registryv1.FindLikelyHouseholdsResponse, error) {
	likely, err := s.compare(ctx, req.GetCaseId(), func(st app.Store) (app.Compared, error) {
		return s.App.WorkersToCompare(ctx, st, req.GetWorkerIds(), req.GetCaseId())
	})
	return &registryv1.FindLikelyHouseholdsResponse{Doubles: doubles(likely)}, err
}

// compare loads, opens outside of any transaction, and logs before it answers.
func (s *Server) compare(ctx context.Context, caseID string, load func(app.Store) (app.Compared, error)) ([]domain.Likely, error) {
	var c app.Compared
	err := s.view(ctx, func(st app.Store) (err error) {
		c, err = load(st)
		return err
	})
	if err != nil {
		return nil, err
	}
	likely, err := s.App.Compare(ctx, c)
	if err != nil || len(likely) == 0 {
		return nil, err
	}
	return likely, s.update(ctx, func(st app.Store) error { return s.App.LogCompared(ctx, st, c, likely, caseID) })
}

func doubles(likely []domain.Likely) (all []*registryv1.LikelyDouble) {
	for _, l := range likely {
		all = append(all, &registryv1.LikelyDouble{FirstId: l.First, SecondId: l.Second, Grounds: l.Grounds})
	}
	return all
}
