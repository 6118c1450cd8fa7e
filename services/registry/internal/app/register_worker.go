package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Registered is what became of a registration. Worker is empty where a case
// waits for another county's officer.
type Registered struct {
	Worker, Outcome string
	Differs         []string // fields that say otherwise than the record and change nothing
	Likely          bool     // another record is likely this person's; told to officers alone
}

// The outcomes of registering somebody.
const (
	created   = "created"
	requested = "requested" // a case waits for another county's officer
)

// attempts is how often a registration looks again after it lost a race
// against another of the same person.
const attempts = 3

// looks is how often it looks again since somebody who may be the same person came
// to be meanwhile; after that a task compares the two.
const looks = 2

// raced reports whether a registration lost a race against another of the same
// person, and is to look again.
func raced(err error) bool {
	return errors.Is(err, domain.ErrDocumentTaken) || errors.Is(err, domain.ErrChildTaken) || errs.CodeOf(err) == errLookAgain.Code
}

// RegisterWorker records a person once. It looks first, then makes the person's
// key, then writes the row, so that the row's transaction does no cryptography
// and the key is durable before anything is sealed under it. asOf is the day on
// which ages are judged; with checkOnly nothing is written.
func (a *App) RegisterWorker(ctx context.Context, once Once[Registered], f domain.Form, asOf string, checkOnly bool) (r Registered, err error) {
	e, err := a.checkRegistration(ctx, f, asOf, checkOnly)
	if err != nil {
		return r, err
	}
	for range attempts {
		if r, err = a.registerWorker(ctx, once, e, checkOnly); !raced(err) {
			break
		}
	}
	return r, err
}

func (a *App) registerWorker(ctx context.Context, once Once[Registered], e entry, checkOnly bool) (r Registered, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return r, err
	}
	known, found, err := a.registeredBy(ctx, e)
	switch {
	case err != nil:
		return r, err
	case found && elsewhere(p, known):
		return a.registerElsewhere(ctx, once, known, e, checkOnly)
	case found:
		return a.registerAgain(ctx, once, known, e, checkOnly)
	case checkOnly:
		return a.judgeNew(ctx, e)
	}
	return a.registerNew(ctx, once, p, e)
}

