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
	Find               string // part of the title or of the provider's name
	Cancelled          bool   // those too that were cancelled
	AfterDay           clock.Date
	AfterID            string
	Limit              int
}

// ListCourses lists the courses that begin on a day or later, today where none
// is given, and the mark of the next page, "" after the last.
func (a *App) ListCourses(s Store, q CourseQuery, on, after string) (page []domain.Course, next string, err error) {
	from := a.today()
	if on != "" {
		if from, err = clock.ParseDate(on); err != nil {
			return nil, "", err
		}
	}
	limit := usualPage
	if q.Limit > 0 {
		limit = min(q.Limit, largestPage)
	}
	q.AfterDay, q.Limit = from, limit+1
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
