package education

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// resultsPage is how many outcomes a page shows.
const resultsPage = 100

type roundsBody struct {
	Tab     string
	Rounds  []*educationv1.Round
	Tasks   []*educationv1.Task
	Appeals []*educationv1.Appeal
	Grants  []*educationv1.Grant
	// Disagreements of guardians, and on what a decision can rest.
	Disagreements []*educationv1.Disagreement
	Grounds       []string
	Schools       []*educationv1.School // for a paper that names one
	Done          bool
	Names         map[string]string // of schools
	Err           error
	Counties      []words.Division
	Stages        []string
	Today         string
}

func (s *pages) eduRounds(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundsBody{Tab: "rounds", Counties: v.P.Counties(), Stages: stages(), Today: v.P.Today()}
	reply, err := s.education.ListRounds(ctx, &educationv1.ListRoundsRequest{})
	b.Rounds, b.Err = reply.GetRounds(), err
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "nav.education", Nav: "education", Body: b})
}

func stages() []string { return []string{"preschool", "primary", "junior", "vocational"} }

func (s *pages) eduPlan(ctx context.Context, v *frame.Visit) error {
	reply, err := s.education.PlanRound(ctx, &educationv1.PlanRoundRequest{
		County: v.Form("county"), Stage: v.Form("stage"), OpensOn: v.Form("opens"), ClosesOn: v.Form("closes"),
		DrawOn: v.Form("draw"), Tie: v.Form("tie"), FigureSource: v.Form("source"), FigureOn: v.Form("figure"),
	})
	return v.Done(err, "/education/rounds/"+reply.GetRoundId())
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

func (s *pages) eduRound(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundBody{Done: v.Query("done"), Names: map[string]string{}}
	reply, err := s.education.GetRound(ctx, &educationv1.GetRoundRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	b.Round = reply.GetRound()
	v.Concerns(b.GetCounty())
	b.Steps = steps(b.Round)
	for _, v := range b.GetSchools() {
		b.Names[v.GetSchoolId()] = v.GetName()
	}
	switch b.GetState() {
	case "planned", "open", "drawn":
		b.MaySeat = true
		schools, err := s.education.ListSchools(ctx, &educationv1.ListSchoolsRequest{County: b.GetCounty(), Stage: b.GetStage()})
		if err != nil {
			return err
		}
		b.All = schools.GetSchools()
	}
	if b.GetPass() > 0 {
		results, err := s.education.ListResults(ctx, &educationv1.ListResultsRequest{RoundId: b.GetRoundId(), After: v.Query("after"), Limit: resultsPage})
		b.Results, b.ResultErr = results.GetResults(), err
		if n := len(b.Results); n == resultsPage {
			b.More = b.Results[n-1].GetApplicationId()
		}
	}
	if err := s.mends(ctx, &b); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "round", frame.Page{Title: "nav.education", Nav: "education", Body: b})
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
func (s *pages) eduAct(ctx context.Context, v *frame.Visit) (err error) {
	id, act := v.Path("id"), v.Path("act")
	edu := s.education
	switch act {
	case "seats":
		seats, err1 := v.Count("seats", 100_000)
		reserved, err2 := v.Count("reserved", 100_000)
		if err := cmp.Or(err1, err2); err != nil {
			return err
		}
		_, err = edu.SetSeats(ctx, &educationv1.SetSeatsRequest{RoundId: id, SchoolId: v.Form("school"), Seats: seats, Reserved: reserved})
	case "open":
		_, err = edu.OpenRound(ctx, &educationv1.OpenRoundRequest{RoundId: id})
	case "close":
		_, err = edu.CloseRound(ctx, &educationv1.CloseRoundRequest{RoundId: id})
	case "commit":
		_, err = edu.CommitRound(ctx, &educationv1.CommitRoundRequest{RoundId: id, AcceptUndecided: v.Form("undecided") == "stay"})
	case "figure":
		_, err = edu.TypeFigure(ctx, &educationv1.TypeFigureRequest{RoundId: id, Figure: v.Form("figure")})
	case "confirm":
		_, err = edu.ConfirmFigure(ctx, &educationv1.ConfirmFigureRequest{RoundId: id, Figure: v.Form("figure")})
	case "pass":
		_, err = edu.RunSecondPass(ctx, &educationv1.RunSecondPassRequest{RoundId: id})
	case "end":
		_, err = edu.EndRound(ctx, &educationv1.EndRoundRequest{RoundId: id})
	default:
		err = s.eduMend(ctx, v, id, act)
	}
	return v.Done(err, "/education/rounds/"+url.PathEscape(id)+"?done="+act)
}

func (s *pages) eduTasks(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundsBody{Tab: "tasks"}
	reply, err := s.education.ListTasks(ctx, &educationv1.ListTasksRequest{})
	b.Tasks, b.Err = reply.GetTasks(), err
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "edu.tasks.title", Nav: "education", Body: b})
}

