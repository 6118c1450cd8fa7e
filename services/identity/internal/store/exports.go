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
