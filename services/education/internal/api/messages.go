package api

import (
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

func school(l app.Listed) *educationv1.School {
	return &educationv1.School{
		SchoolId: l.ID, Name: l.Name, Kind: string(l.Kind), County: l.County, Township: l.Township,
		Stage: string(l.Stage), Places: int32(l.Places), Free: int32(l.Free),
	}
}

func application(s app.Shown) *educationv1.Application {
	a := s.Application
	m := &educationv1.Application{
		ApplicationId: a.ID, ChildId: a.ChildID, Stage: string(a.Stage), County: a.County, SchoolIds: a.SchoolIDs, State: string(a.State),
		OfferId: a.OfferID, OfferedSchoolId: s.Offer.SchoolID, AnswerBy: sqldb.Micros(s.Offer.AnswerBy),
		PapersNotAsked: s.NotAsked, SubmittedAt: sqldb.Micros(a.SubmittedAt),
	}
	for _, p := range s.Proofs {
		m.Evidence = append(m.Evidence, &educationv1.Evidence{
			Kind: p.Kind, Source: p.Source, SourceId: p.SourceID, Since: p.Since, Until: p.Until, Months: int32(p.Months),
			Code: p.Code, Flagged: p.Flagged, RecordedAt: sqldb.Micros(p.RecordedAt),
		})
	}
	return m
}
