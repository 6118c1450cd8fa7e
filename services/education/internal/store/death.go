package store

import (
	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Closed reports whether a person's account is closed.
func (t *inTx) Closed(worker string) (bool, error) { return account.Closed(t.tx, worker) }

// Died reports whether a person's death is recorded: nothing lapses of what was
// offered, and nothing new is.
func (t *inTx) Died(worker string) (bool, error) { return account.Died(t.tx, worker) }

// StandingOffers loads and locks the offers to a guardian that wait, or were accepted.
func (t *inTx) StandingOffers(worker string) ([]domain.Offer, error) {
	return offers.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('open', 'better', 'accepted') ORDER BY id`+offers.Lock(t.tx), worker)
}
