package housing

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// firstKind is the kind that the housing pages begin with.
const firstKind = "public_rental"

// listedKinds are the kinds that have a waiting list, in the order of the pages.
func listedKinds() []string { return []string{"public_rental", "affordable_rental", "rent_subsidy"} }

// housingWhere is the county and kind that a page is about, and what may be chosen: a
// county of the officer's rights, the first of which it begins with.
type housingWhere struct {
	County, Kind string
	Counties     []string
	Kinds        []string
}

func where(v *frame.Visit) housingWhere {
	at := housingWhere{County: v.R.FormValue("county"), Kind: v.R.FormValue("kind"), Counties: v.Divisions(v.P.CountyCodes()), Kinds: listedKinds()}
	if at.County == "" && len(at.Counties) > 0 {
		at.County = at.Counties[0]
	}
	if at.Kind == "" {
		at.Kind = firstKind
	}
	return at
}

type housingListBody struct {
	housingWhere
	List      *housingv1.ListWaitingResponse
	Free      []*housingv1.Home
	Rounds    []*housingv1.Round
	Open      *housingv1.Round // the open round of this list
	Err       error
	Done      string
	Pairs     []*housingv1.Household
	Undecided int
	Declared  bool // some say that they are relief households, and nobody looked
}

// housingList shows a waiting list, how its points are evidenced, its rounds,
// and the form that opens one.
func (s *pages) housingList(v *frame.Visit) error {
	ctx := v.As(homes)
	b := housingListBody{housingWhere: where(v), Done: v.Query("done")}
	v.Concerns(b.County)
	if b.List, b.Err = s.housing.ListWaiting(ctx, &housingv1.ListWaitingRequest{County: b.County, Kind: b.Kind, Limit: 50}); b.Err == nil {
		var free *housingv1.ListHomesResponse
		free, b.Err = s.housing.ListHomes(ctx, &housingv1.ListHomesRequest{County: b.County, Kind: b.Kind, Limit: 20})
		b.Free = free.GetHomes()
		for _, one := range b.List.GetWaiting() {
			b.Declared = b.Declared || one.GetPriority() == "declared"
		}
	}
	if b.Err == nil {
		var pairs *housingv1.ListHouseholdsResponse
		pairs, b.Err = s.housing.ListHouseholds(ctx, &housingv1.ListHouseholdsRequest{County: b.County, Kind: b.Kind})
		b.Pairs = pairs.GetHouseholds()
		for _, d := range b.Pairs {
			if d.GetState() == "open" {
				b.Undecided++
			}
		}
	}
	if b.Err == nil {
		var rounds *housingv1.ListRoundsResponse
		rounds, b.Err = s.housing.ListRounds(ctx, &housingv1.ListRoundsRequest{County: b.County})
		for _, one := range rounds.GetRounds() {
			if one.GetKind() != b.Kind {
				continue
			}
			b.Rounds = append(b.Rounds, one)
			if one.GetState() != "closed" {
				b.Open = one
			}
		}
	}
	return v.Render(http.StatusOK, "housing", frame.Page{Title: "housing.title", Nav: "housing", Body: b})
}

func (s *pages) roundOpen(ctx context.Context, v *frame.Visit) error {
	reply, err := s.housing.OpenRound(ctx, &housingv1.OpenRoundRequest{
		County: v.Form("county"), Kind: v.Form("kind"), HomeIds: v.R.PostForm["home"], FigureName: v.Form("figure_name"), FigureDue: v.Form("figure_due"),
		AcceptUndecided: v.Form("undecided") == "stay", AcceptDeclared: v.Form("declared") == "stay",
	})
	return v.Done(err, "/housing/rounds/"+url.PathEscape(reply.GetRoundId()))
}

type homesRoundBody struct {
	*housingv1.GetRoundResponse
	Done    string
	Mends   *housingv1.ListMendsResponse
	Reasons []string
	Faults  []string
	Lines   []int
	Results bool // it has some: it is corrected, and not cancelled
}

