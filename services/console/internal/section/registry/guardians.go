package registry

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// guardianship is the purpose of a case about a child's guardians.
var guardianship = frame.Purpose{Code: "person_case", LegalBasis: "Civil Code 27; PIPL 31"}

// What the forms about guardians offer; the contract names the same.
func guardianKinds() []string { return []string{"parent", "grandparent", "court", "institution"} }

func guardianPapers() []string {
	return []string{"birth_certificate", "household_register", "power_of_attorney", "court_paper"}
}

func casePapers() []string {
	return []string{"court_paper", "household_register", "power_of_attorney", "protection_order", "police_record", "birth_certificate", "resident_card"}
}

func guardianRefusals() []string {
	return []string{"paper_missing", "person_says_no", "entered_wrong", "other"}
}

func guardianStates() []string { return []string{"asked", "disputed", "active", "refused", "ended"} }

func hideable() []string { return []string{"address", "school", "telephone"} }

// guardianAsk is what two officers do about a child: its kind, with the reasons and
// papers that it can rest on.
type guardianAsk struct {
	Kind            string
	Reasons, Papers []string
}

func guardianAsks() []guardianAsk {
	return []guardianAsk{
		{"end", []string{"custody_lost", "power_ended", "entered_wrong"}, []string{"court_paper", "household_register", "power_of_attorney"}},
		{"hide", []string{"protection_order", "court_decision", "danger"}, []string{"protection_order", "court_paper", "police_record"}},
		{"show", []string{"lifted", "both_agree", "entered_wrong"}, []string{"protection_order", "court_paper", "police_record"}},
		{"same", []string{"entered_twice"}, []string{"birth_certificate", "household_register"}},
		{"two", []string{"entered_wrong"}, []string{"birth_certificate", "household_register"}},
		{"grown", []string{"grew_up"}, []string{"resident_card"}},
	}
}

func guardianReasons() (all []string) {
	for _, a := range guardianAsks() {
		all = append(all, a.Reasons...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// guardiansPath is where what is about children's guardians begins.
const guardiansPath = "/guardians"

// guardianDesk is the desk of an officer who works on guardians.
func guardianDesk(v *frame.Visit) (frame.Desk, bool) {
	return v.DeskOf(deskDepartment(v, guardiansPath), deskDivisions(v.P))
}

// guardianAs is the officer at that desk.
func guardianAs(v *frame.Visit, d frame.Desk) context.Context {
	return v.AtOf(deskDepartment(v, guardiansPath), d, guardianship)
}

// guardianNav is the entry of the menu from which an officer comes to guardians.
func guardianNav(v *frame.Visit) string {
	if v.WorksIn("hrss") {
		return "workers"
	}
	return "guardians"
}

// guardianMatters lists what waits for an officer, and opens a child by its reference.
func (s *pages) guardianMatters(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, "/guardians")
	}
	return s.showMatters(v, http.StatusOK, d, mattersBody{})
}

// mattersBody is what waits for an officer, and a child or a guardian whom he asked for.
type mattersBody struct {
	Desk    deskBody
	Err     error
	Refused error  // what was wrong with what was typed to open a child
	Child   string // what was typed
	Found   *registryv1.ListChildrenOfResponse
	*registryv1.ListGuardianMattersResponse
}

func (s *pages) showMatters(v *frame.Visit, status int, d frame.Desk, b mattersBody) error {
	b.Desk, b.Child = bodyOf(v, d).at(guardiansPath), v.Form("child")
	b.ListGuardianMattersResponse, b.Err = s.guardians.ListGuardianMatters(guardianAs(v, d), &registryv1.ListGuardianMattersRequest{})
	return v.Render(status, "guardians", frame.Page{Title: "guardian.title", Nav: guardianNav(v), Body: b})
}

// openChild leads to a child's page, or lists the children of a guardian whose document
// number was given.
func (s *pages) openChild(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, guardiansPath)
	}
	if id := strings.TrimSpace(v.Form("child")); ident.ParseUUID(id) == nil {
		return v.Back(guardiansPath + "/of/" + url.PathEscape(id))
	}
	ref, err := s.who(v, d, "child")
	if err == nil && ref == strings.TrimSpace(v.Form("child")) { // neither a reference of a child nor a number
		err = frame.ErrInput.With("field", "child")
	}
	b := mattersBody{Refused: err}
	if err == nil {
		b.Found, b.Refused = s.guardians.ListChildrenOf(guardianAs(v, d), &registryv1.ListChildrenOfRequest{Worker: ref, CaseId: ident.NewID()})
	}
	switch {
	case b.Refused == nil:
		return s.showMatters(v, http.StatusOK, d, b)
	case inPlace(b.Refused):
		return s.showMatters(v, http.StatusUnprocessableEntity, d, b)
	}
	return b.Refused
}

