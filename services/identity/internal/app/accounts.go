package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// FirstAdministrator makes the link of the security or of the audit administrator.
// The system administrator does it alone until somebody used the link: once an office was
// held, nobody fills it alone again.
func (a *App) FirstAdministrator(ctx context.Context, s Store, own domain.Session, office, staff string) (l Link, err error) {
	p, err := a.policy()
	if err != nil {
		return l, err
	}
	if office != domain.Security && office != domain.Audit {
		return l, domain.ErrKind
	}
	if err := s.OneByOne(administrators); err != nil {
		return l, err
	}
	held, err := s.EverHeld(office)
	if err != nil {
		return l, err
	}
	if held {
		return l, domain.ErrFirst
	}
	all, err := s.Administrators()
	if err != nil {
		return l, err
	}
	for _, one := range all {
		if one.Office != office {
			continue
		}
		closed, events, err := one.Close() // whose link nobody used
		if err != nil {
			return l, err
		}
		if err := errors.Join(s.SaveAccount(ctx, closed, events...), s.DropLinks(one.ID)); err != nil {
			return l, err
		}
	}
	made, err := a.open(ctx, s, domain.Wanted{Kind: domain.Administrator, Subject: staff, Office: office, Grants: domain.Grants{{Role: domain.Administrator, Division: domain.Everywhere}}})
	if err != nil {
		return l, err
	}
	return a.newLink(s, p, made.ID)
}

// open opens an account with its rights.
func (a *App) open(ctx context.Context, s Store, w domain.Wanted) (domain.Account, error) {
	made, events, err := domain.OpenAccount(a.NewID(), w.Kind, w.Subject, w.Subject, w.Office, false)
	if err != nil {
		return made, err
	}
	if err := s.SaveAccount(ctx, made, events...); err != nil {
		return made, err
	}
	return made, s.SetGrants(made.ID, w.Grants)
}

// Propose asks for what takes two. It is refused where it could not be done.
func (a *App) Propose(s Store, own domain.Session, kind, about string, w domain.Wanted) (id string, err error) {
	all, err := s.Administrators()
	if err != nil {
		return "", err
	}
	for _, office := range domain.Offices() {
		if !slices.ContainsFunc(all, func(one domain.Account) bool { return one.Office == office && one.Held(kind, about) }) {
			return "", domain.ErrSecondFirst
		}
	}
	switch kind {
	case domain.ActAccount:
		if w.Kind != domain.Officer && w.Kind != domain.Administrator {
			return "", domain.ErrKind
		}
		made, _, err := domain.OpenAccount("new", w.Kind, w.Subject, w.Subject, w.Office, false)
		if err != nil {
			return "", err
		}
		if _, taken, err := s.AccountByLogin(made.Login); err != nil || taken {
			return "", errors.Join(err, domain.ErrTaken)
		}
		w.Subject = made.Subject
	default:
		known, err := s.PeekAccount(about)
		if err != nil {
			return "", err
		}
		if known.State == domain.Closed {
			return "", domain.ErrAccount
		}
		if known.Kind == domain.Worker || kind == domain.ActGrants && known.Kind != domain.Officer {
			return "", domain.ErrKind // a worker signs in otherwise than by a link, and closes the account alone
		}
		by, err := s.PeekAccount(own.Account)
		if err != nil {
			return "", err
		}
		if by.Office == "audit" && known.Office != "system" { // who lost all cannot ask himself
			return "", domain.ErrNoRight
		}
		if kind == domain.ActClosing {
			if w, err = a.successor(s, known, w.Subject); err != nil {
				return "", err
			}
		}
		w.Kind = known.Kind
	}
	if kind == domain.ActAccount || kind == domain.ActGrants {
		if err := w.Grants.Check(w.Kind, a.departments(), a.divisions()); err != nil {
			return "", err
		}
	}
	act := domain.Act{ID: a.NewID(), Kind: kind, About: about, Wanted: w, AskedBy: own.Account, AskedAt: a.Clock.Now(), State: domain.Waiting}
	return act.ID, s.SaveAct(act)
}

// successor is what is opened in the place of an account that ends: an administrator's
// has one, who had no account; others have none.
func (a *App) successor(s Store, ends domain.Account, staff string) (w domain.Wanted, err error) {
	if ends.Kind != domain.Administrator {
		return w, nil
	}
	made, _, err := domain.OpenAccount("new", domain.Administrator, staff, staff, ends.Office, false)
	if err != nil {
		return w, domain.ErrSuccessor
	}
	if _, taken, err := s.AccountByLogin(made.Login); err != nil || taken {
		return w, errors.Join(err, domain.ErrTaken)
	}
	return domain.Wanted{Subject: made.Subject, Office: ends.Office, Grants: domain.Grants{{Role: domain.Administrator, Division: domain.Everywhere}}}, nil
}

// departments are those in which officers work.
func (a *App) departments() []string { return []string{"hrss", "edu", "hou", "ops"} }

// divisions are the counties, and the prefecture that covers them.
func (a *App) divisions() (all []string) {
	for _, d := range a.Codes.Counties() {
		all = append(all, d.Code, d.Code[:4]+"00")
	}
	return all
}

