package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

var now = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

const undo = 48 * time.Hour

func waiting() Application {
	return Application{ID: "application", ChildID: "child", Worker: "worker", Stage: Primary, County: "654301", State: Submitted}
}

func primary(id string, places int) School {
	return School{ID: id, Name: "第1小学", Kind: Public, County: "654301", Stage: Primary, Places: places}
}

func offered(t testing.TB) Offer {
	t.Helper()
	o, _, _, err := MakeOffer("offer", waiting(), primary("school", 1), 0, 5, now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOpenSchool(t *testing.T) {
	long := string(slices.Repeat([]rune{'桥'}, longestName+1))
	for name, c := range map[string]struct {
		school School
		want   error
	}{
		"good":             {primary("s", 3), nil},
		"no places yet":    {primary("s", 0), nil},
		"negative":         {primary("s", -1), ErrPlaces},
		"blank name":       {School{Name: " \t"}, ErrName},
		"long name":        {School{Name: long}, ErrName},
		"broken name":      {School{Name: "\xff"}, ErrName},
		"longest name":     {School{Name: long[:len(long)-len("桥")]}, nil},
		"broken reference": {School{Name: "a", Reference: "\xff"}, ErrReference},
	} {
		_, events, err := OpenSchool(c.school)
		if !errors.Is(err, c.want) || (err == nil) != (len(events) == 1) {
			t.Errorf("%s: %v, %d events", name, err, len(events))
		}
	}
	for _, s := range []string{"", "senior", "Primary"} {
		if _, err := ParseStage(s); !errors.Is(err, ErrStage) {
			t.Errorf("stage %q: %v", s, err)
		}
		if _, err := ParseKind(s); !errors.Is(err, ErrKind) {
			t.Errorf("kind %q: %v", s, err)
		}
	}
}

func TestApplyRefusals(t *testing.T) {
	junior := primary("junior", 1)
	junior.Stage = Junior
	var many []School
	for i := range mostWishes + 1 {
		many = append(many, primary(string(rune('0'+i)), 1))
	}
	for name, c := range map[string]struct {
		wishes []School
		want   error
	}{
		"no wish":       {nil, nil},
		"two wishes":    {[]School{primary("b", 1), primary("a", 0)}, nil},
		"the same":      {[]School{primary("a", 1), primary("a", 1)}, ErrWishes},
		"another stage": {[]School{junior}, ErrSchoolStage},
		"too many":      {many, ErrWishes},
	} {
		a, _, err := Apply(waiting(), c.wishes)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && len(a.SchoolIDs) != len(c.wishes) {
			t.Errorf("%s: %v", name, a.SchoolIDs)
		}
	}
}

func TestMakeOfferRefusals(t *testing.T) {
	junior := primary("school", 9)
	junior.Stage = Junior
	accepted := waiting()
	accepted.State = Accepted
	for name, c := range map[string]struct {
		application Application
		school      School
		taken       int
		want        error
	}{
		"the last place": {waiting(), primary("school", 3), 2, nil},
		"full":           {waiting(), primary("school", 3), 3, ErrSchoolFull},
		"over full":      {waiting(), primary("school", 3), 4, ErrSchoolFull},
		"another stage":  {waiting(), junior, 0, ErrSchoolStage},
		"answered":       {accepted, primary("school", 3), 0, ErrApplicationState},
	} {
		o, a, events, err := MakeOffer("offer", c.application, c.school, c.taken, 5, now)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (a.OfferID != o.ID || len(events) != 1) || err != nil && a.State != c.application.State {
			t.Errorf("%s: %+v %+v", name, o, a)
		}
	}
}

// Silence is no refusal: the clock starts with the message's arrival alone,
// and the last day counts to its end in Beijing.
func TestTheClockStartsWithTheMessage(t *testing.T) {
	o := offered(t)
	if _, events := o.Lapse(now.AddDate(1, 0, 0)); events != nil {
		t.Fatal("an offer lapsed that nobody was told of")
	}
	late := time.Date(2026, 11, 2, 15, 59, 0, 0, time.UTC) // 23:59 in Beijing
	o, started := o.Delivered(late)
	end := time.Date(2026, 11, 7, 16, 0, 0, 0, time.UTC) // the 8th begins in Beijing
	if !started || !o.AnswerBy.Equal(end) {
		t.Fatalf("answer by %s, want %s", o.AnswerBy, end)
	}
	if again, started := o.Delivered(late.Add(time.Hour)); started || again != o {
		t.Error("the clock started twice")
	}
	if _, events := o.Lapse(end.Add(-time.Second)); events != nil {
		t.Error("lapsed too early")
	}
	if _, _, err := o.Accept(true, end.Add(-time.Second)); err != nil {
		t.Errorf("in the last second: %v", err)
	}
	if _, _, err := o.Accept(true, end); !errors.Is(err, ErrOfferLapsed) {
		t.Errorf("after the end: %v", err)
	}
	if o, events := o.Lapse(end); o.State != answer.Lapsed || len(events) != 1 {
		t.Error("not lapsed at its end")
	}
}

func TestUndo(t *testing.T) {
	inPerson, _, err := offered(t).Accept(true, now)
	if err != nil {
		t.Fatal(err)
	}
	byCounter, _, err := offered(t).Accept(false, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		offer Offer
		at    time.Time
		want  error
	}{
		"in person":        {inPerson, now, ErrUndoOwn},
		"in time":          {byCounter, byCounter.AcceptedAt.Add(undo), nil},
		"too late":         {byCounter, byCounter.AcceptedAt.Add(undo + time.Microsecond), ErrUndoLate},
		"not yet accepted": {offered(t), now, ErrOfferState},
	} {
		if _, _, err := c.offer.Undo(undo, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No order of acts loses a place or an application: the application always
// waits, or has exactly the one offer that takes a place, or is over.
func TestNoActLosesThePlaceInTheQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, o, at := waiting(), Offer{}, now
		for range rapid.IntRange(1, 20).Draw(t, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)
			var err error
			switch rapid.IntRange(0, 6).Draw(t, "act") {
			case 0:
				var made Offer
				if made, a, _, err = MakeOffer("offer", a, primary("school", 1), 0, 5, at); err == nil {
					o = made
				}
			case 1:
				o, _ = o.Delivered(at)
			case 2:
				if o, _, err = o.Accept(rapid.Bool().Draw(t, "in person"), at); err == nil {
					a = a.Accept(a.OfferID)
				}
			case 3:
				if o, _, err = o.Decline(at); err == nil {
					a = a.Return()
				}
			case 4:
				var events []Event
				if o, events = o.Lapse(at); events != nil {
					a = a.Return()
				}
			case 5:
				if o, _, err = o.Undo(undo, at); err == nil {
					a = a.Return()
				}
			case 6:
				if rapid.IntRange(0, 9).Draw(t, "withdraw") == 0 {
					if a, _, err = a.Withdraw(); err == nil {
						o = o.Withdraw()
					}
				}
			}
			takes := map[ApplicationState]bool{Offered: true, Accepted: true}[a.State]
			if o.TakesPlace() != takes || (a.OfferID != "") != takes {
				t.Fatalf("application %s, offer %q %s", a.State, a.OfferID, o.State)
			}
			if a.WantsEvidence() != (a.State == Submitted || o.State == answer.Open) {
				t.Fatalf("application %s, offer %s: wants evidence %v", a.State, o.State, a.WantsEvidence())
			}
		}
	})
}

func TestEvidenceChangesNothingButTheHistory(t *testing.T) {
	for state, want := range map[ApplicationState]int{Submitted: 1, Offered: 1, Accepted: 0, Withdrawn: 0} {
		a := waiting()
		a.State = state
		if got := a.EvidenceChanged("job", "corrected"); len(got) != want {
			t.Errorf("%s: %v", state, got)
		}
	}
}

func TestPapersNotAsked(t *testing.T) {
	usual := []string{"residence permit", "home proof or filed lease", "vaccination certificate", "employment proof (G)"}
	today := clock.NewDate(2026, 11, 2)
	job, lease, months := Proof{Kind: "job"}, Proof{Kind: "lease", Until: "2026-11-02"}, Proof{Kind: "insurance_months", Until: "2026-09"}
	ended, flagged := job, job
	ended.Until, flagged.Flagged = "2026-11-01", true
	for name, c := range map[string]struct {
		usual  []string
		proofs []Proof
		want   []string
	}{
		"nothing held":        {usual, nil, nil},
		"a job":               {usual, []Proof{job}, []string{"employment proof"}},
		"a job that ended":    {usual, []Proof{ended}, nil},
		"one of two jobs":     {usual, []Proof{ended, job}, []string{"employment proof"}},
		"a job in doubt":      {usual, []Proof{flagged}, nil},
		"a lease's last day":  {usual, []Proof{lease}, []string{"home proof or filed lease"}},
		"months of the past":  {usual, []Proof{months}, []string{"social-insurance record"}},
		"all":                 {usual, []Proof{job, lease, months}, []string{"home proof or filed lease", "employment proof", "social-insurance record"}},
		"a paper shown":       {usual, []Proof{{Kind: "job", Source: FormPaper}, {Kind: "lease", Source: FormWitness}}, nil},
		"a shorter list":      {usual[:1], []Proof{job, lease}, nil},
		"a fact of no use":    {usual, []Proof{{Kind: "certificate"}}, nil},
		"home and employment": {usual, []Proof{lease, job}, []string{"home proof or filed lease", "employment proof"}},
	} {
		if got := PapersNotAsked(c.usual, c.proofs, today); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestPaper(t *testing.T) {
	today := clock.NewDate(2026, 11, 2)
	good := Paper{Kind: "job", Form: FormPaper, Since: "2025-01-01"}
	for name, c := range map[string]struct {
		change func(*Paper)
		until  string
		want   error
	}{
		"lasts":              {func(*Paper) {}, "", nil},
		"ended":              {func(p *Paper) { p.Until = "2026-11-01" }, "2026-11-01", nil},
		"ends today":         {func(p *Paper) { p.Until = "2026-11-02" }, "", nil},
		"will end":           {func(p *Paper) { p.Until = "2027-11-02" }, "", nil},
		"begins today":       {func(p *Paper) { p.Since = "2026-11-02" }, "", nil},
		"will begin":         {func(p *Paper) { p.Since = "2026-11-03" }, "", ErrPaper},
		"ends before":        {func(p *Paper) { p.Until = "2024-12-31" }, "", ErrPaper},
		"no beginning":       {func(p *Paper) { p.Since = "" }, "", ErrPaper},
		"no such day":        {func(p *Paper) { p.Until = "2026-02-30" }, "", ErrPaper},
		"form":               {func(p *Paper) { p.Form = "" }, "", ErrPaper},
		"kind":               {func(p *Paper) { p.Kind = "certificate" }, "", ErrPaper},
		"months of a job":    {func(p *Paper) { p.Months = 1 }, "", ErrPaper},
		"months":             {func(p *Paper) { p.Kind, p.Months = "insurance_months", 9 }, "", nil},
		"no months":          {func(p *Paper) { p.Kind = "insurance_months" }, "", ErrPaper},
		"fewer than nothing": {func(p *Paper) { p.Kind, p.Months = "insurance_months", -1 }, "", ErrPaper},
	} {
		p := good
		c.change(&p)
		got, err := p.Read(today)
		if !errors.Is(err, c.want) || err == nil && got.Until != c.until {
			t.Errorf("%s: until %q, %v", name, got.Until, err)
		}
	}
}
