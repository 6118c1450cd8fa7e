package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// fairPage is how many posts or results one answer lists.
const fairPage = 500

// PlanFair plans a job fair.
func (s *Server) PlanFair(ctx context.Context, req *employmentv1.PlanFairRequest) (*employmentv1.PlanFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.PlanFairResponse, error) {
		id, outcome, err := s.App.PlanFair(ctx, st,
			domain.FairPlan{Campaign: req.GetCampaign(), Division: req.GetDivision(), Tie: allocate.Tie(req.GetTie()), FigureName: req.GetFigureName(), Venue: req.GetVenue(), Hours: req.GetHours()},
			app.FairDays{StartsOn: req.GetStartsOn(), EndsOn: req.GetEndsOn(), ClosesOn: req.GetClosesOn(), MatchOn: req.GetMatchOn()})
		return &employmentv1.PlanFairResponse{FairId: id, Outcome: outcome}, err
	})
}

// EnterFairPost brings seats of a vacancy to a fair.
func (s *Server) EnterFairPost(ctx context.Context, req *employmentv1.EnterFairPostRequest) (*employmentv1.EnterFairPostResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.EnterFairPostResponse, error) {
		outcome, err := s.App.EnterFairPost(ctx, st, req.GetFairId(), req.GetVacancyId(), int(req.GetSeats()))
		return &employmentv1.EnterFairPostResponse{Outcome: outcome}, err
	})
}

// ListFairs lists job fairs, newest first.
func (s *Server) ListFairs(ctx context.Context, req *employmentv1.ListFairsRequest) (*employmentv1.ListFairsResponse, error) {
	out := &employmentv1.ListFairsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := st.ListFairs(req.GetDivision())
		for _, f := range all {
			shown, err := s.fair(f)
			if err != nil {
				return err
			}
			out.Fairs = append(out.Fairs, shown)
		}
		return err
	})
	return out, err
}

// GetFair reads a fair and a page of its posts.
func (s *Server) GetFair(ctx context.Context, req *employmentv1.GetFairRequest) (*employmentv1.GetFairResponse, error) {
	out := &employmentv1.GetFairResponse{}
	err := s.view(ctx, func(st app.Store) error {
		f, err := st.PeekFair(req.GetFairId())
		if err != nil {
			return err
		}
		if out.Fair, err = s.fair(f); err != nil {
			return err
		}
		corrections, err := s.App.FairCorrectionsOf(ctx, st, f)
		if err != nil {
			return err
		}
		for _, c := range corrections {
			out.Fair.Corrections = append(out.Fair.Corrections, fairCorrection(c))
		}
		posts, err := st.FairPostPage(f.ID, req.GetAfter(), fairPage)
		for _, p := range posts {
			out.Posts = append(out.Posts, fairPost(p))
		}
		if len(posts) == fairPage {
			out.Next = posts[fairPage-1].VacancyID
		}
		return err
	})
	return out, err
}

// ApplyToFair sends the worker's ranked wishes. Where a post among them has
// hazards the registry is asked first, and only whether the worker is of age.
func (s *Server) ApplyToFair(ctx context.Context, req *employmentv1.ApplyToFairRequest) (*employmentv1.ApplyToFairResponse, error) {
	var question app.AgeQuestion
	err := s.view(ctx, func(st app.Store) (err error) {
		question, err = s.App.BeforeApplyingToFair(ctx, st, req.GetWorker(), req.GetVacancyIds())
		return err
	})
	if err != nil {
		return nil, err
	}
	id := s.App.NewID()
	reached, err := s.ofAge(ctx, req.GetWorker(), id, question)
	if err != nil {
		return nil, err
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ApplyToFairResponse, error) {
		r, err := s.App.ApplyToFair(ctx, st, id, req.GetWorker(), req.GetFairId(), req.GetVacancyIds(), req.GetWord(), question, reached)
		return &employmentv1.ApplyToFairResponse{ApplicationId: r.ApplicationID, Ticket: r.Ticket, Nonce: r.Nonce}, err
	})
}

// WithdrawFromFair takes the worker out of a fair.
func (s *Server) WithdrawFromFair(ctx context.Context, req *employmentv1.WithdrawFromFairRequest) (*employmentv1.WithdrawFromFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawFromFairResponse, error) {
		return &employmentv1.WithdrawFromFairResponse{}, s.App.WithdrawFromFair(ctx, st, req.GetApplicationId())
	})
}

