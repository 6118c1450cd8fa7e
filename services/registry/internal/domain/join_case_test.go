package domain

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

var (
	joinedAt = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)
	proper   = Grounds{Reason: "number_mistyped", Paper: "resident_card"}
)

func everywhere(string) bool { return true }

func in(counties ...string) func(string) bool {
	return func(c string) bool { return slices.Contains(counties, c) }
}

// The record whose contact the person said remains; else the older one; else the lesser id.
func TestWhichRecordRemains(t *testing.T) {
	older, newer := clock.NewDate(2025, 1, 1), clock.NewDate(2026, 1, 1)
	for name, c := range map[string]struct {
		a, b Worker
		want string
	}{
		"the older":                           {Worker{ID: "b", RegisteredOn: older}, Worker{ID: "a", RegisteredOn: newer}, "b"},
		"of one day the lesser id":            {Worker{ID: "b", RegisteredOn: older}, Worker{ID: "a", RegisteredOn: older}, "a"},
		"what the person said, of a sheet":    {Worker{ID: "a", RegisteredOn: older, ContactVia: "import"}, Worker{ID: "b", RegisteredOn: newer, ContactVia: "web"}, "b"},
		"what the person said, of an unknown": {Worker{ID: "a", RegisteredOn: older}, Worker{ID: "b", RegisteredOn: newer, ContactVia: "counter"}, "b"},
		"said both":                           {Worker{ID: "a", RegisteredOn: newer, ContactVia: "web"}, Worker{ID: "b", RegisteredOn: older, ContactVia: "counter"}, "b"},
	} {
		for _, two := range [][2]Worker{{c.a, c.b}, {c.b, c.a}} {
			into, alias := Remains(two[0], two[1])
			if into.ID != c.want || alias.ID == into.ID {
				t.Errorf("%s: %s remains, of which %s is the alias", name, into.ID, alias.ID)
			}
		}
	}
}

