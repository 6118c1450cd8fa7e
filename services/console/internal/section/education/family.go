package education

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// mostChoices is how many schools the form offers to rank; the contract takes more.
const mostChoices = 5

type familyBody struct {
	Ref    string
	Err    error
	Kids   []kid
	Others []otherCase
	// Visited says that an officer sees it, whom the guardian visits.
	Visited bool
}

// kid is one application with the child's name, which the guardian alone sees.
type kid struct {
	*educationv1.Application
	Name string
	Open *educationv1.Round // of the county and stage, that takes choices now
	Task bool
}

func (s *pages) family(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := familyBody{Ref: v.Path("ref"), Visited: v.Officer()}
	reply, err := s.education.ListApplications(ctx, &educationv1.ListApplicationsRequest{Worker: b.Ref})
	b.Err = err
	for _, a := range reply.GetApplications() {
		k := kid{Application: a, Name: s.childName(ctx, a)}
		if k.Open, err = s.openRound(ctx, a); err != nil {
			b.Err = err
		}
		b.Kids = append(b.Kids, k)
	}
	if b.Others, err = s.otherCases(ctx, v, b.Ref); err != nil && b.Err == nil {
		b.Err = err
	}
	return v.Render(http.StatusOK, "family", frame.Page{Title: "edu.family.title", Nav: "workers", Body: b})
}

// childName asks the registry as the guardian; a page does without where it does
// not answer.
func (s *pages) childName(ctx context.Context, a *educationv1.Application) string {
	child, err := s.registry.GetChild(ctx, &registryv1.GetChildRequest{ChildId: a.GetChildId(), CaseId: a.GetApplicationId()})
	if err != nil {
		return ""
	}
	return child.GetChild().GetName()
}

// openRound is the round in which a waiting application can file choices; nil
// where there is none.
func (s *pages) openRound(ctx context.Context, a *educationv1.Application) (*educationv1.Round, error) {
	if a.GetState() != "submitted" {
		return nil, nil
	}
	reply, err := s.education.ListRounds(ctx, &educationv1.ListRoundsRequest{County: a.GetCounty(), Stage: a.GetStage()})
	for _, r := range reply.GetRounds() {
		if r.GetState() == "open" {
			return r, nil
		}
	}
	return nil, err
}

type outcomeBody struct {
	Ref       string
	Kid       kid
	Round     *educationv1.Round // of the entry; nil without one
	Entry     *educationv1.Entry
	Headline  string
	Tone      string // good, due or calm
	Wishes    []wish
	Rest      []*platformv1.Reason // not about one school
	Schools   map[string]string
	Offered   string // the school's name
	Better    string // and that of the one beside it, from an upheld appeal
	Ranks     []rank
	Townships []ident.Township
	AppealAt  []wish // schools for which an appeal can be filed
	Done      string
	Visited   bool // an officer sees it, whom the guardian visits
}

// wish is one school of the list, in words.
type wish struct {
	*educationv1.Choice
	Rank   int
	State  string // filed, got, missed, unneeded
	Says   string // how it went
	Why    string // what decided
	Mine   string // the child's own class in words
	Bar    *orderBar
	Reason *platformv1.Reason
}

// orderBar draws the order at a school: who got in, and where the child stands.
type orderBar struct {
	In, At int // of a hundred
}

// rank is one line of the form for choices.
type rank struct {
	N      int
	Chosen string
}

