// Package api serves the insurance contract: each method opens the
// transaction, runs one use case and answers in the contract's form.
package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Server implements insurancev1.InsuranceServer and platformv1.FactsServer.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store // the store within a transaction
}

// EnrolWorker fulfils a duty.
func (s *Server) EnrolWorker(ctx context.Context, req *insurancev1.EnrolWorkerRequest) (*insurancev1.EnrolWorkerResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.EnrolWorkerResponse, error) {
		c, err := s.App.Enrol(ctx, s.In(tx), req.GetDutyId(), req.GetSchemes(), req.GetFromMonth())
		return &insurancev1.EnrolWorkerResponse{EnrolmentId: c.ID}, err
	})
}

// RecordMonth credits a month.
func (s *Server) RecordMonth(ctx context.Context, req *insurancev1.RecordMonthRequest) (*insurancev1.RecordMonthResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.RecordMonthResponse, error) {
		n, err := s.App.RecordMonth(ctx, s.In(tx), req.GetEnrolmentId(), req.GetMonth())
		return &insurancev1.RecordMonthResponse{Months: int32(n)}, err
	})
}

// ListCover shows a worker's own duties and covers.
func (s *Server) ListCover(ctx context.Context, req *insurancev1.ListCoverRequest) (*insurancev1.ListCoverResponse, error) {
	out := &insurancev1.ListCoverResponse{}
	see := s.Outbox.DB().View
	if p, err := auth.FromContext(ctx); err == nil && !p.ActsHimself(req.GetWorker()) {
		see = s.Outbox.DB().Update // what a counter or a helper sees is logged
	}
	err := see(ctx, func(tx *sqldb.Tx) error {
		out.Reset()
		duties, covers, err := s.App.ListCover(ctx, s.In(tx), req.GetWorker())
		for _, d := range duties {
			out.Duties = append(out.Duties, duty(d))
		}
		for _, c := range covers {
			out.Covers = append(out.Covers, cover(c))
		}
		return err
	})
	return out, err
}

// GetDuty reads one duty without naming the person.
func (s *Server) GetDuty(ctx context.Context, req *insurancev1.GetDutyRequest) (*insurancev1.GetDutyResponse, error) {
	out := &insurancev1.GetDutyResponse{}
	err := s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		d, err := s.App.SeeDuty(ctx, s.In(tx), req.GetDutyId())
		if err == nil {
			out.Duty = duty(d)
		}
		return err
	})
	return out, err
}

// Months gives a worker's covers as evidence for other departments.
func (s *Server) Months(tx *sqldb.Tx, worker string) (facts []*platformv1.Fact, err error) {
	all, err := s.App.Covers(s.In(tx), worker)
	for _, c := range all {
		facts = append(facts, fact(c))
	}
	return facts, err
}

// fact is a cover as evidence. Its version is the number of changes that
// others can see, so that the event and the answer agree whichever comes first.
func fact(c domain.Cover) *platformv1.Fact {
	return &platformv1.Fact{
		Kind: evidence.InsuranceMonths, Source: "insurance", SourceId: c.ID, Worker: c.Worker,
		Since: string(c.From), Until: string(c.Last), Months: int32(c.Months), Version: c.Version,
	}
}

func duty(d domain.Duty) *insurancev1.Duty {
	return &insurancev1.Duty{
		DutyId: d.ID, HireId: d.HireID, State: string(d.State), DueOn: d.DueOn.String(), EnrolmentId: d.EnrolmentID, Schemes: d.Schemes,
		EmployerId: d.EmployerID, County: d.Division, StartOn: d.StartOn.String(),
	}
}

func cover(c domain.Cover) *insurancev1.Cover {
	state := "stopped"
	if c.Active {
		state = "active"
	}
	return &insurancev1.Cover{
		EnrolmentId: c.ID, HireId: c.HireID, Schemes: c.Schemes, FromMonth: string(c.From), LastMonth: string(c.Last), Months: int32(c.Months), State: state,
		DutyId: c.DutyID, County: c.Division, CanResume: c.CanResume(),
	}
}

func enrolment(e app.Enrolment) *insurancev1.Cover {
	c := cover(e.Cover)
	c.EmployerId = e.EmployerID
	return c
}
