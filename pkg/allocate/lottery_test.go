package allocate_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

var witnesses = [2]string{"edu-17", "edu-23"}

// lottery draws a small list with everything in it that a list may have.
func lottery(t *rapid.T) *allocate.List {
	r := round(t, true)
	l := &allocate.List{
		Round: "2027-654301-primary", Tie: rapid.SampledFrom([]allocate.Tie{allocate.SingleTie, allocate.MultipleTie}).Draw(t, "tie"),
		Figure: "双色球第2027042期的红球号码，中国福利彩票网", Due: clock.NewDate(2027, 4, 15),
	}
	for i, p := range r.Posts {
		l.Posts = append(l.Posts, allocate.Seats{ID: fmt.Sprintf("school-%d", i), Seats: p.Seats, Reserved: p.Reserved})
	}
	for i, a := range r.Applicants {
		e := allocate.Entry{Ticket: fmt.Sprintf("ticket-%04d", i), Group: a.Group}
		if rapid.Bool().Draw(t, "has a word") {
			e.Word = allocate.NewWord("金山", e.Ticket)
		}
		for _, c := range a.Choices {
			e.Wishes = append(e.Wishes, allocate.Wish{Post: c.Post, Class: c.Class})
		}
		l.Entries = append(l.Entries, e)
	}
	if rapid.Bool().Draw(t, "some stand ahead by a rule") {
		ahead(t, l)
	}
	return l
}

// ahead puts some entries ahead by rules: their classes lie below all others.
func ahead(t *rapid.T, l *allocate.List) {
	const band = 100
	rules := rapid.IntRange(1, 2).Draw(t, "rules")
	for i := range rules {
		l.Ahead = append(l.Ahead, allocate.Ahead{Rule: fmt.Sprintf("HO-1%d", i), Below: band * (i + 1)})
	}
	for _, e := range l.Entries {
		at := rapid.IntRange(0, rules).Draw(t, "band")
		for i := range e.Wishes {
			e.Wishes[i].Class += band * at
		}
	}
}

func drawn(t testing.TB, l *allocate.List) (*allocate.Drawn, []byte) {
	t.Helper()
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.Draw(c, "03 11 17 22 28 33", witnesses)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.WriteBundle(&b); err != nil {
		t.Fatal(err)
	}
	return d, b.Bytes()
}

// Whatever the list, its bundle verifies and gives the same again; every
// single byte that is changed, taken away or added is found out.
func TestABundleHoldsAndNoByteOfItCanChange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, bundle := drawn(t, lottery(rt))
		v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
		if err != nil {
			rt.Fatalf("%v in\n%s", err, bundle)
		}
		if v.Seed != d.Seed || v.Root != d.Root || fmt.Sprint(v.Got) != fmt.Sprint(d.Got) {
			rt.Fatalf("verified another round: %v, not %v", v.Got, d.Got)
		}
		at := rapid.IntRange(0, len(bundle)-1).Draw(rt, "byte")
		changed := bytes.Clone(bundle)
		changed[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		for what, b := range map[string][]byte{
			"changed": changed,
			"missing": append(bytes.Clone(bundle[:at]), bundle[at+1:]...),
			"doubled": append(append(bytes.Clone(bundle[:at+1]), bundle[at]), bundle[at+1:]...),
			"more":    append(bytes.Clone(bundle), '\n'),
			"cut":     bundle[:at],
		} {
			if _, err := allocate.VerifyBundle(bytes.NewReader(b)); err == nil {
				rt.Fatalf("byte %d (%q) is %s, and it verifies:\n%s", at, bundle[at], what, b)
			}
		}
	})
}

