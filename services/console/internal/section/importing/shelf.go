package importing

import (
	"slices"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

const (
	// heldFor is how long a sheet is held after its officer last did something with it.
	heldFor = time.Hour
	// mostHeld bounds the bytes of the files that are held at once, and so the memory that they take.
	mostHeld = 4 * mostBytes
)

// errShelf refuses another sheet where others are held already.
var errShelf = errs.New(errs.Overloaded, "importing.full", "Several officers are bringing in sheets at this moment. Try again in some minutes; nothing was done.")

// shelf holds one sheet for an officer.
type shelf struct {
	clock clock.Clock
	turn  chan struct{} // one sheet is read at a time: what reading takes is bounded too
	mu    sync.Mutex
	all   map[string]*held // by officer
	gave  map[string]bool  // officers whose sheet gave its place to another's
}

func newShelf(c clock.Clock) *shelf {
	return &shelf{clock: c, turn: make(chan struct{}, 1), all: map[string]*held{}, gave: map[string]bool{}}
}

// of is what is held for an officer, who does something with it now; nil is nothing.
func (s *shelf) of(officer string) *held {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	h := s.all[officer]
	if h != nil {
		h.until = s.clock.Now().Add(heldFor)
		h.sweeper.Reset(heldFor + time.Minute)
	}
	return h
}

// gone reports whether the officer's sheet had to give its place to another's.
func (s *shelf) gone(officer string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gave[officer]
}

// put holds a sheet in the place of what was held for the officer. Where others leave no
// room, those give way that were not touched for longest, of which the officer's own file
// has all: nothing of theirs is under way, and nothing was typed into them.
func (s *shelf) put(officer string, h *held) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	before, size := s.all[officer], h.size
	var idle []string
	for o, other := range s.all {
		if o == officer {
			continue
		}
		size += other.size
		if other.spare() {
			idle = append(idle, o)
		}
	}
	slices.SortFunc(idle, func(a, b string) int { return s.all[a].until.Compare(s.all[b].until) })
	give := 0
	for ; size > mostHeld && give < len(idle); give++ {
		size -= s.all[idle[give]].size
	}
	if size > mostHeld {
		return errShelf
	}
	for _, o := range idle[:give] {
		delete(s.all, o)
		s.gave[o] = true
	}
	if before != nil {
		before.end()
	}
	delete(s.gave, officer)
	h.until = s.clock.Now().Add(heldFor)
	s.all[officer] = h
	h.sweeper = time.AfterFunc(heldFor+time.Minute, s.swept)
	return nil
}

// drop gives up what is held for an officer.
func (s *shelf) drop(officer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.gave, officer)
	if h := s.all[officer]; h != nil {
		h.end()
		delete(s.all, officer)
	}
}

func (s *shelf) swept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
}

// sweep gives up what nobody did anything with for its time. What is being brought in goes on.
func (s *shelf) sweep() {
	for officer, h := range s.all {
		if s.clock.Now().After(h.until) && !h.works() {
			h.end()
			delete(s.all, officer)
		}
	}
}

// place is where a row stands.
type place struct {
	at   int // which of the file's sheets
	line int
}

// held is a sheet, what was typed for its rows, and what came of them.
type held struct {
	until   time.Time   // the shelf's
	sweeper *time.Timer // the shelf's: one for a sheet, however often its page is asked for
	name    string
	size    int // bytes of the file
	sheets  []sheet.File
	unread  []sheet.Unread
	denied  []sheet.File // of departments whose sheets are not the officer's

	mu     sync.Mutex
	typed  map[place][]string
	run    *run     // under way; nil is none
	last   *outcome // of the newest run that ended
	begun  string   // the key of the form by which the newest began
	judged int      // rows, by the newest run that judged alone
}

// works reports whether rows are under way and not paused.
func (h *held) works() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.run != nil && !h.run.paused
}

// spare reports whether the officer loses nothing with it that the file does not hold.
func (h *held) spare() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.run == nil && len(h.typed) == 0
}

// end stops what is under way.
func (h *held) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.run != nil {
		h.run.stop()
	}
}

// cells are what was typed for a row; nil is nothing.
func (h *held) cells(p place) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.typed[p]
}
