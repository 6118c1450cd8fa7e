package app

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// course is the state machine of one course with few places and many acts.
type course struct {
	app    *App
	store  *memory
	id     string
	own    map[string]bool // enrolments whose last step was the worker's own yes
	asked  map[string]bool // enrolments that were offered a place
	offers []string        // all that were made, so that messages arrive in any order
	begun  bool
}

// No order of acts gives more places than there are, none leaves a place empty
// while somebody waits who was not asked, and nobody has a place without an act of
// their own, or in their name, that is newer than its offer.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, clock := department(t)
		m := &course{app: a, store: newMemory(), own: map[string]bool{}, asked: map[string]bool{}}
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
				next := m.next(id, state)
				if err := a.DropEnrolment(worker(w), m.store, id); err != nil && id != "none" && state != domain.Completed && state != domain.Failed {
					t.Fatal(err)
				} else if err == nil {
					m.reaches(t, next)
				}
			},
			"accept": func(t *rapid.T) {
				w, id := mine(t)
				before, who := m.store.enrolments[id], worker(w)
				if rapid.Bool().Draw(t, "at a counter") {
					who = counter(w)
				}
				if a.AcceptPlace(who, m.store, id) != nil {
					return
				}
				m.own[id] = true
				if e := m.store.enrolments[id]; before.State == domain.Offered && before.Offer.Over(clock.Now()) || !e.Offer.AcceptedAt.After(e.Offer.MadeAt) {
					t.Fatalf("accepted late: %+v", e)
				}
			},
			"decline": func(t *rapid.T) {
				w, id := mine(t)
				next := m.next(id, domain.Offered)
				if a.DeclinePlace(worker(w), m.store, id) == nil {
					m.reaches(t, next)
				}
			},
			"undo": func(t *rapid.T) {
				w, id := mine(t)
				next := m.next(id, domain.Offered)
				if a.UndoAcceptance(worker(w), m.store, id) == nil {
					m.own[id] = false
					m.reaches(t, next)
				}
			},
			"a message arrives": func(t *rapid.T) {
				if len(m.offers) > 0 {
					offer := rapid.SampledFrom(m.offers).Draw(t, "about")
					if err := a.StartOfferClock(t.Context(), m.store, offer, clock.Now()); err != nil {
						t.Fatal(err)
					}
				}
			},
			"time passes": func(t *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour)
				m.begun = m.store.courses[m.id].Started(a.today())
			},
			"tasks": func(t *rapid.T) {
				for _, l := range rapid.Permutation(m.store.later).Draw(t, "order") {
					if l.at.After(clock.Now()) {
						continue
					}
					held, err := m.store.OfferedTo(l.id)
					if err != nil {
						t.Fatal(err)
					}
					before := m.store.enrolments[held]
					next := m.next(held, domain.Offered)
					if err := a.LapsePlace(t.Context(), m.store, l.id); err != nil {
						t.Fatal(err)
					}
					if after := m.store.enrolments[held]; after.State != before.State {
						if after.Number != before.Number || !before.Offer.Over(clock.Now()) && !m.begun {
							t.Fatalf("lapsed: %+v to %+v", before, after)
						}
						m.reaches(t, next)
					}
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
					if begins := time.Date(2026, 12, 2, 4, 0, 0, 0, time.UTC); clock.Now().Before(begins) {
						clock.Set(begins)
					}
					m.begun = true
				}
			},
			"": m.check,
		})
	})
}

// next is who a place reaches that an enrolment in a state gives up: the first who
// waits or, where the place was only offered, the first behind it.
func (m *course) next(id string, state domain.State) string {
	behind := 0
	switch state {
	case domain.Offered:
		behind = m.store.enrolments[id].Number
	case domain.Confirmed:
	default:
		return ""
	}
	first, found, _ := m.store.FirstWaiting(m.id, behind)
	if !found || m.begun {
		return ""
	}
	return first.ID
}

func (m *course) reaches(t *rapid.T, id string) {
	if id != "" && m.store.enrolments[id].State != domain.Offered {
		t.Fatalf("the freed place did not reach %+v", m.store.enrolments[id])
	}
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
			if !m.asked[e.ID] || !slices.Contains(m.offers, e.OfferID) {
				m.asked[e.ID], m.offers = true, append(m.offers, e.OfferID)
			}
		case domain.Waiting:
			waiting++
			if !m.asked[e.ID] {
				firstWaiting = min(firstWaiting, e.Number)
			}
		}
	}
	if taken != c.Taken || waiting != c.Waiting || taken > c.Places {
		t.Fatalf("%d taken of %d, %d waiting; the course counts %d and %d", taken, c.Places, waiting, c.Taken, c.Waiting)
	}
	if !m.begun && firstWaiting <= c.LastNumber && taken < c.Places {
		t.Fatal("a place is empty while somebody waits")
	}
	if lastOffered > firstWaiting {
		t.Fatal("a place was offered past who waits longer")
	}
}

// A place that was only offered goes on to who waits behind, however it is given
// up; one that was had goes to who waits first, asked before or not.
func TestWhoIsAskedNext(t *testing.T) {
	for name, give := range map[string]func(a *App, s Store, w, id string) error{
		"declined": func(a *App, s Store, w, id string) error { return a.DeclinePlace(worker(w), s, id) },
		"left":     func(a *App, s Store, w, id string) error { return a.DropEnrolment(worker(w), s, id) },
		"account closed": func(a *App, s Store, w, _ string) error {
			return a.CloseAccount(context.Background(), s, w)
		},
		"taken back": func(a *App, s Store, w, id string) error {
			if err := a.AcceptPlace(counter(w), s, id); err != nil {
				return err
			}
			return a.UndoAcceptance(worker(w), s, id)
		},
	} {
		a, _ := department(t)
		s := newMemory()
		course := publish(t, a, s, announcement("row-1", 1, "2026-12-01"))
		ids := map[string]string{}
		for _, w := range []string{"had", "first", "second", "third"} {
			e, _, err := a.Enrol(worker(w), s, w, course)
			if err != nil {
				t.Fatal(err)
			}
			ids[w] = e.ID
		}
		offered := func(want string) {
			t.Helper()
			for w, id := range ids {
				if (s.enrolments[id].State == domain.Offered) != (w == want) {
					t.Errorf("%s: %s is %s", name, w, s.enrolments[id].State)
				}
			}
		}
		if err := a.DropEnrolment(worker("had"), s, ids["had"]); err != nil {
			t.Fatal(err)
		}
		offered("first")
		if err := a.DeclinePlace(worker("first"), s, ids["first"]); err != nil {
			t.Fatal(err)
		}
		offered("second")
		if err := give(a, s, "second", ids["second"]); err != nil {
			t.Fatal(err)
		}
		offered("third")
		if err := a.AcceptPlace(worker("third"), s, ids["third"]); err != nil {
			t.Fatal(err)
		}
		if err := a.DropEnrolment(worker("third"), s, ids["third"]); err != nil {
			t.Fatal(err)
		}
		offered("first")
	}
}
