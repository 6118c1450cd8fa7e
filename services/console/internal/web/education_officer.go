package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// resultsPage is how many outcomes a page shows.
const resultsPage = 100

// educationRoutes are the pages of school places: the bureau's, the family's and
// the public one of a draw.
func (s *Site) educationRoutes(page func(string, handler)) {
	page("GET /education", s.eduRounds)
	page("POST /education/rounds", s.eduPlan)
	page("GET /education/rounds/{id}", s.eduRound)
	page("POST /education/rounds/{id}/{act}", s.eduAct)
	page("GET /education/tasks", s.eduTasks)
	page("POST /education/tasks/{id}", s.eduOfferWay)
	page("GET /education/appeals", s.eduAppeals)
	page("POST /education/appeals/{id}", s.eduDecide)
	page("GET /education/papers", s.eduPapers)
	page("POST /education/papers", s.eduPaper)
	page("GET /education/grants", s.eduGrants)
	page("POST /education/grants/{application}", s.eduGrant)
	page("GET /draws/{id}", s.draw)
	page("GET /draws/{id}/bundle", s.bundle)
	page("GET /workers/{ref}/school", s.family)
	page("GET /workers/{ref}/school/apply", s.applyForm)
	page("POST /workers/{ref}/school/apply", s.apply)
	page("GET /workers/{ref}/school/exam", s.examForm)
	page("POST /workers/{ref}/school/exam", s.exam)
	page("GET /workers/{ref}/school/{application}", s.outcome)
	page("POST /workers/{ref}/school/{application}/{act}", s.familyAct)
}

// eduDesk is an officer of the education bureau who looks at its work.
func eduDesk(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Counter(r.Context(), "edu", "", "school_place", "义务教育法 12"), 2*patience)
}

// eduStaff is an officer who gave a staff number for what two of them must do.
func eduStaff(r *http.Request) (context.Context, context.CancelFunc, error) {
	officer, err := staffOf(r, "officer")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(call.Staff(r.Context(), "edu", officer, "school_place", "义务教育法 12"), 5*patience)
	return ctx, cancel, nil
}

type roundsBody struct {
	Tab      string
	Rounds   []*educationv1.Round
	Tasks    []*educationv1.Task
	Appeals  []*educationv1.Appeal
	Grants   []*educationv1.Grant
	Schools  []*educationv1.School // for a paper that names one
	Done     bool
	Names    map[string]string // of schools
	Err      error
	Counties []ident.Division
	Stages   []string
	Today    string
}

func (s *Site) eduRounds(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundsBody{Tab: "rounds", Counties: p.Counties(), Stages: stages(), Today: p.Today()}
	reply, err := s.Clients.Education.ListRounds(ctx, &educationv1.ListRoundsRequest{})
	b.Rounds, b.Err = reply.GetRounds(), err
	return s.render(w, r, p, http.StatusOK, "edu_rounds", page{Title: "nav.education", Nav: "education", Body: b})
}

func stages() []string { return []string{"preschool", "primary", "junior", "vocational"} }

func (s *Site) eduPlan(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := eduStaff(r)
	if err != nil {
		return err
	}
	defer cancel()
	reply, err := s.Clients.Education.PlanRound(ctx, &educationv1.PlanRoundRequest{
		County: r.PostFormValue("county"), Stage: r.PostFormValue("stage"), OpensOn: r.PostFormValue("opens"), ClosesOn: r.PostFormValue("closes"),
		DrawOn: r.PostFormValue("draw"), Tie: r.PostFormValue("tie"), FigureSource: r.PostFormValue("source"), FigureOn: r.PostFormValue("figure"),
	})
	if err != nil {
		return err
	}
	return back(w, r, "/education/rounds/"+reply.GetRoundId())
}

type roundBody struct {
	*educationv1.Round
	All       []*educationv1.School // of the county and stage, for seats
	Results   []*educationv1.Result
	More      string // the next page begins after it
	Names     map[string]string
	Steps     []roundStep
	MaySeat   bool
	Done      string // what was just done
	ResultErr error
	Mends     []*educationv1.Correction
	Doubles   []*educationv1.Double
	Undecided int
	MayChange bool
	MayCancel bool
	Reasons   []string // for a change or a cancellation
	Faults    []string
	Lines     []int // of the form of a correction
}

// roundStep is one step of a round's life.
type roundStep struct {
	Name, State, On string // state is past, at or ahead
}

// roundOrder is the states of a round in their order.
func roundOrder() []string {
	return []string{"planned", "open", "closed", "committed", "drawn", "ended"}
}

