package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of what is told of an account that waits for a counter: that its end is
// near, that it is the person's, and to whoever has the number that one was ended.
const (
	toldOfUnseenEnd = "registry.unseen.ends"
	toldOfSeen      = "registry.unseen.seen"
	toldOfNotMine   = "registry.unseen.refused"
)

// unseenNotice is the notice that the page shows on which somebody makes an account.
const unseenNotice = "unseen-1"

// claimsMost is how many of one number a counter is shown, oldest first.
const claimsMost = 50

func (a *App) unseenPolicy() (p domain.UnseenPolicy, err error) {
	r, err := a.Rules.Rule("RG-UNSEEN", clock.Today(a.Clock), "")
	if err != nil {
		return p, err
	}
	var days, told, most error
	p.Days, days = r.Int("days")
	p.Told, told = r.Int("told_before_days")
	p.PerNumber, most = r.Int("per_number")
	return p, errors.Join(days, told, most)
}

// RecordUnseen keeps what somebody says whom no counter saw. It looks at no other record
// than those that wait on the same telephone, which the person has: whether somebody of
// that number is registered is neither answered nor to be told from the time it takes.
func (a *App) RecordUnseen(ctx context.Context, f domain.Form) (worker string, err error) {
	today := clock.Today(a.Clock)
	p, err := a.unseenPolicy()
	if err != nil {
		return "", err
	}
	minAge, err := a.workingAge(today)
	if err != nil {
		return "", err
	}
	f.Signed, f.NoticeVersion, f.RegisteredOn = true, unseenNotice, today.String()
	e, err := f.Check(a.Tables, today, minAge)
	if err != nil {
		return "", err
	}
	if e.Person.Contact.Phone, err = domain.ParseMobile(f.Phone); err != nil {
		return "", err
	}
	id, k, err := a.Vault.NewKey(ctx)
	if err != nil {
		return "", err
	}
	profile, err := sealProfile(k, id, e.Person.Name, e.Person.Contact)
	if err != nil {
		return "", err
	}
	document, err := sealDocument(k, id, e.Person.Document)
	if err != nil {
		return "", err
	}
	w := domain.RecordUnseen(id, a.documentIndex(e.Person.Document), document, profile, e, p)
	w.ContactVia, w.ContactAt = auth.ViaWeb, a.Clock.Now()
	return id, a.Data.Change(ctx, func(s Store) error {
		n, err := s.UnseenOn(a.phoneIndex(e.Person.Contact.Phone))
		if err != nil {
			return err
		}
		if n >= p.PerNumber {
			return domain.ErrUnseenMost
		}
		if err := s.CreateWorker(ctx, w); err != nil {
			return err
		}
		if err := s.UnseenAt(ctx, id, w.UnseenUntil.AddDays(-p.Told)); err != nil {
			return err
		}
		return errors.Join(s.UnseenAt(ctx, id, w.UnseenUntil.AddDays(1)), a.keepPhone(s, w, e.Person.Contact.Phone))
	})
}

// OwnUnseen tells who is not yet seen the last day, and the name that was said.
func (a *App) OwnUnseen(ctx context.Context, worker string) (name string, until clock.Date, err error) {
	if err := himself(ctx, worker); err != nil {
		return "", until, err
	}
	var w domain.Worker
	err = a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekAccount(worker)
		return err
	})
	if err == nil && !w.Unseen() {
		err = domain.ErrUnseenUnknown
	}
	if err != nil {
		return "", until, err
	}
	p, err := a.openWorker(ctx, w)
	return p.Name.Reveal(), w.UnseenUntil, err
}

// Claim is what somebody says who waits for a counter.
type Claim struct {
	Worker   domain.Worker
	Person   domain.Person
	SameName bool
}

