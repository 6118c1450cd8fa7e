package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ChildForm is a child's registration as it was filled in.
type ChildForm struct {
	Guardian, Name, BirthDate, County, Township string
	AsOf                                        string // the day on which the birth date is judged; "" is today
	CheckOnly                                   bool
	GuardianDocument                            string // to check only, instead of the guardian
}

// ChildEntry is a child's form that was found good, and where to look for it.
type ChildEntry struct {
	domain.Minor
	Guardian, County string
	Identity         []byte
	Likeness         []byte
}

// CheckChild judges a child's form. Only the guardian, or a counter that acts
// for the guardian, links a child.
func (a *App) CheckChild(ctx context.Context, s Store, f ChildForm) (e ChildEntry, err error) {
	if f.CheckOnly {
		return a.judgeChild(ctx, s, f)
	}
	p, err := actingFor(ctx, f.Guardian)
	if err != nil {
		return e, err
	}
	w, err := s.PeekWorker(f.Guardian)
	if err == nil {
		err = mayServe(p, w)
	}
	if err := guardian(w, err); err != nil {
		return e, err
	}
	on, err := a.day(f.AsOf)
	if err != nil {
		return e, err
	}
	if e.Minor, err = domain.CheckChild(a.Tables, f.Name, f.BirthDate, f.County, f.Township, on); err != nil {
		return e, err
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return e, err
	}
	document, err := openDocument(k, w)
	if err != nil {
		return e, err
	}
	return a.childOf(e, f, document, on)
}

// childOf completes an entry whose guardian and form are known, unless the
// guardian could not be one.
func (a *App) childOf(e ChildEntry, f ChildForm, document ident.ResidentID, on clock.Date) (ChildEntry, error) {
	e.Guardian, e.County = f.Guardian, f.County
	e.Identity = a.Vault.Index(indexChild, e.Minor.Identity(f.Guardian))
	e.Likeness = a.Vault.Index(indexLikeness, e.Minor.Likeness())
	r, err := a.Rules.Rule("RG-CHILD", on, "")
	if err != nil {
		return e, err
	}
	years, err := r.Int("guardian_older_years_min")
	if err != nil {
		return e, err
	}
	return e, e.Minor.GuardianAge(document.BirthDate(), years)
}

// judgeChild judges a row of a sheet that names the guardian by the document.
// Who only checks learns nothing but what would become of the row; a guardian who
// is not registered is found last, for the same sheets may bring him.
func (a *App) judgeChild(ctx context.Context, s Store, f ChildForm) (e ChildEntry, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return e, err
	}
	if p.Kind != auth.Officer || p.Via != auth.ViaImport {
		return e, auth.ErrDenied
	}
	if err := errors.Join(a.mayQuery(p), p.CoversDivision(f.County)); err != nil {
		return e, err
	}
	on, err := a.day(f.AsOf)
	if err != nil {
		return e, err
	}
	if e.Minor, err = domain.CheckChild(a.Tables, f.Name, f.BirthDate, f.County, f.Township, on); err != nil {
		return e, err
	}
	document, err := domain.ParseDocument(f.GuardianDocument, on)
	if err != nil {
		return e, domain.ErrGuardianUnknown.Because(err)
	}
	w, found, err := s.WorkerByDocument(a.Vault.Index(indexDocument, document.Reveal()))
	if err != nil {
		return e, err
	}
	f.Guardian = w.ID
	if e, err = a.childOf(e, f, document, on); err == nil && !found {
		err = domain.ErrGuardianUnknown
	}
	return e, err
}

// SameChild finds among the guardian's children the one that a form means though
// it spells the name otherwise, and tells whether a child of the same name and
// birth date is registered at all, by this guardian or another.
func (a *App) SameChild(ctx context.Context, s Store, e ChildEntry) (same domain.Child, found, likely bool, err error) {
	own, err := s.ChildrenOf(e.Guardian)
	if err != nil {
		return same, false, false, err
	}
	for _, c := range own {
		m, err := a.OpenChild(ctx, c)
		if err != nil {
			return same, false, false, err
		}
		if m.SameChild(e.Minor) {
			return c, true, true, nil
		}
	}
	likely, err = s.LikeChild(e.Likeness)
	return same, false, likely, err
}

// guardian turns a missing or closed account into the guardian's own error.
func guardian(w domain.Worker, err error) error {
	if err == nil {
		err = w.Open()
	}
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		return domain.ErrGuardianUnknown
	}
	return err
}

// NewChild makes the child's key, where the child had none before, and seals the
// entry under it.
func (a *App) NewChild(ctx context.Context, e ChildEntry, before Before) (c domain.Child, events []domain.Event, err error) {
	id, k, err := a.owner(ctx, before)
	if err != nil {
		return c, nil, err
	}
	sealed, err := sealMinor(k, id, e.Minor)
	if err != nil {
		return c, nil, err
	}
	c, events = domain.RegisterChild(id, e.Guardian, e.Identity, sealed, e.County)
	c.Likeness, c.Version = e.Likeness, before.Version
	return c, events, nil
}

// RegisterChild saves a new child. The guardian's row is locked, so that no
// child is linked to an account that is being closed.
func (a *App) RegisterChild(ctx context.Context, s Store, c domain.Child, events []domain.Event) error {
	if err := guardian(s.Worker(c.Guardian)); err != nil {
		return err
	}
	return s.SaveChild(ctx, c, events...)
}

// ReadChild loads a child for a reader and writes the read to the guardian's
// log, unless the guardian reads it. OpenChild then opens it.
func (a *App) ReadChild(ctx context.Context, s Store, id, caseID string) (c domain.Child, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return c, err
	}
	if c, err = s.PeekChild(id); err != nil {
		return c, err
	}
	switch p.Kind {
	case auth.Worker, auth.Guardian:
		err = p.MayActFor(c.Guardian)
	case auth.Officer:
		err = p.CoversDivision(c.County)
	}
	if err != nil { // whose child it is, and whether there is one, is nobody else's business
		return domain.Child{}, domain.ErrChildUnknown
	}
	if p.ActsHimself(c.Guardian) {
		return c, nil
	}
	return c, a.logRead(s, p, c.Guardian, caseID, kindChild)
}

// OpenChild opens what a child has sealed.
func (a *App) OpenChild(ctx context.Context, c domain.Child) (m domain.Minor, err error) {
	k, err := a.Vault.Key(ctx, c.ID)
	if err != nil {
		return m, err
	}
	return openMinor(k, c)
}
