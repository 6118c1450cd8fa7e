package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var applications = table.New(table.Spec[domain.Application]{
	Table: "application",
	Columns: func(a *domain.Application) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("worker", &a.Worker), table.Fixed("county", &a.County), table.Fixed("kind", &a.Kind),
			table.Fixed("household_size", &a.HouseholdSize), table.Fixed("declares_no_home", &a.DeclaresNoHome),
			table.Fixed("declares_income_below", &a.DeclaresIncomeBelow), table.Fixed("declared_area_dm2", &a.DeclaredAreaDM2),
			table.Fixed("request_id", &a.RequestID), table.Fixed("submitted_at", &a.SubmittedAt), table.Changing("state", &a.State),
			table.Changing("reopened", &a.Reopened), table.Changing("refusal_code", &a.RefusalCode), table.Changing("reasons", table.JSON(&a.Reasons)),
			table.Changing("offer_id", &a.OfferID), table.Changing("false_until", &a.FalseUntil), table.Changing("word", &a.Word),
			table.Fixed("paper_form", &a.Paper.Form), table.Fixed("entered_at", &a.Paper.EnteredAt), table.Fixed("confirmed_by", &a.Paper.ConfirmedBy),
			table.Fixed("late_round", &a.Paper.LateRound), table.Changing("late", &a.Paper.Late),
			table.Changing("priority", &a.Priority.State), table.Changing("priority_on", &a.Priority.On), table.Changing("priority_basis", &a.Priority.Basis),
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
func (t *inTx) Application(id string) (domain.Application, error) { return applications.Load(t.tx, id) }

// PeekApplication reads an application without locking it.
func (t *inTx) PeekApplication(id string) (domain.Application, error) {
	return applications.Peek(t.tx, id)
}

// PeekApplications reads applications, by id.
func (t *inTx) PeekApplications(ids []string) (map[string]domain.Application, error) {
	all, err := applications.Among(t.tx, "id", ids, "")
	found := make(map[string]domain.Application, len(all))
	for _, a := range all {
		found[a.ID] = a
	}
	return found, err
}

// ApplicationsOf lists a worker's applications, oldest first.
func (t *inTx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY submitted_at, id`, worker)
}

// PaperEntered reports whether an application was entered from a paper form.
func (t *inTx) PaperEntered(form string) (bool, error) {
	_, found, err := applications.Find(t.tx, `WHERE paper_form = $1 AND paper_form <> ''`, form)
	return found, err
}

// undecided is what a decision is to be made on in a county.
const undecided = `WHERE county = $1 AND kind = $2 AND (state IN ('submitted', 'refused') OR state = 'accepted' AND reopened = 1)
		ORDER BY submitted_at, id LIMIT $3`

// Undecided lists the applications that a decision is to be made on, oldest first.
func (t *inTx) Undecided(county string, kind domain.Kind, limit int) ([]domain.Application, error) {
	return applications.List(t.tx, undecided, county, string(kind), limit)
}

// OpenCases lists and locks the worker's applications that want evidence, as
// domain.Application.WantsEvidence says: none is ended while facts are being
// written to it.
func (t *inTx) OpenCases(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM application WHERE `+person.Whose("worker", 1)+` AND kind <> 'dormitory'
		AND (state IN ('submitted', 'eligible', 'refused', 'offered') OR state = 'accepted' AND reopened = 1) ORDER BY id`+applications.Lock(t.tx), worker)
}

// SaveApplication writes an application and its events. A second open one of
// the same worker, county and kind is ErrApplicationTwice.
func (t *inTx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	if a.Version == 0 { // the index knows one reference of a person
		_, found, err := applications.Find(t.tx, `WHERE `+person.Others("worker", 1)+` AND county = $2 AND kind = $3 AND state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted') LIMIT 1`, a.Worker, a.County, string(a.Kind))
		if err != nil {
			return err
		}
		if found {
			return domain.ErrApplicationTwice
		}
	}
	return applications.Save(ctx, t.outbox, t.tx, a, events...)
}
