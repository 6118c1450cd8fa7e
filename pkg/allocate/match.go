// Package allocate hands out what is scarce by published mechanisms: places at
// schools and posts at job fairs by applicant-proposing deferred acceptance
// (Gale and Shapley 1962; Abdulkadiroğlu and Sönmez 2003). It is pure: the same
// round gives the same outcome, whoever computes it, in whatever order the
// applicants are listed.
package allocate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Open is the group of applicants for whom no seat is reserved.
const Open = 0

// None is the post of whom no post took.
const None = -1

// Post is a school, a vacancy, a home type: something with seats.
type Post struct {
	Seats int
	// Reserved seats go to members of a group first, whatever their order; what
	// a group leaves free is open to all (soft reserves; Hafalir, Yenmez and
	// Yildirim 2013). The sum may not exceed Seats.
	Reserved map[int]int
}

// Choice is one line of an applicant's list.
type Choice struct {
	Post int
	// Class is the priority at this post: a lower one comes first. Within a
	// class the lottery decides.
	Class int
	// Number is the applicant's lottery number at this post: lower comes first.
	// With a single tie-break it is the same at all posts.
	Number uint64
}

// Applicant lists what it wants, most wanted first. What is not on the list is
// not wanted, and nobody gets it.
type Applicant struct {
	Choices []Choice
	Group   int // Open, or the one whose reserved seats it may use
}

// Round is one allocation.
type Round struct {
	Posts      []Post
	Applicants []Applicant
}

// Errors of a round that cannot be run.
var (
	ErrPost     = errors.New("allocate: a choice names a post that is not in the round")
	ErrTwice    = errors.New("allocate: an applicant names a post twice")
	ErrSeats    = errors.New("allocate: a post has fewer seats than it reserves, or less than none")
	ErrReserved = errors.New("allocate: seats are reserved for no group, or for the open one")
)

// Outcome is what a round gives.
type Outcome struct {
	// Got holds for each applicant the index of the choice that it got, or None.
	Got []int
	// Proposals counts the choices that were tried: the work done.
	Proposals int

	round   *Round
	cutoffs [][]last // of a full post: the last one in of each group that competes
}

// Run computes the outcome that is best for every applicant among all stable
// ones. Nobody gains by listing other wishes than the true ones. The work grows
// with the number of proposals.
func (r *Round) Run() (*Outcome, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	o := &Outcome{Got: make([]int, len(r.Applicants)), round: r, cutoffs: make([][]last, len(r.Posts))}
	halls := make([]hall, len(r.Posts))
	for i, p := range r.Posts {
		halls[i] = hall{post: p}
	}
	next := make([]int, len(r.Applicants)) // the choice that an applicant tries next
	for a := range r.Applicants {
		o.Got[a] = None
		for at := a; at != None; {
			applicant := r.Applicants[at]
			if next[at] == len(applicant.Choices) {
				o.Got[at] = None
				break
			}
			c := next[at]
			next[at]++
			o.Proposals++
			out := halls[applicant.Choices[c].Post].take(held{applicant: at, choice: applicant.Choices[c]}, applicant.Group)
			if out.applicant != at {
				o.Got[at] = c
			}
			at = out.applicant
		}
	}
	for i := range halls {
		o.cutoffs[i] = halls[i].cutoffs()
	}
	return o, nil
}

func (r *Round) check() error {
	for i, p := range r.Posts {
		sum := 0
		for g, n := range p.Reserved {
			if g == Open || n < 0 {
				return fmt.Errorf("%w: post %d", ErrReserved, i)
			}
			sum += n
		}
		if p.Seats < sum || p.Seats < 0 {
			return fmt.Errorf("%w: post %d", ErrSeats, i)
		}
	}
	seen := make([]int, len(r.Posts)) // by whom, counted from 1
	for a, applicant := range r.Applicants {
		for _, c := range applicant.Choices {
			if c.Post < 0 || c.Post >= len(r.Posts) {
				return fmt.Errorf("%w: applicant %d", ErrPost, a)
			}
			if seen[c.Post] == a+1 {
				return fmt.Errorf("%w: applicant %d", ErrTwice, a)
			}
			seen[c.Post] = a + 1
		}
	}
	return nil
}

// held is an applicant that a post keeps for now.
type held struct {
	applicant int
	choice    Choice
}

// before reports whether a comes before b at a post. Two of one class and
// number are told apart by their place in the round, so that the outcome is one.
func before(a, b held) bool {
	return cmp.Or(cmp.Compare(a.choice.Class, b.choice.Class), cmp.Compare(a.choice.Number, b.choice.Number), cmp.Compare(a.applicant, b.applicant)) < 0
}

// hall is a post with whom it keeps for now.
type hall struct {
	post   Post
	count  int
	groups []group // of those whom it keeps; mostly one
}

// group is whom a hall keeps of one group: a heap with the last in order on
// top. It is written out, since container/heap boxes every element: a third of
// the time of a round.
type group struct {
	name     int
	reserved int
	kept     []held
}

