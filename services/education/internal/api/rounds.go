package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// PlanRound plans a round.
func (s *Server) PlanRound(ctx context.Context, req *educationv1.PlanRoundRequest) (*educationv1.PlanRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.PlanRoundResponse, error) {
		r, err := s.App.PlanRound(ctx, s.In(tx), app.Plan{
			County: req.GetCounty(), Stage: req.GetStage(), OpensOn: req.GetOpensOn(), ClosesOn: req.GetClosesOn(), DrawOn: req.GetDrawOn(),
			Tie: req.GetTie(), FigureSource: req.GetFigureSource(), FigureOn: req.GetFigureOn(),
		})
		return &educationv1.PlanRoundResponse{RoundId: r.ID}, err
	})
}

// ChangeRound mends a plan.
func (s *Server) ChangeRound(ctx context.Context, req *educationv1.ChangeRoundRequest) (*educationv1.ChangeRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.ChangeRoundResponse, error) {
		return &educationv1.ChangeRoundResponse{}, s.App.ChangeRound(ctx, s.In(tx), req.GetRoundId(), app.Plan{
			OpensOn: req.GetOpensOn(), ClosesOn: req.GetClosesOn(), DrawOn: req.GetDrawOn(), Tie: req.GetTie(), FigureSource: req.GetFigureSource(), FigureOn: req.GetFigureOn(),
		}, req.GetReasonCode())
	})
}

// CancelRound ends a round that has no results.
func (s *Server) CancelRound(ctx context.Context, req *educationv1.CancelRoundRequest) (*educationv1.CancelRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.CancelRoundResponse, error) {
		return &educationv1.CancelRoundResponse{}, s.App.CancelRound(ctx, s.In(tx), req.GetRoundId(), req.GetReasonCode())
	})
}

// SetSeats gives a school seats in a round.
func (s *Server) SetSeats(ctx context.Context, req *educationv1.SetSeatsRequest) (*educationv1.SetSeatsResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.SetSeatsResponse, error) {
		return &educationv1.SetSeatsResponse{}, s.App.SetSeats(ctx, s.In(tx), req.GetRoundId(), req.GetSchoolId(), int(req.GetSeats()), int(req.GetReserved()))
	})
}

// OpenRound lets guardians file.
func (s *Server) OpenRound(ctx context.Context, req *educationv1.OpenRoundRequest) (*educationv1.OpenRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.OpenRoundResponse, error) {
		return &educationv1.OpenRoundResponse{}, s.App.OpenRound(ctx, s.In(tx), req.GetRoundId())
	})
}

// CloseRound ends the filing.
func (s *Server) CloseRound(ctx context.Context, req *educationv1.CloseRoundRequest) (*educationv1.CloseRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.CloseRoundResponse, error) {
		return &educationv1.CloseRoundResponse{}, s.App.CloseRound(ctx, s.In(tx), req.GetRoundId())
	})
}

// CommitRound fixes the list.
func (s *Server) CommitRound(ctx context.Context, req *educationv1.CommitRoundRequest) (*educationv1.CommitRoundResponse, error) {
	r, err := s.App.CommitRound(ctx, once(s, committed, committedOf), req.GetRoundId(), req.GetAcceptUndecided())
	if err != nil {
		return nil, err
	}
	return committed(r), nil
}

func committed(r app.Committed) *educationv1.CommitRoundResponse {
	return &educationv1.CommitRoundResponse{Root: r.Root, EntriesCount: int32(r.Entries)}
}

func committedOf(m *educationv1.CommitRoundResponse) app.Committed {
	return app.Committed{Root: m.GetRoot(), Entries: int(m.GetEntriesCount())}
}

// TypeFigure takes the figure from one officer.
func (s *Server) TypeFigure(ctx context.Context, req *educationv1.TypeFigureRequest) (*educationv1.TypeFigureResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.TypeFigureResponse, error) {
		return &educationv1.TypeFigureResponse{}, s.App.TypeFigure(ctx, s.In(tx), req.GetRoundId(), req.GetFigure())
	})
}

