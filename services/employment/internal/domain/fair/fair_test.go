package fair_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

func fairRules(t testing.TB) fair.Rules {
	t.Helper()
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	on := clock.NewDate(2026, 11, 10)
	row, err := book.Rule("EM-FAIR", on, "654323")
	if err != nil {
		t.Fatal(err)
	}
	match, err := book.Rule("EM-FAIR-MATCH", on, "654323")
	if err != nil {
		t.Fatal(err)
	}
	r, err := fair.ReadRules(row, match)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lists invents the lists of a fair; wishes lean to the same popular posts, and
// employers rank some of who applied.
func lists(r *rand.Rand, tie allocate.Tie, workers, wishes, posts, seats int) *fair.Lists {
	l := &fair.Lists{Fair: fair.Fair{ID: "fair-1", State: fair.Closed, Plan: fair.Plan{Tie: tie, FigureName: "figure", MatchOn: clock.NewDate(2026, 11, 10)}}}
	for i := range posts {
		l.Posts = append(l.Posts, fair.Post{ID: fmt.Sprint("p", i), FairID: "fair-1", VacancyID: fmt.Sprintf("vacancy-%05d", i), Seats: 1 + r.IntN(seats)})
	}
	ranks := make([]int, posts)
	for i := range workers {
		e := fair.Entry{ApplicationID: fmt.Sprint("a", i), Ticket: fmt.Sprintf("T%07d", i)}
		seen := map[int]bool{}
		for len(e.Wishes) < min(wishes, posts) {
			p := min(r.IntN(posts), r.IntN(posts))
			if seen[p] {
				continue
			}
			seen[p] = true
			w := fair.Wish{VacancyID: l.Posts[p].VacancyID}
			if r.IntN(4) == 0 {
				ranks[p]++
				w.Class = ranks[p]
			}
			e.Wishes = append(e.Wishes, w)
		}
		l.Entries = append(l.Entries, e)
	}
	return l
}

func commit(t testing.TB, l *fair.Lists) {
	t.Helper()
	c, err := l.List().Commit()
	if err != nil {
		t.Fatal(err)
	}
	l.Fair, _ = l.Fair.Close(c, l.Fair.MatchOn, time.Time{})
}

var officers = [2]string{"officer-1", "officer-2"}

// Whatever the lists: nobody is proposed what was not wished for, no post more
// than its seats, nobody who comes before another is passed by, and each wish
// that was not got is explained in full.
func TestFairMatching(t *testing.T) {
	r := fairRules(t)
	on := clock.NewDate(2026, 11, 10)
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		tie := rapid.SampledFrom([]allocate.Tie{allocate.SingleTie, allocate.MultipleTie}).Draw(t, "tie")
		l := lists(random, tie, rapid.IntRange(1, 30).Draw(t, "workers"), rapid.IntRange(1, 5).Draw(t, "wishes"), rapid.IntRange(1, 8).Draw(t, "posts"), 3)
		if rapid.Bool().Draw(t, "one leaves") {
			l.Entries[0].Withdrawn = true
		}
		c, err := l.List().Commit()
		if err != nil {
			t.Fatal(err)
		}
		l.Fair, _ = l.Fair.Close(c, on, time.Time{})
		m, drawn, err := l.Draw("42", officers, on)
		if err != nil {
			t.Fatal(err)
		}
		l.Fair, _ = l.Fair.Drawn(drawn.Seed, "officer-2", m)
		check(t, l, m, r, nil)

		// Some answer, some say no, and the rest is silent; then the second pass.
		taken := map[string]int{}
		for i := range l.Entries {
			e := &l.Entries[i]
			if m.Outcomes[i].Got == 0 {
				continue
			}
			vacancy := e.Wishes[m.Outcomes[i].Got-1].VacancyID
			switch random.IntN(3) {
			case 0:
				e.Settled = true
				taken[vacancy]++
			case 1:
				e.Over = append(e.Over, vacancy)
			}
		}
		for i := range l.Posts {
			l.Posts[i].Taken = taken[l.Posts[i].VacancyID]
		}
		again, _, err := l.Again(on.AddDays(7))
		if err != nil {
			t.Fatal(err)
		}
		check(t, l, again, r, taken)
	})
}

