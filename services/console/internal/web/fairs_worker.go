package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
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
}

func (s *Site) workerFairs(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	b := workerFairsBody{Ref: r.PathValue("ref")}
	reply, err := s.Clients.Employment.ListFairs(ctx, &employmentv1.ListFairsRequest{})
	b.Err = err
	all := reply.GetFairs()
	all = all[:min(len(all), fairsShown)]
	b.Fairs = make([]workerFairLine, len(all))
	var wg sync.WaitGroup
	for i, f := range all {
		b.Fairs[i].Fair = f
		wg.Go(func() {
			mine, err := s.Clients.Employment.GetFairApplication(ctx, &employmentv1.GetFairApplicationRequest{Worker: b.Ref, FairId: f.GetFairId()})
			if err == nil {
				b.Fairs[i].Mine = mine.GetApplication()
			}
		})
	}
	wg.Wait()
	return s.render(w, r, p, http.StatusOK, "worker_fairs", page{Title: "wfairs.title", Nav: "workers", Body: b})
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
}

// wishWhy is one wish of the outcome with its reason.
type wishWhy struct {
	Wish    *employmentv1.FairWish
	N       int
	Got     bool
	Reasons []*platformv1.Reason
}

func (s *Site) workerFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.workerFairPage(w, r, p, http.StatusOK, nil, nil)
}

func (s *Site) workerFairPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, chosen []string, refused error) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	ref, id := r.PathValue("ref"), r.PathValue("fair")
	fair, posts, err := s.wholeFair(ctx, id)
	if err != nil {
		return err
	}
	reply, err := s.Clients.Employment.GetFairApplication(ctx, &employmentv1.GetFairApplicationRequest{Worker: ref, FairId: id})
	if err != nil {
		return err
	}
	b := workerFairBody{
		Ref: ref, Fair: fair, Posts: posts, Mine: reply.GetApplication(), Refused: refused,
		Open: fair.GetState() == "open" && p.DaysUntil(fair.GetClosesOn()) >= 0, Chosen: make([]string, fair.GetWishesMax()), Whys: whys(reply.GetApplication()), No: refusal(reply.GetApplication()),
	}
	if chosen == nil && b.Mine.GetState() != "withdrawn" {
		for _, x := range b.Mine.GetWishes() {
			chosen = append(chosen, x.GetVacancyId())
		}
	}
	copy(b.Chosen, chosen)
	b.narrow(r.URL.Query().Get("county"), p)
	return s.render(w, r, p, status, "worker_fair", page{Title: "wfair.title", Nav: "workers", Body: b})
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
	b.Places = p.StartupPlaces()
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
func (s *Site) sendWishes(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	if err := r.ParseForm(); err != nil {
		return errInput
	}
	wishes := slices.DeleteFunc(slices.Clone(r.PostForm["wish"]), func(v string) bool { return v == "" })
	reply, err := s.Clients.Employment.ApplyToFair(ctx, &employmentv1.ApplyToFairRequest{
		Worker: r.PathValue("ref"), FairId: r.PathValue("fair"), VacancyIds: wishes, Word: r.PostFormValue("word"),
	})
	if err != nil {
		return s.workerFairPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm["wish"], err)
	}
	return s.render(w, r, p, http.StatusOK, "fair_receipt", page{Title: "receipt.title", Nav: "workers", Body: receiptBody{
		Ref: r.PathValue("ref"), Fair: r.PathValue("fair"), Word: r.PostFormValue("word"), Receipt: reply,
	}})
}

func (s *Site) answerProposal(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	var err error
	switch id := r.PostFormValue("proposal"); r.PostFormValue("answer") {
	case "accept":
		_, err = s.Clients.Employment.AcceptProposal(ctx, &employmentv1.AcceptProposalRequest{ProposalId: id})
	case "decline":
		_, err = s.Clients.Employment.DeclineProposal(ctx, &employmentv1.DeclineProposalRequest{ProposalId: id})
	default:
		return errInput
	}
	if err != nil {
		return s.workerFairPage(w, r, p, http.StatusUnprocessableEntity, nil, err)
	}
	return back(w, r, workerFairPath(r))
}

func (s *Site) withdrawFromFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	if _, err := s.Clients.Employment.WithdrawFromFair(ctx, &employmentv1.WithdrawFromFairRequest{ApplicationId: r.PostFormValue("application")}); err != nil {
		return s.workerFairPage(w, r, p, http.StatusUnprocessableEntity, nil, err)
	}
	return back(w, r, workerFairPath(r))
}

func workerFairPath(r *http.Request) string {
	return "/workers/" + url.PathEscape(r.PathValue("ref")) + "/fairs/" + url.PathEscape(r.PathValue("fair"))
}

type proofBody struct {
	Ref, Fair string
	Proof     *employmentv1.ProveFairEntryResponse
}

// fairProof shows the worker that the own entry is under the committed root.
func (s *Site) fairProof(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Employment.ProveFairEntry(ctx, &employmentv1.ProveFairEntryRequest{Worker: r.PathValue("ref"), FairId: r.PathValue("fair")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "fair_proof", page{Title: "proof.title", Nav: "workers", Body: proofBody{r.PathValue("ref"), r.PathValue("fair"), reply}})
}
