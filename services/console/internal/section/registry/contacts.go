package registry

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// prefecture is the division of an officer who works for all its counties.
const prefecture = "654300"

func deskDivisions(p *words.Printer) []string { return append(p.CountyCodes(), prefecture) }

// deskBody is what every page of a desk shows of it.
type deskBody struct {
	frame.Desk
	Divisions []string
	To        string // where a sign leads
	Err       error
}

// Matter is the name of the pages to which a sign leads.
func (b deskBody) Matter() string {
	for at, matter := range desks() {
		if b.To == at || strings.HasPrefix(b.To, at+"/") || strings.HasPrefix(b.To, at+"?") {
			return matter
		}
	}
	return "person"
}

func bodyOf(v *frame.Visit, d frame.Desk) deskBody {
	to := v.R.URL.Path
	if v.R.Method == http.MethodGet { // what was chosen on a page stays chosen
		to = v.R.URL.RequestURI()
	}
	return deskBody{Desk: d, Divisions: v.DivisionsOf(deskDepartment(v, v.R.URL.Path), deskDivisions(v.P)), To: to}
}

// at names the page to which a sign leads, where it is not the page that is shown.
func (b deskBody) at(to string) deskBody {
	b.To = to
	return b
}

// sign asks for which division somebody works whose rights cover several, before a page
// that depends on it.
func (s *pages) sign(v *frame.Visit, status int, d deskBody) error {
	if len(d.Divisions) == 0 {
		return frame.ErrDenied
	}
	return v.Render(status, "contact_desk", frame.Page{Title: "contact.desk.title", Nav: "workers", Body: d})
}

// desks are the pages of the cases of two officers, who say once for where they work,
// and the beginnings of their texts.
func desks() map[string]string {
	return map[string]string{"/contacts": "contact", "/deaths": "death", "/persons": "person", "/guardians": "guardian", "/documents": "document"}
}

// contactDesk remembers for which division the officer works.
func (s *pages) contactDesk(v *frame.Visit) error {
	d := frame.Desk{Division: v.Form("division")}
	to := deskAddress(v.Form("to"))
	if divisions := v.DivisionsOf(deskDepartment(v, to), deskDivisions(v.P)); !slices.Contains(divisions, d.Division) {
		b := deskBody{Desk: d, Divisions: divisions, To: to}
		b.Err = frame.ErrInput
		return s.sign(v, http.StatusUnprocessableEntity, b)
	}
	for at := range desks() {
		d.Remember(v.W, at)
	}
	return v.Back(to)
}

// deskAddress is where a sign leads, which is one of the desks' pages.
func deskAddress(to string) string {
	if u, err := url.ParseRequestURI(to); err == nil && u.Host == "" {
		for at := range desks() {
			if u.Path == at || strings.HasPrefix(u.Path, at+"/") {
				return u.RequestURI()
			}
		}
	}
	return "/contacts"
}

// contactCases lists what waits for a second officer in the desk's counties.
func (s *pages) contactCases(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	ctx := v.At(d, contact)
	reply, err := s.registry.ListContactCases(ctx, &registryv1.ListContactCasesRequest{})
	return v.Render(http.StatusOK, "contacts", frame.Page{Title: "contact.title", Nav: "workers", Body: struct {
		Desk  deskBody
		Err   error
		Cases []*registryv1.ContactCase
	}{bodyOf(v, d), err, reply.GetCases()}})
}

// What a form offers; the contract names the same.
func contactReasons() []string { return []string{"phone_changed", "moved", "entered_wrong", "other"} }

func contactPapers() []string {
	return []string{"resident_card", "residence_permit", "phone_contract", "witness", "none"}
}

func contactRefusals() []string {
	return []string{"paper_missing", "person_says_no", "entered_wrong", "name_differs", "other"}
}

// contactFormBody is the form in which a change is asked for.
type contactFormBody struct {
	Desk            deskBody
	Ref             string
	Person          *registryv1.Worker
	Form            url.Values
	Reasons, Papers []string
	Counties        []words.Division
	Err             error
	Field           string // which field Err is about; "" is the whole
}

// contactForm shows who the person is and asks for the change. The look is in
// the person's log.
func (s *pages) contactForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showContactForm(v, http.StatusOK, contactFormBody{Desk: bodyOf(v, d)})
}

func (s *pages) showContactForm(v *frame.Visit, status int, b contactFormBody) error {
	ctx := v.At(b.Desk.Desk, contact)
	b.Ref = v.Path("ref")
	reply, err := s.registry.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: b.Ref, CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	b.Person, b.Counties = reply.GetPerson(), v.P.Counties()
	if b.Form == nil {
		b.Form = url.Values{"phone": {b.Person.GetPhone()}, "place": {strings.TrimSpace(b.Person.GetCounty() + " " + b.Person.GetTownship())}}
	}
	b.Reasons, b.Papers = contactReasons(), contactPapers()
	return v.Render(status, "contact_form", frame.Page{Title: "contact.ask", Nav: "workers", Body: b})
}

