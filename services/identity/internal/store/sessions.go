package store

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var sessions = table.New(table.Spec[domain.Session]{
	Table: "session",
	Columns: func(s *domain.Session) []table.Column {
		return []table.Column{
			table.Key("id", &s.ID), table.Changing("number", &s.Number), table.Fixed("account", &s.Account), table.Fixed("hash", &s.Hash),
			table.Fixed("device", &s.Device), table.Fixed("via", &s.Via), table.Fixed("level", &s.Level), table.Fixed("began_at", &s.Began),
			table.Changing("seen_at", &s.Seen), table.Fixed("idle_us", (*micros)(&s.Idle)), table.Fixed("ends_at", &s.Ends), table.Changing("locked", &s.Locked),
			table.Changing("proved_at", &s.Proved),
			table.Changing("ended_at", &s.Ended), table.Changing("why", &s.Why),
		}
	},
	Unknown: domain.ErrSession,
})

// next takes the next number of a head, whose row stays locked until the
// transaction ends: numbers are seen in the order in which they were committed.
func (t *inTx) next(name string, n int) (first int64, err error) {
	err = t.tx.QueryRow(`UPDATE head SET number = number + $1 WHERE name = $2 RETURNING number`, n, name).Scan(&first)
	return first - int64(n) + 1, err
}

// AddSession writes a session under the next number; one that is there already
// changes its number, unless it has ended or everybody was shut out since it was read: whoever does
// that holds the head until it is done, and so the floor is read after the number.
func (t *inTx) AddSession(s domain.Session) (domain.Session, error) {
	number, err := t.next("session", 1)
	if err != nil {
		return s, err
	}
	if s.Number > 0 {
		var floor int64
		if err := t.tx.QueryRow(`SELECT number FROM head WHERE name = 'floor'`).Scan(&floor); err != nil {
			return s, err
		}
		if s.Number <= floor {
			return s, domain.ErrSession
		}
	}
	s.Number = number
	return s, t.SaveSession(s)
}

// SaveSession writes a session that is there. One that has ended stays ended.
func (t *inTx) SaveSession(s domain.Session) error {
	wrote, err := sessions.PutWhere(t.tx, `session.ended_at = 0`, s)
	if err == nil && !wrote {
		err = domain.ErrSession
	}
	return err
}

// above is what the rows of sessions have that were begun after everybody was shut
// out last: nobody waits until a hundred thousand rows are written.
const above = ` AND number > (SELECT h.number FROM head h WHERE h.name = 'floor')`

// Session loads and locks a session.
func (t *inTx) Session(id string) (domain.Session, error) {
	return sessions.One(t.tx, `WHERE id = $1`+above+locked(t, sessions), id)
}

// SessionByHash loads and locks a session by its secret's hash.
func (t *inTx) SessionByHash(hash []byte) (domain.Session, error) {
	return sessions.One(t.tx, `WHERE hash = $1`+above+locked(t, sessions), hash)
}

// SessionByNumber finds a session by the number that a principal names.
func (t *inTx) SessionByNumber(number int64) (domain.Session, error) {
	return sessions.One(t.tx, `WHERE number = $1`+above, number)
}

// live is what the rows of sessions that are not over have.
const live = `ended_at = 0 AND ends_at > $1 AND seen_at + idle_us > $1` + above

// persons are the accounts of whom an account is: of a person whose two records were
// joined, both, which may have been opened before.
const persons = `(SELECT CAST($2 AS TEXT) UNION ALL SELECT a.id FROM login_account own JOIN same ON same.worker = own.subject
	JOIN login_account a ON a.subject = same.other WHERE own.id = $2 AND own.kind = 'worker' AND a.kind = 'worker' AND a.state <> 'closed')`

// LiveSessions lists a person's live sessions, the newest used first.
func (t *inTx) LiveSessions(account string, now time.Time) ([]domain.Session, error) {
	return sessions.List(t.tx, `WHERE `+live+` AND account IN `+persons+` ORDER BY seen_at DESC, number DESC`+locked(t, sessions), sqldb.Micros(now), account)
}

// LastUsed is when an account was used last, by whichever session.
func (t *inTx) LastUsed(account string) (time.Time, error) {
	var at int64
	err := t.tx.QueryRow(`SELECT COALESCE(max(seen_at), 0) FROM session WHERE account = $1`, account).Scan(&at)
	return sqldb.Time(at), err
}

// LastBegan is when somebody signed in to an account last, whether or not the session goes
// on. A program that was let in is nobody who could be told anything.
func (t *inTx) LastBegan(account string) (time.Time, error) {
	var at int64
	err := t.tx.QueryRow(`SELECT COALESCE(max(began_at), 0) FROM session WHERE account = $1 AND via <> $2`, account, domain.ByImport).Scan(&at)
	return sqldb.Time(at), err
}

