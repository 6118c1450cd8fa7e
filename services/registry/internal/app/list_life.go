package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// standing is what the registry has of a person that is not over.
type standing struct {
	worker    domain.Worker
	mine      []string // references
	contacts  []domain.ContactCase
	documents []domain.DocumentCase
	deaths    []domain.DeathCase
	heirs     []domain.HeirRequest
	joins     []domain.JoinCase
	parts     []domain.Guardian     // in children
	own       []domain.GuardianCase // whether the account is that of a child
	children  []guarded
}

// guarded is a child of whom the person is a guardian, and who is to be one beside.
type guarded struct {
	part   domain.Guardian
	child  domain.Child
	minor  domain.Minor
	others []another
}

// another is one who is to be added, and whether the person agreed.
type another struct {
	domain.Guardian
	agreed bool
}

// ListLife says what officers do about a worker's record, whose children the worker is a
// guardian of, and who is to be one beside. Only a child is named: of others who they are
// is read where the worker answers, and the look is in their own log.
func (a *App) ListLife(ctx context.Context, worker string) ([]life.Thing, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	today := clock.Today(a.Clock)
	var o standing
	if err := a.Data.View(ctx, func(s Store) (err error) {
		o, err = stands(s, p, worker, today)
		return err
	}); err != nil {
		return nil, err
	}
	if o.children, err = a.opened(ctx, o.children, today); err != nil {
		return nil, err
	}
	return o.things(today), nil
}

func stands(s Store, p auth.Principal, worker string, today clock.Date) (o standing, err error) {
	if o.worker, err = s.PeekWorker(worker); err != nil {
		return o, err
	}
	var failed [7]error
	o.contacts, failed[0] = s.ContactCasesOf(worker)
	o.documents, failed[1] = s.DocumentCasesOf(worker)
	o.deaths, failed[2] = s.DeathCasesOf(worker)
	o.heirs, failed[3] = s.HeirRequestsOf(worker)
	o.parts, failed[4] = s.GuardianRows(worker)
	o.own, failed[5] = s.OwnCases(worker)
	o.mine, failed[6] = s.References(worker)
	if err := errors.Join(failed[:]...); err != nil {
		return o, err
	}
	if o.joins, err = s.JoinCasesOf(o.mine); err != nil {
		return o, err
	}
	o.children, err = guardedBy(s, p, o.parts, today)
	return o, err
}

// guardedBy loads the children for whom the person acts by some parts, each once.
func guardedBy(s Store, p auth.Principal, parts []domain.Guardian, today clock.Date) (all []guarded, err error) {
	var ids []string
	for _, own := range parts {
		if own.Acts(today) && !slices.Contains(ids, own.Child) {
			ids, all = append(ids, own.Child), append(all, guarded{part: own})
		}
	}
	children, err := s.PeekChildren(ids)
	asked := map[string]bool{}
	for i := range all {
		if err != nil {
			return nil, err
		}
		all[i].child = children[ids[i]]
		all[i].others, err = besides(s, p, ids[i], asked)
	}
	return all, err
}

// besides lists who is to be added to a child's guardians and was not asked before.
func besides(s Store, p auth.Principal, child string, asked map[string]bool) (all []another, err error) {
	ids, err := s.ChildIDs(child)
	if err != nil {
		return nil, err
	}
	guardians, err := s.GuardiansOf(ids...)
	for _, g := range guardians {
		if g.State != domain.GuardianAsked && g.State != domain.GuardianDisputed || g.Kind == domain.KindSelf || p.ActsHimself(g.Worker) || asked[g.ID] {
			continue
		}
		asked[g.ID] = true
		words, err := s.Words(g.ID)
		if err != nil {
			return nil, err
		}
		words = slices.DeleteFunc(words, func(w domain.GuardianWord) bool { return !p.ActsHimself(w.Worker) })
		all = append(all, another{g, len(words) > 0 && words[len(words)-1].Word == domain.WordAgrees})
	}
	return all, err
}

// opened opens the children; of one who has grown up the guardian's part is over.
func (a *App) opened(ctx context.Context, all []guarded, today clock.Date) (open []guarded, err error) {
	ages, err := a.ages(today)
	for _, g := range all {
		if err != nil {
			return nil, err
		}
		var erased bool
		if g.minor, err = a.openChild(ctx, g.child); errors.Is(err, domain.ErrWorkerClosed) { // its row goes too
			erased, err = true, nil
		}
		if !erased && (g.part.Kind == domain.KindSelf || !ages.Grown(g.minor.BirthDate, today)) {
			open = append(open, g)
		}
	}
	return open, err
}

