package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ListLife says how a worker's own applications and jobs stand, and what work the worker
// looks for. An application that led to a job is told as the job.
func (a *App) ListLife(ctx context.Context, s Store, worker string) ([]life.Thing, error) {
	all, err := a.pending(s, worker)
	if err != nil {
		return nil, err
	}
	jobs, err := a.lasting(s, worker)
	if err != nil {
		return nil, err
	}
	all = append(all, jobs...)
	p, err := s.PeekProfile(worker)
	if errors.Is(err, domain.ErrProfileUnknown) {
		return all, nil
	}
	return append(all, looksFor(p)), err
}

// pending reads how the applications stand that wait for an answer.
func (a *App) pending(s Store, worker string) ([]life.Thing, error) {
	own, err := s.PeekPending(worker)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	var ids, vacancies, offers []string
	for _, x := range own {
		ids, vacancies = append(ids, x.ID), append(vacancies, x.VacancyID)
		if x.OfferID != "" {
			offers = append(offers, x.OfferID)
		}
	}
	made, err := s.PeekOffers(offers)
	if err != nil {
		return nil, err
	}
	interviews, err := s.InterviewsAt(ids)
	if err != nil {
		return nil, err
	}
	posts, err := s.PeekVacancies(vacancies)
	if err != nil {
		return nil, err
	}
	now, all := a.Clock.Now(), make([]life.Thing, len(own))
	for i, x := range own {
		all[i] = applied(ApplicationLine{Application: x, Title: posts[x.VacancyID].Title, Offer: made[x.OfferID], Interview: interviews[x.ID].At(now)}, posts[x.VacancyID], now)
	}
	return all, nil
}

// applied is an application with its newest offer and invitation. An offer whose time to
// answer is over gave the application back its place.
func applied(l ApplicationLine, post domain.Vacancy, now time.Time) life.Thing {
	t := life.Thing{Matter: "application", ID: l.ID, Within: l.VacancyID, State: string(l.State), Name: l.Title}
	sent, meets := life.Was("applied", l.SubmittedAt), life.Step{Name: "interview"}
	if i := l.Interview; i.State == domain.InterviewIsAccepted {
		meets = life.Step{Name: "interview", On: life.On(i.MeetAt), Done: !i.MeetAt.After(now)}
	}
	t.Steps = life.Way(sent, meets, life.Step{Name: "offered"}, life.Step{Name: "answered"})
	offered := l.State == domain.ApplicationIsOffered && l.Offer.Waits() && !l.Offer.Over(now)
	switch i := l.Interview; {
	case l.State == domain.ApplicationIsAccepted, l.State == domain.ApplicationIsWithdrawn:
	case offered:
		t.Part, t.Holder, t.AnswerBy, t.Rule = life.Needs, life.You, life.LastDay(l.Offer.AnswerBy), "EM-OFFER"
		t.Steps = life.Way(sent, meets, life.Was("offered", l.Offer.MadeAt), life.Step{Name: "answered"}, life.Step{Name: "begins", On: l.Offer.StartOn})
	case i.State == domain.InterviewIsOpen:
		t.State, t.Part, t.Holder, t.AnswerBy = "invited", life.Needs, life.You, life.LastDay(i.MeetAt)
	case i.State == domain.InterviewIsAccepted && !meets.Done:
		t.State, t.Part, t.Holder = "meets", life.Runs, life.Employer
	case post.State == domain.VacancyIsClosed: // nothing can be offered any more
		t.State, t.Part, t.Steps = "closed", life.Runs, nil
	case post.Open() == 0:
		t.State, t.Part, t.Holder = "full", life.Runs, life.Employer
	case i.State == domain.InterviewIsAccepted:
		t.State, t.Part, t.Holder = "met", life.Runs, life.Employer
	default:
		t.State, t.Part, t.Holder = "submitted", life.Runs, life.Employer
	}
	return t
}

// lasting reads how the jobs stand that neither ended nor were undone.
func (a *App) lasting(s Store, worker string) ([]life.Thing, error) {
	own, err := s.PeekLasting(worker)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	var employers, offers []string
	for _, h := range own {
		employers = append(employers, h.EmployerID)
		if h.OfferID != "" {
			offers = append(offers, h.OfferID)
		}
	}
	known, err := s.Employers(employers)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, e := range known {
		names[e.ID] = e.Name
	}
	accepted, err := s.PeekOffers(offers)
	if err != nil {
		return nil, err
	}
	all := make([]life.Thing, len(own))
	for i, h := range own {
		h.EmployerName = names[h.EmployerID]
		all[i] = employed(h, a.today())
		if all[i].UndoBy, err = a.undoBy(h, accepted[h.OfferID]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// undoBy is until when the worker takes back the job that another accepted; the zero time
// where that cannot be, or not any more.
func (a *App) undoBy(h domain.Hire, o domain.Offer) (time.Time, error) {
	if h.State != domain.HireIsRegistered && h.State != domain.HireIsEndStated {
		return time.Time{}, nil
	}
	hours, err := a.number("PR-UNDO", "hours", h.County)
	if within := time.Duration(hours) * time.Hour; err == nil && o.Undoable(within, a.Clock.Now()) == nil {
		return o.UndoUntil(within), nil
	}
	return time.Time{}, err
}

// employed is a job. What an employer states, of its beginning or its end, waits for the
// worker's word; of what the worker disputed nothing follows.
func employed(h domain.Hire, today clock.Date) life.Thing {
	t := life.Thing{Matter: "hire", ID: h.ID, Within: h.OfferID, State: string(h.State), Name: h.EmployerName, Since: h.StartOn}
	switch h.State {
	case domain.HireIsStated, domain.HireIsEndStated:
		t.Part, t.Holder = life.Needs, life.You
	case domain.HireIsRegistered:
		if t.Part = life.Has; h.StartOn.After(today) {
			t.State = "begins"
		}
	case domain.HireIsDisputed:
		t.Part = life.Runs
	case domain.HireIsUndone, domain.HireIsEnded:
	}
	return t
}

// looksFor is the work that a worker said to look for.
func looksFor(p domain.Profile) life.Thing {
	return life.Thing{Matter: "wishes", ID: p.Worker, State: "open", Part: life.Has}
}
