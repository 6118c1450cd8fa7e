package api

import (
	"context"
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AskPlaces asks for dormitory places for an employer's workers.
func (s *Server) AskPlaces(ctx context.Context, req *housingv1.AskPlacesRequest) (*housingv1.AskPlacesResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.AskPlacesResponse, error) {
		id, err := s.App.AskPlaces(ctx, s.In(tx), domain.PlaceRequest{Employer: req.GetEmployerId(), County: req.GetCounty(), Asked: int(req.GetPlaces())})
		return &housingv1.AskPlacesResponse{RequestId: id}, err
	})
}

// GrantPlaces says how many are given.
func (s *Server) GrantPlaces(ctx context.Context, req *housingv1.GrantPlacesRequest) (*housingv1.GrantPlacesResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.GrantPlacesResponse, error) {
		return &housingv1.GrantPlacesResponse{}, s.App.GrantPlaces(ctx, s.In(tx), req.GetRequestId(), int(req.GetPlaces()))
	})
}

// ListPlaceRequests shows employers' requests: counts, no names.
func (s *Server) ListPlaceRequests(ctx context.Context, req *housingv1.ListPlaceRequestsRequest) (*housingv1.ListPlaceRequestsResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListPlaceRequestsResponse) error {
		all, err := s.App.ReadPlaceRequests(ctx, st, req.GetEmployerId(), req.GetCounty())
		for _, r := range all {
			out.Requests = append(out.Requests, &housingv1.PlaceRequest{
				RequestId: r.ID, EmployerId: r.Employer, County: r.County, Asked: int32(r.Asked), Granted: int32(r.Granted), Taken: int32(r.Taken), AskedOn: r.AskedOn.String(),
			})
		}
		return err
	})
}

// GetFundChecklist says what a withdrawal from the provident fund needs.
func (s *Server) GetFundChecklist(_ context.Context, req *housingv1.GetFundChecklistRequest) (*housingv1.GetFundChecklistResponse, error) {
	f, err := s.App.FundChecklist(req.GetGround())
	if err != nil {
		return nil, err
	}
	out := &housingv1.GetFundChecklistResponse{
		Grounds: f.Grounds, Ground: req.GetGround(), Papers: f.Papers, Substitutes: f.Substitutes, DecideDays: int32(f.DecideDays), LoanDays: int32(f.LoanDays),
		Source: f.Withdraw.Source, ToBeConfirmed: f.Withdraw.ToBeConfirmed(),
	}
	for _, r := range f.Rules {
		var numbers map[string]json.Number
		if err := json.Unmarshal(r.Parameters(), &numbers); err != nil {
			return nil, err
		}
		one := &housingv1.FundRule{RuleId: r.ID, Source: r.Source, ToBeConfirmed: r.ToBeConfirmed(), Numbers: map[string]string{}}
		for k, v := range numbers {
			one.Numbers[k] = v.String()
		}
		out.Rules = append(out.Rules, one)
	}
	return out, nil
}
