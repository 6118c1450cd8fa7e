package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

var disagreements = table.New(table.Spec[domain.Disagreement]{
	Table: "disagreement",
	Columns: func(d *domain.Disagreement) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("kind", &d.Kind), table.Fixed("application_id", &d.ApplicationID), table.Fixed("other_application_id", &d.OtherID),
			table.Fixed("child_id", &d.ChildID), table.Fixed("county", &d.County), table.Fixed("stage", &d.Stage), table.Fixed("worker", &d.Worker),
			table.Fixed("reason_code", &d.Why), table.Changing("state", &d.State), table.Fixed("due_on", &d.DueOn), table.Fixed("filed_at", &d.FiledAt),
			table.Changing("heard_keeper_at", &d.HeardKeeper), table.Changing("heard_other_at", &d.HeardOther), table.Changing("outcome", &d.Outcome),
			table.Changing("ground", &d.Ground), table.Changing("decided_by", &d.DecidedBy), table.Changing("decided_at", &d.DecidedAt), table.Version(&d.Version),
		}
	},
	Unknown: domain.ErrDisagreementNone,
	Twice:   domain.ErrDisagreementTwice,
})

// Person is the reference that answers for the person for whom a worker stands.
func (t *inTx) Person(worker string) (string, error) { return person.Remaining(t.tx, worker) }

// FollowAt leaves a task to ask who a child's guardians are, and to follow.
func (t *inTx) FollowAt(ctx context.Context, childID string) error {
	return t.tasks.Add(ctx, t.tx, TaskFollow, []byte(childID), time.Time{})
}

// KnownAs reports whether there is an application for a child under any of the
// references that it is known by here.
func (t *inTx) KnownAs(childID string) (known bool, err error) {
	return known, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM application WHERE child_id = $1 OR child_id IN
		(SELECT child_id FROM child_reference WHERE root = (SELECT root FROM child_reference WHERE child_id = $1)))
		OR EXISTS (SELECT 1 FROM stand_in WHERE child_id = $1)`, childID).Scan(&known)
}

// SaveReferences keeps by which references a child is known, the first of which
// remains; what was kept of them before goes.
func (t *inTx) SaveReferences(ids []string) error {
	for _, id := range ids {
		if _, err := t.tx.Exec(`DELETE FROM child_reference WHERE child_id = $1 OR root = $1`, id); err != nil {
			return err
		}
	}
	if len(ids) < 2 {
		return nil
	}
	for _, id := range ids {
		if _, err := t.tx.Exec(`INSERT INTO child_reference (child_id, root) VALUES ($1, $2)`, id, ids[0]); err != nil {
			return err
		}
	}
	return nil
}

// LockKeepers locks the accounts and the grants of those who keep the applications of a
// child, and of some further people, as whoever acts for one does before any row.
func (t *inTx) LockKeepers(ids []string, further ...string) error {
	all := slices.Clone(further)
	for _, id := range ids {
		some, err := sqldb.Collect(t.tx, scanID, `SELECT DISTINCT worker FROM application WHERE child_id = $1 AND state <> 'withdrawn'`, id)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	if err := account.Lock(t.tx, all...); err != nil {
		return err
	}
	return evidence.Lock(t.tx, all...)
}

// ApplicationsOfChild lists and locks what is not withdrawn under a child's
// references, in the order of ids, as all who lock applications.
func (t *inTx) ApplicationsOfChild(ids ...string) (all []domain.Application, err error) {
	for _, id := range ids {
		some, err := applications.List(t.tx, `WHERE child_id = $1 AND state <> 'withdrawn'`, id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b domain.Application) int { return strings.Compare(a.ID, b.ID) })
	for i, seen := range all {
		if all[i], err = t.Application(seen.ID); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(a domain.Application) bool { return a.State == domain.Withdrawn }), nil
}

// HandOver has another guardian stand where one stood: in what was filed, in what the
// bureau has to do and in appeals. Offers and the application are saved apart.
func (t *inTx) HandOver(applicationID, worker string) error {
	for _, query := range []string{
		`UPDATE entry SET worker = $2 WHERE application_id = $1`,
		`UPDATE bureau_task SET worker = $2 WHERE application_id = $1`,
		`UPDATE appeal SET worker = $2 WHERE application_id = $1`,
	} {
		if _, err := t.tx.Exec(query, applicationID, worker); err != nil {
			return err
		}
	}
	return nil
}

// Standing lists and locks the offers of an application that take a place.
func (t *inTx) Standing(applicationID string) ([]domain.Offer, error) {
	return offers.List(t.tx, `WHERE application_id = $1 AND state IN ('open', 'accepted', 'better') ORDER BY id`+offers.Lock(t.tx), applicationID)
}

// Others are the other guardians who know of an application.
func (t *inTx) Others(applicationID string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT worker FROM other_guardian WHERE application_id = $1 ORDER BY worker`, applicationID)
}

// AddOther lets a guardian know of an application, and reports whether it did not
// before.
func (t *inTx) AddOther(applicationID, worker string) (bool, error) {
	n, err := t.tx.Exec(`INSERT INTO other_guardian (application_id, worker) VALUES ($1, $2) ON CONFLICT DO NOTHING`, applicationID, worker)
	return n > 0, err
}

