package app

import (
	"context"
	"errors"
	"slices"

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
	GuardianDocument                            ident.DocumentForm // to check only, instead of the guardian
}

// RegisteredChild is what became of a child's registration.
type RegisteredChild struct {
	ChildID, Outcome string
	Differs          []string
	Likely           bool // a child of the same likeness is registered already
}

// childEntry is a child's form that was found good, and where to look for it.
type childEntry struct {
	domain.Minor
	Guardian, County string
	Identity         []byte
	Likeness         []byte
}

// RegisterChild links a child to its guardian, once, in the order that
// RegisterWorker keeps. Only the guardian, or a counter that acts for the
// guardian, links a child.
func (a *App) RegisterChild(ctx context.Context, once Once[RegisteredChild], f ChildForm) (r RegisteredChild, err error) {
	for range attempts {
		if r, err = a.registerChild(ctx, once, f); !raced(err) {
			break
		}
	}
	return r, err
}

func (a *App) registerChild(ctx context.Context, once Once[RegisteredChild], f ChildForm) (r RegisteredChild, err error) {
	e, err := a.checkChild(ctx, f)
	if err != nil {
		return r, err
	}
	r, err = a.knownChild(ctx, e)
	switch {
	case err != nil:
		return r, err
	case f.CheckOnly: // who only checks learns nothing but what would become of the row
		r.ChildID = ""
		return r, nil
	case r.Outcome != created:
		return once(ctx, func(Store) (RegisteredChild, error) { return r, nil })
	}
	b, err := a.whoBefore(ctx, e.Identity)
	if err != nil {
		return r, err
	}
	c, events, err := a.newChild(ctx, e, b)
	if err != nil {
		return r, err
	}
	r.ChildID = c.ID
	kept, err := once(ctx, func(s Store) (RegisteredChild, error) { return r, a.saveChild(ctx, s, c, events) })
	if err == nil && kept.ChildID == c.ID { // and no kept answer
		a.Vault.File(c.ID, e.Identity)
	}
	return kept, err
}

