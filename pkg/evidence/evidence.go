// Package evidence keeps other departments' facts for an open case of this
// one, so that a worker is not asked for the same paper twice. A fact is held
// only under a grant of the worker that covers it, from the grant's first day to
// its last; it goes when the grant is withdrawn or over, and is flagged when it
// was corrected. Facts come with events and,
// when a case or a grant opens, from the department that holds them: whichever
// comes first, the end is the same.
package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

const (
	// taskCollect asks the sources for the facts of one case under one grant.
	taskCollect = "evidence.collect"
	// taskTurn opens a grant on its first day and ends it after its last.
	taskTurn = "evidence.turn"
)

// Change tells the department that the evidence of one of its cases changed.
type Change struct {
	CaseID string
	Worker string
	Kind   string
	What   string // recorded, ended, withdrawn, consent_over, retracted, corrected
}

// The values of Change.What.
const (
	Recorded    = "recorded"
	Ended       = "ended"
	Withdrawn   = "withdrawn"
	ConsentOver = "consent_over" // the grant's last day has passed
	Retracted   = "retracted"
	Corrected   = "corrected"
)

// Cases is what a department tells of its own open cases, and what it does
// when their evidence changes. Both run in the transaction of the change.
type Cases interface {
	// OpenCases lists and locks the worker's cases that still want evidence, so
	// that none is closed while facts are being written to it.
	OpenCases(tx *sqldb.Tx, worker string) ([]string, error)
	// EvidenceChanged records the change in the case's history, and reopens a
	// decision that rested on a corrected or retracted fact.
	EvidenceChanged(ctx context.Context, tx *sqldb.Tx, c Change) error
	// FactEnded is told that a fact of a kind which the department may hold has
	// ended, whether or not an open case holds it.
	FactEnded(ctx context.Context, tx *sqldb.Tx, f *platformv1.Fact) error
}

// Holder keeps the evidence of one department.
type Holder struct {
	service string
	purpose string // the purpose that grants to this department state
	cases   Cases
	tasks   *task.Queue
	caller  contract.Caller
	clock   clock.Clock
	db      *sqldb.DB
}

// NewHolder returns the holder of a service and registers its tasks. The purpose
// of the grants that it may use is the contract's.
func NewHolder(service string, db *sqldb.DB, cases Cases, tasks *task.Queue, caller contract.Caller, c clock.Clock) *Holder {
	h := &Holder{service: service, purpose: PurposeOf(service), cases: cases, tasks: tasks, caller: caller, clock: c, db: db}
	tasks.Handle(taskCollect, h.collect)
	tasks.Handle(taskTurn, h.turned)
	return h
}

// lock makes what concerns a worker's grants and cases run one after the other,
// so that a grant and a case that open at once do not miss each other.
func lock(tx *sqldb.Tx, worker string) error { return person.Lock(tx, locked, worker) }

// locked names what of a person is locked.
const locked = "evidence"

// Lock is lock for several workers, in the order that all keep. Who locks rows of
// theirs before a use of evidence locks this before the rows.
func Lock(tx *sqldb.Tx, workers ...string) error { return person.LockAll(tx, locked, workers...) }

// Granted records a grant, and collects the facts it opens for open cases: at
// once, or on its first day.
func (h *Holder) Granted(ctx context.Context, tx *sqldb.Tx, g Grant) error {
	if err := lock(tx, g.Worker); err != nil {
		return err
	}
	if err := RecordGrant(tx, g); err != nil || !h.mine(g) {
		return err
	}
	return h.turn(ctx, tx, g)
}

// Withdrawn ends a grant that the worker took back.
func (h *Holder) Withdrawn(ctx context.Context, tx *sqldb.Tx, worker, grantID string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	if err := WithdrawGrant(tx, grantID); err != nil {
		return err
	}
	return h.end(ctx, tx, Withdrawn, worker, grantID)
}

