package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

func line(n int) domain.Access {
	return domain.Access{At: now.Add(time.Duration(n) * time.Second), ReaderKind: "officer", Reader: fmt.Sprintf("officer-%d", n), Purpose: "public_rental",
		LegalBasis: "PIPL 13(3) 桥", Kinds: []string{"name", "contact"}, CaseID: "case", Service: "registry"}
}

func (s suite) accesses(t testing.TB, worker string, limit int) (all []domain.Access) {
	t.Helper()
	s.update(t, func(tx *store.Tx) (err error) {
		all, err = tx.Accesses([]string{worker}, limit)
		return err
	})
	return all
}

func accessLines(t *testing.T, s suite) {
	for n := 1; n <= 7; n++ {
		s.update(t, func(tx *store.Tx) error { return tx.LogAccess("w", line(n)) })
		s.update(t, func(tx *store.Tx) error { return tx.LogAccess("another", line(n)) })
	}
	for _, limit := range []int{1, 3, 6, 7, 8, 100} {
		all := s.accesses(t, "w", limit)
		if len(all) != min(limit, 7) {
			t.Fatalf("%d of %d", len(all), limit)
		}
		for i, a := range all {
			want := line(7 - i)
			want.Seq, want.Link = int64(7-i), a.Link
			if !reflect.DeepEqual(a, want) {
				t.Errorf("got %+v, want %+v", a, want)
			}
		}
	}
}

func concurrentReads(t *testing.T, s suite) {
	var wg sync.WaitGroup
	for n := range 48 {
		wg.Go(func() { s.update(t, func(tx *store.Tx) error { return tx.LogAccess("w", line(n)) }) })
	}
	wg.Wait()
	readers := map[string]bool{}
	for _, a := range s.accesses(t, "w", 100) {
		readers[a.Reader] = true
	}
	if len(readers) != 48 {
		t.Errorf("%d lines are left of 48", len(readers))
	}
}

func alteredAccess(t *testing.T, s suite) {
	for n := range 5 {
		for _, w := range []string{"a", "b", "c", "d", "e", "f"} {
			s.update(t, func(tx *store.Tx) error { return tx.LogAccess(w, line(n)) })
		}
	}
	s.exec(t, `UPDATE access_line SET reader = 'nobody' WHERE worker = 'a' AND seq = 3`)
	s.exec(t, `DELETE FROM access_line WHERE worker = 'b' AND seq = 5`)
	s.exec(t, `DELETE FROM access_line WHERE worker = 'c' AND seq = 1`)
	s.exec(t, `DELETE FROM access_line WHERE worker = 'd' AND seq = 3`)
	s.exec(t, `DELETE FROM access_line WHERE worker = 'e'`)
	s.exec(t, `INSERT INTO access_line SELECT worker, 6, at, reader_kind, reader, purpose, legal_basis, kinds, case_id, service, link FROM access_line WHERE worker = 'f' AND seq = 5`)
	for _, w := range []string{"a", "b", "c", "d", "e", "f"} {
		if err := s.try(func(tx *store.Tx) error { _, err := tx.Accesses([]string{w}, 100); return err }); !errors.Is(err, domain.ErrAccessAltered) {
			t.Errorf("%s: %v", w, err)
		}
	}
}

func step(id string, at time.Time) domain.Step {
	return domain.Step{EventID: id, Worker: "w", Type: "employment.offer.made.v1", Aggregate: "offer-1", Division: "654301", At: at, Actor: "employer", Via: "web",
		Correlation: "request", Causation: "cause", TraceID: "0123456789abcdef0123456789abcdef", Data: []byte("\x00data")}
}

func (s suite) steps(t testing.TB, before time.Time, limit int) (all []domain.Step) {
	t.Helper()
	s.update(t, func(tx *store.Tx) (err error) {
		all, err = tx.Steps([]string{"w"}, before, limit)
		return err
	})
	return all
}

func timelineOnce(t *testing.T, s suite) {
	for range 2 {
		s.update(t, func(tx *store.Tx) error { return tx.AddStep(step("e-Az.9", now)) })
	}
	s.update(t, func(tx *store.Tx) error {
		return tx.AddStep(domain.Step{EventID: "e-Az.9", Worker: "another", At: now, Data: []byte{}})
	})
	if all := s.steps(t, time.Time{}, 10); len(all) != 1 || !reflect.DeepEqual(all[0], step("e-Az.9", now)) {
		t.Errorf("%+v", all)
	}
}

