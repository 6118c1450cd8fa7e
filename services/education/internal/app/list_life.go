package app

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Lives is what a guardian's life with the department is read from: a few statements,
// however many applications there are.
type Lives interface {
	// Living lists a guardian's applications that were not withdrawn, oldest first.
	Living(worker string) ([]domain.Application, error)
	// Around is what stands around some applications.
	Around(of []domain.Application) (Around, error)
}

// Around is what stands around some applications; of most things what is not over.
type Around struct {
	Offers  map[string]domain.Offer // accepted or open, by application
	Better  map[string]domain.Offer // beside another place, by application
	Entries map[string]domain.Entry // what was filed last and not dropped, by application
	Tasks   map[string]domain.Task  // open, by application
	Appeals []domain.Appeal         // decided ones too
	Matters []domain.Disagreement   // open
	Rounds  map[string]domain.Round // of the entries, by id
	Running []domain.Round          // in the applications' counties
	Schools map[string]string       // names of the offers' and the appeals' schools, by id
}

// ListLife says how a guardian's own applications stand, and tells of another guardian's
// no more than that there is one.
func (a *App) ListLife(ctx context.Context, s Store, worker string) ([]life.Thing, error) {
	others, err := a.OtherCases(ctx, s, worker)
	if err != nil {
		return nil, err
	}
	living, err := s.Living(worker)
	if err != nil {
		return nil, err
	}
	around, err := s.Around(living)
	if err != nil {
		return nil, err
	}
	var all []life.Thing
	today := clock.Today(a.Clock)
	for _, application := range living {
		l := around.of(application)
		if l.unkept {
			continue
		}
		within, err := a.undoTime(application.County)
		if err != nil {
			return nil, err
		}
		if l.offer.Undoable(within, a.Clock.Now()) {
			l.undoBy = l.offer.UndoUntil(within)
		}
		all = append(all, l.things(today)...)
	}
	for _, o := range others {
		all = append(all, another(o, today))
	}
	return all, nil
}

// living is an application with what stands around it; what there is none of is zero.
type living struct {
	domain.Application
	offer, better domain.Offer
	undoBy        time.Time
	entry         domain.Entry
	round         domain.Round // of the entry
	running       domain.Round // of the county and the stage
	task          domain.Task
	appeals       []domain.Appeal
	matters       []domain.Disagreement
	unkept        bool // nobody is left who could keep it
	schools       map[string]string
}

func (r Around) of(a domain.Application) living {
	l := living{Application: a, offer: r.Offers[a.ID], better: r.Better[a.ID], entry: r.Entries[a.ID], task: r.Tasks[a.ID], schools: r.Schools}
	l.round = r.Rounds[l.entry.RoundID]
	for _, one := range r.Running {
		if one.County == a.County && one.Stage == a.Stage {
			l.running = one
		}
	}
	for _, p := range r.Appeals {
		if p.ApplicationID == a.ID {
			l.appeals = append(l.appeals, p)
		}
	}
	for _, d := range r.Matters {
		switch {
		case d.ApplicationID != a.ID:
		case d.Kind == domain.MatterNobody:
			l.unkept = true
		default:
			l.matters = append(l.matters, d)
		}
	}
	return l
}

// things are the application and what has a way of its own beside it. What the bureau has
// to find is told instead of an application that merely waits.
func (l living) things(today clock.Date) []life.Thing {
	t := l.stands(today)
	all := []life.Thing{t, l.grant()}
	if l.task.State == domain.TaskIsOpen && l.State == domain.Submitted && t.State != "better" {
		if t.Part == life.Needs {
			all = append(all, l.sought(today))
		} else {
			all[0] = l.sought(today)
		}
	}
	for _, p := range l.appeals {
		all = append(all, l.appealed(p, today))
	}
	for _, d := range l.matters {
		one := heard(d, d.HeardKeeper, today)
		one.Matter, one.Within = "disagreement", l.ID
		all = append(all, one)
	}
	return all
}

