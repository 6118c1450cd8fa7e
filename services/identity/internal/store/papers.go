package store

import (
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

var paperBlocks = table.New(table.Spec[domain.PaperBlock]{
	Table: "paper_block",
	Columns: func(b *domain.PaperBlock) []table.Column {
		return []table.Column{
			table.Key("id", &b.ID), table.Fixed("task", &b.Task), table.Fixed("department", &b.Department), table.Fixed("division", &b.Division),
			table.Fixed("account", &b.By), table.Fixed("staff", &b.Staff), table.Fixed("printed_at", &b.PrintedAt), table.Fixed("forms", &b.Forms),
			table.Changing("entered", &b.Entered), table.Changing("voided_at", &b.VoidedAt), table.Changing("voided_staff", &b.VoidedBy), table.Changing("reason_code", &b.VoidReason),
		}
	},
	Unknown: domain.ErrPaperBlock,
})

var paperForms = table.New(table.Spec[domain.PaperForm]{
	Table: "paper_form",
	Columns: func(f *domain.PaperForm) []table.Column {
		return []table.Column{
			table.Key("number", &f.Number), table.Fixed("block", &f.Block), table.Fixed("task", &f.Task), table.Fixed("department", &f.Department), table.Fixed("division", &f.Division),
			table.Changing("state", &f.State), table.Changing("worker", &f.Worker), table.Changing("received_at", &f.ReceivedAt), table.Changing("away_code", &f.Away), table.Changing("away_since", &f.AwaySince),
			table.Changing("stated_by", &f.By), table.Changing("stated_staff", &f.Staff), table.Changing("stated_at", &f.StatedAt),
			table.Changing("decided_by", &f.DecidedBy), table.Changing("decided_staff", &f.DecidedStaff), table.Changing("decided_at", &f.DecidedAt), table.Changing("refusal_reason_code", &f.Refusal),
			table.Changing("entered_at", &f.EnteredAt),
		}
	},
	Unknown: domain.ErrPaper,
})

// SavePaperBlock writes a block.
func (t *inTx) SavePaperBlock(b domain.PaperBlock) error { return paperBlocks.Put(t.tx, b) }

// PaperBlock loads and locks a block.
func (t *inTx) PaperBlock(id string) (domain.PaperBlock, error) { return load(t, paperBlocks, id) }

// PeekPaperBlock reads a block without locking it.
func (t *inTx) PeekPaperBlock(id string) (domain.PaperBlock, error) {
	return paperBlocks.Peek(t.tx, id)
}

// PaperBlocks lists those of the offices in which cases are handled, newest first: ids grow
// with time.
func (t *inTx) PaperBlocks(held domain.Grants, before string, limit int) ([]domain.PaperBlock, error) {
	where, args := held.Where(domain.PaperReaders(), "department", "division", 3)
	return paperBlocks.List(t.tx, `WHERE (id < $1 OR $1 = '') AND `+where+` ORDER BY id DESC LIMIT $2`, append([]any{before, limit}, args...)...)
}

// AddPaper writes a new form, unless its number is another one's.
func (t *inTx) AddPaper(f domain.PaperForm) (bool, error) {
	return paperForms.PutWhere(t.tx, `1 = 0`, f)
}

// SavePaper writes a form.
func (t *inTx) SavePaper(f domain.PaperForm) error { return paperForms.Put(t.tx, f) }

// Paper loads and locks a form.
func (t *inTx) Paper(number string) (domain.PaperForm, error) { return load(t, paperForms, number) }

// PapersIn lists the forms of a block.
func (t *inTx) PapersIn(block string) ([]domain.PaperForm, error) {
	return paperForms.List(t.tx, `WHERE block = $1 ORDER BY number`, block)
}

// PapersOpen lists those that were said to be received and are not entered, oldest first.
func (t *inTx) PapersOpen(held domain.Grants, limit int) ([]domain.PaperForm, error) {
	where, args := held.Where(domain.PaperReaders(), "department", "division", 2)
	return paperForms.List(t.tx, `WHERE state IN ('stated', 'confirmed') AND `+where+` ORDER BY stated_at, number LIMIT $1`, append([]any{limit}, args...)...)
}

// PapersOf lists a worker's that are not entered, the one received first before.
func (t *inTx) PapersOf(worker string) ([]domain.PaperForm, error) {
	return paperForms.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('stated', 'confirmed') ORDER BY received_at, number`, worker)
}
