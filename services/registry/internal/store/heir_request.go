package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var heirRequests = table.New(table.Spec[domain.HeirRequest]{
	Table: "heir_request",
	Columns: func(r *domain.HeirRequest) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("worker", &r.Worker), table.Fixed("county", &r.County), table.Fixed("relative", &r.Relative),
			table.Fixed("paper", &r.Paper), table.Fixed("reason_code", &r.Reason), table.Fixed("source", &r.Source), table.Fixed("officer", &r.Officer),
			table.Fixed("made_at", &r.MadeAt), table.Fixed("decide_by", &r.DecideBy), table.Changing("state", &r.State),
			table.Changing("decided_by", &r.DecidedBy), table.Changing("decided_at", &r.DecidedAt), table.Changing("refusal_reason_code", &r.Refusal),
			table.Changing("shown_at", &r.ShownAt), table.Fixed("asked", &r.Asked), table.Fixed("fact_kind", &r.FactKind), table.Fixed("source_id", &r.FactID),
			table.Fixed("wrong_reason_code", &r.Wrong), table.Changing("erase_on", &r.EraseOn),
		}
	},
	Unknown: domain.ErrHeirUnknown,
})

// HeirRequest loads and locks a request.
func (t *Tx) HeirRequest(id string) (domain.HeirRequest, error) { return heirRequests.Load(t.tx, id) }

// PeekHeirRequest reads a request.
func (t *Tx) PeekHeirRequest(id string) (domain.HeirRequest, error) {
	return heirRequests.Peek(t.tx, id)
}

// HeirRequests lists what is to be decided and to be shown in the counties that
// the divisions cover, by the last day to decide.
func (t *Tx) HeirRequests(counties string) ([]domain.HeirRequest, error) {
	return heirRequests.List(t.tx, `WHERE state IN ('open', 'granted') AND `+sqldb.Within("county", 1)+` ORDER BY decide_by, made_at, id LIMIT 500`, counties)
}

// HeirRequestsOf lists what waits of a person's relatives.
func (t *Tx) HeirRequestsOf(worker string) ([]domain.HeirRequest, error) {
	return heirRequests.List(t.tx, `WHERE state IN ('open', 'granted') AND `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}

// EraseAt has EraseForHeir run for a request on a day.
func (t *Tx) EraseAt(ctx context.Context, id string, on clock.Date) error {
	return t.tasks.Add(ctx, t.tx, TaskHeir, []byte(id), on.Start())
}

// SaveHeirRequest writes a request.
func (t *Tx) SaveHeirRequest(r domain.HeirRequest) error { return heirRequests.Put(t.tx, r) }

// NobodyMay reports whether a person arranged that no relative may ask.
func (t *Tx) NobodyMay(worker string) (nobody bool, err error) {
	return nobody, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM heirs_wish WHERE `+person.Whose("worker", 1)+`)`, worker).Scan(&nobody)
}

// SetNobodyMay keeps what a person arranged.
func (t *Tx) SetNobodyMay(worker string, nobody bool) error {
	query := `DELETE FROM heirs_wish WHERE ` + person.Whose("worker", 1)
	if nobody {
		query = `INSERT INTO heirs_wish (worker) VALUES ($1) ON CONFLICT (worker) DO NOTHING`
	}
	_, err := t.tx.Exec(query, worker)
	return err
}
