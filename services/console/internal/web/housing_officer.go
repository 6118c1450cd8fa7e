package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// The county and kind that the housing pages begin with.
const (
	firstCounty = "654301"
	firstKind   = "public_rental"
)

var errYuan = errs.New(errs.Invalid, "console.yuan", "Give the amount in yuan, with at most two digits after the point.")

// listedKinds are the kinds that have a waiting list, in the order of the pages.
func listedKinds() []string { return []string{"public_rental", "affordable_rental", "rent_subsidy"} }

// housingPages adds the pages of homes to the site.
func (s *Site) housingPages(page func(string, handler)) {
	page("GET /housing", s.housingList)
	page("POST /housing/rounds", s.roundOpen)
	page("GET /housing/rounds/{id}", s.roundPage)
	page("POST /housing/rounds/{id}/{do}", s.roundDo)
	page("POST /housing/households", s.householdDo)
	page("GET /housing/cases/{id}", s.housingCase)
	page("GET /housing/leases", s.housingLeases)
	page("GET /housing/leases/{id}", s.housingLease)
	page("POST /housing/{thing}/{id}/{do}", s.housingDo)
	page("GET /housing/public/{id}", s.publicList)
	page("GET /housing/public/{id}/bundle", s.publicBundle)
	page("GET /housing/fund", s.fundPage)
	page("GET /employers/{id}/places", s.employerPlaces)
	page("POST /employers/{id}/places", s.askPlaces)
	page("GET /workers/{ref}/home", s.homePage)
	page("POST /workers/{ref}/home", s.homeApply)
	page("POST /workers/{ref}/home/{thing}/{id}/{do}", s.homeDo)
}

// housingStaff is the context of an officer of the department who only looks.
func housingStaff(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Staff(r.Context(), "hou", "console-hou", "public_housing", "公共租赁住房管理办法; PIPL 13(3)"), patience)
}

// housingSigning is the context of an officer who gave his staff number.
func housingSigning(r *http.Request) (context.Context, context.CancelFunc, error) {
	officer, err := staffOf(r, "officer")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(call.Staff(r.Context(), "hou", officer, "public_housing", "公共租赁住房管理办法; PIPL 13(3)"), patience)
	return ctx, cancel, nil
}

// housingWhere is the county and kind that a page is about.
type housingWhere struct {
	County, Kind string
	Counties     []string
	Kinds        []string
}

