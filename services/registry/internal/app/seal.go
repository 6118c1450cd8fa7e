package app

import (
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The domains of blind indexes.
const (
	indexDocument = "resident_id" // of every kind of document: it was named when there was one
	indexChild    = "child"
	indexLikeness = "child likeness"
)

// profile is a worker's sealed part beside the document number.
type profile struct {
	Name     string `json:"name"`
	Phone    string `json:"phone,omitempty"`
	Township string `json:"township,omitempty"`
}

// minor is a child's sealed part.
type minor struct {
	Name      string `json:"name"`
	BirthDate string `json:"birth_date"`
	Township  string `json:"township,omitempty"`
}

// place ties a sealed value to its row and column, so that it opens nowhere else.
func place(column, id string) []byte { return []byte("registry." + column + ":" + id) }

func sealProfile(k Key, id string, name ident.Name, c domain.Contact) ([]byte, error) {
	b, err := json.Marshal(profile{Name: name.Reveal(), Phone: c.Phone.Reveal(), Township: c.Township})
	if err != nil {
		return nil, err
	}
	return k.Seal(b, place("worker.profile", id)), nil
}

// document is a worker's sealed document where its number is not all that there
// is to know; else the number alone is sealed.
type document struct {
	Kind      string `json:"kind"`
	Number    string `json:"number"`
	Country   string `json:"country,omitempty"`
	BirthDate string `json:"birth_date,omitempty"`
}

func sealDocument(k Key, id string, d ident.Document) ([]byte, error) {
	b, err := documentText(d)
	if err != nil {
		return nil, err
	}
	return k.Seal(b, place("worker.document", id)), nil
}

func documentText(d ident.Document) ([]byte, error) {
	f := d.Form()
	if f.BirthDate == "" {
		return []byte(f.Number), nil
	}
	return json.Marshal(document(f))
}

// readDocument reads a document that was judged when it was registered, as of a
// day that may lie after today's in a demonstration.
func readDocument(b []byte, judged clock.Date) (ident.Document, error) {
	f := document{Number: string(b)}
	if len(b) > 0 && b[0] == '{' {
		if err := json.Unmarshal(b, &f); err != nil {
			return ident.Document{}, err
		}
	}
	return domain.ParseDocument(ident.DocumentForm(f), judged)
}

// documentIndex is the keyed hash by which a document finds its person.
func (a *App) documentIndex(d ident.Document) []byte {
	return a.Vault.Index(indexDocument, d.Same())
}

func sealMinor(k Key, id string, m domain.Minor) ([]byte, error) {
	b, err := json.Marshal(minor{Name: m.Name.Reveal(), BirthDate: m.BirthDate.String(), Township: m.Township})
	if err != nil {
		return nil, err
	}
	return k.Seal(b, place("child.sealed", id)), nil
}

// openProfile opens a worker's name and contact.
func openProfile(k Key, w domain.Worker) (name ident.Name, c domain.Contact, err error) {
	b, err := k.Open(w.Profile, place("worker.profile", w.ID))
	if err != nil {
		return name, c, err
	}
	var p profile
	if err := json.Unmarshal(b, &p); err != nil {
		return name, c, err
	}
	if name, err = ident.ParseName(p.Name); err != nil {
		return name, c, err
	}
	c.Township = p.Township
	if p.Phone != "" {
		c.Phone, err = ident.ParsePhone(p.Phone)
	}
	return name, c, err
}

// openDocument opens a worker's document.
func openDocument(k Key, w domain.Worker) (ident.Document, error) {
	b, err := k.Open(w.Document, place("worker.document", w.ID))
	if err != nil {
		return ident.Document{}, err
	}
	return readDocument(b, w.AgeCheckedOn)
}

func openMinor(k Key, c domain.Child) (m domain.Minor, err error) {
	b, err := k.Open(c.Sealed, place("child.sealed", c.ID))
	if err != nil {
		return m, err
	}
	var p minor
	if err := json.Unmarshal(b, &p); err != nil {
		return m, err
	}
	if m.BirthDate, err = clock.ParseDate(p.BirthDate); err != nil {
		return m, err
	}
	m.Township = p.Township
	m.Name, err = ident.ParseName(p.Name)
	return m, err
}
