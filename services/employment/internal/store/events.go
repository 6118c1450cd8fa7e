package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
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
	case domain.EmployerRegistered:
		return &employmentv1.EmployerRegistered{EmployerId: e.EmployerID, IndustrySection: e.IndustrySection, ManualCheck: e.ManualCheck}
	case domain.VacancyPublished:
		v := e.Vacancy
		return &employmentv1.VacancyPublished{
			VacancyId: v.ID, EmployerId: v.EmployerID, Occupation: v.Occupation, County: v.County, WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen,
			SeasonFrom: v.SeasonFrom.String(), SeasonTo: v.SeasonTo.String(), Headcount: int32(v.Headcount),
		}
	case domain.VacancyClosed:
		return &employmentv1.VacancyClosed{VacancyId: e.VacancyID}
	case domain.ProfileSaved:
		return &employmentv1.ProfileSaved{Occupation: e.Occupation}
	case domain.ApplicationSubmitted:
		return &employmentv1.ApplicationSubmitted{ApplicationId: e.ApplicationID, VacancyId: e.VacancyID}
	case domain.ApplicationWithdrawn:
		return &employmentv1.ApplicationWithdrawn{ApplicationId: e.ApplicationID}
	case domain.OfferMade:
		return &employmentv1.OfferMade{OfferId: e.OfferID, ApplicationId: e.ApplicationID, VacancyId: e.VacancyID, AnswerDays: int32(e.AnswerDays)}
	case domain.OfferAccepted:
		return &employmentv1.OfferAccepted{OfferId: e.OfferID, ApplicationId: e.ApplicationID, HireId: e.HireID, InPerson: e.InPerson}
	case domain.OfferDeclined:
		return &employmentv1.OfferDeclined{OfferId: e.OfferID}
	case domain.OfferLapsed:
		return &employmentv1.OfferLapsed{OfferId: e.OfferID}
	case domain.HireRegistered:
		h := e.Hire
		return &employmentv1.HireRegistered{
			HireId: h.ID, EmployerId: h.EmployerID, Occupation: h.Occupation, County: h.County, Hazardous: h.Hazardous,
			StartOn: h.StartOn.String(), EndOn: h.EndOn.String(), Basis: string(h.Basis),
		}
	case domain.HireConfirmed:
		h := e.Hire
		return &employmentv1.HireConfirmed{
			HireId: h.ID, EmployerId: h.EmployerID, Occupation: h.Occupation, County: h.County, Hazardous: h.Hazardous,
			StartOn: h.StartOn.String(), EndOn: h.EndOn.String(), Basis: string(h.Basis),
		}
	case domain.HireDisputed:
		return &employmentv1.HireDisputed{HireId: e.HireID}
	case domain.HireUndone:
		return &employmentv1.HireUndone{HireId: e.HireID}
	case domain.HireEndStated:
		return &employmentv1.HireEndStated{HireId: e.HireID, EndedOn: e.EndedOn.String(), GroundCode: string(e.Ground)}
	case domain.HireEndDisputed:
		return &employmentv1.HireEndDisputed{HireId: e.HireID}
	case domain.HireEnded:
		h := e.Hire
		return &employmentv1.HireEnded{
			HireId: h.ID, EmployerId: h.EmployerID, Occupation: h.Occupation, County: h.County,
			StartOn: h.StartOn.String(), EndedOn: h.EndedOn.String(), GroundCode: string(h.Ground),
		}
	case domain.ReviewAsked:
		return &employmentv1.ReviewAsked{ReviewId: e.ReviewID, EmployerId: e.EmployerID, RuleId: e.RuleID, PhraseId: e.PhraseID}
	case domain.ReviewDecided:
		return &employmentv1.ReviewDecided{ReviewId: e.ReviewID, Outcome: e.Outcome, ReasonCode: e.ReasonCode, VacancyId: e.VacancyID}
	case domain.InterviewInvited:
		return &employmentv1.InterviewInvited{InterviewId: e.InterviewID, ApplicationId: e.ApplicationID, MeetOn: e.MeetOn.String(), Way: e.Way}
	case domain.InterviewAccepted:
		return &employmentv1.InterviewAccepted{InterviewId: e.InterviewID}
	case domain.InterviewDeclined:
		return &employmentv1.InterviewDeclined{InterviewId: e.InterviewID}
	case domain.SeasonalNeedReported:
		n := e.Need
		return &employmentv1.SeasonalNeedReported{EmployerId: n.EmployerID, Occupation: n.Occupation, County: n.County, Month: n.Month, Count: int32(n.Count)}
	case domain.QualificationRecorded:
		return &employmentv1.QualificationRecorded{CertificateId: e.CertificateID, Occupation: e.Occupation, What: e.What}
	}
	if m := fairMessage(e); m != nil {
		return m
	}
	if m := startupMessage(e); m != nil {
		return m
	}
	panic(fmt.Sprintf("employment: no contract message for %T", e)) // a programming error that every test of the event meets
}
