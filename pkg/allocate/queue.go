package allocate

import (
	"cmp"
	"slices"
	"time"
)

// Line is what one published rule gave to somebody who waits.
type Line struct {
	Rule   string // the rule's id
	Fact   string // the fact that counted
	Form   string // record, paper, witness or declared; none is worth more than another
	Have   int    // how much of it there is
	Points int
}

// Waiting is somebody in a waiting list.
type Waiting struct {
	ID     string
	Class  int // a lower one stands first, whatever the points: a rule says so
	Lines  []Line
	Since  time.Time // when the application was filed; nothing changes it
	Number uint64    // the lottery's, for who has the same points and time
}

// Points is the sum of the lines.
func (w Waiting) Points() (sum int) {
	for _, l := range w.Lines {
		sum += l.Points
	}
	return sum
}

// By says what decided between two neighbours of the list.
type By string

// What can decide, in this order.
const (
	ByClass  By = "class"
	ByPoints By = "points"
	BySince  By = "since"
	ByNumber By = "number"
	ByNobody By = "" // nobody stands ahead
)

// Place is where somebody stands.
type Place struct {
	ID           string
	Position, Of int // 1 is first
	Points       int
	By           By  // what decided against the one ahead
	Need         int // the points that are missing to pass the one ahead; 0 where nobody is, or where no points do it
}

// Queue orders a waiting list: by class, points, time and number. Two
// that agree in everything are told apart by their ids, so that the list is one.
func Queue(all []Waiting) []Place {
	sorted := slices.Clone(all)
	points := make(map[string]int, len(all))
	for _, w := range all {
		points[w.ID] = w.Points()
	}
	slices.SortFunc(sorted, func(a, b Waiting) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(points[b.ID], points[a.ID]), a.Since.Compare(b.Since), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
	places := make([]Place, len(sorted))
	for i, w := range sorted {
		places[i] = Place{ID: w.ID, Position: i + 1, Of: len(sorted), Points: points[w.ID]}
		if i == 0 {
			continue
		}
		ahead := sorted[i-1]
		short := points[ahead.ID] - points[w.ID]
		switch {
		case ahead.Class != w.Class:
			places[i].By = ByClass
			continue
		case short > 0:
			places[i].By = ByPoints
		case !ahead.Since.Equal(w.Since):
			places[i].By = BySince
		default:
			places[i].By = ByNumber
		}
		places[i].Need = short
		if w.Since.After(ahead.Since) || w.Since.Equal(ahead.Since) && cmp.Or(cmp.Compare(w.Number, ahead.Number), cmp.Compare(w.ID, ahead.ID)) > 0 {
			places[i].Need++ // with the same points the one ahead would still be first
		}
	}
	return places
}

// Move is a change of somebody's position.
type Move struct {
	ID       string
	From, To int // 0: was not, or is no longer, in the list
}

// Moves lists whose position differs between two states of a list: in the
// order of the newer one, then those who left it.
func Moves(before, after []Place) []Move {
	from := make(map[string]int, len(before))
	for _, p := range before {
		from[p.ID] = p.Position
	}
	var all []Move
	for _, p := range after {
		if from[p.ID] != p.Position {
			all = append(all, Move{ID: p.ID, From: from[p.ID], To: p.Position})
		}
		delete(from, p.ID)
	}
	for _, p := range before {
		if _, left := from[p.ID]; left {
			all = append(all, Move{ID: p.ID, From: p.Position})
		}
	}
	return all
}
