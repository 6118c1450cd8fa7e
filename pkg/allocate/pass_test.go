package allocate_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/quotedprintable"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// again is a second pass in which those without a place take part.
func again(t testing.TB, d *allocate.Drawn, seats int) *allocate.Given {
	t.Helper()
	p := allocate.Pass{N: 2, On: clock.NewDate(2027, 5, 1), Because: "second_pass"}
	for _, post := range d.Posts {
		p.Posts = append(p.Posts, allocate.Seats{ID: post.ID, Seats: seats})
	}
	for i, e := range d.List.Entries {
		if d.Got[i] == allocate.None {
			p.Takes = append(p.Takes, allocate.Taking{Ticket: e.Ticket, Wishes: e.Wishes})
		}
	}
	g, err := p.Run(d.List, d.Seed)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// corrected moves one entry before all others at its first wish, as a sibling
// that was overlooked would.
func corrected(t testing.TB, d *allocate.Drawn) *allocate.Corrected {
	t.Helper()
	k := allocate.Correction{N: 1, On: clock.NewDate(2027, 5, 20), Because: "class", Figure: d.Value, Witnesses: [2]string{"edu-3", "edu-4"}, Posts: d.Posts}
	for i, e := range d.List.Entries {
		e.Wishes = slices.Clone(e.Wishes)
		for w := range e.Wishes {
			if e.Wishes[w].Class++; d.Got[i] == allocate.None && w == 0 {
				for e.Wishes[w].Class > 0 && d.AheadBy(e.Wishes[w].Class-1) == d.AheadBy(e.Wishes[w].Class) {
					e.Wishes[w].Class-- // no mend of a class puts anybody under another rule
				}
			}
		}
		k.Entries = append(k.Entries, e)
	}
	out, err := d.Correct(d.Commitment, k, func(ticket string) string {
		for i, e := range d.List.Entries {
			if e.Ticket == ticket && d.Got[i] != allocate.None {
				return d.Posts[e.Wishes[d.Got[i]].Post].ID
			}
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// whole is everything that is published of a round.
func whole(t testing.TB, l *allocate.List) (*allocate.Drawn, []byte) {
	t.Helper()
	d, bundle := drawn(t, l)
	bundle = append(bundle, again(t, d, 1).Append(bundle, d.Root)...)
	return d, append(bundle, corrected(t, d).Append(bundle, d.Root)...)
}

// K10, 39: every pass stands in the bundle, and all of them are verified; no
// byte of any of them can change.
func TestEveryPassIsVerified(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		_, bundle := whole(t, lottery(rt))
		v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
		if err != nil {
			rt.Fatalf("%v in\n%s", err, bundle)
		}
		if len(v.Passes) != 1 || len(v.Corrections) != 1 {
			rt.Fatalf("%d passes, %d corrections", len(v.Passes), len(v.Corrections))
		}
		at := rapid.IntRange(0, len(bundle)-1).Draw(rt, "byte")
		changed := bytes.Clone(bundle)
		changed[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		for what, b := range map[string][]byte{
			"changed": changed,
			"missing": append(bytes.Clone(bundle[:at]), bundle[at+1:]...),
			"doubled": append(append(bytes.Clone(bundle[:at+1]), bundle[at]), bundle[at+1:]...),
			"more":    append(bytes.Clone(bundle), '\n'),
		} {
			if _, err := allocate.VerifyBundle(bytes.NewReader(b)); err == nil {
				rt.Fatalf("byte %d (%q) is %s, and it verifies:\n%s", at, bundle[at], what, b)
			}
		}
	})
}

// A forged pass is found out though every line that follows from it is mended:
// only who is in the committed list takes part, with the wishes of then.
func TestAForgedPassIsRefused(t *testing.T) {
	d, _ := drawn(t, small())
	ok := allocate.Pass{N: 2, On: clock.NewDate(2027, 5, 1), Because: "second_pass", Posts: []allocate.Seats{{ID: "a", Seats: 1}},
		Takes: []allocate.Taking{{Ticket: "AAAA", Wishes: []allocate.Wish{{Post: 0}}}, {Ticket: "BBBB", Wishes: []allocate.Wish{{Post: 0, Class: 1}}}}}
	if g, err := ok.Run(d.List, d.Seed); err != nil || g.First != 0 {
		t.Fatal(g, err)
	}
	for name, change := range map[string]func(*allocate.Pass){
		"a stranger": func(p *allocate.Pass) { p.Takes[0].Ticket = "AAAB" },
		"a wish of nobody": func(p *allocate.Pass) {
			p.Takes = []allocate.Taking{{Ticket: "CCCC", Wishes: []allocate.Wish{{Post: 0}}}}
		},
		"a better priority":   func(p *allocate.Pass) { p.Takes[1].Wishes[0].Class = -1 },
		"a wish beyond posts": func(p *allocate.Pass) { p.Takes[0].Wishes[0].Post = 1 },
		"twice":               func(p *allocate.Pass) { p.Takes[1].Ticket = "AAAA" },
		"the first again":     func(p *allocate.Pass) { p.N = 1 },
		"no reason":           func(p *allocate.Pass) { p.Because = "" },
		"a post twice":        func(p *allocate.Pass) { p.Posts = append(p.Posts, p.Posts[0]) },
	} {
		p := ok
		p.Posts, p.Takes = slices.Clone(ok.Posts), slices.Clone(ok.Takes)
		for i := range p.Takes {
			p.Takes[i].Wishes = slices.Clone(p.Takes[i].Wishes)
		}
		change(&p)
		if _, err := p.Run(d.List, d.Seed); !errors.Is(err, allocate.ErrPass) {
			t.Errorf("%s: %v", name, err)
		}
	}
	first := ok
	first.Takes = []allocate.Taking{{Ticket: "AAAA", Wishes: []allocate.Wish{{Post: 0}}}, {Ticket: "BBBB", Wishes: []allocate.Wish{{Post: 0, Class: 0}}}}
	if g, err := first.Run(d.List, d.Seed); err != nil || g.First != 1 {
		t.Errorf("who stands first by an appeal is not counted: %v, %v", g, err)
	}
}

// A correction says who was wronged, and takes nothing from who gained.
func TestACorrectionTellsWhoWasWronged(t *testing.T) {
	d, _ := drawn(t, small()) // one seat at a, one at b; CCCC wants nothing
	k := corrected(t, d)
	if k.Seed != d.Seed {
		t.Error("a correction that leaves the figure gives other numbers")
	}
	if len(k.Wronged) != 0 { // both have a place already
		t.Errorf("%+v", k.Wronged)
	}
	l := small()
	l.Posts[1].Seats, l.Posts[1].Reserved = 0, nil // b has no seat: one of the two gets nothing
	d, bundle := drawn(t, l)
	k = corrected(t, d)
	if len(k.Wronged) != 1 || k.Wronged[0].Got != "" || k.Wronged[0].Should != "a" || d.Got[k.Wronged[0].Entry] != allocate.None {
		t.Fatalf("%+v", k.Wronged)
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(append(bundle, k.Append(bundle, d.Root)...)))
	if err != nil || len(v.Corrections[0].Wronged) != 1 {
		t.Fatal(err)
	}
	if f, ok := v.Find(l.Entries[k.Wronged[0].Entry].Ticket); !ok || !slices.Equal(f.Got, []string{""}) {
		t.Errorf("the first result is changed: %v", f.Got)
	}
	for name, change := range map[string]func(*allocate.Correction){
		"one witness typed in two ways": func(k *allocate.Correction) { k.Witnesses = [2]string{"A001", "ａ００１"} },
		"no reason":                     func(k *allocate.Correction) { k.Because = "" },
		"no figure":                     func(k *allocate.Correction) { k.Figure = "" },
	} {
		bad := k.Correction
		change(&bad)
		if _, err := d.Correct(d.Commitment, bad, func(string) string { return "" }); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

// K10, 30: A001 and a001 are one officer, and a root is the same in capitals.
func TestOneOfficerIsOneWitness(t *testing.T) {
	l := small()
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"a001", "Ａ００１", " A001", "A 001", "A\u200b001"} {
		if _, err := l.Draw(c, "1", [2]string{"A001", other}); !errors.Is(err, allocate.ErrWitnesses) {
			t.Errorf("A001 and %q sign as two: %v", other, err)
		}
	}
	c.Root = " " + strings.ToUpper(c.Root)
	d, err := l.Draw(c, "1", [2]string{"A001", "B002"})
	if err != nil || d.Witnesses != [2]string{"a001", "b002"} {
		t.Error(d, err)
	}
	_, bundle := drawn(t, l)
	forged := bytes.Replace(bundle, []byte("witnesses edu-17 edu-23"), []byte("witnesses A001 a001"), 1)
	if _, err := allocate.VerifyBundle(bytes.NewReader(forged)); !errors.Is(err, allocate.ErrWitnesses) {
		t.Errorf("a bundle with one officer as both witnesses: %v", err)
	}
}

// quoted is how a mail program writes a text that has other letters than ASCII.
func quoted(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("\r\n"), []byte("\n")) // it breaks lines as mail does
}

// wrapped breaks lines at a space before a number of signs.
func wrapped(b []byte, most int) []byte {
	var out []byte
	for line := range bytes.Lines(b) {
		for len(line) > most {
			at := bytes.LastIndexByte(line[:most], ' ')
			if at < 1 {
				break
			}
			out, line = append(append(out, line[:at]...), '\n'), line[at+1:]
		}
		out = append(out, line...)
	}
	return out
}

func utf16le(b []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, r := range string(b) {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

// upperHex writes every hexadecimal word of eight letters and more in capitals.
func upperHex(b []byte) []byte {
	words := strings.Split(string(b), " ")
	for i, w := range words {
		if word, _, _ := strings.Cut(w, "\n"); len(word) >= 16 && strings.Trim(word, "0123456789abcdef") == "" {
			words[i] = strings.ToUpper(word) + strings.TrimPrefix(w, word)
		}
	}
	return []byte(strings.Join(words, " "))
}

// K10, 39: what mail programs and editors do is named as such, and what the
// bundle says is verified all the same; a forgery among it is found out.
func TestWhatHappensOnTheWayIsNamed(t *testing.T) {
	l := small()
	l.Figure = "双色球第2027042期的红球号码，中国福利彩票网"
	for i := range l.Entries {
		l.Entries[i].Word = allocate.NewWord("桥", l.Entries[i].Ticket)
	}
	_, bundle := whole(t, l)
	crlf := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }
	lines := func(f func(string) string) func([]byte) []byte {
		return func(b []byte) []byte {
			all := strings.SplitAfter(string(b), "\n")
			for i := range all[:len(all)-1] {
				all[i] = f(strings.TrimSuffix(all[i], "\n")) + "\n"
			}
			return []byte(strings.Join(all, ""))
		}
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   []allocate.Change
	}{
		"nothing":          {func(b []byte) []byte { return b }, nil},
		"CRLF":             {crlf, []allocate.Change{allocate.ChangeLineEnds}},
		"old Mac":          {func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r")) }, []allocate.Change{allocate.ChangeLineEnds}},
		"BOM":              {func(b []byte) []byte { return append([]byte("\ufeff"), b...) }, []allocate.Change{allocate.ChangeMark}},
		"Notepad":          {func(b []byte) []byte { return append([]byte("\ufeff"), crlf(b)...) }, []allocate.Change{allocate.ChangeMark, allocate.ChangeLineEnds}},
		"UTF-16":           {utf16le, []allocate.Change{allocate.ChangeUTF16}},
		"trailing spaces":  {lines(func(s string) string { return s + "  " }), []allocate.Change{allocate.ChangeSpaces}},
		"indented":         {lines(func(s string) string { return "\t" + s }), []allocate.Change{allocate.ChangeSpaces}},
		"no-break spaces":  {func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(" "), []byte("\u00a0")) }, []allocate.Change{allocate.ChangeSpaces}},
		"quoted-printable": {func(b []byte) []byte { return quoted(t, b) }, []allocate.Change{allocate.ChangeQuoted}},
		"with CRLF":        {func(b []byte) []byte { return crlf(quoted(t, b)) }, []allocate.Change{allocate.ChangeLineEnds, allocate.ChangeQuoted}},
		"wrapped at 76":    {func(b []byte) []byte { return wrapped(b, 76) }, []allocate.Change{allocate.ChangeWrapped}},
		"wrapped at 30":    {func(b []byte) []byte { return wrapped(b, 30) }, []allocate.Change{allocate.ChangeWrapped}},
		"a reply":          {lines(func(s string) string { return "> " + s }), []allocate.Change{allocate.ChangeReplied}},
		"a letter around": {func(b []byte) []byte { return append(append([]byte("Dear all,\n\n"), b...), "\n-- \nthe bureau\n"...) },
			[]allocate.Change{allocate.ChangeAround, allocate.ChangeBlank}},
		"double spaced":    {lines(func(s string) string { return s + "\n" }), []allocate.Change{allocate.ChangeBlank}},
		"capitals":         {upperHex, []allocate.Change{allocate.ChangeHex}},
		"the last line":    {func(b []byte) []byte { return bytes.TrimSuffix(b, []byte("\n")) }, []allocate.Change{allocate.ChangeLastLine}},
		"capitals in CRLF": {func(b []byte) []byte { return crlf(upperHex(b)) }, []allocate.Change{allocate.ChangeLineEnds, allocate.ChangeHex}},
	} {
		v, changes, err := allocate.Inspect(bytes.NewReader(c.change(bundle)))
		slices.Sort(changes)
		slices.Sort(c.want)
		if err != nil || !slices.Equal(changes, c.want) {
			t.Errorf("%s: %v, %q, not %q", name, err, changes, c.want)
			continue
		}
		if len(v.Passes) != 1 || len(v.Corrections) != 1 || v.List.Figure != l.Figure {
			t.Errorf("%s: something of the bundle is lost", name)
		}
		forged := bytes.Replace(bundle, []byte("entry AAAA "), []byte("entry AAAB "), 1)
		if _, _, err := allocate.Inspect(bytes.NewReader(c.change(forged))); err == nil {
			t.Errorf("%s: a forgery verifies", name)
		}
		cut := bundle[:bytes.LastIndex(bundle, []byte("wrong"))]
		if _, _, err := allocate.Inspect(bytes.NewReader(c.change(cut))); err == nil {
			t.Errorf("%s: half a correction verifies", name)
		}
	}
}

// What a bundle claims to hold costs no memory before it is there.
func TestABundleThatClaimsMuchCostsNothing(t *testing.T) {
	head := "qiao-lottery-1\nround r\ntie single\ndue 2027-04-15\nfigure-of f\n"
	for _, tail := range []string{"posts 1000000000\n", "posts 0\nentries 1000000000\n", "posts 0\nentries 9\n" + strings.Repeat(" ", 100)} {
		if _, err := allocate.VerifyBundle(strings.NewReader(head + tail)); !errors.Is(err, allocate.ErrBundle) {
			t.Error(err)
		}
	}
	if n := testing.AllocsPerRun(10, func() {
		_, _ = allocate.VerifyBundle(strings.NewReader(head + "posts 0\nentries 1000000000\n"))
	}); n > 60 {
		t.Errorf("%v allocations", n)
	}
}

// A bundle that an earlier version published still verifies.
func TestAnEarlierVersionsBundleHolds(t *testing.T) {
	in, err := os.ReadFile("testdata/bundle-7a697b0.txt")
	if err != nil {
		t.Fatal(err)
	}
	v, changes, err := allocate.Inspect(bytes.NewReader(in))
	if err != nil || len(changes) != 0 || v.Commitment.Entries == 0 {
		t.Fatal(changes, err)
	}
	if fmt.Sprint(v.Witnesses) != "[edu-17 edu-23]" {
		t.Error(v.Witnesses)
	}
}

// What announces a figure says which, and where it is published.
func TestAnAnnouncementSaysWhichFigureAndWhere(t *testing.T) {
	for _, s := range []string{"双色球开奖号码，中国福彩网", "双色球 2026-11-10 开奖号码", "上证指数收盘价，上海证券交易所网站", "the closing SSE index, sse.com.cn", "双色球第2027042期的红球号码，中国福利彩票网"} {
		if !allocate.Announced(s) {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range []string{"", "x", "x, y", "figure", "双色球", "１２３４５６７８９", "……，……", "双色球开奖号码，\n中国福彩网", " 双色球开奖号码，中国福彩网"} {
		if allocate.Announced(s) {
			t.Errorf("%q is taken", s)
		}
	}
}

// A pass after a correction goes by the corrected entries: a forgotten one takes
// part, by a ticket that nobody chose.
func TestAPassAfterACorrectionGoesByIt(t *testing.T) {
	l := small()
	l.Posts[0].Seats = 0
	d, bundle := drawn(t, l)
	late := allocate.LateTicket(d.Root, "application-9")
	k := allocate.Correction{N: 1, On: clock.NewDate(2027, 5, 20), Because: "entry", Figure: d.Value, Witnesses: [2]string{"edu-3", "edu-4"}, Posts: []allocate.Seats{{ID: "a", Seats: 1}, l.Posts[1]}, Entries: slices.Clone(l.Entries)}
	k.Entries = append(k.Entries, allocate.Entry{Ticket: late, Wishes: []allocate.Wish{{Post: 0, Class: -1}}})
	slices.SortFunc(k.Entries, func(a, b allocate.Entry) int { return strings.Compare(a.Ticket, b.Ticket) })
	got := map[string]string{}
	for i, e := range l.Entries {
		if d.Got[i] != allocate.None {
			got[e.Ticket] = l.Posts[e.Wishes[d.Got[i]].Post].ID
		}
	}
	out, err := d.Correct(d.Commitment, k, func(ticket string) string { return got[ticket] })
	if err != nil {
		t.Fatal(err)
	}
	bundle = append(bundle, out.Append(bundle, d.Root)...)
	p := allocate.Pass{N: 2, On: clock.NewDate(2027, 6, 1), Because: "second_pass", Posts: k.Posts[:1], Takes: []allocate.Taking{{Ticket: late, Wishes: []allocate.Wish{{Post: 0, Class: -1}}}}}
	if _, err := p.Run(d.List, d.Seed); !errors.Is(err, allocate.ErrPass) {
		t.Errorf("a ticket that is in no list takes part: %v", err)
	}
	g, err := p.Run(d.List, out.Seed, out)
	if err != nil || g.Got[0] != 0 {
		t.Fatal(g, err)
	}
	bundle = append(bundle, g.Append(bundle, d.Root)...)
	if v, err := allocate.VerifyBundle(bytes.NewReader(bundle)); err != nil || len(v.Passes) != 1 {
		t.Fatal(err)
	}
}
