package domain

import (
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// A name stays open for as long as it is needed, and some days.
func TestHowLongANameIsOpen(t *testing.T) {
	met := time.Date(2026, 11, 10, 15, 30, 0, 0, time.UTC) // 23:30 in Shanghai
	yes := Interview{State: InterviewIsAccepted, MeetAt: met}
	hire := func(offer string, state HireState, ended clock.Date) []Hire {
		return []Hire{{OfferID: "another's", State: HireIsRegistered}, {OfferID: offer, State: state, EndedOn: ended}}
	}
	accepted := Application{State: ApplicationIsAccepted, OfferID: "offer-1"}
	submitted := Application{State: ApplicationIsSubmitted}
	in := func(d int) clock.Date { return clock.NewDate(2026, 11, 10).AddDays(d) }
	left := clock.NewDate(2027, 3, 1)
	for name, c := range map[string]struct {
		a     Application
		i     Interview
		hires []Hire
		on    clock.Date
		want  error
	}{
		"no interview was accepted":               {submitted, Interview{State: InterviewIsOpen, MeetAt: met}, nil, in(0), ErrNameHidden},
		"a declined one":                          {submitted, Interview{State: InterviewIsDeclined, MeetAt: met}, nil, in(0), ErrNameHidden},
		"before the interview":                    {submitted, yes, nil, in(-3), nil},
		"the last day after it":                   {submitted, yes, nil, in(30), nil},
		"the day after that":                      {submitted, yes, nil, in(31), ErrNameOver},
		"an offer is open":                        {Application{State: ApplicationIsOffered}, yes, nil, in(90), nil},
		"an offer without an accepted interview":  {Application{State: ApplicationIsOffered}, Interview{}, nil, in(0), ErrNameHidden},
		"works there":                             {accepted, Interview{}, hire("offer-1", HireIsRegistered, clock.Date{}), in(900), nil},
		"its end is stated and not confirmed yet": {accepted, Interview{}, hire("offer-1", HireIsEndStated, left), left.AddDays(90), nil},
		"the last day after the work":             {accepted, yes, hire("offer-1", HireIsEnded, left), left.AddDays(30), nil},
		"a day later":                             {accepted, yes, hire("offer-1", HireIsEnded, left), left.AddDays(31), ErrNameOver},
		"works there by another offer alone":      {Application{State: ApplicationIsSubmitted, OfferID: "offer-1"}, yes, hire("offer-2", HireIsRegistered, clock.Date{}), in(31), ErrNameOver},
		"the acceptance was taken back":           {Application{State: ApplicationIsSubmitted, OfferID: "offer-1"}, Interview{}, hire("offer-1", HireIsUndone, clock.Date{}), in(0), ErrNameHidden},
	} {
		if err := NameOpen(c.a, c.i, c.hires, 30, c.on); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
