package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of the messages that tell a person of a change which officers
// made, and of one that an officer asks for.
const (
	toldOfContact = "registry.contact.changed"
	toldOfAsking  = "registry.contact.asked"
)

// elsewhere reports whether a registration by an officer concerns somebody of
// another county: the officer may not learn who, nor that.
func elsewhere(p auth.Principal, known domain.Worker) bool {
	return p.Kind == auth.Officer && p.CoversDivision(known.County) != nil
}

// ProposeContact opens a case to change a contact or county without the person,
// and gives its id; one that asks for the same and waits already is that case.
func (a *App) ProposeContact(ctx context.Context, once Once[string], worker string, f ContactForm, grounds domain.Grounds) (id string, err error) {
	for range attempts {
		if id, err = a.proposeContact(ctx, once, worker, f, grounds); !raced(err) {
			break
		}
	}
	return id, err
}

func (a *App) proposeContact(ctx context.Context, once Once[string], worker string, f ContactForm, grounds domain.Grounds) (string, error) {
	var known domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		known, err = s.PeekWorker(worker)
		return err
	})
	if err != nil {
		return "", err
	}
	c, err := a.sealProposal(ctx, known, f, grounds)
	if err != nil {
		return "", err
	}
	return once(ctx, func(s Store) (string, error) { return a.openCase(ctx, s, c) })
}

// caseOfRegistration makes a case of a registration whose document another
// county registered: nothing changes until that county's officer agrees.
func (a *App) caseOfRegistration(ctx context.Context, known domain.Worker, e entry) (p proposal, err error) {
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return p, err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return p, err
	}
	sealed, err := sealProfile(k, known.ID, name, e.Person.Contact)
	if err != nil {
		return p, err
	}
	grounds, err := domain.Grounds{Reason: "moved", Paper: "resident_card"}.Check() // who registers shows the card
	if err != nil {
		return p, err
	}
	c, err := a.newCase(ctx, known, e.County, e.Languages, sealed, grounds)
	if err != nil {
		return p, err
	}
	own, err := a.goesBy(ctx, known, name, e.Person.Name)
	if err != nil {
		return p, err
	}
	c.NameDiffers = !own
	return a.beside(ctx, k, known, c)
}

// sealProposal judges a change that an officer asks for without the person.
// Who may not know the person is told that there is none.
func (a *App) sealProposal(ctx context.Context, known domain.Worker, f ContactForm, grounds domain.Grounds) (c proposal, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return c, err
	}
	if elsewhere(p, known) || known.Open() != nil {
		return c, domain.ErrWorkerUnknown
	}
	grounds, err = grounds.Check()
	if err != nil {
		return c, err
	}
	sealed, err := a.sealContact(ctx, known, f)
	if err != nil {
		return c, err
	}
	if _, _, err := known.UpdateContact(sealed, f.County, f.Languages); err != nil { // what it asks for is possible
		return c, err
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return c, err
	}
	made, err := a.newCase(ctx, known, f.County, f.Languages, sealed, grounds)
	if err != nil {
		return c, err
	}
	return a.beside(ctx, k, known, made)
}

func (a *App) newCase(ctx context.Context, known domain.Worker, county string, languages []string, sealed []byte, grounds domain.Grounds) (domain.ContactCase, error) {
	p, err := auth.FromContext(ctx)
	return domain.ContactCase{
		ID: a.NewID(), Worker: known.ID, From: known.County, County: county, Languages: languages, Profile: sealed, Version: known.Version, Grounds: grounds,
		Officer: p.Subject, MadeAt: a.Clock.Now(), State: domain.CaseOpen,
	}, err
}

// proposal is a new case, and what of the person's waited when it was made.
type proposal struct {
	domain.ContactCase
	same    string          // the case that asks for the same, "" where none does
	waiting map[string]bool // ids
}

// beside opens the cases of the person that wait, and finds among them the one
// that asks for the same: a sheet that comes again, or a form that is sent again,
// asks once.
func (a *App) beside(ctx context.Context, k Key, known domain.Worker, c domain.ContactCase) (proposal, error) {
	p := proposal{ContactCase: c, waiting: map[string]bool{}}
	asked := known
	asked.Profile = c.Profile
	_, wanted, err := openProfile(k, asked)
	if err != nil {
		return p, err
	}
	var all []domain.ContactCase
	err = a.Data.Look(ctx, func(s Store) (err error) {
		all, err = s.ContactCasesOf(known.ID)
		return err
	})
	for _, other := range all {
		if err != nil {
			return p, err
		}
		if other.State != domain.CaseOpen {
			continue
		}
		p.waiting[other.ID] = true
		if other.Worker != known.ID { // of a record that was joined since: sealed under another key, and stale
			continue
		}
		asked.Profile = other.Profile
		var contact domain.Contact
		if _, contact, err = openProfile(k, asked); contact == wanted && other.Asks(c) {
			p.same = other.ID
		}
	}
	return p, err
}

// errLookAgain says that a case was opened since the person's were looked at, by the
// code by which a store says that a row was changed since it was read.
var errLookAgain = errs.New(errs.Conflict, "outbox.stale", "Somebody else changed this at the same time; look again and repeat.")

