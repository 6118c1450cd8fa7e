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

// person is the purpose of a case about who somebody is.
var person = frame.Purpose{Code: "person_case", LegalBasis: "PIPL 13(3), 49"}

// What the forms about deaths offer; the contract names the same.
func deathReasons() []string { return []string{"relative", "employer", "office", "other"} }

func deathPapers() []string {
	return []string{"medical_certificate", "cremation_certificate", "police_certificate", "court_declaration"}
}

func deathRefusals() []string {
	return []string{"paper_missing", "person_lives", "wrong_person", "entered_wrong", "other"}
}

func shownPapers() []string {
	return []string{"resident_card", "temporary_card", "passport", "household_register", "travel_permit", "permanent_residence_card"}
}

// deathCases lists what waits for a second officer, and what is recorded.
func (s *pages) deathCases(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	reply, err := s.deaths.ListDeathCases(v.At(d, person), &registryv1.ListDeathCasesRequest{})
	b := struct {
		Desk            deskBody
		Err             error
		Waits, Recorded []*registryv1.DeathCase
		Holders         []string
	}{Desk: bodyOf(v, d), Err: err, Holders: ownHolders(v)}
	for _, c := range reply.GetCases() {
		if c.GetState() == "applied" {
			b.Recorded = append(b.Recorded, c)
		} else {
			b.Waits = append(b.Waits, c)
		}
	}
	return v.Render(http.StatusOK, "deaths", frame.Page{Title: "death.title", Nav: "workers", Body: b})
}

// deathFormBody is the form by which a death is entered.
type deathFormBody struct {
	Desk            deskBody
	Ref             string
	Person          *registryv1.Worker
	Form            url.Values
	Reasons, Papers []string
	Err             error
	Field           string // which field Err is about; "" is the whole
}

// deathForm shows who the person is and asks for the paper. The look is in the
// person's log.
func (s *pages) deathForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showDeathForm(v, http.StatusOK, deathFormBody{Desk: bodyOf(v, d), Form: url.Values{}})
}

func (s *pages) showDeathForm(v *frame.Visit, status int, b deathFormBody) error {
	b.Ref = v.Path("ref")
	reply, err := s.registry.GetWorker(v.At(b.Desk.Desk, person), &registryv1.GetWorkerRequest{Worker: b.Ref, CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	b.Person, b.Reasons, b.Papers = reply.GetPerson(), deathReasons(), deathPapers()
	return v.Render(status, "death_form", frame.Page{Title: "death.ask", Nav: "workers", Body: b})
}

// proposeDeath opens the case; what is wrong is told at its field.
func (s *pages) proposeDeath(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	id, err := func() (string, error) {
		if err := filled(v, "died_on", "reason", "paper"); err != nil {
			return "", err
		}
		if err := v.Sure(); err != nil {
			return "", err
		}
		reply, err := s.deaths.ProposeDeath(v.At(d, person), &registryv1.ProposeDeathRequest{
			Worker: v.Path("ref"), DiedOn: v.Form("died_on"), ReasonCode: v.Form("reason"), Paper: v.Form("paper"),
		})
		return reply.GetCaseId(), err
	}()
	if inPlace(err) {
		return s.showDeathForm(v, http.StatusUnprocessableEntity, deathFormBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: deathField(err)})
	}
	return v.Done(err, "/deaths/"+url.PathEscape(id))
}

// deathField is the field of a form about a death that an error is about.
func deathField(err error) string {
	e := errs.From(err)
	switch e.Code {
	case "registry.death.date":
		return "died_on"
	case "document_kind":
		return "kind"
	case "document_country":
		return "country"
	}
	switch field := e.Detail["field"]; field {
	case "died_on", "reason", "paper", "number", "shown":
		return field
	case "reason_code":
		return "reason"
	case "document_number":
		return "number"
	case "document_kind":
		return "kind"
	case "document_country":
		return "country"
	case "shown_paper":
		return "shown"
	}
	if strings.HasPrefix(e.Code, "document_") || strings.HasPrefix(e.Code, "id_") {
		return "number"
	}
	return ""
}

type deathCaseBody struct {
	Desk     deskBody
	Own      bool // this desk opened it, or took the record back
	Refusals []string
	Holders  []string // the departments with which the person held something
	Err      error
	*registryv1.GetDeathCaseResponse
}

// Next is how it goes on.
func (b deathCaseBody) Next() next {
	c := b.GetCase()
	n := next{At: "death." + c.GetState()}
	switch {
	case c.GetState() == "applied":
		n.Path = "/deaths/alive"
	case c.GetState() == "reversed" && c.GetConfirmedAt() != 0:
		n.At = "death.confirmed"
	}
	return n
}

// deathCase shows one case and, while there is something to decide, the person.
func (s *pages) deathCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showDeathCase(v, http.StatusOK, d, nil)
}

