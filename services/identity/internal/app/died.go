package app

import (
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// EndOfDead ends every sign-in of a worker whose death was recorded, and takes printed
// codes back. The ways to sign in stay, and open nothing before the record is undone: who
// lives signs in anew.
func (a *App) EndOfDead(s Store, worker string) error {
	if err := s.DropCodes(worker); err != nil {
		return err
	}
	who, found, err := s.AccountOf(worker)
	if err != nil || !found {
		return err
	}
	_, err = a.endAll(s, who.ID, 0, domain.ShutOut)
	if a.Announced != nil {
		a.Announced()
	}
	return err
}
