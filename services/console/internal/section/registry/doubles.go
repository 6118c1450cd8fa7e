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

// doubleReasons are why a pair is set aside; the contract names the same.
func doubleReasons() []string {
	return []string{"papers_differ", "both_known", "twins", "family", "other"}
}

// doubleGrounds are why two records are likely one person's.
func doubleGrounds() []string {
	return []string{
		"same_name", "separators", "same_sound", "similar_name", "other_name", "same_birth", "other_date", "same_phone", "similar_phone", "similar_number", "swapped_number",
		"other_document",
	}
}

// doublesPage is how many pairs a page lists.
const doublesPage = 50

// doubles lists pairs of records that are likely one person's.
func (s *pages) doubles(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.RequestURI())
	}
	apart := v.Query("apart") != ""
	reply, err := s.finder.ListDoubles(v.At(d, persons), &registryv1.ListDoublesRequest{Apart: apart, BeforeId: v.Query("before"), Limit: doublesPage})
	b := struct {
		Desk  deskBody
		Apart bool
		Pairs []*registryv1.PersonDouble
		Next  string
		Err   error
	}{Desk: bodyOf(v, d), Apart: apart, Pairs: reply.GetDoubles(), Err: err}
	if n := len(b.Pairs); n == doublesPage {
		b.Next = b.Pairs[n-1].GetDoubleId()
	}
	return v.Render(http.StatusOK, "doubles", frame.Page{Title: "double.title", Nav: "workers", Body: b})
}

// double shows two records side by side.
func (s *pages) double(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showDouble(v, http.StatusOK, d, nil)
}

func (s *pages) showDouble(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.finder.GetDouble(v.At(d, persons), &registryv1.GetDoubleRequest{DoubleId: v.Path("double")})
	if err != nil {
		return err
	}
	return v.Render(status, "double", frame.Page{Title: "double.title", Nav: "workers", Body: struct {
		Desk    deskBody
		Reasons []string
		Err     error
		Case    string // of the two that is under way already
		*registryv1.GetDoubleResponse
	}{bodyOf(v, d), doubleReasons(), refused, s.underWay(v, d, reply.GetFirst().GetWorker(), reply.GetSecond().GetWorker()), reply}})
}

// underWay is the open case about two records, "" where there is none, or where the
// registry does not say: then the case that is asked for says it.
func (s *pages) underWay(v *frame.Visit, d frame.Desk, first, second string) string {
	if first == "" || second == "" {
		return ""
	}
	reply, err := s.joining.ListPersonCases(v.At(d, persons), &registryv1.ListPersonCasesRequest{})
	if err != nil {
		return ""
	}
	for _, c := range reply.GetCases() {
		pair := []string{c.GetIntoWorker(), c.GetAliasWorker()}
		if c.GetState() == "open" && slices.Contains(pair, first) && slices.Contains(pair, second) {
			return c.GetPersonCaseId()
		}
	}
	return ""
}

