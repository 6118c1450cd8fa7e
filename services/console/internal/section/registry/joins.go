package registry

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// What the forms offer; the contract names the same.
func joinReasons() []string {
	return []string{"number_mistyped", "new_document", "two_counties", "name_spelled", "other"}
}

func partReasons() []string {
	return []string{"joined_wrong", "borrowed_card", "entered_on_other", "other"}
}

func personPapers() []string {
	return []string{"resident_card", "household_register", "police_letter", "foreign_document", "witness"}
}

func personRefusals() []string {
	return []string{"paper_missing", "two_persons", "one_person", "person_says_no", "other"}
}

// signTo asks who is at the desk, and leads on to an address after.
func (s *pages) signTo(v *frame.Visit, d frame.Desk, to string) error {
	b := bodyOf(v, d)
	b.To = to
	return s.sign(v, http.StatusOK, b)
}

// personCases lists what an officer has to do about who people are.
func (s *pages) personCases(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons")
	}
	reply, err := s.joining.ListPersonCases(v.At(d, persons), &registryv1.ListPersonCasesRequest{})
	b := struct {
		Desk        deskBody
		Err         error
		Open, Ended []*registryv1.PersonCase
	}{Desk: bodyOf(v, d), Err: err}
	for _, c := range reply.GetCases() {
		if c.GetState() == "open" || c.GetState() == "applied" && c.GetKind() == "join" && c.GetObjectedAt() != 0 {
			b.Open = append(b.Open, c)
		} else {
			b.Ended = append(b.Ended, c)
		}
	}
	return v.Render(http.StatusOK, "persons", frame.Page{Title: "person.title", Nav: "workers", Body: b})
}

// joinBody is the form that asks for a join, with the two records beside each
// other once they are known.
type joinBody struct {
	Desk            deskBody
	First, Second   string
	Kind            string
	Reasons, Papers []string
	Form            url.Values
	Err             error
	Field           string // which field Err is about; "" is the whole
	*registryv1.CompareRecordsResponse
}

// joinForm shows two records beside each other, and asks why they are one.
func (s *pages) joinForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.RequestURI())
	}
	return s.showJoinForm(v, http.StatusOK, joinBody{Desk: bodyOf(v, d), First: v.Query("first"), Second: v.Query("second"), Form: v.R.URL.Query()})
}

func (s *pages) showJoinForm(v *frame.Visit, status int, b joinBody) error {
	b.Desk = b.Desk.at("/persons/join?" + url.Values{"first": {b.First}, "second": {b.Second}}.Encode())
	b.Kind, b.Reasons, b.Papers = "join", joinReasons(), personPapers()
	if b.First != "" && b.Second != "" && b.CompareRecordsResponse == nil {
		pair, err := s.joining.CompareRecords(v.At(b.Desk.Desk, persons), &registryv1.CompareRecordsRequest{Worker: b.First, OtherId: b.Second})
		if err != nil {
			b.Err, b.Field, status = err, personField(err), http.StatusUnprocessableEntity
		} else {
			b.CompareRecordsResponse = pair
		}
	}
	if b.CompareRecordsResponse == nil {
		b.CompareRecordsResponse = &registryv1.CompareRecordsResponse{}
	}
	return v.Render(status, "person_join", frame.Page{Title: "person.join", Nav: "workers", Body: b})
}

// who reads one of two people from a field of a form: a reference, or a document
// number, which comes in a form and never in an address.
func (s *pages) who(v *frame.Visit, d frame.Desk, field string) (string, error) {
	who := strings.TrimSpace(v.Form(field))
	if number, _ := ident.NormaliseID(who); len(number) == 18 {
		reply, err := s.registry.FindWorker(v.AtOf(deskDepartment(v, v.R.URL.Path), d, persons), &registryv1.FindWorkerRequest{DocumentNumber: number})
		if err != nil {
			return "", errs.From(err).With("field", field)
		}
		return reply.GetWorker(), nil
	}
	if who == "" || strings.ContainsAny(who, "/?#& ") || len(who) > 64 {
		return "", frame.ErrInput.With("field", field)
	}
	return who, nil
}

// findPair finds the two people of a join.
func (s *pages) findPair(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons/join")
	}
	first, err := s.who(v, d, "first")
	if err == nil {
		var second string
		if second, err = s.who(v, d, "second"); err == nil {
			return v.Back("/persons/join?" + url.Values{"first": {first}, "second": {second}}.Encode())
		}
	}
	return s.showJoinForm(v, http.StatusUnprocessableEntity, joinBody{Desk: bodyOf(v, d), Form: v.R.PostForm, Err: err, Field: personField(err)})
}

