package domain

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

var now = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

func published(hazardous bool) Vacancy {
	v, _ := Publish("v", Employer{ID: "e"}, terms(), Danger{Hazardous: hazardous}, now)
	return v
}

// queue is one application on a vacancy, and the offer on it.
func queue(t interface{ Fatal(...any) }) (Vacancy, Application, Offer) {
	v := published(false)
	a, _, err := Apply("a", "w", v, false, now)
	if err != nil {
		t.Fatal(err)
	}
	a, o, _, err := a.MakeOffer("o", v, v.WageMinFen, day, clock.Date{}, 3, now)
	if err != nil {
		t.Fatal(err)
	}
	return v, a, o
}

func TestApplying(t *testing.T) {
	closed, _, _ := published(false).Close()
	full := published(false)
	full.Taken = full.Headcount
	for name, c := range map[string]struct {
		v     Vacancy
		ofAge bool
		want  error
	}{
		"open":               {published(false), false, nil},
		"hazards, of age":    {published(true), true, nil},
		"hazards, too young": {published(true), false, ErrTooYoung},
		"closed":             {closed, true, ErrVacancyClosed},
		"full":               {full, true, ErrVacancyFull},
	} {
		if _, _, err := Apply("a", "w", c.v, c.ofAge, now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOfferRefusals(t *testing.T) {
	v, a, _ := queue(t)
	fresh := a
	fresh.State = ApplicationIsSubmitted
	closed, _, _ := v.Close()
	full := v
	full.Taken = full.Headcount
	for name, c := range map[string]struct {
		a        Application
		v        Vacancy
		wage     int64
		from, to clock.Date
		want     error
	}{
		"second offer":      {a, v, v.WageMinFen, day, clock.Date{}, ErrApplicationState},
		"below the posted":  {fresh, v, v.WageMinFen - 1, day, clock.Date{}, ErrBelowPosted},
		"above the posted":  {fresh, v, v.WageMaxFen + 1, day, clock.Date{}, nil},
		"no first day":      {fresh, v, v.WageMinFen, clock.Date{}, clock.Date{}, ErrTerm},
		"ends as it starts": {fresh, v, v.WageMinFen, day, day, ErrTerm},
		"fixed term":        {fresh, v, v.WageMinFen, day, day.AddMonths(6), nil},
		"closed":            {fresh, closed, v.WageMinFen, day, clock.Date{}, ErrVacancyClosed},
		"full":              {fresh, full, v.WageMinFen, day, clock.Date{}, ErrVacancyFull},
	} {
		if _, _, _, err := c.a.MakeOffer("o2", c.v, c.wage, c.from, c.to, 3, now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClockStartsWithTheMessageAlone(t *testing.T) {
	v, a, o := queue(t)
	if _, err := o.Accept(a, v, "h", true, now.AddDate(1, 0, 0)); err != nil {
		t.Fatalf("a year later, message not arrived: %v", err)
	}
	if _, _, events := o.Lapse(a, now.AddDate(1, 0, 0)); events != nil {
		t.Fatal("lapsed without a message")
	}
	o, started := o.StartClock(now)
	want := time.Date(2026, 11, 5, 16, 0, 0, 0, time.UTC) // three whole days in Asia/Shanghai
	if !started || !o.AnswerBy.Equal(want) {
		t.Fatalf("answer by %s", o.AnswerBy)
	}
	if _, again := o.StartClock(now.Add(time.Hour)); again {
		t.Fatal("started twice")
	}
	if _, err := o.Accept(a, v, "h", true, want.Add(-time.Microsecond)); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []func() error{
		func() error { _, err := o.Accept(a, v, "h", true, want); return err },
		func() error { _, _, _, err := o.Decline(a, want); return err },
	} {
		if err := answer(); !errors.Is(err, ErrOfferLapsed) {
			t.Error(err)
		}
	}
	lapsed, back, events := o.Lapse(a, want)
	if lapsed.State != answer.Lapsed || back.State != ApplicationIsSubmitted || !back.SubmittedAt.Equal(a.SubmittedAt) || len(events) != 1 {
		t.Errorf("%+v %+v", lapsed, back)
	}
	if _, err := lapsed.Accept(back, v, "h", true, now); !errors.Is(err, ErrOfferLapsed) {
		t.Error(err)
	}
}

func TestUndo(t *testing.T) {
	v, a, o := queue(t)
	const within = 48 * time.Hour
	if err := o.Undoable(within, now); !errors.Is(err, ErrOfferState) {
		t.Error(err)
	}
	self, err := o.Accept(a, v, "h", true, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Offer.Undoable(within, now); !errors.Is(err, ErrUndoInPerson) {
		t.Error(err)
	}
	other, err := o.Accept(a, v, "h", false, now)
	if err != nil {
		t.Fatal(err)
	}
	if !other.Offer.AcceptedAt.After(o.MadeAt) {
		t.Error("the acceptance is not newer than its offer")
	}
	if err := other.Offer.Undoable(within, other.Offer.AcceptedAt.Add(within+1)); !errors.Is(err, ErrUndoLate) {
		t.Error(err)
	}
	if err := other.Offer.Undoable(within, other.Offer.AcceptedAt.Add(within)); err != nil {
		t.Error(err)
	}
	done, err := other.Offer.Undo(other.Application, other.Vacancy, other.Hire)
	if err != nil || done.Vacancy.Taken != 0 || done.Application.State != ApplicationIsSubmitted || done.Hire.State != HireIsUndone || done.Offer.State != answer.Undone {
		t.Errorf("%+v, %v", done, err)
	}
}

// Whatever happens to an application and its offers, in whatever order: it is
// accepted exactly while an accepted offer stands, the vacancy's places agree,
// and its place in the queue never moves.
func TestQueueAndOffersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, a, o := queue(t)
		var h Hire
		at := now
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			switch rapid.IntRange(0, 6).Draw(t, "act") {
			case 0:
				if done, err := o.Accept(a, v, "h", rapid.Bool().Draw(t, "in person"), at); err == nil {
					o, a, v, h = done.Offer, done.Application, done.Vacancy, done.Hire
				}
			case 1:
				if o2, a2, _, err := o.Decline(a, at); err == nil {
					o, a = o2, a2
				}
			case 2:
				o, a, _ = o.Lapse(a, at)
			case 3:
				o, _ = o.StartClock(at)
			case 4:
				if o.Undoable(48*time.Hour, at) == nil {
					if done, err := o.Undo(a, v, h); err == nil {
						o, a, v, h = done.Offer, done.Application, done.Vacancy, done.Hire
					}
				}
			case 5:
				if a2, o2, _, err := a.MakeOffer("o2", v, v.WageMinFen, day, clock.Date{}, 3, at); err == nil {
					a, o = a2, o2
				}
			case 6:
				if rapid.IntRange(0, 5).Draw(t, "withdraw") == 0 {
					if a2, _, err := a.Withdraw(); err == nil {
						a, o = a2, o.Withdraw()
					}
				}
			}
			if (a.State == ApplicationIsAccepted) != (o.State == answer.Accepted) || (a.State == ApplicationIsOffered) != (o.State == answer.Open) {
				t.Fatalf("application %s, offer %s", a.State, o.State)
			}
			if want := map[bool]int{true: 1}[a.State == ApplicationIsAccepted]; v.Taken != want {
				t.Fatalf("%d places taken, application %s", v.Taken, a.State)
			}
			if !a.SubmittedAt.Equal(now) {
				t.Fatal("the place in the queue moved")
			}
		}
	})
}
