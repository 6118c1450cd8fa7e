package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// ListLife says how a worker's own courses, certificates and due trainings stand.
func (a *App) ListLife(ctx context.Context, s Store, worker string) ([]life.Thing, error) {
	o, err := a.ListEnrolments(ctx, s, worker)
	return things(o, a.today()), err
}

func things(o Overview, today clock.Date) (all []life.Thing) {
	certified := map[string]bool{}
	for _, c := range o.Certificates {
		if c.RevokedOn.IsZero() {
			certified[c.EnrolmentID] = true
			all = append(all, held(c))
		}
	}
	for _, l := range o.Enrolments {
		if !certified[l.ID] {
			all = append(all, enrolled(l, today))
		}
	}
	for _, d := range o.Dues {
		all = append(all, owed(d))
	}
	return all
}

func held(c domain.Certificate) life.Thing {
	return life.Thing{Matter: "certificate", ID: c.ID, Within: c.EnrolmentID, State: "holds", Part: life.Has, Occupation: c.Occupation, Since: c.IssuedOn}
}

// enrolled is a place in a course, or the wish for one. Who completed a course waits for
// its certificate.
func enrolled(l EnrolmentLine, today clock.Date) life.Thing {
	t := life.Thing{Matter: "enrolment", ID: l.ID, Within: l.CourseID, State: string(l.State), Name: l.Title, Place: l.Position, UndoBy: l.UndoBy}
	begins, ends := life.Will("begins", l.StartsOn, today), life.Will("ends", l.EndsOn, today)
	switch l.State {
	case domain.Offered:
		t.Part, t.Holder, t.AnswerBy, t.Rule = life.Needs, life.You, life.LastDay(l.Offer.AnswerBy), "TR-OFFER"
		t.Steps = life.Way(life.Was("offered", l.Offer.MadeAt), life.Step{Name: "answered"}, begins, ends)
	case domain.Waiting:
		t.Part, t.Holder = life.Runs, life.Office
		if l.Free && l.Offer.State != answer.Declined {
			t.State, t.Part, t.Holder = "free", life.Needs, life.You
		}
		t.Steps = life.Way(life.Step{Name: "offered"}, begins, ends)
	case domain.Confirmed:
		t.Part, t.Holder = life.Runs, life.Office
		if begins.Done && !ends.Done {
			t.State = "attended"
		} else if ends.Done {
			t.State = "ended"
		}
		t.Steps = life.Way(life.Was("answered", l.Offer.AcceptedAt), begins, ends, life.Step{Name: "certificate"})
	case domain.Completed:
		t.Part, t.Holder = life.Runs, life.Office
		t.Steps = life.Way(life.Will("ends", l.EndsOn, today), life.Step{Name: "certificate"})
	case domain.Failed, domain.Cancelled, domain.Dropped:
	}
	return t
}

// owed is a training that a hire with hazards makes due; the employer sees to it.
func owed(d domain.Due) life.Thing {
	t := life.Thing{Matter: "safety", ID: d.ID, Within: d.HireID, State: string(d.State), Occupation: d.Occupation}
	if d.State == domain.DueOpen {
		t.Part, t.Holder = life.Runs, life.Employer
	}
	return t
}