// EndAll ends every session but one, which goes on under a new number, and tells
// how many were live.
func (t *inTx) EndAll(except int64, now time.Time) (n int, all []domain.Range, err error) {
	var last int64
	if err := t.tx.QueryRow(`UPDATE head SET number = number WHERE name = 'session' RETURNING number`).Scan(&last); err != nil {
		return 0, nil, err
	}
	if err := t.tx.QueryRow(`SELECT count(*) FROM session WHERE `+live+` AND number <> $2`, sqldb.Micros(now), except).Scan(&n); err != nil {
		return 0, nil, err
	}
	if except > 0 {
		kept, err := t.SessionByNumber(except)
		if err != nil {
			return 0, nil, err
		}
		if _, err := t.AddSession(kept); err != nil {
			return 0, nil, err
		}
	}
	if last > 0 {
		all = []domain.Range{{First: 1, Last: last}}
	}
	return n, all, t.do(`UPDATE head SET number = $1 WHERE name = 'floor'`, last)
}

// Revoke writes ranges under the next numbers.
func (t *inTx) Revoke(ranges []domain.Range, now time.Time) error {
	if len(ranges) == 0 {
		return nil
	}
	number, err := t.next("revocation", len(ranges))
	for i, r := range ranges {
		if err == nil {
			err = t.tx.Queue(`INSERT INTO revocation (number, from_session, to_session, at) VALUES ($1, $2, $3, $4)`, number+int64(i), r.First, r.Last, sqldb.Micros(now))
		}
	}
	return err
}

// Revoked lists what was revoked after a number and since a time, oldest first, and
// the newest number.
func (t *inTx) Revoked(after int64, since time.Time, limit int) (all []domain.Revocation, number int64, err error) {
	if err = t.tx.QueryRow(`SELECT number FROM head WHERE name = 'revocation'`).Scan(&number); err != nil || number <= after {
		return nil, number, err
	}
	all, err = sqldb.Collect(t.tx, func(s sqldb.Scanner) (r domain.Revocation, err error) {
		var at int64
		err = s.Scan(&r.Number, &r.First, &r.Last, &at)
		r.At = sqldb.Time(at)
		return r, err
	}, `SELECT number, from_session, to_session, at FROM revocation WHERE number > $1 AND number <= $2 AND at >= $3 ORDER BY number LIMIT $4`, after, number, sqldb.Micros(since), limit)
	return all, number, err
}

// numbersPassed is more than were given out between a copy and its restore.
const numbersPassed = 1_000_000_000

// Restored ends all that a database that was brought back from a copy takes for live:
// what was revoked or used after the copy is not in it. The numbers of sessions go on
// beyond those that were given out meanwhile.
func Restored(tx *sqldb.Tx, now time.Time) error {
	t := &inTx{tx: tx}
	return errors.Join(
		t.do(`UPDATE head SET number = number + $1 WHERE name IN ('session', 'revocation')`, numbersPassed),
		t.do(`UPDATE head SET number = (SELECT h.number FROM head h WHERE h.name = 'session') WHERE name = 'floor'`),
		t.do(`INSERT INTO revocation (number, from_session, to_session, at) SELECT r.number, 1, s.number, CAST($1 AS BIGINT) FROM head r, head s WHERE r.name = 'revocation' AND s.name = 'session'`, sqldb.Micros(now)),
		t.do(`DELETE FROM link`), t.do(`DELETE FROM flow`), t.do(`DELETE FROM code`),
	)
}

