package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

const enrolmentColumns = `id, course_id, worker, division, state, number, version`

func scanEnrolment(s sqldb.Scanner) (e domain.Enrolment, err error) {
	err = s.Scan(&e.ID, &e.CourseID, &e.Worker, &e.Division, &e.State, &e.Number, &e.Version)
	return e, err
}

func scanID(s sqldb.Scanner) (id string, err error) {
	err = s.Scan(&id)
	return id, err
}

// Place loads and locks an enrolment and its course. The course comes first, as
// in Enrol, so that two transactions never wait for each other; which course an
// enrolment belongs to never changes.
func (t *inTx) Place(enrolmentID string) (c domain.Course, e domain.Enrolment, err error) {
	courseID, err := one(t.tx.QueryRow(`SELECT course_id FROM enrolment WHERE id = $1`, enrolmentID), scanID, domain.ErrEnrolmentUnknown)
	if err != nil {
		return c, e, err
	}
	if c, err = t.Course(courseID); err != nil {
		return c, e, err
	}
	e, err = one(t.tx.QueryRow(`SELECT `+enrolmentColumns+` FROM enrolment WHERE id = $1`+t.tx.Dialect().ForUpdate(), enrolmentID), scanEnrolment, domain.ErrEnrolmentUnknown)
	return c, e, err
}

// Enrolled reports whether the worker is in the course and has not left it.
func (t *inTx) Enrolled(courseID, worker string) (bool, error) {
	_, found, err := find(t.tx.QueryRow(`SELECT id FROM enrolment WHERE course_id = $1 AND worker = $2 AND state <> 'dropped'`, courseID, worker), scanID)
	return found, err
}

// FirstWaiting loads and locks the enrolment of who waits first.
func (t *inTx) FirstWaiting(courseID string) (domain.Enrolment, bool, error) {
	return find(t.tx.QueryRow(`SELECT `+enrolmentColumns+` FROM enrolment WHERE course_id = $1 AND state = 'waiting' ORDER BY number LIMIT 1`+t.tx.Dialect().ForUpdate(), courseID), scanEnrolment)
}

// SaveEnrolment writes an enrolment and its events. It returns
// domain.ErrEnrolledTwice where the worker is in the course already, and
// outbox.ErrStale where somebody else changed it since it was loaded.
func (t *inTx) SaveEnrolment(ctx context.Context, e domain.Enrolment, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO enrolment (`+enrolmentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, number = excluded.number, version = excluded.version
		WHERE enrolment.version = $8`,
		e.ID, e.CourseID, e.Worker, e.Division, string(e.State), e.Number, e.Version+int64(max(1, len(events))), e.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrEnrolledTwice.Because(err)
	}
	if err := changed(n, err); err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: e.ID, Version: e.Version, Worker: e.Worker, Division: e.Division}, messages(events)...)
}

// OpenEnrolments lists the worker's enrolments that can still be left, course by course.
func (t *inTx) OpenEnrolments(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM enrolment WHERE worker = $1 AND state IN ('confirmed', 'waiting', 'offered') ORDER BY course_id, id`, worker)
}

// EnrolmentsOf lists a worker's enrolments, oldest first.
func (t *inTx) EnrolmentsOf(worker string) ([]app.EnrolmentLine, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (l app.EnrolmentLine, err error) {
		var starts string
		if err = s.Scan(&l.ID, &l.CourseID, &l.Worker, &l.Division, &l.State, &l.Number, &l.Version, &l.Title, &starts, &l.Position); err != nil {
			return l, err
		}
		l.StartsOn, err = clock.ParseDate(starts)
		return l, err
	}, `SELECT e.id, e.course_id, e.worker, e.division, e.state, e.number, e.version, c.title, c.starts_on,
		CASE WHEN e.state = 'waiting' THEN (SELECT count(*) FROM enrolment o WHERE o.course_id = e.course_id AND o.state = 'waiting' AND o.number <= e.number) ELSE 0 END
		FROM enrolment e JOIN course c ON c.id = e.course_id WHERE e.worker = $1 ORDER BY e.id`, worker)
}
