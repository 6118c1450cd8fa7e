package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of the messages that tell a person of a change of document or
// name which officers made, and of one that an officer asks for.
const (
	toldOfDocument       = "registry.document.changed"
	toldOfAskingDocument = "registry.document.asked"
)

// indexFormerName is the domain of the blind indexes of names that somebody had. A
// name finds nobody by itself: it is asked for with the person.
const indexFormerName = "former_name"

// DocumentForm is what an officer asks to change, as it was filled in; an empty
// number or name stays.
type DocumentForm struct {
	ident.DocumentForm
	Name string
	domain.Grounds
}

// opened is by what and under which name a person is registered, and how the
// person is reached.
func opened(k Key, w domain.Worker) (domain.Known, domain.Contact, error) {
	d, err := openDocument(k, w)
	if err != nil {
		return domain.Known{}, domain.Contact{}, err
	}
	name, contact, err := openProfile(k, w)
	return domain.Known{Document: d, Name: name}, contact, err
}

// documentEntry is a case that was found good, and where to look for who else has
// the number; index is nil where the number stays.
type documentEntry struct {
	domain.DocumentCase
	index, own []byte
}

// ProposeDocument opens a case to change a document or a name, and gives its id.
func (a *App) ProposeDocument(ctx context.Context, once Once[string], worker string, f DocumentForm) (string, error) {
	var known domain.Worker
	err := a.Data.View(ctx, func(s Store) (err error) {
		known, err = s.PeekWorker(worker)
		return err
	})
	if err != nil {
		return "", err
	}
	e, err := a.documentEntry(ctx, known, f)
	if err != nil {
		return "", err
	}
	return once(ctx, func(s Store) (string, error) { return e.ID, a.openDocumentCase(ctx, s, e) })
}

// documentEntry judges a change that an officer asks for, and seals it under the
// person's key. Who may not know the person is told that there is none.
func (a *App) documentEntry(ctx context.Context, w domain.Worker, f DocumentForm) (e documentEntry, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return e, err
	}
	if elsewhere(p, w) || w.Open() != nil {
		return e, domain.ErrWorkerUnknown
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return e, err
	}
	from, _, err := opened(k, w)
	if err != nil {
		return e, err
	}
	to := from
	if f.Number != "" {
		if to.Document, err = domain.ParseDocument(f.DocumentForm, clock.Today(a.Clock)); err != nil {
			return e, err
		}
	}
	if f.Name != "" {
		if to.Name, err = domain.ParseName(f.Name); err != nil {
			return e, err
		}
	}
	e.DocumentCase = domain.DocumentCase{ID: a.NewID(), Worker: w.ID, County: w.County, Grounds: f.Grounds, Officer: p.Subject, MadeAt: a.Clock.Now()}
	if e.DocumentCase, err = domain.ProposeDocument(e.DocumentCase, from, to); err != nil {
		return e, err
	}
	if e.Number {
		e.index, e.own = a.documentIndex(to.Document), w.DocumentIndex
	}
	e.Sealed, err = sealChange(k, e.ID, from, to)
	return e, err
}

// openDocumentCase saves a new case. Whether another record has the number is a
// look-up, counted and told to whom it is about. The person is told that somebody
// asked, and can object before anything changes.
func (a *App) openDocumentCase(ctx context.Context, s Store, e documentEntry) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if e.index != nil {
		if err := a.logLookup(s, p, e.ID); err != nil {
			return err
		}
		other, held, err := holder(s, e.index, e.own)
		if err == nil && held {
			err = a.logRead(s, p, other.ID, e.ID, kindRegistered)
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(s.SaveDocumentCase(e.DocumentCase), a.logRead(s, p, e.Worker, e.ID, kindName, kindNumber)); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: e.Worker, Division: e.County, Template: toldOfAskingDocument, About: e.ID, AboutService: service})
}

// holder finds who has a number, but for the record whose own index is given.
func holder(s Store, index, own []byte) (w domain.Worker, held bool, err error) {
	if bytes.Equal(index, own) { // a permit that was renewed
		return w, false, nil
	}
	return s.WorkerByDocument(index)
}

// decidesDocument reports whether a reader of a case may decide it.
func decidesDocument(p auth.Principal, c domain.DocumentCase) bool {
	return c.State == domain.CaseOpen && !ident.SameStaff(c.Officer, p.Subject)
}

