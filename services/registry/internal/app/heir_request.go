package app

import (
	"context"
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// kindHeirs is the kind of data that a relative asks for, as the access log names it.
const kindHeirs = "heirs_request"

// Relative is who asks, as it is sealed.
type Relative struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
}

// HeirForm is a request as it is entered.
type HeirForm struct {
	Relative              Relative
	Paper, Reason, Source string
}

// SetHeirsWish keeps what the person arranges for afterwards.
func (a *App) SetHeirsWish(ctx context.Context, s Store, worker string, nobody bool) error {
	if err := himself(ctx, worker); err != nil {
		return err
	}
	if _, err := s.Worker(worker); err != nil {
		return err
	}
	return s.SetNobodyMay(worker, nobody)
}

// AskAsHeir enters what a near relative asks, who shows a paper of kinship.
func (a *App) AskAsHeir(ctx context.Context, once Once[string], worker string, f HeirForm) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	name, _ := ident.NormaliseName(f.Relative.Name)
	who, err := ident.ParseName(name)
	if err != nil {
		return "", err
	}
	f.Relative.Name = who.Reveal()
	if phone, _ := ident.NormalisePhone(f.Relative.Phone); phone != "" {
		n, err := ident.ParsePhone(phone)
		if err != nil {
			return "", err
		}
		f.Relative.Phone = n.Reveal()
	}
	var w domain.Worker
	if err := a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekWorker(worker)
		return err
	}); err != nil {
		return "", err
	}
	if elsewhere(p, w) || w.Open() != nil {
		return "", domain.ErrWorkerUnknown
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(f.Relative)
	if err != nil {
		return "", err
	}
	days, err := a.heirDays()
	if err != nil {
		return "", err
	}
	r := domain.HeirRequest{
		ID: a.NewID(), Worker: w.ID, County: w.County, Paper: f.Paper, Reason: f.Reason, Source: f.Source, Officer: p.Subject,
		MadeAt: a.Clock.Now(), DecideBy: clock.Today(a.Clock).AddDays(days),
	}
	r.Relative = k.Seal(plain, place("heir_request.relative", r.ID))
	return once(ctx, func(s Store) (string, error) { return r.ID, a.openHeirRequest(s, p, r) })
}

func (a *App) heirDays() (int, error) {
	r, err := a.Rules.Rule("RG-HEIR", clock.Today(a.Clock), "")
	if err != nil {
		return 0, err
	}
	return r.Int("days")
}

func (a *App) openHeirRequest(s Store, p auth.Principal, r domain.HeirRequest) error {
	died, err := s.Died(r.Worker)
	if err != nil {
		return err
	}
	if !died {
		return domain.ErrHeirLives
	}
	nobody, err := s.NobodyMay(r.Worker)
	if err != nil {
		return err
	}
	if nobody {
		return domain.ErrHeirNobody
	}
	if r, err = r.Open(a.Departments); err != nil {
		return err
	}
	if err := s.SaveHeirRequest(r); err != nil {
		return err
	}
	return a.logRead(s, p, r.Worker, r.ID, kindHeirs)
}

// HeirRequests lists what the officer's counties have to decide and to show.
func (a *App) HeirRequests(ctx context.Context, s Store) ([]domain.HeirRequest, auth.Principal, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, p, err
	}
	counties, ok := p.Counties()
	if !ok {
		return nil, p, auth.ErrDivision
	}
	all, err := s.HeirRequests(counties)
	return all, p, err
}

// heirRequest loads and locks a request of the officer's counties.
func heirRequest(ctx context.Context, s Store, id string) (domain.HeirRequest, auth.Principal, error) {
	return heirRequestBy(ctx, s.HeirRequest, id)
}

func heirRequestBy(ctx context.Context, load func(string) (domain.HeirRequest, error), id string) (r domain.HeirRequest, p auth.Principal, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return r, p, err
	}
	if r, err = load(id); err != nil {
		return r, p, err
	}
	if p.CoversDivision(r.County) != nil {
		return domain.HeirRequest{}, p, domain.ErrHeirUnknown
	}
	return r, p, nil
}