// outcome is the page that answers a family: what was given, why, how far off it
// was, what would change it, and where to appeal. An officer whom the guardian visits
// sees what was asked and what came of it: the child's part in a round, with the receipt
// by which the family proves it, is the guardian's alone.
func (s *pages) outcome(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	id := v.Path("application")
	app, err := s.education.GetApplication(ctx, &educationv1.GetApplicationRequest{ApplicationId: id})
	if err != nil {
		return err
	}
	entry := &educationv1.Entry{}
	if !v.Officer() {
		reply, err := s.education.GetEntry(ctx, &educationv1.GetEntryRequest{ApplicationId: id})
		if err != nil {
			return err
		}
		entry = cmp.Or(reply.GetEntry(), entry)
	}
	b := outcomeBody{Ref: v.Path("ref"), Kid: kid{Application: app.GetApplication()}, Entry: entry, Visited: v.Officer(), Schools: map[string]string{}, Done: v.Query("done")}
	b.Kid.Name = cmp.Or(s.childName(ctx, b.Kid.Application), v.P.T("edu.child"))
	if b.Kid.Open, err = s.openRound(ctx, b.Kid.Application); err != nil {
		return err
	}
	if rid := b.Entry.GetRoundId(); rid != "" {
		reply, err := s.education.GetRound(ctx, &educationv1.GetRoundRequest{RoundId: rid})
		if err != nil {
			return err
		}
		b.Round = reply.GetRound()
	}
	if b.Kid.GetOfferedSchoolId() != "" || b.Kid.GetBetterSchoolId() != "" {
		all, err := s.education.ListSchools(ctx, &educationv1.ListSchoolsRequest{Stage: b.Kid.GetStage()})
		if err != nil {
			return err
		}
		for _, v := range all.GetSchools() {
			b.Schools[v.GetSchoolId()] = v.GetName()
		}
		b.Offered, b.Better = b.Schools[b.Kid.GetOfferedSchoolId()], b.Schools[b.Kid.GetBetterSchoolId()]
	}
	b.tell(v.P)
	if b.Kid.Open != nil {
		b.Townships = v.P.Townships(b.Kid.GetCounty())
		for n := range min(mostChoices, len(b.Kid.Open.GetSchools())) {
			k := rank{N: n + 1}
			if b.Entry.GetRoundId() == b.Kid.Open.GetRoundId() && n < len(b.Wishes) {
				k.Chosen = b.Wishes[n].GetSchoolId()
			}
			b.Ranks = append(b.Ranks, k)
		}
	}
	return v.Render(http.StatusOK, "outcome", frame.Page{Title: "edu.outcome.title", Nav: "workers", Body: b})
}

// tell words an entry: the headline, and each school of the list.
func (b *outcomeBody) tell(p *words.Printer) {
	name, e := b.Kid.Name, b.Entry
	about := map[string]*platformv1.Reason{}
	for _, r := range e.GetReasons() {
		at := slices.IndexFunc(r.GetFacts(), func(f *platformv1.ReasonFact) bool { return f.GetName() == "school_id" })
		fault := slices.ContainsFunc(r.GetFacts(), func(f *platformv1.ReasonFact) bool { return f.GetName() == "draw_fault" })
		if at < 0 || fault {
			b.Rest = append(b.Rest, r)
			continue
		}
		about[r.GetFacts()[at].GetValue()] = r
	}
	for i, c := range e.GetChoices() {
		w := wish{Choice: c, Rank: i + 1, State: "filed", Reason: about[c.GetSchoolId()], Mine: p.T("edu.ground." + c.GetGround())}
		switch {
		case e.GetOutcome() == "filed":
			w.Says = p.T("edu.wish.filed", "class", c.GetPriorityClass(), "ground", w.Mine)
		case e.GetChoice() == int32(i+1):
			w.State, w.Says = "got", p.T("edu.wish.got", "named", c.GetNamed(), "seats", c.GetSeats(), "position", c.GetPosition())
		case e.GetChoice() > 0 && int32(i+1) > e.GetChoice():
			w.State, w.Says = "unneeded", p.T("edu.wish.unneeded", "n", e.GetChoice())
		case w.Reason == nil: // no later pass looks at a place that the family did not take
			w.State, w.Says = "unneeded", p.T("edu.wish.declined")
		case c.GetLastPosition() == 0:
			w.State, w.Says = "missed", p.T("edu.wish.noseat", "named", c.GetNamed(), "seats", c.GetSeats())
		default:
			w.State = "missed"
			w.Says = p.T("edu.wish.missed", "named", c.GetNamed(), "seats", c.GetSeats(), "position", c.GetPosition(), "last", c.GetLastPosition(), "short", c.GetPosition()-c.GetLastPosition())
			w.Why = p.T("edu.why.lottery", "class", c.GetPriorityClass(), "ground", w.Mine)
			if last := gapOf(w.Reason, "priority_class"); last != nil {
				w.Why = p.T("edu.why.class", "class", c.GetPriorityClass(), "ground", w.Mine, "last", last.GetNeed())
			}
			w.Bar = &orderBar{In: percent(c.GetLastPosition(), c.GetNamed()), At: percent(c.GetPosition(), c.GetNamed())}
			if w.Bar.At == w.Bar.In {
				w.Bar.At = min(100, w.Bar.In+1)
			}
		}
		if w.State == "missed" {
			b.AppealAt = append(b.AppealAt, w)
		}
		b.Wishes = append(b.Wishes, w)
	}
	if e.GetAppeal() != nil || b.Kid.GetState() == "withdrawn" {
		b.AppealAt = nil
	}
	b.Tone = "calm"
	switch state := b.Kid.GetState(); {
	case state == "accepted":
		b.Headline, b.Tone = p.T("edu.head.accepted", "name", name, "school", b.Offered), "good"
	case state == "offered" && e.GetChoice() > 0:
		b.Headline, b.Tone = p.T("edu.head.offered", "name", name, "school", b.Offered, "choice", e.GetChoice()), "good"
	case state == "offered":
		b.Headline, b.Tone = p.T("edu.head.found", "name", name, "school", b.Offered), "good"
	case state == "withdrawn":
		b.Headline = p.T("edu.head.withdrawn", "name", name)
	case e.GetTask().GetState() == "open":
		b.Headline, b.Tone = p.T("edu.head.task", "name", name, "date", p.Deadline(e.GetTask().GetDueOn())), "due"
	case e.GetOutcome() == "placed": // and declined, or it lapsed
		b.Headline = p.T("edu.head.returned", "name", name)
	case e.GetOutcome() == "unplaced":
		b.Headline, b.Tone = p.T("edu.head.unplaced", "name", name), "due"
	case e.GetOutcome() == "filed" && b.Round.GetState() == "cancelled":
		b.Headline, b.Tone = p.T("edu.head.cancelled", "name", name, "why", p.Code(b.Round.GetReasonCode())), "due"
	case e.GetOutcome() == "filed":
		b.Headline = p.T("edu.head.filed", "name", name, "date", p.Deadline(b.Round.GetDrawOn()))
	case b.Kid.Open != nil:
		b.Headline, b.Tone = p.T("edu.head.open", "name", name, "date", p.Deadline(b.Kid.Open.GetClosesOn())), "due"
	default:
		b.Headline = p.T("edu.head.waiting", "name", name)
	}
}

