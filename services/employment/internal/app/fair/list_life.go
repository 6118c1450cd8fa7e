package fair

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// recent is how many months a fair with results is looked at; when it is over, its own
// days say.
const recent = 12

// ListLife says how a worker's applications to job fairs stand. An interview that was
// accepted is told as the application for the job.
func (a *App) ListLife(_ context.Context, s Store, worker string) ([]life.Thing, error) {
	own, err := s.Underway(worker, a.today().AddMonths(-recent))
	if err != nil || len(own) == 0 {
		return nil, err
	}
	var ids, at []string
	for _, x := range own {
		ids, at = append(ids, x.ID), append(at, x.FairID)
	}
	fairs, err := s.PeekFairs(at)
	if err != nil {
		return nil, err
	}
	newest, err := s.Newest(ids)
	if err != nil {
		return nil, err
	}
	var vacancies []string
	for _, x := range newest {
		vacancies = append(vacancies, x.VacancyID)
	}
	posts, err := s.Jobs().PeekVacancies(vacancies)
	if err != nil {
		return nil, err
	}
	all := make([]life.Thing, len(own))
	for i, x := range own {
		r, err := a.rules(a.today(), x.Division)
		if err != nil {
			return nil, err
		}
		if all[i] = joined(x, fairs[x.FairID], newest[x.ID], r, a.Clock.Now()); all[i].Part == life.Needs {
			all[i].Name = posts[newest[x.ID].VacancyID].Title
		}
	}
	return all, nil
}

// joined is an application to a fair with the newest proposal. Of a draw that is still
// being written nothing is told.
func joined(x fair.Application, f fair.Fair, newest fair.Proposal, r fair.Rules, now time.Time) life.Thing {
	t := life.Thing{Matter: "fair", ID: x.ID, Within: x.FairID, State: string(f.State), Code: f.Campaign}
	if x.Withdrawn {
		return t
	}
	today := clock.DateOf(now)
	sent, closes := life.Was("sent", x.SubmittedAt), life.Step{Name: "closes", On: f.ClosesOn, Done: f.TakesLists(today) != nil}
	drawn := life.Step{Name: "drawn", On: f.MatchOn}
	t.Steps = life.Way(sent, closes, drawn, life.Step{Name: "answered"})
	switch f.State {
	case fair.Open:
		t.State, t.Part, t.Holder = "sent", life.Runs, life.Employer
		if closes.Done {
			t.State, t.Holder = "closing", life.Office
		}
	case fair.Closing:
		t.Part, t.Holder = life.Runs, life.Office
	case fair.Closed, fair.Drawing:
		t.State, t.Part, t.Holder = "closed", life.Runs, life.Draw
	case fair.Matched:
		drawn = life.Step{Name: "drawn", On: x.Outcome.On, Done: true}
		switch {
		case newest.State == answer.Open && !newest.Over(now):
			t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = "proposed", life.Needs, life.You, life.LastDay(newest.AnswerBy), "EM-FAIR"
			t.Steps = life.Way(sent, closes, drawn, life.Step{Name: "answered"})
		case newest.State != answer.Accepted && f.Pass < r.Passes && !today.After(later(f.EndsOn, f.MatchOn.AddDays(r.ReviewDays))):
			t.State, t.Part, t.Holder = "again", life.Runs, life.Draw
			t.Steps = life.Way(sent, closes, drawn, life.Step{Name: "again"})
		}
	case fair.Cancelled:
	}
	return t
}

func later(a, b clock.Date) clock.Date {
	if b.After(a) {
		return b
	}
	return a
}
