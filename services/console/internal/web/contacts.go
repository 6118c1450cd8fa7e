package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// contactRoutes is the pages of a change of contact that officers ask for: one
// asks, another decides, and the person sees both and may object.
func (s *Site) contactRoutes(page func(pattern string, h handler)) {
	page("GET /contacts", s.contactCases)
	page("POST /contacts", s.contactDesk)
	page("GET /contacts/of/{ref}", s.contactForm)
	page("POST /contacts/of/{ref}", s.proposeContact)
	page("GET /contacts/{case}", s.contactCase)
	page("POST /contacts/{case}", s.decideContact)
	page("GET /workers/{ref}/contact", s.ownContact)
	page("POST /workers/{ref}/contact/object", s.objectContact)
}

// deskCookie remembers, while the browser is open, who works at this desk and
// for which county: one of two officers must be known before a page may say
// which of its buttons are his.
const deskCookie = "qiao_desk"

// desk is an officer who gave a staff number, and the county he works for.
type desk struct{ Staff, Division string }

// deskOf reads the desk that was remembered; ok is false where there is none.
func deskOf(r *http.Request, p *words.Printer) (d desk, ok bool) {
	c, err := r.Cookie(deskCookie)
	if err != nil {
		return d, false
	}
	d.Staff, d.Division, _ = strings.Cut(c.Value, ".")
	return d, staffNumber.MatchString(d.Staff) && slices.Contains(deskDivisions(p), d.Division)
}

// prefecture is the division of an officer who works for all its counties.
const prefecture = "654300"

func deskDivisions(p *words.Printer) []string { return append(p.CountyCodes(), prefecture) }

// context is the officer's at this desk.
func (d desk) context(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Desk(r.Context(), d.Staff, d.Division), patience)
}

// deskBody is what every page of a desk shows of it.
type deskBody struct {
	desk
	Divisions []string
	To        string // where a sign leads
	Err       error
}

func (d desk) body(r *http.Request, p *words.Printer) deskBody {
	return deskBody{desk: d, Divisions: deskDivisions(p), To: r.URL.Path}
}

// sign asks who is at the desk, before a page that depends on it.
func (s *Site) sign(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, d deskBody) error {
	return s.render(w, r, p, status, "contact_desk", page{Title: "contact.title", Nav: "workers", Body: d})
}

// contactDesk remembers who is at the desk.
func (s *Site) contactDesk(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d := desk{Division: r.PostFormValue("division")}
	to := r.PostFormValue("to")
	if to != "/contacts" && !strings.HasPrefix(to, "/contacts/") {
		to = "/contacts"
	}
	var err error
	d.Staff, err = staffOf(r, "officer")
	if err == nil && !slices.Contains(deskDivisions(p), d.Division) {
		err = errInput
	}
	if err != nil {
		b := d.body(r, p)
		b.To, b.Err, b.Staff = to, err, ""
		return s.sign(w, r, p, http.StatusUnprocessableEntity, b)
	}
	http.SetCookie(w, &http.Cookie{Name: deskCookie, Value: d.Staff + "." + d.Division, Path: "/contacts", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return back(w, r, (&url.URL{Path: to}).EscapedPath())
}

// contactCases lists what waits for a second officer in the desk's counties.
func (s *Site) contactCases(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d, ok := deskOf(r, p)
	if !ok {
		return s.sign(w, r, p, http.StatusOK, d.body(r, p))
	}
	ctx, cancel := d.context(r)
	defer cancel()
	reply, err := s.Clients.Registry.ListContactCases(ctx, &registryv1.ListContactCasesRequest{})
	return s.render(w, r, p, http.StatusOK, "contacts", page{Title: "contact.title", Nav: "workers", Body: struct {
		Desk  deskBody
		Err   error
		Cases []*registryv1.ContactCase
	}{d.body(r, p), err, reply.GetCases()}})
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
	Key             string // the form is taken once
	Person          *registryv1.Worker
	Form            url.Values
	Reasons, Papers []string
	Counties        []ident.Division
	Err             error
	Field           string // which field Err is about; "" is the whole
}

// contactForm shows who the person is and asks for the change. The look is in
// the person's log.
func (s *Site) contactForm(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d, ok := deskOf(r, p)
	if !ok {
		return s.sign(w, r, p, http.StatusOK, d.body(r, p))
	}
	return s.showContactForm(w, r, p, http.StatusOK, contactFormBody{Desk: d.body(r, p)})
}

func (s *Site) showContactForm(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, b contactFormBody) error {
	ctx, cancel := b.Desk.context(r)
	defer cancel()
	b.Ref, b.Key = r.PathValue("ref"), ident.NewID()
	reply, err := s.Clients.Registry.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: b.Ref, CaseId: b.Key})
	if err != nil {
		return err
	}
	b.Person, b.Counties = reply.GetPerson(), p.Counties()
	if b.Form == nil {
		b.Form = url.Values{"phone": {b.Person.GetPhone()}, "place": {strings.TrimSpace(b.Person.GetCounty() + " " + b.Person.GetTownship())}}
	}
	b.Reasons, b.Papers = contactReasons(), contactPapers()
	return s.render(w, r, p, status, "contact_form", page{Title: "contact.ask", Nav: "workers", Body: b})
}