func (s *Site) eduRound(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundBody{Done: r.URL.Query().Get("done"), Names: map[string]string{}}
	reply, err := s.Clients.Education.GetRound(ctx, &educationv1.GetRoundRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	b.Round = reply.GetRound()
	b.Steps = steps(b.Round)
	for _, v := range b.GetSchools() {
		b.Names[v.GetSchoolId()] = v.GetName()
	}
	switch b.GetState() {
	case "planned", "open", "drawn":
		b.MaySeat = true
		schools, err := s.Clients.Education.ListSchools(ctx, &educationv1.ListSchoolsRequest{County: b.GetCounty(), Stage: b.GetStage()})
		if err != nil {
			return err
		}
		b.All = schools.GetSchools()
	}
	if b.GetPass() > 0 {
		results, err := s.Clients.Education.ListResults(ctx, &educationv1.ListResultsRequest{RoundId: b.GetRoundId(), After: r.URL.Query().Get("after"), Limit: resultsPage})
		b.Results, b.ResultErr = results.GetResults(), err
		if n := len(b.Results); n == resultsPage {
			b.More = b.Results[n-1].GetApplicationId()
		}
	}
	if err := s.mends(ctx, &b); err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "edu_round", page{Title: "nav.education", Nav: "education", Body: b})
}

func steps(r *educationv1.Round) (all []roundStep) {
	if r.GetState() == "cancelled" {
		return []roundStep{{Name: "planned", State: "past"}, {Name: "cancelled", State: "at"}}
	}
	on := map[string]string{"open": r.GetOpensOn(), "closed": r.GetClosesOn(), "committed": r.GetFigureOn(), "drawn": r.GetDrawOn()}
	state := "past"
	for _, name := range roundOrder() {
		if name == r.GetState() {
			state = "at"
		}
		all = append(all, roundStep{Name: name, State: state, On: on[name]})
		if state == "at" {
			state = "ahead"
		}
	}
	return all
}

// eduAct does one step of a round.
func (s *Site) eduAct(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	id, act := r.PathValue("id"), r.PathValue("act")
	ctx, cancel, err := eduStaff(r) // each act bears the number of who did it
	if err != nil {
		return err
	}
	defer cancel()
	edu := s.Clients.Education
	switch act {
	case "seats":
		seats, err1 := typed(r, "seats", 100_000)
		reserved, err2 := typed(r, "reserved", 100_000)
		if err := cmp.Or(err1, err2); err != nil {
			return err
		}
		_, err = edu.SetSeats(ctx, &educationv1.SetSeatsRequest{RoundId: id, SchoolId: r.PostFormValue("school"), Seats: seats, Reserved: reserved})
	case "open":
		_, err = edu.OpenRound(ctx, &educationv1.OpenRoundRequest{RoundId: id})
	case "close":
		_, err = edu.CloseRound(ctx, &educationv1.CloseRoundRequest{RoundId: id})
	case "commit":
		_, err = edu.CommitRound(ctx, &educationv1.CommitRoundRequest{RoundId: id, AcceptUndecided: r.PostFormValue("undecided") == "stay"})
	case "figure":
		_, err = edu.TypeFigure(ctx, &educationv1.TypeFigureRequest{RoundId: id, Figure: r.PostFormValue("figure")})
	case "confirm":
		_, err = edu.ConfirmFigure(ctx, &educationv1.ConfirmFigureRequest{RoundId: id, Figure: r.PostFormValue("figure")})
	case "pass":
		_, err = edu.RunSecondPass(ctx, &educationv1.RunSecondPassRequest{RoundId: id})
	case "end":
		_, err = edu.EndRound(ctx, &educationv1.EndRoundRequest{RoundId: id})
	default:
		err = s.eduMend(ctx, r, id, act)
	}
	if err != nil {
		return err
	}
	return back(w, r, "/education/rounds/"+url.PathEscape(id)+"?done="+act)
}

func (s *Site) eduTasks(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundsBody{Tab: "tasks"}
	reply, err := s.Clients.Education.ListTasks(ctx, &educationv1.ListTasksRequest{})
	b.Tasks, b.Err = reply.GetTasks(), err
	return s.render(w, r, p, http.StatusOK, "edu_rounds", page{Title: "edu.tasks.title", Nav: "education", Body: b})
}

// eduOfferWay offers the way out that was chosen: way and school in one value.
func (s *Site) eduOfferWay(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	way, school, ok := strings.Cut(r.PostFormValue("way"), " ")
	if !ok {
		return errInput
	}
	ctx, cancel, err := eduStaff(r)
	if err != nil {
		return err
	}
	defer cancel()
	if _, err := s.Clients.Education.OfferWayOut(ctx, &educationv1.OfferWayOutRequest{TaskId: r.PathValue("id"), Way: way, SchoolId: school}); err != nil {
		return err
	}
	return back(w, r, "/education/tasks")
}

