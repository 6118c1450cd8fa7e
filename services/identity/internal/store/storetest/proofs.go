package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// outside: whom another office names is one account's, which it may open earlier than was
// said, never later, and from which it can be parted.
func outside(s suite) {
	o := domain.OutsideLink{Source: "gov", Subject: []byte{1}, Account: "a", Made: now, Opens: now.Add(time.Hour)}
	s.do(func(in app.Store) error { return in.SaveOutside(o) })
	stolen := o
	stolen.Account = "b"
	s.refused(domain.ErrTaken, func(in app.Store) error { return in.SaveOutside(stolen) })
	for _, opens := range []time.Time{now, now.Add(time.Minute)} {
		again := o
		again.Opens = opens
		s.do(func(in app.Store) error { return in.SaveOutside(again) })
	}
	o.Opens = now
	s.do(func(in app.Store) error {
		got, found, err := in.Outside("gov", []byte{1})
		s.same("it", got, o)
		_, other, err2 := in.Outside("other", []byte{1})
		if !found || other {
			s.t.Errorf("%v %v", found, other)
		}
		all, err3 := in.Outsides("a")
		s.same("listed", all, []domain.OutsideLink{o})
		return errors.Join(err, err2, err3, in.DropOutside(stolen))
	})
	s.do(func(in app.Store) error {
		all, err := in.Outsides("a")
		s.same("somebody else parts nothing", len(all), 1)
		return errors.Join(err, in.DropOutside(o))
	})
	s.do(func(in app.Store) error {
		_, found, err := in.Outside("gov", []byte{1})
		s.same("parted", found, false)
		return err
	})
}

func proofChanges(s suite) {
	c := domain.ProofChange{ID: "c-1", Account: "a", At: now, Proof: domain.ProofPasskey, Removed: true, Device: "phone"}
	other := c
	other.ID, other.Account = "c-2", "b"
	old := c
	old.ID, old.At = "c-3", now.Add(-400*24*time.Hour)
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveProofChange(context.Background(), c, "w-1"), in.SaveProofChange(context.Background(), other, ""), in.SaveProofChange(context.Background(), old, ""))
	})
	s.do(func(in app.Store) error {
		all, err := in.ProofChanges("a", now.Add(-time.Hour))
		s.same("listed", all, []domain.ProofChange{c})
		none, err2 := in.ProofChanges("a", now)
		s.same("since", len(none), 0)
		return errors.Join(err, err2)
	})
	s.same("the worker is told, and nobody else", testkit.Events(s.t, s.db), []string{"identity.proof.removed.v1"})
	if err := s.Sweep(context.Background(), now, keep); err != nil {
		s.t.Fatal(err)
	}
	s.do(func(in app.Store) error {
		all, err := in.ProofChanges("a", time.Time{})
		s.same("after a year it is forgotten", all, []domain.ProofChange{c})
		return err
	})
}

func passkeys(s suite) {
	key := app.Passkey{ID: []byte{9}, Credential: "{}", Count: 3, Made: now, Name: "my telephone"}
	s.do(func(in app.Store) error {
		return errors.Join(in.SavePasskey("a", key), in.NamePasskey("b", key.ID, "stolen"), in.DropPasskey("b", key.ID), in.SetSecret("a", app.Pin, "x", now))
	})
	key.Count = 4
	key.Used = now
	s.do(func(in app.Store) error {
		return in.SavePasskey("a", app.Passkey{ID: key.ID, Credential: "{}", Count: 4, Used: now})
	})
	s.do(func(in app.Store) error {
		all, err := in.Passkeys("a")
		s.same("used, and the name stays", all, []app.Passkey{key})
		at, err2 := in.SecretAt("a", app.Pin)
		never, err3 := in.SecretAt("a", app.Password)
		s.same("set", at, now)
		s.same("never set", never.IsZero(), true)
		return errors.Join(err, err2, err3, in.NamePasskey("a", key.ID, "another"))
	})
	s.do(func(in app.Store) error {
		all, err := in.Passkeys("a")
		s.same("named", all[0].Name, "another")
		return errors.Join(err, in.DropPasskey("a", key.ID))
	})
	s.do(func(in app.Store) error {
		all, err := in.Passkeys("a")
		s.same("taken away", len(all), 0)
		return err
	})
}

func prints(s suite) {
	today := clock.DateOf(now)
	for i, at := range []time.Time{today.Start(), now, today.Start().Add(-time.Second)} {
		c := domain.Code{ID: string(rune('a' + i)), Kind: domain.Printed, Worker: "w", By: "o-1", Index: []byte{byte(i)}, Made: at, Ends: at.Add(time.Hour)}
		s.do(func(in app.Store) error { return in.SaveCode(c) })
	}
	s.do(func(in app.Store) error {
		n, err := in.PrintedBy("o-1", today)
		other, err2 := in.PrintedBy("o-2", today)
		s.same("of the day", []int{n, other}, []int{2, 0})
		return errors.Join(err, err2)
	})
}
