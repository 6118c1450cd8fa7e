package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
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
	case domain.CoursePublished:
		return &trainingv1.CoursePublished{CourseId: e.CourseID, Occupation: e.Occupation, Level: e.Level, Places: int32(e.Places), StartsOn: e.StartsOn.String()}
	case domain.EnrolmentConfirmed:
		return &trainingv1.EnrolmentConfirmed{EnrolmentId: e.EnrolmentID, CourseId: e.CourseID}
	case domain.EnrolmentWaitlisted:
		return &trainingv1.EnrolmentWaitlisted{EnrolmentId: e.EnrolmentID, CourseId: e.CourseID}
	case domain.PlaceOffered:
		return &trainingv1.PlaceOffered{EnrolmentId: e.EnrolmentID, CourseId: e.CourseID}
	case domain.EnrolmentDropped:
		return &trainingv1.EnrolmentDropped{EnrolmentId: e.EnrolmentID}
	case domain.AttendanceRecorded:
		return &trainingv1.AttendanceRecorded{EnrolmentId: e.EnrolmentID, Completed: e.Completed}
	case domain.CertificateIssued:
		return &trainingv1.CertificateIssued{CertificateId: e.CertificateID, Kind: e.Kind, Occupation: e.Occupation, Level: e.Level, IssuedOn: e.IssuedOn.String()}
	case domain.SafetyTrainingDue:
		return &trainingv1.SafetyTrainingDue{DueId: e.DueID, HireId: e.HireID, Occupation: e.Occupation}
	case domain.SafetyTrainingCancelled:
		return &trainingv1.SafetyTrainingCancelled{DueId: e.DueID, HireId: e.HireID}
	}
	panic(fmt.Sprintf("training: no contract message for %T", e)) // a programming error that every test of the event meets
}
