package store

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// applicantsPage bounds what one answer shows of a vacancy's queue.
const applicantsPage = 1000

var applications = table.New(table.Spec[domain.Application]{
	Table: "application",
	Columns: func(a *domain.Application) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("worker", &a.Worker), table.Fixed("vacancy_id", &a.VacancyID), table.Fixed("employer_id", &a.EmployerID),
			table.Fixed("county", &a.County), table.Changing("state", &a.State), table.Changing("offer_id", &a.OfferID), table.Fixed("submitted_at", &a.SubmittedAt),
			table.Version(&a.Version),
		}
	},
	About: func(a *domain.Application) outbox.Subject {
		return outbox.Subject{Aggregate: a.ID, Worker: a.Worker, Division: a.County}
	},
	Unknown: domain.ErrApplicationUnknown,
	Twice:   domain.ErrApplicationTwice,
})

// Application loads and locks an application.
func (t *Tx) Application(id string) (domain.Application, error) { return applications.Load(t.tx, id) }

// PeekApplication reads an application without locking it.
func (t *Tx) PeekApplication(id string) (domain.Application, error) {
	return applications.Peek(t.tx, id)
}

// PeekStanding reads the application of a worker to a vacancy that stands: the
// earlier one, where the worker applied by two references before they were joined.
func (t *Tx) PeekStanding(worker, vacancyID string) (domain.Application, bool, error) {
	return applications.Find(t.tx, `WHERE `+person.Whose("worker", 1)+` AND vacancy_id = $2 AND state <> 'withdrawn' ORDER BY submitted_at, id LIMIT 1`, worker, vacancyID)
}

// PendingApplications loads and locks the worker's applications that can still be withdrawn.
func (t *Tx) PendingApplications(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('submitted', 'offered') ORDER BY id`+applications.Lock(t.tx), worker)
}

// PeekPending lists the worker's applications that wait for an answer, newest first.
func (t *Tx) PeekPending(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('submitted', 'offered') ORDER BY submitted_at DESC, id DESC`, worker)
}

// ApplicationsOf lists the worker's applications, newest first.
func (t *Tx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY submitted_at DESC, id DESC`, worker)
}

// Applicants lists a vacancy's queue, first come first, without those who withdrew.
func (t *Tx) Applicants(vacancyID string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE vacancy_id = $1 AND state <> 'withdrawn' ORDER BY submitted_at, id LIMIT $2`, vacancyID, applicantsPage)
}

// Titles gives the titles of the vacancies that the worker applied for.
func (t *Tx) Titles(worker string) (map[string]string, error) {
	rows, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (p [2]string, err error) { return p, s.Scan(&p[0], &p[1]) },
		`SELECT id, title FROM vacancy WHERE id IN (SELECT vacancy_id FROM application WHERE `+person.Whose("worker", 1)+`)`, worker)
	all := map[string]string{}
	for _, p := range rows {
		all[p[0]] = p[1]
	}
	return all, err
}

// SaveApplication writes an application and its events. It returns
// ErrApplicationTwice where the worker applied at the same moment.
func (t *Tx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	return applications.Save(ctx, t.outbox, t.tx, a, events...)
}

// Looked writes what an employer sees of applicants to their access logs. The day and
// what is seen stand in the name of each line, so that looking again and again does
// not bury the log, and what is shared since is told.
func (t *Tx) Looked(ctx context.Context, on clock.Date, vacancyID string, looks []app.Look) error {
	looks = slices.DeleteFunc(looks, func(l app.Look) bool { return len(l.Kinds) == 0 })
	if len(looks) == 0 {
		return nil
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if err := t.tx.Lock("look " + vacancyID); err != nil { // two at once write a line once
		return err
	}
	names := make([]string, len(looks))
	for i, l := range looks {
		names[i] = "look:" + l.ApplicationID + ":" + on.String() + ":" + strings.Join(l.Kinds, ":")
	}
	told, err := t.outbox.HaveEvents(t.tx, names...)
	if err != nil {
		return err
	}
	for i, l := range looks {
		if told[names[i]] {
			continue
		}
		if err := t.outbox.Append(ctx, t.tx, outbox.Subject{Aggregate: names[i], Worker: l.Worker, Division: l.County}, &platformv1.RecordRead{
			ReaderKind: string(p.Kind), Reader: l.EmployerID, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: l.Kinds, CaseId: l.ApplicationID,
		}); err != nil {
			return err
		}
	}
	return nil
}

// Read writes to the worker's access log what the caller is shown.
func (t *Tx) Read(ctx context.Context, worker, county, caseID string, kinds ...string) error {
	return t.outbox.Read(ctx, t.tx, worker, county, caseID, kinds...)
}

// FreeSeat gives back the seat of an interview whose application was withdrawn.
func (t *Tx) FreeSeat(ctx context.Context, applicationID string) error {
	return t.FreeProposalSeat(ctx, t.tx, applicationID)
}
