package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// allocation measures rounds, lotteries and suggestions.
func allocation(ctx context.Context, b *bench) error {
	if err := onOneCore(b); err != nil {
		return err
	}
	return suggestions(ctx, b)
}

// onOneCore measures what pkg/allocate does on one core: rounds with a reason
// for every wish that was not met, lotteries, and how both grow.
func onOneCore(b *bench) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, f := range []struct {
		name                              string
		applicants, wishes, posts, places int
	}{
		{"job fair: 100,000 workers × 10 wishes, 10,000 posts, with reasons", 100_000, 10, 10_000, 8},
		{"school places: 50,000 children × 8 wishes, 500 schools, with reasons", 50_000, 8, 500, 90},
	} {
		m, err := allocated(f.applicants, f.wishes, f.posts, f.places)
		if err != nil {
			return err
		}
		b.atMost(f.name, m.took.Seconds(), "s", 1)
	}
	var first, last perProposal
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		m, err := allocated(n, 10, n/10, 8)
		if err != nil {
			return err
		}
		last = m
		if first.proposals == 0 {
			first = m
		}
		b.raw(fmt.Sprintf("round of %d: time", n), m.took.Seconds(), "s")
		b.raw(fmt.Sprintf("round of %d: time a proposal", n), m.each(), "ns")
		b.raw(fmt.Sprintf("round of %d: peak memory beside the round", n), m.peak/(1<<20), "MiB")
	}
	// What grows a proposal's time is the memory that does not fit the caches any
	// more; its memory stays the same.
	b.raw("round: a proposal of 1,000,000 over one of 1,000", last.each()/first.each(), "×")
	return drawing(b)
}

// perProposal is what one round took.
type perProposal struct {
	took      time.Duration
	proposals int
	peak      float64 // bytes
}

func (p perProposal) each() float64 { return float64(p.took.Nanoseconds()) / float64(p.proposals) }

// allocated runs an invented round three times, whose wishes lean to the same
// posts as people's do, and takes the middle one's time.
func allocated(applicants, wishes, posts, places int) (perProposal, error) {
	random := rand.New(rand.NewPCG(1, uint64(applicants)))
	r := allocate.Round{Posts: make([]allocate.Post, posts), Applicants: make([]allocate.Applicant, applicants)}
	for i := range r.Posts {
		r.Posts[i].Seats = places
	}
	for a := range r.Applicants {
		number := random.Uint64()
		all := make([]allocate.Choice, 0, wishes)
		for len(all) < wishes {
			p := min(random.IntN(posts), random.IntN(posts))
			if !slices.ContainsFunc(all, func(c allocate.Choice) bool { return c.Post == p }) {
				all = append(all, allocate.Choice{Post: p, Class: random.IntN(4), Number: number})
			}
		}
		r.Applicants[a].Choices = all
	}
	var all []perProposal
	for range 3 {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		o, err := r.Run()
		if err != nil {
			return perProposal{}, err
		}
		// What a round and its outcome hold at once is most at its end, before
		// the reasons are told one applicant at a time.
		runtime.ReadMemStats(&after)
		for a := range r.Applicants {
			o.Why(a)
		}
		all = append(all, perProposal{time.Since(start), o.Proposals, float64(after.HeapAlloc) - float64(before.HeapAlloc)})
	}
	slices.SortFunc(all, func(a, b perProposal) int { return int(a.took - b.took) })
	return all[1], nil
}

// drawing measures a lottery of a million entries.
func drawing(b *bench) error {
	const entries = 1_000_000
	l := allocate.List{Round: "bench", Tie: allocate.SingleTie, Figure: "a public figure", Due: clock.NewDate(2027, 1, 15), Posts: []allocate.Seats{{ID: "homes", Seats: entries / 20}}}
	wish := []allocate.Wish{{}}
	for i := range entries {
		e := allocate.Entry{Ticket: fmt.Sprintf("%016d", i), Wishes: wish}
		if i%3 == 0 {
			e.Word = allocate.NewWord("桥", e.Ticket)
		}
		l.Entries = append(l.Entries, e)
	}
	start := time.Now()
	c, err := l.Commit()
	if err != nil {
		return err
	}
	d, err := l.Draw(c, "03 11 17 22 28 33", [2]string{"a", "b"})
	if err != nil {
		return err
	}
	b.atMost("lottery of 1,000,000: committed and drawn", time.Since(start).Seconds(), "s", 3)
	var bundle bytes.Buffer
	if err := d.WriteBundle(&bundle); err != nil {
		return err
	}
	b.raw("lottery of 1,000,000: the bundle", float64(bundle.Len())/(1<<20), "MiB")
	start = time.Now()
	if _, err := allocate.VerifyBundle(bytes.NewReader(bundle.Bytes())); err != nil {
		return err
	}
	b.atMost("lottery of 1,000,000: verified", time.Since(start).Seconds(), "s", 3)
	return nil
}