func percent(n, of int32) int {
	if of == 0 {
		return 0
	}
	return int(100 * n / of)
}

func gapOf(r *platformv1.Reason, name string) *platformv1.ReasonGap {
	for _, g := range r.GetGaps() {
		if g.GetName() == name {
			return g
		}
	}
	return nil
}

// familyAct does what a guardian asks for on the page of a child.
func (s *pages) familyAct(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	id, act := v.Path("application"), v.Path("act")
	edu := s.education
	var err error
	switch act {
	case "choices":
		var schools []string
		for n := range mostChoices {
			if v := v.Form("choice" + strconv.Itoa(n+1)); v != "" {
				schools = append(schools, v)
			}
		}
		_, err = edu.FileChoices(ctx, &educationv1.FileChoicesRequest{RoundId: v.Form("round"), ApplicationId: id, SchoolIds: schools, Township: v.Form("township"), Word: v.Form("word")})
	case "accept":
		_, err = edu.AcceptPlace(ctx, &educationv1.AcceptPlaceRequest{OfferId: v.Form("offer")})
	case "decline":
		_, err = edu.DeclinePlace(ctx, &educationv1.DeclinePlaceRequest{OfferId: v.Form("offer")})
	case "undo":
		_, err = edu.UndoAcceptance(ctx, &educationv1.UndoAcceptanceRequest{OfferId: v.Form("offer")})
	case "withdraw":
		_, err = edu.WithdrawApplication(ctx, &educationv1.WithdrawApplicationRequest{ApplicationId: id})
	case "appeal":
		_, err = edu.FileAppeal(ctx, &educationv1.FileAppealRequest{ApplicationId: id, SchoolId: v.Form("school"), Ground: v.Form("ground")})
	case "grant":
		_, err = edu.AskGrant(ctx, &educationv1.AskGrantRequest{ApplicationId: id})
	default:
		return frame.ErrNoPage
	}
	return v.Done(err, "/workers/"+v.Part("ref")+"/school/"+url.PathEscape(id)+"?done="+act)
}

type applyBody struct {
	Ref       string
	Counties  []words.Division
	Townships map[string][]ident.Township // by county
	Stages    []string
	Kids      []kid // children who are known already, each once
}

