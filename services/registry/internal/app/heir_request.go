package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

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
	Relative                Relative
	Paper, Reason, Source   string
	Asked                   string // read, correct or delete; "" is read
	FactKind, FactID, Wrong string // of a correction
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
	days, err := a.days("RG-HEIR", clock.Today(a.Clock), "")
	if err != nil {
		return "", err
	}
	r := domain.HeirRequest{
		ID: a.NewID(), Worker: w.ID, County: w.County, Paper: f.Paper, Reason: f.Reason, Source: f.Source, Officer: p.Subject,
		Asked: f.Asked, FactKind: f.FactKind, FactID: f.FactID, Wrong: f.Wrong,
		MadeAt: a.Clock.Now(), DecideBy: clock.Today(a.Clock).AddDays(days),
	}
	r.Relative = k.Seal(plain, place("heir_request.relative", r.ID))
	return once(ctx, func(s Store) (string, error) { return r.ID, a.openHeirRequest(s, p, r) })
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
	if r, err = r.Open(a.Departments, a.Facts); err != nil {
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

// DecideHeirRequest grants or refuses. What is called wrong is so by the grant, and every
// holder flags it as by the person's own word; what is to be erased waits for its day.
func (a *App) DecideHeirRequest(ctx context.Context, s Store, id string, approve bool, refusal string) error {
	r, p, err := heirRequest(ctx, s, id)
	if err != nil {
		return err
	}
	if approve && r.Asked != domain.HeirReads {
		if r, err = ofTheDead(ctx, s, id); err != nil {
			return err
		}
	}
	today := clock.Today(a.Clock)
	kept, err := a.days("RG-HEIR-ERASE", today, "")
	if err != nil {
		return err
	}
	if r, err = r.Decide(p.Subject, approve, refusal, today.AddDays(kept), a.Clock.Now()); err != nil {
		return err
	}
	if err := a.logRead(s, p, r.Worker, id, kindHeirs); err != nil {
		return err
	}
	switch {
	case r.State == domain.HeirCorrected:
		c := r.Correction()
		c.ID, c.MadeAt = a.NewID(), a.Clock.Now()
		c, events, err := domain.Correct(c, a.Facts)
		if err != nil {
			return err
		}
		if err := s.SaveCorrection(ctx, c, events...); err != nil {
			return err
		}
	case !r.EraseOn.IsZero():
		if err := s.EraseAt(ctx, id, r.EraseOn); err != nil {
			return err
		}
	}
	return s.SaveHeirRequest(r)
}

// WithdrawHeirRequest takes a request back on the relative's word.
func (a *App) WithdrawHeirRequest(ctx context.Context, s Store, id string) error {
	r, p, err := heirRequest(ctx, s, id)
	if err != nil {
		return err
	}
	if r, err = r.TakeBack(); err != nil {
		return err
	}
	if err := a.logRead(s, p, r.Worker, id, kindHeirs); err != nil {
		return err
	}
	return s.SaveHeirRequest(r)
}

// EraseForHeir erases on its day what was granted, as closing the account does: every
// record that stands for the person ends. Whose death is not recorded any more loses
// nothing.
func (a *App) EraseForHeir(ctx context.Context, s Store, id string) error {
	if err := s.LockJoins(); err != nil {
		return err
	}
	r, err := s.HeirRequest(id)
	if errors.Is(err, domain.ErrHeirUnknown) { // went with another request's erasure
		return nil
	}
	if err != nil || !r.Erases(clock.Today(a.Clock)) {
		return err
	}
	all, err := references(s, r.Worker)
	if err != nil {
		return err
	}
	slices.Reverse(all) // from the aliases to the record that answers, as locks go
	if err := lockRecords(s, all); err != nil {
		return err
	}
	if died, err := s.Died(r.Worker); err != nil || !died {
		if err == nil {
			err = s.SaveHeirRequest(r.Ends())
		}
		return err
	}
	return a.endRecords(ctx, s, all)
}

// heirsEnd ends what waits of the relatives of somebody who lives.
func heirsEnd(s Store, worker string) error {
	all, err := s.HeirRequestsOf(worker)
	for _, r := range all {
		if err := s.SaveHeirRequest(r.Ends()); err != nil {
			return err
		}
	}
	return err
}

// ShownToHeir is what is shown of somebody who died.
type ShownToHeir struct {
	Worker string
	Name   ident.Name
	Steps  []domain.Step
}

// ShowToHeir shows once what was granted: what one department's record says happened.
// Where the person lives after all, nothing is shown any more. Who it was is opened
// before anything is written, so that what cannot be opened does not count as shown; and
// what is shown is read after it was noted, so that a repeat of the same command whose
// answer was lost reads the same: nothing of it is kept for that, and each read is logged.
func (a *App) ShowToHeir(ctx context.Context, once Once[struct{}], id string) (shown ShownToHeir, err error) {
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
		return shown, err
	}
	shown.Worker = w.ID
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return shown, err
	}
	if shown.Name, _, err = openProfile(k, w); err != nil {
		return shown, err
	}
	if _, err := once(ctx, func(s Store) (done struct{}, err error) { return done, a.noteShown(ctx, s, id) }); err != nil {
		return shown, err
	}
	err = a.Data.Change(ctx, func(s Store) (err error) {
		shown.Steps, err = a.shownSteps(ctx, s, id)
		return err
	})
	return shown, err
}

// noteShown notes that what a request asks for is shown.
func (a *App) noteShown(ctx context.Context, s Store, id string) error {
	r, err := ofTheDead(ctx, s, id)
	if err != nil {
		return err
	}
	if r, err = r.Show(a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveHeirRequest(r)
}

// shownSteps reads what a request shows, as it was when it was shown, and logs it.
func (a *App) shownSteps(ctx context.Context, s Store, id string) ([]domain.Step, error) {
	r, err := ofTheDead(ctx, s, id)
	if err != nil {
		return nil, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
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
	steps = slices.DeleteFunc(steps, func(step domain.Step) bool { return step.At.After(r.ShownAt) })
	return steps, a.logRead(s, p, r.Worker, id, kindName, kindHeirs)
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