// end removes every piece of evidence got under a grant that is not in force any
// more. What another grant covers stays under that one: who agrees anew before
// the last day loses no decision.
func (h *Holder) end(ctx context.Context, tx *sqldb.Tx, what, worker, grantID string) error {
	kinds, err := sqldb.Collect(tx, func(s sqldb.Scanner) (kind string, err error) { return kind, s.Scan(&kind) },
		`SELECT DISTINCT kind FROM evidence WHERE grant_id = $1 ORDER BY kind`, grantID)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		other, ok, err := h.grantFor(tx, worker, kind)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if _, err := tx.Exec(`UPDATE evidence SET grant_id = $1 WHERE grant_id = $2 AND kind = $3`, other.ID, grantID, kind); err != nil {
			return err
		}
	}
	if err := h.remove(ctx, tx, what, `grant_id = $1`, grantID); err != nil {
		return err
	}
	cases, err := h.cases.OpenCases(tx, worker)
	if err != nil {
		return err
	}
	for _, c := range cases { // an answer that was under way came under the grant that ended
		if err := h.CaseOpened(ctx, tx, c, worker); err != nil {
			return err
		}
	}
	return nil
}

// Retracted removes the evidence that rests on a record of the worker which is
// in dispute or undone. An answer to a question asked before then cannot bring
// it back; an event after it can.
func (h *Holder) Retracted(ctx context.Context, tx *sqldb.Tx, worker, source, sourceID string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO evidence_retracted (source, source_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, source, sourceID); err != nil {
		return err
	}
	return h.remove(ctx, tx, Retracted, `source = $1 AND source_id = $2`, source, sourceID)
}

func (h *Holder) remove(ctx context.Context, tx *sqldb.Tx, what, where string, args ...any) error {
	gone, err := sqldb.Collect(tx, scanChange, `DELETE FROM evidence WHERE `+where+` RETURNING case_id, worker, kind`, args...)
	if err != nil {
		return err
	}
	return h.tell(ctx, tx, what, gone)
}

// Corrected flags the worker's evidence that rests on a record which the worker
// calls wrong. Another's record is not the worker's to call wrong.
func (h *Holder) Corrected(ctx context.Context, tx *sqldb.Tx, worker, source, sourceID string) error {
	hit, err := sqldb.Collect(tx, scanChange, `UPDATE evidence SET flagged = 1 WHERE `+person.Whose("worker", 1)+` AND source = $2 AND source_id = $3 RETURNING case_id, worker, kind`, worker, source, sourceID)
	if err != nil {
		return err
	}
	return h.tell(ctx, tx, Corrected, hit)
}