func (s *Site) eduAppeals(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundsBody{Tab: "appeals", Names: map[string]string{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		reply, err := s.Clients.Education.ListAppeals(ctx, &educationv1.ListAppealsRequest{})
		b.Appeals, b.Err = reply.GetAppeals(), err
	})
	var schools *educationv1.ListSchoolsResponse
	wg.Go(func() {
		schools, _ = s.Clients.Education.ListSchools(ctx, &educationv1.ListSchoolsRequest{}) // names alone; the numbers do as well
	})
	wg.Wait()
	for _, v := range schools.GetSchools() {
		b.Names[v.GetSchoolId()] = v.GetName()
	}
	return s.render(w, r, p, http.StatusOK, "edu_rounds", page{Title: "edu.appeals.title", Nav: "education", Body: b})
}

func (s *Site) eduDecide(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	outcome, relief, _ := strings.Cut(r.PostFormValue("decision"), " ")
	ctx, cancel, err := eduStaff(r)
	if err != nil {
		return err
	}
	defer cancel()
	if _, err := s.Clients.Education.DecideAppeal(ctx, &educationv1.DecideAppealRequest{AppealId: r.PathValue("id"), Outcome: outcome, Relief: relief, ReasonCode: r.PostFormValue("reason")}); err != nil {
		return err
	}
	return back(w, r, "/education/appeals")
}

// eduPapers is the counter's form for what stands in for a record.
func (s *Site) eduPapers(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundsBody{Tab: "papers", Today: p.Today(), Counties: p.Counties(), Done: r.URL.Query().Has("done")}
	reply, err := s.Clients.Education.ListSchools(ctx, &educationv1.ListSchoolsRequest{})
	b.Schools, b.Err = reply.GetSchools(), err
	return s.render(w, r, p, http.StatusOK, "edu_rounds", page{Title: "edu.papers.title", Nav: "education", Body: b})
}

// eduPaper records a paper or a witness's statement. A kind that names a place
// or a school comes with it in one value.
func (s *Site) eduPaper(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	kind, code, _ := strings.Cut(r.PostFormValue("kind"), " ")
	ctx, cancel, err := eduStaff(r)
	if err != nil {
		return err
	}
	defer cancel()
	if _, err := s.Clients.Education.RecordPaper(ctx, &educationv1.RecordPaperRequest{
		ApplicationId: strings.TrimSpace(r.PostFormValue("application")), Kind: kind, Code: code, Form: r.PostFormValue("form"), Since: r.PostFormValue("since"),
	}); err != nil {
		return err
	}
	return back(w, r, "/education/papers?done=1")
}

func (s *Site) eduGrants(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	b := roundsBody{Tab: "grants"}
	reply, err := s.Clients.Education.ListGrants(ctx, &educationv1.ListGrantsRequest{})
	b.Grants, b.Err = reply.GetGrants(), err
	return s.render(w, r, p, http.StatusOK, "edu_rounds", page{Title: "edu.grants.title", Nav: "education", Body: b})
}

func (s *Site) eduGrant(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := eduStaff(r)
	if err != nil {
		return err
	}
	defer cancel()
	if _, err := s.Clients.Education.DecideGrant(ctx, &educationv1.DecideGrantRequest{ApplicationId: r.PathValue("application")}); err != nil {
		return err
	}
	return back(w, r, "/education/grants")
}

// draw is the public page of a round: what was published when, and how to check it.
func (s *Site) draw(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := eduDesk(r)
	defer cancel()
	reply, err := s.Clients.Education.GetRound(ctx, &educationv1.GetRoundRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "edu_draw", page{Title: "edu.draw.title", Body: roundBody{Round: reply.GetRound(), Steps: steps(reply.GetRound())}})
}

// bundle sends what is published of a draw, part after part.
func (s *Site) bundle(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	first, err := s.bundlePart(r, 0)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="draw.txt"`)
	if _, err := w.Write(first.GetData()); err != nil {
		return nil // the visitor is gone
	}
	for part := int32(1); part < first.GetParts(); part++ {
		next, err := s.bundlePart(r, part)
		if err != nil {
			panic(http.ErrAbortHandler) // half a bundle must not look like a whole one
		}
		if _, err := w.Write(next.GetData()); err != nil {
			return nil
		}
	}
	return nil
}

func (s *Site) bundlePart(r *http.Request, part int32) (*educationv1.GetBundleResponse, error) {
	ctx, cancel := eduDesk(r)
	defer cancel()
	return s.Clients.Education.GetBundle(ctx, &educationv1.GetBundleRequest{RoundId: r.PathValue("id"), Part: part})
}