// DocumentCases lists what waits in the officer's counties: to be decided, and to
// be looked at where a mistyped number had somebody taken in too young.
func (a *App) DocumentCases(ctx context.Context, s Store) (all []domain.DocumentCase, decides func(domain.DocumentCase) bool, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	counties, _ := p.Counties()
	waiting, err := s.WaitingDocumentCases(counties)
	for _, c := range waiting {
		if p.CoversDivision(c.County) == nil {
			all = append(all, c)
		}
	}
	return all, func(c domain.DocumentCase) bool { return decidesDocument(p, c) }, err
}

// documentCase loads a case for an officer of its county; that there is one of
// another county is told to nobody.
func documentCase(ctx context.Context, s Store, id string) (c domain.DocumentCase, p auth.Principal, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return c, p, err
	}
	if c, err = s.DocumentCase(id); err == nil && p.CoversDivision(c.County) != nil {
		err = domain.ErrDocumentCaseUnknown
	}
	return c, p, err
}

// ShownDocumentCase is a case as an officer sees it. What is asked comes while the
// case waits.
type ShownDocumentCase struct {
	Case     domain.DocumentCase
	Decides  bool
	From, To domain.Known
	Held     bool   // another record has the number
	Other    string // whose it is, where the officer may know
}

// ReadDocumentCase shows a case to an officer who works on it. While it waits the
// look is in the person's log, and in that of whoever else has the number, where
// the officer may know who that is.
func (a *App) ReadDocumentCase(ctx context.Context, id string) (c ShownDocumentCase, err error) {
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c = ShownDocumentCase{}
		var p auth.Principal
		if c.Case, p, err = documentCase(ctx, s, id); err != nil || c.Case.State != domain.CaseOpen {
			return err
		}
		c.Decides = decidesDocument(p, c.Case)
		return a.logRead(s, p, c.Case.Worker, id, kindName, kindNumber)
	})
	if err != nil || c.Case.State != domain.CaseOpen {
		return c, err
	}
	k, err := a.Vault.Key(ctx, c.Case.Worker)
	if err != nil {
		return c, err
	}
	if c.From, c.To, err = openChange(k, c.Case, clock.Today(a.Clock)); err != nil || !c.Case.Number {
		return c, err
	}
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c.Held, c.Other, err = a.heldBy(ctx, s, c.Case, a.documentIndex(c.To.Document))
		return err
	})
	return c, err
}

// heldBy tells an officer who reads a case whether another record has the number,
// and whose it is where the officer may know.
func (a *App) heldBy(ctx context.Context, s Store, c domain.DocumentCase, index []byte) (held bool, other string, err error) {
	own, err := s.PeekAccount(c.Worker)
	if err != nil {
		return false, "", err
	}
	w, held, err := holder(s, index, own.DocumentIndex)
	if err != nil || !held {
		return held, "", err
	}
	p, err := auth.FromContext(ctx)
	if err != nil || elsewhere(p, w) {
		return true, "", err
	}
	return true, w.ID, a.logRead(s, p, w.ID, c.ID, kindCompared)
}

// documentChange is what a decision or an objection writes, sealed before its
// transaction begins.
type documentChange struct {
	domain.Sealed
	known    domain.Worker // as it was when this was made; a later one is stale
	held     []byte        // where to look for who else has the number; nil where it stays
	before   []domain.Former
	same     bool // the record says what it is expected to say
	tooYoung bool
}

// sealDocumentChange makes what applies a case, or puts back what one applied.
func (a *App) sealDocumentChange(ctx context.Context, c domain.DocumentCase, w domain.Worker) (ch documentChange, err error) {
	ch.known = w
	if len(c.Sealed) == 0 || w.Open() != nil { // the domain says why
		return ch, nil
	}
	k, err := a.Vault.Key(ctx, w.ID)
	if err != nil {
		return ch, err
	}
	today := clock.Today(a.Clock)
	from, to, err := openChange(k, c, today)
	if err != nil {
		return ch, err
	}
	if c.State == domain.CaseApplied {
		from, to = to, from
	}
	now, contact, err := opened(k, w)
	if err != nil {
		return ch, err
	}
	// A record that was joined into another since is changed there.
	ch.same = (c.State == domain.CaseApplied || w.JoinedInto == "") && (!c.Number || now.Document == from.Document) && (!c.Name || now.Name == from.Name)
	if c.Number {
		now.Document = to.Document
		ch.held = a.documentIndex(to.Document)
		if old := a.documentIndex(from.Document); !bytes.Equal(old, ch.held) {
			ch.before = append(ch.before, domain.Former{Index: old, Worker: w.ID, Change: c.ID})
		}
	}
	if c.Name {
		now.Name = to.Name
		ch.before = append(ch.before, domain.Former{Index: a.formerName(from.Name), Worker: w.ID, Change: c.ID})
	}
	ch.Index = a.documentIndex(now.Document)
	if ch.AgeReached, err = a.ofAge(now.Document, today); err != nil {
		return ch, err
	}
	then, err := a.ofAge(now.Document, w.RegisteredOn)
	if err != nil {
		return ch, err
	}
	ch.tooYoung = c.Number && !(then && ch.AgeReached)
	if ch.Document, err = sealDocument(k, w.ID, now.Document); err != nil {
		return ch, err
	}
	ch.Profile, err = sealProfile(k, w.ID, now.Name, contact)
	return ch, err
}

