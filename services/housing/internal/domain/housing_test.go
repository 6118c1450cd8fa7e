package domain

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

var now = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC) // noon on 2 November in Shanghai

func aHome() Home {
	return Home{ID: "h", County: "654301", Estate: "安居苑", Number: "1-1-1", AreaDM2: 4500, RentFen: 41000, Kind: PublicRental, State: HomeFree}
}

func TestListHome(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Home)
		want   error
	}{
		"good":           {func(*Home) {}, nil},
		"rent free":      {func(h *Home) { h.RentFen = 0 }, nil},
		"no estate":      {func(h *Home) { h.Estate = " " }, ErrEstate},
		"no number":      {func(h *Home) { h.Number = "" }, ErrNumber},
		"long number":    {func(h *Home) { h.Number = strings.Repeat("桥", 101) }, ErrNumber},
		"long layout":    {func(h *Home) { h.Layout = strings.Repeat("桥", 101) }, ErrLayout},
		"long reference": {func(h *Home) { h.Reference = strings.Repeat("x", 201) }, ErrReference},
		"no area":        {func(h *Home) { h.AreaDM2 = 0 }, ErrArea},
		"negative area":  {func(h *Home) { h.AreaDM2 = -1 }, ErrArea},
		"negative rent":  {func(h *Home) { h.RentFen = -1 }, ErrRent},
	} {
		h := aHome()
		c.change(&h)
		got, events, err := ListHome(h)
		if !errors.Is(err, c.want) || (err == nil) != (len(events) == 1 && got.State == HomeFree) {
			t.Errorf("%s: %v, %d events", name, err, len(events))
		}
	}
}

func TestApplyRefusals(t *testing.T) {
	for size, want := range map[int]error{-1: ErrHousehold, 0: ErrHousehold, 1: nil, 20: nil, 21: ErrHousehold} {
		if _, _, err := Apply(Application{HouseholdSize: size}); !errors.Is(err, want) {
			t.Errorf("%d members: %v", size, err)
		}
	}
	if _, err := ParseKind("villa"); !errors.Is(err, ErrKind) {
		t.Error(err)
	}
}

func TestOfferNeedsAPlaceAndAFreeHome(t *testing.T) {
	eligible := applied()
	eligible.State = Eligible
	dormitory := applied()
	dormitory.Kind = Dormitory
	bunk := aHome()
	bunk.Kind = Dormitory
	far := aHome()
	far.County = "654322"
	taken := aHome()
	taken.State = HomeOffered
	reopened := eligible
	reopened.State, reopened.Reopened, reopened.OfferID = Submitted, true, "other"
	for name, c := range map[string]struct {
		a    Application
		h    Home
		want error
	}{
		"eligible":                     {eligible, aHome(), nil},
		"a dormitory needs no verdict": {dormitory, bunk, nil},
		"not decided":                  {applied(), aHome(), ErrApplicationState},
		"holds an offer":               {reopened, aHome(), ErrApplicationState},
		"another kind":                 {eligible, bunk, ErrHomeMismatch},
		"another county":               {eligible, far, ErrHomeMismatch},
		"taken":                        {eligible, taken, ErrHomeTaken},
	} {
		o, a, h, events, err := MakeOffer("o", c.a, c.h, 5, now)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (o.State != answer.Open || a.State != Offered || a.OfferID != "o" || h.State != HomeOffered || len(events) != 1) {
			t.Errorf("%s: %+v, %+v, %+v", name, o, a, h)
		}
	}
}

func TestOfferClock(t *testing.T) {
	o := Offer{ID: "o", Clock: answer.Make(5, now)}
	if _, events := o.Lapse(now.AddDate(9, 0, 0)); events != nil {
		t.Error("lapsed before its message arrived")
	}
	o, started := o.Delivered(now)
	if want := clock.NewDate(2026, 11, 8).Start(); !started || !o.AnswerBy.Equal(want) { // the 7th counts to its end
		t.Errorf("answer by %v, want %v", o.AnswerBy, want)
	}
	if _, again := o.Delivered(now.Add(time.Hour)); again {
		t.Error("a second message moved the clock")
	}
	if _, events := o.Lapse(o.AnswerBy.Add(-time.Microsecond)); events != nil {
		t.Error("lapsed early")
	}
	if _, _, err := o.Accept(true, o.AnswerBy); !errors.Is(err, ErrOfferLapsed) {
		t.Errorf("accepted late: %v", err)
	}
	lapsed, events := o.Lapse(o.AnswerBy)
	if lapsed.State != answer.Lapsed || len(events) != 1 {
		t.Errorf("%+v", lapsed)
	}
	if _, _, err := lapsed.Accept(true, now); !errors.Is(err, ErrOfferLapsed) {
		t.Errorf("accepted after the lapse: %v", err)
	}
}

