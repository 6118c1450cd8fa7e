package app

import (
	"fmt"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// rounds answers for the rounds of a county and counts the queries.
type rounds struct {
	Store
	all   []domain.Round
	asked int
}

func (r *rounds) Rounds(string, domain.Stage) ([]domain.Round, error) { r.asked++; return r.all, nil }

func (r *rounds) SeatedIn(ids []string) (all []domain.Seated, err error) {
	r.asked++
	for i, id := range ids {
		for range i {
			all = append(all, domain.Seated{RoundID: id})
		}
	}
	return all, nil
}

func (r *rounds) TakenCorrections(ids []string) ([]domain.Correction, error) {
	r.asked++
	return []domain.Correction{{RoundID: ids[len(ids)-1], Number: 1}}, nil
}

// Forty rounds are listed by as many queries as one, each with its own schools.
func TestRoundsAreListedAtOnce(t *testing.T) {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := &App{Rules: book, Clock: clock.NewManual(clock.NewDate(2026, 11, 29).Start())}
	s := &rounds{}
	for i := range 40 {
		s.all = append(s.all, domain.Round{ID: fmt.Sprint(i), County: "654301"})
	}
	shown, err := a.ListRounds(s, "", "")
	if err != nil || len(shown) != 40 || s.asked != 3 {
		t.Fatalf("%d rounds by %d queries, %v", len(shown), s.asked, err)
	}
	for i, r := range shown {
		if r.Round.ID != fmt.Sprint(i) || len(r.Schools) != i || len(r.Corrected) != i/39 || r.AnswerDays == 0 {
			t.Errorf("round %d: %+v", i, r)
		}
	}
}
