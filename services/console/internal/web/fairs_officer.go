package web

import (
	"context"
	"net/http"
	"net/url"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// resultsShown bounds what a page shows of a draw; the rest is in the bundle.
const resultsShown = 500

// fairRoutes are the pages of job fairs: the officer's, the worker's and the employer's.
func (s *Site) fairRoutes(page func(pattern string, h handler)) {
	page("GET /employment/fairs", s.fairs)
	page("POST /employment/fairs", s.planFair)
	page("GET /employment/fairs/{fair}", s.fair)
	page("POST /employment/fairs/{fair}/close", s.closeFair)
	page("POST /employment/fairs/{fair}/change", s.changeFair)
	page("POST /employment/fairs/{fair}/cancel", s.cancelFair)
	page("POST /employment/fairs/{fair}/correct", s.correctFair)
	page("POST /employment/fairs/{fair}/correction", s.decideFairCorrection)
	page("POST /employment/fairs/{fair}/figure", s.enterFigure)
	page("POST /employment/fairs/{fair}/draw", s.drawFair)
	page("POST /employment/fairs/{fair}/second", s.secondPass)
	page("GET /employment/fairs/{fair}/bundle", s.fairBundle)
	page("GET /workers/{ref}/fairs", s.workerFairs)
	page("GET /workers/{ref}/fairs/{fair}", s.workerFair)
	page("POST /workers/{ref}/fairs/{fair}/wishes", s.sendWishes)
	page("POST /workers/{ref}/fairs/{fair}/answer", s.answerProposal)
	page("POST /workers/{ref}/fairs/{fair}/withdraw", s.withdrawFromFair)
	page("GET /workers/{ref}/fairs/{fair}/proof", s.fairProof)
	page("GET /employers/{id}/fairs/{fair}", s.employerFair)
	page("POST /employers/{id}/fairs/{fair}/post", s.enterFairPost)
	page("POST /employers/{id}/fairs/{fair}/rank", s.rankFair)
	page("POST /employers/{id}/fairs/{fair}/offer", s.offerAtFair)
	page("POST /employers/{id}/fairs/{fair}/pass", s.passOver)
}

// fairDesk is an officer who looks and signs nothing.
func fairDesk(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Staff(r.Context(), "hrss", "console-hrss", "case_handling", "PIPL 13(3)"), patience)
}

// fairSigning is the context of an officer who gave a staff number.
func fairSigning(r *http.Request) (context.Context, context.CancelFunc, error) {
	officer, err := staffOf(r, "officer")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(call.Staff(r.Context(), "hrss", officer, "case_handling", "PIPL 13(3)"), 5*patience)
	return ctx, cancel, nil
}

type fairsBody struct {
	Err       error
	Fairs     []*employmentv1.Fair
	Campaigns []string
	Places    []words.Division
	Form      url.Values // what was entered, where it was not taken
	Refused   error
}

// fairCampaigns are offered in the form; the service checks them against its rule.
func fairCampaigns() []string {
	return []string{"spring_breeze", "private_firms_week", "employment_help_month", "hometown_fair"}
}

func (s *Site) fairs(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairsPage(w, r, p, http.StatusOK, url.Values{}, nil)
}

func (s *Site) fairsPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, form url.Values, refused error) error {
	ctx, cancel := fairDesk(r)
	defer cancel()
	reply, err := s.Clients.Employment.ListFairs(ctx, &employmentv1.ListFairsRequest{})
	b := fairsBody{Err: err, Fairs: reply.GetFairs(), Campaigns: fairCampaigns(), Places: p.FairPlaces(), Form: form, Refused: refused}
	return s.render(w, r, p, status, "fairs", page{Title: "fairs.title", Nav: "employment", Body: b})
}

func (s *Site) planFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel, err := fairSigning(r)
	if err == nil {
		defer cancel()
		f := r.PostFormValue
		var reply *employmentv1.PlanFairResponse
		if reply, err = s.Clients.Employment.PlanFair(ctx, &employmentv1.PlanFairRequest{
			Campaign: f("campaign"), Division: f("division"), StartsOn: f("starts_on"), EndsOn: f("ends_on"), ClosesOn: f("closes_on"), MatchOn: f("match_on"),
			Tie: f("tie"), FigureName: f("figure_name"), Venue: f("venue"), Hours: f("opens_at") + "-" + f("shuts_at"),
		}); err == nil {
			return back(w, r, "/employment/fairs/"+reply.GetFairId())
		}
	}
	return s.fairsPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, err)
}

