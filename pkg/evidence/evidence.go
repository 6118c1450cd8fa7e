// Package evidence keeps other departments' facts for an open case of this
// one, so that a worker is not asked for the same paper twice. A fact is held
// only under a grant of the worker that covers it; it goes when the grant is
// withdrawn and is flagged when it was corrected. Facts come with events and,
// when a case or a grant opens, from the department that holds them: whichever
// comes first, the end is the same.
package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The kinds of facts that a grant can name.
const (
	Job             = "job"
	InsuranceMonths = "insurance_months"
	Lease           = "lease"
	Certificate     = "certificate"
)

// sources says which service holds a kind of fact.
var sources = map[string]string{Job: "employment", InsuranceMonths: "insurance", Lease: "housing", Certificate: "training"}

// taskCollect asks the sources for the facts of one case under one grant.
const taskCollect = "evidence.collect"

// Change tells the department that the evidence of one of its cases changed.
type Change struct {
	CaseID string
	Worker string
	Kind   string
	What   string // recorded, ended, withdrawn, retracted, corrected
}

// The values of Change.What.
const (
	Recorded  = "recorded"
	Ended     = "ended"
	Withdrawn = "withdrawn"
	Retracted = "retracted"
	Corrected = "corrected"
)

// Cases is what a department tells of its own open cases, and what it does
// when their evidence changes. Both run in the transaction of the change.
type Cases interface {
	// OpenCases lists the worker's cases that still want evidence.
	OpenCases(tx *sqldb.Tx, worker string) ([]string, error)
	// EvidenceChanged records the change in the case's history, and reopens a
	// decision that rested on a corrected or retracted fact.
	EvidenceChanged(ctx context.Context, tx *sqldb.Tx, c Change) error
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

// NewHolder returns the holder of a service and registers its task. purpose is
// the purpose code of the grants that it may use, e.g. "school_place".
func NewHolder(service, purpose string, db *sqldb.DB, cases Cases, tasks *task.Queue, caller contract.Caller, c clock.Clock) *Holder {
	h := &Holder{service: service, purpose: purpose, cases: cases, tasks: tasks, caller: caller, clock: c, db: db}
	tasks.Handle(taskCollect, h.collect)
	return h
}

// lock makes what concerns a worker's grants and cases run one after the other,
// so that a grant and a case that open at once do not miss each other.
func lock(tx *sqldb.Tx, worker string) error { return tx.Lock("evidence " + worker) }

// Granted records a grant and collects the facts it opens for open cases.
func (h *Holder) Granted(ctx context.Context, tx *sqldb.Tx, g Grant) error {
	if err := lock(tx, g.Worker); err != nil {
		return err
	}
	if err := RecordGrant(tx, g); err != nil {
		return err
	}
	cases, err := h.cases.OpenCases(tx, g.Worker)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := h.ask(ctx, tx, c, g); err != nil {
			return err
		}
	}
	return nil
}

// Withdrawn removes every piece of evidence got under the worker's grant, and
// collects again what another grant still covers.
func (h *Holder) Withdrawn(ctx context.Context, tx *sqldb.Tx, worker, grantID string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	if err := WithdrawGrant(tx, grantID); err != nil {
		return err
	}
	if err := h.remove(ctx, tx, Withdrawn, `grant_id = $1`, grantID); err != nil {
		return err
	}
	cases, err := h.cases.OpenCases(tx, worker)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := h.CaseOpened(ctx, tx, c, worker); err != nil {
			return err
		}
	}
	return nil
}

// Retracted removes the evidence that rests on a record which is in dispute or
// undone. An answer to a question asked before then cannot bring it back; an
// event after it can.
func (h *Holder) Retracted(ctx context.Context, tx *sqldb.Tx, source, sourceID string) error {
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
	hit, err := sqldb.Collect(tx, scanChange, `UPDATE evidence SET flagged = 1 WHERE worker = $1 AND source = $2 AND source_id = $3 RETURNING case_id, worker, kind`, worker, source, sourceID)
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

// CaseClosed forgets the evidence of a case that is over.
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

// collect asks each source and records the answers, unless the grant or the
// case has ended meanwhile.
func (h *Holder) collect(ctx context.Context, payload []byte) error {
	var q question
	if err := json.Unmarshal(payload, &q); err != nil {
		return err
	}
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: h.service, Purpose: h.purpose, LegalBasis: "consent", Via: auth.ViaSystem})
	for _, kind := range q.Kinds {
		source, ok := sources[kind]
		if !ok || source == h.service {
			continue
		}
		answer, err := platformv1.FactsClient{Caller: h.caller, Target: source}.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: q.Worker, GrantId: q.GrantID, CaseId: q.CaseID, Kinds: []string{kind}})
		if err != nil {
			return fmt.Errorf("ask %s: %w", source, err)
		}
		err = h.db.Update(ctx, func(tx *sqldb.Tx) error {
			if err := lock(tx, q.Worker); err != nil {
				return err
			}
			g, ok, err := h.grantFor(tx, q.Worker, kind)
			if err != nil || !ok || g.ID != q.GrantID {
				return err
			}
			open, err := h.cases.OpenCases(tx, q.Worker)
			if err != nil || !slices.Contains(open, q.CaseID) {
				return err
			}
			for _, f := range answer.GetFacts() {
				if f.GetKind() != kind || f.GetWorker() != q.Worker {
					continue
				}
				var retracted bool
				if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM evidence_retracted WHERE source = $1 AND source_id = $2)`, f.GetSource(), f.GetSourceId()).Scan(&retracted); err != nil {
					return err
				}
				if retracted {
					continue
				}
				if err := h.put(ctx, tx, q.CaseID, g.ID, f); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// covers reports whether a grant is in force today for this department's purpose.
func (h *Holder) covers(g Grant) bool {
	return g.Recipient == h.service && g.Purpose == h.purpose && g.inForce(clock.Today(h.clock).String())
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

// Of lists the evidence of a case in a stable order.
func Of(tx *sqldb.Tx, caseID string) ([]Evidence, error) {
	return sqldb.Collect(tx, func(s sqldb.Scanner) (e Evidence, err error) {
		var flagged, at int64
		err = s.Scan(&e.CaseID, &e.Source, &e.SourceID, &e.Kind, &e.Worker, &e.GrantID, &e.Since, &e.Until, &e.Months, &e.Code, &flagged, &at)
		e.Flagged, e.RecordedAt = flagged != 0, sqldb.Time(at)
		return e, err
	}, `SELECT case_id, source, source_id, kind, worker, grant_id, since, until, months, code, flagged, recorded_at
		FROM evidence WHERE case_id = $1 ORDER BY kind, source_id`, caseID)
}
