package api

import (
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// fair is a fair as everybody sees it. The figure is shown once both officers read it.
func (s *Server) fair(f domain.Fair) (*employmentv1.Fair, error) {
	most, err := s.App.FairWishesMax(f)
	out := &employmentv1.Fair{
		FairId: f.ID, Campaign: f.Campaign, Division: f.Division, StartsOn: f.StartsOn.String(), EndsOn: f.EndsOn.String(), ClosesOn: f.ClosesOn.String(),
		MatchOn: f.MatchOn.String(), Tie: string(f.Tie), FigureName: f.FigureName, State: string(f.State), Root: f.Root, EntryCount: int32(f.Entries),
		Seed: f.Seed, Pass: int32(f.Pass), ClosedAt: sqldb.Micros(f.ClosedAt), FigureEntered: f.First != "", WishesMax: int32(most),
		Venue: f.Venue, Hours: f.Hours, ReasonCode: f.Why,
	}
	if f.State == domain.FairIsMatched {
		out.Figure = f.Figure
	}
	return out, err
}

func fairPost(p app.FairPostShown) *employmentv1.FairPost {
	v := p.Vacancy
	return &employmentv1.FairPost{
		VacancyId: p.VacancyID, EmployerId: p.EmployerID, EmployerName: v.EmployerName, Title: v.Title, Occupation: v.Occupation,
		WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen, County: p.County, Housing: v.Housing, Meals: v.Meals,
		Seats: int32(p.Seats), Taken: int32(p.Taken), Applied: int32(p.Applied),
	}
}

func fairApplication(a domain.FairApplication, wishes []domain.Vacancy, reasons []rule.Trace, proposals []domain.FairProposal) *employmentv1.FairApplication {
	out := &employmentv1.FairApplication{
		ApplicationId: a.ID, FairId: a.FairID, State: "submitted", Ticket: a.Ticket, SubmittedAt: sqldb.Micros(a.SubmittedAt),
		Reasons: rpc.Reasons(reasons), Pass: int32(a.Outcome.Pass),
	}
	if a.Withdrawn {
		out.State = "withdrawn"
	}
	shown := map[string]domain.Vacancy{}
	for _, v := range wishes {
		shown[v.ID] = v
		out.Wishes = append(out.Wishes, &employmentv1.FairWish{
			VacancyId: v.ID, Title: v.Title, EmployerName: v.EmployerName, WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen, County: v.County,
		})
	}
	if len(proposals) > 0 {
		x := proposals[0]
		out.Proposal = &employmentv1.FairProposal{
			ProposalId: x.ID, VacancyId: x.VacancyID, Title: shown[x.VacancyID].Title, EmployerName: shown[x.VacancyID].EmployerName, Wish: int32(x.Wish),
			State: string(x.State), AnswerBy: sqldb.Micros(x.AnswerBy), Pass: int32(x.Pass), ApplicationId: x.JobID, ReasonCode: x.ReasonCode,
		}
	}
	return out
}
