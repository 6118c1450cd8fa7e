package web

import (
	"context"
	"net/http"
	"net/url"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// homeBody is the worker's page of homes: what needs him, where he stands and
// why, and what he has.
type homeBody struct {
	Ref    string
	Err    error
	Done   string
	Nonce  string // the receipt of a word that was just given
	Cases  []homeCase
	Leases []*housingv1.LeaseFile
	Counties,
	Kinds []string
	Missing []string // the kinds that can still be applied for, side by side
}

// homeCase is one application with its place in the list.
type homeCase struct {
	*housingv1.Application
	Ref   string
	Place *housingv1.Place
	Ahead int // who stand before it
}

func (s *Site) homePage(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	b := homeBody{Ref: r.PathValue("ref"), Done: r.URL.Query().Get("done"), Counties: p.CountyCodes(), Kinds: append(listedKinds(), "dormitory")}
	b.Err = s.home(ctx, &b)
	return s.render(w, r, p, http.StatusOK, "housing_home", page{Title: "home.title", Nav: "workers", Body: b})
}

func (s *Site) home(ctx context.Context, b *homeBody) error {
	all, err := s.Clients.Housing.ListApplications(ctx, &housingv1.ListApplicationsRequest{Worker: b.Ref})
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for _, a := range all.GetApplications() {
		one := homeCase{Application: a, Ref: b.Ref}
		if st := a.GetState(); st != "withdrawn" && st != "leased" {
			open[a.GetKind()] = true
		}
		if a.GetState() == "withdrawn" || a.GetState() == "leased" {
			continue
		}
		reply, err := s.Clients.Housing.GetPlace(ctx, &housingv1.GetPlaceRequest{ApplicationId: a.GetApplicationId()})
		if err != nil {
			return err
		}
		one.Place = reply.GetPlace()
		one.Ahead = int(one.Place.GetPosition()) - 1
		b.Cases = append(b.Cases, one)
	}
	for _, k := range b.Kinds {
		if !open[k] {
			b.Missing = append(b.Missing, k)
		}
	}
	leases, err := s.Clients.Housing.ListLeases(ctx, &housingv1.ListLeasesRequest{Worker: b.Ref})
	if err != nil {
		return err
	}
	for _, l := range leases.GetLeases() {
		file, err := s.Clients.Housing.GetLease(ctx, &housingv1.GetLeaseRequest{LeaseId: l.GetLeaseId()})
		if err != nil {
			return err
		}
		b.Leases = append(b.Leases, file.GetFile())
	}
	return nil
}

// homeApply applies for a home of one kind.
func (s *Site) homeApply(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	members, err := typed(r, "members", 100)
	if err != nil {
		return err
	}
	area, err := typed(r, "area", 10_000)
	if err != nil {
		return err
	}
	_, err = s.Clients.Housing.ApplyForHome(ctx, &housingv1.ApplyForHomeRequest{
		Worker: r.PathValue("ref"), County: r.PostFormValue("county"), Kind: r.PostFormValue("kind"), HouseholdSize: members,
		DeclaresNoHome: r.PostFormValue("no_home") == "yes", DeclaresIncomeBelow: r.PostFormValue("income") == "yes", DeclaredAreaDm2: area * 100, RequestId: r.PostFormValue("request"),
		DeclaresRelief: r.PostFormValue("relief") == "yes",
	})
	if err != nil {
		return err
	}
	return s.homeBack(w, r, "applied")
}

func (s *Site) homeBack(w http.ResponseWriter, r *http.Request, done string) error {
	return back(w, r, "/workers/"+url.PathEscape(r.PathValue("ref"))+"/home?done="+done)
}

// homeWord takes a word for the next draw and shows the receipt once: in the
// answer itself, since an address would be kept by histories.
func (s *Site) homeWord(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Housing.SetDrawWord(ctx, &housingv1.SetDrawWordRequest{ApplicationId: r.PathValue("id"), Word: r.PostFormValue("word")})
	if err != nil {
		return err
	}
	b := homeBody{Ref: r.PathValue("ref"), Counties: p.CountyCodes(), Kinds: append(listedKinds(), "dormitory"), Nonce: reply.GetNonce()}
	b.Err = s.home(ctx, &b)
	return s.render(w, r, p, http.StatusOK, "housing_home", page{Title: "home.title", Nav: "workers", Body: b})
}

// homeDo is every act of the worker on an application, an offer, a lease and
// what belongs to it.
func (s *Site) homeDo(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	c, form, id := s.Clients.Housing, r.PostFormValue, r.PathValue("id")
	var err error
	switch r.PathValue("thing") + "/" + r.PathValue("do") {
	case "application/withdraw":
		_, err = c.WithdrawApplication(ctx, &housingv1.WithdrawApplicationRequest{ApplicationId: id})
	case "application/word":
		return s.homeWord(w, r, p)
	case "application/say", "application/unsay":
		_, err = c.SayPriority(ctx, &housingv1.SayPriorityRequest{ApplicationId: id, DeclaresRelief: r.PathValue("do") == "say"})
	case "offer/accept":
		_, err = c.AcceptOffer(ctx, &housingv1.AcceptOfferRequest{OfferId: id})
	case "offer/decline":
		_, err = c.DeclineOffer(ctx, &housingv1.DeclineOfferRequest{OfferId: id})
	case "offer/sign":
		_, err = c.SignLease(ctx, &housingv1.SignLeaseRequest{OfferId: id, StartsOn: form("from"), EndsOn: form("to")})
	case "lease/renew":
		_, err = c.AskRenewal(ctx, &housingv1.AskRenewalRequest{LeaseId: id})
	case "lease/leave":
		_, err = c.LeaveHome(ctx, &housingv1.LeaveHomeRequest{LeaseId: id, On: form("on")})
	case "lease/repair":
		_, err = c.ReportRepair(ctx, &housingv1.ReportRepairRequest{LeaseId: id, What: form("what")})
	case "repair/works":
		_, err = c.ConfirmRepair(ctx, &housingv1.ConfirmRepairRequest{RepairId: id, Works: true})
	case "repair/broken":
		_, err = c.ConfirmRepair(ctx, &housingv1.ConfirmRepairRequest{RepairId: id})
	case "exit/answer":
		_, err = c.AnswerNotice(ctx, &housingv1.AnswerNoticeRequest{ExitId: id, AnswerCode: form("answer")})
	case "exit/appeal":
		_, err = c.AppealExit(ctx, &housingv1.AppealExitRequest{ExitId: id})
	default:
		return errNoPage
	}
	if err != nil {
		return err
	}
	return s.homeBack(w, r, r.PathValue("do"))
}
