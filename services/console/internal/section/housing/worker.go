package housing

import (
	"context"
	"net/http"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
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
	// Papers are the confirmed paper forms of who visits the officer, of which one is entered.
	Papers []*identityv1.PaperForm
}

// homeCase is one application with its place in the list.
type homeCase struct {
	*housingv1.Application
	Ref   string
	Place *housingv1.Place
	Ahead int // who stand before it
}

func (s *pages) homePage(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := homeBody{Ref: v.Path("ref"), Done: v.Query("done"), Counties: v.P.CountyCodes(), Kinds: append(listedKinds(), "dormitory")}
	if b.Err = s.home(ctx, &b); b.Err == nil {
		b.Papers, b.Err = s.onPaper(v)
	}
	return v.Render(http.StatusOK, "home", frame.Page{Title: "home.title", Nav: "workers", Body: b})
}

func (s *pages) home(ctx context.Context, b *homeBody) error {
	all, err := s.housing.ListApplications(ctx, &housingv1.ListApplicationsRequest{Worker: b.Ref})
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
		reply, err := s.housing.GetPlace(ctx, &housingv1.GetPlaceRequest{ApplicationId: a.GetApplicationId()})
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
	leases, err := s.housing.ListLeases(ctx, &housingv1.ListLeasesRequest{Worker: b.Ref})
	if err != nil {
		return err
	}
	for _, l := range leases.GetLeases() {
		file, err := s.housing.GetLease(ctx, &housingv1.GetLeaseRequest{LeaseId: l.GetLeaseId()})
		if err != nil {
			return err
		}
		b.Leases = append(b.Leases, file.GetFile())
	}
	return nil
}

// onPaper lists what an officer can enter for the visitor of what was received on paper.
func (s *pages) onPaper(v *frame.Visit) ([]*identityv1.PaperForm, error) {
	if may, err := v.May("identity.ListPapersOf"); err != nil || !may {
		return nil, err
	}
	r, err := s.papers.ListPapersOf(v.AsFor(v.Path("ref"), visiting), &identityv1.ListPapersOfRequest{Worker: v.Path("ref"), Task: "housing.ApplyForHome"})
	return r.GetPapers(), err
}

// homeApply applies for a home of one kind.
func (s *pages) homeApply(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	members, err := v.Count("members", 100)
	if err != nil {
		return err
	}
	area, err := v.Count("area", 10_000)
	if err != nil {
		return err
	}
	_, err = s.housing.ApplyForHome(ctx, &housingv1.ApplyForHomeRequest{
		Worker: v.Path("ref"), County: v.Form("county"), Kind: v.Form("kind"), HouseholdSize: members,
		DeclaresNoHome: v.Form("no_home") == "yes", DeclaresIncomeBelow: v.Form("income") == "yes", DeclaredAreaDm2: area * 100, RequestId: v.Form("request"),
		DeclaresRelief: v.Form("relief") == "yes", PaperForm: v.Form("paper"),
	})
	if err != nil {
		return err
	}
	return s.homeBack(v, "applied")
}

func (s *pages) homeBack(v *frame.Visit, done string) error {
	return v.Back("/workers/" + v.Part("ref") + "/home?done=" + done)
}

// homeWord takes a word for the next draw and shows the receipt once: in the
// answer itself, since an address would be kept by histories.
func (s *pages) homeWord(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.housing.SetDrawWord(ctx, &housingv1.SetDrawWordRequest{ApplicationId: v.Path("id"), Word: v.Form("word")})
	if err != nil {
		return err
	}
	b := homeBody{Ref: v.Path("ref"), Counties: v.P.CountyCodes(), Kinds: append(listedKinds(), "dormitory"), Nonce: reply.GetNonce()}
	b.Err = s.home(ctx, &b)
	return v.Render(http.StatusOK, "home", frame.Page{Title: "home.title", Nav: "workers", Body: b})
}

// homeDo is every act of the worker on an application, an offer, a lease and
// what belongs to it.
func (s *pages) homeDo(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	c, form, id := s.housing, v.Form, v.Path("id")
	var err error
	switch v.Path("thing") + "/" + v.Path("do") {
	case "application/withdraw":
		_, err = c.WithdrawApplication(ctx, &housingv1.WithdrawApplicationRequest{ApplicationId: id})
	case "application/word":
		return s.homeWord(v)
	case "application/say", "application/unsay":
		_, err = c.SayPriority(ctx, &housingv1.SayPriorityRequest{ApplicationId: id, DeclaresRelief: v.Path("do") == "say"})
	case "offer/accept":
		_, err = c.AcceptOffer(ctx, &housingv1.AcceptOfferRequest{OfferId: id})
	case "offer/decline":
		_, err = c.DeclineOffer(ctx, &housingv1.DeclineOfferRequest{OfferId: id})
	case "offer/undo":
		_, err = c.UndoAcceptance(ctx, &housingv1.UndoAcceptanceRequest{OfferId: id})
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
		return frame.ErrNoPage
	}
	if err != nil {
		return err
	}
	return s.homeBack(v, v.Path("do"))
}
