package allocate_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
)

var monday = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

func waits(id string, points, days int, number uint64) allocate.Waiting {
	return allocate.Waiting{ID: id, Lines: []allocate.Line{{Rule: "HO-07", Points: points}}, Since: monday.AddDate(0, 0, days), Number: number}
}

// A class stands before the points, and no points bring anybody past it.
func TestQueueByClass(t *testing.T) {
	first := waits("b", 1, 9, 0)
	rest := []allocate.Waiting{waits("a", 90, 0, 0), first, waits("c", 20, 2, 0)}
	rest[0].Class, rest[2].Class = 1, 1
	want := []allocate.Place{
		{ID: "b", Position: 1, Of: 3, Points: 1},
		{ID: "a", Position: 2, Of: 3, Points: 90, By: allocate.ByClass},
		{ID: "c", Position: 3, Of: 3, Points: 20, By: allocate.ByPoints, Need: 71},
	}
	if got := allocate.Queue(rest); !slices.Equal(got, want) {
		t.Errorf("%+v\nnot\n%+v", got, want)
	}
}

func TestQueue(t *testing.T) {
	got := allocate.Queue([]allocate.Waiting{waits("e", 10, 2, 9), waits("b", 20, 1, 0), waits("d", 10, 2, 3), waits("a", 30, 5, 0), waits("c", 20, 2, 0)})
	want := []allocate.Place{
		{ID: "a", Position: 1, Of: 5, Points: 30},
		{ID: "b", Position: 2, Of: 5, Points: 20, By: allocate.ByPoints, Need: 10}, // it waits longer
		{ID: "c", Position: 3, Of: 5, Points: 20, By: allocate.BySince, Need: 1},
		{ID: "d", Position: 4, Of: 5, Points: 10, By: allocate.ByPoints, Need: 11}, // the same day, and c's number comes first
		{ID: "e", Position: 5, Of: 5, Points: 10, By: allocate.ByNumber, Need: 1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v\nnot\n%+v", got, want)
	}
}

// Need says the truth: that many points more pass the one ahead, one less does not.
func TestNeededPointsAreEnoughAndNoMore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []allocate.Waiting
		for i := range rapid.IntRange(2, 6).Draw(rt, "waiting") {
			all = append(all, waits(fmt.Sprint(i), rapid.IntRange(0, 4).Draw(rt, "points"), rapid.IntRange(0, 2).Draw(rt, "days"), rapid.Uint64Range(0, 2).Draw(rt, "number")))
		}
		places := allocate.Queue(all)
		for i, p := range places {
			if p.Position != i+1 || p.Of != len(all) {
				rt.Fatalf("%+v at %d", p, i)
			}
			if i == 0 {
				if p.By != allocate.ByNobody || p.Need != 0 {
					rt.Fatalf("the first needs %+v", p)
				}
				continue
			}
			passes := func(more int) bool {
				changed := slices.Clone(all)
				at := slices.IndexFunc(changed, func(w allocate.Waiting) bool { return w.ID == p.ID })
				changed[at].Lines = append(slices.Clone(changed[at].Lines), allocate.Line{Points: more})
				after := allocate.Queue(changed)
				rank := func(id string) int {
					return slices.IndexFunc(after, func(q allocate.Place) bool { return q.ID == id })
				}
				return rank(p.ID) < rank(places[i-1].ID)
			}
			if !passes(p.Need) || passes(p.Need-1) {
				rt.Fatalf("%+v does not need %d points behind %+v", p, p.Need, places[i-1])
			}
		}
	})
}

func TestMoves(t *testing.T) {
	before := allocate.Queue([]allocate.Waiting{waits("a", 3, 0, 0), waits("b", 2, 0, 0), waits("c", 1, 0, 0)})
	after := allocate.Queue([]allocate.Waiting{waits("a", 3, 0, 0), waits("c", 4, 0, 0), waits("d", 0, 0, 0)})
	want := []allocate.Move{{ID: "c", From: 3, To: 1}, {ID: "a", From: 1, To: 2}, {ID: "d", To: 3}, {ID: "b", From: 2}}
	if got := allocate.Moves(before, after); !slices.Equal(got, want) {
		t.Errorf("%+v, not %+v", got, want)
	}
	if got := allocate.Moves(before, before); got != nil {
		t.Errorf("nothing moved, but %+v", got)
	}
}