func (l living) thing(matter string) life.Thing {
	return life.Thing{Matter: matter, ID: l.ID, Code: string(l.Stage), Child: l.ChildID, Since: life.On(l.SubmittedAt)}
}

// stands is how the application stands: what is offered comes first, then where it is in
// the queue.
func (l living) stands(today clock.Date) life.Thing {
	t := l.thing("application")
	t.State, t.UndoBy = string(l.State), l.undoBy
	switch {
	case l.State == domain.Withdrawn:
	case l.better.Waits():
		return l.offered(t, "better", l.better)
	case l.State == domain.Offered:
		return l.offered(t, t.State, l.offer)
	case l.State == domain.Accepted:
		t.Part, t.Name, t.Since = life.Has, l.schools[l.offer.SchoolID], life.On(l.offer.AcceptedAt)
	case l.State == domain.Submitted && l.entry.RoundID != "" && l.round.Running():
		return l.takesPart(t, today)
	case l.State == domain.Submitted:
		return l.waits(t, today)
	}
	return t
}

// offered is a place that waits for the guardian's word, the sooner of two that do.
func (l living) offered(t life.Thing, state string, o domain.Offer) life.Thing {
	t.State, t.Part, t.Holder, t.Name, t.Rule = state, life.Needs, life.You, l.schools[o.SchoolID], "ED-OFFER"
	t.AnswerBy = life.LastDay(o.AnswerBy)
	if first := life.LastDay(l.offer.AnswerBy); l.offer.Waits() && !first.IsZero() && (t.AnswerBy.IsZero() || first.Before(t.AnswerBy)) {
		t.AnswerBy = first
	}
	t.Steps = life.Way(life.Was("applied", l.SubmittedAt), life.Step{Name: "drawn", Done: o.RoundID != ""}, life.Was("offered", o.MadeAt), life.Step{Name: "answered"})
	return t
}

// takesPart is an application in a round that runs. Nothing says on which day lots were
// drawn, only on which they were to be.
func (l living) takesPart(t life.Thing, today clock.Date) life.Thing {
	applied, filed := life.Was("applied", l.SubmittedAt), life.Was("filed", l.entry.FiledAt)
	t.Part = life.Runs
	if l.round.State != domain.RoundIsDrawn {
		t.Holder = life.Draw
		closes := life.Step{Name: "closes", On: l.round.ClosesOn, Done: l.round.TakesChoices(today) != nil}
		t.Steps = life.Way(applied, filed, closes, life.Step{Name: "drawn", On: ahead(l.round.DrawOn, today)}, life.Step{Name: "offered"})
		if t.State = "filed"; closes.Done {
			t.State = "closed"
		}
		if l.round.State == domain.RoundIsCommitted {
			t.State = "committed"
		}
		return t
	}
	t.Holder, t.Expected = life.Office, ahead(l.entry.NextPass(), today)
	t.Steps = life.Way(applied, filed, life.Step{Name: "drawn", Done: true}, life.Step{Name: "offered"})
	appealed := slices.ContainsFunc(l.appeals, func(p domain.Appeal) bool { return p.RoundID == l.entry.RoundID })
	if until := ahead(l.entry.ReviewBy, today); !appealed && !until.IsZero() {
		t.Steps = append(t.Steps, life.Step{Name: "appeal", On: until})
	}
	switch {
	case l.entry.FirstAt != "":
		t.State = "first"
	case l.entry.Outcome == domain.EntryPlaced: // and declined, or it lapsed
		t.State = "returned"
	default:
		t.State = "unplaced"
	}
	return t
}

