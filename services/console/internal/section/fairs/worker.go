package fairs

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// fairsShown bounds a worker's list of fairs: the newest.
const fairsShown = 12

type workerFairsBody struct {
	Ref   string
	Err   error
	Fairs []workerFairLine
}

type workerFairLine struct {
	Fair *employmentv1.Fair
	Mine *employmentv1.FairApplication // nil: not applied
	More int                           // applications beside it, of who was registered twice
}

func (s *pages) workerFairs(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	b := workerFairsBody{Ref: v.Path("ref")}
	reply, err := s.employment.ListFairs(ctx, &employmentv1.ListFairsRequest{})
	b.Err = err
	all := reply.GetFairs()
	all = all[:min(len(all), fairsShown)]
	own, err := v.May("employment.GetFairApplication")
	if err != nil {
		return err
	}
	var applied []string
	if own {
		r, err := s.employment.ListAppliedFairs(ctx, &employmentv1.ListAppliedFairsRequest{Worker: b.Ref})
		b.Err = cmp.Or(b.Err, err)
		applied = r.GetFairIds()
	}
	b.Fairs = make([]workerFairLine, len(all))
	var wg sync.WaitGroup
	for i, f := range all {
		if b.Fairs[i].Fair = f; !slices.Contains(applied, f.GetFairId()) {
			continue
		}
		wg.Go(func() {
			mine, err := s.employment.GetFairApplication(ctx, &employmentv1.GetFairApplicationRequest{Worker: b.Ref, FairId: f.GetFairId()})
			if err == nil {
				b.Fairs[i].Mine, b.Fairs[i].More = mine.GetApplication(), len(mine.GetFurther())
			}
		})
	}
	wg.Wait()
	return v.Render(http.StatusOK, "worker_fairs", frame.Page{Title: "wfairs.title", Nav: "workers", Body: b})
}

type workerFairBody struct {
	Ref     string
	Fair    *employmentv1.Fair
	Posts   []*employmentv1.FairPost
	Mine    *employmentv1.FairApplication
	Chosen  []string // by place on the list, what a form showed or what was sent
	Open    bool     // wishes can be sent
	Whys    []wishWhy
	No      []*platformv1.Reason // of an employer
	County  string               // of which posts are shown; "" is all
	Places  []words.Division
	Refused error
	Further []furtherBody
}

// furtherBody is another application to the fair, of who was registered twice.
type furtherBody struct {
	Ref  string
	Fair *employmentv1.Fair
	Mine *employmentv1.FairApplication
	Whys []wishWhy
	No   []*platformv1.Reason
}

// wishWhy is one wish of the outcome with its reason.
type wishWhy struct {
	Wish    *employmentv1.FairWish
	N       int
	Got     bool
	Reasons []*platformv1.Reason
}

func (s *pages) workerFair(v *frame.Visit) error {
	return s.workerFairPage(v, http.StatusOK, nil, nil)
}

func (s *pages) workerFairPage(v *frame.Visit, status int, chosen []string, refused error) error {
	ctx := v.As(frame.OwnRecord)
	ref, id := v.Path("ref"), v.Path("fair")
	fair, posts, err := s.wholeFair(ctx, id)
	if err != nil {
		return err
	}
	reply, err := s.employment.GetFairApplication(ctx, &employmentv1.GetFairApplicationRequest{Worker: ref, FairId: id})
	if err != nil {
		return err
	}
	b := workerFairBody{
		Ref: ref, Fair: fair, Posts: posts, Mine: reply.GetApplication(), Refused: refused,
		Open: fair.GetState() == "open" && v.P.DaysUntil(fair.GetClosesOn()) >= 0, Chosen: make([]string, fair.GetWishesMax()), Whys: whys(reply.GetApplication()), No: refusal(reply.GetApplication()),
	}
	for _, one := range reply.GetFurther() {
		b.Further = append(b.Further, furtherBody{ref, fair, one, whys(one), refusal(one)})
	}
	if chosen == nil && b.Mine.GetState() != "withdrawn" {
		for _, x := range b.Mine.GetWishes() {
			chosen = append(chosen, x.GetVacancyId())
		}
	}
	copy(b.Chosen, chosen)
	b.narrow(v.Query("county"), v.P)
	return v.Render(status, "worker_fair", frame.Page{Title: "wfair.title", Nav: "workers", Body: b})
}

