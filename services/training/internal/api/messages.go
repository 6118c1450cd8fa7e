package api

import (
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// fact is a certificate as evidence. Its version is the one that the event of
// its issue carries, so that the event and the answer agree whichever comes first.
func fact(c domain.Certificate) *platformv1.Fact {
	return &platformv1.Fact{
		Kind: evidence.Certificate, Source: "training", SourceId: c.ID, Worker: c.Worker,
		Since: c.IssuedOn.String(), Code: c.Occupation, Version: c.Version,
	}
}

func course(c domain.Course) *trainingv1.Course {
	state := "open"
	if c.Cancelled {
		state = "cancelled"
	}
	return &trainingv1.Course{
		CourseId: c.ID, Provider: c.Provider, Title: c.Title, Occupation: c.Occupation, Level: c.Level, Hours: int32(c.Hours), Places: int32(c.Places),
		Free: int32(c.Free()), Waiting: int32(c.Waiting), StartsOn: c.StartsOn.String(), Kind: c.Kind, County: c.County,
		Venue: c.Venue, EndsOn: c.EndsOn.String(), Contact: c.Contact, State: state, EmployerUscc: c.EmployerUSCC, SubsidyFen: c.SubsidyFen, ReasonCode: c.Reason, Reference: c.Reference,
	}
}

func enrolment(l app.EnrolmentLine) *trainingv1.Enrolment {
	e := &trainingv1.Enrolment{
		EnrolmentId: l.ID, CourseId: l.CourseID, Title: l.Title, State: string(l.State), Position: int32(l.Position), StartsOn: l.StartsOn.String(), PlaceFree: l.Free,
		Venue: l.Venue, EndsOn: l.EndsOn.String(), Contact: l.Contact, Provider: l.Provider, UndoBy: sqldb.Micros(l.UndoBy),
	}
	if l.State == domain.Offered {
		e.AnswerBy = sqldb.Micros(l.Offer.AnswerBy)
	}
	return e
}

func certificate(c domain.Certificate) *trainingv1.Certificate {
	return &trainingv1.Certificate{
		CertificateId: c.ID, Kind: c.Kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: c.IssuedOn.String(), Number: c.Number, RevokedOn: c.RevokedOn.String(), ReasonCode: c.Reason,
	}
}

func due(d domain.Due) *trainingv1.DueTraining {
	return &trainingv1.DueTraining{DueId: d.ID, HireId: d.HireID, Occupation: d.Occupation, State: string(d.State)}
}

func classLine(l app.ClassLine) *trainingv1.CourseEnrolment {
	e := &trainingv1.CourseEnrolment{EnrolmentId: l.ID, State: string(l.State), Position: int32(l.Position)}
	if l.State == domain.Offered {
		e.AnswerBy, e.OfferedAt = sqldb.Micros(l.Offer.AnswerBy), sqldb.Micros(l.Offer.MadeAt)
	}
	if l.Certificate.ID != "" {
		e.Certificate = certificate(l.Certificate)
	}
	return e
}