func (o standing) things(today clock.Date) (all []life.Thing) {
	for _, c := range o.contacts {
		all = append(all, changeOfContact(c, o.worker))
	}
	for _, c := range o.documents {
		all = append(all, changeOfDocument(c))
	}
	for _, c := range o.deaths {
		all = append(all, death(c))
	}
	for _, r := range o.heirs {
		all = append(all, relatives(r, today))
	}
	for _, c := range o.joins {
		all = append(all, onePerson(c, o.mine, today))
	}
	for _, g := range o.parts {
		all = append(all, part(g, today))
	}
	for _, c := range o.own {
		all = append(all, ownAccount(c))
	}
	for _, g := range o.children {
		all = append(all, child(g))
		for _, other := range g.others {
			all = append(all, beside(other, g.part.Child, today))
		}
	}
	return all
}

// waits is a thing that officers ask about, to which the person may object.
func waits(matter, id string, made, decided time.Time) life.Thing {
	return life.Thing{
		Matter: matter, ID: id, State: domain.CaseOpen, Part: life.Needs, Holder: life.You,
		Steps: life.Way(life.Was("asked", made), life.Was("decided", decided)),
	}
}

// stays is what was done and the person can still have undone.
func stays(t life.Thing) life.Thing {
	t.State, t.Part, t.Holder = domain.CaseApplied, life.Has, ""
	return t
}

// with is a thing that the office has.
func with(t life.Thing, state string) life.Thing {
	t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = state, life.Runs, life.Office, clock.Date{}, ""
	return t
}

// over is a thing that nobody need hear of any more.
func over(t life.Thing, state string) life.Thing {
	t.State, t.Part, t.Holder = state, life.Over, ""
	return t
}

func changeOfContact(c domain.ContactCase, w domain.Worker) life.Thing {
	t := waits("contact", c.ID, c.MadeAt, c.DecidedAt)
	switch {
	case c.State == domain.CaseOpen:
		return t
	case c.Objectable(w):
		return stays(t)
	}
	return over(t, c.State)
}

// changeOfDocument is told as with the office while an officer looks at what rested on a
// wrong age.
func changeOfDocument(c domain.DocumentCase) life.Thing {
	t := waits("document", c.ID, c.MadeAt, c.DecidedAt)
	switch {
	case c.State == domain.CaseOpen:
		return t
	case c.State == domain.CaseApplied && c.UnderAge && c.SettledBy == "":
		t = with(t, "age")
		t.Steps = append(t.Steps, life.Step{Name: "settled"})
		return t
	case c.Objectable():
		return stays(t)
	}
	return over(t, c.State)
}

// death is one that is asked for, or recorded of who reads this: only the person takes it
// back, at a counter. That a second officer looks at that again changes nothing for the person.
func death(c domain.DeathCase) life.Thing {
	t := waits("death", c.ID, c.MadeAt, c.DecidedAt)
	t.Urgent = true
	switch c.State {
	case domain.CaseOpen:
	case domain.CaseApplied:
		t.State = c.State
	default:
		return over(t, c.State)
	}
	return t
}

// relatives is what relatives ask of the record of somebody who is said to be dead.
func relatives(r domain.HeirRequest, today clock.Date) life.Thing {
	t := with(waits("relatives", r.ID, r.MadeAt, r.DecidedAt), r.State)
	switch {
	case r.State == domain.CaseOpen:
		t.Expected = coming(r.DecideBy, today)
	case r.State == domain.HeirGranted && r.Asked == domain.HeirErases:
		t.State, t.Expected = "erases", coming(r.EraseOn, today)
	case r.State == domain.HeirGranted:
	default:
		return over(t, r.State)
	}
	return t
}

// coming is a day that is not over.
func coming(on, today clock.Date) clock.Date {
	if on.Before(today) {
		return clock.Date{}
	}
	return on
}

