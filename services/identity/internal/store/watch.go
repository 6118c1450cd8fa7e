package store

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var accepted = table.New(table.Spec[domain.Accepted]{
	Table: "accepted",
	Columns: func(a *domain.Accepted) []table.Column {
		return []table.Column{
			table.Key("day", &a.Day), table.Key("kind", &a.Kind), table.Key("actor", &a.Actor), table.Key("worker", &a.Worker),
			table.Fixed("at", &a.At), table.Changing("visited", &a.Visited), table.Changing("taken_back", &a.TakenBack),
		}
	},
})

var alarms = table.New(table.Spec[domain.Alarm]{
	Table: "alarm",
	Columns: func(a *domain.Alarm) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("day", &a.Day), table.Fixed("kind", &a.Kind), table.Fixed("actor", &a.Actor), table.Changing("reviewer", &a.Reviewer),
			table.Changing("state", &a.State), table.Changing("settled_at", &a.SettledAt),
		}
	},
	Unknown: domain.ErrAlarm,
})

// SaveAccepted keeps what was accepted. A visit that was found, and a word against it, stay.
func (t *inTx) SaveAccepted(a domain.Accepted) error {
	if err := t.tx.Lock("accepted " + a.Day.String() + " " + a.Kind + " " + a.Actor); err != nil { // what raises one alarm comes one after the other
		return err
	}
	before, found, err := accepted.Find(t.tx, `WHERE day = $1 AND kind = $2 AND actor = $3 AND worker = $4`, a.Day.String(), a.Kind, a.Actor, a.Worker)
	if err != nil {
		return err
	}
	if found {
		a.Visited, a.TakenBack = a.Visited || before.Visited, a.TakenBack || before.TakenBack
	}
	return accepted.Put(t.tx, a)
}

// AcceptedFor lists what others accepted for a person since a time.
func (t *inTx) AcceptedFor(worker string, since time.Time) ([]domain.Accepted, error) {
	return accepted.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND at >= $2 ORDER BY at, actor`, worker, sqldb.Micros(since))
}

// VisitedAt reports whether a person stood at an officer's counter at a time.
func (t *inTx) VisitedAt(officer, worker string, at, since time.Time) (yes bool, err error) {
	return yes, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM visit WHERE officer = $2 AND began_at <= $3 AND began_at > $4 AND (ended_at = 0 OR ended_at >= $3) AND `+person.Whose("worker", 1)+`)`,
		worker, officer, sqldb.Micros(at), sqldb.Micros(since)).Scan(&yes)
}

// Suspicious lists for whom one accepted on a day without their visits, or against their word.
func (t *inTx) Suspicious(day clock.Date, kind, actor string) ([]string, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (w string, err error) { return w, s.Scan(&w) },
		`SELECT worker FROM accepted WHERE day = $1 AND kind = $2 AND actor = $3 AND (visited = 0 OR taken_back = 1) ORDER BY at, worker`, day.String(), kind, actor)
}

// HasAlarm reports whether a day has its alarm about somebody.
func (t *inTx) HasAlarm(day clock.Date, kind, actor string) (had bool, err error) {
	return had, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM alarm WHERE day = $1 AND kind = $2 AND actor = $3)`, day.String(), kind, actor).Scan(&had)
}

// SaveAlarm writes an alarm.
func (t *inTx) SaveAlarm(a domain.Alarm) error { return alarms.Put(t.tx, a) }

// Alarm loads and locks one.
func (t *inTx) Alarm(id string) (domain.Alarm, error) { return load(t, alarms, id) }

// Alarms lists the open ones that are given to an account.
func (t *inTx) Alarms(reviewer string) ([]domain.Alarm, error) {
	return alarms.List(t.tx, `WHERE reviewer = $1 AND state = 'open' ORDER BY day, id LIMIT 200`, reviewer)
}

// Unreviewed lists those that could be given to nobody.
func (t *inTx) Unreviewed() ([]domain.Alarm, error) {
	return alarms.List(t.tx, `WHERE reviewer = '' AND state = 'open' ORDER BY day, id LIMIT 200`+locked(t, alarms))
}

// Reviewers lists who reviews in a department, and where; who has fewest to look at first.
func (t *inTx) Reviewers(department string) ([]app.Reviewer, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (r app.Reviewer, err error) { return r, s.Scan(&r.Account, &r.Division) }, `
		SELECT g.account, g.division FROM grant_of g JOIN login_account a ON a.id = g.account WHERE g.department = $1 AND g.role = 'reviewer' AND a.state = 'open'
		ORDER BY (SELECT count(*) FROM alarm l WHERE l.reviewer = g.account AND l.state = 'open'), g.account, g.division`, department)
}
