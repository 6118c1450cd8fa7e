package app

import "github.com/qiao-platform/qiao/services/identity/internal/domain"

// Views lists the caller's own.
func (a *App) Views(s Store, own domain.Session) (domain.Views, error) { return s.Views(own.Account) }

// SaveView keeps a list of work under a name.
func (a *App) SaveView(s Store, own domain.Session, name string, list domain.ExportedList) (id string, err error) {
	id = a.NewID()
	return id, a.changeViews(s, own, func(v domain.Views) (domain.Views, error) { return v.Add(id, name, list) })
}

// RenameView gives one of the caller's another name.
func (a *App) RenameView(s Store, own domain.Session, id, name string) error {
	return a.changeViews(s, own, func(v domain.Views) (domain.Views, error) { return v.Rename(id, name) })
}

// ArrangeView moves one of the caller's, takes it away or brings it back.
func (a *App) ArrangeView(s Store, own domain.Session, id, change string) error {
	return a.changeViews(s, own, func(v domain.Views) (domain.Views, error) { return v.Arrange(id, change) })
}

func (a *App) changeViews(s Store, own domain.Session, change func(domain.Views) (domain.Views, error)) error {
	v, err := s.Views(own.Account)
	if err != nil {
		return err
	}
	if v, err = change(v); err != nil {
		return err
	}
	return s.SaveViews(v)
}
