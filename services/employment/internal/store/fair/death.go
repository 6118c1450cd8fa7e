package fair

import (
	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Died reports whether a person's death is recorded: nothing lapses of what was
// offered, and nothing new is.
func (t *inTx) Died(worker string) (bool, error) { return account.Died(t.tx, worker) }

// WaitingProposals loads and locks the proposals to a person that wait for an answer.
func (t *inTx) WaitingProposals(worker string) ([]fair.Proposal, error) {
	return proposals.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state = 'open' ORDER BY id`+proposals.Lock(t.tx), worker)
}