// ConfirmFigure takes it from another officer, and draws.
func (s *Server) ConfirmFigure(ctx context.Context, req *educationv1.ConfirmFigureRequest) (*educationv1.ConfirmFigureResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.ConfirmFigureResponse, error) {
		d, err := s.App.ConfirmFigure(ctx, s.In(tx), req.GetRoundId(), req.GetFigure())
		return &educationv1.ConfirmFigureResponse{Placed: int32(d.Placed), Unplaced: int32(len(d.Entries) - d.Placed)}, err
	})
}

// RunSecondPass gives what is left.
func (s *Server) RunSecondPass(ctx context.Context, req *educationv1.RunSecondPassRequest) (*educationv1.RunSecondPassResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.RunSecondPassResponse, error) {
		d, err := s.App.RunSecondPass(ctx, s.In(tx), req.GetRoundId())
		return &educationv1.RunSecondPassResponse{Placed: int32(d.Placed), Unplaced: int32(len(d.Entries) - d.Placed)}, err
	})
}

// EndRound ends a round.
func (s *Server) EndRound(ctx context.Context, req *educationv1.EndRoundRequest) (*educationv1.EndRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.EndRoundResponse, error) {
		tasks, err := s.App.EndRound(ctx, s.In(tx), req.GetRoundId())
		return &educationv1.EndRoundResponse{TasksCount: int32(tasks)}, err
	})
}

// ListRounds lists rounds.
func (s *Server) ListRounds(ctx context.Context, req *educationv1.ListRoundsRequest) (*educationv1.ListRoundsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListRoundsResponse) error {
		all, err := s.App.ListRounds(st, req.GetCounty(), req.GetStage())
		for _, r := range all {
			out.Rounds = append(out.Rounds, round(r))
		}
		return err
	})
}

// GetRound shows a round.
func (s *Server) GetRound(ctx context.Context, req *educationv1.GetRoundRequest) (*educationv1.GetRoundResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.GetRoundResponse) error {
		r, err := s.App.ReadRound(st, req.GetRoundId())
		if err == nil {
			out.Round = round(r)
		}
		return err
	})
}

// ListResults lists outcomes by application.
func (s *Server) ListResults(ctx context.Context, req *educationv1.ListResultsRequest) (*educationv1.ListResultsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListResultsResponse) error {
		all, err := s.App.ListResults(ctx, st, req.GetRoundId(), req.GetAfter(), int(req.GetLimit()))
		for _, r := range all {
			m := &educationv1.Result{ApplicationId: r.Entry.ApplicationID, Outcome: string(r.Entry.Outcome), Choice: int32(r.Entry.Choice), State: string(r.State)}
			if r.Entry.Choice > 0 {
				m.SchoolId = r.Entry.Wishes[r.Entry.Choice-1].SchoolID
			}
			out.Results = append(out.Results, m)
		}
		return err
	})
}

// GetBundle returns a part of what is published of a draw.
func (s *Server) GetBundle(ctx context.Context, req *educationv1.GetBundleRequest) (*educationv1.GetBundleResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.GetBundleResponse) error {
		data, parts, err := s.App.ReadBundlePart(st, req.GetRoundId(), int(req.GetPart()))
		out.Data, out.Parts = data, int32(parts)
		return err
	})
}

// FileChoices files a child's ranked schools.
func (s *Server) FileChoices(ctx context.Context, req *educationv1.FileChoicesRequest) (*educationv1.FileChoicesResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.FileChoicesResponse, error) {
		e, err := s.App.FileChoices(ctx, s.In(tx), app.Choices{
			RoundID: req.GetRoundId(), ApplicationID: req.GetApplicationId(), SchoolIDs: req.GetSchoolIds(), Township: req.GetTownship(), Word: req.GetWord(),
		})
		return &educationv1.FileChoicesResponse{Ticket: e.Ticket, Nonce: e.Nonce}, err
	})
}

// GetEntry shows a child's part in a round to its guardian.
func (s *Server) GetEntry(ctx context.Context, req *educationv1.GetEntryRequest) (*educationv1.GetEntryResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *educationv1.GetEntryResponse) error {
		shown, err := s.App.ReadEntry(ctx, st, req.GetApplicationId())
		if err == nil {
			out.Entry = entry(shown)
		}
		return err
	})
}

