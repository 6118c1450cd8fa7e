package store

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

var enrolments = table.New(table.Spec[domain.Enrolment]{
	Table: "enrolment",
	Columns: func(e *domain.Enrolment) []table.Column {
		return []table.Column{
			table.Key("id", &e.ID), table.Fixed("course_id", &e.CourseID), table.Fixed("worker", &e.Worker), table.Fixed("division", &e.Division),
			table.Changing("state", &e.State), table.Changing("number", &e.Number), table.Changing("offer_id", &e.OfferID),
			table.Changing("offer_state", &e.Offer.State), table.Changing("answer_days", &e.Offer.AnswerDays), table.Changing("offered_at", &e.Offer.MadeAt),
			table.Changing("answer_by", &e.Offer.AnswerBy), table.Changing("accepted_at", &e.Offer.AcceptedAt), table.Changing("in_person", &e.Offer.InPerson),
			table.Version(&e.Version),
		}
	},
	About: func(e *domain.Enrolment) outbox.Subject {
		return outbox.Subject{Aggregate: e.ID, Worker: e.Worker, Division: e.Division}
	},
	Unknown: domain.ErrEnrolmentUnknown,
	Twice:   domain.ErrEnrolledTwice,
})

// Place loads and locks an enrolment and its course. The course comes first, as
// in Enrol, so that two transactions never wait for each other; which course an
// enrolment belongs to never changes.
func (t *inTx) Place(enrolmentID string) (c domain.Course, e domain.Enrolment, err error) {
	if e, err = enrolments.Peek(t.tx, enrolmentID); err != nil {
		return c, e, err
	}
	if c, err = t.Course(e.CourseID); err != nil {
		return c, e, err
	}
	e, err = enrolments.Load(t.tx, enrolmentID)
	return c, e, err
}

// Enrolled reports whether the worker is in the course and has not left it.
func (t *inTx) Enrolled(courseID, worker string) (bool, error) {
	_, found, err := enrolments.Find(t.tx, `WHERE course_id = $1 AND `+person.Whose("worker", 2)+` AND state <> 'dropped'`, courseID, worker)
	return found, err
}

// FirstWaiting loads and locks the enrolment of who waits first behind a number. Who
// is recorded as dead is passed over and keeps the number.
func (t *inTx) FirstWaiting(courseID string, behind int) (domain.Enrolment, bool, error) {
	return enrolments.Find(t.tx, `WHERE course_id = $1 AND state = 'waiting' AND number > $2 AND NOT `+account.OfTheDead("enrolment.worker")+` ORDER BY number LIMIT 1`+enrolments.Lock(t.tx), courseID, behind)
}

// OfferedTo is the id of the enrolment whose last offer this is.
func (t *inTx) OfferedTo(offerID string) (string, error) {
	e, _, err := enrolments.Find(t.tx, `WHERE offer_id = $1`, offerID)
	return e.ID, err
}

// SaveEnrolment writes an enrolment and its events. It returns
// domain.ErrEnrolledTwice where the worker is in the course already, and
// outbox.ErrStale where somebody else changed it since it was loaded.
func (t *inTx) SaveEnrolment(ctx context.Context, e domain.Enrolment, events ...domain.Event) error {
	return enrolments.Save(ctx, t.outbox, t.tx, e, events...)
}

