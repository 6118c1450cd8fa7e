package allocate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Errors of what follows the first pass.
var (
	ErrPass       = errors.New("allocate: the pass is malformed, or names a ticket, a wish or a priority that the committed list does not have")
	ErrCorrection = errors.New("allocate: the correction is malformed, gives no reason, or changes what is no fault")
)

// Taking is one who waits in a later pass, and what of the list is still wanted.
type Taking struct {
	Ticket string
	Wishes []Wish // by the pass's posts; class 0 where an upheld appeal puts it first
}

// Pass is a later giving of what was left, freed or added, to those who wait, by
// the numbers of the first. It is published like the draw itself.
type Pass struct {
	N       int // 2 is the first after the draw
	On      clock.Date
	Because string // a code
	Posts   []Seats
	Takes   []Taking // ascending by ticket
}

// Given is a pass with what it gave.
type Given struct {
	Pass
	*Outcome
	First int // how many stood first at a post by an upheld appeal
}

// Run gives the places of a pass. It refuses a ticket that was not in the
// committed list, and a wish or a priority that the list does not have. Where
// corrections were published before the pass, the newest that has a ticket says
// what its entry is.
func (p Pass) Run(l *List, seed string, before ...*Corrected) (*Given, error) {
	if p.N < 2 || p.On.IsZero() || !named(p.Because, 1) || checkPosts(p.Posts) != nil {
		return nil, ErrPass
	}
	key, err := seedOf(seed)
	if err != nil {
		return nil, err
	}
	g := &Given{Pass: p}
	n := newNumbers(key)
	r := &Round{Posts: posts(p.Posts), Applicants: make([]Applicant, 0, len(p.Takes))}
	for i, t := range p.Takes {
		e, in, ok := l.entry(t.Ticket, before)
		if !ok || i > 0 && t.Ticket <= p.Takes[i-1].Ticket {
			return nil, fmt.Errorf("%w: %q", ErrPass, t.Ticket)
		}
		a := Applicant{Group: e.Group}
		next, first := 0, false
		for _, w := range t.Wishes {
			if w.Post < 0 || w.Post >= len(p.Posts) {
				return nil, fmt.Errorf("%w: %q", ErrPass, t.Ticket)
			}
			id := p.Posts[w.Post].ID
			for next < len(e.Wishes) && in[e.Wishes[next].Post].ID != id {
				next++
			}
			if next == len(e.Wishes) || w.Class != e.Wishes[next].Class && w.Class != 0 {
				return nil, fmt.Errorf("%w: %q", ErrPass, t.Ticket)
			}
			first = first || w.Class != e.Wishes[next].Class
			next++
			tie := ""
			if l.Tie == MultipleTie {
				tie = id
			}
			a.Choices = append(a.Choices, Choice{Post: w.Post, Class: w.Class, Number: n.number(t.Ticket, tie)})
		}
		if first {
			g.First++
		}
		r.Applicants = append(r.Applicants, a)
	}
	if g.Outcome, err = r.Run(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPass, err)
	}
	return g, nil
}

// entry is what a ticket's entry is after corrections, with the posts that its
// wishes name.
func (l *List) entry(ticket string, after []*Corrected) (Entry, []Seats, bool) {
	for _, k := range slices.Backward(after) {
		mended := List{Entries: k.Entries}
		if at, ok := mended.find(ticket); ok {
			return k.Entries[at], k.Posts, true
		}
	}
	at, ok := l.find(ticket)
	if !ok {
		return Entry{}, nil, false
	}
	return l.Entries[at], l.Posts, true
}

// LateTicket is the ticket of an entry that was forgotten, and that a correction
// adds: it follows from the list and the application, so that nobody chooses it
// after the figure is known.
func LateTicket(root, application string) string {
	sum := sha256.Sum256([]byte("qiao lottery late ticket 1\n" + root + "\n" + application))
	return base32.StdEncoding.EncodeToString(sum[:10])
}

// find is the place of a ticket in the list.
func (l *List) find(ticket string) (int, bool) {
	return slices.BinarySearchFunc(l.Entries, ticket, func(e Entry, t string) int { return cmp.Compare(e.Ticket, t) })
}

// checkPosts is what must hold of posts: each has a name, and no other has it.
func checkPosts(all []Seats) error {
	seen := make(map[string]bool, len(all))
	for _, p := range all {
		if !named(p.ID, 1) || seen[p.ID] {
			return fmt.Errorf("%w: %q", ErrPosts, p.ID)
		}
		seen[p.ID] = true
	}
	return nil
}

func posts(all []Seats) []Post {
	out := make([]Post, len(all))
	for i, p := range all {
		out[i] = Post{Seats: p.Seats, Reserved: p.Reserved}
	}
	return out
}

func seedOf(seed string) ([]byte, error) {
	key, err := hex.DecodeString(seed)
	if err != nil || len(key) != sha256.Size {
		return nil, fmt.Errorf("allocate: %q is no seed", seed)
	}
	return key, nil
}

