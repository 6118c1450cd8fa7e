package app

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// course is the state machine of one course with few places and many acts.
type course struct {
	app   *App
	store *memory
	id    string
	own   map[string]bool // enrolments whose last step was the worker's own yes
	begun bool
}

// No order of acts gives more places than there are, none leaves a place empty
// while somebody waits, and nobody has a place without an act of their own that
// is newer than its offer.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, clock := department(t)
		m := &course{app: a, store: newMemory(), own: map[string]bool{}}
		m.id = publish(t, a, m.store, announcement("row-1", rapid.IntRange(1, 3).Draw(t, "places"), "2026-12-01"))
		who := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("worker-%d", rapid.IntRange(0, 7).Draw(t, "worker")) })
		mine := func(t *rapid.T) (worker, id string) {
			worker = who.Draw(t, "who")
			for _, e := range m.store.enrolments {
				if e.Worker == worker && e.State != domain.Dropped {
					return worker, e.ID
				}
			}
			return worker, "none"
		}
		t.Repeat(map[string]func(*rapid.T){
			"enrol": func(t *rapid.T) {
				w := who.Draw(t, "who")
				e, _, err := a.Enrol(worker(w), m.store, w, m.id)
				if err == nil {
					m.own[e.ID] = e.State == domain.Confirmed
				}
				if err == nil && m.begun {
					t.Fatal("enrolled after the first day")
				}
			},
			"drop": func(t *rapid.T) {
				w, id := mine(t)
				state := m.store.enrolments[id].State
				if err := a.DropEnrolment(worker(w), m.store, id); err != nil && id != "none" && state != domain.Completed && state != domain.Failed {
					t.Fatal(err)
				}
			},
			"accept": func(t *rapid.T) {
				w, id := mine(t)
				if a.AcceptPlace(worker(w), m.store, id) == nil {
					m.own[id] = true
				}
			},
			"accept by another": func(t *rapid.T) {
				_, id := mine(t)
				if a.AcceptPlace(worker("stranger"), m.store, id) == nil || a.AcceptPlace(officer(""), m.store, id) == nil {
					t.Fatal("somebody else accepted")
				}
			},
			"close the account": func(t *rapid.T) {
				if err := a.CloseAccount(t.Context(), m.store, who.Draw(t, "who")); err != nil {
					t.Fatal(err)
				}
			},
			"result": func(t *rapid.T) {
				_, id := mine(t)
				if err := a.RecordAttendance(officer(""), m.store, id, rapid.Bool().Draw(t, "completed")); err == nil && !m.begun {
					t.Fatal("a result before the course")
				}
			},
			"the course begins": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "seldom") == 0 {
					clock.Set(time.Date(2026, 12, 2, 4, 0, 0, 0, time.UTC))
					m.begun = true
				}
			},
			"": m.check,
		})
	})
}

func (m *course) check(t *rapid.T) {
	c := m.store.courses[m.id]
	taken, waiting, lastOffered, firstWaiting := 0, 0, 0, c.LastNumber+1
	for _, e := range m.store.enrolments {
		switch e.State {
		case domain.Confirmed, domain.Completed, domain.Failed:
			taken++
			if !m.own[e.ID] {
				t.Fatalf("%s has a place without an own act", e.Worker)
			}
		case domain.Offered:
			taken++
			lastOffered = max(lastOffered, e.Number)
			if m.own[e.ID] {
				t.Fatalf("%s said yes before the offer", e.Worker)
			}
		case domain.Waiting:
			waiting++
			firstWaiting = min(firstWaiting, e.Number)
		}
	}
	if taken != c.Taken || waiting != c.Waiting || taken > c.Places {
		t.Fatalf("%d taken of %d, %d waiting; the course counts %d and %d", taken, c.Places, waiting, c.Taken, c.Waiting)
	}
	if !m.begun && waiting > 0 && taken < c.Places {
		t.Fatal("a place is empty while somebody waits")
	}
	if lastOffered > firstWaiting {
		t.Fatal("a place was offered past who waits longer")
	}
}
