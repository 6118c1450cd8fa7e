package api

import (
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
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
		Reasons: rpc.Reasons(s.Aid), GrantState: a.Grant, Way: s.Offer.Way, OfferedAt: sqldb.Micros(s.Offer.MadeAt),
		BetterOfferId: s.Better.ID, BetterSchoolId: s.Better.SchoolID, BetterAnswerBy: sqldb.Micros(s.Better.AnswerBy), UndoBy: sqldb.Micros(s.UndoBy),
	}
	for _, p := range s.Proofs {
		m.Evidence = append(m.Evidence, &educationv1.Evidence{
			Kind: p.Kind, Source: p.Source, SourceId: p.SourceID, Since: p.Since, Until: p.Until, Months: int32(p.Months),
			Code: p.Code, Flagged: p.Flagged, RecordedAt: sqldb.Micros(p.RecordedAt),
		})
	}
	return m
}

func round(s app.ShownRound) *educationv1.Round {
	r := s.Round
	m := &educationv1.Round{
		RoundId: r.ID, County: r.County, Stage: string(r.Stage), State: string(r.State), OpensOn: r.OpensOn.String(), ClosesOn: r.ClosesOn.String(),
		DrawOn: r.DrawOn.String(), Tie: string(r.Tie), FigureSource: r.FigureSource, FigureOn: r.FigureOn.String(), Root: r.Root, EntriesCount: int32(r.Entries),
		FigureTyped: r.TypedBy != "", Seed: r.Seed, Pass: int32(r.Pass), Parts: int32(r.Parts), AnswerDays: int32(s.AnswerDays), ReasonCode: r.Why, PlannedBy: r.PlannedBy,
	}
	for _, c := range s.Corrected {
		m.Corrections = append(m.Corrections, correction(c))
	}
	if r.ConfirmedBy != "" { // what one officer typed is not told to the other
		m.Figure = r.Figure
	}
	for _, v := range s.Schools {
		m.Schools = append(m.Schools, &educationv1.RoundSchool{
			SchoolId: v.School.ID, Name: v.School.Name, Township: v.School.Township, Seats: int32(v.Seats), Reserved: int32(v.Reserved), Taken: int32(v.Taken), Named: int32(v.Named),
		})
	}
	return m
}

func entry(s app.ShownEntry) *educationv1.Entry {
	e := s.Entry
	m := &educationv1.Entry{
		RoundId: e.RoundID, ApplicationId: e.ApplicationID, Ticket: e.Ticket, Nonce: e.Nonce, HasWord: e.Nonce != "", Township: e.Township, Newcomer: e.Newcomer,
		Outcome: string(e.Outcome), Choice: int32(e.Choice), Pass: int32(e.Pass), Reasons: rpc.Reasons(e.Reasons), Proof: s.Proof, AppealBy: e.ReviewBy.String(),
	}
	for _, w := range e.Wishes {
		m.Choices = append(m.Choices, &educationv1.Choice{
			SchoolId: w.SchoolID, Name: s.Names[w.SchoolID], PriorityClass: int32(w.Class), Ground: w.Ground, Position: int32(w.Position),
			Named: int32(w.Named), LastPosition: int32(w.Last), Seats: int32(w.Seats),
		})
	}
	if s.Appeal.ID != "" {
		m.Appeal = appeal(s.Appeal)
	}
	if s.Task.ID != "" {
		m.Task = bureauTask(s.Task)
	}
	for _, d := range s.Documents {
		state := "missing"
		if d.Form != "" {
			state = "there"
		}
		m.Documents = append(m.Documents, &educationv1.Document{Kind: d.Kind, State: state, Form: d.Form, Later: d.Later})
	}
	return m
}

func bureauTask(t domain.Task) *educationv1.Task {
	return &educationv1.Task{
		TaskId: t.ID, ApplicationId: t.ApplicationID, County: t.County, Stage: string(t.Stage), RoundId: t.RoundID, State: t.State,
		DueOn: t.DueOn.String(), OpenedAt: sqldb.Micros(t.OpenedAt), Reasons: rpc.Reasons(t.Reasons),
	}
}

func appeal(a domain.Appeal) *educationv1.Appeal {
	return &educationv1.Appeal{
		AppealId: a.ID, RoundId: a.RoundID, ApplicationId: a.ApplicationID, SchoolId: a.SchoolID, Ground: a.Ground, State: a.State, Relief: a.Remedy,
		DueOn: a.DueOn.String(), FiledAt: sqldb.Micros(a.FiledAt), ReasonCode: a.Why, Reasons: rpc.Reasons(a.Reasons),
	}
}

func exam(all []rule.Trace) *educationv1.CheckExamResponse {
	m := &educationv1.CheckExamResponse{Outcome: string(rule.Met), Reasons: rpc.Reasons(all)}
	for _, t := range all {
		if t.Outcome != rule.Met {
			m.Outcome = string(rule.NotMet)
		}
	}
	return m
}