// checkChild judges a child's form.
func (a *App) checkChild(ctx context.Context, f ChildForm) (e childEntry, err error) {
	if f.CheckOnly {
		return a.judgeChild(ctx, f)
	}
	p, err := actingFor(ctx, f.Guardian)
	if err != nil {
		return e, err
	}
	var w domain.Worker
	err = a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekWorker(f.Guardian)
		return err
	})
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
func (a *App) childOf(e childEntry, f ChildForm, document ident.Document, on clock.Date) (childEntry, error) {
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
func (a *App) judgeChild(ctx context.Context, f ChildForm) (e childEntry, err error) {
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
	document, err := domain.ParseNumber(f.GuardianDocument, on)
	if err != nil {
		return e, domain.ErrGuardianUnknown.Because(err)
	}
	var w domain.Worker
	var found bool
	err = a.Data.View(ctx, func(s Store) (err error) {
		w, _, found, err = findByDocument(s, a.documentIndex(document))
		return err
	})
	if err != nil {
		return e, err
	}
	f.Guardian = w.ID
	if e, err = a.childOf(e, f, document, on); err == nil && !found {
		err = domain.ErrGuardianUnknown
	}
	return e, err
}

// knownChild tells whether a form's child is registered: entered so, or among the
// guardian's under a name that is spelled otherwise; and whether a child of the
// same name and birth date is at all, by this guardian or another.
func (a *App) knownChild(ctx context.Context, e childEntry) (r RegisteredChild, err error) {
	var same domain.Child
	var found bool
	var own []domain.Child
	err = a.Data.View(ctx, func(s Store) (err error) {
		if same, found, err = s.ChildByIdentity(e.Identity); err != nil || found {
			return err
		}
		if own, err = s.ChildrenOf(e.Guardian); err != nil {
			return err
		}
		r.Likely, err = s.LikeChild(e.Likeness)
		return err
	})
	if err != nil || found {
		return RegisteredChild{ChildID: same.ID, Outcome: domain.Unchanged}, err
	}
	for _, c := range own {
		m, err := a.openChild(ctx, c)
		if err != nil {
			return r, err
		}
		if m.SameChild(e.Minor) {
			return RegisteredChild{ChildID: c.ID, Outcome: domain.Differs, Differs: []string{"name"}, Likely: true}, nil
		}
	}
	r.Outcome = created
	return r, nil
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

// newChild makes the child's key, where the child had none before, and seals the
// entry under it.
func (a *App) newChild(ctx context.Context, e childEntry, b before) (c domain.Child, events []domain.Event, err error) {
	id, k, err := a.owner(ctx, b)
	if err != nil {
		return c, nil, err
	}
	sealed, err := sealMinor(k, id, e.Minor)
	if err != nil {
		return c, nil, err
	}
	c, events = domain.RegisterChild(id, e.Guardian, e.Identity, sealed, e.County)
	c.Likeness, c.Version = e.Likeness, b.version
	return c, events, nil
}

// saveChild saves a new child. The guardian's row is locked, so that no
// child is linked to an account that is being closed.
func (a *App) saveChild(ctx context.Context, s Store, c domain.Child, events []domain.Event) error {
	if err := guardian(s.SharedWorker(c.Guardian)); err != nil {
		return err
	}
	if err := s.SaveChild(ctx, c, events...); err != nil {
		return err
	}
	return s.SaveGuardian(ctx, domain.FirstGuardian(a.NewID(), c, a.Clock.Now())) // the registration tells of it
}

// ShownChild is a child as a reader may see it: a guardian by the record that he
// made himself, else by that which remains, and of its place only what is not hidden.
type ShownChild struct {
	ID, Worker string // as whom the reader sees it
	domain.Minor
	County string
	Circle domain.Circle // for a department
	Grown  bool
	Today  clock.Date
}

// ReadChild shows a child to a reader. of is the guardian whose case it is.
func (a *App) ReadChild(ctx context.Context, id, caseID, of string) (c ShownChild, err error) {
	var read readChild
	err = a.Data.Change(ctx, func(s Store) (err error) {
		read, err = a.readChild(ctx, s, id, caseID, of)
		return err
	})
	if err != nil {
		return c, err
	}
	c = ShownChild{ID: id, Worker: read.worker, County: read.child.County, Today: clock.Today(a.Clock)}
	if c.Minor, err = a.openChild(ctx, read.child); err != nil {
		return c, err
	}
	ages, err := a.ages(c.Today)
	if err != nil {
		return c, err
	}
	c.Grown = ages.Grown(c.BirthDate, c.Today)
	switch read.reader {
	case auth.Worker, auth.Guardian:
		if c.Grown && read.kind != domain.KindSelf { // ends by itself, whenever it is noted
			return ShownChild{}, domain.ErrChildUnknown
		}
		if !read.place {
			c.Township = ""
		}
		if !read.own && c.Township == "" { // what is hidden is as what was never entered
			c.County = ""
		}
	case auth.Service:
		c.Circle = read.circle
	}
	return c, nil
}

// readChild is what of a child was loaded for a reader.
type readChild struct {
	reader       auth.Kind
	child        domain.Child
	circle       domain.Circle
	worker, kind string
	own, place   bool // the reader made this record; may know where the child lives
}

// readChild loads a child for a reader and writes the read to the guardians' logs,
// but of the guardian who reads it.
func (a *App) readChild(ctx context.Context, s Store, id, caseID, of string) (r readChild, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return r, err
	}
	r.reader = p.Kind
	if r.child, err = s.PeekChild(id); err != nil {
		return r, err
	}
	if r.circle, err = a.circle(s, id); err != nil {
		return r, err
	}
	switch p.Kind {
	case auth.Worker, auth.Guardian:
		return a.readOwnChild(s, p, r, caseID)
	case auth.Officer:
		if p.CoversDivision(r.child.County) != nil { // whose child it is, and whether there is one, is nobody else's business
			return r, domain.ErrChildUnknown
		}
	}
	r.worker = r.child.Guardian
	acting := r.circle.Acting(clock.Today(a.Clock))
	if len(acting) > 0 && !slices.ContainsFunc(acting, func(g domain.Guardian) bool { return g.Worker == r.worker }) {
		r.worker = acting[0].Worker
	}
	if len(acting) == 0 {
		return r, a.logUnguarded(s, p, r.child, r.circle, caseID, kindChild)
	}
	return r, a.logCircle(s, p, r.circle, caseID, of, "", kindChild)
}

// logUnguarded writes a look at a child whom nobody is guardian of to the log of who
// registered it: nobody else is left to whom it could be told.
func (a *App) logUnguarded(s Store, p auth.Principal, child domain.Child, c domain.Circle, caseID string, kinds ...string) error {
	first, err := s.Person(child.Guardian)
	if err != nil || len(c.HiddenFrom(first)) > 0 {
		return err
	}
	return a.logRead(s, p, child.Guardian, caseID, kinds...)
}

// readOwnChild is readChild for one of the guardians, or a helper of one.
func (a *App) readOwnChild(s Store, p auth.Principal, r readChild, caseID string) (readChild, error) {
	me, err := a.guards(r.circle, p)
	if err != nil {
		return r, err
	}
	r.worker, r.kind = me.Worker, me.Kind
	for i, id := range r.circle.IDs {
		c, err := s.PeekChild(id)
		if err != nil {
			return r, err
		}
		if own := p.MayActFor(c.Guardian) == nil; i == 0 || own {
			r.child, r.own, r.place = c, own, own
		}
		if r.own {
			break
		}
	}
	if !r.own { // another guardian's word, as long as that is one and hides nothing
		r.place = len(r.circle.HiddenFrom(me.Person)) == 0 && slices.ContainsFunc(r.circle.Acting(clock.Today(a.Clock)),
			func(g domain.Guardian) bool { return g.Worker == r.child.Guardian })
	}
	if p.ActsHimself(me.Worker) {
		return r, nil
	}
	return r, a.logRead(s, p, me.Worker, caseID, kindChild)
}

// openChild opens what a child has sealed.
func (a *App) openChild(ctx context.Context, c domain.Child) (m domain.Minor, err error) {
	k, err := a.Vault.Key(ctx, c.ID)
	if err != nil {
		return m, err
	}
	return openMinor(k, c)
}