// employersNo is the rule of an employer's no, which is told with the proposal.
const employersNo = "EM-FAIR"

// refusal is the reason of an employer's no; none where there was none.
func refusal(a *employmentv1.FairApplication) []*platformv1.Reason {
	return slices.DeleteFunc(slices.Clone(a.GetReasons()), func(r *platformv1.Reason) bool { return r.GetRuleId() != employersNo })
}

// whys puts each reason beside the wish that it is about.
func whys(a *employmentv1.FairApplication) (all []wishWhy) {
	for _, r := range a.GetReasons() {
		if r.GetRuleId() == employersNo {
			continue
		}
		for _, f := range r.GetFacts() {
			if f.GetName() != "fair_wish" {
				continue
			}
			if n, err := strconv.Atoi(f.GetValue()); err == nil && n > 0 && n <= len(a.GetWishes()) {
				all = append(all, wishWhy{Wish: a.GetWishes()[n-1], N: n, Got: r.GetOutcome() == "met", Reasons: []*platformv1.Reason{r}})
			}
		}
	}
	return all
}

// narrow shows the posts of one county, and those that are on the list already:
// a fair of the prefecture has more posts than a phone should load ten times.
func (b *workerFairBody) narrow(county string, p *words.Printer) {
	if !strings.HasSuffix(b.Fair.GetDivision(), "00") {
		return
	}
	b.Places = p.Counties()
	if !slices.ContainsFunc(b.Places, func(d words.Division) bool { return d.Code == county }) {
		return
	}
	b.County = county
	b.Posts = slices.DeleteFunc(slices.Clone(b.Posts), func(x *employmentv1.FairPost) bool {
		return x.GetCounty() != county && !slices.Contains(b.Chosen, x.GetVacancyId())
	})
}

type receiptBody struct {
	Ref, Word string
	Fair      string
	Receipt   *employmentv1.ApplyToFairResponse
}

// sendWishes sends the list and shows the receipt, which is kept nowhere.
func (s *pages) sendWishes(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	wishes := slices.DeleteFunc(slices.Clone(v.R.PostForm["wish"]), func(v string) bool { return v == "" })
	reply, err := s.employment.ApplyToFair(ctx, &employmentv1.ApplyToFairRequest{
		Worker: v.Path("ref"), FairId: v.Path("fair"), VacancyIds: wishes, Word: v.Form("word"),
	})
	if err != nil {
		return s.workerFairPage(v, http.StatusUnprocessableEntity, v.R.PostForm["wish"], err)
	}
	return v.Render(http.StatusOK, "fair_receipt", frame.Page{Title: "receipt.title", Nav: "workers", Body: receiptBody{
		Ref: v.Path("ref"), Fair: v.Path("fair"), Word: v.Form("word"), Receipt: reply,
	}})
}

func (s *pages) answerProposal(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	var err error
	switch id := v.Form("proposal"); v.Form("answer") {
	case "accept":
		_, err = s.employment.AcceptProposal(ctx, &employmentv1.AcceptProposalRequest{ProposalId: id})
	case "decline":
		_, err = s.employment.DeclineProposal(ctx, &employmentv1.DeclineProposalRequest{ProposalId: id})
	default:
		return frame.ErrInput
	}
	if err != nil {
		return s.workerFairPage(v, http.StatusUnprocessableEntity, nil, err)
	}
	return v.Back(workerFairPath(v))
}

func (s *pages) withdrawFromFair(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	if _, err := s.employment.WithdrawFromFair(ctx, &employmentv1.WithdrawFromFairRequest{ApplicationId: v.Form("application")}); err != nil {
		return s.workerFairPage(v, http.StatusUnprocessableEntity, nil, err)
	}
	return v.Back(workerFairPath(v))
}

func workerFairPath(v *frame.Visit) string {
	return "/workers/" + v.Part("ref") + "/fairs/" + v.Part("fair")
}

type proofBody struct {
	Ref, Fair string
	Proof     *employmentv1.ProveFairEntryResponse
}

// fairProof shows the worker that the own entry is under the committed root.
func (s *pages) fairProof(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.employment.ProveFairEntry(ctx, &employmentv1.ProveFairEntryRequest{Worker: v.Path("ref"), FairId: v.Path("fair"), ApplicationId: v.Query("application")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "fair_proof", frame.Page{Title: "proof.title", Nav: "workers", Body: proofBody{v.Path("ref"), v.Path("fair"), reply}})
}
