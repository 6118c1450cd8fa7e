package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// before is who somebody was in a registry that was lost, as the vault knows;
// the zero value is nobody. Departments go on knowing the person by that id.
type before struct {
	id      string
	key     Key
	version int64 // of the last event that is on record about the id
}

// whoBefore asks the vault who was found by an index that the registry does not
// know. An id that the registry does know is a closed account whose key is still
// to go: who registers anew after that is somebody new.
func (a *App) whoBefore(ctx context.Context, index []byte) (b before, err error) {
	owner, key, found, err := a.Vault.Owner(ctx, index)
	if err != nil || !found {
		return b, err
	}
	err = a.Data.View(ctx, func(s Store) error {
		b = before{}
		if _, err := s.PeekWorker(owner); !errors.Is(err, domain.ErrWorkerUnknown) {
			return err
		}
		if _, err := s.PeekChild(owner); !errors.Is(err, domain.ErrChildUnknown) {
			return err
		}
		version, err := s.LastVersion(owner)
		b = before{owner, key, version}
		return err
	})
	return b, err
}

// owner gives the id and key of who is registered: those of before, or new ones.
func (a *App) owner(ctx context.Context, b before) (string, Key, error) {
	if b.id != "" {
		return b.id, b.key, nil
	}
	return a.Vault.NewKey(ctx)
}