// Unseen lists to an officer before whom a registered person stands who says to have that
// person's number. The look is logged for the person and for each.
func (a *App) Unseen(ctx context.Context, worker string) (all []Claim, err error) {
	var w domain.Worker
	err = a.Data.Change(ctx, func(s Store) error {
		all = nil
		if w, err = a.served(ctx, s, worker); err != nil {
			return err
		}
		if len(w.DocumentIndex) == 0 {
			return nil
		}
		p, err := a.reader(ctx, "")
		if err != nil {
			return err
		}
		claims, err := s.Claims(w.DocumentIndex, claimsMost)
		if err != nil {
			return err
		}
		if err := a.logRead(s, p, w.ID, "", kindName); err != nil {
			return err
		}
		for _, c := range claims {
			if err := a.logRead(s, p, c.ID, "", kindName, kindContact); err != nil {
				return err
			}
			all = append(all, Claim{Worker: c})
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	known, err := a.openWorker(ctx, w)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Person, err = a.openWorker(ctx, all[i].Worker); err != nil {
			return nil, err
		}
		all[i].SameName = all[i].Person.Name == known.Name
	}
	return all, nil
}

// DecideUnseen makes what somebody had sent alone the registered person's, who stands at
// the counter with the paper and says so, or ends it, where the person says that it is
// another's.
func (a *App) DecideUnseen(ctx context.Context, s Store, worker, unseen string, recognise bool, paper string) error {
	if _, err := actingFor(ctx, worker); err != nil { // before anything of a record is looked at
		return err
	}
	p, err := a.reader(ctx, "")
	if err != nil {
		return err
	}
	if err := s.LockPersons(); err != nil {
		return err
	}
	if err := s.LockJoins(); err != nil {
		return err
	}
	if !recognise { // what is under way about a record comes before the record
		if err := s.LockCases([]string{unseen}); err != nil {
			return err
		}
	}
	one, other, err := a.claimed(ctx, s, worker, unseen)
	if err != nil {
		return err
	}
	template, about := toldOfNotMine, unseen
	if recognise {
		c, joined, events, err := domain.Recognise(a.NewID(), one, other, paper, p.Subject, a.Clock.Now())
		if err == nil {
			err = alive(s, c)
		}
		if err != nil {
			return err
		}
		if err := errors.Join(s.SaveWorker(ctx, joined), s.SaveWorker(ctx, one, events...), s.Join(c), s.SaveJoinCase(ctx, c)); err != nil {
			return err
		}
		template, about = toldOfSeen, c.ID
	} else {
		if err := s.LockNewCases([]string{unseen}); err != nil {
			return err
		}
		if err := a.endRecords(ctx, s, []string{unseen}); err != nil {
			return err
		}
	}
	if err := a.logRead(s, p, one.ID, about, kindRegistered); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: one.ID, Division: one.County, Template: template, About: about, AboutService: service})
}

// claimed locks a registered person and who says the person's number, the lesser
// reference first, as whoever locks several does.
func (a *App) claimed(ctx context.Context, s Store, worker, unseen string) (one, other domain.Worker, err error) {
	known, err := s.PeekWorker(worker)
	if err != nil {
		return one, other, err
	}
	if unseen < known.ID {
		if other, err = s.Account(unseen); err != nil {
			return one, other, orUnseenUnknown(err)
		}
	}
	if one, err = a.served(ctx, s, worker); err != nil {
		return one, other, err
	}
	if unseen > known.ID {
		if other, err = s.Account(unseen); err != nil {
			return one, other, orUnseenUnknown(err)
		}
	}
	return one, other, other.Claims(one)
}

func orUnseenUnknown(err error) error {
	if errors.Is(err, domain.ErrWorkerUnknown) {
		return domain.ErrUnseenUnknown
	}
	return err
}

// LookAtUnseen tells somebody whom no counter saw that the last day is near, and ends the
// account after it: what was said is erased.
func (a *App) LookAtUnseen(ctx context.Context, s Store, worker string) error {
	if err := s.LockJoins(); err != nil {
		return err
	}
	w, err := s.PeekAccount(worker)
	if err != nil || !w.Unseen() {
		return err
	}
	if clock.Today(a.Clock).After(w.UnseenUntil) {
		return a.closeRecords(ctx, s, []string{worker})
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: worker, Division: w.County, Template: toldOfUnseenEnd, About: worker, AboutService: service})
}
