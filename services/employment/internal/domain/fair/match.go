package fair

import (
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// unranked is the class of who an employer did not rank: after everybody ranked.
const unranked = 1 << 20

// Entry is what a pass knows of an application.
type Entry struct {
	ApplicationID string
	Worker        string // to whom the outcome is told; it takes no part in the matching
	Ticket        string
	Word          allocate.Word
	Withdrawn     bool
	Version       int64
	Wishes        []Wish
	// Settled: a proposal is open or accepted. Over: proposals that ended by a
	// no or by a withdrawal; they are not made again.
	Settled bool
	Over    []string
	Pass    int // the last that gave it something, a proposal or none
}

// Lists is the whole of a fair's lists: posts by vacancy id, entries by ticket.
type Lists struct {
	Fair    Fair
	Posts   []Post
	Entries []Entry
	// Proposed counts by vacancy the proposals that are not answered yet.
	Proposed map[string]int
}

// Match is what a pass gives: an outcome for each entry, in their order. An
// entry that took no part has a zero one.
type Match struct {
	Pass     int
	Outcomes []Outcome
	Proposed int
	Unplaced int
}

// List is the list in the lottery's form. It names nobody.
func (l *Lists) List() *allocate.List {
	index := l.index()
	list := &allocate.List{
		Round: l.Fair.ID, Tie: l.Fair.Tie, Figure: l.Fair.FigureName, Due: l.Fair.MatchOn,
		Posts: make([]allocate.Seats, len(l.Posts)), Entries: make([]allocate.Entry, len(l.Entries)),
	}
	for i, p := range l.Posts {
		list.Posts[i] = allocate.Seats{ID: p.VacancyID, Seats: p.Seats}
	}
	for i, e := range l.Entries {
		wishes := make([]allocate.Wish, len(e.Wishes))
		for j, w := range e.Wishes {
			wishes[j] = allocate.Wish{Post: index[w.VacancyID], Class: w.class()}
		}
		list.Entries[i] = allocate.Entry{Ticket: e.Ticket, Word: e.Word, Wishes: wishes}
	}
	return list
}

// Commit is the commitment to the list; an empty one has no root.
func (l *Lists) Commit() (allocate.Commitment, error) {
	if len(l.Entries) == 0 {
		return allocate.Commitment{}, nil
	}
	return l.List().Commit()
}

func (l *Lists) index() map[string]int {
	index := make(map[string]int, len(l.Posts))
	for i, p := range l.Posts {
		index[p.VacancyID] = i
	}
	return index
}

func (w Wish) class() int {
	if w.Class == 0 {
		return unranked
	}
	return w.Class
}

// Draw draws the lottery and matches: the first pass. Its bundle is published.
func (l *Lists) Draw(figure string, witnesses [2]string, on clock.Date) (Match, *allocate.Drawn, error) {
	drawn, err := l.List().Draw(allocate.Commitment{Root: l.Fair.Root, Entries: l.Fair.Entries}, figure, witnesses)
	switch {
	case errors.Is(err, allocate.ErrCommitted):
		return Match{}, nil, ErrCommitment.Because(err)
	case errors.Is(err, allocate.ErrFigure):
		return Match{}, nil, ErrFigure.Because(err)
	case errors.Is(err, allocate.ErrWitnesses):
		return Match{}, nil, ErrSameOfficer.Because(err)
	case err != nil:
		return Match{}, nil, err
	}
	l.Fair.Seed = drawn.Seed
	numbers, err := l.numbers(drawn.Numbers)
	if err != nil {
		return Match{}, nil, err
	}
	return l.explain(drawn.Outcome, numbers, 1, on, nil), drawn, nil
}

// Again runs a later pass over what is left, by the numbers of the first.
func (l *Lists) Again(on clock.Date) (Match, Pass, error) {
	return l.Give(l.Left(on))
}

// Left is what a later pass may give: seats that nobody took, and to whom, who
// has nothing open; wishes that ended are left out.
func (l *Lists) Left(on clock.Date) allocate.Pass {
	index := l.index()
	pass := allocate.Pass{N: l.Fair.Pass + 1, On: on, Because: "second_pass"}
	for _, p := range l.Posts {
		pass.Posts = append(pass.Posts, allocate.Seats{ID: p.VacancyID, Seats: max(0, p.Seats-p.Taken-l.Proposed[p.VacancyID])})
	}
	for _, e := range l.Entries {
		if e.Withdrawn || e.Settled {
			continue
		}
		taking := allocate.Taking{Ticket: e.Ticket}
		for _, w := range e.Wishes {
			if !slices.Contains(e.Over, w.VacancyID) {
				taking.Wishes = append(taking.Wishes, allocate.Wish{Post: index[w.VacancyID], Class: w.class()})
			}
		}
		pass.Takes = append(pass.Takes, taking)
	}
	return pass
}

// Give gives what a later pass may. It goes by the pass alone, so that it gives
// the same again when some of it is written already.
func (l *Lists) Give(left allocate.Pass) (Match, Pass, error) {
	pass := Pass{Pass: left}
	r := allocate.Round{Posts: make([]allocate.Post, len(left.Posts)), Applicants: make([]allocate.Applicant, len(l.Entries))}
	for i, p := range left.Posts {
		r.Posts[i].Seats = p.Seats
	}
	numbers, err := l.numbers(nil)
	if err != nil {
		return Match{}, pass, err
	}
	took := make([]int, 0, len(left.Takes))
	takes := make([][]int, len(l.Entries)) // by entry: which wish each choice is; nil: it takes no part
	i := 0
	for _, t := range left.Takes { // both are ascending by ticket
		for i < len(l.Entries) && l.Entries[i].Ticket < t.Ticket {
			i++
		}
		if i == len(l.Entries) || l.Entries[i].Ticket != t.Ticket {
			return Match{}, pass, ErrCommitment
		}
		takes[i] = []int{}
		for _, w := range t.Wishes {
			id := left.Posts[w.Post].ID
			j := slices.IndexFunc(l.Entries[i].Wishes, func(w Wish) bool { return w.VacancyID == id })
			if j < 0 {
				return Match{}, pass, ErrCommitment
			}
			r.Applicants[i].Choices = append(r.Applicants[i].Choices, allocate.Choice{Post: w.Post, Class: w.Class, Number: numbers[i][j]})
			takes[i] = append(takes[i], j)
		}
		took = append(took, i)
	}
	o, err := r.Run()
	if err != nil {
		return Match{}, pass, err
	}
	for _, i := range took {
		pass.Got = append(pass.Got, o.Got[i])
	}
	return l.explain(o, numbers, left.N, left.On, takes), pass, nil
}

// Pass is a later pass as it is published, with what each who took part got.
type Pass struct {
	allocate.Pass
	Got []int
}

// numbers gives by entry and wish the lottery numbers under the fair's seed.
// single holds those of the entries where they are known already.
func (l *Lists) numbers(single []uint64) ([][]uint64, error) {
	wishes := 0
	for _, e := range l.Entries {
		wishes += len(e.Wishes)
	}
	flat := make([]uint64, 0, wishes)
	all := make([][]uint64, len(l.Entries))
	for i, e := range l.Entries {
		from := len(flat)
		var number uint64
		var err error
		if single != nil {
			number = single[i]
		} else if l.Fair.Tie == allocate.SingleTie {
			if number, err = allocate.Number(l.Fair.Seed, e.Ticket, ""); err != nil {
				return nil, err
			}
		}
		for _, w := range e.Wishes {
			if l.Fair.Tie == allocate.MultipleTie {
				if number, err = allocate.Number(l.Fair.Seed, e.Ticket, w.VacancyID); err != nil {
					return nil, err
				}
			}
			flat = append(flat, number)
		}
		all[i] = flat[from:len(flat):len(flat)]
	}
	return all, nil
}

// explain turns what the mechanism gave into an outcome for each entry. takes
// says which wish each choice of an entry is, nil for one that takes no part;
// all nil: each is its own, and who stands takes part.
func (l *Lists) explain(o *allocate.Outcome, numbers [][]uint64, pass int, on clock.Date, takes [][]int) Match {
	posts := l.wished()
	places := l.places(posts, numbers)
	m := Match{Pass: pass, Outcomes: make([]Outcome, len(l.Entries))}
	lines := make([]Line, 0, 4*len(l.Entries))
	for i, e := range l.Entries {
		if takes != nil && takes[i] == nil || takes == nil && (e.Withdrawn || e.Settled) {
			continue
		}
		whys := o.Why(i)
		next, from := 0, len(lines)
		got := 0
		for j, w := range e.Wishes {
			if takes != nil && (next == len(takes[i]) || takes[i][next] != j) {
				lines = append(lines, Line{VacancyID: w.VacancyID, Rank: w.Class, Over: true})
				continue
			}
			p := posts[i][j]
			line := Line{VacancyID: w.VacancyID, Rank: w.Class, Of: len(places[p]), Seats: l.Posts[p].Seats}
			if next < len(whys) {
				y := whys[next]
				line.Number, line.NoSeat = place(places[p], y.Own.Number), y.NoSeat
				if !y.NoSeat {
					line.LastNumber = place(places[p], y.Last.Number)
					if line.LastRank = y.Last.Class; line.LastRank == unranked {
						line.LastRank = 0
					}
				}
				lines = append(lines, line)
				next++
				continue
			}
			// What was got ends the list: a wish below was not tried.
			line.Number, line.Got = place(places[p], numbers[i][j]), true
			lines, got = append(lines, line), j+1
			break
		}
		m.Outcomes[i] = Outcome{Pass: pass, On: on, Got: got, Wishes: len(e.Wishes), Lines: lines[from:len(lines):len(lines)]}
		if got > 0 {
			m.Proposed++
		} else {
			m.Unplaced++
		}
	}
	return m
}

// wished gives by entry and wish the post, by its place in the fair's posts.
func (l *Lists) wished() [][]int32 {
	index := l.index()
	flat := make([]int32, 0, 4*len(l.Entries))
	all := make([][]int32, len(l.Entries))
	for i, e := range l.Entries {
		from := len(flat)
		for _, w := range e.Wishes {
			flat = append(flat, int32(index[w.VacancyID]))
		}
		all[i] = flat[from:len(flat):len(flat)]
	}
	return all
}

// places gives for each post the numbers of who wished for it, in order: people
// are told "the 37th of 120", which a number of twenty digits does not say.
func (l *Lists) places(posts [][]int32, numbers [][]uint64) [][]uint64 {
	count := make([]int, len(l.Posts))
	for _, wishes := range posts {
		for _, p := range wishes {
			count[p]++
		}
	}
	all := make([][]uint64, len(l.Posts))
	for i, n := range count {
		all[i] = make([]uint64, 0, n)
	}
	for i, wishes := range posts {
		for j, p := range wishes {
			all[p] = append(all[p], numbers[i][j])
		}
	}
	for i := range all {
		slices.Sort(all[i])
	}
	return all
}

func place(sorted []uint64, number uint64) int {
	i, _ := slices.BinarySearch(sorted, number)
	return i + 1
}
