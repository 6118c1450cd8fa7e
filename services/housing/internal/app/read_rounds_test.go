package app

import (
	"fmt"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// rounds answers for the rounds of a county and counts the queries.
type rounds struct {
	Store
	all   []domain.Round
	asked int
}

func (r *rounds) RoundsOf(string) ([]domain.Round, error) { r.asked++; return r.all, nil }

func (r *rounds) FreeAmong(ids []string) (map[string]domain.Home, error) {
	r.asked++
	free := map[string]domain.Home{}
	for _, id := range ids {
		if id != "home-0" {
			free[id] = domain.Home{ID: id}
		}
	}
	return free, nil
}

// Forty rounds of several homes are listed by as many queries as one.
func TestRoundsAreReadAtOnce(t *testing.T) {
	s := &rounds{}
	for i := range 40 {
		r := domain.Round{ID: fmt.Sprint(i)}
		for j := range i + 1 {
			r.HomeIDs = append(r.HomeIDs, fmt.Sprint("home-", j))
		}
		s.all = append(s.all, r)
	}
	ctx := auth.NewContext(t.Context(), auth.Principal{Kind: auth.Officer, Subject: "hou-1", Department: "hou", Division: "654301"})
	shown, err := (&App{}).ReadRounds(ctx, s, "654301")
	if err != nil || len(shown) != 40 || s.asked != 2 {
		t.Fatalf("%d rounds by %d queries, %v", len(shown), s.asked, err)
	}
	for i, r := range shown {
		if r.Round.ID != fmt.Sprint(i) || r.Free != i {
			t.Errorf("round %d has %d free homes", i, r.Free)
		}
	}
}