// OpenEnrolments lists the worker's enrolments that can still be left, course by course.
func (t *inTx) OpenEnrolments(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM enrolment WHERE `+person.Whose("worker", 1)+` AND state IN ('confirmed', 'waiting', 'offered') ORDER BY course_id, id`, worker)
}

var lines = table.New(table.Spec[app.EnrolmentLine]{
	Table: "enrolment",
	From:  "enrolment e JOIN course c ON c.id = e.course_id",
	Columns: func(l *app.EnrolmentLine) []table.Column {
		return []table.Column{
			table.Key("id", &l.ID), table.Fixed("course_id", &l.CourseID), table.Fixed("worker", &l.Worker), table.Fixed("division", &l.Division),
			table.Fixed("state", &l.State), table.Fixed("number", &l.Number), table.Fixed("answer_by", &l.Offer.AnswerBy), table.Fixed("offer_state", &l.Offer.State),
			table.Fixed("accepted_at", &l.Offer.AcceptedAt), table.Fixed("in_person", &l.Offer.InPerson), table.Version(&l.Version),
			table.Joined("c.provider", &l.Provider), table.Joined("c.venue", &l.Venue), table.Joined("c.contact", &l.Contact), table.Joined("c.county", &l.County), table.Joined("c.ends_on", &l.EndsOn),
			table.Joined("c.title", &l.Title), table.Joined("c.starts_on", &l.StartsOn),
			table.Joined("CASE WHEN e.state = 'waiting' AND c.taken < c.places THEN 1 ELSE 0 END", &l.Free),
			table.Joined(`CASE WHEN e.state = 'waiting' THEN (SELECT count(*) FROM enrolment o
				WHERE o.course_id = e.course_id AND o.state = 'waiting' AND o.number <= e.number) ELSE 0 END`, &l.Position),
		}
	},
})

// EnrolmentsOf lists a worker's enrolments, oldest first.
func (t *inTx) EnrolmentsOf(worker string) ([]app.EnrolmentLine, error) {
	return lines.List(t.tx, `WHERE `+person.Whose("e.worker", 1)+` ORDER BY e.id`, worker)
}

// LiveEnrolments loads and locks the enrolments of a course that nobody left or concluded.
func (t *inTx) LiveEnrolments(courseID string) ([]domain.Enrolment, error) {
	return enrolments.List(t.tx, `WHERE course_id = $1 AND state IN ('confirmed', 'waiting', 'offered') ORDER BY id`+enrolments.Lock(t.tx), courseID)
}

// rank is the order of a class: who has a place, who has a result, whom a place is
// offered, who waits, who is gone.
const rank = `CASE e.state WHEN 'confirmed' THEN 0 WHEN 'completed' THEN 1 WHEN 'failed' THEN 1 WHEN 'offered' THEN 2 WHEN 'waiting' THEN 3 ELSE 4 END`

var class = table.New(table.Spec[app.ClassLine]{
	Table: "enrolment",
	From:  "enrolment e",
	Columns: func(l *app.ClassLine) []table.Column {
		return []table.Column{
			table.Key("id", &l.ID), table.Fixed("course_id", &l.CourseID), table.Fixed("division", &l.Division), table.Fixed("state", &l.State), table.Fixed("number", &l.Number),
			table.Fixed("answer_by", &l.Offer.AnswerBy), table.Fixed("offered_at", &l.Offer.MadeAt), table.Version(&l.Version), table.Joined(rank, &l.Rank),
			table.Joined(`CASE WHEN e.state = 'waiting' THEN (SELECT count(*) FROM enrolment o
				WHERE o.course_id = e.course_id AND o.state = 'waiting' AND o.number <= e.number) ELSE 0 END`, &l.Position),
		}
	},
})

// Class lists the enrolments of a course behind a mark, with the certificates that hold.
func (t *inTx) Class(q app.ClassQuery) ([]app.ClassLine, error) {
	page, err := class.List(t.tx, `WHERE e.course_id = $1 AND (`+rank+`, e.number, e.id) > ($2, $3, $4) ORDER BY `+rank+`, e.number, e.id LIMIT $5`,
		q.CourseID, q.AfterRank, q.AfterNum, q.AfterID, q.Limit)
	if err != nil || len(page) == 0 {
		return page, err
	}
	ids := make([]string, len(page))
	for i, l := range page {
		ids[i] = l.ID
	}
	held, err := certificates.Among(t.tx, "enrolment_id", ids, "AND revoked_on = ''")
	for _, c := range held {
		page[slices.Index(ids, c.EnrolmentID)].Certificate = c
	}
	return page, err
}
