package importing

import (
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

const (
	// heldFor is how long a sheet is held after its officer last did something with it.
	heldFor = time.Hour
	// mostHeld bounds how many sheets are held at once, and so the memory that they take.
	mostHeld = 4
)

// errShelf refuses another sheet where others are held already.
var errShelf = errs.New(errs.Overloaded, "importing.full", "Several officers are bringing in sheets at this moment. Try again in some minutes; nothing was done.")

// shelf holds one sheet for an officer.
type shelf struct {
	clock clock.Clock
	turn  chan struct{} // one sheet is read at a time: what reading takes is bounded too
	mu    sync.Mutex
	all   map[string]*held // by officer
}

func newShelf(c clock.Clock) *shelf {
	return &shelf{clock: c, turn: make(chan struct{}, 1), all: map[string]*held{}}
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

// put holds a sheet in the place of what was held for the officer.
func (s *shelf) put(officer string, h *held) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	before := s.all[officer]
	if before == nil && len(s.all) >= mostHeld {
		return errShelf
	}
	if before != nil {
		before.end()
	}
	h.until = s.clock.Now().Add(heldFor)
	s.all[officer] = h
	h.sweeper = time.AfterFunc(heldFor+time.Minute, s.swept)
	return nil
}

// drop gives up what is held for an officer.
func (s *shelf) drop(officer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
