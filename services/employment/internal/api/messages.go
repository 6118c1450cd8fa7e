package api

import (
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

func (s *Server) vacancy(v domain.Vacancy) *employmentv1.Vacancy {
	return &employmentv1.Vacancy{
		VacancyId: v.ID, EmployerId: v.EmployerID, EmployerName: v.EmployerName, Title: v.Title, Occupation: v.Occupation,
		Headcount: int32(v.Headcount), Open: int32(v.Open()), WageMinFen: v.WageMinFen, WageMaxFen: v.WageMaxFen, County: v.County,
		SeasonFrom: v.SeasonFrom.String(), SeasonTo: v.SeasonTo.String(), Housing: v.Housing, Meals: v.Meals, Requirements: v.Requirements,
		Hazardous: v.Hazardous, State: string(v.State), PublishedAt: sqldb.Micros(v.PublishedAt),
		Township: v.Township, WageUnit: string(v.WageUnit), Shifts: v.Shifts, Hazards: v.Hazards, Certificates: certificates(v.Certificates), Schemes: v.Schemes,
		HouseholdService: v.Household, Limits: v.Limits, EmployerKind: string(v.EmployerKind), WageNotes: s.App.WageNotes(v.Terms, v.EmployerKind),
	}
}

func certificates(all []domain.CertificateNeed) (out []*employmentv1.CertificateNeed) {
	for _, c := range all {
		out = append(out, &employmentv1.CertificateNeed{Occupation: c.Occupation, Level: c.Level})
	}
	return out
}

func profile(p domain.Profile, held []domain.Qualification) *employmentv1.Profile {
	out := &employmentv1.Profile{
		Worker: p.Worker, Occupation: p.Occupation, WageMinFen: p.WageMinFen, Education: p.Education,
		AvailableFrom: p.AvailableFrom.String(), NeedsHousing: p.NeedsHousing, AvailableTo: p.AvailableTo.String(), County: p.County, Township: p.Township,
		NeedsMeals: p.NeedsMeals, Skills: p.Skills, PaperCertificates: p.Papers, Qualifications: qualifications(held),
	}
	return out
}

func qualifications(held []domain.Qualification) (out []*employmentv1.Qualification) {
	for _, q := range held {
		out = append(out, &employmentv1.Qualification{CertificateId: q.CertificateID, Occupation: q.Occupation, Since: q.Since, Flagged: q.Flagged})
	}
	return out
}

func application(l app.ApplicationLine) *employmentv1.Application {
	o, i := l.Offer, l.Interview
	return &employmentv1.Application{
		ApplicationId: l.ID, VacancyId: l.VacancyID, Title: l.Title, State: string(l.State), OfferId: o.ID, OfferState: string(o.State), WageFen: o.WageFen,
		StartOn: o.StartOn.String(), EndOn: o.EndOn.String(), AnswerBy: sqldb.Micros(o.AnswerBy), HireId: o.HireID, SubmittedAt: sqldb.Micros(l.SubmittedAt),
		InterviewId: i.ID, InterviewState: string(i.State), MeetAt: sqldb.Micros(i.MeetAt), Way: i.Way,
		MeetPlace: i.Meeting.Place, MeetContact: i.Meeting.Contact, MeetPhone: i.Meeting.Phone,
	}
}

func hire(h domain.Hire) *employmentv1.Hire {
	return &employmentv1.Hire{
		HireId: h.ID, EmployerName: h.EmployerName, Occupation: h.Occupation, County: h.County, StartOn: h.StartOn.String(), EndOn: h.EndOn.String(),
		State: string(h.State), EndedOn: h.EndedOn.String(), WageFen: h.WageFen,
	}
}

// fact is a hire as evidence. Its version is that of the event which told of it.
func fact(h domain.Hire) *platformv1.Fact {
	return &platformv1.Fact{
		Kind: evidence.Job, Source: "employment", SourceId: h.ID, Worker: h.Worker, Since: h.StartOn.String(), Until: h.Until().String(),
		Code: h.Occupation, Version: h.FactVersion,
	}
}
