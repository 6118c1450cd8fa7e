package store

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var documentCases = table.New(table.Spec[domain.DocumentCase]{
	Table: "document_case",
	Columns: func(c *domain.DocumentCase) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("worker", &c.Worker), table.Fixed("county", &c.County), table.Fixed("number_changes", &c.Number),
			table.Fixed("name_changes", &c.Name), table.Changing("sealed", &c.Sealed), table.Fixed("reason_code", &c.Grounds.Reason),
			table.Fixed("paper", &c.Grounds.Paper), table.Fixed("officer", &c.Officer), table.Fixed("made_at", &c.MadeAt), table.Changing("state", &c.State),
			table.Changing("decided_by", &c.DecidedBy), table.Changing("decided_at", &c.DecidedAt), table.Changing("refusal_reason_code", &c.Refusal),
			table.Changing("objected_at", &c.ObjectedAt), table.Changing("under_age", &c.UnderAge), table.Changing("settled_by", &c.SettledBy),
			table.Changing("settled_at", &c.SettledAt), table.Changing("outcome", &c.Outcome),
		}
	},
	Unknown: domain.ErrDocumentCaseUnknown,
})

// DocumentCase loads and locks a case.
func (t *Tx) DocumentCase(id string) (domain.DocumentCase, error) {
	return documentCases.Load(t.tx, id)
}

// PeekDocumentCase reads a case without locking it.
func (t *Tx) PeekDocumentCase(id string) (domain.DocumentCase, error) {
	return documentCases.Peek(t.tx, id)
}

// WaitingDocumentCases lists what is to be decided, or looked at for a wrong age,
// oldest first, about people of the counties that the divisions cover.
func (t *Tx) WaitingDocumentCases(counties string) ([]domain.DocumentCase, error) {
	return documentCases.List(t.tx, `WHERE (state = $1 OR state = $2 AND under_age <> 0 AND settled_by = '') AND `+sqldb.Within("county", 3)+` ORDER BY made_at, id LIMIT 500`,
		domain.CaseOpen, domain.CaseApplied, counties)
}

// DocumentCasesOf lists what was asked about a person, newest first.
func (t *Tx) DocumentCasesOf(worker string) ([]domain.DocumentCase, error) {
	return documentCases.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY made_at DESC, id DESC LIMIT 100`, worker)
}

// LockDocumentCases locks all cases of the person whom one is about, in the order in
// which a closing account locks them: who decides one writes others, and two who decide
// would each hold what the other writes.
func (t *Tx) LockDocumentCases(id string) error {
	if t.tx.Dialect() != sqldb.Postgres { // SQLite has one writer
		return nil
	}
	_, err := t.tx.Exec(`SELECT id FROM document_case WHERE worker = (SELECT worker FROM document_case WHERE id = $1) ORDER BY id FOR UPDATE`, id)
	return err
}

// SaveDocumentCase writes a case; one that was refused, objected to or undone
// stays as it is, and one that was applied is never open again.
func (t *Tx) SaveDocumentCase(c domain.DocumentCase) error {
	written, err := documentCases.PutWhere(t.tx, `document_case.state = 'open' OR document_case.state = 'applied' AND excluded.state IN ('applied', 'undone')`, c)
	if err == nil && !written {
		return outbox.ErrStale
	}
	return err
}

// AddFormer keeps what a person was found by.
func (t *Tx) AddFormer(f domain.Former) error {
	_, err := t.tx.Exec(`INSERT INTO former_value (value_index, worker, change_id, ended_at) VALUES ($1, $2, $3, $4)`, f.Index, f.Worker, f.Change, sqldb.Micros(f.Until))
	return err
}

// DropFormer takes back what a case added.
func (t *Tx) DropFormer(change string) error {
	_, err := t.tx.Exec(`DELETE FROM former_value WHERE change_id = $1`, change)
	return err
}

// WasFormer reports whether a person was found by an index.
func (t *Tx) WasFormer(index []byte, worker string) (was bool, err error) {
	return was, t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM former_value WHERE value_index = $1 AND `+person.Whose("worker", 2)+`)`, index, worker).Scan(&was)
}

// RefileKey leaves the task that brings the vault's index to the account's.
func (t *Tx) RefileKey(ctx context.Context, worker string) error {
	return t.tasks.Add(ctx, t.tx, TaskRefileKey, []byte(worker), time.Time{})
}