// GetFairApplication shows the worker the own wishes, the newest proposal, and
// why it is not a better one.
func (s *Server) GetFairApplication(ctx context.Context, req *employmentv1.GetFairApplicationRequest) (*employmentv1.GetFairApplicationResponse, error) {
	out := &employmentv1.GetFairApplicationResponse{}
	err := s.ownView(ctx, req.GetWorker(), func(st app.Store) error {
		a, found, err := st.PeekFairApplicationOf(req.GetWorker(), req.GetFairId())
		if err != nil || !found {
			return err
		}
		wishes, err := st.FairWishesOf(a.ID)
		if err != nil {
			return err
		}
		a, proposals, err := s.App.FairProposals(st, a)
		if err != nil {
			return err
		}
		reasons, err := s.App.FairReasons(a, proposals)
		out.Application = fairApplication(a, wishes, reasons, proposals)
		return err
	})
	return out, err
}

// ProveFairEntry proves to the worker that the own entry is under the root.
func (s *Server) ProveFairEntry(ctx context.Context, req *employmentv1.ProveFairEntryRequest) (*employmentv1.ProveFairEntryResponse, error) {
	out := &employmentv1.ProveFairEntryResponse{}
	err := s.ownView(ctx, req.GetWorker(), func(st app.Store) (err error) {
		out.Root, out.Path, err = s.App.ProveFairEntry(st, req.GetWorker(), req.GetFairId())
		return err
	})
	return out, err
}

// ListFairApplicants shows an employer who applied to its post. Each whom it
// sees for the first time finds that in the own access log.
func (s *Server) ListFairApplicants(ctx context.Context, req *employmentv1.ListFairApplicantsRequest) (*employmentv1.ListFairApplicantsResponse, error) {
	out := &employmentv1.ListFairApplicantsResponse{}
	err := s.Log.DB().Update(ctx, func(tx *sqldb.Tx) error {
		st := s.In(tx)
		if err := s.App.MaySeeFairApplicants(ctx, st, req.GetFairId(), req.GetVacancyId()); err != nil {
			return err
		}
		all, err := st.FairApplicants(req.GetFairId(), req.GetVacancyId())
		if err != nil {
			return err
		}
		out.Applicants = nil // a transaction may run again
		for _, x := range all {
			out.Applicants = append(out.Applicants, &employmentv1.FairApplicant{
				Number: x.Number, Occupation: x.Occupation, Certificates: x.Certificates, AvailableFrom: x.AvailableFrom, Rank: int32(x.Rank),
				ProposalId: x.ProposalID, ApplicationId: x.JobID, State: string(x.State),
			})
		}
		return st.SawFairApplicants(ctx, req.GetFairId(), req.GetVacancyId())
	})
	return out, err
}

// RankFairApplicants is the employer's order, by number.
func (s *Server) RankFairApplicants(ctx context.Context, req *employmentv1.RankFairApplicantsRequest) (*employmentv1.RankFairApplicantsResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.RankFairApplicantsResponse, error) {
		return &employmentv1.RankFairApplicantsResponse{}, s.App.RankFairApplicants(ctx, st, req.GetFairId(), req.GetVacancyId(), req.GetApplicationIds())
	})
}

// CloseFair closes and commits the lists.
func (s *Server) CloseFair(ctx context.Context, req *employmentv1.CloseFairRequest) (*employmentv1.CloseFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CloseFairResponse, error) {
		f, err := s.App.CloseFair(ctx, st, req.GetFairId(), req.GetMatchOn())
		return &employmentv1.CloseFairResponse{Root: f.Root, EntryCount: int32(f.Entries)}, err
	})
}

// EnterFairFigure is one officer's reading of the figure.
func (s *Server) EnterFairFigure(ctx context.Context, req *employmentv1.EnterFairFigureRequest) (*employmentv1.EnterFairFigureResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.EnterFairFigureResponse, error) {
		return &employmentv1.EnterFairFigureResponse{}, s.App.EnterFairFigure(ctx, st, req.GetFairId(), req.GetFigure())
	})
}