func (s *pages) applyForm(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := applyBody{Ref: v.Path("ref"), Counties: v.P.Counties(), Stages: stages(), Townships: map[string][]ident.Township{}}
	for _, c := range b.Counties {
		b.Townships[c.Code] = v.P.Townships(c.Code)
	}
	reply, err := s.education.ListApplications(ctx, &educationv1.ListApplicationsRequest{Worker: b.Ref})
	if err != nil {
		return err
	}
	for _, a := range reply.GetApplications() {
		if !slices.ContainsFunc(b.Kids, func(k kid) bool { return k.GetChildId() == a.GetChildId() }) {
			b.Kids = append(b.Kids, kid{Application: a, Name: cmp.Or(s.childName(ctx, a), v.P.T("edu.child"))})
		}
	}
	return v.Render(http.StatusOK, "apply", frame.Page{Title: "edu.apply.title", Nav: "workers", Body: b})
}

// apply registers a child that is not known yet, under the guardian's separate
// consent, and applies for a place.
func (s *pages) apply(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	ref, child, county := v.Path("ref"), v.Form("child"), v.Form("county")
	if v.Form("consent") != "yes" {
		return frame.ErrSure
	}
	township := v.Form("township")
	if len(township) >= len(county) && township[:len(county)] != county {
		return frame.ErrInput // of another county
	}
	if child == "" {
		reply, err := s.registry.RegisterChild(ctx, &registryv1.RegisterChildRequest{Worker: ref, Name: v.Form("name"), BirthDate: v.Form("born"), County: county, Township: township})
		if err != nil {
			return err
		}
		child = reply.GetChildId()
	}
	reply, err := s.education.ApplyForPlace(ctx, &educationv1.ApplyForPlaceRequest{
		Worker: ref, ChildId: child, Stage: v.Form("stage"), County: county, Township: township, AtOnce: v.Form("now") == "yes",
	})
	return v.Done(err, "/workers/"+url.PathEscape(ref)+"/school/"+url.PathEscape(reply.GetApplicationId())+"?done=applied")
}

type examBody struct {
	Ref      string
	Counties []words.Division
	County   string
	Asked    []examLine
	Outcome  string
	Reasons  []*platformv1.Reason
	Unmet    *platformv1.Reason // the first that is not met: where to appeal is the same for all
	Err      error
}

// examLine is one question of the self-check.
type examLine struct{ Name, Value string }

func examLines(v *frame.Visit) (all []examLine) {
	for _, name := range []string{"job_months", "home_months", "insurance_months", "schooling_years"} {
		all = append(all, examLine{name, v.Form(name)})
	}
	return all
}

func (s *pages) examForm(v *frame.Visit) error {
	if v.Officer() {
		return frame.ErrDenied // it answers the person alone
	}
	return v.Render(http.StatusOK, "exam", frame.Page{Title: "edu.exam.title", Nav: "workers", Body: examBody{Ref: v.Path("ref"), Counties: v.P.Counties(), Asked: examLines(v)}})
}

// exam answers the self-check. What was typed stands on the answered page alone,
// never in an address.
func (s *pages) exam(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := examBody{Ref: v.Path("ref"), Counties: v.P.Counties(), County: v.Form("county"), Asked: examLines(v)}
	n := make([]int32, len(b.Asked))
	for i, line := range b.Asked {
		v, err := strconv.ParseInt(cmp.Or(line.Value, "0"), 10, 32)
		if err != nil {
			b.Err = frame.ErrInput
		}
		n[i] = int32(v)
	}
	status := http.StatusOK
	if b.Err == nil {
		var reply *educationv1.CheckExamResponse
		reply, b.Err = s.education.CheckExam(ctx, &educationv1.CheckExamRequest{County: b.County, JobMonths: n[0], HomeMonths: n[1], InsuranceMonths: n[2], SchoolingYears: n[3]})
		b.Outcome, b.Reasons = reply.GetOutcome(), reply.GetReasons()
		if i := slices.IndexFunc(b.Reasons, func(r *platformv1.Reason) bool { return r.GetOutcome() != "met" }); i >= 0 {
			b.Unmet = b.Reasons[i]
		}
	}
	if errs.KindOf(b.Err) == errs.Invalid && b.Err != nil {
		status = http.StatusUnprocessableEntity
	}
	return v.Render(status, "exam", frame.Page{Title: "edu.exam.title", Nav: "workers", Body: b})
}
