package allocate_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// fair invents a round: wishes lean to the same popular posts, as people's do.
func fair(applicants, choices, posts, seats int) allocate.Round {
	random := rand.New(rand.NewPCG(1, uint64(applicants)))
	r := allocate.Round{Posts: make([]allocate.Post, posts), Applicants: make([]allocate.Applicant, applicants)}
	for i := range r.Posts {
		r.Posts[i].Seats = seats
	}
	for a := range r.Applicants {
		number := random.Uint64()
		seen := map[int]bool{}
		for len(r.Applicants[a].Choices) < choices {
			p := min(random.IntN(posts), random.IntN(posts))
			if !seen[p] {
				seen[p] = true
				r.Applicants[a].Choices = append(r.Applicants[a].Choices, allocate.Choice{Post: p, Class: random.IntN(4), Number: number})
			}
		}
	}
	return r
}

// BenchmarkRun measures rounds with their reasons, from a county's to many
// times the prefecture's size.
func BenchmarkRun(b *testing.B) {
	for _, size := range []struct{ applicants, choices, posts, seats int }{
		{1_000, 10, 100, 8}, {10_000, 10, 1_000, 8}, {100_000, 10, 10_000, 8}, {50_000, 8, 500, 90}, {1_000_000, 10, 100_000, 8},
	} {
		r := fair(size.applicants, size.choices, size.posts, size.seats)
		b.Run(fmt.Sprintf("%dx%d to %d", size.applicants, size.choices, size.posts), func(b *testing.B) {
			b.ReportAllocs()
			proposals := 0
			for b.Loop() {
				o, err := r.Run()
				if err != nil {
					b.Fatal(err)
				}
				for a := range r.Applicants {
					o.Why(a)
				}
				proposals = o.Proposals
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(proposals), "ns/proposal")
		})
	}
}

// BenchmarkLottery measures a draw of a million entries, and its verification.
func BenchmarkLottery(b *testing.B) {
	l := allocate.List{Round: "bench", Tie: allocate.SingleTie, Figure: "a figure", Due: clock.NewDate(2027, 1, 15), Posts: []allocate.Seats{{ID: "homes", Seats: 50_000}}}
	for i := range 1_000_000 {
		e := allocate.Entry{Ticket: fmt.Sprintf("%016d", i), Wishes: []allocate.Wish{{}}}
		if i%3 == 0 {
			e.Word = allocate.NewWord("桥", e.Ticket)
		}
		l.Entries = append(l.Entries, e)
	}
	var bundle bytes.Buffer
	b.Run("commit and draw", func(b *testing.B) {
		for b.Loop() {
			c, err := l.Commit()
			if err != nil {
				b.Fatal(err)
			}
			d, err := l.Draw(c, "03 11 17", [2]string{"a", "b"})
			if err != nil {
				b.Fatal(err)
			}
			bundle.Reset()
			if err := d.WriteBundle(&bundle); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := allocate.VerifyBundle(bytes.NewReader(bundle.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
}