func (s *pages) roundPage(v *frame.Visit) error {
	ctx := v.As(homes)
	reply, err := s.housing.GetRound(ctx, &housingv1.GetRoundRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	v.Concerns(reply.GetRound().GetCounty())
	mends, err := s.housing.ListMends(ctx, &housingv1.ListMendsRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "round", frame.Page{Title: "housing.round", Nav: "housing", Body: homesRoundBody{
		GetRoundResponse: reply, Done: v.Query("done"), Mends: mends, Reasons: []string{"homes", "figure", "law", "other"},
		Faults: []string{"points", "entry", "homes", "figure", "procedure"}, Lines: frame.MendLines(), Results: hasResults(reply),
	}})
}

// roundDo enters the figure, offers, or closes.
func (s *pages) roundDo(ctx context.Context, v *frame.Visit) (err error) {
	id, do := v.Path("id"), v.Path("do")
	switch do {
	case "figure":
		_, err = s.housing.ConfirmFigure(ctx, &housingv1.ConfirmFigureRequest{RoundId: id, Figure: v.Form("figure")})
	case "offer":
		_, err = s.housing.OfferRound(ctx, &housingv1.OfferRoundRequest{RoundId: id})
	case "close":
		_, err = s.housing.CloseRound(ctx, &housingv1.CloseRoundRequest{RoundId: id})
	default:
		err = s.roundMend(ctx, v, id, do)
	}
	return v.Done(err, "/housing/rounds/"+url.PathEscape(id)+"?done="+do)
}

type housingCaseBody struct {
	*housingv1.Application
	Place *housingv1.Place
	Done  string
}

// housingCase is one application before an officer: what is asked, the facts
// with their source, what the rules say, and the decision. The look is logged.
func (s *pages) housingCase(v *frame.Visit) error {
	ctx := v.As(homes)
	reply, err := s.housing.GetApplication(ctx, &housingv1.GetApplicationRequest{ApplicationId: v.Path("id")})
	if err != nil {
		return err
	}
	place, err := s.housing.GetPlace(ctx, &housingv1.GetPlaceRequest{ApplicationId: v.Path("id")})
	if err != nil {
		return err
	}
	v.Concerns(reply.GetApplication().GetCounty())
	return v.Render(http.StatusOK, "case", frame.Page{Title: "housing.case", Nav: "housing", Body: housingCaseBody{reply.GetApplication(), place.GetPlace(), v.Query("done")}})
}

type housingLeasesBody struct {
	housingWhere
	*housingv1.ListCountyLeasesResponse
	Requests []*housingv1.PlaceRequest
	Err      error
	Done     string
}

// housingLeases shows what waits for a person in a county: reviews, notices,
// renewals, repairs and employers' requests, and the leases.
func (s *pages) housingLeases(v *frame.Visit) error {
	ctx := v.As(homes)
	b := housingLeasesBody{housingWhere: where(v), Done: v.Query("done")}
	v.Concerns(b.County)
	if b.ListCountyLeasesResponse, b.Err = s.housing.ListCountyLeases(ctx, &housingv1.ListCountyLeasesRequest{County: b.County}); b.Err == nil {
		var asked *housingv1.ListPlaceRequestsResponse
		asked, b.Err = s.housing.ListPlaceRequests(ctx, &housingv1.ListPlaceRequestsRequest{County: b.County})
		b.Requests = asked.GetRequests()
	}
	return v.Render(http.StatusOK, "leases", frame.Page{Title: "housing.leases", Nav: "housing", Body: b})
}

type housingLeaseBody struct {
	*housingv1.LeaseFile
	Done string
}

func (s *pages) housingLease(v *frame.Visit) error {
	ctx := v.As(homes)
	reply, err := s.housing.GetLease(ctx, &housingv1.GetLeaseRequest{LeaseId: v.Path("id")})
	if err != nil {
		return err
	}
	v.Concerns(reply.GetFile().GetCounty())
	return v.Render(http.StatusOK, "lease", frame.Page{Title: "housing.lease", Nav: "housing", Body: housingLeaseBody{reply.GetFile(), v.Query("done")}})
}

// housingDo is every decision of an officer on a lease and what belongs to it,
// done by who signed in.
func (s *pages) housingDo(ctx context.Context, v *frame.Visit) error {
	if err := s.housingAct(ctx, v, v.Path("id")); err != nil {
		return err
	}
	to := "/housing/leases"
	if lease := v.Form("lease"); lease != "" {
		to += "/" + url.PathEscape(lease)
	}
	if v.Path("thing") == "case" {
		to = "/housing/cases/" + v.Part("id")
	}
	return v.Back(to + "?" + url.Values{"county": {v.Form("county")}, "done": {v.Path("do")}}.Encode())
}

func (s *pages) housingAct(ctx context.Context, v *frame.Visit, id string) (err error) {
	c, form := s.housing, v.Form
	switch v.Path("thing") + "/" + v.Path("do") {
	case "case/paper":
		months, bad := v.Count("months", 1000)
		if bad != nil {
			return bad
		}
		_, err = c.RecordPaper(ctx, &housingv1.RecordPaperRequest{ApplicationId: id, Kind: form("kind"), Form: form("form"), Since: form("since"), Until: form("until"), Months: months})
	case "case/priority":
		_, err = c.ConfirmPriority(ctx, &housingv1.ConfirmPriorityRequest{ApplicationId: id, Outcome: form("outcome"), Basis: form("basis"), On: form("on")})
	case "case/late":
		_, err = c.SettleLatePaper(ctx, &housingv1.SettleLatePaperRequest{ApplicationId: id, Outcome: form("outcome")})
	case "case/eligibility":
		_, err = c.DecideEligibility(ctx, &housingv1.DecideEligibilityRequest{ApplicationId: id, RefusalReasonCode: form("reason"), FalseStatement: form("false") == "yes"})
	case "lease/rent":
		fen, err := v.Yuan("yuan")
		if err != nil {
			return err
		}
		_, err = c.RecordRent(ctx, &housingv1.RecordRentRequest{LeaseId: id, Month: form("month"), AmountFen: fen, PaidOn: form("on"), Reference: form("reference")})
		return err
	case "lease/vacant":
		_, err = c.NoteVacancy(ctx, &housingv1.NoteVacancyRequest{LeaseId: id, Since: form("on")})
	case "lease/notice":
		_, err = c.GiveNotice(ctx, &housingv1.GiveNoticeRequest{LeaseId: id, Ground: form("ground")})
	case "renewal/grant":
		_, err = c.DecideRenewal(ctx, &housingv1.DecideRenewalRequest{RenewalId: id, EndsOn: form("on")})
	case "renewal/refuse":
		_, err = c.DecideRenewal(ctx, &housingv1.DecideRenewalRequest{RenewalId: id, RefusalReasonCode: form("reason")})
	case "repair/plan":
		_, err = c.PlanRepair(ctx, &housingv1.PlanRepairRequest{RepairId: id, PlannedOn: form("on")})
	case "repair/finish":
		_, err = c.FinishRepair(ctx, &housingv1.FinishRepairRequest{RepairId: id})
	case "review/close":
		_, err = c.CloseReview(ctx, &housingv1.CloseReviewRequest{ReviewId: id, Outcome: form("outcome")})
	case "exit/decide":
		_, err = c.DecideExit(ctx, &housingv1.DecideExitRequest{ExitId: id, Leave: form("leave") == "yes", LeaveBy: form("on")})
	case "exit/hear":
		_, err = c.DecideExitAppeal(ctx, &housingv1.DecideExitAppealRequest{ExitId: id, Stays: form("leave") != "yes"})
	case "exit/left":
		_, err = c.RecordLeft(ctx, &housingv1.RecordLeftRequest{ExitId: id, On: form("on")})
	case "places/grant":
		n, bad := v.Count("places", 100_000)
		if bad != nil {
			return bad
		}
		_, err = c.GrantPlaces(ctx, &housingv1.GrantPlacesRequest{RequestId: id, Places: n})
	default:
		return frame.ErrNoPage
	}
	return err
}

// publicList shows a round to anybody, by case number and for its period only.
func (s *pages) publicList(v *frame.Visit) error {
	ctx := v.Public()
	reply, err := s.housing.GetPublicList(ctx, &housingv1.GetPublicListRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "public", frame.Page{Title: "housing.public", Nav: "housing", Body: reply})
}

// publicBundle is the file that a draw is checked with, by `qiao lottery verify`.
func (s *pages) publicBundle(v *frame.Visit) error {
	ctx := v.Public()
	reply, err := s.housing.GetRoundBundle(ctx, &housingv1.GetRoundBundleRequest{RoundId: v.Path("id")})
	if err != nil {
		return err
	}
	v.Download("qiao-round.txt")
	_, err = v.W.Write([]byte(reply.GetBundle()))
	return err
}

// fundPage says what a withdrawal from the provident fund needs; it asks nothing.
func (s *pages) fundPage(v *frame.Visit) error {
	ctx := v.Public()
	reply, err := s.housing.GetFundChecklist(ctx, &housingv1.GetFundChecklistRequest{Ground: v.Query("ground")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "fund", frame.Page{Title: "fund.title", Nav: "housing", Body: reply})
}

// squareMetres writes an area in square decimetres, as homes have it.
func squareMetres(dm2 int32) string { return strconv.FormatFloat(float64(dm2)/100, 'f', -1, 64) }

// exitGrounds are the codes of HO-04's grounds, as the form offers them; the
// department checks them against the rule.
func exitGrounds() []string {
	return []string{
		"arrears", "vacant_6_consecutive_months_without_reason", "sublet_or_lend_or_swap", "change_of_use", "damage_or_unauthorised_fitout", "illegal_activity",
		"renewal_refused_after_review", "got_another_home_by_purchase_gift_or_inheritance", "took_other_guaranteed_housing",
	}
}

// repairKinds are what can be told as broken.
func repairKinds() []string {
	return []string{"heating", "water", "electricity", "door_window", "roof", "other"}
}
