package allocate_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
)

// list makes an applicant of plain preferences, ranked by each post's own order.
func list(orders [][]int, me int, posts ...int) allocate.Applicant {
	a := allocate.Applicant{}
	for _, p := range posts {
		a.Choices = append(a.Choices, allocate.Choice{Post: p, Class: slices.Index(orders[p], me)})
	}
	return a
}

func got(t *testing.T, r allocate.Round) []int {
	t.Helper()
	o, err := r.Run()
	if err != nil {
		t.Fatal(err)
	}
	posts := make([]int, len(r.Applicants))
	for a, c := range o.Got {
		posts[a] = allocate.None
		if c != allocate.None {
			posts[a] = r.Applicants[a].Choices[c].Post
		}
	}
	return posts
}

// Published instances with known outcomes.
func TestPublishedInstances(t *testing.T) {
	// Gale and Shapley, College Admissions and the Stability of Marriage (1962),
	// example 2: four of each, one stable outcome.
	orders := [][]int{{3, 2, 0, 1}, {1, 3, 0, 2}, {3, 0, 1, 2}, {2, 1, 0, 3}}
	r := allocate.Round{
		Posts: []allocate.Post{{Seats: 1}, {Seats: 1}, {Seats: 1}, {Seats: 1}},
		Applicants: []allocate.Applicant{
			list(orders, 0, 0, 1, 2, 3), list(orders, 1, 0, 3, 2, 1), list(orders, 2, 1, 0, 2, 3), list(orders, 3, 3, 1, 2, 0),
		},
	}
	if g, want := got(t, r), []int{2, 3, 0, 1}; !slices.Equal(g, want) {
		t.Errorf("Gale and Shapley: %v, not %v", g, want)
	}
	// Roth, The Economics of Matching (1982), as in Abdulkadiroğlu and Sönmez,
	// School Choice (2003), example 1: what is stable is not what is efficient.
	orders = [][]int{{0, 2, 1}, {1, 0, 2}, {1, 0, 2}}
	r = allocate.Round{
		Posts:      []allocate.Post{{Seats: 1}, {Seats: 1}, {Seats: 1}},
		Applicants: []allocate.Applicant{list(orders, 0, 1, 0, 2), list(orders, 1, 0, 1, 2), list(orders, 2, 0, 1, 2)},
	}
	if g, want := got(t, r), []int{0, 1, 2}; !slices.Equal(g, want) {
		t.Errorf("Roth: %v, not %v", g, want)
	}
}

// round draws a small round: incomplete lists, classes, ties by lottery,
// several seats, and with reserves also reserved ones.
func round(t *rapid.T, reserves bool) allocate.Round {
	var r allocate.Round
	posts := rapid.IntRange(1, 4).Draw(t, "posts")
	for range posts {
		p := allocate.Post{Seats: rapid.IntRange(0, 3).Draw(t, "seats")}
		if reserves && p.Seats > 0 {
			p.Reserved = map[int]int{1: rapid.IntRange(0, p.Seats).Draw(t, "reserved")}
			if left := p.Seats - p.Reserved[1]; left > 0 {
				p.Reserved[2] = rapid.IntRange(0, left).Draw(t, "reserved for others")
			}
		}
		r.Posts = append(r.Posts, p)
	}
	for range rapid.IntRange(0, 7).Draw(t, "applicants") {
		a := allocate.Applicant{}
		if reserves {
			a.Group = rapid.IntRange(0, 2).Draw(t, "group")
		}
		all := make([]int, posts)
		for i := range all {
			all[i] = i
		}
		for _, p := range rapid.Permutation(all).Draw(t, "wishes")[:rapid.IntRange(0, posts).Draw(t, "length")] {
			a.Choices = append(a.Choices, allocate.Choice{Post: p, Class: rapid.IntRange(0, 2).Draw(t, "class"), Number: rapid.Uint64Range(0, 5).Draw(t, "number")})
		}
		r.Applicants = append(r.Applicants, a)
	}
	return r
}

// first orders applicants as a post does.
func first(r allocate.Round, post int, all []int) []int {
	choice := func(a int) allocate.Choice {
		return r.Applicants[a].Choices[slices.IndexFunc(r.Applicants[a].Choices, func(c allocate.Choice) bool { return c.Post == post })]
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b int) int {
		ca, cb := choice(a), choice(b)
		switch {
		case ca.Class != cb.Class:
			return ca.Class - cb.Class
		case ca.Number < cb.Number:
			return -1
		case ca.Number > cb.Number:
			return 1
		}
		return a - b
	})
	return all
}

// choose is whom a post takes out of a set, as the definition says: first the
// reserved seats, then the others in order.
func choose(r allocate.Round, post int, set []int) map[int]bool {
	p, in := r.Posts[post], map[int]bool{}
	ordered := first(r, post, set)
	for group, seats := range p.Reserved {
		for _, a := range ordered {
			if r.Applicants[a].Group == group && seats > 0 {
				in[a] = true
				seats--
			}
		}
	}
	for _, a := range ordered {
		if len(in) < p.Seats {
			in[a] = true
		}
	}
	return in
}

// stable reports whether nobody is turned away from a post that would rather
// have taken them, and no post holds whom it would not choose.
func stable(r allocate.Round, posts []int) bool {
	for post := range r.Posts {
		var in []int
		for a, p := range posts {
			if p == post {
				in = append(in, a)
			}
		}
		if len(choose(r, post, in)) != len(in) {
			return false
		}
		for a, applicant := range r.Applicants {
			for _, c := range applicant.Choices {
				if c.Post == posts[a] {
					break
				}
				if c.Post == post && choose(r, post, append(slices.Clone(in), a))[a] {
					return false
				}
			}
		}
	}
	return true
}

