package domain

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// Each wrong digit and each two neighbours that changed places are found.
func TestAMistypedPaperNumberIsFound(t *testing.T) {
	source := rand.NewChaCha8([32]byte{7})
	random := func(n int) []byte {
		b := make([]byte, n)
		_, _ = source.Read(b)
		return b
	}
	seen := map[string]bool{}
	for range 20 {
		n := NewPaperNumber(random)
		if err := CheckPaperNumber(n); err != nil || len(n) != 12 || seen[n] {
			t.Fatalf("%s: %v, seen before: %v", n, err, seen[n])
		}
		seen[n] = true
		for i := range n {
			for d := byte('0'); d <= '9'; d++ {
				if wrong := n[:i] + string(d) + n[i+1:]; wrong != n && CheckPaperNumber(wrong) == nil {
					t.Errorf("%s passes for %s", wrong, n)
				}
			}
			if i+1 < len(n) && n[i] != n[i+1] {
				if wrong := n[:i] + string(n[i+1]) + string(n[i]) + n[i+2:]; CheckPaperNumber(wrong) == nil {
					t.Errorf("%s passes for %s", wrong, n)
				}
			}
		}
	}
	for _, no := range []string{"", "1", "1234567890123", "12345678901x"} {
		if !errors.Is(CheckPaperNumber(no), ErrPaperNumber) {
			t.Errorf("%q is a number", no)
		}
	}
}

var paperTime = PaperPolicy{Most: 100, Back: 15 * 24 * time.Hour, Decide: 5 * 24 * time.Hour, Enter: 5 * 24 * time.Hour}