func TestUndo(t *testing.T) {
	const window = 48 * time.Hour
	open := Offer{ID: "o", Clock: answer.Make(5, now)}
	byOther, _, err := open.Accept(false, now)
	if err != nil {
		t.Fatal(err)
	}
	own, _, err := open.Accept(true, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		o    Offer
		at   time.Time
		want error
	}{
		"in time":   {byOther, byOther.AcceptedAt.Add(window), nil},
		"too late":  {byOther, byOther.AcceptedAt.Add(window + time.Microsecond), ErrUndoLate},
		"own":       {own, now, ErrUndoOwn},
		"not taken": {open, now, ErrOfferState},
	} {
		if got, _, err := c.o.Undo(window, c.at); !errors.Is(err, c.want) || err == nil && got.State != answer.Undone {
			t.Errorf("%s: %s, %v", name, got.State, err)
		}
	}
}

func TestSign(t *testing.T) {
	day := clock.DateOf(now)
	term := Term{StartsOn: day, EndsOn: day.AddYears(5), MostYears: 5, Undo: 48 * time.Hour}
	own := Offer{ID: "o", Clock: answer.Clock{State: answer.Accepted, AcceptedAt: now, InPerson: true}}
	byOther := own
	byOther.InPerson = false
	open := own
	open.State = answer.Open
	a := applied()
	a.State = Accepted
	reopened := a
	reopened.Reopened = true
	with := func(change func(*Term)) Term { c := term; change(&c); return c }
	for name, c := range map[string]struct {
		a        Application
		o        Offer
		t        Term
		inPerson bool
		at       time.Time
		want     error
	}{
		"five years":                         {a, own, term, true, now, nil},
		"at the counter":                     {a, own, term, false, now, nil},
		"a day too long":                     {a, own, with(func(t *Term) { t.EndsOn = t.EndsOn.AddDays(1) }), true, now, ErrLeaseTerm},
		"begins before acceptance":           {a, own, with(func(t *Term) { t.StartsOn = day.AddDays(-1) }), true, now, ErrLeaseTerm},
		"ends as it begins":                  {a, own, with(func(t *Term) { t.EndsOn = day }), true, now, ErrLeaseTerm},
		"not accepted":                       {a, open, term, true, now, ErrOfferState},
		"decision reopened":                  {reopened, own, term, true, now, ErrReopened},
		"another accepted and signs at once": {a, byOther, term, false, now, ErrLeaseEarly},
		"another accepted, the worker signs": {a, byOther, term, true, now, nil},
		"another signs after the undo time":  {a, byOther, term, false, now.Add(48*time.Hour + time.Microsecond), nil},
	} {
		l, after, o, h, events, err := Sign("l", c.a, c.o, aHome(), c.t, c.inPerson, c.at)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (l.RentFen != aHome().RentFen || after.State != Leased || o.State != OfferSigned || h.State != HomeLet || len(events) != 1) {
			t.Errorf("%s: %+v", name, l)
		}
	}
	l := Lease{StartsOn: day, EndsOn: day.AddDays(9)}
	for offset, want := range map[int]string{-1: "signed", 0: "running", 9: "running", 10: "term_over"} {
		if got := l.State(day.AddDays(offset)); got != want {
			t.Errorf("day %d: %s, want %s", offset, got, want)
		}
	}
	if l.Until(day) != "" || l.Until(day.AddDays(10)) != l.EndsOn.String() {
		t.Error("the end shows while it runs, or not after")
	}
}

