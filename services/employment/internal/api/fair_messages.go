package api

import (
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// shown is a fair as everybody sees it. The figure is shown once both officers read it.
func shown(f app.Shown) *employmentv1.Fair {
	out := &employmentv1.Fair{
		FairId: f.ID, Campaign: f.Campaign, Division: f.Division, StartsOn: f.StartsOn.String(), EndsOn: f.EndsOn.String(), ClosesOn: f.ClosesOn.String(),
		MatchOn: f.MatchOn.String(), Tie: string(f.Tie), FigureName: f.FigureName, State: string(f.State), Root: f.Root, EntryCount: int32(f.Entries),
		Seed: f.Seed, Pass: int32(f.Pass), ClosedAt: sqldb.Micros(f.ClosedAt), FigureEntered: f.First != "", WishesMax: int32(f.WishesMax),
		Venue: f.Venue, Hours: f.Hours, ReasonCode: f.Why,
	}
	if f.State == fair.Matched {
		out.Figure = f.Figure
	}
	for _, c := range f.Corrections {
		out.Corrections = append(out.Corrections, fairCorrection(c))
	}
	return out
}

func fairPost(p app.PostShown) *employmentv1.FairPost {
	v := p.Vacancy
	return &employmentv1.FairPost{
		VacancyId: p.VacancyID, EmployerId: p.EmployerID, EmployerName: v.EmployerName, Title: v.Title, Occupation: v.Occupation,
		WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen, County: p.County, Housing: v.Housing, Meals: v.Meals,
		Seats: int32(p.Seats), Taken: int32(p.Taken), Applied: int32(p.Applied),
	}
}

func fairApplication(a app.Seen) *employmentv1.FairApplication {
	out := &employmentv1.FairApplication{
		ApplicationId: a.ID, FairId: a.FairID, State: "submitted", Ticket: a.Ticket, SubmittedAt: sqldb.Micros(a.SubmittedAt),
		Reasons: rpc.Reasons(a.Reasons), Pass: int32(a.Outcome.Pass),
	}
	if a.Withdrawn {
		out.State = "withdrawn"
	}
	shown := map[string]domain.Vacancy{}
	for _, v := range a.Vacancies {
		shown[v.ID] = v
		out.Wishes = append(out.Wishes, &employmentv1.FairWish{
			VacancyId: v.ID, Title: v.Title, EmployerName: v.EmployerName, WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen, County: v.County,
		})
	}
	if len(a.Proposals) > 0 {
		x := a.Proposals[0]
		out.Proposal = &employmentv1.FairProposal{
			ProposalId: x.ID, VacancyId: x.VacancyID, Title: shown[x.VacancyID].Title, EmployerName: shown[x.VacancyID].EmployerName, Wish: int32(x.Wish),
			State: string(x.State), AnswerBy: sqldb.Micros(x.AnswerBy), Pass: int32(x.Pass), ApplicationId: x.JobID, ReasonCode: x.ReasonCode,
		}
	}
	return out
}