// childrenOf lists the children of a guardian who stands at the counter.
func (s *pages) childrenOf(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	found, err := s.guardians.ListChildrenOf(guardianAs(v, d), &registryv1.ListChildrenOfRequest{Worker: v.Path("ref"), CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	return s.showMatters(v, http.StatusOK, d, mattersBody{Found: found})
}

type childBody struct {
	Desk     deskBody
	ID       string
	Err      error
	Act      string     // the form that Err is about: add, or a kind of case
	Form     url.Values // what was filled in there
	Like     []string   // other children of the same name and birth date
	Looked   bool       // for those
	Kinds    []string
	Papers   []string
	Asks     []guardianAsk
	Hideable []string
	Today    string
	Cases    []*registryv1.GuardianCase // that wait, about this child
	Refusals []string
	*registryv1.ListGuardiansResponse
}

// Filled is what was filled into a field of the form that came back.
func (b childBody) Filled(act, field string) string {
	if b.Act != act {
		return ""
	}
	return b.Form.Get(field)
}

// Ticked reports whether something to hide was ticked in the form that came back.
func (b childBody) Ticked(what string) bool {
	return b.Act == "hide" && slices.Contains(b.Form["hidden"], what)
}

// Called is a guardian's name, or the beginning of the reference where there is none.
func (b childBody) Called(worker string) string {
	for _, g := range b.GetGuardians() {
		if g.GetWorker() == worker && g.GetName() != "" {
			return g.GetName()
		}
	}
	return words.Short(worker)
}

// Guarded reports whether there is a guardian now, who is asked about a further one.
func (b childBody) Guarded() bool {
	return slices.ContainsFunc(b.GetGuardians(), func(g *registryv1.ChildGuardian) bool { return g.GetState() == "active" })
}

// possible leaves out what cannot be asked about this child.
func (b childBody) possible() (all []guardianAsk) {
	hidden, standing := false, false
	for _, g := range b.GetGuardians() {
		hidden = hidden || len(g.GetHidden()) > 0
		standing = standing || g.GetState() == "asked" || g.GetState() == "disputed" || g.GetState() == "active"
	}
	for _, a := range guardianAsks() {
		switch {
		case (a.Kind == "end" || a.Kind == "hide") && !standing, a.Kind == "show" && !hidden, a.Kind == "two" && len(b.GetChildIds()) < 2:
		default:
			all = append(all, a)
		}
	}
	return all
}

// childPage shows who a child's guardians are, and what can be done about them. The
// look is in their logs.
func (s *pages) childPage(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showChild(v, http.StatusOK, d, childBody{ID: v.Path("child")})
}

func (s *pages) showChild(v *frame.Visit, status int, d frame.Desk, b childBody) error {
	ctx := guardianAs(v, d)
	b.Desk = bodyOf(v, d).at("/guardians/of/" + url.PathEscape(b.ID))
	b.Kinds, b.Papers, b.Hideable, b.Refusals, b.Today = guardianKinds(), guardianPapers(), hideable(), guardianRefusals(), v.P.Today()
	reply, err := s.guardians.ListGuardians(ctx, &registryv1.ListGuardiansRequest{ChildId: b.ID, CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	b.ListGuardiansResponse = reply
	b.Asks = b.possible()
	matters, err := s.guardians.ListGuardianMatters(ctx, &registryv1.ListGuardianMattersRequest{})
	if err != nil {
		return err
	}
	for _, c := range matters.GetCases() {
		if slices.Contains(reply.GetChildIds(), c.GetChildId()) || slices.Contains(reply.GetChildIds(), c.GetOtherChildId()) {
			b.Cases = append(b.Cases, c)
		}
	}
	if v.Query("like") != "" {
		like, err := s.guardians.FindLikeChildren(ctx, &registryv1.FindLikeChildrenRequest{ChildId: b.ID, CaseId: ident.NewID()})
		if err != nil {
			return err
		}
		b.Like, b.Looked = like.GetChildIds(), true
	}
	return v.Render(status, "guardian_child", frame.Page{Title: "guardian.child", Nav: guardianNav(v), Body: b})
}

// childAct does what one officer may do about a child's guardians, or opens what two do.
func (s *pages) childAct(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, "/guardians/of/"+v.Part("child"))
	}
	ctx, f, child := guardianAs(v, d), v.Form, v.Path("child")
	var err error
	switch act := v.Path("act"); act {
	case "add":
		var who string
		if who, err = s.who(v, d, "worker"); err == nil {
			_, err = s.guardians.AddGuardian(ctx, &registryv1.AddGuardianRequest{ChildId: child, Worker: who, GuardianKind: f("kind"), Paper: f("paper"), ValidTo: f("until")})
		}
	case "hear":
		_, err = s.guardians.HearGuardian(ctx, &registryv1.HearGuardianRequest{GuardianId: f("guardian"), Side: f("side")})
	case "decide":
		decision := f("decision")
		switch {
		case decision != "agree" && decision != "refuse":
			err = frame.ErrInput
		default:
			err = v.Sure()
		}
		if err == nil {
			_, err = s.guardians.DecideGuardian(ctx, &registryv1.DecideGuardianRequest{GuardianId: f("guardian"), Approve: decision == "agree"})
		}
	case "ask":
		var who string
		if err = v.Sure(); err == nil && f("kind") == "grown" {
			who, err = s.who(v, d, "worker")
		}
		if err == nil {
			_, err = s.guardians.OpenGuardianCase(ctx, &registryv1.OpenGuardianCaseRequest{
				CaseKind: f("kind"), ChildId: child, GuardianId: f("guardian"), OtherChildId: strings.TrimSpace(f("other")), Worker: who,
				Hidden: v.R.PostForm["hidden"], ValidTo: f("until"), ReasonCode: f("reason"), Paper: f("paper"),
			})
		}
	default:
		return frame.ErrNoPage
	}
	if inPlace(err) {
		act := v.Path("act")
		if act == "ask" {
			act = f("kind")
		}
		return s.showChild(v, http.StatusUnprocessableEntity, d, childBody{ID: child, Err: err, Act: act, Form: v.R.PostForm})
	}
	return v.Done(err, "/guardians/of/"+url.PathEscape(child))
}

// decideGuardianCase takes the second officer's word.
func (s *pages) decideGuardianCase(v *frame.Visit) error {
	d, ok := guardianDesk(v)
	if !ok {
		return s.signTo(v, d, "/guardians")
	}
	approve := v.Form("decision") == "agree"
	err := func() error {
		switch {
		case !approve && v.Form("decision") != "refuse":
			return frame.ErrInput
		case approve && v.Sure() != nil:
			return v.Sure()
		case !approve && v.Form("reason") == "":
			return frame.ErrInput
		}
		req := &registryv1.DecideGuardianCaseRequest{CaseId: v.Path("case"), Approve: approve}
		if !approve {
			req.ReasonCode = v.Form("reason")
		}
		_, err := s.guardians.DecideGuardianCase(guardianAs(v, d), req)
		return err
	}()
	child := v.Form("child")
	if inPlace(err) && child != "" {
		return s.showChild(v, http.StatusUnprocessableEntity, d, childBody{ID: child, Err: err})
	}
	if inPlace(err) {
		return s.showMatters(v, http.StatusUnprocessableEntity, d, mattersBody{Refused: err})
	}
	if child != "" {
		return v.Done(err, "/guardians/of/"+url.PathEscape(child))
	}
	return v.Done(err, "/guardians")
}

// ownChildren shows a guardian the own children, and who is to be added beside.
func (s *pages) ownChildren(v *frame.Visit) error {
	reply, err := s.guardians.ListMyChildren(v.As(frame.OwnRecord), &registryv1.ListMyChildrenRequest{Worker: v.Path("ref")})
	return s.worker(v, workerBody{Tab: "children", Err: err, Children: reply.GetChildren()})
}

// answerGuardian takes a guardian's word on one who is to be added.
func (s *pages) answerGuardian(v *frame.Visit) error {
	id, answer := v.Form("guardian"), v.Form("answer")
	if id == "" || answer != "agree" && answer != "object" {
		return frame.ErrInput
	}
	_, err := s.guardians.AnswerGuardian(v.As(frame.OwnRecord), &registryv1.AnswerGuardianRequest{GuardianId: id, Agree: answer == "agree"})
	return v.Done(err, "/workers/"+v.Part("ref")+"/children")
}