func (h *Holder) tell(ctx context.Context, tx *sqldb.Tx, what string, changes []Change) error {
	for _, c := range changes {
		c.What = what
		if err := h.cases.EvidenceChanged(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func scanChange(s sqldb.Scanner) (c Change, err error) {
	return c, s.Scan(&c.CaseID, &c.Worker, &c.Kind)
}

// CaseOpened collects what the worker's grants open for a new case.
func (h *Holder) CaseOpened(ctx context.Context, tx *sqldb.Tx, caseID, worker string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	grants, err := h.grants(tx, worker)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := h.ask(ctx, tx, caseID, g); err != nil {
			return err
		}
	}
	return nil
}

// CaseClosed forgets the evidence of a case that is over. Call it in the
// transaction that changed the case, which holds the case's lock: no answer that
// is under way then comes after it.
func (h *Holder) CaseClosed(tx *sqldb.Tx, caseID string) error {
	_, err := tx.Exec(`DELETE FROM evidence WHERE case_id = $1`, caseID)
	return err
}

// Put records a fact that an event brought, on every open case of the worker
// that a grant covers. An older version of a fact never replaces a newer one.
func (h *Holder) Put(ctx context.Context, tx *sqldb.Tx, f *platformv1.Fact) error {
	if err := lock(tx, f.GetWorker()); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM evidence_retracted WHERE source = $1 AND source_id = $2`, f.GetSource(), f.GetSourceId()); err != nil {
		return err
	}
	g, ok, err := h.grantFor(tx, f.GetWorker(), f.GetKind())
	if err != nil || !ok {
		return err
	}
	cases, err := h.cases.OpenCases(tx, f.GetWorker())
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := h.put(ctx, tx, c, g.ID, f); err != nil {
			return err
		}
	}
	return nil
}

func (h *Holder) put(ctx context.Context, tx *sqldb.Tx, caseID, grantID string, f *platformv1.Fact) error {
	n, err := tx.Exec(`INSERT INTO evidence (case_id, source, source_id, kind, worker, grant_id, since, until, months, code, fact_version, flagged, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)
		ON CONFLICT (case_id, source, source_id) DO UPDATE SET since = excluded.since, until = excluded.until, months = excluded.months,
			code = excluded.code, fact_version = excluded.fact_version, flagged = 0, recorded_at = excluded.recorded_at
		WHERE evidence.fact_version < excluded.fact_version`,
		caseID, f.GetSource(), f.GetSourceId(), f.GetKind(), f.GetWorker(), grantID, f.GetSince(), f.GetUntil(), f.GetMonths(), f.GetCode(), f.GetVersion(), h.clock.Now().UnixMicro())
	if err != nil || n == 0 {
		return err
	}
	what := Recorded
	if u := f.GetUntil(); u != "" && u <= clock.Today(h.clock).String() {
		what = Ended
	}
	return h.cases.EvidenceChanged(ctx, tx, Change{CaseID: caseID, Worker: f.GetWorker(), Kind: f.GetKind(), What: what})
}

// Over records that a fact which the worker's cases hold has ended, where the
// event that says so does not tell the whole fact.
func (h *Holder) Over(ctx context.Context, tx *sqldb.Tx, f *platformv1.Fact) error {
	if err := lock(tx, f.GetWorker()); err != nil {
		return err
	}
	over, err := sqldb.Collect(tx, scanChange, `UPDATE evidence SET until = $1, fact_version = $2 WHERE `+person.Whose("worker", 3)+` AND source = $4 AND source_id = $5 AND fact_version < $2
		RETURNING case_id, worker, kind`, f.GetUntil(), f.GetVersion(), f.GetWorker(), f.GetSource(), f.GetSourceId())
	if err != nil {
		return err
	}
	return h.tell(ctx, tx, Ended, over)
}

// PutPaper records what a paper or a witness showed at the counter of this
// department. It counts as much as the digital fact (promise 7), needs no
// grant, and is given by the worker, who showed it. f.Source is "paper" or
// "witness".
func (h *Holder) PutPaper(ctx context.Context, tx *sqldb.Tx, caseID string, f *platformv1.Fact) error {
	return h.put(ctx, tx, caseID, "", f)
}

// Ask collects one kind of fact for the worker's open cases from the service
// that holds it: for events that say that there is something, but not what.
func (h *Holder) Ask(ctx context.Context, tx *sqldb.Tx, worker, kind string) error {
	g, ok, err := h.grantFor(tx, worker, kind)
	if err != nil || !ok {
		return err
	}
	cases, err := h.cases.OpenCases(tx, worker)
	if err != nil {
		return err
	}
	g.Kinds = []string{kind}
	for _, c := range cases {
		if err := h.ask(ctx, tx, c, g); err != nil {
			return err
		}
	}
	return nil
}

// question is the payload of a collect task.
type question struct {
	CaseID, Worker, GrantID string
	Kinds                   []string
}

func (h *Holder) ask(ctx context.Context, tx *sqldb.Tx, caseID string, g Grant) error {
	if !h.covers(g) {
		return nil
	}
	b, err := json.Marshal(question{CaseID: caseID, Worker: g.Worker, GrantID: g.ID, Kinds: g.Kinds})
	if err != nil {
		return err
	}
	return h.tasks.Add(ctx, tx, taskCollect, b, time.Time{})
}

// collect asks each source and records the answers. It asks nothing, and is
// done, where the grant or the case has ended meanwhile. A source that does not
// answer is asked again alone: the others' facts are here, and each look is a line
// in the worker's log.
func (h *Holder) collect(ctx context.Context, payload []byte) error {
	var q question
	if err := json.Unmarshal(payload, &q); err != nil {
		return task.Hopeless(err)
	}
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: h.service, Purpose: h.purpose, LegalBasis: "consent", Via: auth.ViaSystem})
	var failed []string
	var failure error
	for _, kind := range q.Kinds {
		if err := h.collectKind(ctx, q, kind); err != nil {
			failed, failure = append(failed, kind), errors.Join(failure, err)
		}
	}
	if failure == nil || len(failed) == len(q.Kinds) {
		return failure
	}
	q.Kinds = failed
	b, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return h.db.Update(ctx, func(tx *sqldb.Tx) error { return h.tasks.Add(ctx, tx, taskCollect, b, time.Time{}) })
}

func (h *Holder) collectKind(ctx context.Context, q question, kind string) error {
	k := KindOf(kind)
	if k.Holders[h.service] != h.purpose { // a grant of before the contract said who may hold what
		return nil
	}
	var asks bool
	var workers []string
	err := h.db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		if asks, err = h.asks(tx, q, kind); err == nil && asks {
			workers, err = askedBy(tx, q.Worker)
		}
		return err
	})
	if err != nil || !asks {
		return err
	}
	for _, worker := range workers {
		answer, err := platformv1.FactsClient{Caller: h.caller, Target: k.Source}.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: worker, GrantId: q.GrantID, CaseId: q.CaseID, Kinds: []string{kind}})
		if err != nil {
			return fmt.Errorf("ask %s: %w", k.Source, err)
		}
		if err := h.db.Update(ctx, func(tx *sqldb.Tx) error { return h.answered(ctx, tx, q, kind, answer.GetFacts()) }); err != nil {
			return err
		}
	}
	return nil
}

// askedBy are the references by which a source is asked about who gave a grant. It
// answers for the whole person, as far as it has heard; so somebody who has others
// is asked about by those, which the grant does not name: a source that has not
// heard yet that they are one person's refuses, and is asked again.
func askedBy(tx *sqldb.Tx, worker string) ([]string, error) {
	all, err := person.Class(tx, worker)
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(w string) bool { return w == worker })
	}
	return all, err
}

// asks reports whether a question still has its grant and its open case.
func (h *Holder) asks(tx *sqldb.Tx, q question, kind string) (bool, error) {
	if err := lock(tx, q.Worker); err != nil {
		return false, err
	}
	g, ok, err := h.grantFor(tx, q.Worker, kind)
	if err != nil || !ok || g.ID != q.GrantID {
		return false, err
	}
	open, err := h.cases.OpenCases(tx, q.Worker)
	return slices.Contains(open, q.CaseID), err
}

func (h *Holder) answered(ctx context.Context, tx *sqldb.Tx, q question, kind string, facts []*platformv1.Fact) error {
	if asks, err := h.asks(tx, q, kind); err != nil || !asks {
		return err
	}
	class, err := person.Class(tx, q.Worker)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if f.GetKind() != kind || !slices.Contains(class, f.GetWorker()) {
			continue
		}
		var retracted bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM evidence_retracted WHERE source = $1 AND source_id = $2)`, f.GetSource(), f.GetSourceId()).Scan(&retracted); err != nil {
			return err
		}
		if retracted {
			continue
		}
		if err := h.put(ctx, tx, q.CaseID, q.GrantID, f); err != nil {
			return err
		}
	}
	return nil
}

