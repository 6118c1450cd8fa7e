package domain

import (
	"fmt"
	"testing"
)

// BenchmarkRank orders a list of 10,000 with two facts each: what showing one
// place costs beside the two reads of the store.
func BenchmarkRank(b *testing.B) {
	sc := scoring(b)
	all := make([]Candidate, 10_000)
	for i := range all {
		a := applied()
		a.ID, a.State, a.SubmittedAt = fmt.Sprintf("application-%05d", i), Eligible, now.AddDate(0, 0, -i%400)
		all[i] = Candidate{Application: a, Proofs: []Proof{{Kind: ProofJob, Source: "employment", Since: today.AddMonths(-i % 60).String()}, {Kind: ProofInsurance, Source: FormPaper, Months: i % 30}}}
	}
	for b.Loop() {
		if _, err := sc.Rank(all, nil, today); err != nil {
			b.Fatal(err)
		}
	}
}
