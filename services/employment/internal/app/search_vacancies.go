package app

import (
	"regexp"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const (
	searchPage    = 20
	searchPageMax = 100
)

// Search is a plain filter; blank parts filter nothing.
type Search struct {
	County     string
	Occupation string // a major group or a middle group
	WageMinFen int64  // the post must be able to pay it
	On         string // a day within the season
	Housing    bool
	Township   string
	Household  bool   // work in a household alone
	After      string // the last id of the page before
	Limit      int
}

var occupationFilter = regexp.MustCompile(`^[0-9](-[0-9]{2})?$`)

// CheckSearch returns the filter with its limit set, or ErrSearch.
func (a *App) CheckSearch(q Search) (Search, error) {
	if q.Limit <= 0 {
		q.Limit = searchPage
	}
	q.Limit = min(q.Limit, searchPageMax)
	if _, ok := a.Codes.County(q.County); q.County != "" && !ok {
		return q, domain.ErrSearch.With("field", "county")
	}
	if q.Township != "" && (q.County == "" || a.checkTownship(q.County, q.Township) != nil) {
		return q, domain.ErrSearch.With("field", "township")
	}
	if q.Occupation != "" && !occupationFilter.MatchString(q.Occupation) {
		return q, domain.ErrSearch.With("field", "occupation")
	}
	if q.WageMinFen < 0 {
		return q, domain.ErrSearch.With("field", "wage_min_fen")
	}
	if _, err := Date(q.On, domain.ErrSearch); err != nil {
		return q, domain.ErrSearch.With("field", "on")
	}
	if q.After != "" && ident.ParseUUID(q.After) != nil {
		return q, domain.ErrSearch.With("field", "after")
	}
	return q, nil
}

// SearchVacancies lists a page of open vacancies by a checked filter, newest
// first, and the mark of the next page, "" after the last.
func (a *App) SearchVacancies(s Store, q Search) (page []domain.Vacancy, next string, err error) {
	page, err = s.Search(q)
	if len(page) == q.Limit {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// SearchTag names what the cached search pages of a county, or of all
// counties, go stale with.
func SearchTag(county string) string {
	if county == "" {
		return "vacancies:all"
	}
	return "vacancies:" + county
}