// openJoin opens the case; what is wrong is told above the form.
func (s *pages) openJoin(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons/join")
	}
	f := v.Form
	id, err := func() (string, error) {
		if err := filled(v, "reason", "paper"); err != nil {
			return "", err
		}
		reply, err := s.joining.OpenJoin(v.At(d, persons), &registryv1.OpenJoinRequest{Worker: f("first"), OtherId: f("second"), ReasonCode: f("reason"), Paper: f("paper"), OtherRemains: f("other") == "yes"})
		return reply.GetPersonCaseId(), err
	}()
	if inPlace(err) {
		return s.showJoinForm(v, http.StatusUnprocessableEntity, joinBody{Desk: bodyOf(v, d), First: f("first"), Second: f("second"), Form: v.R.PostForm, Err: err, Field: personField(err)})
	}
	return v.Done(err, "/persons/cases/"+url.PathEscape(id))
}

// partBody is the form that asks for a parting.
type partBody struct {
	Desk            deskBody
	Join            string
	Kind            string
	Reasons, Papers []string
	Form            url.Values
	Err             error
	Field           string // which field Err is about; "" is the whole
}

// partForm asks why a join is wrong, or which record held two persons.
func (s *pages) partForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.RequestURI())
	}
	return s.showPartForm(v, http.StatusOK, partBody{Desk: bodyOf(v, d), Join: v.Query("join"), Form: v.R.URL.Query()})
}

func (s *pages) showPartForm(v *frame.Visit, status int, b partBody) error {
	b.Desk = b.Desk.at("/persons/part?" + url.Values{"join": {b.Join}}.Encode())
	b.Kind, b.Reasons, b.Papers = "part", partReasons(), personPapers()
	return v.Render(status, "person_part", frame.Page{Title: "person.part", Nav: "workers", Body: b})
}

// openParting opens the case of a parting.
func (s *pages) openParting(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons/part")
	}
	f := v.Form
	req := &registryv1.OpenPartingRequest{JoinId: f("join"), ReasonCode: f("reason"), Paper: f("paper")}
	id, err := func() (string, error) {
		err := filled(v, "reason", "paper")
		if err != nil {
			return "", err
		}
		if req.GetJoinId() == "" {
			if req.Worker, err = s.who(v, d, "first"); err != nil {
				return "", err
			}
			if req.OtherId, err = s.who(v, d, "second"); err != nil {
				return "", err
			}
		}
		reply, err := s.joining.OpenParting(v.At(d, persons), req)
		return reply.GetPersonCaseId(), err
	}()
	if inPlace(err) {
		return s.showPartForm(v, http.StatusUnprocessableEntity, partBody{Desk: bodyOf(v, d), Join: req.GetJoinId(), Form: v.R.PostForm, Err: err, Field: personField(err)})
	}
	return v.Done(err, "/persons/cases/"+url.PathEscape(id))
}

// personField is the field of a form about two records that an error is about.
func personField(err error) string {
	switch field := errs.From(err).Detail["field"]; field {
	case "first", "second", "reason", "paper":
		return field
	case "reason_code":
		return "reason"
	case "worker":
		return "first"
	case "other_id":
		return "second"
	}
	return ""
}

// personSide is one of the two records of a case: how far its person was heard.
type personSide struct {
	Side, Case          string
	ToldAt, HeardAt     int64
	HeardBy, HeardPaper string
	Mine                bool // this desk may hear the person
	Made                bool // the join was made: who is heard agrees, or it stays contested
	Papers              []string
}

type personCaseBody struct {
	Desk deskBody
	Own  bool // this desk opened it
	Open bool
	// The person objects to the join that was made, and was not heard since.
	Contested bool
	Kind      string
	Sides     []personSide
	Refusals  []string
	Err       error
	*registryv1.GetPersonCaseResponse
}

// Next is how it goes on.
func (b personCaseBody) Next() next {
	c := b.GetCase()
	n := next{At: c.GetKind() + "." + c.GetState(), Until: c.GetObjectUntil()}
	if !b.Open {
		n.Until = ""
	}
	if b.Kind == "join" && c.GetState() == "applied" && !b.Contested {
		n.Path = "/persons/part?join=" + url.QueryEscape(c.GetPersonCaseId())
	}
	return n
}

