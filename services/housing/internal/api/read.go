package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// GetApplication shows an application.
func (s *Server) GetApplication(ctx context.Context, req *housingv1.GetApplicationRequest) (*housingv1.GetApplicationResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *housingv1.GetApplicationResponse) error {
		v, err := s.App.ReadApplication(ctx, st, req.GetApplicationId())
		out.Application = application(v)
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

// logged opens a transaction that may write where the read of an officer or a
// helper is to be logged (promise 6).
func (s *Server) logged(ctx context.Context, f func(app.Store) error) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Officer || p.ActsFor != "" {
		return s.App.Data.Change(ctx, f)
	}
	return s.App.Data.Look(ctx, f)
}

// ListApplications shows the worker's own applications.
func (s *Server) ListApplications(ctx context.Context, req *housingv1.ListApplicationsRequest) (*housingv1.ListApplicationsResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *housingv1.ListApplicationsResponse) error {
		all, err := s.App.ReadApplications(ctx, st, req.GetWorker())
		for _, v := range all {
			out.Applications = append(out.Applications, application(v))
		}
		return err
	})
}

// ListLeases shows the worker's own leases.
func (s *Server) ListLeases(ctx context.Context, req *housingv1.ListLeasesRequest) (*housingv1.ListLeasesResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *housingv1.ListLeasesResponse) error {
		all, err := s.App.ReadLeases(ctx, st, req.GetWorker())
		for _, l := range all {
			out.Leases = append(out.Leases, &housingv1.Lease{
				LeaseId: l.ID, HomeId: l.HomeID, Address: l.Address, StartsOn: l.StartsOn.String(), EndsOn: l.EndsOn.String(), RentFen: l.RentFen, State: l.Status, Kind: string(l.Kind),
			})
		}
		return err
	})
}

// Leases gives a worker's leases as evidence for other departments.
func (s *Server) Leases(tx *sqldb.Tx, worker string) (facts []*platformv1.Fact, err error) {
	all, err := s.App.Leases(s.In(tx), worker)
	for _, l := range all {
		facts = append(facts, fact(l, clock.Today(s.App.Clock)))
	}
	return facts, err
}

// fact is a lease as evidence: where and since when, never the address. Its
// version is the lease's as it stands: whatever was told of it before is older.
func fact(l domain.Lease, today clock.Date) *platformv1.Fact {
	return &platformv1.Fact{
		Kind: evidence.Lease, Source: "housing", SourceId: l.ID, Worker: l.Worker,
		Since: l.StartsOn.String(), Until: l.Until(today), Code: l.County, Version: l.Version,
	}
}

func home(h domain.Home) *housingv1.Home {
	return &housingv1.Home{HomeId: h.ID, Estate: h.Estate, Layout: h.Layout, AreaDm2: int32(h.AreaDM2), RentFen: h.RentFen, County: h.County, Kind: string(h.Kind)}
}

func application(v app.Shown) *housingv1.Application {
	a := v.Application
	out := &housingv1.Application{
		ApplicationId: a.ID, County: a.County, Kind: string(a.Kind), HouseholdSize: int32(a.HouseholdSize), State: string(a.State),
		OfferId: a.OfferID, OfferedHomeId: v.Offer.HomeID, AnswerBy: sqldb.Micros(v.Offer.AnswerBy), UndoBy: sqldb.Micros(v.UndoBy),
		PapersNotAsked: domain.PapersNotAsked(v.Proofs), SubmittedAt: sqldb.Micros(a.SubmittedAt),
		Why: rpc.Reasons(a.Reasons), CaseNo: a.CaseNo(), SubsidyFen: v.SubsidyFen,
		Priority: string(a.Priority.State), PriorityOn: a.Priority.On.String(), PriorityBasis: a.Priority.Basis, PutsFirst: a.Kind.PutsFirst() && a.Open(),
		PaperForm: a.Paper.Form, EnteredAt: sqldb.Micros(a.Paper.EnteredAt), ConfirmedByStaff: a.Paper.ConfirmedBy, LateRoundId: a.Paper.LateRound, LateState: a.Paper.Late,
	}
	for _, f := range v.Proofs {
		out.Evidence = append(out.Evidence, &housingv1.Evidence{
			Kind: f.Kind, Source: f.Source, SourceId: f.SourceID, Since: f.Since, Until: f.Until,
			Months: int32(f.Months), Code: f.Code, Flagged: f.Flagged, RecordedAt: sqldb.Micros(f.RecordedAt),
		})
	}
	return out
}