// proposeContact opens the case; what is wrong is told at its field, and what
// was filled in is kept.
func (s *Site) proposeContact(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d, ok := deskOf(r, p)
	if !ok {
		return s.sign(w, r, p, http.StatusOK, d.body(r, p))
	}
	f := r.PostFormValue
	id, err := func() (string, error) {
		for _, name := range []string{"key", "place", "reason", "paper"} {
			if f(name) == "" {
				return "", errInput.With("field", name)
			}
		}
		county, township, _ := strings.Cut(f("place"), " ")
		ctx, cancel := d.context(r)
		defer cancel()
		reply, err := s.Clients.Registry.ProposeContact(rpc.Once(ctx, "contact-"+f("key")), &registryv1.ProposeContactRequest{
			Worker: r.PathValue("ref"), Phone: strings.TrimSpace(f("phone")), County: county, Township: township,
			Languages: strings.Fields(f("languages")), ReasonCode: f("reason"), Paper: f("paper"),
		})
		return reply.GetCaseId(), err
	}()
	if errs.KindOf(err) == errs.Invalid {
		return s.showContactForm(w, r, p, http.StatusUnprocessableEntity, contactFormBody{Desk: d.body(r, p), Form: r.PostForm, Err: err, Field: contactField(err)})
	}
	if err != nil {
		return err
	}
	return back(w, r, "/contacts/"+url.PathEscape(id))
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
	Key      string
	Own      bool // this desk opened it
	Refusals []string
	Err      error
	*registryv1.GetContactCaseResponse
}

// contactCase shows one case: what is asked beside what is registered while it
// waits, what became of it afterwards.
func (s *Site) contactCase(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d, ok := deskOf(r, p)
	if !ok {
		return s.sign(w, r, p, http.StatusOK, d.body(r, p))
	}
	return s.showContactCase(w, r, p, http.StatusOK, d, nil)
}

func (s *Site) showContactCase(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, d desk, refused error) error {
	ctx, cancel := d.context(r)
	defer cancel()
	reply, err := s.Clients.Registry.GetContactCase(ctx, &registryv1.GetContactCaseRequest{CaseId: r.PathValue("case")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, status, "contact_case", page{Title: "contact.case", Nav: "workers", Body: contactCaseBody{
		Desk: d.body(r, p), Key: ident.NewID(), Own: reply.GetCase().GetOfficer() == d.Staff, Err: refused, GetContactCaseResponse: reply,
		Refusals: contactRefusals(),
	}})
}

// decideContact takes the second officer's word.
func (s *Site) decideContact(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	d, ok := deskOf(r, p)
	if !ok {
		return s.sign(w, r, p, http.StatusOK, d.body(r, p))
	}
	ctx, cancel := d.context(r)
	defer cancel()
	f := r.PostFormValue
	err := func() error {
		approve := f("decision") == "agree"
		switch {
		case f("key") == "" || !approve && f("decision") != "refuse":
			return errInput
		case approve && f("sure") != "yes":
			return errSure
		case !approve && f("reason") == "":
			return errInput
		}
		req := &registryv1.DecideContactRequest{CaseId: r.PathValue("case"), Approve: approve}
		if !approve {
			req.ReasonCode = f("reason")
		}
		_, err := s.Clients.Registry.DecideContact(rpc.Once(ctx, "contact-"+f("key")), req)
		return err
	}()
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict:
		return s.showContactCase(w, r, p, http.StatusUnprocessableEntity, d, err)
	}
	if err != nil {
		return err
	}
	return back(w, r, r.URL.EscapedPath())
}

// ownContact shows the person his contact, and what officers asked to change.
func (s *Site) ownContact(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	b := workerBody{Tab: "contact", Key: ident.NewID()}
	reply, err := s.Clients.Registry.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: r.PathValue("ref")})
	if err == nil {
		var changes *registryv1.ListContactChangesResponse
		changes, err = s.Clients.Registry.ListContactChanges(ctx, &registryv1.ListContactChangesRequest{Worker: r.PathValue("ref")})
		b.Contact, b.Changes = reply.GetPerson(), changes.GetCases()
	}
	b.Err = err
	return s.worker(w, r, p, b)
}

// objectContact takes the person's word against a change.
func (s *Site) objectContact(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	id, key := r.PostFormValue("case"), r.PostFormValue("key")
	if id == "" || key == "" {
		return errInput
	}
	ctx, cancel := asWorker(r)
	defer cancel()
	if _, err := s.Clients.Registry.ObjectContact(rpc.Once(ctx, "contact-"+key), &registryv1.ObjectContactRequest{CaseId: id}); err != nil {
		return err
	}
	return back(w, r, "/workers/"+url.PathEscape(r.PathValue("ref"))+"/contact")
}
