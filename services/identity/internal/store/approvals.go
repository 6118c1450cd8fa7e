package store

import (
	"fmt"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// keptApproval is an approval as it is stored: the speaker's name is sealed.
type keptApproval struct {
	domain.Approval
	speaker []byte
}

var approvals = table.New(table.Spec[keptApproval]{
	Table: "text_approval",
	Columns: func(a *keptApproval) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("language", &a.Language), table.Fixed("file", &a.File), table.Fixed("version", &a.Version),
			table.Fixed("speaker", &a.speaker), table.Fixed("qualification", &a.Qualification), table.Fixed("entered_by", &a.By), table.Fixed("entered_staff", &a.Staff), table.Fixed("entered_at", &a.At),
			table.Fixed("demonstration", &a.Demonstration),
			table.Changing("withdrawn_by", &a.WithdrawnBy), table.Changing("withdrawn_staff", &a.WithdrawnStaff), table.Changing("withdrawn_at", &a.WithdrawnAt), table.Changing("withdrawn_reason_code", &a.Reason),
		}
	},
	Unknown: domain.ErrApproval,
})

// SaveApproval writes an approval of texts.
func (t *inTx) SaveApproval(a domain.Approval) error {
	return approvals.Put(t.tx, keptApproval{a, t.sealed(a.Speaker, "speaker "+a.ID)})
}

// Approval loads and locks one.
func (t *inTx) Approval(id string) (domain.Approval, error) {
	k, err := load(t, approvals, id)
	if err != nil {
		return k.Approval, err
	}
	return t.opened(k)
}

// opened is an approval with its speaker's name.
func (t *inTx) opened(k keptApproval) (a domain.Approval, err error) {
	a = k.Approval
	a.Speaker, err = t.open(k.speaker, "speaker "+a.ID)
	return a, err
}

func (t *inTx) approvals(query string, args ...any) ([]domain.Approval, error) {
	all, err := approvals.List(t.tx, query, args...)
	out := make([]domain.Approval, 0, len(all))
	for _, k := range all {
		a, err := t.opened(k)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, err
}

// Approvals lists those of a language, newest first: ids grow with time.
func (t *inTx) Approvals(language, file string, versions []string, before string, limit int) ([]domain.Approval, error) {
	where, args := "", []any(nil)
	if len(versions) > 0 {
		var marks string
		marks, args = sqldb.In(versions)
		where = "version IN (" + marks + ") AND "
	}
	n := len(args)
	where += fmt.Sprintf(`language = $%d AND (file = $%d OR $%d = '') AND (id < $%d OR $%d = '') ORDER BY id DESC LIMIT $%d`, n+1, n+2, n+2, n+3, n+3, n+4)
	return t.approvals("WHERE "+where, append(args, language, file, before, limit)...)
}

// Approved lists those that stand; a demonstration's only where it is one.
func (t *inTx) Approved(demonstration bool) ([]domain.Approval, error) {
	most := 0
	if demonstration {
		most = 1
	}
	return t.approvals(`WHERE withdrawn_at = 0 AND demonstration <= $1 ORDER BY id`, most)
}
