package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
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

func (s *Site) employerFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.employerFairPage(w, r, p, http.StatusOK, nil)
}

func (s *Site) employerFairPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, refused error) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	id := r.PathValue("id")
	fair, posts, err := s.wholeFair(ctx, r.PathValue("fair"))
	if err != nil {
		return err
	}
	b := employerFairBody{ID: id, Fair: fair, Reasons: passOverReasons(), Refused: refused, Open: fair.GetState() == "open" && p.DaysUntil(fair.GetClosesOn()) >= 0}
	here := map[string]bool{}
	for _, x := range posts {
		if x.GetEmployerId() != id {
			continue
		}
		here[x.GetVacancyId()] = true
		reply, err := s.Clients.Employment.ListFairApplicants(ctx, &employmentv1.ListFairApplicantsRequest{FairId: fair.GetFairId(), VacancyId: x.GetVacancyId()})
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
	return s.render(w, r, p, status, "employer_fair", page{Title: "efair.title", Nav: "employment", Body: b})
}

// ownVacancies looks for an employer's open vacancies in a division that are not at the fair.
func (s *Site) ownVacancies(ctx context.Context, id, division string, here map[string]bool) (all []*employmentv1.Vacancy, err error) {
	county := division
	if strings.HasSuffix(division, "00") {
		county = ""
	}
	after := ""
	for range fairVacancyPages {
		reply, err := s.Clients.Employment.SearchVacancies(ctx, &employmentv1.SearchVacanciesRequest{County: county, After: after, Limit: 100})
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
func (s *Site) employerAct(w http.ResponseWriter, r *http.Request, p *words.Printer, act func(ctx context.Context) error) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	if err := act(ctx); err != nil {
		return s.employerFairPage(w, r, p, http.StatusUnprocessableEntity, err)
	}
	return back(w, r, "/employers/"+url.PathEscape(r.PathValue("id"))+"/fairs/"+url.PathEscape(r.PathValue("fair")))
}

func (s *Site) enterFairPost(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.employerAct(w, r, p, func(ctx context.Context) error {
		seats, err := strconv.ParseInt(r.PostFormValue("seats"), 10, 32)
		if err != nil {
			return errInput
		}
		_, err = s.Clients.Employment.EnterFairPost(ctx, &employmentv1.EnterFairPostRequest{FairId: r.PathValue("fair"), VacancyId: r.PostFormValue("vacancy"), Seats: int32(seats)})
		return err
	})
}

// rankFair reads the places that the employer wrote beside the numbers; a blank
// one is not ranked. Two of one place keep the order of the list.
func (s *Site) rankFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.employerAct(w, r, p, func(ctx context.Context) error {
		if err := r.ParseForm(); err != nil {
			return errInput
		}
		type ranked struct {
			number string
			place  int
		}
		var all []ranked
		for i, number := range r.PostForm["number"] {
			if i >= len(r.PostForm["place"]) || r.PostForm["place"][i] == "" {
				continue
			}
			place, err := strconv.Atoi(r.PostForm["place"][i])
			if err != nil || place < 1 {
				return errInput
			}
			all = append(all, ranked{number, place})
		}
		slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.place, b.place) })
		order := make([]string, len(all))
		for i, x := range all {
			order[i] = x.number
		}
		_, err := s.Clients.Employment.RankFairApplicants(ctx, &employmentv1.RankFairApplicantsRequest{FairId: r.PathValue("fair"), VacancyId: r.PostFormValue("vacancy"), ApplicationIds: order})
		return err
	})
}

// offerAtFair makes the usual offer on the application that an accepted interview sent.
func (s *Site) offerAtFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.employerAct(w, r, p, func(ctx context.Context) error {
		yuan, err := strconv.ParseInt(r.PostFormValue("wage"), 10, 32)
		if err != nil {
			return errInput
		}
		_, err = s.Clients.Employment.MakeOffer(ctx, &employmentv1.MakeOfferRequest{ApplicationId: r.PostFormValue("application"), WageFen: yuan * 100, StartOn: r.PostFormValue("start_on"), EndOn: r.PostFormValue("end_on")})
		return err
	})
}

func (s *Site) passOver(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.employerAct(w, r, p, func(ctx context.Context) error {
		_, err := s.Clients.Employment.PassOverProposal(ctx, &employmentv1.PassOverProposalRequest{ProposalId: r.PostFormValue("proposal"), ReasonCode: r.PostFormValue("reason")})
		return err
	})
}
