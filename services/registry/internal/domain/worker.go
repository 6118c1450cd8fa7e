package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Person is who a worker is, opened. It is never stored and never logged.
type Person struct {
	Document ident.Document
	Name     ident.Name
	Contact  Contact
}

// Contact is how a worker is reached.
type Contact struct {
	Phone    ident.Phone // zero where there is none
	Township string      // nine-digit code, or ""
}

// Worker is an account as it is stored: what names the person is sealed under
// the person's own key. No birth date and no sex is kept; of the age only
// whether the working age was reached, and when that was looked at.
type Worker struct {
	ID            string
	DocumentIndex []byte // keyed hash of what a document is found by; nil once closed
	Document      []byte // sealed number, with kind, country and birth date where the number does not tell them
	Profile       []byte // sealed name, phone and township
	County        string
	Languages     []string
	RegisteredOn  clock.Date
	NoticeVersion string
	AgeReached    bool
	AgeCheckedOn  clock.Date
	ClosedOn      clock.Date // zero while open
	ContactVia    string     // through which channel the contact was said last; "" where that is not known
	ContactAt     time.Time  // and when
	JoinedInto    string     // the reference that answers for this person's; "" is this one
	Claim         []byte     // of who was not seen at a counter: keyed hash of the number that was said; it finds nobody
	UnseenUntil   clock.Date // and the last day of being seen; zero of who registered
	Version       int64
}

// Form is a registration as it was filled in.
type Form struct {
	Document                      ident.DocumentForm
	Name, Phone, County, Township string
	Languages                     []string
	RegisteredOn, NoticeVersion   string
	Signed                        bool
}

// Registration is a form that was found good.
type Registration struct {
	Person        Person
	County        string
	Languages     []string
	RegisteredOn  clock.Date
	NoticeVersion string
	JudgedOn      clock.Date
}

// Check judges a form as of a day. Who did not sign is not looked at further.
func (f Form) Check(t *ident.Tables, on clock.Date, minAge int) (r Registration, err error) {
	if !f.Signed || f.NoticeVersion == "" || f.RegisteredOn == "" {
		return r, ErrNotSigned
	}
	if !notice.MatchString(f.NoticeVersion) {
		return r, ErrCode
	}
	if r.RegisteredOn, err = clock.ParseDate(f.RegisteredOn); err != nil {
		return r, err
	}
	if r.RegisteredOn.After(on) {
		return r, ErrRegisteredLater
	}
	if r.Person.Document, err = ParseDocument(f.Document, on); err != nil {
		return r, err
	}
	if r.Person.Document.AgeOn(on) < minAge {
		return r, ErrUnderAge
	}
	if r.Person.Name, err = ParseName(f.Name); err != nil {
		return r, err
	}
	if r.Person.Contact, err = ParseContact(t, f.Phone, f.County, f.Township); err != nil {
		return r, err
	}
	r.Languages, err = checkLanguages(f.Languages)
	r.County, r.NoticeVersion, r.JudgedOn = f.County, f.NoticeVersion, on
	return r, err
}

// Somebody reads who a form says that somebody is, as of a day, and nothing else.
func (f Form) Somebody(on clock.Date) (p Person, err error) {
	if p.Document, err = ParseDocument(f.Document, on); err != nil {
		return p, err
	}
	if p.Name, err = ParseName(f.Name); err != nil {
		return p, err
	}
	p.Contact.Phone, err = parsePhone(f.Phone)
	return p, err
}

// ParseDocument reads a document as of a day, however it was typed.
func ParseDocument(f ident.DocumentForm, on clock.Date) (ident.Document, error) {
	n, _ := ident.NormaliseDocument(f)
	return ident.ParseDocument(n, on)
}

// ParseNumber is ParseDocument for a search, which states no birth date.
func ParseNumber(f ident.DocumentForm, on clock.Date) (ident.Document, error) {
	n, _ := ident.NormaliseDocument(f)
	return ident.ParseNumber(n, on)
}