func TestOutcomesAreStable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := round(rt, rapid.Bool().Draw(rt, "reserves"))
		if g := got(t, r); !stable(r, g) {
			rt.Fatalf("%v is not stable in %+v", g, r)
		}
	})
}

// everyOutcome yields every way to give applicants one of their choices or none.
func everyOutcome(r allocate.Round, yield func([]int)) {
	posts := make([]int, len(r.Applicants))
	var next func(a int)
	next = func(a int) {
		if a == len(posts) {
			yield(posts)
			return
		}
		posts[a] = allocate.None
		next(a + 1)
		for _, c := range r.Applicants[a].Choices {
			posts[a] = c.Post
			next(a + 1)
		}
	}
	next(0)
}

// rank is how good a post is to an applicant: 0 is best.
func rank(a allocate.Applicant, post int) int {
	if i := slices.IndexFunc(a.Choices, func(c allocate.Choice) bool { return c.Post == post }); i >= 0 {
		return i
	}
	return len(a.Choices)
}

// Of all stable outcomes, found by trying all, nobody has a better one.
func TestOutcomesAreBestForApplicants(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := round(rt, rapid.Bool().Draw(rt, "reserves"))
		if len(r.Applicants) > 5 {
			r.Applicants = r.Applicants[:5]
		}
		ours := got(t, r)
		everyOutcome(r, func(posts []int) {
			if !stable(r, posts) {
				return
			}
			for a := range posts {
				if rank(r.Applicants[a], posts[a]) < rank(r.Applicants[a], ours[a]) {
					rt.Fatalf("%v is stable too, and better for %d than %v in %+v", posts, a, ours, r)
				}
			}
		})
	})
}

// No other list gives anyone what it likes better.
func TestNobodyGainsByAnotherList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := round(rt, rapid.Bool().Draw(rt, "reserves"))
		if len(r.Applicants) == 0 {
			return
		}
		me := rapid.IntRange(0, len(r.Applicants)-1).Draw(rt, "me")
		honest := r.Applicants[me]
		before := rank(honest, got(t, r)[me])
		if len(honest.Choices) > 0 {
			other := rapid.Permutation(honest.Choices).Draw(rt, "another list")
			r.Applicants[me].Choices = other[:rapid.IntRange(0, len(other)).Draw(rt, "its length")]
		}
		if after := rank(honest, got(t, r)[me]); after < before {
			rt.Fatalf("a false list gave choice %d instead of %d in %+v", after, before, r)
		}
	})
}

// The reasons say the truth: who wanted the place of the last one in would have
// had to come before it, and does not.
func TestReasonsAreTrue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := round(rt, rapid.Bool().Draw(rt, "reserves"))
		o, err := r.Run()
		if err != nil {
			rt.Fatal(err)
		}
		for a := range r.Applicants {
			why := o.Why(a)
			if want := o.Got[a]; want != allocate.None && len(why) != want || want == allocate.None && len(why) != len(r.Applicants[a].Choices) {
				rt.Fatalf("%d reasons for choice %d", len(why), want)
			}
			for i, w := range why {
				if w.Own != r.Applicants[a].Choices[i] {
					rt.Fatalf("a reason of another choice: %+v", w)
				}
				if w.NoSeat {
					continue
				}
				if w.Last.Class > w.Own.Class || w.Last.Class == w.Own.Class && w.Last.Number > w.Own.Number || w.Classes != w.Own.Class-w.Last.Class {
					rt.Fatalf("the last one in does not come before: %+v in %+v", w, r)
				}
			}
		}
		if sum, seats := o.Filled(), r.Posts; len(sum) == len(seats) {
			for p := range seats {
				if sum[p] > seats[p].Seats || len(o.Sorted(p)) != sum[p] {
					rt.Fatalf("post %d gave %d of %d seats", p, sum[p], seats[p].Seats)
				}
			}
		}
	})
}

func TestRoundsThatCannotBeRun(t *testing.T) {
	one := []allocate.Post{{Seats: 1}}
	wish := func(posts ...int) []allocate.Applicant {
		a := allocate.Applicant{}
		for _, p := range posts {
			a.Choices = append(a.Choices, allocate.Choice{Post: p})
		}
		return []allocate.Applicant{a}
	}
	for want, rounds := range map[error][]allocate.Round{
		allocate.ErrPost:     {{Posts: one, Applicants: wish(1)}, {Posts: one, Applicants: wish(-1)}},
		allocate.ErrTwice:    {{Posts: one, Applicants: wish(0, 0)}},
		allocate.ErrSeats:    {{Posts: []allocate.Post{{Seats: -1}}}, {Posts: []allocate.Post{{Seats: 1, Reserved: map[int]int{1: 2}}}}},
		allocate.ErrReserved: {{Posts: []allocate.Post{{Seats: 1, Reserved: map[int]int{allocate.Open: 1}}}}, {Posts: []allocate.Post{{Seats: 1, Reserved: map[int]int{1: -1}}}}},
	} {
		for _, r := range rounds {
			if _, err := r.Run(); !errors.Is(err, want) {
				t.Errorf("%+v: %v, not %v", r, err, want)
			}
		}
	}
	if o, err := (&allocate.Round{}).Run(); err != nil || len(maps.Collect(slices.All(o.Got))) != 0 {
		t.Errorf("an empty round: %v", err)
	}
}
