// Package allocate hands out what is scarce by published mechanisms: places at
// schools and posts at job fairs by applicant-proposing deferred acceptance
// (Gale and Shapley 1962; Abdulkadiroğlu and Sönmez 2003). It is pure: the same
// round gives the same outcome, whoever computes it, in whatever order the
// applicants are listed.
package allocate

import (
	"cmp"
	"container/heap"
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
	cutoffs []map[int]last // of a full post, by the group that competes: the last one in
}

// Run computes the outcome that is best for every applicant among all stable
// ones. Nobody gains by listing other wishes than the true ones. The work grows
// with the number of proposals.
func (r *Round) Run() (*Outcome, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	o := &Outcome{Got: make([]int, len(r.Applicants)), round: r, cutoffs: make([]map[int]last, len(r.Posts))}
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

// hall is a post with whom it keeps for now, by group, the last one on top.
type hall struct {
	post   Post
	count  int
	groups map[int]*lastFirst
}

// take keeps an applicant and returns who has to go: one with applicant None
// while there are seats.
func (h *hall) take(in held, group int) held {
	if h.groups == nil {
		h.groups = map[int]*lastFirst{}
	}
	if h.post.Reserved[group] == 0 {
		group = Open // its members compete with all others
	}
	g := h.groups[group]
	if g == nil {
		g = &lastFirst{}
		h.groups[group] = g
	}
	heap.Push(g, in)
	if h.count++; h.count <= h.post.Seats {
		return held{applicant: None}
	}
	// The last of those that no reserved seat protects.
	var from *lastFirst
	for name, g := range h.groups {
		if g.Len() > h.post.Reserved[name] && (from == nil || before((*from)[0], (*g)[0])) {
			from = g
		}
	}
	h.count--
	return heap.Pop(from).(held)
}

// last is the last one of a group that a full post took, and whether a reserved
// seat protects it.
type last struct {
	held
	protected bool
}

// cutoffs gives for a full post the last one in of each group; nil where seats are left.
func (h *hall) cutoffs() map[int]last {
	if h.count < h.post.Seats {
		return nil
	}
	all := map[int]last{}
	for name, g := range h.groups {
		if g.Len() > 0 {
			all[name] = last{(*g)[0], g.Len() <= h.post.Reserved[name]}
		}
	}
	return all
}

// lastFirst is a heap with the last in order on top.
type lastFirst []held

func (l lastFirst) Len() int           { return len(l) }
func (l lastFirst) Less(i, j int) bool { return before(l[j], l[i]) }
func (l lastFirst) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *lastFirst) Push(x any)        { *l = append(*l, x.(held)) }
func (l *lastFirst) Pop() any {
	old := *l
	x := old[len(old)-1]
	*l = old[:len(old)-1]
	return x
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
		var worst *held
		for name, l := range o.cutoffs[c.Post] {
			// A protected seat is lost only to a member of the same group.
			if (!l.protected || name == group) && (worst == nil || before(*worst, l.held)) {
				worst = &held{l.applicant, l.choice}
			}
		}
		reason := Reason{Own: c, NoSeat: worst == nil}
		if worst != nil {
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
