package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

var interviews = table.New(table.Spec[domain.Interview]{
	Table: "interview",
	Columns: func(i *domain.Interview) []table.Column {
		return []table.Column{
			table.Key("id", &i.ID), table.Fixed("application_id", &i.ApplicationID), table.Fixed("vacancy_id", &i.VacancyID),
			table.Fixed("employer_id", &i.EmployerID), table.Fixed("worker", &i.Worker), table.Fixed("county", &i.County), table.Changing("state", &i.State),
			table.Fixed("meet_at", &i.MeetAt), table.Fixed("way", &i.Way), table.Fixed("meet_place", &i.Meeting.Place),
			table.Fixed("meet_contact", &i.Meeting.Contact), table.Fixed("meet_phone", &i.Meeting.Phone), table.Fixed("invited_at", &i.InvitedAt),
			table.Changing("answered_at", &i.AnsweredAt), table.Version(&i.Version),
		}
	},
	About: func(i *domain.Interview) outbox.Subject {
		return outbox.Subject{Aggregate: i.ID, Worker: i.Worker, Division: i.County}
	},
	Unknown: domain.ErrInterviewUnknown,
	Twice:   domain.ErrInterviewOpen,
})

// Interview loads and locks an invitation.
func (t *Tx) Interview(id string) (domain.Interview, error) { return interviews.Load(t.tx, id) }

// InterviewOf returns the newest invitation of an application, a zero one where there is none.
func (t *Tx) InterviewOf(applicationID string) (domain.Interview, error) {
	i, _, err := interviews.Find(t.tx, `WHERE application_id = $1 ORDER BY id DESC LIMIT 1`, applicationID)
	return i, err
}

// InterviewsOf gives the newest invitation of each of the worker's applications.
func (t *Tx) InterviewsOf(worker string) (map[string]domain.Interview, error) {
	return t.newest(`WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}

func (t *Tx) newest(tail string, args ...any) (map[string]domain.Interview, error) {
	rows, err := interviews.List(t.tx, tail, args...)
	all := map[string]domain.Interview{}
	for _, i := range rows {
		all[i.ApplicationID] = i
	}
	return all, err
}

// SaveInterview writes an invitation and its events. It returns
// ErrInterviewOpen where another came at the same moment.
func (t *Tx) SaveInterview(ctx context.Context, i domain.Interview, events ...domain.Event) error {
	return interviews.Save(ctx, t.outbox, t.tx, i, events...)
}

// InterviewsAt gives the newest invitation of each of some applications.
func (t *Tx) InterviewsAt(applicationIDs []string) (map[string]domain.Interview, error) {
	if len(applicationIDs) == 0 {
		return nil, nil
	}
	marks, args := sqldb.In(applicationIDs)
	return t.newest(`WHERE application_id IN (`+marks+`) ORDER BY id`, args...)
}
