package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// messages brings the domain's events into the contract's form.
func messages(events []domain.Event) []proto.Message {
	all := make([]proto.Message, len(events))
	for i, e := range events {
		all[i] = message(e)
	}
	return all
}

func message(e domain.Event) proto.Message {
	switch e := e.(type) {
	case domain.HomeListed:
		return &housingv1.HomeListed{HomeId: e.HomeID, Kind: string(e.Kind), RentFen: e.RentFen}
	case domain.RoundCancelled:
		return &housingv1.RoundCancelled{RoundId: e.RoundID, ReasonCode: e.Why}
	case domain.RoundNoticed:
		return &housingv1.RoundNoticed{RoundId: e.RoundID, ApplicationId: e.ApplicationID, ReasonCode: e.Why}
	case domain.HouseholdDecided:
		return &housingv1.HouseholdDecided{ApplicationId: e.ApplicationID, Outcome: e.Outcome, Kept: e.Kept, ReasonCode: e.Why}
	case domain.PrioritySaid:
		return &housingv1.PrioritySaid{ApplicationId: e.ApplicationID}
	case domain.PriorityLookedAt:
		return &housingv1.PriorityLookedAt{ApplicationId: e.ApplicationID, Outcome: string(e.Outcome)}
	case domain.RoundCorrected:
		return &housingv1.RoundCorrected{RoundId: e.RoundID, CorrectionId: e.CorrectionID, ReasonCode: e.Why, Wronged: int32(e.Wronged)}
	case domain.WrongMended:
		return &housingv1.WrongMended{RoundId: e.RoundID, ApplicationId: e.ApplicationID, DueOn: e.DueOn.String()}
	case domain.ApplicationSubmitted:
		return &housingv1.ApplicationSubmitted{ApplicationId: e.ApplicationID, Kind: string(e.Kind), HouseholdSize: int32(e.HouseholdSize)}
	case domain.ApplicationWithdrawn:
		return &housingv1.ApplicationWithdrawn{ApplicationId: e.ApplicationID}
	case domain.EligibilityDecided:
		return &housingv1.EligibilityDecided{ApplicationId: e.ApplicationID, Outcome: string(e.Outcome), RuleIds: e.RuleIDs}
	case domain.DecisionReopened:
		return &housingv1.DecisionReopened{ApplicationId: e.ApplicationID, Kind: e.Kind}
	case domain.OfferMade:
		return &housingv1.OfferMade{OfferId: e.OfferID, ApplicationId: e.ApplicationID, HomeId: e.HomeID, AnswerDays: int32(e.AnswerDays)}
	case domain.OfferAcceptedEvent:
		return &housingv1.OfferAccepted{OfferId: e.OfferID, ApplicationId: e.ApplicationID, InPerson: e.InPerson}
	case domain.OfferDeclinedEvent:
		return &housingv1.OfferDeclined{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.OfferLapsedEvent:
		return &housingv1.OfferLapsed{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.OfferUndoneEvent:
		return &housingv1.OfferUndone{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.LeaseSigned:
		return &housingv1.LeaseSigned{LeaseId: e.LeaseID, ApplicationId: e.ApplicationID, HomeId: e.HomeID, StartsOn: e.StartsOn.String(), EndsOn: e.EndsOn.String(), RentFen: e.RentFen}
	case domain.EvidenceChanged:
		return &housingv1.EvidenceChanged{ApplicationId: e.ApplicationID, Kind: e.Kind, What: e.What}
	case domain.ListPublished:
		return &housingv1.ListPublished{County: e.County, Kind: string(e.Kind), Headcount: int32(e.Entries)}
	case domain.RoundOpened:
		return &housingv1.RoundOpened{RoundId: e.RoundID, Kind: string(e.Kind), Places: int32(e.Homes), Headcount: int32(e.Entries), Root: e.Root}
	case domain.RoundChanged:
		return &housingv1.RoundChanged{RoundId: e.RoundID, Places: int32(e.Homes)}
	case domain.FigureEntered:
		return &housingv1.FigureEntered{RoundId: e.RoundID}
	case domain.RoundDrawnEvent:
		return &housingv1.RoundDrawn{RoundId: e.RoundID, Root: e.Root}
	case domain.RoundClosedEvent:
		return &housingv1.RoundClosed{RoundId: e.RoundID}
	case domain.RentRecorded:
		return &housingv1.RentRecorded{LeaseId: e.LeaseID, Month: e.Month, AmountFen: e.AmountFen}
	case domain.VacancyNoted:
		return &housingv1.VacancyNoted{LeaseId: e.LeaseID, Since: e.Since.String()}
	case domain.ReviewOpened:
		return &housingv1.ReviewOpened{ReviewId: e.ReviewID, LeaseId: e.LeaseID, Ground: e.Ground}
	case domain.ReviewClosed:
		return &housingv1.ReviewClosed{ReviewId: e.ReviewID, Outcome: e.Outcome}
	case domain.RenewalDue:
		return &housingv1.RenewalDue{LeaseId: e.LeaseID, ApplyBy: e.ApplyBy.String()}
	case domain.RenewalAsked:
		return &housingv1.RenewalAsked{RenewalId: e.RenewalID, LeaseId: e.LeaseID}
	case domain.RenewalDecided:
		return &housingv1.RenewalDecided{RenewalId: e.RenewalID, LeaseId: e.LeaseID, Outcome: e.Outcome, EndsOn: e.EndsOn.String()}
	case domain.LeaseEnded:
		return &housingv1.LeaseEnded{LeaseId: e.LeaseID, EndedOn: e.EndedOn.String()}
	case domain.RepairReported:
		return &housingv1.RepairReported{RepairId: e.RepairID, LeaseId: e.LeaseID, What: e.What}
	case domain.RepairPlanned:
		return &housingv1.RepairPlanned{RepairId: e.RepairID, PlannedOn: e.PlannedOn.String()}
	case domain.RepairDone:
		return &housingv1.RepairDone{RepairId: e.RepairID}
	case domain.RepairConfirmed:
		return &housingv1.RepairConfirmed{RepairId: e.RepairID, Works: e.Works}
	case domain.ExitNoticed:
		return &housingv1.ExitNoticed{ExitId: e.ExitID, LeaseId: e.LeaseID, Ground: e.Ground, AnswerDays: int32(e.AnswerDays)}
	case domain.ExitAnswered:
		return &housingv1.ExitAnswered{ExitId: e.ExitID, AnswerCode: e.Answer}
	case domain.ExitDecided:
		return &housingv1.ExitDecided{ExitId: e.ExitID, LeaseId: e.LeaseID, Outcome: e.Outcome, LeaveBy: e.LeaveBy.String()}
	case domain.ExitAppealed:
		return &housingv1.ExitAppealed{ExitId: e.ExitID}
	case domain.ExitAppealDecided:
		return &housingv1.ExitAppealDecided{ExitId: e.ExitID, LeaseId: e.LeaseID, Outcome: e.Outcome}
	case domain.PlacesAsked:
		return &housingv1.PlacesAsked{RequestId: e.RequestID, EmployerId: e.EmployerID, Places: int32(e.Places)}
	case domain.PlacesGranted:
		return &housingv1.PlacesGranted{RequestId: e.RequestID, Places: int32(e.Places)}
	case domain.DrawWordGiven:
		return &housingv1.DrawWordGiven{ApplicationId: e.ApplicationID}
	}
	panic(fmt.Sprintf("housing: no contract message for %T", e)) // a programming error that every test of the event meets
}