// mine reports whether a grant is given to this department for its purpose.
func (h *Holder) mine(g Grant) bool { return g.Recipient == h.service && g.Purpose == h.purpose }

// covers reports whether a grant is in force today for this department's purpose.
func (h *Holder) covers(g Grant) bool {
	return h.mine(g) && g.inForce(clock.Today(h.clock).String())
}

// grants lists the worker's grants that cover this department today, oldest first.
func (h *Holder) grants(tx *sqldb.Tx, worker string) ([]Grant, error) {
	all, err := grantsOf(tx, worker)
	return slices.DeleteFunc(all, func(g Grant) bool { return !h.covers(g) }), err
}

// grantFor finds the first grant in force that covers a kind.
func (h *Holder) grantFor(tx *sqldb.Tx, worker, kind string) (Grant, bool, error) {
	all, err := h.grants(tx, worker)
	for _, g := range all {
		if slices.Contains(g.Kinds, kind) {
			return g, true, err
		}
	}
	return Grant{}, false, err
}

// Evidence is a fact held for a case.
type Evidence struct {
	CaseID, Source, SourceID, Kind, Worker, GrantID string
	Since, Until                                    string // civil dates
	Months                                          int
	Code                                            string
	Flagged                                         bool // its source corrected it since
	RecordedAt                                      time.Time
}

