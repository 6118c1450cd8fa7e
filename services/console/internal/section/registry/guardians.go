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

// guardianMatters lists what waits for an officer, and opens a child by its reference.
func (s *pages) guardianMatters(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/guardians")
	}
	return s.showMatters(v, http.StatusOK, d, nil)
}

func (s *pages) showMatters(v *frame.Visit, status int, d frame.Desk, refused error) error {
	reply, err := s.guardians.ListGuardianMatters(v.At(d, guardianship), &registryv1.ListGuardianMattersRequest{})
	return v.Render(status, "guardians", frame.Page{Title: "guardian.title", Nav: "workers", Body: struct {
		Desk         deskBody
		Err, Refused error
		Refusals     []string
		*registryv1.ListGuardianMattersResponse
	}{bodyOf(v, d), err, refused, guardianRefusals(), reply}})
}

// openChild leads to a child's page. Its reference stands on the guardian's own page.
func (s *pages) openChild(v *frame.Visit) error {
	id := strings.TrimSpace(v.Form("child"))
	if ident.ParseUUID(id) != nil {
		return frame.ErrInput.With("field", "child")
	}
	return v.Back("/guardians/of/" + url.PathEscape(id))
}

type childBody struct {
	Desk     deskBody
	ID       string
	Err      error
	Like     []string // other children of the same name and birth date
	Kinds    []string
	Papers   []string
	Asks     []guardianAsk
	Hideable []string
	*registryv1.ListGuardiansResponse
}

// childPage shows who a child's guardians are, and what can be done about them. The
// look is in their logs.
func (s *pages) childPage(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, v.R.URL.Path)
	}
	return s.showChild(v, http.StatusOK, d, nil)
}

func (s *pages) showChild(v *frame.Visit, status int, d frame.Desk, refused error) error {
	ctx := v.At(d, guardianship)
	b := childBody{Desk: bodyOf(v, d), ID: v.Path("child"), Err: refused, Kinds: guardianKinds(), Papers: guardianPapers(), Asks: guardianAsks(), Hideable: hideable()}
	b.Desk.To = "/guardians/of/" + url.PathEscape(b.ID)
	reply, err := s.guardians.ListGuardians(ctx, &registryv1.ListGuardiansRequest{ChildId: b.ID, CaseId: ident.NewID()})
	if err != nil {
		return err
	}
	b.ListGuardiansResponse = reply
	if v.Query("like") != "" {
		like, err := s.guardians.FindLikeChildren(ctx, &registryv1.FindLikeChildrenRequest{ChildId: b.ID, CaseId: ident.NewID()})
		if err != nil {
			return err
		}
		b.Like = like.GetChildIds()
		if len(b.Like) == 0 {
			b.Like = []string{""}
		}
	}
	return v.Render(status, "guardian_child", frame.Page{Title: "guardian.child", Nav: "workers", Body: b})
}

// childAct does what one officer may do about a child's guardians, or opens what two do.
func (s *pages) childAct(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.signTo(v, d, "/guardians/of/"+v.Part("child"))
	}
	ctx, f, child := v.At(d, guardianship), v.Form, v.Path("child")
	var err error
	switch act := v.Path("act"); act {
	case "add":
		_, err = s.guardians.AddGuardian(ctx, &registryv1.AddGuardianRequest{
			ChildId: child, Worker: strings.TrimSpace(f("worker")), GuardianKind: f("kind"), Paper: f("paper"), ValidTo: f("until"),
		})
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
		if err = v.Sure(); err == nil {
			_, err = s.guardians.OpenGuardianCase(ctx, &registryv1.OpenGuardianCaseRequest{
				CaseKind: f("kind"), ChildId: child, GuardianId: f("guardian"), OtherChildId: strings.TrimSpace(f("other")), Worker: strings.TrimSpace(f("worker")),
				Hidden: v.R.PostForm["hidden"], ValidTo: f("until"), ReasonCode: f("reason"), Paper: f("paper"),
			})
			if err == nil {
				return v.Back("/guardians")
			}
		}
	default:
		return frame.ErrNoPage
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.NotFound, errs.Denied:
		return s.showChild(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, "/guardians/of/"+url.PathEscape(child))
}

// decideGuardianCase takes the second officer's word.
func (s *pages) decideGuardianCase(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
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
		_, err := s.guardians.DecideGuardianCase(v.At(d, guardianship), req)
		return err
	}()
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.NotFound, errs.Denied:
		return s.showMatters(v, http.StatusUnprocessableEntity, d, err)
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
