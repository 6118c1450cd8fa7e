package domain

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

var now = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

func policy(t testing.TB) Policy {
	t.Helper()
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	p, err := PolicyOn(book, clock.DateOf(now), "654301")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A row that lacks a number, or is not in force, is an error and no zero.
func TestPolicyIsWholeOrNone(t *testing.T) {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := PolicyOn(book, clock.NewDate(2026, 10, 31), ""); !errors.Is(err, rule.ErrNotInForce) {
		t.Error(err)
	}
	p := policy(t)
	if p.Lock.Free != 5 || p.Sessions[Administrator].Idle != 15*time.Minute || p.Code.Rested != 90*24*time.Hour || p.Helper != 12 || p.Most != 16 {
		t.Errorf("%+v", p)
	}
}

func TestWhichAccountsThereAre(t *testing.T) {
	for _, c := range []struct {
		kind, subject, login, office string
		want                         error
		sole                         string
	}{
		{Officer, " Ａ001 ", "", "", nil, "staff a001"},
		{Administrator, "a001", "", System, nil, "staff a001"},
		{Administrator, "a001", "", "", ErrKind, ""},
		{Administrator, "a001", "", "root", ErrKind, ""},
		{Officer, "a001", "", Security, ErrKind, ""},
		{Officer, " ", "", "", ErrKind, ""},
		{Worker, "w-1", "", "", nil, "worker w-1"},
		{Worker, "w-1", "name", "", ErrKind, ""},
		{Employer, "e-1", "Boss", "", nil, "login boss"},
		{Employer, "e-1", "", "", ErrKind, ""},
		{"agency", "x", "x", "", ErrKind, ""},
	} {
		a, events, err := OpenAccount("a", c.kind, c.subject, c.login, c.office, false)
		if !errors.Is(err, c.want) || err == nil && (a.Sole() != c.sole || len(events) != 1) {
			t.Errorf("%+v: %+v, %v", c, a, err)
		}
	}
}

func TestPasswordsAndPins(t *testing.T) {
	p := PasswordPolicy{Shortest: 10, Longest: 128, Kinds: 2}
	for password, want := range map[string]error{
		"short1":                  ErrShort,
		"password123":             ErrCommon,
		"abcdefghij":              ErrCommon,
		"a001a001a001":            ErrCommon,
		"1111111111aa":            ErrCommon,
		"correct horse battery":   nil,
		"阿勒泰的雪2026很大":             nil,
		"Tr0ub4dor&3x":            nil,
		string(make([]byte, 200)): ErrShort,
	} {
		if err := CheckPassword(p, "a001", password); !errors.Is(err, want) {
			t.Errorf("%q: %v", password, err)
		}
	}
	for pin, want := range map[string]error{"": ErrPinForm, "12345": ErrPinForm, "123456": ErrPinForm, "654321": ErrPinForm, "000000": ErrPinForm, "１２９４７３": ErrPinForm, "129473": nil} {
		if err := CheckPin(pin); !errors.Is(err, want) {
			t.Errorf("%q: %v", pin, err)
		}
	}
}

// However tries fall, after the free ones each wait is at least the first and at
// most the longest, grows, and ends; and in a day no more than the waits allow are made.
func TestWaitsGrow(t *testing.T) {
	p := policy(t).Lock
	tries, at, made, waits := Tries{}, now, 0, []time.Duration{}
	for at.Before(now.Add(24 * time.Hour)) {
		next, err := tries.Begin(p, at)
		if err != nil {
			if !errors.Is(err, ErrWait) {
				t.Fatal(err)
			}
			at = tries.Until
			continue
		}
		made++
		if tries = next; !tries.Until.IsZero() {
			waits = append(waits, tries.Until.Sub(at))
		}
	}
	if !slices.IsSorted(waits) || waits[0] != p.First || waits[len(waits)-1] != p.Longest || made > p.Free+int(24*time.Hour/p.Longest)+10 {
		t.Errorf("%d tries in a day, waits %v", made, waits)
	}
	if again, err := tries.Begin(p, tries.Until.Add(p.Forget+time.Second)); err != nil || again.Failed != 1 {
		t.Errorf("%+v %v", again, err)
	}
	if got := tries.Right(); got.Failed != 0 || !got.Until.IsZero() {
		t.Errorf("%+v", got)
	}
	brought := now.Add(time.Minute)
	if got := (Tries{Failed: 7, Until: brought}).TakeBack(now); got.Failed != 6 || !got.Until.Equal(brought) {
		t.Errorf("an address forgot what others failed at: %+v", got)
	}
	if got := (Tries{Failed: 7, Until: brought}).TakeBack(brought); !got.Until.IsZero() {
		t.Errorf("a try left the wait that it brought: %+v", got)
	}
}

func TestSessionsEnd(t *testing.T) {
	p := policy(t).Sessions[Officer]
	s := NewSession("s", "a", "", "web", nil, TwoFactors, p, now)
	for _, c := range []struct {
		what string
		s    func(Session) Session
		at   time.Duration
		want error
	}{
		{"used at once", func(s Session) Session { return s }, 0, nil},
		{"a moment before it idles", func(s Session) Session { return s }, p.Idle - time.Second, nil},
		{"idle", func(s Session) Session { return s }, p.Idle, ErrSession},
		{"whole", func(s Session) Session { s.Seen = now.Add(p.Whole - time.Second); return s }, p.Whole, ErrSession},
		{"locked", func(s Session) Session { s.Locked = true; return s }, 0, ErrLocked},
		{"ended and locked", func(s Session) Session { s.Locked = true; s, _ = s.End(ShutOut, now); return s }, 0, ErrSession},
	} {
		if err := c.s(s).Live(now.Add(c.at)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if _, wrote := s.Touch(now.Add(time.Second)); wrote {
		t.Error("each use is written")
	}
	if touched, wrote := s.Touch(now.Add(2 * time.Minute)); !wrote || touched.Live(now.Add(p.Idle+time.Minute)) != nil {
		t.Error("a use is not noted")
	}
}

// What ranges hold is what was given, in the fewest ranges.
func TestRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOf(rapid.Int64Range(1, 60)).Draw(t, "numbers")
		var back []int64
		last := int64(-1)
		for _, r := range Ranges(numbers) {
			if r.First <= last+1 || r.Last < r.First {
				t.Fatalf("%v", Ranges(numbers))
			}
			for n := r.First; n <= r.Last; n++ {
				back = append(back, n)
			}
			last = r.Last
		}
		slices.Sort(numbers)
		if !slices.Equal(back, slices.Compact(numbers)) {
			t.Fatalf("%v of %v", back, numbers)
		}
	})
}