// proposeContact opens the case; what is wrong is told at its field, and what
// was filled in is kept.
func (s *pages) proposeContact(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	f := v.Form
	id, err := func() (string, error) {
		if err := filled(v, "place", "reason", "paper"); err != nil {
			return "", err
		}
		county, township, _ := strings.Cut(f("place"), " ")
		ctx := v.At(d, contact)
		reply, err := s.registry.ProposeContact(ctx, &registryv1.ProposeContactRequest{
			Worker: v.Path("ref"), Phone: strings.TrimSpace(f("phone")), County: county, Township: township,
			Languages: strings.Fields(f("languages")), ReasonCode: f("reason"), Paper: f("paper"),
		})
		return reply.GetCaseId(), err
	}()
	if inPlace(err) {
		return s.showContactForm(v, http.StatusUnprocessableEntity, contactFormBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: contactField(err)})
	}
	return v.Done(err, "/contacts/"+url.PathEscape(id))
}

// contactField is the field of the form that an error is about.
func contactField(err error) string {
	e := errs.From(err)
	switch e.Code {
	case "phone_format":
		return "phone"
	case "registry.place.unknown":
		return "place"
	}
	switch field := e.Detail["field"]; field {
	case "phone", "place", "reason", "paper":
		return field
	case "county", "township":
		return "place"
	case "reason_code":
		return "reason"
	}
	return ""
}

type contactCaseBody struct {
	Desk     deskBody
	Own      bool // this desk opened it
	Refusals []string
	Err      error
	*registryv1.GetContactCaseResponse
}

// Next is how it goes on.
func (b contactCaseBody) Next() next { return next{At: "contact." + b.GetCase().GetState()} }

// contactCase shows one case: what is asked beside what is registered while it
// waits, what became of it afterwards.
func (s *pages) contactCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showContactCase(v, http.StatusOK, d, nil)
}

func (s *pages) showContactCase(v *frame.Visit, status int, d frame.Desk, refused error) error {
	ctx := v.At(d, contact)
	reply, err := s.registry.GetContactCase(ctx, &registryv1.GetContactCaseRequest{CaseId: v.Path("case")})
	if err != nil {
		return err
	}
	return v.Render(status, "contact_case", frame.Page{Title: "contact.case", Nav: "workers", Body: contactCaseBody{
		Desk: bodyOf(v, d), Own: reply.GetCase().GetOfficer() == d.Staff, Err: refused, GetContactCaseResponse: reply,
		Refusals: contactRefusals(),
	}})
}

// decideContact takes the second officer's word.
func (s *pages) decideContact(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	ctx := v.At(d, contact)
	f := v.Form
	err := func() error {
		approve := f("decision") == "agree"
		switch {
		case !approve && f("decision") != "refuse":
			return frame.ErrInput
		case approve && v.Sure() != nil:
			return v.Sure()
		case !approve && f("reason") == "":
			return frame.ErrInput
		}
		req := &registryv1.DecideContactRequest{CaseId: v.Path("case"), Approve: approve}
		if !approve {
			req.ReasonCode = f("reason")
		}
		_, err := s.registry.DecideContact(ctx, req)
		return err
	}()
	if inPlace(err) {
		return s.showContactCase(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, v.R.URL.EscapedPath())
}

// ownContact shows the person his contact, and what officers asked to change.
func (s *pages) ownContact(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := workerBody{Tab: "contact"}
	reply, err := s.registry.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: v.Path("ref")})
	if err == nil {
		var changes *registryv1.ListContactChangesResponse
		changes, err = s.registry.ListContactChanges(ctx, &registryv1.ListContactChangesRequest{Worker: v.Path("ref")})
		b.Contact, b.Changes = reply.GetPerson(), changes.GetCases()
	}
	if err == nil {
		var cases *registryv1.ListOwnPersonCasesResponse
		cases, err = s.joining.ListOwnPersonCases(ctx, &registryv1.ListOwnPersonCasesRequest{Worker: v.Path("ref")})
		b.Persons = cases.GetCases()
	}
	b.Err = err
	return s.worker(v, b)
}

// objectContact takes the person's word against a change.
func (s *pages) objectContact(v *frame.Visit) error {
	id := v.Form("case")
	if id == "" {
		return frame.ErrInput
	}
	ctx := v.As(frame.OwnRecord)
	_, err := s.registry.ObjectContact(ctx, &registryv1.ObjectContactRequest{CaseId: id})
	return v.Done(err, "/workers/"+v.Part("ref")+"/contact")
}
