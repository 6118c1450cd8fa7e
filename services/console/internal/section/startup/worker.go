package startup

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// loanNotice is the version of the notice that a loan request's consent is about.
const loanNotice = "贷款告知书2026-1"

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
	Own      bool // who looks may ask for a loan: the worker alone, who takes the request back
}

// startupPlace reads which county and guide a page is about; anything unknown is the first.
func startupPlace(q url.Values, p *words.Printer) (county, guide string) {
	all := p.Counties()
	county, guide = all[0].Code, "general"
	if slices.ContainsFunc(all, func(d words.Division) bool { return d.Code == q.Get("county") }) {
		county = q.Get("county")
	}
	if q.Get("guide") == "farm_stay" {
		guide = "farm_stay"
	}
	return county, guide
}

func (s *pages) startup(v *frame.Visit) error {
	return s.startupPage(v, http.StatusOK, v.R.URL.Query(), nil, nil)
}

func (s *pages) startupPage(v *frame.Visit, status int, form url.Values, tax []*platformv1.Reason, refused error) error {
	ctx := v.As(frame.OwnRecord)
	b := startupBody{Ref: v.Path("ref"), Counties: v.P.Counties(), Guides: []string{"general", "farm_stay"}, Form: form, Tax: tax, Refused: refused, Own: !v.Officer()}
	b.County, b.Guide = startupPlace(form, v.P)
	if done := v.Query("done"); slices.Contains([]string{"adviser", "loan", "premises", "withdrawn"}, done) {
		b.Done = done
	}
	var err error
	if b.Help, err = s.employment.GetStartupGuide(ctx, &employmentv1.GetStartupGuideRequest{Guide: b.Guide, County: b.County}); err != nil {
		return err
	}
	slots, err := s.employment.ListAdviserSlots(ctx, &employmentv1.ListAdviserSlotsRequest{County: b.County})
	if err != nil {
		return err
	}
	places, err := s.employment.ListPremises(ctx, &employmentv1.ListPremisesRequest{County: b.County})
	if err != nil {
		return err
	}
	if b.Mine, err = s.employment.ListStartupHelp(ctx, &employmentv1.ListStartupHelpRequest{Worker: b.Ref}); err != nil {
		return err
	}
	b.Slots, b.Premises = slots.GetSlots(), places.GetPremises()
	return v.Render(status, "startup", frame.Page{Title: "startup.title", Nav: "workers", Body: b})
}

// checkTax answers on the same page. What was declared stays in the form, and
// in no address.
func (s *pages) checkTax(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	county, _ := startupPlace(v.R.PostForm, v.P)
	sales, err := v.Yuan("sales")
	if err != nil {
		return s.startupPage(v, http.StatusUnprocessableEntity, v.R.PostForm, nil, err)
	}
	income, err := v.Yuan("income")
	if err != nil {
		return s.startupPage(v, http.StatusUnprocessableEntity, v.R.PostForm, nil, err)
	}
	reply, err := s.employment.CheckTaxRelief(ctx, &employmentv1.CheckTaxReliefRequest{
		County: county, Group: v.Form("group"), MonthSalesFen: sales, YearIncomeFen: income, Individual: v.Form("individual") == "yes",
	})
	if err != nil {
		return s.startupPage(v, http.StatusUnprocessableEntity, v.R.PostForm, nil, err)
	}
	return s.startupPage(v, http.StatusOK, v.R.PostForm, reply.GetReasons(), nil)
}

// startupAct does what the worker does, and goes back to the page.
func (s *pages) startupAct(v *frame.Visit, done string, act func(ctx context.Context, county string) error) error {
	ctx := v.As(frame.OwnRecord)
	county, guide := startupPlace(v.R.PostForm, v.P)
	if err := act(ctx, county); err != nil {
		return s.startupPage(v, http.StatusUnprocessableEntity, v.R.PostForm, nil, err)
	}
	return v.Back("/workers/" + v.Part("ref") + "/startup?" + url.Values{"county": {county}, "guide": {guide}, "done": {done}}.Encode() + "#mine")
}

func (s *pages) bookAdviser(v *frame.Visit) error {
	return s.startupAct(v, "adviser", func(ctx context.Context, _ string) error {
		_, err := s.employment.ApplyForAdviser(ctx, &employmentv1.ApplyForAdviserRequest{Worker: v.Path("ref"), SlotId: v.Form("slot"), Topic: v.Form("topic")})
		return err
	})
}

// handOffLoan needs its own tick: the consent goes to one bank and is about one request.
func (s *pages) handOffLoan(v *frame.Visit) error {
	return s.startupAct(v, "loan", func(ctx context.Context, county string) error {
		amount, err := v.Yuan("amount")
		if err != nil {
			return err
		}
		years, err := v.Whole("years", 100)
		if err != nil {
			return err
		}
		notice := ""
		if v.Form("consent") == "yes" {
			notice = loanNotice
		}
		_, err = s.employment.HandOffLoan(ctx, &employmentv1.HandOffLoanRequest{
			Worker: v.Path("ref"), County: county, BankCode: v.Form("bank"), AmountFen: amount, Years: years, NoticeVersion: notice,
		})
		return err
	})
}

func (s *pages) requestPremises(v *frame.Visit) error {
	return s.startupAct(v, "premises", func(ctx context.Context, _ string) error {
		_, err := s.employment.ApplyForPremises(ctx, &employmentv1.ApplyForPremisesRequest{Worker: v.Path("ref"), SiteId: v.Form("site")})
		return err
	})
}

// withdrawStartup takes back a booking, a loan request or a request for premises.
func (s *pages) withdrawStartup(v *frame.Visit) error {
	return s.startupAct(v, "withdrawn", func(ctx context.Context, _ string) (err error) {
		switch id := v.Form("id"); v.Form("what") {
		case "adviser":
			_, err = s.employment.WithdrawFromAdviser(ctx, &employmentv1.WithdrawFromAdviserRequest{BookingId: id})
		case "loan":
			_, err = s.employment.WithdrawLoanRequest(ctx, &employmentv1.WithdrawLoanRequestRequest{RequestId: id})
		case "premises":
			_, err = s.employment.WithdrawPremisesRequest(ctx, &employmentv1.WithdrawPremisesRequestRequest{RequestId: id})
		default:
			err = frame.ErrInput
		}
		return err
	})
}
