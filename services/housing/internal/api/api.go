// Package api serves the housing contract: each method opens the transaction,
// runs one use case and answers in the contract's form.
package api

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Server implements housingv1.HousingServer and platformv1.FactsServer.
type Server struct {
	App      *app.App
	Outbox   *outbox.Outbox
	In       func(*sqldb.Tx) app.Store
	Pages    *cache.Cache
	HomesTag func(county string) string // names the pages that list a county's homes
}

// AddHome lists a home.
func (s *Server) AddHome(ctx context.Context, req *housingv1.AddHomeRequest) (*housingv1.AddHomeResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	return outbox.CommandOrCheck(ctx, s.Outbox, req.GetCheckOnly(), func(tx *sqldb.Tx) (*housingv1.AddHomeResponse, error) {
		said, err := s.App.AddHome(ctx, s.In(tx), domain.Home{
			Estate: req.GetEstate(), Number: req.GetNumber(), Layout: req.GetLayout(), AreaDM2: int(req.GetAreaDm2()), RentFen: req.GetRentFen(),
			County: req.GetCounty(), Kind: kind, Reference: req.GetReference(),
		})
		return &housingv1.AddHomeResponse{HomeId: said.ID, Outcome: said.Outcome, Differs: said.Differs}, err
	})
}

// ListHomes lists free homes, a page at a time. Pages come from the cache; no
// decision reads one.
func (s *Server) ListHomes(ctx context.Context, req *housingv1.ListHomesRequest) (*housingv1.ListHomesResponse, error) {
	key := strings.Join([]string{"homes", req.GetCounty(), req.GetKind(), req.GetAfter(), strconv.Itoa(int(req.GetLimit()))}, ":")
	page, err := s.Pages.Get(ctx, s.HomesTag(req.GetCounty()), key, func(ctx context.Context) ([]byte, error) {
		out, err := view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListHomesResponse) error {
			homes, next, err := s.App.ListHomes(st, req.GetCounty(), req.GetKind(), req.GetAfter(), int(req.GetLimit()))
			out.Next = next
			for _, h := range homes {
				out.Homes = append(out.Homes, home(h))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return proto.Marshal(out)
	})
	if err != nil {
		return nil, err
	}
	out := &housingv1.ListHomesResponse{}
	return out, proto.Unmarshal(page, out)
}

// ApplyForHome opens an application.
func (s *Server) ApplyForHome(ctx context.Context, req *housingv1.ApplyForHomeRequest) (*housingv1.ApplyForHomeResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ApplyForHomeResponse, error) {
		a, err := s.App.Apply(ctx, s.In(tx), domain.Application{
			Worker: req.GetWorker(), County: req.GetCounty(), Kind: kind, HouseholdSize: int(req.GetHouseholdSize()),
			DeclaresNoHome: req.GetDeclaresNoHome(), DeclaresIncomeBelow: req.GetDeclaresIncomeBelow(),
			DeclaredAreaDM2: int(req.GetDeclaredAreaDm2()), RequestID: req.GetRequestId(),
			Priority: said(req.GetDeclaresRelief()), Paper: domain.OnPaper{Form: req.GetPaperForm()},
		})
		return &housingv1.ApplyForHomeResponse{ApplicationId: a.ID}, err
	})
}

// WithdrawApplication ends an application.
func (s *Server) WithdrawApplication(ctx context.Context, req *housingv1.WithdrawApplicationRequest) (*housingv1.WithdrawApplicationResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.WithdrawApplicationResponse, error) {
		return &housingv1.WithdrawApplicationResponse{}, s.App.Withdraw(ctx, s.In(tx), req.GetApplicationId())
	})
}

// DecideEligibility applies the rules.
func (s *Server) DecideEligibility(ctx context.Context, req *housingv1.DecideEligibilityRequest) (*housingv1.DecideEligibilityResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideEligibilityResponse, error) {
		d, err := s.App.Decide(ctx, s.In(tx), req.GetApplicationId(), req.GetRefusalReasonCode(), req.GetFalseStatement())
		return &housingv1.DecideEligibilityResponse{Outcome: string(d.Outcome), Why: rpc.Reasons(d.Reasons)}, err
	})
}

// OfferHome offers a home.
func (s *Server) OfferHome(ctx context.Context, req *housingv1.OfferHomeRequest) (*housingv1.OfferHomeResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.OfferHomeResponse, error) {
		o, err := s.App.OfferHome(ctx, s.In(tx), req.GetApplicationId(), req.GetHomeId())
		return &housingv1.OfferHomeResponse{OfferId: o.ID}, err
	})
}

// AcceptOffer accepts.
func (s *Server) AcceptOffer(ctx context.Context, req *housingv1.AcceptOfferRequest) (*housingv1.AcceptOfferResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.AcceptOfferResponse, error) {
		return &housingv1.AcceptOfferResponse{}, s.App.AcceptOffer(ctx, s.In(tx), req.GetOfferId())
	})
}

// DeclineOffer declines.
func (s *Server) DeclineOffer(ctx context.Context, req *housingv1.DeclineOfferRequest) (*housingv1.DeclineOfferResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DeclineOfferResponse, error) {
		return &housingv1.DeclineOfferResponse{}, s.App.DeclineOffer(ctx, s.In(tx), req.GetOfferId())
	})
}

// UndoAcceptance takes back an acceptance that another gave.
func (s *Server) UndoAcceptance(ctx context.Context, req *housingv1.UndoAcceptanceRequest) (*housingv1.UndoAcceptanceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.UndoAcceptanceResponse, error) {
		return &housingv1.UndoAcceptanceResponse{}, s.App.UndoAcceptance(ctx, s.In(tx), req.GetOfferId())
	})
}

// SignLease signs a lease.
func (s *Server) SignLease(ctx context.Context, req *housingv1.SignLeaseRequest) (*housingv1.SignLeaseResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.SignLeaseResponse, error) {
		l, err := s.App.SignLease(ctx, s.In(tx), req.GetOfferId(), req.GetStartsOn(), req.GetEndsOn())
		return &housingv1.SignLeaseResponse{LeaseId: l.ID}, err
	})
}
