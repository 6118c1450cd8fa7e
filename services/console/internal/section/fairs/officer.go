package fairs

import (
	"context"
	"net/http"
	"net/url"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// resultsShown bounds what a page shows of a draw; the rest is in the bundle.
const resultsShown = 500

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

func (s *pages) fairs(v *frame.Visit) error {
	return s.fairsPage(v, http.StatusOK, url.Values{}, nil)
}

func (s *pages) fairsPage(v *frame.Visit, status int, form url.Values, refused error) error {
	ctx := v.As(cases)
	reply, err := s.employment.ListFairs(ctx, &employmentv1.ListFairsRequest{})
	b := fairsBody{Err: err, Fairs: reply.GetFairs(), Campaigns: fairCampaigns(), Places: v.P.Divisions(), Form: form, Refused: refused}
	return v.Render(status, "fairs", frame.Page{Title: "fairs.title", Nav: "employment", Body: b})
}

func (s *pages) planFair(v *frame.Visit) error {
	f := v.Form
	reply, err := s.employment.PlanFair(v.As(cases), &employmentv1.PlanFairRequest{
		Campaign: f("campaign"), Division: f("division"), StartsOn: f("starts_on"), EndsOn: f("ends_on"), ClosesOn: f("closes_on"), MatchOn: f("match_on"),
		Tie: f("tie"), FigureName: f("figure_name"), Venue: f("venue"), Hours: f("opens_at") + "-" + f("shuts_at"),
	})
	if err == nil {
		return v.Back("/employment/fairs/" + reply.GetFairId())
	}
	return s.fairsPage(v, http.StatusUnprocessableEntity, v.R.PostForm, err)
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

func (s *pages) fair(v *frame.Visit) error {
	return s.fairPage(v, http.StatusOK, nil)
}

func (s *pages) fairPage(v *frame.Visit, status int, refused error) error {
	ctx := v.As(cases)
	fair, posts, err := s.wholeFair(ctx, v.Path("fair"))
	if err != nil {
		return err
	}
	b := fairBody{Fair: fair, Posts: posts, Titles: byVacancy(posts), Refused: refused, Lists: fair.GetState() == "open" && v.P.DaysUntil(fair.GetClosesOn()) >= 0}
	b.Closing = fair.GetState() == "open" && (!b.Lists || fair.GetClosesOn() == fair.GetMatchOn())
	b.Reasons, b.Faults, b.Lines = []string{"dates", "venue", "figure", "law", "other"}, []string{"rank", "seats", "figure", "procedure"}, frame.MendLines()
	if fair.GetState() == "matched" {
		reply, err := s.employment.ListFairResults(ctx, &employmentv1.ListFairResultsRequest{FairId: fair.GetFairId()})
		if err != nil {
			return err
		}
		b.Results, b.More = reply.GetResults(), len(reply.GetResults()) >= resultsShown
	}
	return v.Render(status, "fair", frame.Page{Title: "fair.title", Nav: "employment", Body: b})
}

// wholeFair reads a fair with all its posts.
func (s *pages) wholeFair(ctx context.Context, id string) (*employmentv1.Fair, []*employmentv1.FairPost, error) {
	var posts []*employmentv1.FairPost
	after := ""
	for {
		reply, err := s.employment.GetFair(ctx, &employmentv1.GetFairRequest{FairId: id, After: after})
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
func (s *pages) fairAct(v *frame.Visit, act func(ctx context.Context, fair string) error) error {
	if err := act(v.As(cases), v.Path("fair")); err != nil {
		return s.fairPage(v, http.StatusUnprocessableEntity, err)
	}
	return v.Back("/employment/fairs/" + v.Part("fair"))
}

func (s *pages) closeFair(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		_, err := s.employment.CloseFair(ctx, &employmentv1.CloseFairRequest{FairId: fair, MatchOn: v.Form("match_on")})
		return err
	})
}

func (s *pages) enterFigure(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		_, err := s.employment.EnterFairFigure(ctx, &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: v.Form("figure")})
		return err
	})
}

func (s *pages) drawFair(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		_, err := s.employment.DrawFair(ctx, &employmentv1.DrawFairRequest{FairId: fair, Figure: v.Form("figure")})
		return err
	})
}

func (s *pages) secondPass(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		_, err := s.employment.RunSecondPass(ctx, &employmentv1.RunSecondPassRequest{FairId: fair})
		return err
	})
}

// fairBundle hands the published bundle on, part by part.
func (s *pages) fairBundle(v *frame.Visit) error {
	var offset int64
	for {
		reply, err := s.employment.GetFairBundle(v.Public(), &employmentv1.GetFairBundleRequest{FairId: v.Path("fair"), Offset: offset})
		if offset == 0 {
			if err != nil {
				return err
			}
			if len(reply.GetData()) == 0 {
				return frame.ErrNoPage
			}
			v.Download("lottery.txt")
		}
		if err != nil {
			panic(http.ErrAbortHandler) // half a bundle must not look like a whole one
		}
		if _, err := v.W.Write(reply.GetData()); err != nil {
			return nil // the visitor is gone
		}
		if offset = reply.GetNextOffset(); offset == 0 {
			return nil
		}
	}
}
