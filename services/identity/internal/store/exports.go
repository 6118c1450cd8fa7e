package store

import (
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var exports = table.New(table.Spec[domain.Export]{
	Table: "export",
	Columns: func(e *domain.Export) []table.Column {
		return []table.Column{
			table.Key("id", &e.ID), table.Fixed("account", &e.By), table.Fixed("staff", &e.Staff), table.Fixed("kind", &e.Kind), table.Fixed("list", table.JSON(&e.List)),
			table.Fixed("asked_at", &e.AskedAt), table.Changing("state", &e.State), table.Changing("written", &e.Rows), table.Changing("changed_at", &e.ChangedAt),
			table.Fixed("county", &e.List.County), table.Fixed("named", &e.Named), table.Fixed("department", &e.Department), table.Fixed("reason_code", &e.Reason),
			table.Changing("decided_by", &e.DecidedBy), table.Changing("decided_staff", &e.DecidedStaff), table.Changing("decided_at", &e.DecidedAt), table.Changing("refusal_reason_code", &e.Refusal),
		}
	},
	Unknown: domain.ErrExport,
})

// SaveExport writes an export.
func (t *inTx) SaveExport(e domain.Export) error { return exports.Put(t.tx, e) }

// Export loads and locks one.
func (t *inTx) Export(id string) (domain.Export, error) { return load(t, exports, id) }

// Exports lists those of an account, or of everybody, newest first: ids grow with time.
func (t *inTx) Exports(account, before string, limit int) ([]domain.Export, error) {
	return exports.List(t.tx, `WHERE (account = $1 OR $1 = '') AND (id < $2 OR $2 = '') ORDER BY id DESC LIMIT $3`, account, before, limit)
}

// ExportsAsked lists those with names that nobody decided, oldest first.
func (t *inTx) ExportsAsked(limit int) ([]domain.Export, error) {
	return exports.List(t.tx, `WHERE state = 'asked' ORDER BY id LIMIT $1`, limit)
}

// ExportsWritten lists those with names of an account whose file is being written.
func (t *inTx) ExportsWritten(account string) ([]domain.Export, error) {
	return exports.List(t.tx, `WHERE account = $1 AND state = 'running' AND named = 1 ORDER BY id DESC LIMIT 20`, account)
}