// DrawFair is another officer's reading of the same figure, and the draw. That of
// a large fair is made before the transaction that makes it certain, and written
// after it.
func (s *Server) DrawFair(ctx context.Context, req *employmentv1.DrawFairRequest) (*employmentv1.DrawFairResponse, error) {
	var large *app.FairDraw
	refused := s.view(ctx, func(st app.Store) (err error) {
		large, err = s.App.ReadLargeFair(ctx, st, req.GetFairId(), req.GetFigure())
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
			return drawn(seed, m), s.App.BeginFairDraw(ctx, st, req.GetFairId(), req.GetFigure())
		}
		f, m, err := s.App.DrawFair(ctx, st, req.GetFairId(), req.GetFigure())
		return drawn(f.Seed, m), err
	})
}

func drawn(seed string, m domain.FairMatch) *employmentv1.DrawFairResponse {
	return &employmentv1.DrawFairResponse{Seed: seed, Proposed: int32(m.Proposed), Unplaced: int32(m.Unplaced)}
}

// RunSecondPass proposes what is left.
func (s *Server) RunSecondPass(ctx context.Context, req *employmentv1.RunSecondPassRequest) (*employmentv1.RunSecondPassResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.RunSecondPassResponse, error) {
		m, err := s.App.RunSecondPass(ctx, st, req.GetFairId())
		return &employmentv1.RunSecondPassResponse{Proposed: int32(m.Proposed), Unplaced: int32(m.Unplaced)}, err
	})
}

// AcceptProposal accepts an interview. For a post with hazards the registry is
// asked first, as for every application.
func (s *Server) AcceptProposal(ctx context.Context, req *employmentv1.AcceptProposalRequest) (*employmentv1.AcceptProposalResponse, error) {
	var question app.AgeQuestion
	var worker string
	err := s.view(ctx, func(st app.Store) (err error) {
		worker, question, err = s.App.BeforeAccepting(ctx, st, req.GetProposalId())
		return err
	})
	if err != nil {
		return nil, err
	}
	id := s.App.NewID()
	reached, err := s.ofAge(ctx, worker, id, question)
	if err != nil {
		return nil, err
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AcceptProposalResponse, error) {
		id, err := s.App.AcceptProposal(ctx, st, req.GetProposalId(), id, question, reached)
		return &employmentv1.AcceptProposalResponse{ApplicationId: id}, err
	})
}

// DeclineProposal is the worker's no.
func (s *Server) DeclineProposal(ctx context.Context, req *employmentv1.DeclineProposalRequest) (*employmentv1.DeclineProposalResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DeclineProposalResponse, error) {
		return &employmentv1.DeclineProposalResponse{}, s.App.DeclineProposal(ctx, st, req.GetProposalId())
	})
}

// PassOverProposal is the employer's no.
func (s *Server) PassOverProposal(ctx context.Context, req *employmentv1.PassOverProposalRequest) (*employmentv1.PassOverProposalResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.PassOverProposalResponse, error) {
		return &employmentv1.PassOverProposalResponse{}, s.App.PassOverProposal(ctx, st, req.GetProposalId(), req.GetReasonCode())
	})
}

// ListFairResults lists what the passes gave, by number. How each was answered
// is between the worker and the employer.
func (s *Server) ListFairResults(ctx context.Context, req *employmentv1.ListFairResultsRequest) (*employmentv1.ListFairResultsResponse, error) {
	out := &employmentv1.ListFairResultsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		if err := s.App.MaySeeFairResults(ctx, st, req.GetFairId()); err != nil {
			return err
		}
		all, err := st.FairResults(req.GetFairId(), req.GetAfter(), fairPage)
		for _, x := range all {
			out.Results = append(out.Results, &employmentv1.FairResult{Number: x.ApplicationID, VacancyId: x.VacancyID, Wish: int32(x.Wish), Pass: int32(x.Pass)})
		}
		if len(all) == fairPage {
			out.Next = all[fairPage-1].ID
		}
		return err
	})
	return out, err
}

// GetFairBundle reads the published bundle in parts.
func (s *Server) GetFairBundle(ctx context.Context, req *employmentv1.GetFairBundleRequest) (*employmentv1.GetFairBundleResponse, error) {
	out := &employmentv1.GetFairBundleResponse{}
	const size = int64(app.BundlePart)
	err := s.view(ctx, func(st app.Store) (err error) {
		f, err := st.PeekFair(req.GetFairId())
		if err != nil || f.Published() != nil {
			return err
		}
		out.Data, err = st.FairBundle(req.GetFairId(), int(max(0, req.GetOffset())/size))
		return err
	})
	if int64(len(out.Data)) == size {
		out.NextOffset = (max(0, req.GetOffset())/size + 1) * size
	}
	return out, err
}
