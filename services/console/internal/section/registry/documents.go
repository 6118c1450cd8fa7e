package registry

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// What the forms about documents and names offer; the contract names the same.
func documentReasons() []string {
	return []string{"newly_issued", "number_corrected", "entered_wrong", "name_changed", "spelled_anew", "other"}
}

func documentPapers() []string {
	return []string{"resident_card", "household_register", "police_certificate", "residence_permit", "travel_permit", "permanent_residence_card", "passport"}
}

func documentRefusals() []string {
	return []string{"paper_missing", "person_says_no", "entered_wrong", "held_by_another", "other"}
}

func ageOutcomes() []string {
	return []string{"nothing_rested", "reported", "ended_by_person", "other"}
}

func documentKinds() (all []string) {
	for _, k := range ident.DocumentKinds() {
		all = append(all, string(k))
	}
	return all
}

// documentFields is what a form says of a document, for the part of a page that
// asks for it.
type documentFields struct {
	Kinds    []string
	Form     url.Values
	Err      error
	Field    string
	Required bool
}

// documentCases lists what waits for a second officer, or for a look at an age.
func (s *pages) documentCases(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/documents")
	}
	reply, err := s.documents.ListDocumentCases(v.At(d, persons), &registryv1.ListDocumentCasesRequest{})
	return v.Render(http.StatusOK, "documents", frame.Page{Title: "document.title", Nav: "workers", Body: struct {
		Desk  deskBody
		Err   error
		Cases []*registryv1.DocumentCase
	}{bodyOf(v, d), err, reply.GetCases()}})
}

// documentFormBody is the form in which a change is asked for.
type documentFormBody struct {
	Desk            deskBody
	Ref             string
	Person          *registryv1.Worker
	Form            url.Values
	Reasons, Papers []string
	Err             error
	Field           string // which field Err is about; "" is the whole
}

// Fields is the form's document.
func (b documentFormBody) Fields() documentFields {
	return documentFields{documentKinds(), b.Form, b.Err, b.Field, false}
}

// documentForm shows who the person is and asks for the change. The look is in
// the person's log.
func (s *pages) documentForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showDocumentForm(v, http.StatusOK, documentFormBody{Desk: bodyOf(v, d), Form: url.Values{}})
}

func (s *pages) showDocumentForm(v *frame.Visit, status int, b documentFormBody) error {
	b.Ref = v.Path("ref")
	reply, err := s.registry.GetWorker(v.At(b.Desk.Desk, persons), &registryv1.GetWorkerRequest{Worker: b.Ref, CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	b.Person, b.Reasons, b.Papers = reply.GetPerson(), documentReasons(), documentPapers()
	return v.Render(status, "document_form", frame.Page{Title: "document.ask", Nav: "workers", Body: b})
}

// proposeDocument opens the case; what is wrong is told at its field, and what
// was filled in is kept.
func (s *pages) proposeDocument(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	f := v.Form
	id, err := func() (string, error) {
		if err := filled(v, "reason", "paper"); err != nil {
			return "", err
		}
		reply, err := s.documents.ProposeDocument(v.At(d, persons), &registryv1.ProposeDocumentRequest{
			Worker: v.Path("ref"), DocumentKind: f("kind"), DocumentNumber: strings.TrimSpace(f("number")), DocumentCountry: f("country"), BirthDate: f("birth"),
			Name: strings.TrimSpace(f("name")), ReasonCode: f("reason"), Paper: f("paper"),
		})
		return reply.GetCaseId(), err
	}()
	if inPlace(err) {
		return s.showDocumentForm(v, http.StatusUnprocessableEntity, documentFormBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: documentField(err)})
	}
	return v.Done(err, "/documents/"+url.PathEscape(id))
}

// documentField is the field of a form with a document that an error is about.
func documentField(err error) string {
	e := errs.From(err)
	switch {
	case e.Code == "document_kind":
		return "kind"
	case e.Code == "document_country":
		return "country"
	case strings.HasPrefix(e.Code, "birth_date"), e.Code == "date_format":
		return "birth"
	case strings.HasPrefix(e.Code, "id_"), e.Code == "document_format", e.Code == "registry.document_case.same":
		return "number"
	case strings.HasPrefix(e.Code, "name_"):
		return "name"
	}
	switch field := e.Detail["field"]; field {
	case "reason", "paper", "number", "kind", "country", "birth", "name":
		return field
	case "reason_code":
		return "reason"
	case "document_number":
		return "number"
	case "document_kind":
		return "kind"
	case "document_country":
		return "country"
	case "birth_date":
		return "birth"
	}
	return ""
}

type documentCaseBody struct {
	Desk               deskBody
	Own                bool // this desk opened it
	Refusals, Outcomes []string
	Err                error
	*registryv1.GetDocumentCaseResponse
}

// Next is how it goes on.
func (b documentCaseBody) Next() next { return next{At: "document." + b.GetCase().GetState()} }

// documentCase shows one case: what is asked beside what is registered while it
// waits, what became of it afterwards.
func (s *pages) documentCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showDocumentCase(v, http.StatusOK, d, nil)
}