// Append returns what is added to what is published of its round, of which the
// last lines are enough: each section's last line is a sum over it and over the
// last line before it.
func (g *Given) Append(bundle []byte, root string) []byte {
	b := fmt.Appendf(nil, "pass %d\nof %s\non %s\nbecause %s\n", g.N, root, g.On, g.Because)
	b = appendPosts(b, g.Posts)
	b = fmt.Appendf(b, "takes %d\n", len(g.Takes))
	for _, t := range g.Takes {
		b = appendWishes(append(append(b, "take "...), t.Ticket...), t.Wishes)
		b = append(b, '\n')
	}
	for i, t := range g.Takes {
		b = append(append(b, "given "...), t.Ticket...)
		if got := g.Got[i]; got == None {
			b = append(b, " -\n"...)
		} else {
			b = append(append(append(b, ' '), g.Posts[t.Wishes[got].Post].ID...), '\n')
		}
	}
	return appendEnd(b, bundle)
}

// appendEnd closes a section that follows what was published before: its sum is
// over the last line of that, which is a sum itself, and the section.
func appendEnd(b, before []byte) []byte {
	sum := sha256.New()
	_, _ = sum.Write(before[1+bytes.LastIndexByte(bytes.TrimSuffix(before, []byte("\n")), '\n'):]) // a hash takes everything
	_, _ = sum.Write(b)
	return fmt.Appendf(b, "end %x\n", sum.Sum(nil))
}

func appendWishes(b []byte, all []Wish) []byte {
	for _, w := range all {
		b = strconv.AppendInt(append(b, ' '), int64(w.Post), 10)
		b = strconv.AppendInt(append(b, ':'), int64(w.Class), 10)
	}
	return b
}

func appendPosts(b []byte, all []Seats) []byte {
	b = fmt.Appendf(b, "posts %d\n", len(all))
	for _, p := range all {
		b = fmt.Appendf(b, "post %s %d", p.ID, p.Seats)
		groups := make([]int, 0, len(p.Reserved))
		for g := range p.Reserved {
			groups = append(groups, g)
		}
		slices.Sort(groups)
		for _, g := range groups {
			b = fmt.Appendf(b, " %d:%d", g, p.Reserved[g])
		}
		b = append(b, '\n')
	}
	return b
}

// Correction is the draw as it should have been, where a fault was found after
// the results. It takes nothing from anybody: it shows who was wronged. Lottery
// numbers stay, since they come from the committed list and the figure; a figure
// that was misread is corrected like any other fault.
type Correction struct {
	N         int // 1 is the first
	On        clock.Date
	Because   string // a code
	Figure    string // that counts
	Witnesses [2]string
	Posts     []Seats
	Entries   []Entry // ascending by ticket; wishes by these posts
}

// Corrected is a correction with what it would have given.
type Corrected struct {
	Correction
	Seed    string
	Numbers []uint64 // by entry; nil where each post has its own
	*Outcome
	Wronged []Wronged
}

// Wronged is an entry that the corrected draw would have given a place that it
// wanted more than the one it got, or any.
type Wronged struct {
	Entry       int // of the correction
	Got, Should string
}

// Correct runs the draw as it should have been, beside a first one. before gives
// the post that a ticket got then, "" for none.
func (l *List) Correct(c Commitment, k Correction, before func(ticket string) string) (*Corrected, error) {
	k.Witnesses = [2]string{ident.StaffNumber(k.Witnesses[0]), ident.StaffNumber(k.Witnesses[1])}
	return l.correct(c, k, before)
}

func (l *List) correct(c Commitment, k Correction, before func(ticket string) string) (*Corrected, error) {
	if k.N < 1 || k.On.IsZero() || !named(k.Because, 1) || !printable(k.Figure) {
		return nil, ErrCorrection
	}
	if err := twoWitnesses(k.Witnesses); err != nil {
		return nil, err
	}
	mended := &List{Round: l.Round, Tie: l.Tie, Figure: l.Figure, Due: l.Due, Ahead: l.Ahead, Posts: k.Posts, Entries: k.Entries}
	if err := mended.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrection, err)
	}
	seed := l.seed(c, k.Figure)
	out := &Corrected{Correction: k, Seed: hex.EncodeToString(seed)}
	var err error
	if out.Numbers, out.Outcome, err = mended.run(seed); err != nil {
		return nil, err
	}
	for i, e := range k.Entries {
		if out.Got[i] == None {
			continue
		}
		should, got := k.Posts[e.Wishes[out.Got[i]].Post].ID, before(e.Ticket)
		at := slices.IndexFunc(e.Wishes, func(w Wish) bool { return k.Posts[w.Post].ID == got })
		if got == "" || at < 0 || at > out.Got[i] {
			out.Wronged = append(out.Wronged, Wronged{Entry: i, Got: got, Should: should})
		}
	}
	return out, nil
}