// ShownHeir is a request with who died and who asks.
type ShownHeir struct {
	Request  domain.HeirRequest
	By       auth.Principal
	Name     ident.Name
	Relative Relative
}

// ReadHeirRequest shows a request to an officer of the county, and logs the look.
func (a *App) ReadHeirRequest(ctx context.Context, id string) (out ShownHeir, err error) {
	var w domain.Worker
	err = a.Data.Change(ctx, func(s Store) (err error) {
		if out.Request, out.By, err = heirRequest(ctx, s, id); err != nil {
			return err
		}
		if w, err = s.Worker(out.Request.Worker); err != nil {
			return err
		}
		return a.logRead(s, out.By, w.ID, id, kindName, kindHeirs)
	})
	if err != nil {
		return out, err
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return out, err
	}
	if out.Name, _, err = openProfile(k, w); err != nil {
		return out, err
	}
	plain, err := k.Open(out.Request.Relative, place("heir_request.relative", id))
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(plain, &out.Relative)
}

// DecideHeirRequest grants or refuses.
func (a *App) DecideHeirRequest(ctx context.Context, s Store, id string, approve bool, refusal string) error {
	r, p, err := heirRequest(ctx, s, id)
	if err != nil {
		return err
	}
	if r, err = r.Decide(p.Subject, approve, refusal, a.Clock.Now()); err != nil {
		return err
	}
	if err := a.logRead(s, p, r.Worker, id, kindHeirs); err != nil {
		return err
	}
	return s.SaveHeirRequest(r)
}

// ShowToHeir shows once what was granted: what one department's record says happened.
// Where the person lives after all, nothing is shown any more. Who it was is opened
// before anything is written, so that what cannot be opened does not count as shown.
func (a *App) ShowToHeir(ctx context.Context, id string) (name ident.Name, steps []domain.Step, err error) {
	var w domain.Worker
	err = a.Data.View(ctx, func(s Store) error {
		r, _, err := heirRequestBy(ctx, s.PeekHeirRequest, id)
		if err != nil {
			return err
		}
		w, err = s.PeekWorker(r.Worker)
		return err
	})
	if err != nil {
		return name, nil, err
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return name, nil, err
	}
	if name, _, err = openProfile(k, w); err != nil {
		return name, nil, err
	}
	err = a.Data.Change(ctx, func(s Store) (err error) {
		steps, err = a.heirSteps(ctx, s, id)
		return err
	})
	return name, steps, err
}

// heirSteps reads what a request shows, notes that it was shown, and logs it.
func (a *App) heirSteps(ctx context.Context, s Store, id string) ([]domain.Step, error) {
	r, err := ofTheDead(ctx, s, id)
	if err != nil {
		return nil, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if r, err = r.Show(a.Clock.Now()); err != nil {
		return nil, err
	}
	mine, err := references(s, r.Worker)
	if err != nil {
		return nil, err
	}
	steps, err := s.StepsFrom(mine, r.Source, pageMax)
	if err != nil {
		return nil, err
	}
	if err := a.logRead(s, p, r.Worker, id, kindName, kindHeirs); err != nil {
		return nil, err
	}
	return steps, s.SaveHeirRequest(r)
}

// ofTheDead loads a request of the officer's counties about somebody whose death is
// recorded, which nobody takes back until the transaction ends.
func ofTheDead(ctx context.Context, s Store, id string) (domain.HeirRequest, error) {
	r, _, err := heirRequest(ctx, s, id)
	if err != nil {
		return r, err
	}
	if _, err := s.Worker(r.Worker); err != nil {
		return r, err
	}
	if died, err := s.Died(r.Worker); err != nil {
		return r, err
	} else if !died {
		return r, domain.ErrHeirLives
	}
	return r, nil
}