// waits is an application that is in no round.
func (l living) waits(t life.Thing, today clock.Date) life.Thing {
	applied, drawn, offered := life.Was("applied", l.SubmittedAt), life.Step{Name: "drawn", On: ahead(l.running.DrawOn, today)}, life.Step{Name: "offered"}
	t.Part, t.Holder = life.Runs, life.Office
	switch {
	case l.running.TakesChoices(today) == nil:
		t.State, t.Part, t.Holder, t.AnswerBy = "choose", life.Needs, life.You, l.running.ClosesOn
		t.Steps = life.Way(applied, life.Step{Name: "closes", On: l.running.ClosesOn}, drawn, offered)
	case l.running.State == domain.RoundIsPlanned:
		t.State = "planned"
		t.Steps = life.Way(applied, life.Step{Name: "opens", On: ahead(l.running.OpensOn, today)}, drawn, offered)
	case l.round.State == domain.RoundIsCancelled:
		t.State, t.Steps = "cancelled", life.Way(applied, offered)
	default:
		t.State, t.Steps = "waiting", life.Way(applied, offered)
	}
	return t
}

// sought is a child of compulsory schooling for whom the bureau has to find a place
// (CLK-ED-UNPLACED).
func (l living) sought(today clock.Date) life.Thing {
	t := l.thing("task")
	t.ID, t.Within, t.State, t.Part, t.Holder, t.Since, t.Expected = l.task.ID, l.ID, "open", life.Runs, life.Office, life.On(l.task.OpenedAt), ahead(l.task.DueOn, today)
	if t.Expected.IsZero() {
		t.State = "late"
	}
	t.Steps = life.Way(life.Was("opened", l.task.OpenedAt), life.Step{Name: "found"})
	return t
}

// grant is that of a vocational school (SC-06). It waits for its guardian once there is a
// place, since nobody else asks for it.
func (l living) grant() life.Thing {
	t := l.thing("grant")
	t.Code = "" // its name says it
	t.State = l.Grant
	switch {
	case l.State == domain.Withdrawn:
	case l.Grant == domain.GrantIsAsked:
		t.Part, t.Holder = life.Runs, life.Office
		t.Steps = life.Way(life.Step{Name: "asked", Done: true}, life.Was("place", l.offer.AcceptedAt), life.Step{Name: "approved"})
	case l.Grant == domain.GrantIsApproved:
		t.Part = life.Has
	case l.Stage == domain.Vocational && l.State == domain.Accepted:
		t.State, t.Part, t.Holder = "unasked", life.Needs, life.You
	}
	return t
}

// appealed is an appeal until it is decided (CLK-ED-APPEAL-DECIDE): what it gives is a
// place that is offered, or a place in the queue.
func (l living) appealed(p domain.Appeal, today clock.Date) life.Thing {
	t := l.thing("appeal")
	t.ID, t.Within, t.State, t.Name, t.Since = p.ID, l.ID, p.State, l.schools[p.SchoolID], life.On(p.FiledAt)
	if p.State == domain.AppealIsFiled {
		t.Part, t.Holder, t.Expected = life.Runs, life.Office, ahead(p.DueOn, today)
		t.Steps = life.Way(life.Was("filed", p.FiledAt), life.Step{Name: "decided"})
	}
	return t
}

// heard is what an officer decides about who keeps an application, as one of the two
// sides sees it. Why one disagrees, the other is not told.
func heard(d domain.Disagreement, at time.Time, today clock.Date) life.Thing {
	t := life.Thing{ID: d.ID, State: d.Kind, Part: life.Runs, Holder: life.Office, Code: string(d.Stage), Child: d.ChildID, Since: life.On(d.FiledAt), Expected: ahead(d.DueOn, today)}
	t.Steps = life.Way(life.Was("filed", d.FiledAt), life.Was("heard", at), life.Step{Name: "decided"})
	return t
}

// another is another guardian's application for one's own child. Nothing more of it is
// told than that there is one, whatever becomes of it.
func another(o OtherCase, today clock.Date) life.Thing {
	t := life.Thing{ID: o.ChildID, State: "known", Part: life.Has, Code: string(o.Stage), Since: o.Since}
	if o.Own.ID != "" {
		t = heard(o.Own, o.Own.HeardOther, today)
	}
	t.Matter, t.Child = "other", o.ChildID
	return t
}

// ahead is a day that is still to come, or today; zero of one that passed and did not
// bring what it was to.
func ahead(on, today clock.Date) clock.Date {
	if on.Before(today) {
		return clock.Date{}
	}
	return on
}