// usable is the condition, on rows of the table evidence, that a fact may be
// used on a day, which stands twice in it as the placeholder: by the worker's
// own showing, or under a grant that is in force. A reader checks it whatever
// the tasks of the grants have done, so that no decision rests on what is over.
func usable(day string) string {
	return strings.ReplaceAll(`(grant_id = '' OR EXISTS (SELECT 1 FROM consent_grant WHERE consent_grant.id = evidence.grant_id
		AND withdrawn = 0 AND valid_from <= $0 AND (valid_to = '' OR valid_to >= $0)))`, "$0", day)
}

// Of lists the evidence of a case that may be used on a day, in a stable order.
func Of(tx *sqldb.Tx, caseID string, on clock.Date) ([]Evidence, error) {
	all, err := OfCases(tx, on, `$1`, caseID)
	return all[caseID], err
}

// OfCases is Of for many cases in one statement: ids is the caller's query of
// its cases' ids, with args. It gives each case's evidence by the case's id.
func OfCases(tx *sqldb.Tx, on clock.Date, ids string, args ...any) (map[string][]Evidence, error) {
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (e Evidence, err error) {
		var flagged, at int64
		err = s.Scan(&e.CaseID, &e.Source, &e.SourceID, &e.Kind, &e.Worker, &e.GrantID, &e.Since, &e.Until, &e.Months, &e.Code, &flagged, &at)
		e.Flagged, e.RecordedAt = flagged != 0, sqldb.Time(at)
		return e, err
	}, `SELECT case_id, source, source_id, kind, worker, grant_id, since, until, months, code, flagged, recorded_at
		FROM evidence WHERE case_id IN (`+ids+`) AND `+usable(fmt.Sprintf("$%d", len(args)+1))+` ORDER BY kind, source_id`, append(args, on.String())...)
	of := map[string][]Evidence{}
	for _, e := range all {
		of[e.CaseID] = append(of[e.CaseID], e)
	}
	return of, err
}

// EndIn writes the end of a fact to the worker's cases that are not open any
// more, which a Holder does not reach, and hold an older version of it; it
// returns which. ids is the caller's query of those cases' ids, with args.
func EndIn(tx *sqldb.Tx, f *platformv1.Fact, ids string, args ...any) ([]string, error) {
	n := len(args)
	return sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		fmt.Sprintf(`UPDATE evidence SET until = $%d, months = $%d, fact_version = $%d WHERE source = $%d AND source_id = $%d AND fact_version < $%d
			AND `, n+1, n+2, n+3, n+4, n+5, n+3)+person.Whose("worker", n+6)+` AND case_id IN (`+ids+`) RETURNING case_id`,
		append(args, f.GetUntil(), f.GetMonths(), f.GetVersion(), f.GetSource(), f.GetSourceId(), f.GetWorker())...)
}
