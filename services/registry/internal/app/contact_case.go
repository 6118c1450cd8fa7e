package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
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

// Elsewhere is elsewhere for the caller.
func (a *App) Elsewhere(ctx context.Context, known domain.Worker) bool {
	p, err := auth.FromContext(ctx)
	return err != nil || elsewhere(p, known)
}

// CaseOfRegistration makes a case of a registration whose document another
// county registered: nothing changes until that county's officer agrees.
func (a *App) CaseOfRegistration(ctx context.Context, known domain.Worker, e Entry) (domain.ContactCase, error) {
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return domain.ContactCase{}, err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return domain.ContactCase{}, err
	}
	sealed, err := sealProfile(k, known.ID, name, e.Person.Contact)
	if err != nil {
		return domain.ContactCase{}, err
	}
	grounds, err := domain.Grounds{Reason: "moved", Paper: "resident_card"}.Check() // who registers shows the card
	if err != nil {
		return domain.ContactCase{}, err
	}
	c, err := a.newCase(ctx, known, e.County, e.Languages, sealed, grounds)
	c.NameDiffers = name != e.Person.Name
	return c, err
}

// SealProposal judges a change that an officer asks for without the person.
// Who may not know the person is told that there is none.
func (a *App) SealProposal(ctx context.Context, known domain.Worker, f ContactForm, grounds domain.Grounds) (domain.ContactCase, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return domain.ContactCase{}, err
	}
	if elsewhere(p, known) || known.Open() != nil {
		return domain.ContactCase{}, domain.ErrWorkerUnknown
	}
	grounds, err = grounds.Check()
	if err != nil {
		return domain.ContactCase{}, err
	}
	sealed, err := a.sealContact(ctx, known, f)
	if err != nil {
		return domain.ContactCase{}, err
	}
	if _, _, err := known.UpdateContact(sealed, f.County, f.Languages); err != nil { // what it asks for is possible
		return domain.ContactCase{}, err
	}
	return a.newCase(ctx, known, f.County, f.Languages, sealed, grounds)
}

func (a *App) newCase(ctx context.Context, known domain.Worker, county string, languages []string, sealed []byte, grounds domain.Grounds) (domain.ContactCase, error) {
	p, err := auth.FromContext(ctx)
	return domain.ContactCase{
		ID: a.NewID(), Worker: known.ID, From: known.County, County: county, Languages: languages, Profile: sealed, Version: known.Version, Grounds: grounds,
		Officer: p.Subject, MadeAt: a.Clock.Now(), State: domain.CaseOpen,
	}, err
}

// OpenCase saves a new case; the person is told that somebody asked, and can
// object before anything changes.
func (a *App) OpenCase(ctx context.Context, s Store, c domain.ContactCase) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if err := s.SaveContactCase(c); err != nil {
		return err
	}
	if err := a.logRead(s, p, c.Worker, c.ID, kindContact); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: c.Worker, Division: c.From, Template: toldOfAsking, About: c.ID, AboutService: service})
}

// View is what a reader of a case may know and do.
type View struct{ Knows, Decides bool }

// viewOf judges a reader of a case: who may act in the person's county knows who
// it is; who opened it never decides it.
func viewOf(p auth.Principal, c domain.ContactCase) View {
	knows := p.CoversDivision(c.From) == nil
	return View{Knows: knows, Decides: knows && c.State == domain.CaseOpen && !ident.SameStaff(c.Officer, p.Subject)}
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

// ReadContactCase loads a case with its account for an officer who works on it,
// and writes the look to the person's log. The account comes where the officer
// may know the person.
func (a *App) ReadContactCase(ctx context.Context, s Store, id string) (c domain.ContactCase, w domain.Worker, v View, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return c, w, v, err
	}
	if c, v, err = readableCase(s, p, id); err != nil || !v.Knows || c.State != domain.CaseOpen {
		return c, w, v, err
	}
	if w, err = s.Worker(c.Worker); err != nil {
		return c, w, v, err
	}
	return c, w, v, a.logRead(s, p, c.Worker, c.ID, kindName, kindContact)
}

// OpenContactCase opens what a case asks for and what is registered.
func (a *App) OpenContactCase(ctx context.Context, c domain.ContactCase, w domain.Worker) (name ident.Name, asked, registered domain.Contact, err error) {
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return name, asked, registered, err
	}
	if name, registered, err = openProfile(k, w); err != nil {
		return name, asked, registered, err
	}
	w.Profile = c.Profile
	_, asked, err = openProfile(k, w)
	return name, asked, registered, err
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
	if err := s.SaveWorker(ctx, w, events...); err != nil {
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
	return c.State, s.SaveWorker(ctx, w, events...)
}