// registeredBy finds the account that has the document of a registration. One that
// had it before, or for which it was entered by mistake, is meant only where the
// name is the person's too: the number may be another's today.
func (a *App) registeredBy(ctx context.Context, e entry) (known domain.Worker, found bool, err error) {
	look := func(ask func(Store) (domain.Worker, bool, error)) error {
		return a.Data.Look(ctx, func(s Store) (err error) {
			known, found, err = ask(s)
			return err
		})
	}
	if err := look(func(s Store) (domain.Worker, bool, error) { return s.WorkerByDocument(e.Index) }); err != nil || found {
		return known, found, err
	}
	if err := look(func(s Store) (domain.Worker, bool, error) { return s.WorkerByFormer(e.Index) }); err != nil || !found {
		return known, found, err
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if errors.Is(err, domain.ErrWorkerClosed) {
		return domain.Worker{}, false, nil
	}
	if err != nil {
		return known, false, err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return known, false, err
	}
	found, err = a.goesBy(ctx, known, name, e.Person.Name)
	return known, found, err
}

// goesBy reports whether a name is the person's, or was, or is that of a record
// which was joined into the account: under that the person registered too.
func (a *App) goesBy(ctx context.Context, known domain.Worker, name, said ident.Name) (was bool, err error) {
	if name == said {
		return true, nil
	}
	var joined []domain.Worker
	err = a.Data.View(ctx, func(s Store) (err error) {
		joined = nil
		if was, err = s.WasFormer(a.formerName(said), known.ID); err != nil || was {
			return err
		}
		all, err := s.Aliases(known.ID)
		if err != nil {
			return err
		}
		for _, id := range all {
			w, err := s.PeekAccount(id)
			if err != nil {
				return err
			}
			joined = append(joined, w)
		}
		return nil
	})
	for _, w := range joined {
		if err != nil || was {
			break
		}
		var p domain.Person
		p, err = a.openWorker(ctx, w)
		was = p.Name == said
	}
	return was, err
}

// registerElsewhere opens a case of a registration whose document another county
// registered.
func (a *App) registerElsewhere(ctx context.Context, once Once[Registered], known domain.Worker, e entry, checkOnly bool) (Registered, error) {
	r := Registered{Outcome: requested}
	if checkOnly {
		return r, nil
	}
	c, err := a.caseOfRegistration(ctx, known, e)
	if err != nil {
		return Registered{}, err
	}
	return once(ctx, func(s Store) (Registered, error) {
		_, err := a.openCase(ctx, s, c)
		return r, err
	})
}

// registerAgain ends a registration of somebody who is registered.
func (a *App) registerAgain(ctx context.Context, once Once[Registered], known domain.Worker, e entry, checkOnly bool) (Registered, error) {
	said, err := a.samePerson(ctx, known, e)
	if err != nil {
		return Registered{}, err
	}
	r := Registered{Worker: known.ID, Outcome: said.outcome, Differs: said.differs}
	if checkOnly {
		return r, nil
	}
	return once(ctx, func(s Store) (Registered, error) { return r, a.recognise(ctx, s, known, said) })
}

// judgeNew says what would become of a row about somebody whom the registry does
// not know.
func (a *App) judgeNew(ctx context.Context, e entry) (Registered, error) {
	found, err := a.alike(ctx, domain.Likening("", e.Person, a.Spell), alike{})
	if err != nil || len(found.likely) == 0 {
		return Registered{Outcome: created}, err
	}
	return Registered{Outcome: created, Likely: true}, a.Data.Change(ctx, func(s Store) error { return a.logAlike(ctx, s, "", "", found) })
}

// registerNew registers somebody whom the registry does not know. Whoever is
// likely the same person is noted: of two who are registered at once the later looks
// at the other too, or leaves that to a task.
func (a *App) registerNew(ctx context.Context, once Once[Registered], p auth.Principal, e entry) (r Registered, err error) {
	b, err := a.whoBefore(ctx, e.Index)
	if err != nil {
		return r, err
	}
	w, events, err := a.newWorker(ctx, e, b)
	if err != nil {
		return r, err
	}
	var found alike
	for i := range looks + 1 {
		if found, err = a.alike(ctx, domain.Likening(w.ID, e.Person, a.Spell), found); err != nil {
			return r, err
		}
		made := Registered{Worker: w.ID, Outcome: created, Likely: len(found.likely) > 0 && p.Kind == auth.Officer}
		r, err = once(ctx, func(s Store) (Registered, error) {
			more, err := unseen(s, w.ID, found)
			if err == nil && more && i < looks {
				err = errLookAgain
			}
			if err != nil {
				return Registered{}, err
			}
			if err := a.createWorker(ctx, s, w, events); err != nil {
				return Registered{}, err
			}
			if err := a.keepPhone(s, w, e.Person.Contact.Phone); err != nil {
				return Registered{}, err
			}
			if err := a.keepAlike(ctx, s, w.ID, true, found); err != nil || !more {
				return made, err
			}
			return made, s.LikenLater(ctx, w.ID)
		})
		if errs.CodeOf(err) != errLookAgain.Code {
			break
		}
	}
	if err == nil && r.Worker == w.ID { // and no kept answer
		a.Vault.File(w.ID, e.Index)
	}
	return r, err
}

// entry is a registration that was found good, and where to look for it.
type entry struct {
	domain.Registration
	Index []byte // of the document number
}

// checkRegistration judges a form and who hands it in: an officer at whose
// counter the person registered, or the person. asOf is the day on which ages
// are judged; a person who registers alone is judged today. Only the rows of a
// sheet are checked and not registered: at a counter that would look a number up
// without its trace (FindWorker).
func (a *App) checkRegistration(ctx context.Context, f domain.Form, asOf string, checkOnly bool) (e entry, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return e, err
	}
	if checkOnly && (p.Kind != auth.Officer || p.Via != auth.ViaImport) {
		return e, auth.ErrDenied
	}
	if err := a.mayQuery(p); err != nil {
		return e, err
	}
	if p.Kind == auth.Worker {
		asOf = ""
	}
	on, err := a.day(asOf)
	if err != nil {
		return e, err
	}
	minAge, err := a.workingAge(on)
	if err != nil {
		return e, err
	}
	if e.Registration, err = f.Check(a.Tables, on, minAge); err != nil {
		return e, err
	}
	e.Index = a.documentIndex(e.Person.Document)
	if p.Kind == auth.Officer {
		err = p.CoversDivision(e.County)
	}
	return e, err
}