// decideDouble sets a pair aside, or takes it up again.
func (s *pages) decideDouble(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	req := &registryv1.DecideDoubleRequest{DoubleId: v.Path("double"), Apart: v.Form("decision") == "apart", ReasonCode: v.Form("reason")}
	var err error
	if req.GetApart() && req.GetReasonCode() == "" || !req.GetApart() && v.Form("decision") != "open" {
		err = frame.ErrInput
	} else {
		_, err = s.finder.DecideDouble(v.At(d, persons), req)
	}
	if inPlace(err) {
		return s.showDouble(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, "/persons/doubles")
}

// registerBody is the form in which a counter registers somebody.
type registerBody struct {
	Desk      deskBody
	Counties  []words.Division
	Languages []string
	Form      url.Values
	Err       error
	Field     string
	Found     []*registryv1.FoundDouble // who is likely the person already
	Elsewhere bool
	Done      *registryv1.RegisterWorkerResponse
}

// Fields is the form's document.
func (b registerBody) Fields() documentFields {
	return documentFields{documentKinds(), b.Form, b.Err, b.Field, true}
}

// registerForm is a counter's form for somebody who registers.
func (s *pages) registerForm(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	// A counter registers one after the other: county and notice stay as they were.
	b := registerBody{Desk: bodyOf(v, d).at("/persons/register"), Form: url.Values{"place": {v.Query("place")}, "notice": {v.Query("notice")}}}
	if v.Query("place") == "" {
		b.Form.Set("place", d.Division)
	}
	if done := v.Query("done"); slices.Contains(registerOutcomes(), done) {
		b.Done = &registryv1.RegisterWorkerResponse{Outcome: done, Worker: v.Query("worker"), LikelyDouble: v.Query("likely") != ""}
	}
	return s.showRegister(v, http.StatusOK, b)
}

// registerOutcomes are what can become of a registration at a counter.
func registerOutcomes() []string { return []string{"created", "unchanged", "requested"} }

func (s *pages) showRegister(v *frame.Visit, status int, b registerBody) error {
	b.Counties, b.Languages = v.P.Counties(), []string{"zh-Hans", "kk-Arab", "ug-Arab"}
	return v.Render(status, "register", frame.Page{Title: "register.title", Nav: "workers", Body: b})
}

// register registers somebody, unless there is likely a record of the person: then
// the officer is shown why, and registers only after having looked.
func (s *pages) register(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	b := registerBody{Desk: bodyOf(v, d), Form: v.R.PostForm}
	ctx, f := v.At(d, registering), v.Form
	county, township, _ := strings.Cut(f("place"), " ")
	err := func() error {
		if err := filled(v, "number", "name", "place", "notice"); err != nil {
			return err
		}
		if f("signed") == "" {
			return frame.ErrInput.With("field", "signed")
		}
		if f("looked") == "" {
			found, err := s.finder.FindDoubles(ctx, &registryv1.FindDoublesRequest{DocumentKind: f("kind"), DocumentNumber: f("number"), DocumentCountry: f("country"), BirthDate: f("birth"), Name: f("name"), Phone: f("phone"), CaseId: ident.NewID()})
			if b.Found, b.Elsewhere = found.GetFound(), found.GetElsewhere(); err != nil || len(b.Found) > 0 || b.Elsewhere {
				return err
			}
		}
		req := &registryv1.RegisterWorkerRequest{
			DocumentKind: f("kind"), DocumentNumber: f("number"), DocumentCountry: f("country"), BirthDate: f("birth"),
			Name: f("name"), Phone: f("phone"), County: county, Township: township, RegisteredOn: v.P.Today(),
			NoticeVersion: f("notice"), Signed: true,
		}
		if f("language") != "" {
			req.Languages = []string{f("language")}
		}
		var err error
		b.Done, err = s.registry.RegisterWorker(ctx, req)
		return err
	}()
	switch {
	case err == nil && b.Done == nil:
		return s.showRegister(v, http.StatusOK, b)
	case err == nil:
		to := url.Values{"done": {b.Done.GetOutcome()}, "worker": {b.Done.GetWorker()}, "place": {f("place")}, "notice": {f("notice")}}
		if b.Done.GetLikelyDouble() {
			to.Set("likely", "1")
		}
		return v.Back("/persons/register?" + to.Encode())
	case inPlace(err):
		b.Err, b.Field = err, registerField(err)
		return s.showRegister(v, http.StatusUnprocessableEntity, b)
	}
	return err
}

// registerField is the field of the form that an error is about.
func registerField(err error) string {
	e := errs.From(err)
	switch {
	case e.Code == "under_age":
		return "number"
	case e.Code == "registry.worker.identity_conflict":
		return "name"
	case e.Code == "phone_format":
		return "phone"
	case e.Code == "registry.place.unknown":
		return "place"
	}
	if field := documentField(err); field != "" {
		return field
	}
	switch field := e.Detail["field"]; field {
	case "county", "township":
		return "place"
	case "notice_version":
		return "notice"
	case "phone", "place", "notice", "signed":
		return field
	}
	return "" // told above the form
}