// eduOfferWay offers the way out that was chosen: way and school in one value.
func (s *pages) eduOfferWay(ctx context.Context, v *frame.Visit) error {
	way, at, ok := strings.Cut(v.Form("way"), " ")
	if !ok {
		return frame.ErrInput
	}
	_, err := s.education.OfferWayOut(ctx, &educationv1.OfferWayOutRequest{TaskId: v.Path("id"), Way: way, SchoolId: at})
	return v.Done(err, "/education/tasks")
}

func (s *pages) eduAppeals(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundsBody{Tab: "appeals", Names: map[string]string{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		reply, err := s.education.ListAppeals(ctx, &educationv1.ListAppealsRequest{})
		b.Appeals, b.Err = reply.GetAppeals(), err
	})
	var schools *educationv1.ListSchoolsResponse
	wg.Go(func() {
		schools, _ = s.education.ListSchools(ctx, &educationv1.ListSchoolsRequest{}) // names alone; the numbers do as well
	})
	wg.Wait()
	for _, v := range schools.GetSchools() {
		b.Names[v.GetSchoolId()] = v.GetName()
	}
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "edu.appeals.title", Nav: "education", Body: b})
}

func (s *pages) eduDecide(ctx context.Context, v *frame.Visit) error {
	outcome, relief, _ := strings.Cut(v.Form("decision"), " ")
	_, err := s.education.DecideAppeal(ctx, &educationv1.DecideAppealRequest{AppealId: v.Path("id"), Outcome: outcome, Relief: relief, ReasonCode: v.Form("reason")})
	return v.Done(err, "/education/appeals")
}

// eduPapers is the counter's form for what stands in for a record.
func (s *pages) eduPapers(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundsBody{Tab: "papers", Today: v.P.Today(), Counties: v.P.Counties(), Done: v.R.URL.Query().Has("done")}
	reply, err := s.education.ListSchools(ctx, &educationv1.ListSchoolsRequest{})
	b.Schools, b.Err = reply.GetSchools(), err
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "edu.papers.title", Nav: "education", Body: b})
}

// eduPaper records a paper or a witness's statement. A kind that names a place
// or a school comes with it in one value.
func (s *pages) eduPaper(ctx context.Context, v *frame.Visit) error {
	kind, code, _ := strings.Cut(v.Form("kind"), " ")
	_, err := s.education.RecordPaper(ctx, &educationv1.RecordPaperRequest{
		ApplicationId: strings.TrimSpace(v.Form("application")), Kind: kind, Code: code, Form: v.Form("form"), Since: v.Form("since"),
	})
	return v.Done(err, "/education/papers?done=1")
}

func (s *pages) eduGrants(v *frame.Visit) error {
	ctx := v.As(school)
	b := roundsBody{Tab: "grants"}
	reply, err := s.education.ListGrants(ctx, &educationv1.ListGrantsRequest{})
	b.Grants, b.Err = reply.GetGrants(), err
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "edu.grants.title", Nav: "education", Body: b})
}

func (s *pages) eduGrant(ctx context.Context, v *frame.Visit) error {
	_, err := s.education.DecideGrant(ctx, &educationv1.DecideGrantRequest{ApplicationId: v.Path("application")})
	return v.Done(err, "/education/grants")
}

// draw is the public page of a round: what was published when, and how to check it.
func (s *pages) draw(v *frame.Visit) error {
	ctx := v.Public()
	reply, err := s.education.GetRound(ctx, &educationv1.GetRoundRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "draw", frame.Page{Title: "edu.draw.title", Body: roundBody{Round: reply.GetRound(), Steps: steps(reply.GetRound())}})
}

// bundle sends what is published of a draw, part after part.
func (s *pages) bundle(v *frame.Visit) error {
	first, err := s.bundlePart(v, 0)
	if err != nil {
		return err
	}
	v.Download("draw.txt")
	if _, err := v.W.Write(first.GetData()); err != nil {
		return nil // the visitor is gone
	}
	for part := int32(1); part < first.GetParts(); part++ {
		next, err := s.bundlePart(v, part)
		if err != nil {
			panic(http.ErrAbortHandler) // half a bundle must not look like a whole one
		}
		if _, err := v.W.Write(next.GetData()); err != nil {
			return nil
		}
	}
	return nil
}

func (s *pages) bundlePart(v *frame.Visit, part int32) (*educationv1.GetBundleResponse, error) {
	ctx := v.Public()
	return s.education.GetBundle(ctx, &educationv1.GetBundleRequest{RoundId: v.Path("id"), Part: part})
}