// A block is of the widest office in which its task's cases are handled.
func TestABlockIsAnOffices(t *testing.T) {
	now, by := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC), Account{ID: "a", Subject: "a001"}
	held := Grants{{Viewer, "hou", "654300"}, {Clerk, "hou", "654301"}, {Reviewer, "edu", Everywhere}}
	for name, c := range map[string]struct {
		task  string
		forms int
		held  Grants
		want  error
	}{
		"one":                {"housing.ApplyForHome", 1, held, nil},
		"as many as allowed": {"housing.ApplyForHome", 100, held, nil},
		"none":               {"housing.ApplyForHome", 0, held, ErrPaperForms},
		"too many":           {"housing.ApplyForHome", 101, held, ErrPaperForms},
		"another task":       {"housing.AcceptOffer", 1, held, ErrPaperTask},
		"who only looks":     {"housing.ApplyForHome", 1, held[:1], ErrPaperTask},
		"another department": {"housing.ApplyForHome", 1, held[2:], ErrPaperTask},
	} {
		b, err := PrintPapers("p", c.task, c.forms, by, c.held, paperTime, now)
		if !errors.Is(err, c.want) || err == nil && (b.Division != "654301" || b.Department != "hou" || !b.HandledBy(held) || b.HandledBy(held[2:]) || b.HandledBy(held[:1]) || !b.SeenBy(held[:1])) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

// The time that is said of a form lies within bounds, two officers say it, and it is used once.
func TestWhenAPaperWasReceived(t *testing.T) {
	printed := time.Date(2026, 11, 1, 2, 0, 30, 0, time.UTC)
	b := PaperBlock{ID: "p", Task: "housing.ApplyForHome", Department: "hou", Division: "654301", PrintedAt: printed, Forms: 1}
	now := printed.Add(10 * 24 * time.Hour)
	first, second := Account{ID: "a", Subject: "a001"}, Account{ID: "b", Subject: "b001"}
	said := PaperSaid{Worker: "w", Away: "power", ReceivedAt: now.Add(-48 * time.Hour), AwaySince: now.Add(-50 * time.Hour)}
	at := func(change func(*PaperSaid)) PaperSaid {
		s := said
		change(&s)
		return s
	}
	lost := b
	lost.VoidedAt = now
	late := printed.Add(40 * 24 * time.Hour)
	for name, c := range map[string]struct {
		of   PaperBlock
		said PaperSaid
		now  time.Time
		want error
	}{
		"within the bounds":        {b, said, now, nil},
		"the minute of printing":   {b, at(func(s *PaperSaid) { s.ReceivedAt = printed.Truncate(time.Minute); s.AwaySince = s.ReceivedAt }), now, nil},
		"before the printing":      {b, at(func(s *PaperSaid) { s.ReceivedAt = printed.Add(-time.Minute); s.AwaySince = s.ReceivedAt }), now, ErrPaperBefore},
		"later than now":           {b, at(func(s *PaperSaid) { s.ReceivedAt = now.Add(time.Minute) }), now, ErrPaperFuture},
		"as far back as may be":    {b, at(func(s *PaperSaid) { s.ReceivedAt = late.Add(-paperTime.Back) }), late, nil},
		"farther back":             {b, at(func(s *PaperSaid) { s.ReceivedAt = late.Add(-paperTime.Back - time.Minute) }), late, ErrPaperBack},
		"nothing was away":         {b, at(func(s *PaperSaid) { s.Away = "" }), now, ErrPaperAway},
		"nobody says since when":   {b, at(func(s *PaperSaid) { s.AwaySince = time.Time{} }), now, ErrPaperAway},
		"away after it was handed": {b, at(func(s *PaperSaid) { s.AwaySince = s.ReceivedAt.Add(time.Minute) }), now, ErrPaperAway},
		"of a block that was lost": {lost, said, now, ErrPaperVoid},
	} {
		if _, err := c.of.Form("1").Say(c.of, c.said, first, paperTime, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	f, err := b.Form("1").Say(b, said, first, paperTime, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by       Account
		approve  bool
		received time.Time
		refusal  string
		now      time.Time
		want     error
	}{
		"another officer":             {second, true, said.ReceivedAt, "", now, nil},
		"who said it":                 {first, true, said.ReceivedAt, "", now, ErrActOwn},
		"under another account":       {Account{ID: "c", Subject: "a001"}, true, said.ReceivedAt, "", now, ErrActOwn},
		"another time":                {second, true, said.ReceivedAt.Add(time.Minute), "", now, ErrPaperDiffers},
		"refused":                     {second, false, time.Time{}, "time", now, nil},
		"refused without a reason":    {second, false, time.Time{}, "", now, ErrRefusal},
		"on the last day":             {second, true, said.ReceivedAt, "", now.Add(paperTime.Decide), nil},
		"after it":                    {second, true, said.ReceivedAt, "", now.Add(paperTime.Decide + time.Second), ErrActDecided},
		"although the block was lost": {second, true, said.ReceivedAt, "", now, nil},
	} {
		of := b
		if name == "although the block was lost" { // this form was not: it had been received before
			of = lost
		}
		if _, err := f.Decide(of, c.by, c.approve, c.received, c.refusal, paperTime, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused, err := f.Decide(b, second, false, time.Time{}, "time", paperTime, now)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := refused.Say(b, said, first, paperTime, now); err != nil || again.Refusal != "" || again.State != PaperStated {
		t.Errorf("what was refused is said again: %+v, %v", again, err)
	}
	ok, err := f.Decide(b, second, true, said.ReceivedAt, "", paperTime, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ok.Say(b, said, first, paperTime, now); !errors.Is(err, ErrPaperConfirmed) {
		t.Errorf("what was confirmed is said again: %v", err)
	}
	if got := ok.StateOn(b, paperTime, now.Add(paperTime.Enter+time.Second)); got != PaperExpired {
		t.Errorf("after the days to enter it, it is %s", got)
	}
	entered, noted := ok.Enter(now)
	if _, again := entered.Enter(now); !noted || again {
		t.Errorf("it is noted as entered: %v, and again: %v", noted, again)
	}
	if _, err := entered.Say(b, said, first, paperTime, now); !errors.Is(err, ErrPaperUsed) {
		t.Errorf("what was entered is said again: %v", err)
	}
	if got := b.Form("2").StateOn(lost, paperTime, now); got != PaperVoid {
		t.Errorf("the rest of a block that was lost is %s", got)
	}
}
