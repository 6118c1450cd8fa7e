package store

import (
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var outsides = table.New(table.Spec[domain.OutsideLink]{
	Table: "outside",
	Columns: func(o *domain.OutsideLink) []table.Column {
		return []table.Column{
			table.Key("source", &o.Source), table.Key("subject_index", &o.Subject), table.Fixed("account", &o.Account), table.Fixed("made_at", &o.Made), table.Changing("opens_at", &o.Opens),
		}
	},
})

// Outside finds whose account is joined to whom another office names.
func (t *inTx) Outside(source string, subject []byte) (domain.OutsideLink, bool, error) {
	return outsides.Find(t.tx, `WHERE source = $1 AND subject_index = $2`, source, subject)
}

// Outsides lists what is joined to an account.
func (t *inTx) Outsides(account string) ([]domain.OutsideLink, error) {
	return outsides.List(t.tx, `WHERE account = $1 ORDER BY source, subject_index`, account)
}

// SaveOutside says whose account belongs to whom another office names; never two. It may
// open the same account earlier than was said before.
func (t *inTx) SaveOutside(o domain.OutsideLink) error {
	before, there, err := t.Outside(o.Source, o.Subject)
	if err != nil {
		return err
	}
	if there && before.Opens.Before(o.Opens) {
		o.Opens = before.Opens
	}
	wrote, err := outsides.PutWhere(t.tx, `outside.account = excluded.account`, o)
	if err == nil && !wrote {
		err = domain.ErrTaken
	}
	return err
}

// DropOutside parts the two.
func (t *inTx) DropOutside(o domain.OutsideLink) error {
	return t.do(`DELETE FROM outside WHERE source = $1 AND subject_index = $2 AND account = $3`, o.Source, o.Subject, o.Account)
}
