package app

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// indexFormerName is the domain of the blind indexes of names that somebody had. A
// name finds nobody by itself: it is asked for with the person.
const indexFormerName = "former_name"

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