func TestWhatIsNotOpened(t *testing.T) {
	a, b := Worker{ID: "a", County: "654301"}, Worker{ID: "b", County: "654321"}
	closed := b
	closed.ClosedOn = clock.NewDate(2026, 1, 1)
	for name, c := range map[string]struct {
		a, b Worker
		g    Grounds
		seen func(string) bool
		want error
	}{
		"both seen":                  {a, b, proper, everywhere, nil},
		"one seen":                   {a, b, proper, in("654301"), nil},
		"none seen":                  {a, b, proper, in("654322"), ErrWorkerUnknown},
		"one with itself":            {a, a, proper, everywhere, ErrJoinSame},
		"a closed one":               {a, closed, proper, everywhere, ErrWorkerClosed},
		"a closed one, of elsewhere": {a, closed, proper, in("654301"), ErrWorkerUnknown},
		"no paper":                   {a, b, Grounds{"other", "none"}, everywhere, ErrJoinReason},
		"no reason":                  {a, b, Grounds{"", "witness"}, everywhere, ErrJoinReason},
		"a reason for parting":       {a, b, Grounds{"borrowed_card", "witness"}, everywhere, ErrJoinReason},
	} {
		if _, err := OpenJoin("j", c.a, c.b, false, c.g, "a-1", c.seen, joinedAt); !errors.Is(err, c.want) || err == nil && c.want != nil {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
}

// Silence is no consent, and lets the second officer decide only when the last day
// is over, which is the later one of the two.
func TestWhatAJoinWaitsFor(t *testing.T) {
	c, err := OpenJoin("j", Worker{ID: "a"}, Worker{ID: "b"}, false, proper, "a-1", everywhere, joinedAt)
	if err != nil {
		t.Fatal(err)
	}
	day := clock.NewDate(2026, 11, 2)
	waits := func(c JoinCase, on clock.Date, want string) {
		t.Helper()
		if got := c.Waits(on); got != want {
			t.Errorf("on %s it waits for %q, not %q", on, got, want)
		}
		_, _, _, _, err := c.Join("a-2", Worker{ID: "a"}, Worker{ID: "b"}, on.Start().Add(13*time.Hour))
		if (err == nil) != (want == "") {
			t.Errorf("on %s: %v", on, err)
		}
	}
	waits(c, day, WaitsForArrival)
	c, _ = c.Arrive("a", joinedAt, day.AddDays(14))
	waits(c, day.AddDays(30), WaitsForArrival)
	if _, changed := c.Arrive("a", joinedAt.Add(time.Hour), day.AddDays(40)); changed {
		t.Error("it arrived twice")
	}
	c, _ = c.Arrive("b", joinedAt, day.AddDays(16))
	waits(c, day.AddDays(16), WaitsForClock)
	waits(c, day.AddDays(17), "")
	heard, err := c.Hear(SideAlias, true, "resident_card", "a-3", joinedAt)
	if err != nil {
		t.Fatal(err)
	}
	waits(heard, day.AddDays(14), WaitsForClock)
	waits(heard, day.AddDays(15), "")
	if _, err := c.Hear(SideAlias, true, "none", "a-3", joinedAt); !errors.Is(err, ErrJoinReason) {
		t.Errorf("heard without a paper: %v", err)
	}
	if _, err := c.Hear("both", true, "witness", "a-3", joinedAt); !errors.Is(err, ErrJoinReason) {
		t.Errorf("heard at neither: %v", err)
	}
	if no, err := c.Hear(SideInto, false, "witness", "a-3", joinedAt); err != nil || no.State != CaseObjected {
		t.Errorf("a no at a counter: %v, %v", no.State, err)
	}
}

// Who objects to a join that was made is heard at a counter; a later word is brought
// before officers anew.
func TestAnObjectionToAJoinIsAnswered(t *testing.T) {
	at := func(hours int) time.Time { return joinedAt.Add(time.Duration(hours) * time.Hour) }
	c := JoinCase{Kind: KindJoin, State: CaseApplied, Into: Side{Worker: "a", HeardAt: at(-1)}, Alias: Side{Worker: "b"}}
	if _, err := c.Hear(SideInto, true, "witness", "a-3", at(0)); !errors.Is(err, ErrJoinDecided) {
		t.Errorf("nobody objected: %v", err)
	}
	c, err := c.Object(at(1))
	if err != nil || !c.Contested() {
		t.Fatalf("%+v, %v", c, err)
	}
	if again, err := c.Object(at(2)); err != nil || !again.ObjectedAt.Equal(at(1)) {
		t.Errorf("said twice: %v, %v", again.ObjectedAt, err)
	}
	if no, err := c.Hear(SideAlias, false, "witness", "a-3", at(3)); err != nil || !no.Contested() || no.State != CaseApplied {
		t.Errorf("a no at a counter: %+v, %v", no, err)
	}
	if c, err = c.Hear(SideAlias, true, "witness", "a-3", at(3)); err != nil || c.Contested() || c.Alias.HeardBy != "a-3" {
		t.Errorf("answered: %+v, %v", c, err)
	}
	if _, err := c.Hear(SideAlias, true, "witness", "a-3", at(4)); !errors.Is(err, ErrJoinDecided) {
		t.Errorf("answered twice: %v", err)
	}
	if c, err = c.Object(at(5)); err != nil || !c.Contested() || !c.ObjectedAt.Equal(at(5)) {
		t.Errorf("a later objection: %+v, %v", c, err)
	}
}

// The person's word ends a join that waits, and is kept against one that was made;
// a parting goes on all the same, since it is the other person's right too.
func TestThePersonsWord(t *testing.T) {
	for _, c := range []struct {
		kind, state, after string
		want               error
	}{
		{KindJoin, CaseOpen, CaseObjected, nil}, {KindJoin, CaseApplied, CaseApplied, nil}, {KindPart, CaseOpen, CaseOpen, nil},
		{KindPart, CaseApplied, "", ErrJoinDecided}, {KindJoin, CaseRefused, "", ErrJoinDecided}, {KindJoin, CaseObjected, "", ErrJoinDecided},
		{KindJoin, CaseEnded, "", ErrJoinDecided}, {KindJoin, CaseParted, "", ErrJoinDecided},
	} {
		got, err := JoinCase{Kind: c.kind, State: c.state}.Object(joinedAt)
		if !errors.Is(err, c.want) || err == nil && (got.State != c.after || !got.ObjectedAt.Equal(joinedAt)) {
			t.Errorf("%s, %s: %+v, %v", c.kind, c.state, got, err)
		}
	}
}

func TestWhoDecides(t *testing.T) {
	seen := func(into, alias bool) JoinCase {
		return JoinCase{State: CaseOpen, Officer: "a-1", Into: Side{Seen: into}, Alias: Side{Seen: alias}}
	}
	for _, c := range []struct {
		name        string
		c           JoinCase
		officer     string
		into, alias bool
		want        error
	}{
		{"another", seen(true, true), "a-2", true, true, nil},
		{"the same, however typed", seen(true, true), " Ａ—1", true, true, ErrJoinOwn},
		{"who sees one of two that were both seen", seen(true, true), "a-2", false, true, nil},
		{"who sees none", seen(true, true), "a-2", false, false, ErrJoinCounty},
		{"the other county's", seen(true, false), "a-2", false, true, nil},
		{"the same county's", seen(true, false), "a-2", true, false, ErrJoinCounty},
		{"the other county's, the other way", seen(false, true), "a-2", true, false, nil},
	} {
		if err := c.c.MayDecide(c.officer, c.into, c.alias); !errors.Is(err, c.want) || err == nil && c.want != nil {
			t.Errorf("%s: %v, not %v", c.name, err, c.want)
		}
	}
}

// What was recorded is listed by the thing, newest first, with the first event of
// each; what an officer assigned is kept only where it goes to the other side.
func TestWhatIsAssigned(t *testing.T) {
	step := func(n int, worker, kind, aggregate string) Step {
		return Step{EventID: fmt.Sprint(n), Worker: worker, Type: kind, Aggregate: aggregate, At: joinedAt.Add(time.Duration(n) * time.Minute)}
	}
	steps := []Step{
		step(6, "b", "housing.lease.signed.v1", "lease"), step(5, "a", "employment.hire.registered.v1", "hire"), step(4, "c", "employment.hire.registered.v1", "far"),
		step(3, "a", "registry.message.delivered.v1", "message"), step(2, "a", "registry.worker.joined.v1", "a"), step(1, "a", "employment.offer.accepted.v1", "hire"),
	}
	c := JoinCase{Kind: KindPart, State: CaseOpen, Officer: "a-1", Into: Side{Worker: "a"}, Alias: Side{Worker: "b"}}
	fact := func(s Step) (FactRef, bool) {
		return FactRef{"job", s.Aggregate}, s.Type == "employment.hire.registered.v1"
	}
	list := func(c JoinCase) (all []string) {
		for _, p := range c.Parts(steps, []string{"b", "c"}, fact) {
			all = append(all, fmt.Sprint(p.Aggregate, " ", p.Service, " ", p.Recorded, " ", p.Assigned, " ", p.ByHand, " ", len(p.Facts)))
		}
		return all
	}
	if got, want := list(c), []string{"lease housing alias alias false 0", "far employment alias alias false 1", "hire employment into into false 1"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	parts := c.Parts(steps, []string{"b", "c"}, fact)
	c, err := c.Assign("A-1", parts, []string{"hire", "lease"}, []string{"far"})
	if err != nil || !slices.Equal(c.ToAlias, []string{"hire"}) || !slices.Equal(c.ToInto, []string{"far"}) {
		t.Fatalf("%v %v, %v", c.ToAlias, c.ToInto, err)
	}
	if got, want := list(c), []string{"lease housing alias alias false 0", "far employment alias into true 1", "hire employment into alias true 1"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	for name, bad := range map[string]struct {
		c           JoinCase
		officer     string
		alias, into []string
		want        error
	}{
		"another officer":    {c, "a-2", nil, nil, ErrPartsOthers},
		"what is not there":  {c, "a-1", []string{"nothing"}, nil, ErrParts},
		"the message itself": {c, "a-1", []string{"message"}, nil, ErrParts},
		"to both":            {c, "a-1", []string{"hire"}, []string{"hire"}, ErrParts},
		"of a join":          {JoinCase{Kind: KindJoin, State: CaseOpen, Officer: "a-1"}, "a-1", nil, nil, ErrJoinDecided},
		"once decided":       {JoinCase{Kind: KindPart, State: CaseApplied, Officer: "a-1"}, "a-1", nil, nil, ErrJoinDecided},
	} {
		if _, err := bad.c.Assign(bad.officer, parts, bad.alias, bad.into); !errors.Is(err, bad.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A case about a contact is sealed for the record that it was opened on: where that
// was joined since, another record answers, and nothing is put in its place.
func TestAContactCaseOfAJoinedRecordIsStale(t *testing.T) {
	root := Worker{ID: "a", Version: 3}
	c := ContactCase{Worker: "b", Version: 3, Officer: "a-1", State: CaseOpen}
	if _, _, _, err := c.Decide("a-2", true, "", root, joinedAt); !errors.Is(err, ErrCaseStale) {
		t.Errorf("decided: %v", err)
	}
	c.State, c.Version = CaseApplied, 2
	if _, _, _, err := c.Object(root, joinedAt); !errors.Is(err, ErrContactSince) {
		t.Errorf("put back: %v", err)
	}
}

func TestHowNumbersDiffer(t *testing.T) {
	const a = "654399198503120010"
	for b, want := range map[string]string{a: likeSame, "654399198503120029": likeOneDigit, "654399198503120101": likeSwapped, "654399198503129990": likeDiffers, "P1234567": likeDiffers} {
		if got := digits(a, b); got != want {
			t.Errorf("%s: %s, not %s", b, got, want)
		}
	}
}
