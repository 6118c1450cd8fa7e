package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
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
	case domain.SchoolOpened:
		return &educationv1.SchoolOpened{SchoolId: e.SchoolID, Stage: string(e.Stage), Places: int32(e.Places)}
	case domain.ApplicationSubmitted:
		return &educationv1.ApplicationSubmitted{ApplicationId: e.ApplicationID, ChildId: e.ChildID, Stage: string(e.Stage)}
	case domain.ApplicationWithdrawn:
		return &educationv1.ApplicationWithdrawn{ApplicationId: e.ApplicationID}
	case domain.PlaceOffered:
		return &educationv1.PlaceOffered{OfferId: e.OfferID, ApplicationId: e.ApplicationID, SchoolId: e.SchoolID, AnswerDays: int32(e.AnswerDays)}
	case domain.PlaceAccepted:
		return &educationv1.PlaceAccepted{OfferId: e.OfferID, ApplicationId: e.ApplicationID, SchoolId: e.SchoolID, InPerson: e.InPerson}
	case domain.PlaceDeclined:
		return &educationv1.PlaceDeclined{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.PlaceUndone:
		return &educationv1.PlaceUndone{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.LapsedOffer:
		return &educationv1.OfferLapsed{OfferId: e.OfferID, ApplicationId: e.ApplicationID}
	case domain.EvidenceChanged:
		return &educationv1.EvidenceChanged{ApplicationId: e.ApplicationID, Kind: e.Kind, What: e.What}
	}
	panic(fmt.Sprintf("education: no contract message for %T", e)) // a programming error that every test of the event meets
}