// ofAge reports whether somebody may work on a day, by his age.
func (a *App) ofAge(d ident.Document, on clock.Date) (bool, error) {
	minAge, err := a.workingAge(on)
	return err == nil && d.AgeOn(on) >= minAge, err
}

// workingAge is the age from which somebody may work on a day (EM-04).
func (a *App) workingAge(on clock.Date) (int, error) {
	work, err := a.Rules.Rule("EM-04", on, "")
	if err != nil {
		return 0, err
	}
	return work.Int("min_age")
}

// formerName is the keyed hash of a name that somebody had.
func (a *App) formerName(n ident.Name) []byte {
	return a.Vault.Index(indexFormerName, n.Reveal())
}

// DecideDocument ends a case by the word of a second officer. The person is told
// of what was changed.
func (a *App) DecideDocument(ctx context.Context, once Once[struct{}], id string, approve bool, refusal string) error {
	_, err := withDocument(ctx, a, id, func(ch documentChange) (struct{}, error) {
		return once(ctx, func(s Store) (struct{}, error) { return struct{}{}, a.decideDocument(ctx, s, id, approve, refusal, ch) })
	})
	return err
}

// withDocument seals what a case changes, then runs fn with it, and looks again
// where the record changed in between.
func withDocument[T any](ctx context.Context, a *App, id string, fn func(documentChange) (T, error)) (answer T, err error) {
	for range attempts {
		var c domain.DocumentCase
		var w domain.Worker
		err = a.Data.View(ctx, func(s Store) (err error) {
			if c, err = s.PeekDocumentCase(id); err != nil {
				return err
			}
			w, err = s.PeekAccount(c.Worker)
			return err
		})
		if err != nil {
			return answer, err
		}
		ch, err := a.sealDocumentChange(ctx, c, w)
		if err != nil {
			return answer, err
		}
		if answer, err = fn(ch); !raced(err) {
			return answer, err
		}
	}
	return answer, errLookAgain
}

func (a *App) decideDocument(ctx context.Context, s Store, id string, approve bool, refusal string, ch documentChange) error {
	c, p, err := documentCase(ctx, s, id)
	if err != nil {
		return err
	}
	if _, err := s.Account(c.Worker); err != nil { // locks it; a change since then is stale
		return err
	}
	held, joined, err := taken(s, ch)
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	c, w, events, err := c.DecideDocument(p.Subject, approve, refusal, ch.known, ch.Sealed, ch.same, held, ch.tooYoung, now)
	if joined && errors.Is(err, domain.ErrDocumentHeld) {
		return domain.ErrDocumentJoined
	}
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveDocumentCase(c), a.logRead(s, p, c.Worker, c.ID, kindName, kindNumber)); err != nil || c.State != domain.CaseApplied {
		return err
	}
	if err := errors.Join(s.SaveWorker(ctx, w, events...), settleFormer(s, c)); err != nil {
		return err
	}
	for _, f := range ch.before {
		f.Until = now
		if err := s.AddFormer(f); err != nil {
			return err
		}
	}
	if err := errors.Join(s.RefileKey(ctx, w.ID), s.LikenLater(ctx, w.ID)); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfDocument, About: c.ID, AboutService: service})
}

// taken reports whether another record has the number that a change would give, and
// whether that one was joined with the record.
func taken(s Store, ch documentChange) (held, joined bool, err error) {
	if ch.held == nil {
		return false, false, nil
	}
	w, held, err := holder(s, ch.held, ch.known.DocumentIndex)
	if err != nil || !held {
		return held, false, err
	}
	own, err := s.PeekWorker(ch.known.ID)
	return true, own.ID == w.ID, err
}

// settleFormer lets go of what earlier cases had replaced, where a newer one has
// replaced it again: nothing can be put back to it any more. Those of a record that
// was joined with this one are of that record's own.
func settleFormer(s Store, newer domain.DocumentCase) error {
	all, err := s.DocumentCasesOf(newer.Worker)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Worker != newer.Worker || c.ID == newer.ID || c.State != domain.CaseApplied || len(c.Sealed) == 0 || !(c.Number && newer.Number || c.Name && newer.Name) {
			continue
		}
		c.Sealed = []byte{}
		if err := s.SaveDocumentCase(c); err != nil {
			return err
		}
	}
	return nil
}

