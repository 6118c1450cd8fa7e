package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CaseForm is a case about guardians as it was filled in.
type CaseForm struct {
	Kind, Child, Guardian, Other, Worker string
	Hidden                               []string
	Until, Reason, Paper                 string
}

// OpenGuardianCase opens what a second officer decides.
func (a *App) OpenGuardianCase(ctx context.Context, once Once[string], f CaseForm) (string, error) {
	if f.Kind == domain.CaseGrown {
		if err := a.ownAccount(ctx, f); err != nil {
			return "", err
		}
	}
	return once(ctx, func(s Store) (string, error) { return a.openGuardianCase(ctx, s, f) })
}

// ownAccount judges whether an account is that of a child who may have one: of the
// age, and born on the same day. That it is the same person two officers say. The
// look at the account is in its own log, whatever comes of it.
func (a *App) ownAccount(ctx context.Context, f CaseForm) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	var c domain.Child
	var w domain.Worker
	err = a.Data.Change(ctx, func(s Store) (err error) {
		if c, err = s.PeekChild(f.Child); err != nil {
			return err
		}
		if err := a.officerOf(p, c.County); err != nil {
			return err
		}
		if w, err = s.PeekWorker(f.Worker); err == nil {
			err = w.Open()
		}
		if err != nil {
			return err
		}
		return a.logRead(s, p, w.ID, "", kindCompared)
	})
	if err != nil {
		return err
	}
	m, err := a.openChild(ctx, c)
	if err != nil {
		return err
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return err
	}
	document, err := openDocument(k, w)
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	ages, err := a.ages(today)
	if err != nil {
		return err
	}
	if !ages.MayWork(m.BirthDate, today) || document.BirthDate() != m.BirthDate {
		return domain.ErrChildYoung
	}
	return nil
}

func (a *App) openGuardianCase(ctx context.Context, s Store, f CaseForm) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	circle, child, err := a.lockedCircle(s, f.Child)
	if err != nil {
		return "", err
	}
	seen, county := a.officerOf(p, child.County), child.County
	if f.Kind == domain.CaseSame { // an officer of either county asks, and one of the other decides
		other, err := s.PeekChild(f.Other)
		if err != nil {
			return "", err
		}
		switch theirs := a.officerOf(p, other.County); {
		case seen != nil:
			seen = theirs
		case theirs != nil:
			county = other.County
		}
	}
	if seen != nil {
		return "", seen
	}
	c := domain.GuardianCase{
		ID: a.NewID(), Kind: f.Kind, Child: circle.IDs[0], Hidden: f.Hidden, Reason: f.Reason, Paper: f.Paper, County: county, Officer: p.Subject,
		MadeAt: a.Clock.Now(), State: domain.CaseOpen,
	}
	if c.Until, err = optionalDate(f.Until); err != nil {
		return "", err
	}
	if err := c.Check(clock.Today(a.Clock)); err != nil {
		return "", err
	}
	if c, err = a.aimed(s, c, circle, f); err != nil {
		return "", err
	}
	if err := s.SaveGuardianCase(c); err != nil {
		return "", err
	}
	but := ""
	if c.Kind == domain.CaseHide || c.Kind == domain.CaseShow { // who is not to know does not read it in the own log
		but = c.Person
	}
	if err := a.logCircle(s, p, circle, c.ID, "", but, kindChild); err != nil || c.Kind != domain.CaseGrown {
		return c.ID, err
	}
	return c.ID, a.tellAll(ctx, s, []domain.Guardian{{Worker: c.Worker}}, toldOfOwnAsked, c.ID)
}

// aimed finds what a case is about.
func (a *App) aimed(s Store, c domain.GuardianCase, circle domain.Circle, f CaseForm) (domain.GuardianCase, error) {
	switch c.Kind {
	case domain.CaseEnd, domain.CaseHide, domain.CaseShow:
		i := slices.IndexFunc(circle.Guardians, func(g domain.Guardian) bool {
			return g.ID == f.Guardian && (g.Stands() || c.Kind == domain.CaseEnd && g.Dead())
		})
		if i < 0 {
			return c, domain.ErrGuardianNone
		}
		g := circle.Guardians[i]
		c.Guardian, c.Worker, c.Person = g.ID, g.Worker, g.Person
	case domain.CaseSame, domain.CaseTwo:
		c.Other = f.Other
		return c, a.joinable(s, c, circle)
	case domain.CaseGrown:
		c.Worker = f.Worker
	}
	return c, nil
}

// joinable reports whether a case's two records can become one child, or two.
func (a *App) joinable(s Store, c domain.GuardianCase, circle domain.Circle) error {
	if _, err := s.PeekChild(c.Other); err != nil { // erased meanwhile, say
		return err
	}
	i := slices.Index(circle.IDs, c.Other)
	if c.Kind == domain.CaseTwo {
		if i < 1 {
			return domain.ErrChildrenTwo
		}
		return nil
	}
	further, err := s.ChildIDs(c.Other)
	if err == nil && (i >= 0 || len(further) > 1) {
		err = domain.ErrChildrenOne
	}
	return err
}