// ListTasks lists whom the bureau must find a place for.
func (s *Server) ListTasks(ctx context.Context, req *educationv1.ListTasksRequest) (*educationv1.ListTasksResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListTasksResponse) error {
		all, err := s.App.ListTasks(ctx, st, req.GetCounty())
		for _, t := range all {
			m := bureauTask(t.Task)
			m.ApplicationState = string(t.State)
			for _, w := range t.Ways {
				m.Ways = append(m.Ways, &educationv1.WayOut{Way: w.Way, SchoolId: w.School.ID, Name: w.School.Name, County: w.School.County, Free: int32(w.School.Free)})
			}
			out.Tasks = append(out.Tasks, m)
		}
		return err
	})
}

// OfferWayOut offers a way out of a task.
func (s *Server) OfferWayOut(ctx context.Context, req *educationv1.OfferWayOutRequest) (*educationv1.OfferWayOutResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.OfferWayOutResponse, error) {
		o, err := s.App.OfferWayOut(ctx, s.In(tx), req.GetTaskId(), req.GetWay(), req.GetSchoolId())
		return &educationv1.OfferWayOutResponse{OfferId: o.ID}, err
	})
}

// FileAppeal files an appeal.
func (s *Server) FileAppeal(ctx context.Context, req *educationv1.FileAppealRequest) (*educationv1.FileAppealResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.FileAppealResponse, error) {
		a, err := s.App.FileAppeal(ctx, s.In(tx), req.GetApplicationId(), req.GetSchoolId(), req.GetGround())
		return &educationv1.FileAppealResponse{AppealId: a.ID}, err
	})
}

// DecideAppeal decides an appeal.
func (s *Server) DecideAppeal(ctx context.Context, req *educationv1.DecideAppealRequest) (*educationv1.DecideAppealResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.DecideAppealResponse, error) {
		a, err := s.App.DecideAppeal(ctx, s.In(tx), req.GetAppealId(), req.GetOutcome(), req.GetRelief(), req.GetReasonCode())
		return &educationv1.DecideAppealResponse{Reasons: appeal(a).GetReasons()}, err
	})
}

// ListAppeals lists appeals.
func (s *Server) ListAppeals(ctx context.Context, req *educationv1.ListAppealsRequest) (*educationv1.ListAppealsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListAppealsResponse) error {
		all, err := s.App.ListAppeals(ctx, st, req.GetCounty())
		for _, a := range all {
			out.Appeals = append(out.Appeals, appeal(a))
		}
		return err
	})
}

// CheckExam answers the self-check and keeps nothing of it.
func (s *Server) CheckExam(_ context.Context, req *educationv1.CheckExamRequest) (*educationv1.CheckExamResponse, error) {
	all, err := s.App.CheckExam(req.GetCounty(), domain.Stay{
		JobMonths: int(req.GetJobMonths()), HomeMonths: int(req.GetHomeMonths()), InsuranceMonths: int(req.GetInsuranceMonths()), SchoolingYears: int(req.GetSchoolingYears()),
	})
	if err != nil {
		return nil, err
	}
	return exam(all), nil
}

// AskGrant asks for the grant of a vocational school.
func (s *Server) AskGrant(ctx context.Context, req *educationv1.AskGrantRequest) (*educationv1.AskGrantResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.AskGrantResponse, error) {
		return &educationv1.AskGrantResponse{}, s.App.AskGrant(ctx, s.In(tx), req.GetApplicationId())
	})
}

// ListGrants lists grants that wait for approval.
func (s *Server) ListGrants(ctx context.Context, req *educationv1.ListGrantsRequest) (*educationv1.ListGrantsResponse, error) {
	return view(ctx, s.look, func(st app.Store, out *educationv1.ListGrantsResponse) error {
		all, err := s.App.ListGrants(ctx, st, req.GetCounty())
		for _, a := range all {
			out.Grants = append(out.Grants, &educationv1.Grant{ApplicationId: a.ID, County: a.County, ApplicationState: string(a.State)})
		}
		return err
	})
}

// DecideGrant approves a grant.
func (s *Server) DecideGrant(ctx context.Context, req *educationv1.DecideGrantRequest) (*educationv1.DecideGrantResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.DecideGrantResponse, error) {
		return &educationv1.DecideGrantResponse{}, s.App.ApproveGrant(ctx, s.In(tx), req.GetApplicationId())
	})
}
