package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
)

var today = clock.NewDate(2026, 11, 26)

func weights(t testing.TB) domain.Weights {
	t.Helper()
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	points, err := book.Rule("EM-SUGGEST", today, "654301")
	if err != nil {
		t.Fatal(err)
	}
	days, err := book.Rule("EM-PAYDAYS", today, "654301")
	if err != nil {
		t.Fatal(err)
	}
	w, err := domain.ReadWeights(points, days)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func groups() []string { return []string{"4-03", "4-10", "5-01", "6-16", "6-29", "6-30"} }

func counties() []string { return []string{"654301", "654321", "654323"} }

// pick chooses by a number, so that rapid and a random source share the makers.
func pick[T any](from []T, n int) T { return from[n%len(from)] }

// vacancy makes a vacancy of numbers.
func vacancy(id int, n func(limit int) int) domain.Vacancy {
	v := domain.Vacancy{
		ID: fmt.Sprintf("v%06d", id), State: domain.VacancyIsOpen, Version: 1, Hazardous: n(4) == 0,
		PublishedAt: time.Date(2026, 11, 1, 0, n(3000), 0, 0, time.UTC),
		Terms: domain.Terms{
			Occupation: pick(groups(), n(100)), County: pick(counties(), n(100)), Headcount: 1, WageMinFen: 300_000, WageMaxFen: int64(300_000 + 10_000*n(40)),
			WageUnit: pick([]domain.WageUnit{domain.ByMonth, domain.ByMonth, domain.ByPiece}, n(3)), Housing: n(2) == 0, Meals: n(2) == 0,
		},
	}
	if v.WageUnit == domain.ByMonth && n(5) == 0 {
		v.WageUnit, v.WageMaxFen = domain.ByDay, v.WageMaxFen/20
	}
	if n(3) > 0 {
		v.Township = v.County + pick([]string{"001", "002", "100"}, n(9))
	}
	if n(3) > 0 {
		v.SeasonFrom = today.AddDays(n(200) - 100)
		v.SeasonTo = v.SeasonFrom.AddDays(n(200))
	}
	if n(4) == 0 {
		v.Certificates = []domain.CertificateNeed{{Occupation: pick(groups(), n(100))}}
	}
	return v
}

func seeker(n func(limit int) int) domain.Seeker {
	s := domain.Seeker{Housing: n(2) == 0, Meals: n(2) == 0, WageMinFen: int64(n(3)) * 250_000}
	if n(5) > 0 {
		s.Occupation = pick(groups(), n(100))
	}
	if n(4) > 0 {
		s.County = pick(counties(), n(100))
		if n(3) > 0 {
			s.Township = s.County + "001"
		}
	}
	if n(3) == 0 {
		s.From = today.AddDays(n(100))
	}
	if n(3) == 0 {
		s.To = today.AddDays(n(300))
	}
	for range n(3) {
		s.Skills, s.Certificates = append(s.Skills, pick(groups(), n(100))), append(s.Certificates, pick(groups(), n(100)))
	}
	return s
}

// plainly is what the index must find: every vacancy judged by the domain, all
// sorted.
func plainly(all map[string]domain.Vacancy, q match.Query) []string {
	type hit struct {
		domain.Vacancy
		points int
	}
	var hits []hit
	for _, v := range all {
		if v.Open() == 0 || v.Hazardous && !q.OfAge || len(q.Seeker.Missing(v.Certificates)) > 0 || !q.Seeker.InSeason(q.Today, v.SeasonFrom, v.SeasonTo) {
			continue
		}
		points, _, _ := q.Weights.Score(q.Seeker, v)
		hits = append(hits, hit{v, points})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		switch {
		case a.points != b.points:
			return b.points - a.points
		case !a.PublishedAt.Equal(b.PublishedAt):
			return b.PublishedAt.Compare(a.PublishedAt)
		case a.ID < b.ID:
			return 1
		}
		return -1
	})
	var ids []string
	for _, h := range hits[:min(len(hits), q.Limit)] {
		ids = append(ids, h.ID)
	}
	return ids
}

