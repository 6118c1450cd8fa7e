package store

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const interviewColumns = `id, application_id, vacancy_id, employer_id, worker, county, state, meet_at, way, meet_place, meet_contact, meet_phone, invited_at, answered_at, version`

func scanInterview(s sqldb.Scanner) (i domain.Interview, err error) {
	var meet, invited, answered int64
	err = s.Scan(&i.ID, &i.ApplicationID, &i.VacancyID, &i.EmployerID, &i.Worker, &i.County, &i.State, &meet, &i.Way, &i.Meeting.Place, &i.Meeting.Contact, &i.Meeting.Phone, &invited, &answered, &i.Version)
	i.MeetAt, i.InvitedAt, i.AnsweredAt = sqldb.Time(meet), sqldb.Time(invited), sqldb.Time(answered)
	return i, err
}

// Interview loads and locks an invitation.
func (t *Tx) Interview(id string) (domain.Interview, error) {
	return load(t.tx.QueryRow(`SELECT `+interviewColumns+` FROM interview WHERE id = $1`+t.forUpdate(), id), scanInterview, domain.ErrInterviewUnknown)
}

// InterviewOf returns the newest invitation of an application, a zero one where there is none.
func (t *Tx) InterviewOf(applicationID string) (domain.Interview, error) {
	i, err := load(t.tx.QueryRow(`SELECT `+interviewColumns+` FROM interview WHERE application_id = $1 ORDER BY id DESC LIMIT 1`, applicationID), scanInterview, domain.ErrInterviewUnknown)
	if errors.Is(err, domain.ErrInterviewUnknown) {
		return domain.Interview{}, nil
	}
	return i, err
}

// InterviewsOf gives the newest invitation of each of the worker's applications.
func (t *Tx) InterviewsOf(worker string) (map[string]domain.Interview, error) {
	rows, err := sqldb.Collect(t.tx, scanInterview, `SELECT `+interviewColumns+` FROM interview WHERE worker = $1 ORDER BY id`, worker)
	all := map[string]domain.Interview{}
	for _, i := range rows {
		all[i.ApplicationID] = i
	}
	return all, err
}

// SaveInterview writes an invitation and its events, or returns
// outbox.ErrStale, or ErrInterviewOpen where another came at the same moment.
func (t *Tx) SaveInterview(ctx context.Context, i domain.Interview, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO interview (`+interviewColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answered_at = excluded.answered_at, version = excluded.version
		WHERE interview.version = $16`,
		i.ID, i.ApplicationID, i.VacancyID, i.EmployerID, i.Worker, i.County, string(i.State), sqldb.Micros(i.MeetAt), i.Way, i.Meeting.Place, i.Meeting.Contact, i.Meeting.Phone, sqldb.Micros(i.InvitedAt),
		sqldb.Micros(i.AnsweredAt), next(i.Version, events), i.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrInterviewOpen.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: i.ID, Version: i.Version, Worker: i.Worker, Division: i.County}, events)
}

// PeekApplication reads an application without locking it.
func (t *Tx) PeekApplication(id string) (domain.Application, error) {
	return load(t.tx.QueryRow(`SELECT `+applicationColumns+` FROM application WHERE id = $1`, id), scanApplication, domain.ErrApplicationUnknown)
}

// Told reports whether something of that name has an event already.
func (t *Tx) Told(aggregate string) (bool, error) {
	return t.exists(`SELECT 1 FROM event WHERE aggregate = $1 LIMIT 1`, aggregate)
}