// DropOther has somebody know of an application no more.
func (t *inTx) DropOther(applicationID, worker string) error {
	_, err := t.tx.Exec(`DELETE FROM other_guardian WHERE application_id = $1 AND `+person.Whose("worker", 2), applicationID, worker)
	return err
}

// KnownTo lists the applications of other guardians that a guardian knows of.
func (t *inTx) KnownTo(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE state <> 'withdrawn' AND id IN (SELECT application_id FROM other_guardian WHERE `+person.Whose("worker", 1)+`) ORDER BY submitted_at, id`, worker)
}

const standIns = `SELECT id, child_id, stage, county, told_at, worker FROM stand_in WHERE `

func scanStandIn(s sqldb.Scanner) (in domain.StandIn, err error) {
	var at int64
	err = s.Scan(&in.ID, &in.ChildID, &in.Stage, &in.County, &at, &in.Told)
	in.SubmittedAt = sqldb.Time(at)
	return in, err
}

// StandIn is what a guardian was told though nobody has applied.
func (t *inTx) StandIn(worker, childID, stage string) (in domain.StandIn, found bool, err error) {
	all, err := sqldb.Collect(t.tx, scanStandIn, standIns+person.Whose("worker", 1)+` AND child_id = $2 AND stage = $3 ORDER BY told_at, id LIMIT 1`, worker, childID, stage)
	if err != nil || len(all) == 0 {
		return in, false, err
	}
	return all[0], true, nil
}

// AddStandIn keeps it, and reports whether it was not kept before.
func (t *inTx) AddStandIn(in domain.StandIn) (bool, error) {
	n, err := t.tx.Exec(`INSERT INTO stand_in (id, child_id, stage, worker, county, told_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		in.ID, in.ChildID, in.Stage, in.Told, in.County, sqldb.Micros(in.SubmittedAt))
	return n > 0, err
}

// DropStandIn ends it.
func (t *inTx) DropStandIn(id string) error {
	_, err := t.tx.Exec(`DELETE FROM stand_in WHERE id = $1`, id)
	return err
}

// StandIns lists a guardian's.
func (t *inTx) StandIns(worker string) ([]domain.StandIn, error) {
	return sqldb.Collect(t.tx, scanStandIn, standIns+person.Whose("worker", 1)+` ORDER BY told_at, id`, worker)
}

// StandInsOf lists those about a child.
func (t *inTx) StandInsOf(childID string) ([]domain.StandIn, error) {
	return sqldb.Collect(t.tx, scanStandIn, standIns+`child_id = $1 ORDER BY told_at, id`, childID)
}

// MoveMatters has what is asked about one application be about another.
func (t *inTx) MoveMatters(from, to string) error {
	_, err := t.tx.Exec(`UPDATE disagreement SET application_id = $2 WHERE application_id = $1`, from, to)
	return err
}

// TellGuardian tells a guardian something about a child and no application: of no
// county, which may be hidden.
func (t *inTx) TellGuardian(ctx context.Context, worker string, e domain.Event) error {
	return t.outbox.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: ident.NewID(), Worker: worker}, e)
}

// Disagreement loads and locks one, or returns ErrDisagreementNone.
func (t *inTx) Disagreement(id string) (domain.Disagreement, error) {
	return disagreements.Load(t.tx, id)
}

// PeekDisagreement reads one.
func (t *inTx) PeekDisagreement(id string) (domain.Disagreement, error) {
	return disagreements.Peek(t.tx, id)
}

// Disagreements lists what waits about an application.
func (t *inTx) Disagreements(applicationID string) ([]domain.Disagreement, error) {
	return disagreements.List(t.tx, `WHERE application_id = $1 AND state = 'open' ORDER BY filed_at, id`, applicationID)
}

// OpenDisagreements lists what waits in a county, what is due first.
func (t *inTx) OpenDisagreements(county string) ([]domain.Disagreement, error) {
	return disagreements.List(t.tx, `WHERE state = 'open' AND ($1 = '' OR county = $1) ORDER BY due_on, id LIMIT 500`, county)
}

// saveKept writes what a department keeps of an application and its events. While
// nobody is left who keeps the application they are nobody's: who stands in it lost the
// right, and is told nothing of it any more.
func saveKept[T any](ctx context.Context, t *inTx, of *table.Of[T], v T, applicationID string, events []domain.Event) error {
	about := of.About(v)
	if len(events) > 0 && about.Worker != "" {
		if t.unkept == nil {
			ids, err := sqldb.Collect(t.tx, scanID, `SELECT application_id FROM disagreement WHERE state = 'open' AND kind = 'nobody'`)
			if err != nil {
				return err
			}
			t.unkept = make(map[string]bool, len(ids))
			for _, id := range ids {
				t.unkept[id] = true
			}
		}
		if t.unkept[applicationID] {
			about.Worker = ""
		}
	}
	return of.SaveAs(ctx, t.outbox, t.tx, v, about, events...)
}

// SaveDisagreement writes one, or returns ErrDisagreementTwice where it waits already.
func (t *inTx) SaveDisagreement(ctx context.Context, d domain.Disagreement) error {
	t.unkept = nil
	return disagreements.Save(ctx, t.outbox, t.tx, d)
}
