package store

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

var courses = table.New(table.Spec[domain.Course]{
	Table: "course",
	Columns: func(c *domain.Course) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("provider", &c.Provider), table.Changing("reference", &c.Reference), table.Fixed("title", &c.Title),
			table.Fixed("occupation", &c.Occupation), table.Fixed("level", &c.Level), table.Changing("hours", &c.Hours), table.Changing("places", &c.Places),
			table.Changing("starts_on", &c.StartsOn), table.Fixed("kind", &c.Kind), table.Fixed("employer_uscc", &c.EmployerUSCC),
			table.Changing("subsidy_fen", &c.SubsidyFen), table.Fixed("county", &c.County), table.Changing("taken", &c.Taken),
			table.Changing("waiting", &c.Waiting), table.Changing("last_number", &c.LastNumber), table.Changing("venue", &c.Venue),
			table.Changing("contact", &c.Contact), table.Changing("ends_on", &c.EndsOn), table.Changing("cancelled", &c.Cancelled), table.Changing("reason_code", &c.Reason), table.Version(&c.Version),
		}
	},
	About: func(c *domain.Course) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Division: c.County}
	},
	Unknown: domain.ErrCourseUnknown,
	Twice:   domain.ErrReferenceTaken,
})

// AddCourse writes a course and its events, unless its provider has published
// the reference before. The insertion itself decides that, so that two imports
// of the same sheet at once agree.
func (t *inTx) AddCourse(ctx context.Context, c domain.Course, events ...domain.Event) (id string, created bool, err error) {
	if created, err = courses.Add(ctx, t.outbox, t.tx, c, events...); err != nil || created {
		return c.ID, created, err
	}
	err = t.tx.QueryRow(`SELECT id FROM course WHERE provider = $1 AND reference = $2`, c.Provider, c.Reference).Scan(&id)
	return id, false, err
}

// SameCourse finds what makes a row of a sheet the same course again.
func (t *inTx) SameCourse(c domain.Course) (domain.Course, bool, error) {
	return courses.Find(t.tx, `WHERE provider = $1 AND occupation = $2 AND title = $3 AND level = $4 AND kind = $5 AND employer_uscc = $6 AND starts_on = $7
		ORDER BY CASE WHEN reference = $8 THEN 0 ELSE 1 END, id LIMIT 1`+courses.Lock(t.tx),
		c.Provider, c.Occupation, c.Title, c.Level, c.Kind, c.EmployerUSCC, c.StartsOn.String(), c.Reference)
}

// Course loads and locks a course.
func (t *inTx) Course(id string) (domain.Course, error) { return courses.Load(t.tx, id) }

// PeekCourse reads a course without locking it.
func (t *inTx) PeekCourse(id string) (domain.Course, error) { return courses.Peek(t.tx, id) }

// SaveCourse writes a course and its events, or returns outbox.ErrStale where
// somebody else changed it since it was loaded.
func (t *inTx) SaveCourse(ctx context.Context, c domain.Course, events ...domain.Event) error {
	return courses.Save(ctx, t.outbox, t.tx, c, events...)
}

// Courses lists courses behind a mark, by first day and id.
func (t *inTx) Courses(q app.CourseQuery) ([]domain.Course, error) {
	return courses.List(t.tx, `WHERE (starts_on, id) > ($1, $2) AND ($3 = '' OR occupation = $3) AND ($4 = '' OR county = $4)
		AND ($5 = '' OR lower(title) LIKE '%' || lower($5) || '%' ESCAPE '!' OR lower(provider) LIKE '%' || lower($5) || '%' ESCAPE '!')
		AND (cancelled = 0 OR cancelled = $6) ORDER BY starts_on, id LIMIT $7`, q.AfterDay.String(), q.AfterID, q.Occupation, q.County, literally(q.Find), flag(q.Cancelled), q.Limit)
}

// literally is a text as a pattern that means it and nothing else.
func literally(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
