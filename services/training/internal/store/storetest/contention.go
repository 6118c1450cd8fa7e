package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

const contenders = 64

// department is the use cases as the service runs them.
func department(t testing.TB) *app.App {
	t.Helper()
	codes, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &app.App{Clock: clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)), Rules: rules, Codes: codes, NewID: ident.NewID}
}

func as(worker string) context.Context {
	return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker})
}

// all runs f for every contender at once.
func all(f func(worker string)) {
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() { f(fmt.Sprintf("worker-%02d", i)) })
	}
	wg.Wait()
}

// everybody enrols every contender and returns the enrolments by worker and the
// positions that were told, in order.
func (s suite) everybody(t testing.TB, a *app.App, courseID string) (ids map[string]string, positions []int) {
	var mu sync.Mutex
	ids = map[string]string{}
	all(func(worker string) {
		var e domain.Enrolment
		var position int
		s.update(t, func(in app.Store) (err error) {
			e, position, err = a.Enrol(as(worker), in, worker, courseID)
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		ids[worker] = e.ID
		if e.State == domain.Waiting {
			positions = append(positions, position)
		}
	})
	slices.Sort(positions)
	return ids, positions
}

// states counts the enrolments by state and lists the positions of who waits.
func (s suite) states(t testing.TB) (states map[domain.State]int, positions []int) {
	states = map[domain.State]int{}
	all := make([]app.EnrolmentLine, 0, contenders)
	s.update(t, func(in app.Store) error {
		for i := range contenders {
			lines, err := in.EnrolmentsOf(fmt.Sprintf("worker-%02d", i))
			if err != nil {
				return err
			}
			all = append(all, lines...)
		}
		return nil
	})
	for _, l := range all {
		states[l.State]++
		if l.State == domain.Waiting {
			positions = append(positions, l.Position)
		}
	}
	slices.Sort(positions)
	return states, positions
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

func lastPlaces(t *testing.T, s suite) {
	s.add(t, course("course-1", 10))
	_, told := s.everybody(t, department(t), "course-1")
	states, positions := s.states(t)
	if states[domain.Confirmed] != 10 || states[domain.Waiting] != 54 {
		t.Errorf("%v", states)
	}
	if !slices.Equal(told, upTo(54)) || !slices.Equal(positions, upTo(54)) {
		t.Errorf("told %v, stand at %v", told, positions)
	}
	s.update(t, func(in app.Store) error {
		c, err := in.Course("course-1")
		if err == nil && (c.Taken != 10 || c.Waiting != 54 || c.Version != 1+contenders) {
			t.Errorf("%+v", c)
		}
		return err
	})
}

// manyLeave has every second contender leave while the others accept what they
// are offered: no offer is lost and none is made twice.
func manyLeave(t *testing.T, s suite) {
	a := department(t)
	s.add(t, course("course-1", 10))
	ids, _ := s.everybody(t, a, "course-1")
	all(func(worker string) {
		if worker[len(worker)-1]%2 == 0 {
			s.update(t, func(in app.Store) error { return a.DropEnrolment(as(worker), in, ids[worker]) })
			return
		}
		// Where the offer has not come yet this is refused, and the offer stays.
		if err := s.try(func(in app.Store) error { return a.AcceptPlace(as(worker), in, ids[worker]) }); err != nil && !errors.Is(err, domain.ErrEnrolmentState) {
			t.Error(err)
		}
	})
	states, positions := s.states(t)
	if states[domain.Dropped] != 32 || states[domain.Confirmed]+states[domain.Offered] != 10 || states[domain.Waiting] != 22 || !slices.Equal(positions, upTo(22)) {
		t.Errorf("%v, %v", states, positions)
	}
}

func importsAtOnce(t *testing.T, s suite) {
	var mu sync.Mutex
	created, seen := 0, map[string]bool{}
	all(func(worker string) {
		c := course("course-"+worker, 10)
		c.Reference = "row-1"
		var id string
		var fresh bool
		s.update(t, func(in app.Store) (err error) {
			id, fresh, err = in.AddCourse(context.Background(), c, published(c))
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		seen[id] = true
		if fresh {
			created++
		}
	})
	if created != 1 || len(seen) != 1 {
		t.Errorf("created %d times, as %v", created, seen)
	}
	s.wantEvents(t, "training.course.published.v1")
}