// openCase saves a new case; the person is told that somebody asked, and can
// object before anything changes. Where one that asks for the same waits already,
// it gives that.
func (a *App) openCase(ctx context.Context, s Store, c proposal) (id string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	if _, err := s.Worker(c.Worker); err != nil { // one who asks for the person comes after the other
		return "", err
	}
	all, err := s.ContactCasesOf(c.Worker)
	if err != nil {
		return "", err
	}
	for _, other := range all {
		switch {
		case other.State != domain.CaseOpen:
		case other.ID == c.same:
			return other.ID, nil
		case !c.waiting[other.ID]:
			return "", errLookAgain
		}
	}
	if err := s.SaveContactCase(c.ContactCase); err != nil {
		return "", err
	}
	if err := a.logRead(s, p, c.Worker, c.ID, kindContact); err != nil {
		return "", err
	}
	return c.ID, a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: c.Worker, Division: c.From, Template: toldOfAsking, About: c.ID, AboutService: service})
}

// View is what a reader of a case may know and do.
type View struct{ Knows, Decides bool }

// viewOf judges a reader of a case: who may act in the person's county knows who
// it is; who opened it never decides it.
func viewOf(p auth.Principal, c domain.ContactCase) View {
	knows := p.CoversDivision(c.From) == nil
	return View{Knows: knows, Decides: p.MayCall("registry.RegistryService.DecideContact", c.From) && c.State == domain.CaseOpen && !ident.SameStaff(c.Officer, p.Subject)}
}

// ContactCases lists the open cases of people in the officer's counties, and
// the officer's own. view tells what of each the officer may know and do.
func (a *App) ContactCases(ctx context.Context, s Store) (all []domain.ContactCase, view func(domain.ContactCase) View, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	view = func(c domain.ContactCase) View { return viewOf(p, c) }
	counties, _ := p.Counties()
	open, err := s.OpenContactCases(counties, p.Subject)
	for _, c := range open {
		if view(c).Knows || ident.SameStaff(c.Officer, p.Subject) {
			all = append(all, c)
		}
	}
	return all, view, err
}

// readableCase loads a case for an officer; that there is one of another county
// is told to nobody but who opened it.
func readableCase(s Store, p auth.Principal, id string) (c domain.ContactCase, v View, err error) {
	if c, err = s.ContactCase(id); err != nil {
		return c, v, err
	}
	if v = viewOf(p, c); !v.Knows && !ident.SameStaff(c.Officer, p.Subject) {
		return domain.ContactCase{}, v, domain.ErrCaseUnknown
	}
	return c, v, nil
}

// ShownCase is a case as an officer sees it. Who it is about, and what is asked
// beside what is registered, come where the officer may know the person and the
// case waits.
type ShownCase struct {
	Case              domain.ContactCase
	View              View
	Worker            domain.Worker
	Name              ident.Name
	Asked, Registered domain.Contact
}

// ReadContactCase shows a case to an officer who works on it, and writes the look
// to the person's log.
func (a *App) ReadContactCase(ctx context.Context, id string) (c ShownCase, err error) {
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c, err = a.readContactCase(ctx, s, id)
		return err
	})
	if err != nil || c.Worker.ID == "" {
		return c, err
	}
	k, err := a.Vault.Key(ctx, c.Worker.ID)
	if err != nil {
		return c, err
	}
	if c.Name, c.Registered, err = openProfile(k, c.Worker); err != nil {
		return c, err
	}
	asked := c.Worker
	asked.Profile = c.Case.Profile
	_, c.Asked, err = openProfile(k, asked)
	return c, err
}

func (a *App) readContactCase(ctx context.Context, s Store, id string) (c ShownCase, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return c, err
	}
	if c.Case, c.View, err = readableCase(s, p, id); err != nil || !c.View.Knows || c.Case.State != domain.CaseOpen {
		return c, err
	}
	if c.Worker, err = s.Account(c.Case.Worker); err != nil { // what is asked is sealed for this very record
		return c, err
	}
	return c, a.logRead(s, p, c.Worker.ID, id, kindName, kindContact)
}

// DecideContact ends a case by the word of a second officer, of the county
// where the person is registered. The person is told of what was changed.
func (a *App) DecideContact(ctx context.Context, s Store, id string, approve bool, refusal string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	c, v, err := readableCase(s, p, id)
	if err != nil {
		return err
	}
	if !v.Knows {
		return domain.ErrCaseOwn // who opened it knows of it
	}
	w, err := s.Worker(c.Worker)
	if err != nil {
		return err
	}
	c, w, events, err := c.Decide(p.Subject, approve, refusal, w, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveContactCase(c), a.logRead(s, p, c.Worker, c.ID, kindContact)); err != nil || c.State != domain.CaseApplied {
		return err
	}
	w.ContactVia, w.ContactAt = p.Via, a.Clock.Now()
	if err := errors.Join(s.SaveWorker(ctx, w, events...), a.contactChanged(ctx, s, w.ID)); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfContact, About: c.ID, AboutService: service})
}

// ContactChanges lists to the person what officers asked to change.
func (a *App) ContactChanges(ctx context.Context, s Store, worker string) ([]domain.ContactCase, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	if _, err := s.PeekWorker(worker); err != nil {
		return nil, err
	}
	return s.ContactCasesOf(worker)
}

// ObjectContact takes the person's word against a change; the person is heard at
// once and by nobody else's leave.
func (a *App) ObjectContact(ctx context.Context, s Store, id string) (string, error) {
	c, err := s.ContactCase(id)
	if err != nil {
		return "", err
	}
	if himself(ctx, c.Worker) != nil {
		return "", domain.ErrCaseUnknown // whether there is one is nobody else's business
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	w, err := s.Worker(c.Worker)
	if err != nil {
		return "", err
	}
	c, w, events, err := c.Object(w, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveContactCase(c); err != nil || len(events) == 0 {
		return c.State, err
	}
	w.ContactVia, w.ContactAt = p.Via, a.Clock.Now()
	return c.State, errors.Join(s.SaveWorker(ctx, w, events...), a.contactChanged(ctx, s, w.ID))
}
