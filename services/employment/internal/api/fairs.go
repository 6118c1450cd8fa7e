package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	jobs "github.com/qiao-platform/qiao/services/employment/internal/app"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Fairs serves the methods of job fairs.
type Fairs struct {
	Room[app.Store]
	App    *app.App
	Caller contract.Caller // asks the registry
}

// PlanFair plans a job fair.
func (s *Fairs) PlanFair(ctx context.Context, req *employmentv1.PlanFairRequest) (*employmentv1.PlanFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.PlanFairResponse, error) {
		id, outcome, err := s.App.Plan(ctx, st,
			fair.Plan{Campaign: req.GetCampaign(), Division: req.GetDivision(), Tie: allocate.Tie(req.GetTie()), FigureName: req.GetFigureName(), Venue: req.GetVenue(), Hours: req.GetHours()},
			app.Days{StartsOn: req.GetStartsOn(), EndsOn: req.GetEndsOn(), ClosesOn: req.GetClosesOn(), MatchOn: req.GetMatchOn()})
		return &employmentv1.PlanFairResponse{FairId: id, Outcome: outcome}, err
	})
}

// EnterFairPost brings seats of a vacancy to a fair.
func (s *Fairs) EnterFairPost(ctx context.Context, req *employmentv1.EnterFairPostRequest) (*employmentv1.EnterFairPostResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.EnterFairPostResponse, error) {
		outcome, err := s.App.EnterPost(ctx, st, req.GetFairId(), req.GetVacancyId(), int(req.GetSeats()))
		return &employmentv1.EnterFairPostResponse{Outcome: outcome}, err
	})
}

// ListFairs lists job fairs, newest first.
func (s *Fairs) ListFairs(ctx context.Context, req *employmentv1.ListFairsRequest) (*employmentv1.ListFairsResponse, error) {
	out := &employmentv1.ListFairsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListFairs(st, req.GetDivision())
		for _, f := range all {
			out.Fairs = append(out.Fairs, shown(f))
		}
		return err
	})
	return out, err
}

// GetFair reads a fair and a page of its posts.
func (s *Fairs) GetFair(ctx context.Context, req *employmentv1.GetFairRequest) (*employmentv1.GetFairResponse, error) {
	out := &employmentv1.GetFairResponse{}
	err := s.view(ctx, func(st app.Store) error {
		f, posts, next, err := s.App.SeeFair(ctx, st, req.GetFairId(), req.GetAfter())
		out.Fair, out.Next = shown(f), next
		for _, p := range posts {
			out.Posts = append(out.Posts, fairPost(p))
		}
		return err
	})
	return out, err
}

// ApplyToFair sends the worker's ranked wishes. Where a post among them has
// hazards the registry is asked first, and only whether the worker is of age.
func (s *Fairs) ApplyToFair(ctx context.Context, req *employmentv1.ApplyToFairRequest) (*employmentv1.ApplyToFairResponse, error) {
	var question jobs.AgeQuestion
	err := s.view(ctx, func(st app.Store) (err error) {
		question, err = s.App.BeforeApplying(ctx, st, req.GetWorker(), req.GetVacancyIds())
		return err
	})
	if err != nil {
		return nil, err
	}
	id := s.App.NewID()
	reached, err := ofAge(ctx, s.Caller, s.Outbox.Service(), req.GetWorker(), id, question)
	if err != nil {
		return nil, err
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ApplyToFairResponse, error) {
		r, err := s.App.Apply(ctx, st, id, req.GetWorker(), req.GetFairId(), req.GetVacancyIds(), req.GetWord(), question, reached)
		return &employmentv1.ApplyToFairResponse{ApplicationId: r.ApplicationID, Ticket: r.Ticket, Nonce: r.Nonce}, err
	})
}

// WithdrawFromFair takes the worker out of a fair.
func (s *Fairs) WithdrawFromFair(ctx context.Context, req *employmentv1.WithdrawFromFairRequest) (*employmentv1.WithdrawFromFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawFromFairResponse, error) {
		return &employmentv1.WithdrawFromFairResponse{}, s.App.Withdraw(ctx, st, req.GetApplicationId())
	})
}

