package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// loanNotice is the version of the notice that a loan request's consent is about.
const loanNotice = "贷款告知书2026-1"

// startupRoutes are the pages of start-up help: the worker's and the officer's.
func (s *Site) startupRoutes(page func(pattern string, h handler)) {
	page("GET /workers/{ref}/startup", s.startup)
	page("POST /workers/{ref}/startup/tax", s.checkTax)
	page("POST /workers/{ref}/startup/adviser", s.bookAdviser)
	page("POST /workers/{ref}/startup/loan", s.handOffLoan)
	page("POST /workers/{ref}/startup/premises", s.requestPremises)
	page("POST /workers/{ref}/startup/withdraw", s.withdrawStartup)
	page("GET /employment/startup", s.startupDesk)
	page("POST /employment/startup/slot", s.openSlot)
	page("POST /employment/startup/premises", s.addPremises)
}

type startupBody struct {
	Ref      string
	County   string
	Counties []words.Division
	Guide    string
	Guides   []string
	Help     *employmentv1.GetStartupGuideResponse
	Slots    []*employmentv1.AdviserSlot
	Premises []*employmentv1.Premises
	Mine     *employmentv1.ListStartupHelpResponse
	Form     url.Values
	Tax      []*platformv1.Reason
	Refused  error
	Done     string
}

// startupPlace reads which county and guide a page is about; anything unknown is the first.
func startupPlace(q url.Values, p *words.Printer) (county, guide string) {
	all := p.StartupPlaces()
	county, guide = all[0].Code, "general"
	if slices.ContainsFunc(all, func(d words.Division) bool { return d.Code == q.Get("county") }) {
		county = q.Get("county")
	}
	if q.Get("guide") == "farm_stay" {
		guide = "farm_stay"
	}
	return county, guide
}

func (s *Site) startup(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupPage(w, r, p, http.StatusOK, r.URL.Query(), nil, nil)
}

func (s *Site) startupPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, form url.Values, tax []*platformv1.Reason, refused error) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	b := startupBody{Ref: r.PathValue("ref"), Counties: p.StartupPlaces(), Guides: []string{"general", "farm_stay"}, Form: form, Tax: tax, Refused: refused}
	b.County, b.Guide = startupPlace(form, p)
	if done := r.URL.Query().Get("done"); slices.Contains([]string{"adviser", "loan", "premises", "withdrawn"}, done) {
		b.Done = done
	}
	var err error
	if b.Help, err = s.Clients.Employment.GetStartupGuide(ctx, &employmentv1.GetStartupGuideRequest{Guide: b.Guide, County: b.County}); err != nil {
		return err
	}
	slots, err := s.Clients.Employment.ListAdviserSlots(ctx, &employmentv1.ListAdviserSlotsRequest{County: b.County})
	if err != nil {
		return err
	}
	places, err := s.Clients.Employment.ListPremises(ctx, &employmentv1.ListPremisesRequest{County: b.County})
	if err != nil {
		return err
	}
	if b.Mine, err = s.Clients.Employment.ListStartupHelp(ctx, &employmentv1.ListStartupHelpRequest{Worker: b.Ref}); err != nil {
		return err
	}
	b.Slots, b.Premises = slots.GetSlots(), places.GetPremises()
	return s.render(w, r, p, status, "startup", page{Title: "startup.title", Nav: "workers", Body: b})
}

// startupFen reads an amount in whole yuan as fen.
func startupFen(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 40)
	if err != nil {
		return 0, errInput
	}
	return n * 100, nil
}

// checkTax answers on the same page. What was declared stays in the form, and
// in no address.
func (s *Site) checkTax(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	if err := r.ParseForm(); err != nil {
		return errInput
	}
	county, _ := startupPlace(r.PostForm, p)
	sales, err := startupFen(r.PostFormValue("sales"))
	if err != nil {
		return s.startupPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, nil, err)
	}
	income, err := startupFen(r.PostFormValue("income"))
	if err != nil {
		return s.startupPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, nil, err)
	}
	reply, err := s.Clients.Employment.CheckTaxRelief(ctx, &employmentv1.CheckTaxReliefRequest{
		County: county, Group: r.PostFormValue("group"), MonthSalesFen: sales, YearIncomeFen: income, Individual: r.PostFormValue("individual") == "yes",
	})
	if err != nil {
		return s.startupPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, nil, err)
	}
	return s.startupPage(w, r, p, http.StatusOK, r.PostForm, reply.GetReasons(), nil)
}

// startupAct does what the worker does, and goes back to the page.
func (s *Site) startupAct(w http.ResponseWriter, r *http.Request, p *words.Printer, done string, act func(ctx context.Context, county string) error) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	if err := r.ParseForm(); err != nil {
		return errInput
	}
	county, guide := startupPlace(r.PostForm, p)
	if err := act(ctx, county); err != nil {
		return s.startupPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, nil, err)
	}
	return back(w, r, "/workers/"+url.PathEscape(r.PathValue("ref"))+"/startup?"+url.Values{"county": {county}, "guide": {guide}, "done": {done}}.Encode()+"#mine")
}

func (s *Site) bookAdviser(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupAct(w, r, p, "adviser", func(ctx context.Context, _ string) error {
		_, err := s.Clients.Employment.ApplyForAdviser(ctx, &employmentv1.ApplyForAdviserRequest{Worker: r.PathValue("ref"), SlotId: r.PostFormValue("slot"), Topic: r.PostFormValue("topic")})
		return err
	})
}

// handOffLoan needs its own tick: the consent goes to one bank and is about one request.
func (s *Site) handOffLoan(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupAct(w, r, p, "loan", func(ctx context.Context, county string) error {
		amount, err := startupFen(r.PostFormValue("amount"))
		if err != nil {
			return err
		}
		years, err := strconv.ParseInt(r.PostFormValue("years"), 10, 32)
		if err != nil {
			return errInput
		}
		notice := ""
		if r.PostFormValue("consent") == "yes" {
			notice = loanNotice
		}
		_, err = s.Clients.Employment.HandOffLoan(ctx, &employmentv1.HandOffLoanRequest{
			Worker: r.PathValue("ref"), County: county, BankCode: r.PostFormValue("bank"), AmountFen: amount, Years: int32(years), NoticeVersion: notice,
		})
		return err
	})
}

func (s *Site) requestPremises(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupAct(w, r, p, "premises", func(ctx context.Context, _ string) error {
		_, err := s.Clients.Employment.ApplyForPremises(ctx, &employmentv1.ApplyForPremisesRequest{Worker: r.PathValue("ref"), SiteId: r.PostFormValue("site")})
		return err
	})
}

// withdrawStartup takes back a booking, a loan request or a request for premises.
func (s *Site) withdrawStartup(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupAct(w, r, p, "withdrawn", func(ctx context.Context, _ string) (err error) {
		switch id := r.PostFormValue("id"); r.PostFormValue("what") {
		case "adviser":
			_, err = s.Clients.Employment.WithdrawFromAdviser(ctx, &employmentv1.WithdrawFromAdviserRequest{BookingId: id})
		case "loan":
			_, err = s.Clients.Employment.WithdrawLoanRequest(ctx, &employmentv1.WithdrawLoanRequestRequest{RequestId: id})
		case "premises":
			_, err = s.Clients.Employment.WithdrawPremisesRequest(ctx, &employmentv1.WithdrawPremisesRequestRequest{RequestId: id})
		default:
			err = errInput
		}
		return err
	})
}