// resaid is what a form says of somebody who is registered.
type resaid struct {
	outcome string
	differs []string    // fields that say otherwise than the record and change nothing
	form    ContactForm // the contact that a sheet corrects
	sealed  []byte      // nil where it corrects none
}

// samePerson compares a form with the account that holds its document, which
// must be of the same name. A person who registers alone learns of no account but
// his own. A sheet corrects the contact that a sheet brought; what the person, or
// a counter for the person, said since stays.
func (a *App) samePerson(ctx context.Context, known domain.Worker, e entry) (r resaid, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return r, err
	}
	if p.Kind == auth.Worker && !p.ActsHimself(known.ID) {
		return r, auth.ErrNotYours
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return r, err
	}
	name, contact, err := openProfile(k, known)
	if err != nil {
		return r, err
	}
	own, err := a.goesBy(ctx, known, name, e.Person.Name)
	if err != nil {
		return r, err
	}
	if !own {
		return r, domain.ErrIdentityConflict
	}
	r.outcome = domain.Unchanged
	if p.Via != auth.ViaImport {
		return r, nil
	}
	county, languages, fields := known.Resay(&contact, e.Registration)
	r.differs = known.Registered(e.Registration)
	switch {
	case len(fields) == 0:
	case known.ContactVia == auth.ViaImport:
		r.outcome, r.form = domain.Applied, ContactForm{County: county, Languages: languages}
		r.sealed, err = sealProfile(k, known.ID, name, contact)
		return r, err
	default:
		r.differs = append(r.differs, fields...)
	}
	if len(r.differs) > 0 {
		r.outcome = domain.Differs
	}
	return r, nil
}

// recognise ends a registration of somebody who is registered: it saves the
// contact that a sheet corrected. Who learns at a counter that somebody is
// registered stands in that person's log, as after a look-up; a sheet's row was
// itself about somebody who registered.
func (a *App) recognise(ctx context.Context, s Store, known domain.Worker, r resaid) error {
	p, err := auth.FromContext(ctx)
	switch {
	case err != nil:
		return err
	case r.sealed != nil:
		return a.saveContact(ctx, s, known, r.sealed, r.form)
	case p.Kind == auth.Officer && p.Via != auth.ViaImport:
		return a.logRead(s, p, known.ID, "", kindRegistered)
	}
	return nil
}

// newWorker makes a person's key, where the person had none before, and seals
// the entry under it. A key whose row never comes opens nothing and is swept.
func (a *App) newWorker(ctx context.Context, e entry, b before) (w domain.Worker, events []domain.Event, err error) {
	id, k, err := a.owner(ctx, b)
	if err != nil {
		return w, nil, err
	}
	sealed, err := sealProfile(k, id, e.Person.Name, e.Person.Contact)
	if err != nil {
		return w, nil, err
	}
	document, err := sealDocument(k, id, e.Person.Document)
	if err != nil {
		return w, nil, err
	}
	w, events = domain.Register(id, e.Index, document, sealed, e.Registration)
	p, err := auth.FromContext(ctx)
	w.ContactVia, w.ContactAt, w.Version = p.Via, a.Clock.Now(), b.version
	return w, events, err
}

// createWorker saves a new account. Who registers alone may hold only one.
func (a *App) createWorker(ctx context.Context, s Store, w domain.Worker, events []domain.Event) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Worker {
		other, err := s.PeekWorker(p.Subject)
		if err != nil && !errors.Is(err, domain.ErrWorkerUnknown) {
			return err
		}
		if err == nil && other.Open() == nil {
			return auth.ErrNotYours
		}
	}
	return s.CreateWorker(ctx, w, events...)
}

// day reads the day on which something is judged; "" is today.
func (a *App) day(s string) (clock.Date, error) {
	if s == "" {
		return clock.Today(a.Clock), nil
	}
	return clock.ParseDate(s)
}