// ListAppliedFairs says to which fairs the worker applied.
func (s *Fairs) ListAppliedFairs(ctx context.Context, req *employmentv1.ListAppliedFairsRequest) (*employmentv1.ListAppliedFairsResponse, error) {
	out := &employmentv1.ListAppliedFairsResponse{}
	err := s.view(ctx, func(st app.Store) (err error) {
		out.FairIds, err = s.App.AppliedTo(ctx, st, req.GetWorker())
		return err
	})
	return out, err
}

// GetFairApplication shows the worker the own wishes, the newest proposal, and
// why it is not a better one.
func (s *Fairs) GetFairApplication(ctx context.Context, req *employmentv1.GetFairApplicationRequest) (*employmentv1.GetFairApplicationResponse, error) {
	out := &employmentv1.GetFairApplicationResponse{}
	err := s.view(ctx, func(st app.Store) error {
		x, found, err := s.App.SeeApplication(ctx, st, req.GetWorker(), req.GetFairId())
		if found {
			out.Application, out.Further = fairApplication(x), nil // a transaction may run again
		}
		for _, one := range x.Further {
			out.Further = append(out.Further, fairApplication(one))
		}
		return err
	})
	return out, err
}

// ProveFairEntry proves to the worker that the own entry is under the root.
func (s *Fairs) ProveFairEntry(ctx context.Context, req *employmentv1.ProveFairEntryRequest) (*employmentv1.ProveFairEntryResponse, error) {
	out := &employmentv1.ProveFairEntryResponse{}
	err := s.view(ctx, func(st app.Store) (err error) {
		out.Root, out.Path, err = s.App.ProveEntry(ctx, st, req.GetWorker(), req.GetFairId(), req.GetApplicationId())
		return err
	})
	return out, err
}

// ListFairApplicants shows an employer who applied to its post. Each finds in the
// own access log what was seen.
func (s *Fairs) ListFairApplicants(ctx context.Context, req *employmentv1.ListFairApplicantsRequest) (*employmentv1.ListFairApplicantsResponse, error) {
	var out *employmentv1.ListFairApplicantsResponse
	err := s.update(ctx, func(st app.Store) error {
		out = &employmentv1.ListFairApplicantsResponse{} // a transaction may run again
		all, err := s.App.SeeApplicants(ctx, st, req.GetFairId(), req.GetVacancyId())
		for _, x := range all {
			out.Applicants = append(out.Applicants, &employmentv1.FairApplicant{
				Number: x.Number, Occupation: x.Occupation, Certificates: x.Certificates, AvailableFrom: x.AvailableFrom.String(), Rank: int32(x.Rank),
				ProposalId: x.ProposalID, ApplicationId: x.JobID, State: string(x.State),
			})
		}
		return err
	})
	return out, err
}

// RankFairApplicants is the employer's order, by number.
func (s *Fairs) RankFairApplicants(ctx context.Context, req *employmentv1.RankFairApplicantsRequest) (*employmentv1.RankFairApplicantsResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.RankFairApplicantsResponse, error) {
		return &employmentv1.RankFairApplicantsResponse{}, s.App.RankApplicants(ctx, st, req.GetFairId(), req.GetVacancyId(), req.GetApplicationIds())
	})
}

// CloseFair closes and commits the lists.
func (s *Fairs) CloseFair(ctx context.Context, req *employmentv1.CloseFairRequest) (*employmentv1.CloseFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CloseFairResponse, error) {
		f, err := s.App.Close(ctx, st, req.GetFairId(), req.GetMatchOn())
		return &employmentv1.CloseFairResponse{Root: f.Root, EntryCount: int32(f.Entries)}, err
	})
}

// EnterFairFigure is one officer's reading of the figure.
func (s *Fairs) EnterFairFigure(ctx context.Context, req *employmentv1.EnterFairFigureRequest) (*employmentv1.EnterFairFigureResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.EnterFairFigureResponse, error) {
		return &employmentv1.EnterFairFigureResponse{}, s.App.EnterFigure(ctx, st, req.GetFairId(), req.GetFigure())
	})
}

