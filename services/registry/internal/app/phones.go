package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const indexPhone = "telephone"

// phonePage is how many records of before are looked through by one task.
const phonePage = 50

// Telephones is what the use cases about telephones need of storage.
type Telephones interface {
	// KeepPhone keeps the number of a record; one that is the same stays as old as it was.
	KeepPhone(t domain.Telephone) error
	DropPhone(worker string) error
	// UnsurePhone has nobody found by a record's number until it is looked at again.
	UnsurePhone(worker string) error
	// PhoneGivers lists the open records that answer for people who gave a number, up to most.
	PhoneGivers(index []byte, most int) ([]domain.Telephone, error)
	// Unphoned lists the next records of before numbers were kept; Phoned says up to
	// where they were looked through, "" that all were.
	Unphoned(limit int) (workers []string, err error)
	Phoned(ctx context.Context, last string) error
}

// Sender sends what works once to a telephone. No error of it holds a number or a code.
type Sender interface {
	Send(ctx context.Context, to ident.Phone, code string, minutes int) error
}

func (a *App) phoneIndex(p ident.Phone) []byte { return a.Vault.Index(indexPhone, p.Reveal()) }

// keepPhone keeps what a record says today.
func (a *App) keepPhone(s Store, w domain.Worker, p ident.Phone) error {
	if p.IsZero() {
		return s.DropPhone(w.ID)
	}
	since := w.ContactAt
	if since.IsZero() {
		since = w.RegisteredOn.Start()
	}
	return s.KeepPhone(domain.Telephone{Worker: w.ID, Index: a.phoneIndex(p), Via: w.ContactVia, Since: since})
}

// contactChanged has what follows from a contact be looked at by a task. Until then
// nobody is found by its number.
func (a *App) contactChanged(ctx context.Context, s Store, worker string) error {
	return errors.Join(s.UnsurePhone(worker), s.LikenLater(ctx, worker))
}

// FindPhone lists who gave a number. Who died is not among them: nobody acts in the
// name of the dead by a telephone.
func (a *App) FindPhone(ctx context.Context, s Store, phone string) (found []domain.Telephone, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	number, err := domain.ParseMobile(phone)
	if err != nil {
		return nil, err
	}
	all, err := s.PhoneGivers(a.phoneIndex(number), domain.MostFound)
	if err != nil || !domain.MayBeFound(registered(all)) {
		return nil, err
	}
	for _, t := range all {
		died, err := s.Died(t.Worker)
		if err != nil {
			return nil, err
		}
		if died {
			continue
		}
		if err := a.logRead(s, p, t.Worker, "", kindContact); err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, nil
}

// registered counts those whom a counter saw: who says a number alone makes it no less
// theirs.
func registered(all []domain.Telephone) (n int) {
	for _, t := range all {
		if !t.Unseen {
			n++
		}
	}
	return n
}

// SendCode sends a code to a number.
func (a *App) SendCode(ctx context.Context, phone, code string, minutes int) error {
	number, err := domain.ParseMobile(phone)
	if err != nil {
		return err
	}
	if a.Sender == nil {
		return domain.ErrNoSender
	}
	return a.Sender.Send(ctx, number, code, minutes)
}

// PhoneOlds looks through some of the records that were there before numbers were
// kept, and leaves the others to the next task.
func (a *App) PhoneOlds(ctx context.Context) error {
	var page []string
	err := a.Data.Look(ctx, func(s Store) (err error) {
		page, err = s.Unphoned(phonePage)
		return err
	})
	if err != nil {
		return err
	}
	last := ""
	for _, worker := range page {
		if err := a.phoneOld(ctx, worker); err != nil {
			return err
		}
		last = worker
	}
	return a.Data.Change(ctx, func(s Store) error { return s.Phoned(ctx, last) })
}

// phoneOld keeps the number of one of them; where it changes meanwhile, the task of
// that change does.
func (a *App) phoneOld(ctx context.Context, worker string) error {
	var w domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekAccount(worker)
		return err
	})
	if err == nil {
		err = w.Open()
	}
	var contact domain.Contact
	if err == nil {
		var k Key
		if k, err = a.Vault.Key(ctx, w.ID); err == nil {
			_, contact, err = openProfile(k, w)
		}
	}
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) || errors.Is(err, domain.ErrUnseen) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		now, err := s.Account(worker)
		if err != nil || now.Version != w.Version {
			return err
		}
		return a.keepPhone(s, now, contact.Phone)
	})
}
