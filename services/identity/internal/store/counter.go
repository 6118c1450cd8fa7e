package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// micros keeps a length of time as microseconds.
type micros time.Duration

// Value implements driver.Valuer.
func (m *micros) Value() (driver.Value, error) { return time.Duration(*m).Microseconds(), nil }

// Scan implements sql.Scanner.
func (m *micros) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a length of time is kept as microseconds, not as %T", src)
	}
	*m = micros(time.Duration(n) * time.Microsecond)
	return nil
}

var acts = table.New(table.Spec[domain.Act]{
	Table: "act",
	Columns: func(a *domain.Act) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("kind", &a.Kind), table.Fixed("about", &a.About), table.Fixed("wanted", table.JSON(&a.Wanted)), table.Fixed("county", &a.Wanted.County),
			table.Fixed("asked_by", &a.AskedBy), table.Fixed("asked_at", &a.AskedAt), table.Changing("state", &a.State),
			table.Changing("decided_by", &a.DecidedBy), table.Changing("decided_at", &a.DecidedAt),
			table.Changing("reason_code", &a.Reason),
		}
	},
	Unknown: domain.ErrAct,
})

// SaveAct writes an act; one that was decided stays as it is.
func (t *inTx) SaveAct(a domain.Act) error {
	wrote, err := acts.PutWhere(t.tx, `act.state = 'waiting'`, a)
	if err == nil && !wrote {
		err = domain.ErrActDecided
	}
	return err
}

// Act loads and locks an act.
func (t *inTx) Act(id string) (domain.Act, error) { return load(t, acts, id) }

// Acts lists the newest that administrators decide.
func (t *inTx) Acts() ([]domain.Act, error) {
	return acts.List(t.tx, `WHERE kind <> $1 ORDER BY asked_at DESC, id LIMIT 200`, domain.ActReplacing)
}

// Replacings lists those that officers decide, what waits first.
func (t *inTx) Replacings() ([]domain.Act, error) {
	return acts.List(t.tx, `WHERE kind = $1 ORDER BY state DESC, asked_at DESC, id LIMIT 200`, domain.ActReplacing)
}

// ActsAbout lists those that concern an account.
func (t *inTx) ActsAbout(account string) ([]domain.Act, error) {
	return acts.List(t.tx, `WHERE about = $1 ORDER BY asked_at DESC, id`, account)
}

var codes = table.New(table.Spec[domain.Code]{
	Table: "code",
	Columns: func(c *domain.Code) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("kind", &c.Kind), table.Fixed("worker", &c.Worker), table.Fixed("officer", &c.By), table.Fixed("code_index", &c.Index),
			table.Fixed("made_at", &c.Made), table.Fixed("ends_at", &c.Ends), table.Changing("used_at", &c.Used),
		}
	},
	Unknown: domain.ErrCode,
})

// SaveCode writes a code; one that was used stays so.
func (t *inTx) SaveCode(c domain.Code) error {
	wrote, err := codes.PutWhere(t.tx, `code.used_at = 0`, c)
	if err == nil && !wrote {
		err = domain.ErrCode
	}
	return err
}

// PrintedBy counts what an officer had printed on a day; one prints after the other.
func (t *inTx) PrintedBy(officer string, day clock.Date) (n int, err error) {
	if err := t.tx.Lock("prints of " + officer); err != nil {
		return 0, err
	}
	return n, t.tx.QueryRow(`SELECT count(*) FROM code WHERE officer = $1 AND made_at >= $2`, officer, sqldb.Micros(day.Start())).Scan(&n)
}

// CodeByIndex loads and locks a code.
func (t *inTx) CodeByIndex(index []byte) (domain.Code, error) {
	return codes.One(t.tx, `WHERE code_index = $1`+locked(t, codes), index)
}

