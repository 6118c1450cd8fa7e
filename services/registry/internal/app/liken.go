package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const (
	// mostCounted is up to how many are counted who bear a name or give a telephone.
	mostCounted = 100
	// likenPage is how many records of before are looked through by one task.
	likenPage = 50
)

// alike is a person beside those who are likely the same.
type alike struct {
	keys   [][]byte // all, and of those
	finds  [][]byte // by which others are found
	locks  [][]byte
	looked []string                 // who shares one
	likely []domain.Likely          // who of them is likely the same
	others map[string]domain.Worker // the accounts of those
}

// alike finds who is likely the same person as l: of those who share a likeness,
// who are opened and compared, outside of any transaction. Who was compared before
// is not opened again.
func (a *App) alike(ctx context.Context, l domain.Likened, before alike) (found alike, err error) {
	if a.FindsNobody {
		return found, nil
	}
	hashed := func(k domain.LikenessKey) []byte {
		return a.Vault.Index("likeness "+string(k.Kind), k.Text)[:domain.LikenessSize]
	}
	var name, phone []byte
	for _, k := range l.Keys() {
		key := hashed(k)
		found.keys = append(found.keys, key)
		switch k.Kind {
		case domain.KeyName:
			name = key
		case domain.KeyPhone:
			phone = key
		}
		if k.Kind.Finds() {
			found.finds = append(found.finds, key)
		}
	}
	for _, k := range l.Locks() {
		found.locks = append(found.locks, hashed(k))
	}
	var crowd domain.Crowd
	var shared []domain.Worker
	err = a.Data.View(ctx, func(s Store) error {
		if found.looked, err = s.Alike(found.finds, domain.MostAlike); err != nil {
			return err
		}
		fresh := slices.DeleteFunc(slices.Clone(found.looked), func(id string) bool { return slices.Contains(before.looked, id) })
		if shared, err = othersRecords(s, fresh, l.ID); err != nil {
			return err
		}
		if len(shared) == 0 {
			return nil
		}
		if crowd.Name, err = s.Sharing(name, l.ID, mostCounted); err != nil || phone == nil {
			return err
		}
		crowd.Phone, err = s.Sharing(phone, l.ID, mostCounted)
		return err
	})
	if err != nil {
		return found, err
	}
	crowd.Name, crowd.Phone = crowd.Name+1, crowd.Phone+1 // with the person
	found.likely, found.others = before.likely, map[string]domain.Worker{}
	maps.Copy(found.others, before.others)
	ids := make([]string, len(shared))
	for i, w := range shared {
		ids[i] = w.ID
	}
	keys, err := a.Vault.Keys(ctx, ids)
	if err != nil {
		return found, err
	}
	for _, w := range shared {
		k, there := keys[w.ID]
		if !there { // closed meanwhile
			continue
		}
		p, err := openPerson(k, w)
		if err != nil {
			return found, err
		}
		if likely, yes := domain.LikelySame(l, domain.Likening(w.ID, p, a.Spell), crowd); yes {
			found.likely, found.others[w.ID] = append(found.likely, likely), w
		}
	}
	return found, nil
}

// othersRecords reads those of many records that are open and somebody else's than a
// person's: a record that was joined into the person's is the person's. A likeness
// whose record was lost is nobody's.
func othersRecords(s Store, ids []string, person string) (all []domain.Worker, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	own, err := s.References(person)
	if err != nil {
		return nil, err
	}
	accounts, err := s.PeekAccounts(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if w, there := accounts[id]; there && w.Open() == nil && !slices.Contains(own, id) {
			all = append(all, w)
		}
	}
	return all, nil
}

// unseen reports whether somebody came to share one of the likenesses who was not
// looked at. From here on no other comes before this is committed.
func unseen(s Store, worker string, found alike) (bool, error) {
	if err := s.LockLikeness(found.locks); err != nil {
		return false, err
	}
	now, err := s.Alike(found.finds, domain.MostAlike) // none, where nobody is looked for
	return slices.ContainsFunc(now, func(id string) bool { return id != worker && !slices.Contains(found.looked, id) }), err
}

// keepAlike keeps a person's likenesses, and the pairs that were found, each
// logged for both.
func (a *App) keepAlike(ctx context.Context, s Store, worker string, fresh bool, found alike) error {
	if a.FindsNobody {
		return nil
	}
	if err := s.KeepLikeness(worker, fresh, found.keys); err != nil || len(found.likely) == 0 {
		return err
	}
	for _, l := range found.likely {
		id := l.Second
		if id == worker {
			id = l.First
		}
		other, err := s.PeekAccount(id)
		if errors.Is(err, domain.ErrWorkerUnknown) || err == nil && other.Open() != nil {
			delete(found.others, id) // closed since it was looked at
			continue
		}
		if err != nil {
			return err
		}
		if err := s.KeepDouble(domain.NewDouble(a.NewID(), l, a.Clock.Now())); err != nil {
			return err
		}
	}
	if len(found.others) == 0 {
		return nil
	}
	return a.logAlike(ctx, s, worker, "", found)
}

// logAlike writes to the logs of those who were found, and of the person, that
// they were compared: for the officer who learns of it, else for the registry.
func (a *App) logAlike(ctx context.Context, s Store, worker, caseID string, found alike) error {
	p, err := auth.FromContext(ctx)
	if err != nil || p.Kind != auth.Officer {
		p = itself()
	}
	ids := []string{worker}
	for id := range found.others {
		ids = append(ids, id)
	}
	slices.Sort(ids) // locks are taken in one order
	for _, id := range ids {
		if id == "" {
			continue
		}
		if err := a.logRead(s, p, id, caseID, kindCompared); err != nil {
			return err
		}
	}
	return nil
}

// itself is the registry where it looks for doubles on its own account.
func itself() auth.Principal {
	return auth.Principal{Kind: auth.Service, Subject: service, Purpose: "person_case", LegalBasis: "PIPL 8; PIPL 46", Via: auth.ViaSystem}
}

// Liken keeps the likenesses and the number of a record that changed, or that was
// there before they were kept, and looks for doubles.
func (a *App) Liken(ctx context.Context, worker string) error {
	var w domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekAccount(worker)
		return err
	})
	if err == nil {
		err = w.Open()
	}
	var p domain.Person
	if err == nil {
		p, err = a.openWorker(ctx, w)
	}
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) || errors.Is(err, domain.ErrUnseen) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := a.alike(ctx, domain.Likening(w.ID, p, a.Spell), alike{})
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		now, err := s.Account(worker)
		if err != nil || now.Open() != nil {
			return err
		}
		more, err := unseen(s, worker, found)
		if err != nil {
			return err
		}
		if err := a.keepAlike(ctx, s, worker, false, found); err != nil {
			return err
		}
		if now.Version == w.Version {
			if err := a.keepPhone(s, now, p.Contact.Phone); err != nil {
				return err
			}
		}
		if more || now.Version != w.Version {
			return s.LikenLater(ctx, worker)
		}
		return nil
	})
}

// LikenOlds looks through some of the records that were there before likenesses
// were kept, and leaves the others to the next task.
func (a *App) LikenOlds(ctx context.Context) error {
	var page []string
	err := a.Data.Look(ctx, func(s Store) (err error) {
		page, err = s.Unlikened(likenPage)
		return err
	})
	if err != nil {
		return err
	}
	last := ""
	for _, worker := range page {
		if err := a.Liken(ctx, worker); err != nil {
			return err
		}
		last = worker
	}
	return a.Data.Change(ctx, func(s Store) error { return s.Likened(ctx, last) })
}