// of returns the group that an applicant competes in: its own where seats are
// reserved for it, else the open one.
func (h *hall) of(name int) *group {
	reserved := h.post.Reserved[name]
	if reserved == 0 {
		name = Open
	}
	for i := range h.groups {
		if h.groups[i].name == name {
			return &h.groups[i]
		}
	}
	h.groups = append(h.groups, group{name: name, reserved: reserved})
	return &h.groups[len(h.groups)-1]
}

// take keeps an applicant and returns who has to go: one with applicant None
// while there are seats, the applicant itself where all others come before it.
func (h *hall) take(in held, name int) held {
	own := h.of(name)
	if h.count < h.post.Seats {
		h.count++
		own.push(in)
		return held{applicant: None}
	}
	// The last of those that no reserved seat protects, the new one among them.
	var from *group
	last := held{applicant: None}
	if len(own.kept) >= own.reserved {
		last = in
	}
	for i := range h.groups {
		g := &h.groups[i]
		if len(g.kept) > g.reserved || g == own && len(g.kept) > 0 && len(g.kept) >= g.reserved {
			if top := g.kept[0]; last.applicant == None || before(last, top) {
				from, last = g, top
			}
		}
	}
	switch from {
	case nil:
	case own:
		own.replace(in)
	default:
		from.pop()
		own.push(in)
	}
	return last
}

func (g *group) push(in held) {
	g.kept = append(g.kept, in)
	for at := len(g.kept) - 1; at > 0; {
		up := (at - 1) / 2
		if !before(g.kept[up], g.kept[at]) {
			return
		}
		g.kept[up], g.kept[at] = g.kept[at], g.kept[up]
		at = up
	}
}

// replace puts an applicant in the place of the last one.
func (g *group) replace(in held) {
	g.kept[0] = in
	for at := 0; ; {
		down := 2*at + 1
		if down >= len(g.kept) {
			return
		}
		if right := down + 1; right < len(g.kept) && before(g.kept[down], g.kept[right]) {
			down = right
		}
		if !before(g.kept[at], g.kept[down]) {
			return
		}
		g.kept[at], g.kept[down] = g.kept[down], g.kept[at]
		at = down
	}
}

// pop lets the last one go.
func (g *group) pop() {
	end := len(g.kept) - 1
	in := g.kept[end]
	g.kept = g.kept[:end]
	if end > 0 {
		g.replace(in)
	}
}

// last is the last one of a group that a full post took, and whether a reserved
// seat protects it.
type last struct {
	held
	group     int
	protected bool
}

// cutoffs gives for a full post the last one in of each group; nil where seats are left.
func (h *hall) cutoffs() []last {
	if h.count < h.post.Seats {
		return nil
	}
	all := make([]last, 0, len(h.groups))
	for _, g := range h.groups {
		if len(g.kept) > 0 {
			all = append(all, last{g.kept[0], g.name, len(g.kept) <= g.reserved})
		}
	}
	return all
}

// Reason says why an applicant did not get a choice that it wanted more than
// what it got: the post was full, and the last one in came before it.
type Reason struct {
	Own Choice
	// Last is the last one in whose place the applicant could have taken, and
	// Classes by how many priorities that one comes before: 0 means that the
	// lottery decided.
	Last    Choice
	Classes int
	// NoSeat means that there was no such place: the post has no seats, or all
	// are reserved for others.
	NoSeat bool
}

// Why explains every choice above the one that an applicant got. To come before
// the last one in is needed for its place, and not always enough: whom it turns
// away may in turn turn away another who comes back to this post.
func (o *Outcome) Why(applicant int) []Reason {
	a := o.round.Applicants[applicant]
	above := a.Choices
	if got := o.Got[applicant]; got != None {
		above = a.Choices[:got]
	}
	all := make([]Reason, 0, len(above))
	for _, c := range above {
		group := a.Group
		if o.round.Posts[c.Post].Reserved[group] == 0 {
			group = Open
		}
		worst := held{applicant: None}
		for _, l := range o.cutoffs[c.Post] {
			// A protected seat is lost only to a member of the same group.
			if (!l.protected || l.group == group) && (worst.applicant == None || before(worst, l.held)) {
				worst = l.held
			}
		}
		reason := Reason{Own: c, NoSeat: worst.applicant == None}
		if !reason.NoSeat {
			reason.Last, reason.Classes = worst.choice, c.Class-worst.choice.Class
		}
		all = append(all, reason)
	}
	return all
}

// Filled counts the seats that each post gave.
func (o *Outcome) Filled() []int {
	n := make([]int, len(o.round.Posts))
	for a, got := range o.Got {
		if got != None {
			n[o.round.Applicants[a].Choices[got].Post]++
		}
	}
	return n
}

// Sorted returns the applicants that a post took, first in order first.
func (o *Outcome) Sorted(post int) []int {
	var all []held
	for a, got := range o.Got {
		if got == None {
			continue
		}
		if c := o.round.Applicants[a].Choices[got]; c.Post == post {
			all = append(all, held{a, c})
		}
	}
	slices.SortFunc(all, func(a, b held) int {
		if before(a, b) {
			return -1
		}
		return 1
	})
	out := make([]int, len(all))
	for i, h := range all {
		out[i] = h.applicant
	}
	return out
}
