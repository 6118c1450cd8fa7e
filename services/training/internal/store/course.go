package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

const courseColumns = `id, provider, reference, title, occupation, level, hours, places, starts_on, kind, employer_uscc, subsidy_fen, county, taken, waiting, last_number, version`

func scanCourse(s sqldb.Scanner) (c domain.Course, err error) {
	var starts string
	if err = s.Scan(&c.ID, &c.Provider, &c.Reference, &c.Title, &c.Occupation, &c.Level, &c.Hours, &c.Places, &starts, &c.Kind,
		&c.EmployerUSCC, &c.SubsidyFen, &c.County, &c.Taken, &c.Waiting, &c.LastNumber, &c.Version); err != nil {
		return c, err
	}
	c.StartsOn, err = clock.ParseDate(starts)
	return c, err
}

// AddCourse writes a course and its events, unless its provider has published
// the reference before. The insertion itself decides that, so that two imports
// of the same sheet at once agree.
func (t *inTx) AddCourse(ctx context.Context, c domain.Course, events ...domain.Event) (id string, created bool, err error) {
	n, err := t.tx.Exec(`INSERT INTO course (`+courseColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (provider, reference) DO NOTHING`,
		c.ID, c.Provider, c.Reference, c.Title, c.Occupation, c.Level, c.Hours, c.Places, c.StartsOn.String(), c.Kind,
		c.EmployerUSCC, c.SubsidyFen, c.County, c.Taken, c.Waiting, c.LastNumber, c.Version+int64(max(1, len(events))))
	if err != nil {
		return "", false, err
	}
	if n == 0 {
		err := t.tx.QueryRow(`SELECT id FROM course WHERE provider = $1 AND reference = $2`, c.Provider, c.Reference).Scan(&id)
		return id, false, err
	}
	return c.ID, true, t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Division: c.County}, messages(events)...)
}

// SameCourse finds what makes a row of a sheet the same course again.
func (t *inTx) SameCourse(c domain.Course) (domain.Course, bool, error) {
	return find(t.tx.QueryRow(`SELECT `+courseColumns+` FROM course
		WHERE provider = $1 AND occupation = $2 AND title = $3 AND level = $4 AND kind = $5 AND employer_uscc = $6 AND starts_on = $7
		ORDER BY CASE WHEN reference = $8 THEN 0 ELSE 1 END, id LIMIT 1`+t.tx.Dialect().ForUpdate(),
		c.Provider, c.Occupation, c.Title, c.Level, c.Kind, c.EmployerUSCC, c.StartsOn.String(), c.Reference), scanCourse)
}

// CorrectCourse writes a corrected course and its events, or returns
// outbox.ErrStale where somebody else changed it since it was loaded.
func (t *inTx) CorrectCourse(ctx context.Context, c domain.Course, events ...domain.Event) (domain.Course, error) {
	was := c.Version
	c.Version += int64(max(1, len(events)))
	err := changed(t.tx.Exec(`UPDATE course SET reference = $1, hours = $2, places = $3, subsidy_fen = $4, version = $5 WHERE id = $6 AND version = $7`,
		c.Reference, c.Hours, c.Places, c.SubsidyFen, c.Version, c.ID, was))
	if err != nil {
		return c, err
	}
	return c, t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: was, Division: c.County}, messages(events)...)
}

// Course loads and locks a course.
func (t *inTx) Course(id string) (domain.Course, error) {
	return one(t.tx.QueryRow(`SELECT `+courseColumns+` FROM course WHERE id = $1`+t.tx.Dialect().ForUpdate(), id), scanCourse, domain.ErrCourseUnknown)
}

// SaveCourse writes a course's counts, or returns outbox.ErrStale where somebody
// else changed it since it was loaded.
func (t *inTx) SaveCourse(c domain.Course) error {
	return changed(t.tx.Exec(`UPDATE course SET taken = $1, waiting = $2, last_number = $3, version = $4 WHERE id = $5 AND version = $6`,
		c.Taken, c.Waiting, c.LastNumber, c.Version+1, c.ID, c.Version))
}

// Courses lists courses behind a mark, by first day and id.
func (t *inTx) Courses(q app.CourseQuery) ([]domain.Course, error) {
	return sqldb.Collect(t.tx, scanCourse, `SELECT `+courseColumns+` FROM course
		WHERE (starts_on, id) > ($1, $2) AND ($3 = '' OR occupation = $3) AND ($4 = '' OR county = $4)
		ORDER BY starts_on, id LIMIT $5`,
		q.AfterDay.String(), q.AfterID, q.Occupation, q.County, q.Limit)
}
