package store

import (
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var views = table.New(table.Spec[domain.Views]{
	Table: "work_view",
	Columns: func(v *domain.Views) []table.Column {
		return []table.Column{
			table.Key("account", &v.Account), table.Changing("views", table.JSON(&v.All)), table.Changing("dropped", table.JSON(&v.Dropped)), table.Changing("dropped_at", &v.DroppedAt),
		}
	},
	Unknown: domain.ErrView,
})

// Views loads and locks an officer's views; two that change them, the first ones too,
// come one after the other.
func (t *inTx) Views(account string) (domain.Views, error) {
	if !t.reading {
		if err := t.OneByOne("views " + account); err != nil {
			return domain.Views{}, err
		}
	}
	v, found, err := views.Find(t.tx, `WHERE account = $1`, account)
	if !found {
		v = domain.Views{Account: account}
	}
	return v, err
}

// SaveViews writes them.
func (t *inTx) SaveViews(v domain.Views) error { return views.Put(t.tx, v) }

// DropViews forgets them.
func (t *inTx) DropViews(account string) error {
	return t.do(`DELETE FROM work_view WHERE account = $1`, account)
}