// AddDenial appends a line to the audit.
func (t *inTx) AddDenial(d domain.Denial, link func(domain.Denial, []byte) []byte) error {
	var before []byte
	if err := t.tx.QueryRow(`UPDATE head SET number = number + 1 WHERE name = 'denial' RETURNING number, link`).Scan(&d.Seq, &before); err != nil {
		return err
	}
	d.At = d.At.UTC().Truncate(time.Microsecond)
	now := link(d, before)
	if err := t.do(`UPDATE head SET link = $1 WHERE name = 'denial'`, now); err != nil {
		return err
	}
	return t.do(`INSERT INTO denial (seq, at, kind, subject, session, service, method, code, link, times) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		d.Seq, sqldb.Micros(d.At), d.Kind, d.Subject, d.Session, d.Service, d.Method, d.Code, now, d.Again)
}

// Again counts what was refused in a minute, and reports whether it was before.
func (t *inTx) Again(d domain.Denial) (again bool, err error) {
	var times int
	err = t.tx.QueryRow(`INSERT INTO denial_again (minute, kind, subject, service, method, code, times) VALUES ($1, $2, $3, $4, $5, $6, 0)
		ON CONFLICT (minute, kind, subject, service, method, code) DO UPDATE SET times = denial_again.times + 1 RETURNING times`,
		d.At.Unix()/60, d.Kind, d.Subject, d.Service, d.Method, d.Code).Scan(&times)
	return times > 0, err
}

// TakeAgain takes out what was counted in the minutes before a time, and lists what was
// refused more than once.
func (t *inTx) TakeAgain(before time.Time) ([]domain.Denial, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (d domain.Denial, err error) {
		var minute int64
		err = s.Scan(&minute, &d.Kind, &d.Subject, &d.Service, &d.Method, &d.Code, &d.Again)
		d.At = time.Unix(minute*60+59, 0)
		return d, err
	}, `DELETE FROM denial_again WHERE minute < $1 RETURNING minute, kind, subject, service, method, code, times`, before.Unix()/60)
	return slices.DeleteFunc(all, func(d domain.Denial) bool { return d.Again == 0 }), err
}

// Seal tells how far the audit reached, where it moved since it was told last.
func (t *inTx) Seal(ctx context.Context, id string) error {
	var lines int64
	var link []byte
	if err := t.tx.QueryRow(`SELECT number, link FROM head WHERE name = 'denial'`).Scan(&lines, &link); err != nil {
		return err
	}
	moved, err := t.did(`UPDATE head SET number = $1 WHERE name = 'sealed' AND number < $1`, lines)
	if err != nil || !moved {
		return err
	}
	return t.outbox.Append(ctx, t.tx, outbox.Subject{Aggregate: id}, domain.AuditSealed{AuditLines: lines, AuditLink: hex.EncodeToString(link)}.Message())
}

// Sealed returns ErrAudit unless the audit goes on from where it was sealed last. What was
// sealed stands in an event, which is held against the readers' databases like all others.
func (t *inTx) Sealed() error {
	var body []byte
	there, err := found(t.tx.QueryRow(`SELECT body FROM event WHERE type = 'identity.audit.sealed.v1' ORDER BY ord DESC LIMIT 1`).Scan(&body))
	if err != nil || !there {
		return err
	}
	e, err := event.Parse(body)
	if err != nil {
		return err
	}
	var sealed identityv1.AuditSealed
	if err := proto.Unmarshal(e.Data, &sealed); err != nil {
		return err
	}
	var last int64
	var link []byte
	if err := t.tx.QueryRow(`SELECT number FROM head WHERE name = 'denial'`).Scan(&last); err != nil {
		return err
	}
	there, err = found(t.tx.QueryRow(`SELECT link FROM denial WHERE seq = $1`, sealed.GetAuditLines()).Scan(&link))
	if err == nil && (!there || last < sealed.GetAuditLines() || hex.EncodeToString(link) != sealed.GetAuditLink()) {
		err = domain.ErrAudit
	}
	return err
}

// Had reports whether there is or was an account of a kind and a subject.
func (t *inTx) Had(kind, subject string) (had bool, err error) {
	return had, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM login_account WHERE subject = $1 AND kind = $2)`, subject, kind).Scan(&had)
}

// chained is a line of the audit with its link.
type chained struct {
	domain.Denial
	link []byte
}

// Denials lists lines before a number, newest first, and proves that each follows
// from the one before it, and the newest of all from nothing that was taken out.
func (t *inTx) Denials(before int64, limit int, link func(domain.Denial, []byte) []byte) (all []domain.Denial, whole bool, err error) {
	var last int64
	var head []byte
	if err := t.tx.QueryRow(`SELECT number, link FROM head WHERE name = 'denial'`).Scan(&last, &head); err != nil {
		return nil, false, err
	}
	if before <= 0 || before > last+1 {
		before = last + 1
	}
	rows, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (c chained, err error) {
		var at int64
		err = s.Scan(&c.Seq, &at, &c.Kind, &c.Subject, &c.Session, &c.Service, &c.Method, &c.Code, &c.link, &c.Again)
		c.At = sqldb.Time(at)
		return c, err
	}, `SELECT seq, at, kind, subject, session, service, method, code, link, times FROM denial WHERE seq < $1 ORDER BY seq DESC LIMIT $2`, before, limit+1)
	if err != nil {
		return nil, false, err
	}
	whole = before != last+1 || last == 0 && len(rows) == 0 || len(rows) > 0 && rows[0].Seq == last && string(rows[0].link) == string(head)
	for i, r := range rows {
		if i == limit {
			break
		}
		all = append(all, r.Denial)
		var previous []byte
		switch {
		case i+1 < len(rows):
			previous = rows[i+1].link
			whole = whole && rows[i+1].Seq == r.Seq-1
		default:
			whole = whole && r.Seq == 1
		}
		whole = whole && string(link(r.Denial, previous)) == string(r.link)
	}
	return all, whole, nil
}