// Append returns what is added to what is published of its round, as a pass's does.
func (k *Corrected) Append(bundle []byte, root string) []byte {
	b := fmt.Appendf(nil, "correction %d\nof %s\non %s\nbecause %s\nfigure %s\nwitnesses %s %s\nseed %s\n",
		k.N, root, k.On, k.Because, k.Figure, k.Witnesses[0], k.Witnesses[1], k.Seed)
	b = appendPosts(b, k.Posts)
	b = fmt.Appendf(b, "entries %d\n", len(k.Entries))
	for _, e := range k.Entries {
		b = append(appendEntry(b, e), '\n')
	}
	for i, e := range k.Entries {
		b = appendResult(b, e, k.Numbers, i, k.Got[i], k.Posts)
	}
	b = fmt.Appendf(b, "wronged %d\n", len(k.Wronged))
	for _, w := range k.Wronged {
		b = fmt.Appendf(b, "wrong %s %s %s\n", k.Entries[w.Entry].Ticket, cmp.Or(w.Got, "-"), w.Should)
	}
	return appendEnd(b, bundle)
}

// sections reads what follows the draw of a bundle: passes and corrections, each
// computed again. in is the whole text.
func (p *parser) sections(in []byte, v *Verified) error {
	got := func(ticket string) string {
		i, ok := v.List.find(ticket)
		if !ok || v.Got[i] == None {
			return ""
		}
		return v.List.Posts[v.List.Entries[i].Wishes[v.Got[i]].Post].ID
	}
	for len(p.rest) > 0 {
		from := len(in) - len(p.rest)
		var again []byte
		if bytes.HasPrefix(p.rest, []byte("correction ")) {
			k, err := p.correction(v, got)
			if err != nil {
				return err
			}
			again, v.Corrections = k.Append(in[:from], v.Root), append(v.Corrections, k)
		} else {
			g, err := p.pass(v)
			if err != nil {
				return err
			}
			again, v.Passes = g.Append(in[:from], v.Root), append(v.Passes, g)
		}
		to := len(in) - len(p.rest)
		if !bytes.Equal(again, in[from:to]) {
			at := 0
			for at < len(again) && from+at < to && again[at] == in[from+at] {
				at++
			}
			return fmt.Errorf("%w: line %d", ErrResult, 1+bytes.Count(in[:from+at], []byte("\n")))
		}
	}
	return nil
}

// pass reads a pass and runs it again.
func (p *parser) pass(v *Verified) (*Given, error) {
	x := Pass{N: p.number(p.next("pass "))}
	p.of(v.Root)
	x.On, x.Because = p.date("on "), p.next("because ")
	for range p.many("posts ", shortestPost) {
		x.Posts = append(x.Posts, p.post())
	}
	n := p.many("takes ", shortestTake)
	for i := 0; i < n && p.err == nil; i++ {
		ticket, wishes := p.list("take ", 1)
		t := Taking{Wishes: wishes}
		if len(ticket) == 1 {
			t.Ticket = ticket[0]
		}
		x.Takes = append(x.Takes, t)
	}
	for i := 0; i < n && p.err == nil; i++ {
		p.next("given ")
	}
	p.next("end ")
	if last := len(v.Passes); last > 0 && x.N <= v.Passes[last-1].N {
		p.fail()
	}
	if p.err != nil {
		return nil, p.err
	}
	seed := v.Seed
	if n := len(v.Corrections); n > 0 {
		seed = v.Corrections[n-1].Seed
	}
	g, err := x.Run(v.List, seed, v.Corrections...)
	if err != nil {
		return nil, fmt.Errorf("%w: pass %d: %w", ErrBundle, x.N, err)
	}
	return g, nil
}

// correction reads a correction and runs it again.
func (p *parser) correction(v *Verified, got func(string) string) (*Corrected, error) {
	k := Correction{N: p.number(p.next("correction "))}
	p.of(v.Root)
	k.On, k.Because, k.Figure = p.date("on "), p.next("because "), p.next("figure ")
	k.Witnesses = p.witnesses()
	seed := p.next("seed ")
	for range p.many("posts ", shortestPost) {
		k.Posts = append(k.Posts, p.post())
	}
	n := p.many("entries ", shortestEntry)
	for i := 0; i < n && p.err == nil; i++ {
		k.Entries = append(k.Entries, p.entry())
	}
	for i := 0; i < n && p.err == nil; i++ {
		p.next("result ")
	}
	for m := p.many("wronged ", len("wrong AAAA - a\n")); m > 0 && p.err == nil; m-- {
		p.next("wrong ")
	}
	p.next("end ")
	if last := len(v.Corrections); last > 0 && k.N <= v.Corrections[last-1].N {
		p.fail()
	}
	if p.err != nil {
		return nil, p.err
	}
	out, err := v.List.correct(v.Commitment, k, got)
	if err != nil {
		return nil, fmt.Errorf("%w: correction %d: %w", ErrBundle, k.N, err)
	}
	if out.Seed != seed {
		return nil, ErrSeed
	}
	return out, nil
}

// of reads the root that a section belongs to.
func (p *parser) of(root string) {
	if p.next("of ") != root {
		p.fail()
	}
}
