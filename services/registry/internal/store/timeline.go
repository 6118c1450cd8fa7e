package store

import (
	"math"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// AddStep puts an event on a timeline, once; never on a closed account's.
func (t *Tx) AddStep(s domain.Step) error {
	return t.tx.Queue(t.addStep,
		s.Worker, sqldb.Micros(s.At), s.EventID, s.Type, s.Aggregate, s.Division, s.Actor, s.Via, s.Correlation, s.Causation, s.TraceID, s.Data)
}

// addStep is the statement of AddStep, made once: it runs for every event of
// every department.
func addStep(d sqldb.Dialect) string {
	return `INSERT INTO timeline (` + stepColumns + `)
		SELECT $1, CAST($2 AS BIGINT), $3, $4, $5, $6, $7, $8, $9, $10, $11, CAST($12 AS ` + bytesType(d) + `)
		WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE owner = $1)
		ON CONFLICT DO NOTHING`
}

const stepColumns = `worker, occurred_at, event_id, type, aggregate, division, actor, via, correlation, causation, trace_id, data`

func scanStep(s sqldb.Scanner) (p domain.Step, err error) {
	var at int64
	err = s.Scan(&p.Worker, &at, &p.EventID, &p.Type, &p.Aggregate, &p.Division, &p.Actor, &p.Via, &p.Correlation, &p.Causation, &p.TraceID, &p.Data)
	p.At = sqldb.Time(at)
	return p, err
}

// Steps lists the steps before a time, newest first. Steps of one moment come
// together, because the next page begins before the last step's time.
func (t *Tx) Steps(worker string, before time.Time, limit int) ([]domain.Step, error) {
	until := sqldb.Micros(before)
	if before.IsZero() {
		until = math.MaxInt64
	}
	all, err := sqldb.Collect(t.tx, scanStep, `SELECT `+stepColumns+` FROM timeline WHERE worker = $1 AND occurred_at < $2
		ORDER BY occurred_at DESC, event_id DESC LIMIT $3`, worker, until, limit)
	if err != nil || len(all) < limit {
		return all, err
	}
	last := all[len(all)-1]
	same, err := sqldb.Collect(t.tx, scanStep, `SELECT `+stepColumns+` FROM timeline WHERE worker = $1 AND occurred_at = $2 AND event_id < $3
		ORDER BY event_id DESC`, worker, sqldb.Micros(last.At), last.EventID)
	return append(all, same...), err
}
