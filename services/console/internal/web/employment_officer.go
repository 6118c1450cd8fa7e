package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/chart"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// employmentRoutes is the pages of the employment department: the officer's,
// the worker's and the employer's.
func (s *Site) employmentRoutes(page func(pattern string, h handler)) {
	page("GET /employment", s.vacancies)
	page("GET /employment/vacancies/{vacancy}", s.vacancy)
	page("GET /employment/reviews", s.reviews)
	page("GET /employment/reviews/{review}", s.review)
	page("POST /employment/reviews/{review}", s.decideReview)
	page("GET /employment/need", s.seasonalNeed)

	page("GET /workers/{ref}/jobs", s.jobs)
	page("GET /workers/{ref}/jobs/{vacancy}", s.job)
	page("POST /workers/{ref}/jobs/{vacancy}/apply", s.applyForJob)
	page("POST /workers/{ref}/jobs/answer", s.answerEmployer)
	page("GET /workers/{ref}/wishes", s.wishes)
	page("POST /workers/{ref}/wishes", s.saveWishes)

	page("GET /employers/{id}", s.employer)
	page("GET /employers/{id}/post", s.postForm)
	page("POST /employers/{id}/post", s.post)
	page("GET /employers/{id}/vacancies/{vacancy}", s.applicants)
	page("POST /employers/{id}/vacancies/{vacancy}/close", s.closeVacancy)
	page("POST /employers/{id}/invite", s.invite)
	page("GET /employers/{id}/need", s.needForm)
	page("POST /employers/{id}/need", s.reportNeed)
}

// asHRSS is an officer of the employment department who looks.
func asHRSS(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Counter(r.Context(), "hrss", "", "case_handling", "PIPL 13(3)"), patience)
}

// yuanFen reads whole yuan as fen; what cannot be read is 0, which filters and
// wishes nothing.
func yuanFen(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 10_000_000 {
		return 0
	}
	return n * 100
}

type vacanciesBody struct {
	Tab    string
	Filter url.Values
	Err    error
	All    []*employmentv1.Vacancy
	Next   string // the link to the next page
}

// filters keeps of a query what filters vacancies, so that the page's address is a link to share.
func filters(q url.Values) (url.Values, *employmentv1.SearchVacanciesRequest) {
	f := url.Values{}
	for _, name := range []string{"county", "occupation", "wage", "on", "housing", "household"} {
		if v := q.Get(name); v != "" {
			f.Set(name, v)
		}
	}
	return f, &employmentv1.SearchVacanciesRequest{
		County: q.Get("county"), Occupation: q.Get("occupation"), WageMinFen: yuanFen(q.Get("wage")), On: q.Get("on"),
		Housing: q.Get("housing") == "yes", HouseholdService: q.Get("household") == "yes", After: q.Get("after"),
	}
}

// vacancies lists open vacancies by plain filters, newest first.
func (s *Site) vacancies(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asHRSS(r)
	defer cancel()
	f, request := filters(r.URL.Query())
	reply, err := s.Clients.Employment.SearchVacancies(ctx, request)
	b := vacanciesBody{Tab: "vacancies", Filter: f, Err: err, All: reply.GetVacancies()}
	if next := reply.GetNext(); next != "" {
		more, _ := url.ParseQuery(f.Encode())
		more.Set("after", next)
		b.Next = "/employment?" + more.Encode()
	}
	return s.render(w, r, p, http.StatusOK, "employment", page{Title: "employment.title", Nav: "employment", Body: b})
}

type vacancyBody struct {
	Vacancy *employmentv1.Vacancy
}

func (s *Site) vacancy(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asHRSS(r)
	defer cancel()
	reply, err := s.Clients.Employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: r.PathValue("vacancy")})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "employment_vacancy", page{Title: "employment.vacancy", Nav: "employment", Body: vacancyBody{reply.GetVacancy()}})
}

type reviewsBody struct {
	Tab   string
	State string
	Err   error
	All   []*employmentv1.Review
}

