package fairs

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// fairVacancyPages bounds how far an employer's own vacancies are looked for.
const fairVacancyPages = 5

type employerFairBody struct {
	ID      string
	Fair    *employmentv1.Fair
	Posts   []employerPost
	Others  []*employmentv1.Vacancy // the employer's, not at the fair
	Open    bool                    // posts can be entered
	Reasons []string
	Refused error
}

type employerPost struct {
	Post       *employmentv1.FairPost
	Applicants []*employmentv1.FairApplicant
}

// passOverReasons are offered in the form; the service checks them against its rule.
func passOverReasons() []string {
	return []string{"no_interview", "certificate_missing", "post_gone", "agreed_otherwise"}
}

func (s *pages) employerFair(v *frame.Visit) error {
	return s.employerFairPage(v, http.StatusOK, nil)
}

func (s *pages) employerFairPage(v *frame.Visit, status int, refused error) error {
	ctx := v.As(frame.Recruit)
	id := v.Path("id")
	fair, posts, err := s.wholeFair(ctx, v.Path("fair"))
	if err != nil {
		return err
	}
	b := employerFairBody{ID: id, Fair: fair, Reasons: passOverReasons(), Refused: refused, Open: fair.GetState() == "open" && v.P.DaysUntil(fair.GetClosesOn()) >= 0}
	here := map[string]bool{}
	for _, x := range posts {
		if x.GetEmployerId() != id {
			continue
		}
		here[x.GetVacancyId()] = true
		reply, err := s.employment.ListFairApplicants(ctx, &employmentv1.ListFairApplicantsRequest{FairId: fair.GetFairId(), VacancyId: x.GetVacancyId()})
		if err != nil {
			return err
		}
		b.Posts = append(b.Posts, employerPost{x, reply.GetApplicants()})
	}
	if b.Open {
		if b.Others, err = s.ownVacancies(ctx, id, fair.GetDivision(), here); err != nil {
			return err
		}
	}
	return v.Render(status, "employer_fair", frame.Page{Title: "efair.title", Nav: "employment", Body: b})
}

// ownVacancies looks for an employer's open vacancies in a division that are not at the fair.
func (s *pages) ownVacancies(ctx context.Context, id, division string, here map[string]bool) (all []*employmentv1.Vacancy, err error) {
	county := division
	if strings.HasSuffix(division, "00") {
		county = ""
	}
	after := ""
	for range fairVacancyPages {
		reply, err := s.employment.SearchVacancies(ctx, &employmentv1.SearchVacanciesRequest{County: county, After: after, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, v := range reply.GetVacancies() {
			if v.GetEmployerId() == id && !here[v.GetVacancyId()] {
				all = append(all, v)
			}
		}
		if after = reply.GetNext(); after == "" {
			break
		}
	}
	return all, nil
}

// employerAct does what an employer does at a fair, and shows the page again.
func (s *pages) employerAct(v *frame.Visit, act func(ctx context.Context) error) error {
	ctx := v.As(frame.Recruit)
	if err := act(ctx); err != nil {
		return s.employerFairPage(v, http.StatusUnprocessableEntity, err)
	}
	return v.Back("/employers/" + v.Part("id") + "/fairs/" + v.Part("fair"))
}

// mostSeats is more than a post has seats, or applicants; the service knows how many.
const mostSeats = 100_000

func (s *pages) enterFairPost(v *frame.Visit) error {
	return s.employerAct(v, func(ctx context.Context) error {
		seats, err := v.Whole("seats", mostSeats)
		if err != nil {
			return err
		}
		_, err = s.employment.EnterFairPost(ctx, &employmentv1.EnterFairPostRequest{FairId: v.Path("fair"), VacancyId: v.Form("vacancy"), Seats: seats})
		return err
	})
}

// rankFair reads the places that the employer wrote beside the numbers; a blank
// one is not ranked. Two of one place keep the order of the list.
func (s *pages) rankFair(v *frame.Visit) error {
	return s.employerAct(v, func(ctx context.Context) error {
		type ranked struct {
			number string
			place  int
		}
		var all []ranked
		for i, number := range v.R.PostForm["number"] {
			if i >= len(v.R.PostForm["place"]) || v.R.PostForm["place"][i] == "" {
				continue
			}
			place, err := strconv.Atoi(v.R.PostForm["place"][i])
			if err != nil || place < 1 {
				return frame.ErrInput
			}
			all = append(all, ranked{number, place})
		}
		slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.place, b.place) })
		order := make([]string, len(all))
		for i, x := range all {
			order[i] = x.number
		}
		_, err := s.employment.RankFairApplicants(ctx, &employmentv1.RankFairApplicantsRequest{FairId: v.Path("fair"), VacancyId: v.Form("vacancy"), ApplicationIds: order})
		return err
	})
}

// offerAtFair makes the usual offer on the application that an accepted interview sent.
func (s *pages) offerAtFair(v *frame.Visit) error {
	return s.employerAct(v, func(ctx context.Context) error {
		wage, err := v.Yuan("wage")
		if err != nil {
			return err
		}
		_, err = s.employment.MakeOffer(ctx, &employmentv1.MakeOfferRequest{ApplicationId: v.Form("application"), WageFen: wage, StartOn: v.Form("start_on"), EndOn: v.Form("end_on")})
		return err
	})
}

func (s *pages) passOver(v *frame.Visit) error {
	return s.employerAct(v, func(ctx context.Context) error {
		_, err := s.employment.PassOverProposal(ctx, &employmentv1.PassOverProposalRequest{ProposalId: v.Form("proposal"), ReasonCode: v.Form("reason")})
		return err
	})
}