func TestReopening(t *testing.T) {
	decided := applied()
	d, err := policy(t).Decide(decided, []Proof{job("2020-01-01")}, today, "")
	if err != nil {
		t.Fatal(err)
	}
	decided, _ = decided.Decided(d)
	if decided.State != Eligible {
		t.Fatal(decided.State)
	}
	for _, c := range []struct {
		state      ApplicationState
		kind, what string
		reopened   bool
	}{
		{Eligible, ProofJob, "corrected", true},
		{Eligible, ProofJob, "retracted", true},
		{Eligible, ProofJob, "withdrawn", true},
		{Refused, ProofJob, "corrected", true},
		{Offered, ProofJob, "retracted", true},
		{Eligible, ProofJob, "recorded", false},
		{Eligible, ProofJob, "term_over", false},
		{Eligible, ProofInsurance, "corrected", false}, // the decision did not use it
		{Eligible, ProofJob, "consent_over", true},
		{Submitted, ProofJob, "corrected", false},
		{Accepted, ProofJob, "corrected", false},
		{Leased, ProofJob, "withdrawn", false},
	} {
		a := decided
		a.State, a.OfferID = c.state, "o"
		got, events := a.EvidenceChanged(c.kind, c.what)
		if got.Reopened != c.reopened || c.reopened != (len(events) == 2) || got.OfferID != "o" {
			t.Errorf("%+v: %s, %d events", c, got.State, len(events))
		}
		if want := c.state; !c.reopened && got.State != want || c.reopened && got.State != Submitted {
			t.Errorf("%+v: became %s", c, got.State)
		}
	}
	withdrawn := decided
	withdrawn.State = Withdrawn
	if _, events := withdrawn.EvidenceChanged(ProofJob, "corrected"); events != nil {
		t.Error("an application that is over changed")
	}
	offered := decided
	offered.State, offered.OfferID = Offered, "o"
	open, _ := offered.EvidenceChanged(ProofJob, "corrected")
	if back, _ := open.Decided(d); back.State != Offered || back.OfferID != "o" || back.Reopened {
		t.Errorf("eligible again: %+v", back)
	}
	if back := open.Return(); back.State != Submitted || back.OfferID != "" {
		t.Errorf("returned while reopened: %+v", back)
	}
	if gone, _ := open.Decided(Decision{Outcome: OutcomeRefused, RefusalCode: "c"}); gone.State != Refused || gone.OfferID != "" {
		t.Errorf("refused: %+v", gone)
	}
	taken := open.Accept()
	if err := taken.MayBeDecided(); err != nil {
		t.Errorf("accepted while reopened cannot be decided: %v", err)
	}
	if back, _ := taken.Decided(d); back.State != Accepted || back.Reopened {
		t.Errorf("accepted, eligible again: %+v", back)
	}
	dormitory := applied()
	dormitory.Kind = Dormitory
	if !errors.Is(dormitory.MayBeDecided(), ErrNoDecision) || dormitory.WantsEvidence() {
		t.Error("a dormitory needs neither decision nor evidence")
	}
	if !errors.Is(decided.MayBeDecided(), ErrApplicationState) {
		t.Error("an eligible application was decided once more")
	}
}

// However a life goes, a home is held exactly while an offer of it is open or
// accepted, an application with such an offer names it, and nothing leaves
// "leased" or "withdrawn".
func TestHomeOfferAndApplicationAgree(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		a, h, clockNow := applied(), aHome(), now
		var o Offer
		give := func() { a, h = a.Return(), h.Release() }
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			before := a.State
			clockNow = clockNow.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)
			switch rapid.IntRange(0, 9).Draw(t, "act") {
			case 0, 1:
				if a.MayBeDecided() == nil {
					code := rapid.SampledFrom([]string{"", "c"}).Draw(t, "code")
					proofs := []Proof{job(rapid.SampledFrom([]string{"2020-01-01", "2026-10-01"}).Draw(t, "since"))}
					if d, err := p.Decide(a, proofs, today, code); err == nil {
						a, _ = a.Decided(d)
						if a.State == Refused && (o.State == answer.Open || o.State == answer.Accepted) {
							o, h = o.Withdraw(), h.Release()
						}
					}
				}
			case 2, 3:
				if made, x, y, _, err := MakeOffer("o", a, h, 5, clockNow); err == nil {
					o, a, h = made, x, y
				}
			case 4:
				o, _ = o.Delivered(clockNow)
			case 5:
				if x, _, err := o.Accept(rapid.Bool().Draw(t, "in person"), clockNow); err == nil {
					o, a = x, a.Accept()
				}
			case 6:
				if x, _, err := o.Decline(clockNow); err == nil {
					o = x
					give()
				} else if x, events := o.Lapse(clockNow); events != nil {
					o = x
					give()
				}
			case 7:
				if x, _, err := o.Undo(48*time.Hour, clockNow); err == nil {
					o = x
					give()
				}
			case 8:
				a, _ = a.EvidenceChanged(ProofJob, rapid.SampledFrom([]string{"recorded", "corrected", "withdrawn", "consent_over"}).Draw(t, "what"))
			case 9:
				day := clock.DateOf(clockNow)
				if _, x, y, z, _, err := Sign("l", a, o, h, Term{StartsOn: day, EndsOn: day.AddYears(1), MostYears: 5}, true, clockNow); err == nil {
					a, o, h = x, y, z
				} else if rapid.IntRange(0, 9).Draw(t, "withdraw") == 0 {
					if x, _, err := a.Withdraw(); err == nil {
						if a.OfferID != "" {
							o, h = o.Withdraw(), h.Release()
						}
						a = x
					}
				}
			}
			held := o.State == answer.Open || o.State == answer.Accepted
			if held != (h.State == HomeOffered) || held != (a.OfferID != "" && a.State != Leased) {
				t.Fatalf("offer %s, home %s, application %s with offer %q", o.State, h.State, a.State, a.OfferID)
			}
			if (before == Leased || before == Withdrawn) && a.State != before {
				t.Fatalf("%s became %s", before, a.State)
			}
			if a.State == Leased && a.Reopened {
				t.Fatal("a lease was signed on a decision that was open")
			}
		}
	})
}
