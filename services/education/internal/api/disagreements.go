package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListOtherCases lists to a guardian of which applications of others he knows.
func (s *Server) ListOtherCases(ctx context.Context, req *educationv1.ListOtherCasesRequest) (*educationv1.ListOtherCasesResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListOtherCasesResponse) error {
		all, err := s.App.OtherCases(ctx, st, req.GetWorker())
		for _, o := range all {
			shown := &educationv1.OtherCase{ChildId: o.ChildID, Stage: string(o.Stage), Since: o.Since.String(), DueOn: o.Own.DueOn.String()}
			if o.Own.Kind == domain.MatterDisagree { // what nobody filed nobody takes back
				shown.DisagreementId = o.Own.ID
			}
			out.Cases = append(out.Cases, shown)
		}
		return err
	})
}

// FileDisagreement asks an officer to decide who keeps an application.
func (s *Server) FileDisagreement(ctx context.Context, req *educationv1.FileDisagreementRequest) (*educationv1.FileDisagreementResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.FileDisagreementResponse, error) {
		d, err := s.App.FileDisagreement(ctx, s.In(tx), req.GetWorker(), req.GetChildId(), req.GetStage(), req.GetReasonCode())
		return &educationv1.FileDisagreementResponse{DisagreementId: d.ID, DueOn: d.DueOn.String()}, err
	})
}

// WithdrawDisagreement takes the own disagreement back.
func (s *Server) WithdrawDisagreement(ctx context.Context, req *educationv1.WithdrawDisagreementRequest) (*educationv1.WithdrawDisagreementResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.WithdrawDisagreementResponse, error) {
		return &educationv1.WithdrawDisagreementResponse{}, s.App.WithdrawDisagreement(ctx, s.In(tx), req.GetDisagreementId())
	})
}

// ListDisagreements lists what waits for an officer.
func (s *Server) ListDisagreements(ctx context.Context, req *educationv1.ListDisagreementsRequest) (*educationv1.ListDisagreementsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListDisagreementsResponse) error {
		all, err := s.App.Disagreements(ctx, st, req.GetCounty())
		for _, d := range all {
			out.Disagreements = append(out.Disagreements, &educationv1.Disagreement{
				DisagreementId: d.ID, ApplicationId: d.ApplicationID, ChildId: d.ChildID, County: d.County, Stage: string(d.Stage), Keeper: d.Keeper, Worker: d.Worker,
				ReasonCode: d.Why, DueOn: d.DueOn.String(), HeardKeeperAt: sqldb.Micros(d.HeardKeeper), HeardOtherAt: sqldb.Micros(d.HeardOther), Decidable: d.Decidable, OtherApplicationId: d.OtherID, Offered: d.Offered,
			})
		}
		return err
	})
}

// HearDisagreement notes that one of the two was heard.
func (s *Server) HearDisagreement(ctx context.Context, req *educationv1.HearDisagreementRequest) (*educationv1.HearDisagreementResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.HearDisagreementResponse, error) {
		return &educationv1.HearDisagreementResponse{}, s.App.HearDisagreement(ctx, s.In(tx), req.GetDisagreementId(), req.GetSide())
	})
}

// DecideDisagreement says who keeps an application.
func (s *Server) DecideDisagreement(ctx context.Context, req *educationv1.DecideDisagreementRequest) (*educationv1.DecideDisagreementResponse, error) {
	err := s.App.DecideDisagreement(ctx, once(s, disagreementDecided, ofNothing), req.GetDisagreementId(), req.GetOutcome(), req.GetReasonCode())
	if err != nil {
		return nil, err
	}
	return disagreementDecided(struct{}{}), nil
}

func disagreementDecided(struct{}) *educationv1.DecideDisagreementResponse {
	return &educationv1.DecideDisagreementResponse{}
}

func ofNothing(*educationv1.DecideDisagreementResponse) (none struct{}) { return none }
