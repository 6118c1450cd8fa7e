package store

import (
	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// fairMessage brings an event of a job fair into the contract's form; nil where it is none.
func fairMessage(e domain.Event) proto.Message {
	switch e := e.(type) {
	case domain.FairPlanned:
		f := e.Fair
		return &employmentv1.FairPlanned{
			FairId: f.ID, Campaign: f.Campaign, Division: f.Division, StartsOn: f.StartsOn.String(), EndsOn: f.EndsOn.String(),
			ClosesOn: f.ClosesOn.String(), MatchOn: f.MatchOn.String(), Tie: string(f.Tie),
		}
	case domain.FairChanged:
		return &employmentv1.FairChanged{FairId: e.Fair.ID, StartsOn: e.Fair.StartsOn.String(), EndsOn: e.Fair.EndsOn.String(), ReasonCode: e.Fair.Why}
	case domain.FairCancelled:
		return &employmentv1.FairCancelled{FairId: e.Fair.ID, ReasonCode: e.Fair.Why}
	case domain.FairNoticed:
		return &employmentv1.FairNoticed{FairId: e.FairID, ApplicationId: e.ApplicationID, What: e.What, ReasonCode: e.Why}
	case domain.FairCorrected:
		return &employmentv1.FairCorrected{FairId: e.FairID, CorrectionId: e.CorrectionID, ReasonCode: e.Why, Wronged: int32(e.Wronged)}
	case domain.FairClosed:
		return &employmentv1.FairClosed{FairId: e.Fair.ID, Root: e.Fair.Root, EntryCount: int32(e.Fair.Entries), MatchOn: e.Fair.MatchOn.String()}
	case domain.FairFigureEntered:
		return &employmentv1.FairFigureEntered{FairId: e.FairID}
	case domain.FairMatched:
		return &employmentv1.FairMatched{FairId: e.FairID, Seed: e.Seed, Pass: int32(e.Pass), Proposed: int32(e.Proposed), Unplaced: int32(e.Unplaced)}
	case domain.FairPostEntered:
		return &employmentv1.FairPostEntered{FairId: e.FairID, VacancyId: e.VacancyID, Seats: int32(e.Seats)}
	case domain.FairPostRanked:
		return &employmentv1.FairPostRanked{FairId: e.FairID, VacancyId: e.VacancyID, Ranked: int32(e.Ranked)}
	case domain.FairApplicationSubmitted:
		return &employmentv1.FairApplicationSubmitted{ApplicationId: e.ApplicationID, FairId: e.FairID}
	case domain.FairApplicationWithdrawn:
		return &employmentv1.FairApplicationWithdrawn{ApplicationId: e.ApplicationID}
	case domain.FairApplicationUnplaced:
		return &employmentv1.FairApplicationUnplaced{ApplicationId: e.ApplicationID, FairId: e.FairID, Pass: int32(e.Pass)}
	case domain.FairProposalMade:
		return &employmentv1.FairProposalMade{ProposalId: e.ProposalID, FairId: e.FairID, VacancyId: e.VacancyID, AnswerDays: int32(e.AnswerDays)}
	case domain.FairProposalAccepted:
		return &employmentv1.FairProposalAccepted{ProposalId: e.ProposalID, ApplicationId: e.ApplicationID, InPerson: e.InPerson}
	case domain.FairProposalDeclined:
		return &employmentv1.FairProposalDeclined{ProposalId: e.ProposalID}
	case domain.FairProposalLapsed:
		return &employmentv1.FairProposalLapsed{ProposalId: e.ProposalID}
	case domain.FairProposalWithdrawn:
		return &employmentv1.FairProposalWithdrawn{ProposalId: e.ProposalID}
	case domain.FairProposalPassedOverEvent:
		return &employmentv1.FairProposalPassedOver{ProposalId: e.ProposalID, ReasonCode: e.ReasonCode}
	}
	return nil
}

// startupMessage brings an event of start-up help into the contract's form; nil where it is none.
func startupMessage(e domain.Event) proto.Message {
	switch e := e.(type) {
	case domain.AdviserSlotOpened:
		return &employmentv1.AdviserSlotOpened{SlotId: e.Slot.ID, Day: e.Slot.Day.String()}
	case domain.AdviserBooked:
		return &employmentv1.AdviserBooked{BookingId: e.BookingID, SlotId: e.SlotID, Day: e.Day.String()}
	case domain.AdviserBookingCancelled:
		return &employmentv1.AdviserBookingCancelled{BookingId: e.BookingID, SlotId: e.SlotID}
	case domain.LoanRequestHandedOff:
		return &employmentv1.LoanRequestHandedOff{RequestId: e.RequestID, BankCode: e.BankCode}
	case domain.LoanRequestWithdrawn:
		return &employmentv1.LoanRequestWithdrawn{RequestId: e.RequestID, BankCode: e.BankCode}
	case domain.PremisesAdded:
		return &employmentv1.PremisesAdded{SiteId: e.Premises.ID, Kind: e.Premises.Kind, RentFen: e.Premises.RentFen}
	case domain.PremisesRequested:
		return &employmentv1.PremisesRequested{RequestId: e.RequestID, SiteId: e.SiteID}
	case domain.PremisesRequestWithdrawn:
		return &employmentv1.PremisesRequestWithdrawn{RequestId: e.RequestID}
	}
	return nil
}