// Decide ends what another asked for; where it brings a link, it gives that.
func (a *App) Decide(ctx context.Context, s Store, own domain.Session, id string, approve bool, reason string) (act domain.Act, l Link, err error) {
	p, err := a.policy()
	if err != nil {
		return act, l, err
	}
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return act, l, err
	}
	if act, err = s.Act(id); err != nil {
		return act, l, err
	}
	var about domain.Account
	if act.About != "" {
		if about, err = s.Account(act.About); err != nil {
			return act, l, err
		}
	}
	if act, err = act.Decide(by, about, approve, reason, p, a.Clock.Now()); err != nil {
		return act, l, err
	}
	if act.State == domain.Approved {
		if l, err = a.carryOut(ctx, s, p, act, about); err != nil {
			return act, l, err
		}
		if err := a.worder(s, l, act.ID); err != nil {
			return act, l, err
		}
	}
	return act, l, s.SaveAct(act)
}

// worder has a link opened with the second word of an act, where that brought one.
func (a *App) worder(s Store, l Link, act string) error {
	if l.Secret == "" {
		return nil
	}
	made, err := s.Link(hashOf(l.Secret))
	if err != nil {
		return err
	}
	made.Act = act
	return s.SaveLink(made)
}

// carryOut does what was approved. Whose rights or credentials change is signed out
// everywhere, so that nothing old is good any more.
func (a *App) carryOut(ctx context.Context, s Store, p domain.Policy, act domain.Act, about domain.Account) (l Link, err error) {
	var events []domain.Event
	switch act.Kind {
	case domain.ActClaim:
		return a.claim(ctx, s, p, about, act.Wanted.Subject)
	case domain.ActAccount:
		made, err := a.open(ctx, s, act.Wanted)
		if err != nil {
			return l, err
		}
		return a.newLink(s, p, made.ID)
	case domain.ActGrants:
		events = []domain.Event{domain.GrantsChanged{AccountID: about.ID}}
		err = s.SetGrants(about.ID, act.Wanted.Grants)
	case domain.ActReset:
		if about, events, err = about.Reset(); err == nil {
			err = s.DropCredentials(about.ID)
		}
	case domain.ActClosing:
		if about, events, err = about.Close(); err == nil {
			err = errors.Join(s.DropCredentials(about.ID), s.DropLinks(about.ID))
		}
	}
	if err != nil {
		return l, err
	}
	if err := s.SaveAccount(ctx, about, events...); err != nil {
		return l, err
	}
	if _, err := a.endAll(s, about.ID, 0, domain.Renewed); err != nil {
		return l, err
	}
	switch {
	case act.Kind == domain.ActReset:
		return a.newLink(s, p, about.ID)
	case act.Kind == domain.ActClosing && about.Kind == domain.Administrator:
		made, err := a.open(ctx, s, act.Wanted)
		if err != nil {
			return l, err
		}
		return a.newLink(s, p, made.ID)
	}
	return l, nil
}

// accountsPage is how many accounts a page lists.
const accountsPage = 50

// Accounts lists a page of the accounts of the reader's divisions, with what each may
// do, and where the next page begins.
func (a *App) Accounts(s Store, own domain.Session, ask domain.Asked) (all []domain.Account, grants []domain.Grants, next string, err error) {
	reader, err := s.Grants(own.Account)
	if err != nil {
		return nil, nil, "", err
	}
	everywhere := slices.ContainsFunc(reader, func(g domain.Grant) bool { return g.Division == domain.Everywhere })
	if all, err = s.AccountsWithin(reader, everywhere, ask, accountsPage+1); err != nil {
		return nil, nil, "", err
	}
	if len(all) > accountsPage {
		all = all[:accountsPage]
		next = all[accountsPage-1].ID
	}
	for _, one := range all {
		g, err := s.Grants(one.ID)
		if err != nil {
			return nil, nil, "", err
		}
		grants = append(grants, g)
	}
	return all, grants, next, nil
}

// SeenAct is an act with those whom it names, and what the reader may do with it.
type SeenAct struct {
	domain.Act
	Who, Asker, Decider domain.Account
	Decidable           bool
	Word                string // of the link that it brought, to who asked, while that may be open
}

// Acts lists what waits and what was decided lately, and which of it the reader may decide.
func (a *App) Acts(s Store, own domain.Session) (seen []SeenAct, err error) {
	all, err := s.Acts()
	if err != nil {
		return nil, err
	}
	return a.seen(s, own, all)
}

// seen is what a reader reads of acts.
func (a *App) seen(s Store, own domain.Session, all []domain.Act) (seen []SeenAct, err error) {
	p, err := a.policy()
	if err != nil {
		return nil, err
	}
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return nil, err
	}
	for _, act := range all {
		one := SeenAct{Act: act}
		for id, of := range map[string]*domain.Account{act.About: &one.Who, act.AskedBy: &one.Asker, act.DecidedBy: &one.Decider} {
			if id == "" {
				continue
			}
			if *of, err = s.PeekAccount(id); err != nil {
				return nil, err
			}
		}
		_, refused := act.Decide(by, one.Who, true, "", p, a.Clock.Now())
		one.Decidable = refused == nil
		if act.AskedBy == own.Account && act.Links(one.Who) && a.Clock.Now().Sub(act.DecidedAt) < p.Link {
			one.Word = a.Word(act.ID)
		}
		seen = append(seen, one)
	}
	return seen, nil
}