// DecideGuardianCase takes the second officer's word, and does what was asked.
func (a *App) DecideGuardianCase(ctx context.Context, s Store, id string, approve bool, refusal string) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil { // two cases that join the same two, either way round, come one after the other
		return "", err
	}
	c, err := s.GuardianCase(id)
	if err != nil {
		return "", err
	}
	if a.officerOf(p, c.County) != nil {
		if ident.SameStaff(p.Subject, c.Officer) {
			return "", domain.ErrCaseOwn
		}
		return "", domain.ErrCaseUnknown
	}
	circle, _, err := a.lockedCircle(s, c.Child)
	if err != nil {
		return "", err
	}
	if c.Person, err = s.Person(c.Worker); err != nil {
		return "", err
	}
	if c, err = c.Decide(p.Subject, approve, refusal, a.Clock.Now()); err != nil {
		return "", err
	}
	if err := s.SaveGuardianCase(c); err != nil {
		return "", err
	}
	but := ""
	if c.Kind == domain.CaseHide || c.Kind == domain.CaseShow {
		but = c.Person
	}
	if err := a.logCircle(s, p, circle, c.ID, "", but, kindChild); err != nil || c.State != domain.CaseApplied {
		return c.State, err
	}
	return c.State, a.applyGuardianCase(ctx, s, c, circle)
}

func (a *App) applyGuardianCase(ctx context.Context, s Store, c domain.GuardianCase, circle domain.Circle) error {
	today := clock.Today(a.Clock)
	switch c.Kind {
	case domain.CaseEnd:
		g, err := s.Guardian(c.Guardian)
		if err != nil {
			return err
		}
		g, events := g.End(c.Reason, today)
		return s.SaveGuardian(ctx, g, events...)
	case domain.CaseHide:
		if err := s.ShownAt(ctx, c.ID, c.Until); err != nil {
			return err
		}
		if err := s.GuardianChanged(ctx, c.ID, c.Child); err != nil {
			return err
		}
		return a.tellAll(ctx, s, others(circle, today, c.Person), toldOfHiding, c.Child)
	case domain.CaseShow:
		for _, h := range circle.Hidings {
			if h.Person != c.Person {
				continue
			}
			h.State = domain.CaseUndone
			if err := s.SaveGuardianCase(h); err != nil {
				return err
			}
		}
		if err := s.GuardianChanged(ctx, c.ID, c.Child); err != nil {
			return err
		}
		return a.tellAll(ctx, s, others(circle, today, c.Person), toldOfShowing, c.Child)
	case domain.CaseSame:
		if err := a.joinable(s, c, circle); err != nil {
			return err
		}
		if err := s.JoinChild(c.Other, circle.IDs[0]); err != nil {
			return err
		}
		return a.told(ctx, s, c, toldOfSame)
	case domain.CaseTwo:
		if err := a.joinable(s, c, circle); err != nil {
			return err
		}
		if err := a.told(ctx, s, c, toldOfTwo); err != nil { // while they are one, so that all hear of it
			return err
		}
		for _, h := range circle.HiddenApart(c.Other) {
			h.ID = a.NewID()
			if err := s.SaveGuardianCase(h); err != nil {
				return err
			}
			if err := s.ShownAt(ctx, h.ID, h.Until); err != nil {
				return err
			}
		}
		return s.PartChild(c.Other)
	}
	return a.linkGrown(ctx, s, c, circle)
}

// HidingEnds tells who was protected that the last day is over on which something is
// hidden, and departments that another may decide now.
func (a *App) HidingEnds(ctx context.Context, s Store, id string) error {
	c, err := s.GuardianCase(id)
	if errors.Is(err, domain.ErrCaseUnknown) { // it went with the child
		return nil
	}
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	if c.State != domain.CaseApplied || c.Hides(today) {
		return nil
	}
	circle, err := a.circle(s, c.Child)
	if err != nil {
		return err
	}
	if c.Person, err = s.Person(c.Worker); err != nil || len(circle.HiddenFrom(c.Person)) > 0 { // by a further case
		return err
	}
	if err := s.GuardianChanged(ctx, a.NewID(), circle.IDs...); err != nil {
		return err
	}
	return a.tellAll(ctx, s, others(circle, today, c.Person), toldOfShowing, c.Child)
}

// told tells all guardians of what two records are now, and their departments.
func (a *App) told(ctx context.Context, s Store, c domain.GuardianCase, template string) error {
	circle, err := a.circle(s, c.Child)
	if err != nil {
		return err
	}
	if err := s.GuardianChanged(ctx, c.ID, c.Child, c.Other); err != nil {
		return err
	}
	return a.tellAll(ctx, s, circle.Acting(clock.Today(a.Clock)), template, c.Child)
}

// linkGrown has the child's own account act for it once it has grown up.
func (a *App) linkGrown(ctx context.Context, s Store, c domain.GuardianCase, circle domain.Circle) error {
	if slices.ContainsFunc(circle.Guardians, func(g domain.Guardian) bool { return g.Kind == domain.KindSelf && g.Stands() }) {
		return domain.ErrGuardianTwice
	}
	if err := living(s, c.Worker); err != nil {
		return err
	}
	g := domain.Guardian{
		ID: a.NewID(), Child: c.Child, Worker: c.Worker, Kind: domain.KindSelf, Paper: c.Paper, County: c.County, State: domain.GuardianAsked, From: clock.Today(a.Clock),
		Officer: c.Officer, DecidedBy: c.DecidedBy, MadeAt: a.Clock.Now(),
	}
	grown, err := s.Took(circle.IDs[0], domain.StepGrown)
	if err != nil {
		return err
	}
	var events []domain.Event
	if grown {
		g, events = g.GrowsUp()
	}
	if err := s.SaveGuardian(ctx, g, events...); err != nil {
		return err
	}
	return a.tellAll(ctx, s, []domain.Guardian{g}, toldOfOwnLinked, c.ID)
}