func TestTwoDecide(t *testing.T) {
	p := policy(t)
	admin := func(id, office string) Account {
		return Account{ID: id, Kind: Administrator, Office: office, Subject: id, State: Open}
	}
	sys, sec, aud := admin("sys", System), admin("sec", Security), admin("aud", Audit)
	act := Act{ID: "x", Kind: ActGrants, About: "o", AskedBy: "sys", AskedAt: now, State: Waiting}
	aboutSec := Act{ID: "x", Kind: ActReset, About: "sec", AskedBy: "sys", AskedAt: now, State: Waiting}
	for _, c := range []struct {
		what      string
		act       Act
		by, about Account
		after     time.Duration
		want      error
	}{
		{"the security administrator", act, sec, Account{ID: "o"}, 0, nil},
		{"who asked", act, sys, Account{ID: "o"}, 0, ErrActOwn},
		{"the audit administrator", act, aud, Account{ID: "o"}, 0, ErrNoRight},
		{"an officer", act, Account{ID: "q", Kind: Officer, State: Open}, Account{}, 0, ErrNoRight},
		{"a closed administrator", act, Account{ID: "sec", Kind: Administrator, Office: Security, State: Closed}, Account{}, 0, ErrNoRight},
		{"whom it concerns", aboutSec, sec, sec, 0, ErrActOwn},
		{"the audit administrator of the security one", aboutSec, aud, sec, 0, nil},
		{"too late", act, sec, Account{}, p.Act + time.Second, ErrActDecided},
		{"decided", Act{State: Approved, AskedAt: now}, sec, Account{}, 0, ErrActDecided},
		{"an account for oneself", Act{Kind: ActAccount, Wanted: Wanted{Subject: "sec"}, AskedBy: "sys", AskedAt: now, State: Waiting}, sec, Account{}, 0, ErrActOwn},
	} {
		got, err := c.act.Decide(c.by, c.about, true, "", p, now.Add(c.after))
		if !errors.Is(err, c.want) || err == nil && got.State != Approved {
			t.Errorf("%s: %v, %v", c.what, got.State, err)
		}
	}
}