func where(r *http.Request, p *words.Printer) housingWhere {
	at := housingWhere{County: r.FormValue("county"), Kind: r.FormValue("kind"), Counties: p.CountyCodes(), Kinds: listedKinds()}
	if at.County == "" {
		at.County = firstCounty
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
func (s *Site) housingList(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	b := housingListBody{housingWhere: where(r, p), Done: r.URL.Query().Get("done")}
	if b.List, b.Err = s.Clients.Housing.ListWaiting(ctx, &housingv1.ListWaitingRequest{County: b.County, Kind: b.Kind, Limit: 50}); b.Err == nil {
		var free *housingv1.ListHomesResponse
		free, b.Err = s.Clients.Housing.ListHomes(ctx, &housingv1.ListHomesRequest{County: b.County, Kind: b.Kind, Limit: 20})
		b.Free = free.GetHomes()
		for _, one := range b.List.GetWaiting() {
			b.Declared = b.Declared || one.GetPriority() == "declared"
		}
	}
	if b.Err == nil {
		var pairs *housingv1.ListHouseholdsResponse
		pairs, b.Err = s.Clients.Housing.ListHouseholds(ctx, &housingv1.ListHouseholdsRequest{County: b.County, Kind: b.Kind})
		b.Pairs = pairs.GetHouseholds()
		for _, d := range b.Pairs {
			if d.GetState() == "open" {
				b.Undecided++
			}
		}
	}
	if b.Err == nil {
		var rounds *housingv1.ListRoundsResponse
		rounds, b.Err = s.Clients.Housing.ListRounds(ctx, &housingv1.ListRoundsRequest{County: b.County})
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
	return s.render(w, r, p, http.StatusOK, "housing", page{Title: "housing.title", Nav: "housing", Body: b})
}

func (s *Site) roundOpen(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := housingSigning(r)
	if err != nil {
		return err
	}
	defer cancel()
	reply, err := s.Clients.Housing.OpenRound(ctx, &housingv1.OpenRoundRequest{
		County: r.PostFormValue("county"), Kind: r.PostFormValue("kind"), HomeIds: r.PostForm["home"], FigureName: r.PostFormValue("figure_name"), FigureDue: r.PostFormValue("figure_due"),
		AcceptUndecided: r.PostFormValue("undecided") == "stay", AcceptDeclared: r.PostFormValue("declared") == "stay",
	})
	if err != nil {
		return err
	}
	return back(w, r, "/housing/rounds/"+url.PathEscape(reply.GetRoundId()))
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

func (s *Site) roundPage(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetRound(ctx, &housingv1.GetRoundRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	mends, err := s.Clients.Housing.ListMends(ctx, &housingv1.ListMendsRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "housing_round", page{Title: "housing.round", Nav: "housing", Body: homesRoundBody{
		GetRoundResponse: reply, Done: r.URL.Query().Get("done"), Mends: mends, Reasons: []string{"homes", "figure", "law", "other"},
		Faults: []string{"points", "entry", "homes", "figure", "procedure"}, Lines: []int{1, 2, 3}, Results: hasResults(reply),
	}})
}

// roundDo enters the figure, offers, or closes.
func (s *Site) roundDo(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := housingSigning(r)
	if err != nil {
		return err
	}
	defer cancel()
	id, do := r.PathValue("id"), r.PathValue("do")
	switch do {
	case "figure":
		_, err = s.Clients.Housing.ConfirmFigure(ctx, &housingv1.ConfirmFigureRequest{RoundId: id, Figure: r.PostFormValue("figure")})
	case "offer":
		_, err = s.Clients.Housing.OfferRound(ctx, &housingv1.OfferRoundRequest{RoundId: id})
	case "close":
		_, err = s.Clients.Housing.CloseRound(ctx, &housingv1.CloseRoundRequest{RoundId: id})
	default:
		err = s.roundMend(ctx, r, id, do)
	}
	if err != nil {
		return err
	}
	return back(w, r, "/housing/rounds/"+url.PathEscape(id)+"?done="+do)
}

type housingCaseBody struct {
	*housingv1.Application
	Place *housingv1.Place
	Done  string
}

// housingCase is one application before an officer: what is asked, the facts
// with their source, what the rules say, and the decision. The look is logged.
func (s *Site) housingCase(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetApplication(ctx, &housingv1.GetApplicationRequest{ApplicationId: r.PathValue("id")})
	if err != nil {
		return err
	}
	place, err := s.Clients.Housing.GetPlace(ctx, &housingv1.GetPlaceRequest{ApplicationId: r.PathValue("id")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "housing_case", page{Title: "housing.case", Nav: "housing", Body: housingCaseBody{reply.GetApplication(), place.GetPlace(), r.URL.Query().Get("done")}})
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
func (s *Site) housingLeases(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	b := housingLeasesBody{housingWhere: where(r, p), Done: r.URL.Query().Get("done")}
	if b.ListCountyLeasesResponse, b.Err = s.Clients.Housing.ListCountyLeases(ctx, &housingv1.ListCountyLeasesRequest{County: b.County}); b.Err == nil {
		var asked *housingv1.ListPlaceRequestsResponse
		asked, b.Err = s.Clients.Housing.ListPlaceRequests(ctx, &housingv1.ListPlaceRequestsRequest{County: b.County})
		b.Requests = asked.GetRequests()
	}
	return s.render(w, r, p, http.StatusOK, "housing_leases", page{Title: "housing.leases", Nav: "housing", Body: b})
}

type housingLeaseBody struct {
	*housingv1.LeaseFile
	Done string
}

func (s *Site) housingLease(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetLease(ctx, &housingv1.GetLeaseRequest{LeaseId: r.PathValue("id")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "housing_lease", page{Title: "housing.lease", Nav: "housing", Body: housingLeaseBody{reply.GetFile(), r.URL.Query().Get("done")}})
}

// housingDo is every decision of an officer on a lease and what belongs to it;
// the officer signs with his staff number.
func (s *Site) housingDo(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := housingSigning(r)
	if err != nil {
		return err
	}
	defer cancel()
	if err := s.housingAct(ctx, r, r.PathValue("id")); err != nil {
		return err
	}
	to := "/housing/leases"
	if lease := r.PostFormValue("lease"); lease != "" {
		to += "/" + url.PathEscape(lease)
	}
	if r.PathValue("thing") == "case" {
		to = "/housing/cases/" + url.PathEscape(r.PathValue("id"))
	}
	return back(w, r, to+"?"+url.Values{"county": {r.PostFormValue("county")}, "done": {r.PathValue("do")}}.Encode())
}

func (s *Site) housingAct(ctx context.Context, r *http.Request, id string) (err error) {
	c, form := s.Clients.Housing, r.PostFormValue
	switch r.PathValue("thing") + "/" + r.PathValue("do") {
	case "case/paper":
		months, bad := typed(r, "months", 1000)
		if bad != nil {
			return bad
		}
		_, err = c.RecordPaper(ctx, &housingv1.RecordPaperRequest{ApplicationId: id, Kind: form("kind"), Form: form("form"), Since: form("since"), Until: form("until"), Months: months})
	case "case/priority":
		_, err = c.ConfirmPriority(ctx, &housingv1.ConfirmPriorityRequest{ApplicationId: id, Outcome: form("outcome"), Basis: form("basis"), On: form("on")})
	case "case/eligibility":
		_, err = c.DecideEligibility(ctx, &housingv1.DecideEligibilityRequest{ApplicationId: id, RefusalReasonCode: form("reason"), FalseStatement: form("false") == "yes"})
	case "lease/rent":
		fen, err := fenOf(form("yuan"))
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
		n, bad := typed(r, "places", 100_000)
		if bad != nil {
			return bad
		}
		_, err = c.GrantPlaces(ctx, &housingv1.GrantPlacesRequest{RequestId: id, Places: n})
	default:
		return errNoPage
	}
	return err
}

// fenOf reads an amount in yuan, as 410 or 410.50.
func fenOf(yuan string) (int64, error) {
	whole, part, _ := strings.Cut(strings.TrimSpace(yuan), ".")
	if len(part) > 2 {
		return 0, errYuan
	}
	fen, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 40)
	if err != nil || whole == "" {
		return 0, errYuan
	}
	return int64(fen), nil
}

// publicList shows a round to anybody, by case number and for its period only.
func (s *Site) publicList(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetPublicList(ctx, &housingv1.GetPublicListRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "housing_public", page{Title: "housing.public", Nav: "housing", Body: reply})
}

// publicBundle is the file that a draw is checked with, by `qiao lottery verify`.
func (s *Site) publicBundle(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetRoundBundle(ctx, &housingv1.GetRoundBundleRequest{RoundId: r.PathValue("id")})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="qiao-round.txt"`)
	_, err = w.Write([]byte(reply.GetBundle()))
	return err
}

// fundPage says what a withdrawal from the provident fund needs; it asks nothing.
func (s *Site) fundPage(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := housingStaff(r)
	defer cancel()
	reply, err := s.Clients.Housing.GetFundChecklist(ctx, &housingv1.GetFundChecklistRequest{Ground: r.URL.Query().Get("ground")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "housing_fund", page{Title: "fund.title", Nav: "housing", Body: reply})
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
