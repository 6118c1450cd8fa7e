package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var keep = domain.KeepPolicy{Sessions: 183 * 24 * time.Hour, Visits: 1096 * 24 * time.Hour}

// terms: sessions and visits are forgotten after their terms, but the newest of an account.
func terms(s suite) {
	long := now.Add(-200 * 24 * time.Hour)
	s.began("s-1", "a", long)
	s.began("s-2", "a", long.Add(time.Hour))
	s.began("s-3", "b", long)
	s.began("s-4", "a", now)
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveVisit(domain.Visit{ID: "v-1", Officer: "a", Worker: "w", Began: now.AddDate(-4, 0, 0), Ended: now}), in.SaveVisit(domain.Visit{ID: "v-2", Officer: "a", Worker: "w", Began: long, Ended: now}))
	})
	if err := s.Sweep(context.Background(), now, keep); err != nil {
		s.t.Fatal(err)
	}
	for id, there := range map[string]bool{"s-1": false, "s-2": false, "s-3": true, "s-4": true} {
		s.do(func(in app.Store) error {
			if _, err := in.Session(id); (err == nil) != there {
				s.t.Errorf("%s: %v", id, err)
			}
			return nil
		})
	}
	s.refused(domain.ErrVisit, func(in app.Store) error { _, err := in.Visit("v-1"); return err })
	s.do(func(in app.Store) error {
		used, err := in.LastUsed("b")
		s.same("still known", used, long)
		_, err2 := in.Visit("v-2")
		return errors.Join(err, err2)
	})
}

// again: the same within a minute is counted, and taken out once the minute is over.
func again(s suite) {
	d := domain.Denial{At: now, Kind: "officer", Subject: "a001", Service: "housing", Method: "X", Code: "auth.denied"}
	other := d
	other.Method = "Y"
	count := func(d domain.Denial, want bool) {
		s.t.Helper()
		s.do(func(in app.Store) error {
			got, err := in.Again(d)
			s.same("again", got, want)
			return err
		})
	}
	for _, want := range []bool{false, true, true} {
		count(d, want)
	}
	count(other, false)
	take := func(at time.Time) (all []domain.Denial) {
		s.do(func(in app.Store) (err error) { all, err = in.TakeAgain(at); return err })
		return all
	}
	s.same("while the minute lasts", len(take(now)), 0)
	count(d, true)
	all := take(now.Add(time.Minute))
	if len(all) != 1 || all[0].Again != 3 || all[0].Method != "X" || all[0].At.Unix()/60 != now.Unix()/60 {
		s.t.Errorf("%+v", all)
	}
	count(d, false)
}

func swept(s suite) {
	old := now.Add(-48 * time.Hour)
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveFlow(domain.Flow{Hash: []byte{1}, Kind: domain.FlowSecond, Ends: old}), in.SaveFlow(domain.Flow{Hash: []byte{2}, Kind: domain.FlowSecond, Ends: now}),
			in.SaveTries(domain.Tries{Key: []byte{1}, Failed: 3, Last: old}), in.Revoke([]domain.Range{{First: 1, Last: 1}}, old))
	})
	if err := s.Sweep(context.Background(), now, keep); err != nil {
		s.t.Fatal(err)
	}
	s.refused(domain.ErrFlow, func(in app.Store) error { _, err := in.Flow([]byte{1}); return err })
	s.do(func(in app.Store) error {
		_, err := in.Flow([]byte{2})
		t, err2 := in.Tries([]byte{1})
		all, number, err3 := in.Revoked(0, old.Add(-time.Hour), 10)
		if t.Failed != 0 || len(all) != 0 || number != 1 {
			s.t.Errorf("%+v %v %d", t, all, number)
		}
		return errors.Join(err, err2, err3)
	})
}