func (s *pages) showDocumentCase(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.documents.GetDocumentCase(v.At(d, persons), &registryv1.GetDocumentCaseRequest{CaseId: v.Path("case")})
	if err != nil {
		return err
	}
	return v.Render(status, "document_case", frame.Page{Title: "document.case", Nav: "workers", Body: documentCaseBody{
		Desk: bodyOf(v, d), Own: ident.SameStaff(reply.GetCase().GetOfficer(), d.Staff), Err: refused, GetDocumentCaseResponse: reply,
		Refusals: documentRefusals(), Outcomes: ageOutcomes(),
	}})
}

// decideDocument takes the second officer's word, or what was found of an age.
func (s *pages) decideDocument(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	ctx, f := v.At(d, persons), v.Form
	err := func() error {
		decision := f("decision")
		switch {
		case decision == "agree" && v.Sure() != nil:
			return v.Sure()
		case decision == "refuse" && f("reason") == "", decision == "age" && f("outcome") == "":
			return frame.ErrInput
		}
		var err error
		switch decision {
		case "agree":
			_, err = s.documents.DecideDocument(ctx, &registryv1.DecideDocumentRequest{CaseId: v.Path("case"), Approve: true})
		case "refuse":
			_, err = s.documents.DecideDocument(ctx, &registryv1.DecideDocumentRequest{CaseId: v.Path("case"), ReasonCode: f("reason")})
		case "age":
			_, err = s.documents.SettleDocumentAge(ctx, &registryv1.SettleDocumentAgeRequest{CaseId: v.Path("case"), Outcome: f("outcome")})
		default:
			err = frame.ErrInput
		}
		return err
	}()
	if inPlace(err) {
		return s.showDocumentCase(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, v.R.URL.EscapedPath())
}

// ownDocument shows the person by what and under which name he is registered, and
// what officers asked to change.
func (s *pages) ownDocument(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := workerBody{Tab: "document"}
	reply, err := s.registry.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: v.Path("ref")})
	if err == nil {
		var changes *registryv1.ListDocumentChangesResponse
		changes, err = s.documents.ListDocumentChanges(ctx, &registryv1.ListDocumentChangesRequest{Worker: v.Path("ref")})
		b.Contact, b.Documents = reply.GetPerson(), changes.GetChanges()
	}
	b.Err = err
	return s.worker(v, b)
}

// objectDocument takes the person's word against a change.
func (s *pages) objectDocument(v *frame.Visit) error {
	id := v.Form("case")
	if id == "" {
		return frame.ErrInput
	}
	_, err := s.documents.ObjectDocument(v.As(frame.OwnRecord), &registryv1.ObjectDocumentRequest{CaseId: id})
	return v.Done(err, "/workers/"+v.Part("ref")+"/document")
}
