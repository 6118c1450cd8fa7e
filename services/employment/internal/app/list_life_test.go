package app

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/lifetest"
)

// noon is in Shanghai.
var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func offer() domain.Offer {
	return domain.Offer{ID: ident.NewID(), StartOn: testkit.Day("2026-12-01"), Clock: answer.Clock{State: answer.Open, MadeAt: noon.Add(-time.Hour), AnswerBy: testkit.Day("2026-11-25").Start().UTC()}}
}

// Each state of an application, an invitation and a job stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	open := domain.Vacancy{Terms: domain.Terms{Headcount: 1}, State: domain.VacancyIsOpen}
	full, closed := open, open
	full.Taken, closed.State = 1, domain.VacancyIsClosed
	var all []life.Thing
	for _, state := range testkit.Constants[domain.ApplicationState](t, "../domain", "ApplicationState") {
		for _, invited := range append(testkit.Constants[domain.InterviewState](t, "../domain", "InterviewState"), "") {
			for _, meet := range []time.Time{noon.Add(time.Hour), noon.Add(-time.Hour)} {
				for _, post := range []domain.Vacancy{open, full, closed} {
					l := ApplicationLine{Application: domain.Application{ID: ident.NewID(), State: state, SubmittedAt: noon.AddDate(0, 0, -9)}, Interview: domain.Interview{State: invited, MeetAt: meet}.At(noon)}
					if state == domain.ApplicationIsOffered {
						l.Offer = offer()
					}
					all = append(all, applied(l, post, noon))
				}
			}
		}
	}
	for _, state := range testkit.Constants[domain.HireState](t, "../domain", "HireState") {
		for _, day := range []string{"2026-11-20", "2026-11-21"} {
			all = append(all, employed(domain.Hire{ID: ident.NewID(), State: state, StartOn: testkit.Day(day)}, testkit.Day("2026-11-20")))
		}
	}
	all = append(all, looksFor(domain.Profile{Worker: "w", Wishes: domain.Wishes{Occupation: "6-29"}}))
	lifetest.Check(t, "../../../../proto/qiao/employment/v1/life.csv", "jobs", all...)
}

// An application is told once and as what waits for the worker first: an offer before an
// invitation. An offer whose time is over, or whose message did not arrive, says no last day.
func TestAnApplicationSaysItsLastDay(t *testing.T) {
	open := domain.Vacancy{Terms: domain.Terms{Headcount: 1}, State: domain.VacancyIsOpen}
	l := ApplicationLine{Application: domain.Application{State: domain.ApplicationIsOffered}, Offer: offer(), Interview: domain.Interview{State: domain.InterviewIsOpen, MeetAt: noon.Add(time.Hour)}}
	if told := applied(l, open, noon); told.State != "offered" || told.AnswerBy != testkit.Day("2026-11-24") || told.Rule != "EM-OFFER" {
		t.Errorf("offered: %+v", told)
	}
	late := l
	late.Interview = domain.Interview{}
	if told := applied(late, open, testkit.Day("2026-11-25").Start()); told.State != "submitted" || told.Part != life.Runs {
		t.Errorf("whose time is over: %+v", told)
	}
	l.Offer.AnswerBy = time.Time{}
	if told := applied(l, open, noon); told.State != "offered" || !told.AnswerBy.IsZero() {
		t.Errorf("whose message did not arrive: %+v", told)
	}
	l.State, l.Offer = domain.ApplicationIsSubmitted, domain.Offer{}
	if told := applied(l, open, noon); told.State != "invited" || told.AnswerBy != testkit.Day("2026-11-20") {
		t.Errorf("invited: %+v", told)
	}
	// Who is invited to meet at midnight has the day before it to answer.
	l.Interview.MeetAt = testkit.Day("2026-11-22").Start()
	if told := applied(l, open, noon); told.AnswerBy != testkit.Day("2026-11-21") {
		t.Errorf("invited at midnight: %+v", told)
	}
}
