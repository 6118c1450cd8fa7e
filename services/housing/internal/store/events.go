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
	}
	panic(fmt.Sprintf("housing: no contract message for %T", e)) // a programming error that every test of the event meets
}
