package store

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Timeline names the read model in a rebuild.
const Timeline = "timeline"

// AddStep puts an event on a timeline, once; never on a closed account's. What was
// assigned by hand to another person than the event says goes to that one.
// While the timeline is being rebuilt it goes into the new one too.
func (t *Tx) AddStep(s domain.Step) error {
	args := stepArgs(s)
	if err := t.tx.Queue(t.addStep, args...); err != nil {
		return err
	}
	return t.tx.Queue(t.addNext, append(args, Timeline)...)
}

// FillStep puts an event on the timeline that a rebuild fills.
func (t *Tx) FillStep(s domain.Step) error { return t.tx.Queue(t.fillStep, stepArgs(s)...) }

func stepArgs(s domain.Step) []any {
	return []any{s.Worker, sqldb.Micros(s.At), s.EventID, s.Type, s.Aggregate, s.Division, s.Actor, s.Via, s.Correlation, s.Causation, s.TraceID, s.Data}
}

// addStep is the statement of AddStep, made once: it runs for every event of
// every department.
func addStep(d sqldb.Dialect, table, also string) string {
	return `INSERT INTO ` + table + ` (` + stepColumns + `)
		SELECT o.worker, CAST($2 AS BIGINT), $3, $4, $5, $6, $7, $8, $9, $10, $11, CAST($12 AS ` + bytesType(d) + `)
		FROM (SELECT coalesce((SELECT a.worker FROM assigned a WHERE a.aggregate = $5), $1) AS worker) o
		WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE owner = o.worker)` + also + `
		ON CONFLICT DO NOTHING`
}

// SwapTimelines makes the timeline that a rebuild has filled the one that is
// read. Whose account was closed meanwhile is not on it.
func SwapTimelines(tx *sqldb.Tx) error {
	for _, statement := range []string{
		`DELETE FROM timeline_next WHERE worker IN (SELECT owner FROM erasure)`,
		`ALTER TABLE timeline RENAME TO timeline_old`,
		`ALTER TABLE timeline_next RENAME TO timeline`,
		`ALTER TABLE timeline_old RENAME TO timeline_next`,
	} {
		if _, err := tx.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// ClearNextTimeline takes some workers' rows out of the timeline that is not read.
func ClearNextTimeline(tx *sqldb.Tx) (more bool, err error) {
	n, err := tx.Exec(`DELETE FROM timeline_next WHERE worker IN (SELECT worker FROM timeline_next LIMIT 500)`)
	return n > 0, err
}

const stepColumns = `worker, occurred_at, event_id, type, aggregate, division, actor, via, correlation, causation, trace_id, data`

func scanStep(s sqldb.Scanner) (p domain.Step, err error) {
	var at int64
	err = s.Scan(&p.Worker, &at, &p.EventID, &p.Type, &p.Aggregate, &p.Division, &p.Actor, &p.Via, &p.Correlation, &p.Causation, &p.TraceID, &p.Data)
	p.At = sqldb.Time(at)
	return p, err
}

// Steps lists the steps of some references before a time, newest first. Steps of
// one moment come together, because the next page begins before the last step's
// time. Each reference's are read by the index, whose order they have.
func (t *Tx) Steps(workers []string, before time.Time, limit int) ([]domain.Step, error) {
	until := sqldb.Micros(before)
	if before.IsZero() {
		until = math.MaxInt64
	}
	all, err := t.newest(workers, limit, `occurred_at < $2 ORDER BY occurred_at DESC, event_id DESC LIMIT $3`, until, limit)
	if err != nil || len(all) < limit {
		return all, err
	}
	last := all[len(all)-1]
	same, err := t.newest(workers, math.MaxInt, `occurred_at = $2 AND event_id < $3 ORDER BY event_id DESC`, sqldb.Micros(last.At), last.EventID)
	return append(all, same...), err
}

// StepsSince lists the newest steps of some references since a time, newest first.
func (t *Tx) StepsSince(workers []string, since time.Time, limit int) ([]domain.Step, error) {
	return t.newest(workers, limit, `occurred_at >= $2 ORDER BY occurred_at DESC, event_id DESC LIMIT $3`, sqldb.Micros(since), limit)
}

// StepsFrom lists the newest steps of some references that a department published.
func (t *Tx) StepsFrom(workers []string, source string, limit int) ([]domain.Step, error) {
	return t.newest(workers, limit, `type LIKE $2 || '.%' ORDER BY occurred_at DESC, event_id DESC LIMIT $3`, source, limit)
}

// newest merges what is found of each reference.
func (t *Tx) newest(workers []string, limit int, where string, args ...any) (all []domain.Step, err error) {
	for _, w := range workers {
		some, err := sqldb.Collect(t.tx, scanStep, `SELECT `+stepColumns+` FROM timeline WHERE worker = $1 AND `+where, append([]any{w}, args...)...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(workers) > 1 {
		slices.SortFunc(all, func(a, b domain.Step) int {
			return cmp.Or(b.At.Compare(a.At), strings.Compare(b.EventID, a.EventID))
		})
	}
	return all[:min(limit, len(all))], nil
}