// Promise 1: an employer, an agency or an officer can be nobody's helper.
func TestWhoMayHelp(t *testing.T) {
	p, today := policy(t), clock.DateOf(now)
	helper := Account{Kind: Worker, Subject: "w-2", State: Open, Seen: true}
	change := func(f func(*Account)) Account { a := helper; f(&a); return a }
	for _, c := range []struct {
		what   string
		helper Account
		ends   clock.Date
		paper  string
		want   error
	}{
		{"a worker", helper, today.AddMonths(12), "written", nil},
		{"until today", helper, today, "witnessed", nil},
		{"until yesterday", helper, today.AddDays(-1), "written", ErrHelperDays},
		{"for ever", helper, clock.Date{}, "written", ErrHelperDays},
		{"too long", helper, today.AddMonths(12).AddDays(1), "written", ErrHelperDays},
		{"by word of mouth", helper, today, "spoken", ErrHelperDays},
		{"an officer", change(func(a *Account) { a.Kind = Officer }), today, "written", ErrHelperKind},
		{"an administrator", change(func(a *Account) { a.Kind = Administrator }), today, "written", ErrHelperKind},
		{"an employer", change(func(a *Account) { a.Kind = Employer }), today, "written", ErrHelperKind},
		{"oneself", change(func(a *Account) { a.Subject = "w-1" }), today, "written", ErrHelperKind},
		{"who was not seen", change(func(a *Account) { a.Seen = false }), today, "written", ErrHelperKind},
		{"a closed account", change(func(a *Account) { a.State = Closed }), today, "written", ErrHelperKind},
	} {
		d, _, err := NameHelper("d", "w-1", c.helper, c.ends, today, c.paper, "w", p)
		if !errors.Is(err, c.want) || err == nil && (!d.Holds(c.ends) || d.Holds(c.ends.AddDays(1)) || d.Holds(today.AddDays(-1))) {
			t.Errorf("%s: %v", c.what, err)
		}
		if err == nil {
			if ended, _, err := d.End(now); err != nil || ended.Holds(today) {
				t.Errorf("%s: it does not end: %v", c.what, err)
			}
		}
	}
}

func TestNumbersThatRested(t *testing.T) {
	p := policy(t).Code
	day := 24 * time.Hour
	for _, c := range []struct {
		last, since time.Time
		persons     int
		want        bool
	}{
		{now.Add(-day), now.Add(-400 * day), 1, false},
		{now.Add(-89 * day), now.Add(-400 * day), 1, false},
		{now.Add(-90 * day), now.Add(-400 * day), 1, true},
		{now.Add(-2 * day), now.Add(-day), 1, true}, // the number just changed
		{time.Time{}, now.Add(-400 * day), 1, true},
		{now.Add(-day), now.Add(-400 * day), 2, true}, // a family's
	} {
		if got := NeedsPin(c.last, c.since, c.persons, p, now); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestNobodyIsBombed(t *testing.T) {
	p := policy(t).Code
	for name, b := range map[string]Budget{"a number": {Number: p.PerNumber}, "an address": {Address: p.PerAddress}, "a day": {Day: p.PerDay}, "a minute": {Last: now.Add(-p.Between / 2)}} {
		if err := b.Allows(p, now); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Budget{Number: p.PerNumber - 1, Last: now.Add(-p.Between)}).Allows(p, now); err != nil {
		t.Error(err)
	}
}

// The condition of SQL is read here as a database would; storetest asks both.
func TestAnEmptyDivisionIsNowhere(t *testing.T) {
	for _, division := range []string{"", "650000", "000000", "6543", "abcdef", "65430*"} {
		g := Grants{{Clerk, "hrss", division}}
		if g.May([]string{Clerk}, "hrss", "654301") || g.May([]string{Clerk}, "hrss", "") {
			t.Errorf("%q is somewhere", division)
		}
		if where, _ := g.Where([]string{Clerk}, "d", "c", 1); where != "1 = 0" {
			t.Errorf("%q lists %s", division, where)
		}
	}
	where, args := Grants{{Clerk, "hrss", "654300"}, {Viewer, "edu", Everywhere}, {Operator, "ops", Everywhere}}.Where([]string{Clerk, Viewer}, "d", "c", 3)
	if want := "((d = $3 AND substr(c, 1, 4) = $4) OR (d = $5 AND substr(c, 1, 0) = $6))"; where != want || fmt.Sprint(args) != "[hrss 6543 edu ]" {
		t.Errorf("%s %v", where, args)
	}
}

func TestGrantsAreOfTheLists(t *testing.T) {
	departments, divisions := []string{"hrss", "edu", "ops"}, []string{"654301", "654300"}
	for _, c := range []struct {
		kind string
		g    Grants
		ok   bool
	}{
		{Officer, Grants{{Clerk, "hrss", "654301"}}, true},
		{Officer, Grants{{Operator, "ops", Everywhere}}, true},
		{Officer, Grants{{Operator, "hrss", Everywhere}}, false},
		{Officer, Grants{{Clerk, "ops", Everywhere}}, false},
		{Officer, Grants{{Clerk, "hrss", ""}}, false},
		{Officer, Grants{{Clerk, "hrss", "110101"}}, false},
		{Officer, Grants{{Clerk, "psb", "654301"}}, false},
		{Officer, Grants{{Administrator, "", Everywhere}}, false},
		{Officer, nil, false},
		{Administrator, Grants{{Administrator, "", Everywhere}}, true},
		{Administrator, Grants{{Clerk, "hrss", "654301"}}, false},
	} {
		if err := c.g.Check(c.kind, departments, divisions); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
