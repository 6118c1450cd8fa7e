package app

import (
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of the messages about guardians.
const (
	toldOfGuardian  = "registry.guardian.asked"    // somebody is to be added; agree or object
	toldOfDispute   = "registry.guardian.disputed" // both will be heard
	toldOfDecision  = "registry.guardian.decided"  // an officer decided
	toldOfHiding    = "registry.guardian.hidden"   // to who is protected
	toldOfShowing   = "registry.guardian.shown"
	toldOfSame      = "registry.child.same"
	toldOfTwo       = "registry.child.two"
	toldOfOwnAsked  = "registry.child.own_asked" // to an account that is to be the child's own
	toldOfOwnLinked = "registry.child.own_linked"
	toldOfWork      = "registry.child.may_work"
	toldOfAdult     = "registry.child.grows_up"
)

// circle reads who a child's guardians are, over all references of the child.
func (a *App) circle(s Store, child string) (c domain.Circle, err error) {
	if c.IDs, err = s.ChildIDs(child); err != nil {
		return c, err
	}
	if c.Guardians, err = s.GuardiansOf(c.IDs...); err != nil {
		return c, err
	}
	person := map[string]string{}
	for i, g := range c.Guardians {
		if c.Guardians[i].Person, err = s.Person(g.Worker); err != nil {
			return c, err
		}
		person[g.Worker] = c.Guardians[i].Person
	}
	if c.Hidings, err = s.Hidings(clock.Today(a.Clock), c.IDs...); err != nil {
		return c, err
	}
	for i, h := range c.Hidings { // a guardian's, and asked for above: what is hidden costs no look more than what is not
		if c.Hidings[i].Person = person[h.Worker]; c.Hidings[i].Person != "" {
			continue
		}
		if c.Hidings[i].Person, err = s.Person(h.Worker); err != nil {
			return c, err
		}
	}
	return c, nil
}

// guards is the one question whether a principal is a guardian of a child now, and
// as whom.
func (a *App) guards(c domain.Circle, p auth.Principal) (domain.Guardian, error) {
	for _, g := range c.Acting(clock.Today(a.Clock)) {
		if p.MayActFor(g.Worker) == nil {
			return g, nil
		}
	}
	return domain.Guardian{}, domain.ErrChildUnknown // whose child it is, and whether there is one, is nobody else's business
}

// logCircle writes an officer's or a department's look at a child to the logs of its
// guardians, but of one from whom something is hidden: whoever looks, and on which
// case, would say where the child is. Nor is one told for whom the look is not (but).
// Of several only the one whose case it is (of) reads on which case.
func (a *App) logCircle(s Store, p auth.Principal, c domain.Circle, caseID, of, but string, kinds ...string) error {
	acting := c.Acting(clock.Today(a.Clock))
	for _, g := range acting {
		on := caseID
		if len(acting) > 1 && g.Worker != of {
			on = ""
		}
		if g.Person == but || len(c.HiddenFrom(g.Person)) > 0 || p.ActsHimself(g.Worker) {
			continue
		}
		if err := a.logRead(s, p, g.Worker, on, kinds...); err != nil {
			return err
		}
	}
	return nil
}

// officerOf returns the principal where it may work on a child of a county; who may
// not is answered as if there were no such child.
func (a *App) officerOf(p auth.Principal, county string) error {
	if err := a.mayQuery(p); err != nil {
		return err
	}
	if p.Kind != auth.Officer || p.CoversDivision(county) != nil {
		return domain.ErrChildUnknown
	}
	return nil
}

// ages reads RG-GROW.
func (a *App) ages(on clock.Date) (g domain.Ages, err error) {
	r, err := a.Rules.Rule("RG-GROW", on, "")
	if err != nil {
		return g, err
	}
	work, e1 := r.Int("work_age")
	adult, e2 := r.Int("adult_age")
	before, e3 := r.Int("told_before_days")
	return domain.Ages{Work: work, Adult: adult, Before: before}, errors.Join(e1, e2, e3)
}

// days reads a rule that is a number of days.
func (a *App) days(id string, on clock.Date, county string) (int, error) {
	r, err := a.Rules.Rule(id, on, county)
	if err != nil {
		return 0, err
	}
	return r.Int("days")
}

// others are the guardians on a day who are not a person.
func others(c domain.Circle, on clock.Date, person string) []domain.Guardian {
	return slices.DeleteFunc(c.Acting(on), func(g domain.Guardian) bool { return g.Person == person })
}
