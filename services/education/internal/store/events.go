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
	case domain.RoundChanged:
		return &educationv1.RoundChanged{RoundId: e.RoundID, OpensOn: e.OpensOn.String(), ClosesOn: e.ClosesOn.String(), DrawOn: e.DrawOn.String(), ReasonCode: e.Why}
	case domain.RoundCancelledEvent:
		return &educationv1.RoundCancelled{RoundId: e.RoundID, ReasonCode: e.Why}
	case domain.DoublesFound:
		return &educationv1.DoublesFound{RoundId: e.RoundID, DoublesCount: int32(e.Open)}
	case domain.CorrectionProposed:
		return &educationv1.CorrectionProposed{CorrectionId: e.CorrectionID, RoundId: e.RoundID, ReasonCode: e.Why}
	case domain.CorrectionDropped:
		return &educationv1.CorrectionDropped{CorrectionId: e.CorrectionID, RoundId: e.RoundID}
	case domain.RoundCorrected:
		return &educationv1.RoundCorrected{RoundId: e.RoundID, CorrectionId: e.CorrectionID, ReasonCode: e.Why, Wronged: int32(e.Wronged)}
	case domain.RoundPlannedEvent:
		return &educationv1.RoundPlanned{RoundId: e.RoundID, Stage: string(e.Stage), OpensOn: e.OpensOn.String(), ClosesOn: e.ClosesOn.String(), DrawOn: e.DrawOn.String()}
	case domain.SeatsSet:
		return &educationv1.SeatsSet{RoundId: e.RoundID, SchoolId: e.SchoolID, Seats: int32(e.Seats), Reserved: int32(e.Reserved)}
	case domain.RoundOpened:
		return &educationv1.RoundOpened{RoundId: e.RoundID}
	case domain.RoundClosedEvent:
		return &educationv1.RoundClosed{RoundId: e.RoundID}
	case domain.RoundCommittedEvent:
		return &educationv1.RoundCommitted{RoundId: e.RoundID, Root: e.Root, EntriesCount: int32(e.Entries)}
	case domain.FigureTyped:
		return &educationv1.FigureTyped{RoundId: e.RoundID}
	case domain.RoundDrawnEvent:
		return &educationv1.RoundDrawn{RoundId: e.RoundID, Pass: int32(e.Pass), Placed: int32(e.Placed), Unplaced: int32(e.Unplaced)}
	case domain.RoundEndedEvent:
		return &educationv1.RoundEnded{RoundId: e.RoundID, TasksCount: int32(e.Tasks)}
	}
	return familyMessage(e)
}

// familyMessage is the form of what concerns one child.
func familyMessage(e domain.Event) proto.Message {
	switch e := e.(type) {
	case domain.RoundNoticed:
		return &educationv1.RoundNoticed{RoundId: e.RoundID, ApplicationId: e.ApplicationID, What: e.What, ReasonCode: e.Why}
	case domain.DoubleDecided:
		return &educationv1.DoubleDecided{RoundId: e.RoundID, ApplicationId: e.ApplicationID, Outcome: e.Outcome, Kept: e.Kept, ReasonCode: e.Why}
	case domain.WrongMended:
		return &educationv1.WrongMended{RoundId: e.RoundID, ApplicationId: e.ApplicationID, Choice: int32(e.Choice), Relief: e.Relief, DueOn: e.DueOn.String()}
	case domain.ChoicesFiled:
		return &educationv1.ChoicesFiled{RoundId: e.RoundID, ApplicationId: e.ApplicationID, ChoicesCount: int32(e.Choices)}
	case domain.OutcomeDecided:
		return &educationv1.OutcomeDecided{RoundId: e.RoundID, ApplicationId: e.ApplicationID, Outcome: e.Outcome, Choice: int32(e.Choice), Pass: int32(e.Pass)}
	case domain.TaskOpened:
		return &educationv1.TaskOpened{TaskId: e.TaskID, ApplicationId: e.ApplicationID, DueOn: e.DueOn.String()}
	case domain.TaskDoneEvent:
		return &educationv1.TaskDone{TaskId: e.TaskID, ApplicationId: e.ApplicationID}
	case domain.AppealFiledEvent:
		return &educationv1.AppealFiled{AppealId: e.AppealID, ApplicationId: e.ApplicationID, Ground: e.Ground, DueOn: e.DueOn.String()}
	case domain.AppealDecided:
		return &educationv1.AppealDecided{AppealId: e.AppealID, ApplicationId: e.ApplicationID, Outcome: e.Outcome, Relief: e.Remedy}
	case domain.GrantAskedEvent:
		return &educationv1.GrantAsked{ApplicationId: e.ApplicationID}
	case domain.GrantApprovedEvent:
		return &educationv1.GrantApproved{ApplicationId: e.ApplicationID}
	}
	panic(fmt.Sprintf("education: no contract message for %T", e)) // a programming error that every test of the event meets
}