type fairBody struct {
	Fair    *employmentv1.Fair
	Posts   []*employmentv1.FairPost
	Titles  map[string]*employmentv1.FairPost
	Results []*employmentv1.FairResult
	More    bool
	Lists   bool // posts and wishes still come in
	Closing bool // the list can be locked as far as the days go
	Refused error
	Reasons []string // for a change or a cancellation
	Faults  []string
	Lines   []int // of the form of a correction
}

func (s *Site) fair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairPage(w, r, p, http.StatusOK, nil)
}

func (s *Site) fairPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, refused error) error {
	ctx, cancel := fairDesk(r)
	defer cancel()
	fair, posts, err := s.wholeFair(ctx, r.PathValue("fair"))
	if err != nil {
		return err
	}
	b := fairBody{Fair: fair, Posts: posts, Titles: byVacancy(posts), Refused: refused, Lists: fair.GetState() == "open" && p.DaysUntil(fair.GetClosesOn()) >= 0}
	b.Closing = fair.GetState() == "open" && (!b.Lists || fair.GetClosesOn() == fair.GetMatchOn())
	b.Reasons, b.Faults, b.Lines = []string{"dates", "venue", "figure", "law", "other"}, []string{"rank", "seats", "figure", "procedure"}, []int{1, 2, 3}
	if fair.GetState() == "matched" {
		reply, err := s.Clients.Employment.ListFairResults(ctx, &employmentv1.ListFairResultsRequest{FairId: fair.GetFairId()})
		if err != nil {
			return err
		}
		b.Results, b.More = reply.GetResults(), len(reply.GetResults()) >= resultsShown
	}
	return s.render(w, r, p, status, "fair", page{Title: "fair.title", Nav: "employment", Body: b})
}

// wholeFair reads a fair with all its posts.
func (s *Site) wholeFair(ctx context.Context, id string) (*employmentv1.Fair, []*employmentv1.FairPost, error) {
	var posts []*employmentv1.FairPost
	after := ""
	for {
		reply, err := s.Clients.Employment.GetFair(ctx, &employmentv1.GetFairRequest{FairId: id, After: after})
		if err != nil {
			return nil, nil, err
		}
		posts = append(posts, reply.GetPosts()...)
		if after = reply.GetNext(); after == "" {
			return reply.GetFair(), posts, nil
		}
	}
}

func byVacancy(posts []*employmentv1.FairPost) map[string]*employmentv1.FairPost {
	all := make(map[string]*employmentv1.FairPost, len(posts))
	for _, p := range posts {
		all[p.GetVacancyId()] = p
	}
	return all
}

// fairAct does what an officer signs, and shows the fair again: with what stood
// in the way where it was refused.
func (s *Site) fairAct(w http.ResponseWriter, r *http.Request, p *words.Printer, act func(ctx context.Context, fair string) error) error {
	ctx, cancel, err := fairSigning(r)
	if err == nil {
		defer cancel()
		err = act(ctx, r.PathValue("fair"))
	}
	if err != nil {
		return s.fairPage(w, r, p, http.StatusUnprocessableEntity, err)
	}
	return back(w, r, "/employment/fairs/"+url.PathEscape(r.PathValue("fair")))
}

func (s *Site) closeFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		_, err := s.Clients.Employment.CloseFair(ctx, &employmentv1.CloseFairRequest{FairId: fair, MatchOn: r.PostFormValue("match_on")})
		return err
	})
}

func (s *Site) enterFigure(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		_, err := s.Clients.Employment.EnterFairFigure(ctx, &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: r.PostFormValue("figure")})
		return err
	})
}

func (s *Site) drawFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		_, err := s.Clients.Employment.DrawFair(ctx, &employmentv1.DrawFairRequest{FairId: fair, Figure: r.PostFormValue("figure")})
		return err
	})
}

func (s *Site) secondPass(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		_, err := s.Clients.Employment.RunSecondPass(ctx, &employmentv1.RunSecondPassRequest{FairId: fair})
		return err
	})
}

// fairBundle hands the published bundle on, part by part.
func (s *Site) fairBundle(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := fairDesk(r)
	defer cancel()
	var offset int64
	for {
		reply, err := s.Clients.Employment.GetFairBundle(ctx, &employmentv1.GetFairBundleRequest{FairId: r.PathValue("fair"), Offset: offset})
		if offset == 0 {
			if err != nil {
				return err
			}
			if len(reply.GetData()) == 0 {
				return errNoPage
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="lottery.txt"`)
		}
		if err != nil {
			return nil // the file is cut short, and says so when it is verified
		}
		if _, err := w.Write(reply.GetData()); err != nil {
			return nil // the visitor is gone
		}
		if offset = reply.GetNextOffset(); offset == 0 {
			return nil
		}
	}
}