// SettleDocumentAge notes what an officer found of what rested on a wrong age.
func (a *App) SettleDocumentAge(ctx context.Context, s Store, id, outcome string) error {
	c, p, err := documentCase(ctx, s, id)
	if err != nil {
		return err
	}
	if c, err = c.SettleAge(p.Subject, outcome, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveDocumentCase(c)
}

// OwnChange is a case as its person sees it; To comes while it waits.
type OwnChange struct {
	Case domain.DocumentCase
	To   domain.Known
}

// DocumentChanges lists to the person what officers asked to change.
func (a *App) DocumentChanges(ctx context.Context, worker string) (all []OwnChange, err error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	var cases []domain.DocumentCase
	err = a.Data.View(ctx, func(s Store) (err error) {
		if _, err = s.PeekWorker(worker); err != nil {
			return err
		}
		cases, err = s.DocumentCasesOf(worker)
		return err
	})
	for _, c := range cases {
		one := OwnChange{Case: c}
		if c.State == domain.CaseOpen {
			k, err := a.Vault.Key(ctx, c.Worker)
			if err != nil {
				return nil, err
			}
			if _, one.To, err = openChange(k, c, clock.Today(a.Clock)); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, err
}

// ObjectDocument takes the person's word against a change; the person is heard at
// once and by nobody else's leave. It gives the case's state.
func (a *App) ObjectDocument(ctx context.Context, once Once[string], id string) (string, error) {
	return withDocument(ctx, a, id, func(ch documentChange) (string, error) {
		return once(ctx, func(s Store) (string, error) { return a.objectDocument(ctx, s, id, ch) })
	})
}

func (a *App) objectDocument(ctx context.Context, s Store, id string, ch documentChange) (string, error) {
	c, err := s.DocumentCase(id)
	if err != nil {
		return "", err
	}
	if himself(ctx, c.Worker) != nil {
		return "", domain.ErrDocumentCaseUnknown // whether there is one is nobody else's business
	}
	if _, err := s.Account(c.Worker); err != nil {
		return "", err
	}
	held, _, err := taken(s, ch)
	if err != nil {
		return "", err
	}
	c, w, events, err := c.ObjectDocument(ch.known, ch.Sealed, ch.same, held, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveDocumentCase(c); err != nil || len(events) == 0 {
		return c.State, err
	}
	if err := errors.Join(s.SaveWorker(ctx, w, events...), s.DropFormer(c.ID)); err != nil {
		return "", err
	}
	return c.State, errors.Join(s.RefileKey(ctx, w.ID), s.LikenLater(ctx, w.ID))
}

// change is what a case would change, sealed.
type change struct {
	From identity `json:"from"`
	To   identity `json:"to"`
}

type identity struct {
	Document document `json:"document"`
	Name     string   `json:"name"`
}

func sealChange(k Key, id string, from, to domain.Known) ([]byte, error) {
	b, err := json.Marshal(change{written(from), written(to)})
	if err != nil {
		return nil, err
	}
	return k.Seal(b, place("document_case.sealed", id)), nil
}

func written(k domain.Known) identity {
	return identity{document(k.Document.Form()), k.Name.Reveal()}
}

func openChange(k Key, c domain.DocumentCase, today clock.Date) (from, to domain.Known, err error) {
	b, err := k.Open(c.Sealed, place("document_case.sealed", c.ID))
	if err != nil {
		return from, to, err
	}
	var ch change
	if err := json.Unmarshal(b, &ch); err != nil {
		return from, to, err
	}
	if from, err = ch.From.read(today); err == nil {
		to, err = ch.To.read(today)
	}
	return from, to, err
}

func (i identity) read(today clock.Date) (k domain.Known, err error) {
	if k.Document, err = domain.ParseDocument(ident.DocumentForm(i.Document), today); err != nil {
		return k, err
	}
	k.Name, err = ident.ParseName(i.Name)
	return k, err
}

// RefileKey files beside a person's key by what the person is found now.
func (a *App) RefileKey(ctx context.Context, worker string) error {
	var w domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekAccount(worker)
		return err
	})
	if errors.Is(err, domain.ErrWorkerUnknown) || err == nil && w.Open() != nil {
		return nil // closed since
	}
	if err != nil {
		return err
	}
	return a.Vault.Refile(ctx, w.ID, w.DocumentIndex)
}