// personCase shows one case.
func (s *pages) personCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showPersonCase(v, http.StatusOK, d, nil)
}

func (s *pages) showPersonCase(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.joining.GetPersonCase(v.At(d, persons), &registryv1.GetPersonCaseRequest{PersonCaseId: v.Path("case")})
	if err != nil {
		return err
	}
	c := reply.GetCase()
	b := personCaseBody{
		Desk: bodyOf(v, d).at("/persons/cases/" + v.Part("case")), Own: ident.SameStaff(c.GetOfficer(), d.Staff), Open: c.GetState() == "open", Kind: c.GetKind(), Refusals: personRefusals(), Err: refused,
		GetPersonCaseResponse: reply,
	}
	answered := c.GetObjectedAt() < max(c.GetIntoHeardAt(), c.GetAliasHeardAt())
	b.Contested = b.Kind == "join" && c.GetState() == "applied" && c.GetObjectedAt() > 0 && !answered
	if b.Open && b.Kind == "join" || b.Contested {
		b.Sides = []personSide{
			{"into", c.GetPersonCaseId(), c.GetIntoToldAt(), c.GetIntoHeardAt(), c.GetIntoHeardBy(), c.GetIntoHeardPaper(), c.GetIntoWorker() != "", b.Contested, personPapers()},
			{"alias", c.GetPersonCaseId(), c.GetAliasToldAt(), c.GetAliasHeardAt(), c.GetAliasHeardBy(), c.GetAliasHeardPaper(), c.GetAliasWorker() != "", b.Contested, personPapers()},
		}
	}
	return v.Render(status, "person_case", frame.Page{Title: "person.kind." + c.GetKind(), Nav: "workers", Body: b})
}

// after shows the case again: what was wrong, or what became of it.
func (s *pages) after(v *frame.Visit, d frame.Desk, err error) error {
	if inPlace(err) {
		return s.showPersonCase(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, "/persons/cases/"+v.Part("case"))
}

// hearPerson takes down what the person said at the counter.
func (s *pages) hearPerson(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons/cases/"+v.Part("case"))
	}
	err := error(frame.ErrInput)
	if says := v.Form("agrees"); says == "yes" || says == "no" {
		_, err = s.joining.HearPerson(v.At(d, persons), &registryv1.HearPersonRequest{PersonCaseId: v.Path("case"), Side: v.Form("side"), Paper: v.Form("paper"), Agrees: says == "yes"})
	}
	return s.after(v, d, err)
}

// assignParts takes down whose each thing is.
func (s *pages) assignParts(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/persons/cases/"+v.Part("case"))
	}
	req := &registryv1.AssignPartsRequest{PersonCaseId: v.Path("case")}
	for _, id := range v.R.PostForm["part"] {
		switch v.Form("of." + id) {
		case "alias":
			req.ToAlias = append(req.ToAlias, id)
		case "into":
			req.ToInto = append(req.ToInto, id)
		}
	}
	_, err := s.joining.AssignParts(v.At(d, persons), req)
	return s.after(v, d, err)
}

// decidePerson takes the second officer's word.
func (s *pages) decidePerson(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	f := v.Form
	err := func() error {
		approve := f("decision") == "agree"
		req := &registryv1.DecidePersonCaseRequest{PersonCaseId: v.Path("case"), Approve: approve}
		switch {
		case !approve && (f("decision") != "refuse" || f("reason") == ""):
			return frame.ErrInput
		case approve && v.Sure() != nil:
			return v.Sure()
		case approve:
			revision, err := strconv.ParseInt(f("revision"), 10, 64)
			if err != nil {
				return frame.ErrInput
			}
			req.Revision = revision
		default:
			req.ReasonCode = f("reason")
		}
		_, err := s.joining.DecidePersonCase(v.At(d, persons), req)
		return err
	}()
	return s.after(v, d, err)
}

// objectPerson takes the person's word against a case.
func (s *pages) objectPerson(v *frame.Visit) error {
	id := v.Form("case")
	if id == "" {
		return frame.ErrInput
	}
	_, err := s.joining.ObjectPersonCase(v.As(frame.OwnRecord), &registryv1.ObjectPersonCaseRequest{PersonCaseId: id})
	return v.Done(err, "/workers/"+v.Part("ref")+"/contact")
}
