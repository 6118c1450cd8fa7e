package app

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// caseStates are the states that the department's cases have, of any kind.
var caseStates = []string{
	domain.CaseOpen, domain.CaseApplied, domain.CaseRefused, domain.CaseObjected, domain.CaseUndone, domain.CaseReversed, domain.CaseEnded, domain.CaseParted,
	domain.HeirGranted, domain.HeirShown, domain.HeirCorrected, domain.HeirTakenBack, domain.HeirEnded,
}

// Each state of what officers do about a person, and of the person's part in children,
// stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	at, today := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), testkit.Day("2026-11-25")
	w := domain.Worker{ID: "worker-1", Version: 4}
	var all []life.Thing
	for _, state := range caseStates {
		contact := domain.ContactCase{ID: "case-1", Worker: "worker-1", Version: 3, State: state, MadeAt: at}
		document := domain.DocumentCase{ID: "case-2", State: state, MadeAt: at, Sealed: []byte("sealed")}
		all = append(all, changeOfContact(contact, w), changeOfDocument(document), death(domain.DeathCase{ID: "case-3", State: state, MadeAt: at}))
		document.UnderAge = true
		all = append(all, changeOfDocument(document))
		for _, asked := range []string{domain.HeirReads, domain.HeirCorrects, domain.HeirErases} {
			all = append(all, relatives(domain.HeirRequest{ID: "request-1", State: state, Asked: asked, MadeAt: at, DecideBy: today, EraseOn: today}, today))
		}
		for _, kind := range []string{domain.KindJoin, domain.KindPart} {
			c := domain.JoinCase{ID: "case-4", Kind: kind, State: state, MadeAt: at, Into: domain.Side{Worker: "worker-1"}, Alias: domain.Side{Worker: "worker-2"}}
			all = append(all, onePerson(c, []string{"worker-1"}, today))
			c.ObjectedAt = at
			all = append(all, onePerson(c, []string{"worker-1"}, today))
			c.ObjectedAt, c.Into.HeardAt = time.Time{}, at
			all = append(all, onePerson(c, []string{"worker-1"}, today))
		}
	}
	for _, state := range []string{domain.GuardianAsked, domain.GuardianDisputed, domain.GuardianActive, domain.GuardianRefused, domain.GuardianIsEnded} {
		for _, kind := range []string{domain.KindParent, domain.KindSelf} {
			for _, heard := range []time.Time{{}, at} {
				for _, from := range []string{"2026-11-01", "2027-01-01"} {
					g := domain.Guardian{ID: "guardian-1", Child: "child-1", Kind: kind, State: state, MadeAt: at, From: testkit.Day(from), AnswerBy: today, HeardPresent: heard, HeardNew: heard}
					all = append(all, part(g, today))
					for _, agreed := range []bool{false, true} {
						all = append(all, beside(another{g, agreed}, "child-2", today))
					}
				}
			}
		}
	}
	all = append(all, ownAccount(domain.GuardianCase{ID: "case-5", MadeAt: at}), child(guarded{}), child(guarded{part: domain.Guardian{Kind: domain.KindSelf}}))
	testkit.Life(t, "../../../../proto/qiao/registry/v1/life.csv", all...)
}

// What can still be put back is told, and what cannot is not.
func TestWhatCanBePutBackIsTold(t *testing.T) {
	changed := domain.ContactCase{Worker: "worker-1", Version: 3, State: domain.CaseApplied}
	if one := changeOfContact(changed, domain.Worker{ID: "worker-1", Version: 4}); one.Part != life.Has {
		t.Errorf("changed by nobody since: %+v", one)
	}
	if one := changeOfContact(changed, domain.Worker{ID: "worker-1", Version: 5}); one.Part != life.Over {
		t.Errorf("changed since: %+v", one)
	}
	if one := changeOfDocument(domain.DocumentCase{State: domain.CaseApplied}); one.Part != life.Over {
		t.Errorf("of which nothing is kept: %+v", one)
	}
}

// The last days are those of the rules, of the side on which the person is.
func TestTheLastDaysOfALife(t *testing.T) {
	by := testkit.Day("2026-11-27")
	told := func(until clock.Date) domain.Side { return domain.Side{Worker: "worker-1", Until: until} }
	join := domain.JoinCase{Kind: domain.KindJoin, State: domain.CaseOpen, Into: told(by.AddDays(-2)), Alias: domain.Side{Worker: "worker-2", Until: by}}
	asked := domain.Guardian{State: domain.GuardianAsked, AnswerBy: by}
	disputed := domain.Guardian{State: domain.GuardianDisputed, AnswerBy: by, HeardNew: by.Start()}
	untold := join
	untold.Alias.Until = clock.Date{}
	for _, want := range []struct {
		name          string
		of            func(today clock.Date) life.Thing
		rule          string
		before, after life.Part // up to the last day, and past it
		answerBy      clock.Date
	}{
		{"a join", func(today clock.Date) life.Thing { return onePerson(join, []string{"worker-1"}, today) }, "RG-JOIN", life.Needs, life.Runs, by},
		{"a join of which one was not told", func(today clock.Date) life.Thing { return onePerson(untold, []string{"worker-1"}, today) }, "RG-JOIN", life.Needs, life.Needs, clock.Date{}},
		{"another guardian", func(today clock.Date) life.Thing { return beside(another{asked, false}, "child-1", today) }, "RG-GUARD-OBJECT", life.Needs, life.Over, by},
		{"a hearing", func(today clock.Date) life.Thing { return beside(another{disputed, false}, "child-1", today) }, "RG-GUARD-HEAR", life.Needs, life.Runs, by},
		{"a hearing of who was heard", func(today clock.Date) life.Thing { return part(disputed, today) }, "", life.Runs, life.Runs, clock.Date{}},
	} {
		if one := want.of(by); one.Part != want.before || one.AnswerBy != want.answerBy || one.Rule != want.rule {
			t.Errorf("%s on the last day: %+v", want.name, one)
		}
		if one := want.of(by.AddDays(1)); one.Part != want.after {
			t.Errorf("%s past the last day: %+v", want.name, one)
		}
	}
	if one := part(asked, by); one.Expected != by.AddDays(1) {
		t.Errorf("who is to be a guardian expects it on %v", one.Expected)
	}
}
