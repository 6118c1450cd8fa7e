package employment

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
)

// yuanFen reads whole yuan of a filter as fen; what cannot be read filters nothing.
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
func (s *pages) vacancies(v *frame.Visit) error {
	ctx := v.As(cases)
	f, request := filters(v.R.URL.Query())
	reply, err := s.employment.SearchVacancies(ctx, request)
	b := vacanciesBody{Tab: "vacancies", Filter: f, Err: err, All: reply.GetVacancies()}
	if next := reply.GetNext(); next != "" {
		more, _ := url.ParseQuery(f.Encode())
		more.Set("after", next)
		b.Next = "/employment?" + more.Encode()
	}
	return v.Render(http.StatusOK, "employment", frame.Page{Title: "employment.title", Nav: "employment", Body: b})
}

type vacancyBody struct {
	Vacancy *employmentv1.Vacancy
}

func (s *pages) vacancy(v *frame.Visit) error {
	ctx := v.As(cases)
	reply, err := s.employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: v.Path("vacancy")})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "vacancy", frame.Page{Title: "employment.vacancy", Nav: "employment", Body: vacancyBody{reply.GetVacancy()}})
}

type reviewsBody struct {
	Tab   string
	State string
	Err   error
	All   []*employmentv1.Review
}

// reviews lists the texts before the clerks, the longest waiting first.
func (s *pages) reviews(v *frame.Visit) error {
	ctx := v.As(cases)
	state := v.Query("state")
	reply, err := s.employment.ListReviews(ctx, &employmentv1.ListReviewsRequest{State: state})
	return v.Render(http.StatusOK, "reviews", frame.Page{Title: "reviews.title", Nav: "employment", Body: reviewsBody{"reviews", state, err, reply.GetReviews()}})
}

type reviewBody struct {
	*employmentv1.Review
	Overrule, Uphold []string // the reasons of either
	Err              error    // what was wrong with the form
}

func (s *pages) review(v *frame.Visit) error {
	return s.showReview(v, http.StatusOK, nil)
}

func (s *pages) showReview(v *frame.Visit, status int, wrong error) error {
	ctx := v.As(cases)
	reply, err := s.employment.GetReview(ctx, &employmentv1.GetReviewRequest{ReviewId: v.Path("review")})
	if err != nil {
		return err
	}
	b := reviewBody{reply.GetReview(), []string{"misread", "legal_limit", "need_of_post"}, []string{"shuts_out", "asks_money", "child_work", "misleading"}, wrong}
	return v.Render(status, "review", frame.Page{Title: "reviews.one", Nav: "employment", Body: b})
}

// decideReview is the clerk's decision. One field holds
// outcome and reason, so that no reason of the other outcome can be chosen.
func (s *pages) decideReview(v *frame.Visit) error {
	outcome, code := cut(v.Form("decision"))
	_, err := s.employment.DecideReview(v.As(cases), &employmentv1.DecideReviewRequest{ReviewId: v.Path("review"), Outcome: outcome, ReasonCode: code, Reason: v.Form("reason")})
	if err != nil {
		return s.showReview(v, http.StatusUnprocessableEntity, err)
	}
	return v.Back("/employment/reviews/" + v.Part("review"))
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
func (s *pages) seasonalNeed(v *frame.Visit) error {
	ctx := v.As(cases)
	county := v.Query("county")
	reply, err := s.employment.ListSeasonalNeed(ctx, &employmentv1.ListSeasonalNeedRequest{County: county})
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
	return v.Render(http.StatusOK, "need", frame.Page{Title: "need.title", Nav: "employment", Body: b})
}