// Paging from the newest back sees every step once, though several happened in
// one moment and new ones come in between.
func timelinePages(t *testing.T, s suite) {
	for n := range 40 {
		s.update(t, func(tx *store.Tx) error {
			return tx.AddStep(step(fmt.Sprintf("e%02d", n), now.Add(time.Duration(n/4)*time.Second)))
		})
	}
	for _, limit := range []int{1, 3, 4, 5, 100} {
		var seen []string
		before := time.Time{}
		for round := 0; ; round++ {
			page := s.steps(t, before, limit)
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				seen = append(seen, p.EventID)
			}
			before = page[len(page)-1].At
			s.update(t, func(tx *store.Tx) error {
				return tx.AddStep(step(fmt.Sprintf("new-%d-%d", limit, round), now.Add(time.Hour)))
			})
		}
		seen = slices.DeleteFunc(seen, func(id string) bool { return id[0] == 'n' })
		if len(seen) != 40 || seen[0] != "e39" || seen[39] != "e00" || !slices.IsSortedFunc(seen, func(a, b string) int { return -compare(a, b) }) {
			t.Errorf("limit %d: %v", limit, seen)
		}
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func messages(t *testing.T, s suite) {
	want := domain.Message{ID: "event-1", Worker: "w", Division: "654301", Template: "employment.offer.made", About: "offer-1", AboutService: "employment",
		Values: map[string]string{"answer_days": "3"}, SentAt: now}
	for range 2 {
		s.update(t, func(tx *store.Tx) error { return tx.AddMessage(context.Background(), want) })
	}
	if n := s.count(t, `SELECT count(*) FROM task WHERE kind = $1`, store.TaskDeliver); n != 1 {
		t.Errorf("%d tasks", n)
	}
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.Message("event-1")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if all, err := tx.Mailbox("w", 10); err != nil || len(all) != 0 {
			t.Errorf("before it is delivered: %v, %v", all, err)
		}
		return nil
	})
	for range 2 {
		s.update(t, func(tx *store.Tx) error { return tx.PutInMailbox("event-1", "w", now) })
	}
	s.update(t, func(tx *store.Tx) error { return tx.PutInMailbox("gone", "w", now) })
	for range 2 {
		s.update(t, func(tx *store.Tx) error {
			m, err := tx.Message("event-1")
			if err != nil {
				return err
			}
			m, events := m.Arrive("offer", now)
			if len(events) == 0 {
				return nil
			}
			return tx.SaveMessage(context.Background(), m, events...)
		})
	}
	s.update(t, func(tx *store.Tx) error {
		all, err := tx.Mailbox("w", 10)
		if len(all) != 1 || !all[0].DeliveredAt.Equal(now) || !all[0].ReadAt.IsZero() {
			t.Errorf("%+v", all)
		}
		return err
	})
}

func forget(t *testing.T, s suite) {
	ctx := context.Background()
	s.register(t, "w", "index")
	s.register(t, "other", "index-2")
	c, events := domain.RegisterChild("child", "w", []byte("identity"), []byte("sealed"), "654301")
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.SaveChild(ctx, c, events...), tx.AddStep(step("e", now)), tx.AddMessage(ctx, domain.Message{ID: "m", Worker: "w"}), tx.PutInMailbox("m", "w", now),
			tx.LogAccess("w", line(1)))
	})
	s.update(t, func(tx *store.Tx) error { return tx.Forget(ctx, "w", []string{"w", "child"}) })
	s.update(t, func(tx *store.Tx) error { return tx.AddStep(step("late", now)) })
	if n := s.count(t, `SELECT (SELECT count(*) FROM child) + (SELECT count(*) FROM message) + (SELECT count(*) FROM mailbox) + (SELECT count(*) FROM timeline)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if n := s.count(t, `SELECT count(*) FROM task WHERE kind = $1`, store.TaskEraseKey); n != 2 {
		t.Errorf("%d keys are to be erased", n)
	}
	if len(s.accesses(t, "w", 10)) != 1 {
		t.Error("the proof of who read went too")
	}
	first, err := s.store.Erased(ctx, "", 1)
	if err != nil || !slices.Equal(first, []string{"child"}) {
		t.Errorf("%v, %v", first, err)
	}
	if rest, err := s.store.Erased(ctx, "child", 10); err != nil || !slices.Equal(rest, []string{"w"}) {
		t.Errorf("%v, %v", rest, err)
	}
	if gone, err := s.store.Missing(ctx, []string{"w", "child", "other", "never"}); err != nil || !slices.Equal(gone, []string{"child", "never"}) {
		t.Errorf("%v, %v", gone, err)
	}
}

// A reader that had put a step on a timeline when the account was closed, and
// would commit it afterwards, is stopped: the erased do not come back.
func closingStopsWhatIsUnderWay(t *testing.T, s suite) {
	if s.db.Dialect() != sqldb.Postgres {
		return // one writer: nothing is under way
	}
	s.exec(t, `INSERT INTO cursor (channel, epoch, seq, chain, stream_seq, stream_created, applied, skipped, gaps_filled, owner, term, lease_until)
		VALUES ('employment-0', 1, 0, $1, 0, 0, 0, 0, 0, '', 7, 0)`, []byte{})
	deposed := errors.New("another reads on")
	begun, forgotten := make(chan struct{}), make(chan struct{})
	late := make(chan error, 1)
	go func() {
		late <- s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
			if err := s.store.In(tx).AddStep(domain.Step{Worker: "w", At: now, EventID: "e", Type: "x.y.z.v1", Data: []byte{}}); err != nil {
				return err
			}
			if err := tx.QueryRow(`SELECT count(*) FROM timeline`).Scan(new(int)); err != nil { // the step is sent
				return err
			}
			close(begun)
			<-forgotten
			n, err := tx.Exec(`UPDATE cursor SET seq = 1 WHERE channel = 'employment-0' AND term = 7`) // as every reader ends
			if err == nil && n == 0 {
				return deposed
			}
			return err
		})
	}()
	select {
	case <-begun:
	case err := <-late:
		t.Fatalf("the step is not written: %v", err)
	}
	s.update(t, func(tx *store.Tx) error { return tx.Forget(context.Background(), "w", []string{"w"}) })
	close(forgotten)
	if err := <-late; !errors.Is(err, deposed) {
		t.Errorf("the reader goes on: %v", err)
	}
	if n := s.count(t, `SELECT count(*) FROM timeline`); n != 0 {
		t.Errorf("%d steps of a closed account", n)
	}
}