// ParseName reads a name, however it was typed.
func ParseName(s string) (ident.Name, error) {
	n, _ := ident.NormaliseName(s)
	return ident.ParseName(n)
}

// ParseContact reads how a person is reached; a phone may be missing.
func ParseContact(t *ident.Tables, phone, county, township string) (c Contact, err error) {
	if c.Phone, err = parsePhone(phone); err != nil {
		return c, err
	}
	c.Township = township
	return c, checkPlace(t, county, township)
}

func parsePhone(phone string) (p ident.Phone, err error) {
	n, _ := ident.NormalisePhone(phone)
	if n == "" {
		return p, nil
	}
	return ident.ParsePhone(n)
}

// Register makes the account of a registration; what names the person comes
// sealed.
func Register(id string, index, document, profile []byte, r Registration) (Worker, []Event) {
	return Worker{
		ID: id, DocumentIndex: index, Document: document, Profile: profile, County: r.County, Languages: r.Languages,
		RegisteredOn: r.RegisteredOn, NoticeVersion: r.NoticeVersion, AgeReached: true, AgeCheckedOn: r.JudgedOn,
	}, []Event{WorkerRegistered{RegisteredOn: r.RegisteredOn, NoticeVersion: r.NoticeVersion}}
}

// Open returns ErrWorkerClosed where the account was closed, and ErrUnseen where no
// counter saw the person yet: nothing is recorded, read or found of whoever that is.
func (w Worker) Open() error {
	if err := w.standing(); err != nil {
		return err
	}
	if w.Unseen() {
		return ErrUnseen
	}
	return nil
}

func (w Worker) standing() error {
	if !w.ClosedOn.IsZero() {
		return ErrWorkerClosed
	}
	return nil
}

// Resay brings an opened contact to what a form says, and names what that
// changes; an empty cell says nothing.
func (w Worker) Resay(c *Contact, said Registration) (county string, languages, fields []string) {
	county, languages = w.County, w.Languages
	if p := said.Person.Contact.Phone; !p.IsZero() && p != c.Phone {
		c.Phone, fields = p, append(fields, "phone")
	}
	if said.County != w.County {
		county, fields = said.County, append(fields, "county")
	}
	if t := said.Person.Contact.Township; t != c.Township && (t != "" || said.County != w.County) {
		c.Township, fields = t, append(fields, "township")
	}
	if len(said.Languages) > 0 && !slices.Equal(said.Languages, w.Languages) {
		languages, fields = said.Languages, append(fields, "languages")
	}
	return county, languages, fields
}

// Registered names what a form says otherwise of the registration itself, which
// the person signed: that never changes.
func (w Worker) Registered(said Registration) (fields []string) {
	if said.RegisteredOn != w.RegisteredOn {
		fields = append(fields, "registered_on")
	}
	if said.NoticeVersion != w.NoticeVersion {
		fields = append(fields, "notice_version")
	}
	return fields
}

// UpdateContact replaces the contact, which comes sealed.
func (w Worker) UpdateContact(profile []byte, county string, languages []string) (Worker, []Event, error) {
	if err := w.Open(); err != nil {
		return w, nil, err
	}
	languages, err := checkLanguages(languages)
	if err != nil {
		return w, nil, err
	}
	w.Profile, w.County, w.Languages = profile, county, languages
	return w, []Event{ContactUpdated{County: county}}, nil
}

// The outcomes of what a sheet says of somebody who is registered.
const (
	Unchanged = "unchanged"
	Applied   = "applied" // it corrected the record
	Differs   = "differs" // it says otherwise, and the record stays
)

// Close ends the account. Nothing that names the person stays in it; the same
// person may register anew and is then somebody new to the platform.
func (w Worker) Close(on clock.Date) (Worker, []Event, error) {
	if err := w.standing(); err != nil {
		return w, nil, err
	}
	w.DocumentIndex, w.Document, w.Profile, w.Languages = nil, []byte{}, []byte{}, nil
	w.Claim, w.UnseenUntil = nil, clock.Date{}
	w.ClosedOn = on
	return w, []Event{AccountClosed{ClosedOn: on}}, nil
}