func ids(hits []match.Hit) (all []string) {
	for _, h := range hits {
		all = append(all, h.ID)
	}
	return all
}

// Whatever was put, changed, closed and put again out of order: the index finds
// what judging every vacancy finds.
func TestTheBestAreThoseOfThePlainComputation(t *testing.T) {
	w := weights(t)
	rapid.Check(t, func(t *rapid.T) {
		n := func(limit int) int { return rapid.IntRange(0, limit-1).Draw(t, "n") }
		x, all := match.New(), map[string]domain.Vacancy{}
		for range rapid.IntRange(0, 60).Draw(t, "changes") {
			v := vacancy(n(25), n)
			before := all[v.ID]
			v.Version = before.Version + 1
			if n(4) == 0 {
				v.State = domain.VacancyIsClosed
			}
			if n(6) == 0 {
				v.Taken = v.Headcount
			}
			all[v.ID] = v
			x.Put(v)
			if before.ID != "" && n(2) == 0 {
				x.Put(before) // late: it must change nothing
			}
		}
		open := 0
		for _, v := range all {
			if v.Open() > 0 {
				open++
			}
		}
		if x.Len() != open {
			t.Fatalf("%d are open, the index has %d", open, x.Len())
		}
		q := match.Query{Seeker: seeker(n), Weights: w, Today: today, OfAge: n(2) == 0, Limit: 1 + n(12)}
		if got, want := ids(x.Top(q)), plainly(all, q); !slices.Equal(got, want) {
			t.Fatalf("found %v, want %v for %+v", got, want, q.Seeker)
		}
	})
}

// Looks and changes go on beside each other; the race detector watches.
func TestLooksAndChangesBesideEachOther(t *testing.T) {
	x, w := match.New(), weights(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for i := range 300 {
				v := vacancy(r.IntN(50), r.IntN)
				v.Version = int64(i + 1)
				x.Put(v)
				x.Top(match.Query{Seeker: seeker(r.IntN), Weights: w, Today: today, OfAge: true, Limit: 20})
			}
		})
	}
	wg.Wait()
	if x.Len() == 0 || x.Len() > 50 {
		t.Errorf("%d of 50 vacancies", x.Len())
	}
}

// BenchmarkTop20Of100000 looks for the best 20 with their reasons, one
// vacancy changing between two looks, and reports the slow end.
func BenchmarkTop20Of100000(b *testing.B) {
	const open = 100_000
	w, r, x := weights(b), rand.New(rand.NewPCG(1, 2)), match.New()
	all := make(map[string]domain.Vacancy, open)
	for i := range open {
		v := vacancy(i, r.IntN)
		v.SeasonTo = today.AddDays(30 + r.IntN(200))
		all[v.ID] = v
		x.Put(v)
	}
	took := make([]time.Duration, 0, b.N)
	version := int64(1)
	for b.Loop() {
		version++
		v := vacancy(r.IntN(open), r.IntN)
		v.Version = version
		all[v.ID] = v
		x.Put(v)
		s := seeker(r.IntN)
		start := time.Now()
		for _, h := range x.Top(match.Query{Seeker: s, Weights: w, Today: today, OfAge: true, Limit: 20}) {
			if _, _, factors := w.Score(s, all[h.ID]); len(factors) > 7 {
				b.Fatal("more factors than there are")
			}
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
}

// BenchmarkChange brings one of 100,000 vacancies up to date.
func BenchmarkChange(b *testing.B) {
	const open = 100_000
	r, x := rand.New(rand.NewPCG(1, 2)), match.New()
	for i := range open {
		x.Put(vacancy(i, r.IntN))
	}
	version := int64(1)
	for b.Loop() {
		version++
		v := vacancy(r.IntN(open), r.IntN)
		v.Version = version
		x.Put(v)
	}
}
