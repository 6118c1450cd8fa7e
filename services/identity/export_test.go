package identity

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
)

// OpenCheap is Open for tests of which the cost of a hash is not the subject.
func OpenCheap(ctx context.Context, d run.Deps) (*Identity, error) {
	return open(ctx, d, factor.Cost{KiB: 64, Passes: 1, Lanes: 1})
}

// Fold writes what was refused again, as each minute does.
func (i *Identity) Fold(ctx context.Context) error { return i.cases.Fold(ctx) }

// Seal seals the audit, as each minute does, and tells what the operator's page would say.
func (i *Identity) Seal(ctx context.Context) (trouble string, err error) {
	err = i.audit.seal(ctx, i.cases)
	trouble, _ = i.audit.Trouble()
	return trouble, err
}

// Clear is what each start does with a file for the first link, where there is an administrator.
func (i *Identity) Clear(ctx context.Context, path string) error { return i.clear(ctx, path) }

// Word is the second word of a link, as the one who asked for it reads it; "" where it needs none.
func (i *Identity) Word(ctx context.Context, link string) (word string, err error) {
	hash := sha256.Sum256([]byte(link))
	err = i.tables.Look(ctx, func(s app.Store) error {
		l, err := s.Link(hash[:])
		if err == nil && l.Act != "" {
			word = i.cases.Word(l.Act)
		}
		return err
	})
	return word, err
}

// waiting is a store that waits for an account's lock while another does something.
type waiting struct {
	app.Store
	meanwhile func(s app.Store, account string) error
}

func (w waiting) Account(id string) (domain.Account, error) {
	if err := w.meanwhile(w.Store, id); err != nil {
		return domain.Account{}, err
	}
	return w.Store.Account(id)
}

type waits struct {
	app.Data
	meanwhile func(s app.Store, account string) error
}

func (w waits) Change(ctx context.Context, f func(app.Store) error) error {
	return w.Data.Change(ctx, func(s app.Store) error { return f(waiting{s, w.meanwhile}) })
}

// EndOthersWhileOneSignsIn ends all others of a session's owner while one more begins.
func (i *Identity) EndOthersWhileOneSignsIn(ctx context.Context, secret string) (n int, err error) {
	hash := sha256.Sum256([]byte(secret))
	err = i.cases.Data.Change(ctx, func(s app.Store) error {
		own, err := s.SessionByHash(hash[:])
		if err != nil {
			return err
		}
		n, err = i.cases.EndOthers(waiting{s, func(s app.Store, _ string) error {
			other := own
			other.ID, other.Hash = "begun meanwhile", []byte("begun meanwhile")
			_, err := s.AddSession(other)
			return err
		}}, own)
		return err
	})
	return n, err
}

// PartsMeanwhile has every sign-in wait for the account while its outside identities are
// parted from it, until what it returns is called.
func (i *Identity) PartsMeanwhile() (over func()) {
	data := i.cases.Data
	i.cases.Data = waits{data, func(s app.Store, account string) error {
		all, err := s.Outsides(account)
		for _, o := range all {
			err = errors.Join(err, s.DropOutside(o))
		}
		return err
	}}
	return func() { i.cases.Data = data }
}