func check(t *rapid.T, l *fair.Lists, m fair.Match, r fair.Rules, taken map[string]int) {
	got := map[string]int{}
	proposed, unplaced := 0, 0
	for i, o := range m.Outcomes {
		e := l.Entries[i]
		if e.Withdrawn || e.Settled {
			if o.Pass != 0 {
				t.Fatalf("%s takes part", e.ApplicationID)
			}
			continue
		}
		traces, err := o.Traces(r, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range traces {
			if err := x.Check(); err != nil {
				t.Fatal(err)
			}
		}
		want := len(e.Wishes)
		if o.Got > 0 {
			want = o.Got
			v := e.Wishes[o.Got-1].VacancyID
			if slices.Contains(e.Over, v) {
				t.Fatal("proposed again after a no")
			}
			got[v]++
			proposed++
		} else {
			unplaced++
		}
		if len(traces) != want {
			t.Fatalf("%d traces of %d wishes", len(traces), want)
		}
		for j, line := range o.Lines {
			if line.Got || line.Over || line.NoSeat {
				continue
			}
			// The last one in comes before this one.
			mine, last := rank(line.Rank), rank(line.LastRank)
			if mine < last || mine == last && line.Number <= line.LastNumber {
				t.Fatalf("wish %d of %s: %+v came before the last one in", j+1, e.ApplicationID, line)
			}
		}
	}
	for _, p := range l.Posts {
		if got[p.VacancyID]+taken[p.VacancyID] > p.Seats {
			t.Fatalf("%s: %d of %d seats", p.VacancyID, got[p.VacancyID]+taken[p.VacancyID], p.Seats)
		}
	}
	if proposed != m.Proposed || unplaced != m.Unplaced {
		t.Fatalf("%d and %d, not %d and %d", m.Proposed, m.Unplaced, proposed, unplaced)
	}
}

func rank(r int) int {
	if r == 0 {
		return 1 << 20
	}
	return r
}

func TestFairGapsAreTold(t *testing.T) {
	r := fairRules(t)
	o := fair.Outcome{Pass: 1, On: clock.NewDate(2026, 11, 10), Wishes: 4, Lines: []fair.Line{
		{VacancyID: "a", Rank: 3, Number: 2, Of: 9, Seats: 2, LastRank: 2, LastNumber: 7},
		{VacancyID: "b", Number: 5, Of: 9, Seats: 1, LastRank: 1, LastNumber: 8},
		{VacancyID: "c", Number: 37, Of: 120, Seats: 10, LastNumber: 12},
		{VacancyID: "d", Number: 1, Of: 1, NoSeat: true},
	}}
	told := clock.NewDate(2026, 11, 12).Start().Add(9 * time.Hour) // two days after it was drawn
	all, err := o.Traces(r, told)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		gap    rule.Gap
		change string
	}{
		{rule.Gap{Name: "fair_rank", Have: "3", Need: "2", Short: "1", Unit: "rank"}, fair.ChangeCertificate},
		{rule.Gap{Name: "fair_rank", Have: "unranked", Need: "1"}, fair.ChangeCertificate},
		{rule.Gap{Name: "fair_number", Have: "37", Need: "12", Short: "25", Unit: "rank"}, fair.ChangeNumber},
		{rule.Gap{Name: "fair_seats", Have: "0", Need: "1", Short: "1", Unit: "place"}, fair.ChangeSeats},
	} {
		x := all[i]
		if len(x.Gaps) != 1 || x.Gaps[0] != want.gap || x.Changes[0].Code != want.change || x.Changes[1].Code != fair.ChangePass || x.Facts[0].Value != strconv.Itoa(i+1) {
			t.Errorf("%d: %+v", i, x)
		}
		if a := x.Appeals[0]; a.Until != clock.NewDate(2026, 11, 17) || a.Days != 5 {
			t.Error(x.Appeals)
		}
	}
	untold, err := o.Traces(r, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if a := untold[0].Appeals[0]; !a.Until.IsZero() || a.Days != 5 {
		t.Errorf("%+v, of which no word has arrived", a)
	}
	// Unplaced with room on the list, one more thing helps.
	if c := all[3].Changes; len(c) != 4 || c[2].Code != fair.ChangeWishes || c[3].Code != fair.ChangeApply {
		t.Error(c)
	}
}

func TestFairDrawRefusals(t *testing.T) {
	l := lists(rand.New(rand.NewPCG(1, 2)), allocate.SingleTie, 9, 2, 3, 1)
	commit(t, l)
	if _, _, err := l.Draw("", officers, l.Fair.MatchOn); errs.CodeOf(err) != "employment.fair.figure" {
		t.Error(err)
	}
	if _, _, err := l.Draw("1", [2]string{"a", "a"}, l.Fair.MatchOn); errs.CodeOf(err) != "employment.fair.same_officer" {
		t.Error(err)
	}
	l.Entries[0].Wishes[0].Class = 7
	if _, _, err := l.Draw("1", officers, l.Fair.MatchOn); errs.CodeOf(err) != "employment.fair.commitment" {
		t.Error(err)
	}
}

func TestSeatsBelowTaken(t *testing.T) {
	f := fair.Fair{State: fair.Matched}
	p := fair.Post{Seats: 5, Taken: 2}
	v := domain.Vacancy{Terms: domain.Terms{Headcount: 6}}
	today := clock.NewDate(2026, 11, 11)
	for seats, code := range map[int]string{0: "employment.fair_post.seats", 7: "employment.fair_post.seats", 3: "employment.fair_post.seats_taken", 4: ""} {
		if _, _, err := p.SetSeats(f, v, seats, 2, today); errs.CodeOf(err) != code {
			t.Errorf("%d seats: %v", seats, err)
		}
	}
	f.State = fair.Closed
	if _, _, err := p.SetSeats(f, v, 4, 0, today); errs.CodeOf(err) != "employment.fair.lists_closed" {
		t.Error(err)
	}
}

// BenchmarkFair measures a pass of the size, explained: what the
// service adds to pkg/allocate's own benchmark.
func BenchmarkFair(b *testing.B) {
	for _, size := range []struct{ workers, posts int }{{10_000, 1_000}, {100_000, 10_000}} {
		l := lists(rand.New(rand.NewPCG(1, 2)), allocate.SingleTie, size.workers, 10, size.posts, 15)
		c, err := l.List().Commit()
		if err != nil {
			b.Fatal(err)
		}
		l.Fair, _ = l.Fair.Close(c, l.Fair.MatchOn, time.Time{})
		b.Run(fmt.Sprintf("%dx10 to %d", size.workers, size.posts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := l.Draw("42", officers, l.Fair.MatchOn); err != nil {
					b.Fatal(err)
				}
			}
		})
		first, drawn, err := l.Draw("42", officers, l.Fair.MatchOn)
		if err != nil {
			b.Fatal(err)
		}
		r := fairRules(b)
		b.Run(fmt.Sprintf("told %dx10 to %d", size.workers, size.posts), func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				for _, o := range first.Outcomes {
					all, err := o.Traces(r, time.Time{})
					if err != nil {
						b.Fatal(err)
					}
					n += len(all)
				}
			}
			b.ReportMetric(float64(n), "traces")
		})
		again := *l
		again.Fair, _ = l.Fair.Drawn(drawn.Seed, "officer-2", first)
		b.Run(fmt.Sprintf("again %dx10 to %d", size.workers, size.posts), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := again.Again(l.Fair.MatchOn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
