package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/services/insurance/internal/domain"

	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
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
	case domain.DutyOpened:
		return &insurancev1.DutyOpened{DutyId: e.DutyID, HireId: e.HireID, DueOn: e.DueOn.String()}
	case domain.EnrolmentRequested:
		return &insurancev1.EnrolmentRequested{DutyId: e.DutyID, HireId: e.HireID, Schemes: e.Schemes}
	case domain.EnrolmentCompleted:
		return &insurancev1.EnrolmentCompleted{EnrolmentId: e.EnrolmentID, DutyId: e.DutyID, HireId: e.HireID, Schemes: e.Schemes, FromMonth: string(e.From)}
	case domain.MonthRecorded:
		return &insurancev1.MonthRecorded{EnrolmentId: e.EnrolmentID, Month: string(e.Month), Months: int32(e.Months), FromMonth: string(e.From), LastMonth: string(e.Last)}
	case domain.CoverStopped:
		return &insurancev1.CoverStopped{EnrolmentId: e.EnrolmentID, HireId: e.HireID, LastMonth: string(e.Last), Months: int32(e.Months), FromMonth: string(e.From)}
	case domain.DutyFrozenEvent:
		return &insurancev1.DutyFrozen{DutyId: e.DutyID, HireId: e.HireID}
	case domain.DutyClosedEvent:
		return &insurancev1.DutyClosed{DutyId: e.DutyID, HireId: e.HireID, ReasonCode: e.Reason}
	case domain.DutyOverdueEvent:
		return &insurancev1.DutyOverdue{DutyId: e.DutyID, HireId: e.HireID, DueOn: e.DueOn.String()}
	}
	panic(fmt.Sprintf("insurance: no contract message for %T", e)) // a programming error that every test of the event meets
}
