package api

import (
	"context"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// FindLikelyDoubles tells which children may be one.
func (s *Server) FindLikelyDoubles(ctx context.Context, req *registryv1.FindLikelyDoublesRequest) (*registryv1.FindLikelyDoublesResponse, error) {
	likely, err := s.App.LikelyDoubles(ctx, req.GetChildIds(), req.GetCaseId())
	return &registryv1.FindLikelyDoublesResponse{Doubles: doubles(likely)}, err
}

// FindLikelyHouseholds tells which workers may be one household.
func (s *Server) FindLikelyHouseholds(ctx context.Context, req *registryv1.FindLikelyHouseholdsRequest) (*registryv1.FindLikelyHouseholdsResponse, error) {
	likely, err := s.App.LikelyHouseholds(ctx, req.GetWorkerIds(), req.GetCaseId())
	return &registryv1.FindLikelyHouseholdsResponse{Doubles: doubles(likely)}, err
}

func doubles(likely []domain.Likely) (all []*registryv1.LikelyDouble) {
	for _, l := range likely {
		all = append(all, &registryv1.LikelyDouble{FirstId: l.First, SecondId: l.Second, Grounds: l.Grounds})
	}
	return all
}