// Who stands ahead of others does so by a rule that the list names, with all
// wishes, and under bounds that ascend.
func TestNobodyStandsAheadWithoutARule(t *testing.T) {
	for name, c := range map[string]struct {
		ahead   []allocate.Ahead
		classes []int // of the first entry's wishes
		good    bool
	}{
		"none":                  {nil, []int{0, 1}, true},
		"both wishes":           {[]allocate.Ahead{{Rule: "HO-14", Below: 2}}, []int{0, 1}, true},
		"one of two wishes":     {[]allocate.Ahead{{Rule: "HO-14", Below: 1}}, []int{0, 1}, false},
		"two rules":             {[]allocate.Ahead{{Rule: "HO-REDRESS", Below: 1}, {Rule: "HO-14", Below: 2}}, []int{1, 1}, true},
		"bounds that descend":   {[]allocate.Ahead{{Rule: "HO-14", Below: 2}, {Rule: "HO-REDRESS", Below: 1}}, []int{2, 2}, false},
		"a bound below nothing": {[]allocate.Ahead{{Rule: "HO-14"}}, []int{0, 0}, false},
		"a rule without a name": {[]allocate.Ahead{{Below: 1}}, []int{0, 0}, false},
	} {
		l := small()
		l.Entries = l.Entries[:1]
		l.Ahead, l.Entries[0].Wishes[0].Class, l.Entries[0].Wishes[1].Class = c.ahead, c.classes[0], c.classes[1]
		if _, err := l.Commit(); errors.Is(err, allocate.ErrAhead) == c.good || c.good && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	l := small()
	l.Ahead = []allocate.Ahead{{Rule: "HO-REDRESS", Below: 1}, {Rule: "HO-14", Below: 2}}
	for class, want := range []string{"HO-REDRESS", "HO-14", ""} {
		if got := l.AheadBy(class); got != want {
			t.Errorf("class %d stands ahead by %q, not %q", class, got, want)
		}
	}
}

func small() *allocate.List {
	return &allocate.List{
		Round: "r1", Tie: allocate.SingleTie, Figure: "a figure", Due: clock.NewDate(2027, 4, 15),
		Posts: []allocate.Seats{{ID: "a", Seats: 1}, {ID: "b", Seats: 1, Reserved: map[int]int{1: 1}}},
		Entries: []allocate.Entry{
			{Ticket: "AAAA", Wishes: []allocate.Wish{{Post: 0}, {Post: 1}}},
			{Ticket: "BBBB", Group: 1, Wishes: []allocate.Wish{{Post: 0, Class: 1}, {Post: 1}}},
			{Ticket: "CCCC"},
		},
	}
}

// Every single byte of one bundle, in every bit.
func TestEveryByteOfABundleCounts(t *testing.T) {
	_, bundle := drawn(t, small())
	for at := range bundle {
		for bit := range 8 {
			b := bytes.Clone(bundle)
			b[at] ^= 1 << bit
			if _, err := allocate.VerifyBundle(bytes.NewReader(b)); err == nil {
				t.Errorf("byte %d, bit %d: it verifies:\n%s", at, bit, b)
			}
		}
	}
}

// A forger who mends every line that follows from what he changed is found out
// by the root that was published before, or by the list itself.
func TestAForgerCannotMendTheBundle(t *testing.T) {
	honest, _ := drawn(t, small())
	forged := small()
	forged.Entries[1].Wishes[0].Class = 0 // a better priority after the fact
	d, bundle := drawn(t, forged)
	if _, err := allocate.VerifyBundle(bytes.NewReader(bundle)); err != nil {
		t.Fatal(err)
	}
	if d.Root == honest.Root {
		t.Error("another list has the same root")
	}
	c, err := small().Commit()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forged.Draw(c, "1", witnesses); !errors.Is(err, allocate.ErrCommitted) {
		t.Errorf("a list that was not committed is drawn: %v", err)
	}
}

// The seed follows from all that must be in it, and from nothing else.
func TestTheSeedJoinsItsSources(t *testing.T) {
	base, _ := drawn(t, small())
	again, _ := drawn(t, small())
	if base.Seed != again.Seed {
		t.Error("the same list and figure give two seeds")
	}
	for what, change := range map[string]func(*allocate.List){
		"a word": func(l *allocate.List) { l.Entries[0].Word = allocate.NewWord("桥", "n") },
		"a seat": func(l *allocate.List) { l.Posts[0].Seats++ },
		"an order": func(l *allocate.List) {
			l.Entries[0].Wishes[0], l.Entries[0].Wishes[1] = l.Entries[0].Wishes[1], l.Entries[0].Wishes[0]
		},
	} {
		l := small()
		change(l)
		if d, _ := drawn(t, l); d.Seed == base.Seed {
			t.Errorf("%s does not change the seed", what)
		}
	}
	l := small()
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.Draw(c, "03 11 17 22 28 34", witnesses)
	if err != nil || other.Seed == base.Seed {
		t.Errorf("another figure gives the same seed, %v", err)
	}
	one, two := allocate.NewTicket(), allocate.NewTicket()
	if allocate.NewWord("a", "b") == allocate.NewWord("a", "c") || one == two {
		t.Error("two receipts are the same")
	}
}

// One number a person for the life of the round: a later pass finds the same.
func TestANumberStays(t *testing.T) {
	d, _ := drawn(t, small())
	for i, e := range d.List.Entries {
		if n, err := allocate.Number(d.Seed, e.Ticket, ""); err != nil || n != d.Numbers[i] {
			t.Errorf("%s: %x, not %x (%v)", e.Ticket, n, d.Numbers[i], err)
		}
	}
	l := small()
	l.Tie = allocate.MultipleTie
	m, _ := drawn(t, l)
	at := func(post string) uint64 {
		n, err := allocate.Number(m.Seed, "AAAA", post)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if m.Numbers != nil || at("a") == at("b") {
		t.Error("with multiple tie-breaking each post has its own number")
	}
	if _, err := allocate.Number("00", "AAAA", ""); err == nil {
		t.Error("a short seed is taken")
	}
}

// Everybody can check that his entry was in the list, without the others'.
func TestReceipts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := lottery(rt)
		c, err := l.Commit()
		if err != nil {
			rt.Fatal(err)
		}
		for i, e := range l.Entries {
			proof, err := l.Prove(i)
			if err != nil || !allocate.CheckEntry(c, i, e, proof) {
				rt.Fatalf("entry %d is not proved: %v", i, err)
			}
			other := e
			other.Wishes = append([]allocate.Wish{{Post: 9}}, e.Wishes...)
			if allocate.CheckEntry(c, i, other, proof) || allocate.CheckEntry(c, i+1, e, proof) {
				rt.Fatalf("another entry is proved by the receipt of %d", i)
			}
		}
	})
	l := small()
	if _, err := l.Prove(3); !errors.Is(err, allocate.ErrTickets) {
		t.Error(err)
	}
	if allocate.CheckEntry(allocate.Commitment{Root: "x", Entries: 1}, 0, l.Entries[0], nil) || allocate.CheckEntry(allocate.Commitment{Root: strings.Repeat("0", 64), Entries: 1}, 0, l.Entries[0], []string{"0"}) {
		t.Error("a root or a proof that is none proves something")
	}
}