// onePerson is that records are said to be one person's, or two persons'. Who was heard
// of a join at a counter, or let the days pass, waits for the second officer; one that was
// made is told as long as the person never said anything of it.
func onePerson(c domain.JoinCase, mine []string, today clock.Date) life.Thing {
	if c.Kind == domain.KindPart {
		return parting(c)
	}
	t, until, heard := waits("join", c.ID, c.MadeAt, c.DecidedAt), c.Until(), false
	for _, side := range []domain.Side{c.Into, c.Alias} {
		heard = heard || slices.Contains(mine, side.Worker) && !side.HeardAt.IsZero()
	}
	switch {
	case c.State == domain.CaseOpen && (heard || !until.IsZero() && today.After(until)):
		return with(t, "decides")
	case c.State == domain.CaseOpen:
		t.AnswerBy, t.Rule = until, "RG-JOIN"
		return t
	case c.Contested():
		return with(t, "contested")
	case c.State == domain.CaseApplied && !heard && c.ObjectedAt.IsZero():
		return stays(t)
	}
	return over(t, c.State)
}

func parting(c domain.JoinCase) life.Thing {
	t := waits("parting", c.ID, c.MadeAt, c.DecidedAt)
	switch {
	case c.State != domain.CaseOpen:
		return over(t, c.State)
	case !c.ObjectedAt.IsZero():
		return with(t, domain.CaseObjected)
	}
	return t
}

// part is the person's own part in a child that is not a guardian's yet. The child is not
// named: it is nobody's business until then.
func part(g domain.Guardian, today clock.Date) life.Thing {
	t := life.Thing{Matter: "guardianship", ID: g.ID, State: g.State, Part: life.Runs, Steps: life.Way(life.Was("asked", g.MadeAt), life.Step{Name: "begins"})}
	switch {
	case g.State == domain.GuardianAsked && g.Kind == domain.KindSelf:
		t.State = "own"
	case g.State == domain.GuardianAsked:
		t.Expected = coming(g.AnswerBy.AddDays(1), today)
	case g.State == domain.GuardianDisputed:
		return hearing(t, g, g.HeardNew, today)
	case g.State == domain.GuardianActive && today.Before(g.From):
		t.State, t.Expected, t.Steps = "begins", g.From, nil
	default:
		return over(t, g.State)
	}
	return t
}

// ownAccount is that an account may be that of a child who grew up, which a second officer
// decides.
func ownAccount(c domain.GuardianCase) life.Thing {
	return with(life.Thing{Matter: "guardianship", ID: c.ID, Steps: life.Way(life.Was("asked", c.MadeAt), life.Step{Name: "decided"})}, "linking")
}

func child(g guarded) life.Thing {
	t := life.Thing{Matter: "child", ID: g.part.Child, State: "guardian", Part: life.Has, Name: g.minor.Name.Reveal(), Since: life.On(g.part.MadeAt)}
	if g.part.Kind == domain.KindSelf {
		t.State = "self"
	}
	return t
}

// beside is another who is to be a guardian of the person's child. Once the last day is
// over a clock has decided, or who is asked for died.
func beside(g another, child string, today clock.Date) life.Thing {
	t := life.Thing{
		Matter: "guardian", ID: g.ID, Within: child, Child: child, State: g.State, Part: life.Needs, Holder: life.You,
		Steps: life.Way(life.Was("asked", g.MadeAt), life.Step{Name: "begins"}),
	}
	switch {
	case g.State == domain.GuardianDisputed:
		return hearing(t, g.Guardian, g.HeardPresent, today)
	case g.State != domain.GuardianAsked || today.After(g.AnswerBy):
		return over(t, g.State)
	case g.agreed:
		t.State, t.Part, t.Holder, t.Expected = "agreed", life.Runs, "", g.AnswerBy.AddDays(1)
	default:
		t.AnswerBy, t.Rule = g.AnswerBy, "RG-GUARD-OBJECT"
	}
	return t
}

// hearing is a disagreement about a guardian, of one side, who was heard at a moment.
func hearing(t life.Thing, g domain.Guardian, heard time.Time, today clock.Date) life.Thing {
	t.Steps = life.Way(life.Was("asked", g.MadeAt), life.Was("heard", heard), life.Step{Name: "decided"})
	if !heard.IsZero() || today.After(g.AnswerBy) {
		return with(t, "heard")
	}
	t.State, t.Part, t.Holder, t.AnswerBy, t.Rule = g.State, life.Needs, life.You, g.AnswerBy, "RG-GUARD-HEAR"
	return t
}
