package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func credentials(s suite) {
	secret := "JBSWY3DPEHPK3PXP"
	s.do(func(in app.Store) error {
		return errors.Join(in.SetSecret("a", app.Password, "$argon2id$hash", now), in.SetTotp("a", secret), in.SetPaper("a", [][]byte{{1}, {2}}),
			in.SavePasskey("a", app.Passkey{ID: []byte{9}, Credential: "{}", Count: 3, Made: now}))
	})
	s.do(func(in app.Store) error {
		hash, found, err := in.Secret("a", app.Password)
		if !found || hash != "$argon2id$hash" {
			s.t.Errorf("%q", hash)
		}
		if _, found, _ := in.Secret("a", app.Pin); found {
			s.t.Error("a PIN that was never set")
		}
		got, found, err2 := in.Totp("a")
		if !found || got != secret {
			s.t.Errorf("%q", got)
		}
		for step, want := range [][2]any{{int64(10), true}, {int64(10), false}, {int64(9), false}, {int64(11), true}} {
			ok, err := in.UseStep("a", want[0].(int64))
			if err != nil || ok != want[1] {
				s.t.Errorf("step %d: %v %v", step, ok, err)
			}
		}
		for i, want := range []bool{true, false} {
			ok, err := in.UsePaper("a", []byte{1}, now)
			if err != nil || ok != want {
				s.t.Errorf("paper %d: %v %v", i, ok, err)
			}
		}
		if ok, err := in.UsePaper("b", []byte{2}, now); err != nil || ok {
			s.t.Errorf("somebody else's paper: %v %v", ok, err)
		}
		keys, err3 := in.Passkeys("a")
		if len(keys) != 1 || keys[0].Count != 3 || keys[0].Credential != "{}" || !keys[0].Made.Equal(now) {
			s.t.Errorf("%+v", keys)
		}
		owner, found, err4 := in.PasskeyOwner([]byte{9})
		if !found || owner != "a" {
			s.t.Errorf("%q", owner)
		}
		return errors.Join(err, err2, err3, err4)
	})
	s.refused(domain.ErrPasskey, func(in app.Store) error { return in.SavePasskey("b", app.Passkey{ID: []byte{9}, Credential: "{}"}) })
	for _, query := range []string{`SELECT hash FROM secret`, `SELECT secret FROM totp`} {
		var kept []byte
		if err := s.db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(&kept) }); err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(kept), secret) || strings.Contains(string(kept), "argon2id") {
			s.t.Errorf("%s: in the clear", query)
		}
	}
	s.do(func(in app.Store) error { return in.DropCredentials("a") })
	s.do(func(in app.Store) error {
		_, one, _ := in.Secret("a", app.Password)
		_, two, _ := in.Totp("a")
		keys, err := in.Passkeys("a")
		if one || two || len(keys) > 0 {
			s.t.Error("something is left to sign in with")
		}
		return err
	})
}

func counted(s suite) {
	key := sha256.New().Sum(nil)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if err := s.Change(context.Background(), func(in app.Store) error {
				t, err := in.Tries(key)
				if err != nil {
					return err
				}
				t.Failed++
				t.Last = now
				return in.SaveTries(t)
			}); err != nil {
				s.t.Error(err)
			}
		})
	}
	all.Wait()
	s.do(func(in app.Store) error {
		t, err := in.Tries(key)
		if t.Failed != 16 || !t.Last.Equal(now) {
			s.t.Errorf("%+v", t)
		}
		return err
	})
}

func flow(s suite) {
	f := domain.Flow{Hash: []byte{1, 2}, Kind: domain.FlowDevice, Account: "", Held: "held", Code: []byte{7}, Ends: now}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveFlow(f), in.SaveFlow(domain.Flow{Hash: []byte{3}, Kind: domain.FlowSecond, Account: "a", Ends: now}), in.SaveFlow(domain.Flow{Hash: []byte{4}, Kind: domain.FlowSecond, Account: "a", Ends: now}))
	})
	s.do(func(in app.Store) error {
		got, err := in.Flow([]byte{1, 2})
		s.same("loaded", got, f)
		byCode, err2 := in.FlowByCode([]byte{7})
		s.same("by its code", byCode, f)
		return errors.Join(err, err2)
	})
	s.refused(domain.ErrDevice, func(in app.Store) error { _, err := in.FlowByCode([]byte{8}); return err })
	ended := 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := s.Change(context.Background(), func(in app.Store) error {
				there, err := in.DropFlow([]byte{1, 2})
				if there {
					mu.Lock()
					ended++
					mu.Unlock()
				}
				return err
			}); err != nil {
				s.t.Error(err)
			}
		})
	}
	all.Wait()
	s.same("how often it ended", ended, 1)
	s.refused(domain.ErrFlow, func(in app.Store) error { _, err := in.Flow([]byte{1, 2}); return err })
}
