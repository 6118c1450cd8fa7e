package store

import (
	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DeadAmong lists the applications of a county's list whose applicant's death is recorded.
func (t *inTx) DeadAmong(county string, kind domain.Kind) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM application WHERE county = $1 AND kind = $2 AND `+account.OfTheDead("application.worker")+` ORDER BY id`, county, kind)
}

// Died reports whether a person's death is recorded: nothing lapses of what was
// offered, and nothing new is.
func (t *inTx) Died(worker string) (bool, error) { return account.Died(t.tx, worker) }

// Reachable returns account.ErrPaused where nothing can be offered to a person.
func (t *inTx) Reachable(worker string) error { return account.Reachable(t.tx, worker) }

// StandingOffers loads and locks the offers to a person that wait, or were accepted.
func (t *inTx) StandingOffers(worker string) ([]domain.Offer, error) {
	return offers.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('open', 'accepted') ORDER BY id`+offers.Lock(t.tx), worker)
}

// StandingExits loads and locks the notices to a person that are not over.
func (t *inTx) StandingExits(worker string) ([]domain.Exit, error) {
	return exits.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state NOT IN ('stays', 'left') ORDER BY id`+exits.Lock(t.tx), worker)
}