// DrawFair is another officer's reading of the same figure, and the draw. That of
// a large fair is made before the transaction that makes it certain, and written
// after it.
func (s *Fairs) DrawFair(ctx context.Context, req *employmentv1.DrawFairRequest) (*employmentv1.DrawFairResponse, error) {
	var large *app.Draw
	refused := s.view(ctx, func(st app.Store) (err error) {
		large, err = s.App.ReadLarge(ctx, st, req.GetFairId(), req.GetFigure())
		return err
	})
	if refused == nil && large != nil {
		refused = s.App.Draw(large)
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DrawFairResponse, error) { // which has the answer to a repeat
		switch {
		case refused != nil:
			return nil, refused
		case large != nil:
			seed, m := large.Match()
			return drawn(seed, m), s.App.BeginDraw(ctx, st, req.GetFairId(), req.GetFigure())
		}
		f, m, err := s.App.DrawAtOnce(ctx, st, req.GetFairId(), req.GetFigure())
		return drawn(f.Seed, m), err
	})
}

func drawn(seed string, m fair.Match) *employmentv1.DrawFairResponse {
	return &employmentv1.DrawFairResponse{Seed: seed, Proposed: int32(m.Proposed), Unplaced: int32(m.Unplaced)}
}

// RunSecondPass proposes what is left.
func (s *Fairs) RunSecondPass(ctx context.Context, req *employmentv1.RunSecondPassRequest) (*employmentv1.RunSecondPassResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.RunSecondPassResponse, error) {
		m, err := s.App.RunSecondPass(ctx, st, req.GetFairId())
		return &employmentv1.RunSecondPassResponse{Proposed: int32(m.Proposed), Unplaced: int32(m.Unplaced)}, err
	})
}

// AcceptProposal accepts an interview. For a post with hazards the registry is
// asked first, as for every application.
func (s *Fairs) AcceptProposal(ctx context.Context, req *employmentv1.AcceptProposalRequest) (*employmentv1.AcceptProposalResponse, error) {
	var question jobs.AgeQuestion
	var worker string
	err := s.view(ctx, func(st app.Store) (err error) {
		worker, question, err = s.App.BeforeAccepting(ctx, st, req.GetProposalId())
		return err
	})
	if err != nil {
		return nil, err
	}
	id := s.App.NewID()
	reached, err := ofAge(ctx, s.Caller, s.Outbox.Service(), worker, id, question)
	if err != nil {
		return nil, err
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AcceptProposalResponse, error) {
		id, err := s.App.AcceptProposal(ctx, st, req.GetProposalId(), id, question, reached)
		return &employmentv1.AcceptProposalResponse{ApplicationId: id}, err
	})
}

// DeclineProposal is the worker's no.
func (s *Fairs) DeclineProposal(ctx context.Context, req *employmentv1.DeclineProposalRequest) (*employmentv1.DeclineProposalResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DeclineProposalResponse, error) {
		return &employmentv1.DeclineProposalResponse{}, s.App.DeclineProposal(ctx, st, req.GetProposalId())
	})
}

// PassOverProposal is the employer's no.
func (s *Fairs) PassOverProposal(ctx context.Context, req *employmentv1.PassOverProposalRequest) (*employmentv1.PassOverProposalResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.PassOverProposalResponse, error) {
		return &employmentv1.PassOverProposalResponse{}, s.App.PassOverProposal(ctx, st, req.GetProposalId(), req.GetReasonCode())
	})
}

// ListFairResults lists what the passes gave, by number. How each was answered
// is between the worker and the employer.
func (s *Fairs) ListFairResults(ctx context.Context, req *employmentv1.ListFairResultsRequest) (*employmentv1.ListFairResultsResponse, error) {
	out := &employmentv1.ListFairResultsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, next, err := s.App.ListResults(ctx, st, req.GetFairId(), req.GetAfter())
		for _, x := range all {
			out.Results = append(out.Results, &employmentv1.FairResult{Number: x.ApplicationID, VacancyId: x.VacancyID, Wish: int32(x.Wish), Pass: int32(x.Pass)})
		}
		out.Next = next
		return err
	})
	return out, err
}

// GetFairBundle reads the published bundle in parts.
func (s *Fairs) GetFairBundle(ctx context.Context, req *employmentv1.GetFairBundleRequest) (*employmentv1.GetFairBundleResponse, error) {
	out := &employmentv1.GetFairBundleResponse{}
	err := s.view(ctx, func(st app.Store) (err error) {
		out.Data, out.NextOffset, err = s.App.SeeBundle(st, req.GetFairId(), req.GetOffset())
		return err
	})
	return out, err
}