// reviews lists the texts before the clerks, the longest waiting first.
func (s *Site) reviews(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asHRSS(r)
	defer cancel()
	state := r.URL.Query().Get("state")
	reply, err := s.Clients.Employment.ListReviews(ctx, &employmentv1.ListReviewsRequest{State: state})
	return s.render(w, r, p, http.StatusOK, "employment_reviews", page{Title: "reviews.title", Nav: "employment", Body: reviewsBody{"reviews", state, err, reply.GetReviews()}})
}

type reviewBody struct {
	*employmentv1.Review
	Overrule, Uphold []string // the reasons of either
	Err              error    // what was wrong with the form
}

func (s *Site) review(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.showReview(w, r, p, http.StatusOK, nil)
}

func (s *Site) showReview(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, wrong error) error {
	ctx, cancel := asHRSS(r)
	defer cancel()
	reply, err := s.Clients.Employment.GetReview(ctx, &employmentv1.GetReviewRequest{ReviewId: r.PathValue("review")})
	if err != nil {
		return err
	}
	b := reviewBody{reply.GetReview(), []string{"misread", "legal_limit", "need_of_post"}, []string{"shuts_out", "asks_money", "child_work", "misleading"}, wrong}
	return s.render(w, r, p, status, "employment_review", page{Title: "reviews.one", Nav: "employment", Body: b})
}

// decideReview is the clerk's decision, under a staff number. One field holds
// outcome and reason, so that no reason of the other outcome can be chosen.
func (s *Site) decideReview(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	staff, err := staffOf(r, "officer")
	if err != nil {
		return s.showReview(w, r, p, http.StatusUnprocessableEntity, err)
	}
	ctx, cancel := context.WithTimeout(call.Clerk(r.Context(), "hrss", staff), 5*patience)
	defer cancel()
	outcome, code := cut(r.PostFormValue("decision"))
	_, err = s.Clients.Employment.DecideReview(ctx, &employmentv1.DecideReviewRequest{ReviewId: r.PathValue("review"), Outcome: outcome, ReasonCode: code, Reason: r.PostFormValue("reason")})
	if err != nil {
		return s.showReview(w, r, p, http.StatusUnprocessableEntity, err)
	}
	return back(w, r, "/employment/reviews/"+url.PathEscape(r.PathValue("review")))
}

type needBody struct {
	Tab    string
	County string
	Err    error
	Months []needMonth
	Sums   []*employmentv1.NeedSum
	Top    needMonth // the month in which most are needed
}

// needMonth is one bar of the chart.
type needMonth struct {
	Month string
	Count int
	Width int // thousandths of the longest
}

// monthAfter is the month after one; where that cannot be read, last.
func monthAfter(month, last string) string {
	d, err := clock.ParseDate(month + "-01")
	if err != nil {
		return last
	}
	return d.AddMonths(1).String()[:len("2006-01")]
}

// seasonalNeed shows how many workers are needed, by month with a chart, and
// in full as a table. It names no employer.
func (s *Site) seasonalNeed(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asHRSS(r)
	defer cancel()
	county := r.URL.Query().Get("county")
	reply, err := s.Clients.Employment.ListSeasonalNeed(ctx, &employmentv1.ListSeasonalNeedRequest{County: county})
	b := needBody{Tab: "need", County: county, Err: err, Sums: reply.GetSums()}
	for _, n := range b.Sums {
		for len(b.Months) == 0 || b.Months[len(b.Months)-1].Month < n.GetMonth() { // a month without need has its bar too
			next := n.GetMonth()
			if len(b.Months) > 0 {
				next = monthAfter(b.Months[len(b.Months)-1].Month, next)
			}
			b.Months = append(b.Months, needMonth{Month: next})
		}
		b.Months[len(b.Months)-1].Count += int(n.GetCount())
	}
	counts := make([]int, len(b.Months))
	for i, m := range b.Months {
		counts[i] = m.Count
		if m.Count > b.Top.Count {
			b.Top = m
		}
	}
	for i, share := range chart.Shares(counts) {
		b.Months[i].Width = share
	}
	return s.render(w, r, p, http.StatusOK, "employment_need", page{Title: "need.title", Nav: "employment", Body: b})
}
