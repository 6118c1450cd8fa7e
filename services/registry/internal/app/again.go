package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Before is who somebody was in a registry that was lost, as the vault knows;
// the zero value is nobody. Departments go on knowing the person by that id.
type Before struct {
	ID      string
	Key     Key
	Version int64 // of the last event that is on record about the id
}

// WhoBefore asks the vault who was found by an index that the registry does not
// know. An id that the registry does know is a closed account whose key is still
// to go: who registers anew after that is somebody new. view reads the registry.
func (a *App) WhoBefore(ctx context.Context, index []byte, view func(func(Store) error) error) (b Before, err error) {
	owner, key, found, err := a.Vault.Owner(ctx, index)
	if err != nil || !found {
		return b, err
	}
	err = view(func(s Store) error {
		b = Before{}
		if _, err := s.PeekWorker(owner); !errors.Is(err, domain.ErrWorkerUnknown) {
			return err
		}
		if _, err := s.PeekChild(owner); !errors.Is(err, domain.ErrChildUnknown) {
			return err
		}
		version, err := s.LastVersion(owner)
		b = Before{owner, key, version}
		return err
	})
	return b, err
}

// owner gives the id and key of who is registered: those of before, or new ones.
func (a *App) owner(ctx context.Context, b Before) (string, Key, error) {
	if b.ID != "" {
		return b.ID, b.Key, nil
	}
	return a.Vault.NewKey(ctx)
}
