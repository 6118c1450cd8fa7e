package app

import (
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// The sizes of a page of courses.
const (
	usualPage   = 50
	largestPage = 200
)

// CourseQuery asks for courses in the order of their first day and id, those
// behind the mark (AfterDay, AfterID) only.
type CourseQuery struct {
	Occupation, County string // "" for any
	AfterDay           clock.Date
	AfterID            string
	Limit              int
}

// ListCourses lists the courses that begin on a day or later, today where none
// is given, and the mark of the next page, "" after the last.
func (a *App) ListCourses(s Store, occupation, county, on, after string, limit int) (page []domain.Course, next string, err error) {
	from := a.today()
	if on != "" {
		if from, err = clock.ParseDate(on); err != nil {
			return nil, "", err
		}
	}
	if limit <= 0 {
		limit = usualPage
	}
	limit = min(limit, largestPage)
	q := CourseQuery{Occupation: occupation, County: county, AfterDay: from, Limit: limit + 1}
	if after != "" {
		day, id, err := parseMark(after)
		if err != nil {
			return nil, "", err
		}
		if !day.Before(from) {
			q.AfterDay, q.AfterID = day, id
		}
	}
	page, err = s.Courses(q)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	page = page[:limit]
	last := page[limit-1]
	return page, last.StartsOn.String() + "/" + last.ID, nil
}

func parseMark(mark string) (clock.Date, string, error) {
	day, id, found := strings.Cut(mark, "/")
	d, err := clock.ParseDate(day)
	if err != nil || !found || id == "" {
		return clock.Date{}, "", domain.ErrCursor
	}
	return d, id, nil
}