func (s *pages) showDeathCase(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.deaths.GetDeathCase(v.At(d, person), &registryv1.GetDeathCaseRequest{CaseId: v.Path("case")})
	if err != nil {
		return err
	}
	own := reply.GetCase().GetOfficer()
	if reply.GetCase().GetState() == "reversed" {
		own = reply.GetCase().GetReversedBy()
	}
	return v.Render(status, "death_case", frame.Page{Title: "death.case", Nav: "workers", Body: deathCaseBody{
		Desk: bodyOf(v, d), Own: own == d.Staff, Refusals: deathRefusals(), Holders: ownHolders(v), Err: refused, GetDeathCaseResponse: reply,
	}})
}

// decideDeath takes the second officer's word, on a case or on a reversal.
func (s *pages) decideDeath(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	ctx, id := v.At(d, person), v.Path("case")
	err := func() (err error) {
		switch v.Form("decision") {
		case "agree":
			if err := v.Sure(); err != nil {
				return err
			}
			_, err = s.deaths.DecideDeath(ctx, &registryv1.DecideDeathRequest{CaseId: id, Approve: true})
		case "refuse":
			if v.Form("reason") == "" {
				return frame.ErrInput
			}
			_, err = s.deaths.DecideDeath(ctx, &registryv1.DecideDeathRequest{CaseId: id, ReasonCode: v.Form("reason")})
		case "confirm":
			_, err = s.deaths.ConfirmReversal(ctx, &registryv1.ConfirmReversalRequest{CaseId: id})
		default:
			return frame.ErrInput
		}
		return err
	}()
	if inPlace(err) {
		return s.showDeathCase(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, v.R.URL.EscapedPath())
}

// aliveBody is the form by which a record is taken back.
type aliveBody struct {
	Desk  deskBody
	Shown []string
	Kinds []string
	Form  url.Values
	Err   error
	Field string
}

// alive asks for the document of the person who stands there. The number comes in a
// form and never in an address.
func (s *pages) alive(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showAlive(v, http.StatusOK, aliveBody{Desk: bodyOf(v, d), Form: url.Values{}})
}

func (s *pages) showAlive(v *frame.Visit, status int, b aliveBody) error {
	b.Shown, b.Kinds = shownPapers(), documentKinds()
	return v.Render(status, "alive", frame.Page{Title: "death.alive", Nav: "workers", Body: b})
}

// reverseDeath takes the record back by one officer's word.
func (s *pages) reverseDeath(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	id, err := func() (string, error) {
		if err := filled(v, "number", "shown"); err != nil {
			return "", err
		}
		if err := v.Sure(); err != nil {
			return "", err
		}
		reply, err := s.deaths.ReverseDeath(v.At(d, person), &registryv1.ReverseDeathRequest{
			DocumentKind: v.Form("kind"), DocumentNumber: strings.TrimSpace(v.Form("number")), DocumentCountry: strings.TrimSpace(v.Form("country")), ShownPaper: v.Form("shown"),
		})
		return reply.GetCaseId(), err
	}()
	if inPlace(err) {
		return s.showAlive(v, http.StatusUnprocessableEntity, aliveBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: deathField(err)})
	}
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "alive_done", frame.Page{Title: "death.alive", Nav: "workers", Body: struct {
		Desk deskBody
		Case string
	}{bodyOf(v, d), id}})
}

// objectDeath takes the person's word against a case.
func (s *pages) objectDeath(v *frame.Visit) error {
	id := v.Form("case")
	if id == "" {
		return frame.ErrInput
	}
	_, err := s.deaths.ObjectDeath(v.As(frame.OwnRecord), &registryv1.ObjectDeathRequest{CaseId: id})
	return v.Done(err, "/workers/"+v.Part("ref")+"/contact")
}

// standingDeath is the case that waits, or the record that holds, of whose own page it
// is, who reads it before anything else. Nil where there is none, or where
// the registry does not say. nobodyMay is what the person arranged for afterwards.
func (s *pages) standingDeath(v *frame.Visit) (standing *registryv1.DeathCase, nobodyMay bool) {
	if v.Officer() || v.Helps() || v.Unseen() { // whose it is not to ask
		return nil, false
	}
	reply, err := s.deaths.ListOwnDeathCases(v.As(frame.OwnRecord), &registryv1.ListOwnDeathCasesRequest{Worker: v.Path("ref")})
	if err != nil {
		return nil, false
	}
	for _, c := range reply.GetCases() {
		if c.GetState() == "open" || c.GetState() == "applied" {
			standing = c
		}
	}
	return standing, reply.GetNobodyMay()
}
