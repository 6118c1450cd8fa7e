package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Link is a link as it is handed out.
type Link struct {
	Secret string
	Ends   time.Time
}

// paperCodes is how many codes on paper an account gets.
const paperCodes = 10

// administrators is what those say who make the first ones: each sees whom the one
// before made.
const administrators = "administrators"

// newLink makes the one link of an account; those before it open nothing more.
func (a *App) newLink(s Store, p domain.Policy, account string) (Link, error) {
	secret, hash := a.newSecret()
	l := Link{secret, a.Clock.Now().Add(p.Link)}
	return l, errors.Join(s.DropLinks(account), s.SaveLink(domain.Link{Hash: hash, Account: account, Secret: a.OneTime.NewSecret(), Ends: l.Ends}))
}

// FirstLink makes the link of the first administrator where there is none yet; it
// reports false where there is one. It names nobody: whoever opens it says who it is.
func (a *App) FirstLink(ctx context.Context, keep func(secret string) error) (l Link, needed bool, err error) {
	p, err := a.policy()
	if err != nil {
		return l, false, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		if err := s.OneByOne(administrators); err != nil {
			return err
		}
		all, err := s.Administrators()
		if needed = len(all) == 0; err != nil || !needed {
			return err
		}
		if l, err = a.newLink(s, p, ""); err != nil || keep == nil {
			return err
		}
		return keep(l.Secret)
	})
	return l, needed, err
}

// OpenedLink is what a link is for.
type OpenedLink struct {
	Account domain.Account
	Secret  string // of the second factor
	Ends    time.Time
	act     string
}

// OpenLink shows what a link is for; it may be opened again until it is used. A link that
// two administrators made is opened with the word that the one gives who asked for it:
// the other one, who has the link, cannot be its holder alone.
func (a *App) OpenLink(ctx context.Context, link, word, address string) (o OpenedLink, err error) {
	if o, err = a.opened(ctx, link); err != nil || o.act == "" {
		return o, err
	}
	if word == "" {
		return OpenedLink{}, domain.ErrWord
	}
	p, err := a.policy()
	if err != nil {
		return OpenedLink{}, err
	}
	at, err := a.try(ctx, p, "link", string(hashOf(link)), address)
	if err != nil {
		return OpenedLink{}, err
	}
	if !a.worded(o, word) {
		return OpenedLink{}, domain.ErrWord
	}
	return o, a.Data.Change(ctx, func(s Store) error { return a.right(s, at) })
}

// Word is what opens the link of an act, beside its secret. It is kept nowhere.
func (a *App) Word(act string) string {
	s := letters.EncodeToString(a.index("link word", act)[:5])
	return s[:4] + "-" + s[4:]
}

func (a *App) worded(o OpenedLink, word string) bool {
	return o.act == "" || same(typed(word), typed(a.Word(o.act)))
}

func (a *App) opened(ctx context.Context, link string) (o OpenedLink, err error) {
	err = a.Data.Look(ctx, func(s Store) error {
		l, err := s.Link(hashOf(link))
		if err != nil {
			return err
		}
		if _, err := l.Use(a.Clock.Now()); err != nil {
			return err
		}
		o.Secret, o.Ends, o.act = l.Secret, l.Ends, l.Act
		o.Account, err = a.invited(s, l)
		return err
	})
	return o, err
}

// Opens reports whether a link opens an account still.
func (a *App) Opens(ctx context.Context, link string) (bool, error) {
	_, err := a.opened(ctx, link)
	if codeOf(err) == domain.ErrLink.Code {
		return false, nil
	}
	return err == nil, err
}

func (a *App) invited(s Store, l domain.Link) (domain.Account, error) {
	if l.Account == "" {
		return domain.Account{Kind: domain.Administrator, Office: domain.System}, nil
	}
	return s.PeekAccount(l.Account)
}

// SetUp is what somebody has who set up how he signs in.
type SetUp struct {
	Paper      []string
	Known      string // what the browser keeps, until a time
	KnownUntil time.Time
}

// UseLink sets a password and the second factor of the link's secret, of which the
// first code is shown, and gives the codes for paper, and what makes the browser a known
// one: whoever is kept out by a stranger's tries, and has a new link, gets in. staff is
// said by the first administrator, whose link names nobody.
func (a *App) UseLink(ctx context.Context, link, word, password, code, staff, address string) (made SetUp, err error) {
	p, err := a.policy()
	if err != nil {
		return made, err
	}
	at, err := a.try(ctx, p, "link", string(hashOf(link)), address)
	if err != nil {
		return made, err
	}
	o, err := a.opened(ctx, link)
	if err != nil {
		return made, err
	}
	if !a.worded(o, word) {
		return made, domain.ErrWord
	}
	login := o.Account.Login
	if o.Account.ID == "" {
		login = domain.LoginName(staff)
	}
	if err := domain.CheckPassword(p.Password, login, password); err != nil {
		return made, err
	}
	step, right, err := a.stepOf(o.Secret, typed(code))
	if err != nil {
		return made, err
	}
	if !right {
		return made, domain.ErrCode
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return made, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		now := a.Clock.Now()
		l, err := s.Link(hashOf(link))
		if err != nil {
			return err
		}
		if l, err = l.Use(now); err != nil {
			return err
		}
		who, events, err := a.holder(s, l, staff)
		if err != nil {
			return err
		}
		if who, err = who.Ready(now); err != nil {
			return err
		}
		var indexes [][]byte
		made.Paper, indexes = a.papers(who.ID)
		made.Known, made.KnownUntil = a.knownBrowser(p, who.Login)
		if err := errors.Join(s.SaveLink(l), s.DropCredentials(who.ID)); err != nil { // what was set up before opens nothing more
			return err
		}
		if err := s.SaveAccount(ctx, who, events...); err != nil {
			return err
		}
		if err := errors.Join(s.SetSecret(who.ID, Password, hash, now), s.SetTotp(who.ID, l.Secret), s.SetPaper(who.ID, indexes)); err != nil {
			return err
		}
		if _, err := s.UseStep(who.ID, step); err != nil { // the code that was shown is not shown again
			return err
		}
		if l.Account == "" {
			if err := s.SetGrants(who.ID, domain.Grants{{Role: domain.Administrator, Division: domain.Everywhere}}); err != nil {
				return err
			}
		}
		return a.right(s, at)
	})
	if err != nil {
		return made, err
	}
	return made, nil
}

// holder is the account that a link opens: for the first link, one that is opened now.
func (a *App) holder(s Store, l domain.Link, staff string) (domain.Account, []domain.Event, error) {
	if l.Account != "" {
		who, err := s.Account(l.Account)
		return who, nil, err
	}
	if err := s.OneByOne(administrators); err != nil {
		return domain.Account{}, nil, err
	}
	all, err := s.Administrators()
	if err != nil {
		return domain.Account{}, nil, err
	}
	if len(all) > 0 {
		return domain.Account{}, nil, domain.ErrLink
	}
	return domain.OpenAccount(a.NewID(), domain.Administrator, staff, "", domain.System, false)
}