func TestListsThatCannotBeCommitted(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*allocate.List)
		want   error
	}{
		"no round":        {func(l *allocate.List) { l.Round = "" }, allocate.ErrRound},
		"a round of two":  {func(l *allocate.List) { l.Round = "a\nb" }, allocate.ErrRound},
		"no tie":          {func(l *allocate.List) { l.Tie = "" }, allocate.ErrRound},
		"no figure":       {func(l *allocate.List) { l.Figure = "" }, allocate.ErrRound},
		"two lines":       {func(l *allocate.List) { l.Figure = "a\nposts 9" }, allocate.ErrRound},
		"spaces around":   {func(l *allocate.List) { l.Figure = " a" }, allocate.ErrRound},
		"no day":          {func(l *allocate.List) { l.Due = clock.Date{} }, allocate.ErrRound},
		"a post twice":    {func(l *allocate.List) { l.Posts[1].ID = "a" }, allocate.ErrPosts},
		"a post's space":  {func(l *allocate.List) { l.Posts[1].ID = "a b" }, allocate.ErrPosts},
		"a ticket twice":  {func(l *allocate.List) { l.Entries[1].Ticket = "AAAA" }, allocate.ErrTickets},
		"out of order":    {func(l *allocate.List) { l.Entries[1].Ticket = "AAA0" }, allocate.ErrTickets},
		"a short ticket":  {func(l *allocate.List) { l.Entries[0].Ticket = "AAA" }, allocate.ErrTickets},
		"an unknown post": {func(l *allocate.List) { l.Entries[0].Wishes[0].Post = 2 }, allocate.ErrPost},
		"a wish twice":    {func(l *allocate.List) { l.Entries[0].Wishes[1].Post = 0 }, allocate.ErrTwice},
		"too many kept":   {func(l *allocate.List) { l.Posts[1].Reserved[1] = 2 }, allocate.ErrSeats},
	} {
		l := small()
		c.change(l)
		if _, err := l.Commit(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
	l := small()
	l.Entries[0], l.Entries[2] = l.Entries[2], l.Entries[0]
	l.Sort()
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	for want, draw := range map[error]func() (*allocate.Drawn, error){
		allocate.ErrFigure:    func() (*allocate.Drawn, error) { return l.Draw(c, "", witnesses) },
		allocate.ErrWitnesses: func() (*allocate.Drawn, error) { return l.Draw(c, "1", [2]string{"a", "a"}) },
		allocate.ErrCommitted: func() (*allocate.Drawn, error) { return l.Draw(allocate.Commitment{Entries: 3}, "1", witnesses) },
	} {
		if _, err := draw(); !errors.Is(err, want) {
			t.Errorf("%v, not %v", err, want)
		}
	}
}

func FuzzVerifyBundle(f *testing.F) {
	_, bundle := drawn(f, small())
	f.Add(bundle)
	first := small()
	first.Ahead = []allocate.Ahead{{Rule: "HO-14", Below: 2}}
	_, bundle = drawn(f, first)
	f.Add(bundle)
	f.Add([]byte("qiao-lottery-1\n"))
	_, all := whole(f, small())
	f.Add(all)
	f.Add(quoted(f, all))
	f.Add(wrapped(all, 30))
	f.Add(utf16le(all))
	f.Fuzz(func(t *testing.T, in []byte) {
		v, changes, err := allocate.Inspect(bytes.NewReader(in))
		if err != nil {
			return
		}
		if len(changes) > 0 {
			if _, err := allocate.VerifyBundle(bytes.NewReader(in)); err == nil {
				t.Error("it is called changed, and it is not")
			}
			return
		}
		var again bytes.Buffer
		if err := v.WriteBundle(&again); err != nil || !bytes.HasPrefix(in, again.Bytes()) {
			t.Errorf("it verifies and is written otherwise: %v", err)
		}
	})
}