var visits = table.New(table.Spec[domain.Visit]{
	Table: "visit",
	Columns: func(v *domain.Visit) []table.Column {
		return []table.Column{
			table.Key("id", &v.ID), table.Fixed("officer", &v.Officer), table.Fixed("worker", &v.Worker), table.Fixed("receipt", &v.Receipt),
			table.Fixed("began_at", &v.Began), table.Changing("ended_at", &v.Ended),
			table.Changing("tasks", table.JSON(&v.Tasks)), table.Changing("papers", table.JSON(&v.Papers)), table.Changing("papers_until", &v.Until),
		}
	},
	Unknown: domain.ErrVisit,
})

// SaveVisit writes a visit.
func (t *inTx) SaveVisit(v domain.Visit) error { return visits.Put(t.tx, v) }

// Happened writes the events with which a thing of a worker's begins.
func (t *inTx) Happened(ctx context.Context, about, worker string, events ...domain.Event) error {
	all := make([]proto.Message, len(events))
	for i, e := range events {
		all[i] = e.Message()
	}
	return t.outbox.Append(ctx, t.tx, outbox.Subject{Aggregate: about, Worker: worker}, all...)
}

// Visit loads and locks a visit.
func (t *inTx) Visit(id string) (domain.Visit, error) { return load(t, visits, id) }

// OpenVisit finds the open visit of a person to an officer.
func (t *inTx) OpenVisit(officer, worker string) (domain.Visit, bool, error) {
	return visits.Find(t.tx, `WHERE officer = $2 AND ended_at = 0 AND `+person.Whose("worker", 1)+` ORDER BY began_at DESC`, worker, officer)
}

// OpenVisits lists an officer's visits that nobody ended.
func (t *inTx) OpenVisits(officer string) ([]domain.Visit, error) {
	return visits.List(t.tx, `WHERE officer = $1 AND ended_at = 0`+locked(t, visits), officer)
}

// VisitsOf lists an officer's visits that began within a time, newest first.
func (t *inTx) VisitsOf(officer string, from, to time.Time) ([]domain.Visit, error) {
	return visits.List(t.tx, `WHERE officer = $1 AND began_at >= $2 AND began_at < $3 ORDER BY began_at DESC, id DESC LIMIT 500`, officer, sqldb.Micros(from), sqldb.Micros(to))
}

var delegations = table.New(table.Spec[domain.Delegation]{
	Table: "delegation",
	Columns: func(d *domain.Delegation) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("worker", &d.Worker), table.Fixed("helper", &d.Helper), table.Fixed("begins_on", &d.Begins), table.Fixed("ends_on", &d.Ends),
			table.Fixed("paper", &d.Paper), table.Fixed("entered_by", &d.By), table.Changing("ended_at", &d.Ended), table.Version(&d.Version),
		}
	},
	About:   func(d *domain.Delegation) outbox.Subject { return outbox.Subject{Aggregate: d.ID, Worker: d.Worker} },
	Unknown: domain.ErrDelegation,
})

// SaveDelegation writes a power of attorney and its events.
func (t *inTx) SaveDelegation(ctx context.Context, d domain.Delegation, events ...domain.Event) error {
	return delegations.Save(ctx, t.outbox, t.tx, d, events...)
}

// Delegation loads and locks one.
func (t *inTx) Delegation(id string) (domain.Delegation, error) { return load(t, delegations, id) }

// Delegations lists who may act for a worker, newest first.
func (t *inTx) Delegations(worker string) ([]domain.Delegation, error) {
	return delegations.List(t.tx, `WHERE ended_at = 0 AND `+person.Whose("worker", 1)+` ORDER BY id DESC LIMIT 100`, worker)
}

// HelpedBy lists the powers that a helper holds, newest first.
func (t *inTx) HelpedBy(helper string) ([]domain.Delegation, error) {
	return delegations.List(t.tx, `WHERE ended_at = 0 AND `+person.Whose("helper", 1)+` ORDER BY id DESC LIMIT 100`, helper)
}

// HelpsNow lists the powers that a helper holds for a worker.
func (t *inTx) HelpsNow(helper, worker string) ([]domain.Delegation, error) {
	return delegations.List(t.tx, `WHERE ended_at = 0 AND `+person.Whose("worker", 1)+` AND `+person.Whose("helper", 2), worker, helper)
}
