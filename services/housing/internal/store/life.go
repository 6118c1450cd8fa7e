package store

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// OpenApplicationsOf lists a worker's applications that are not over, oldest first.
func (t *inTx) OpenApplicationsOf(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted') ORDER BY submitted_at, id`, worker)
}

// LiveLeasesOf lists a worker's leases of homes that he has not left, oldest first.
func (t *inTx) LiveLeasesOf(worker string) ([]domain.Lease, error) {
	return leases.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND left_on = '' ORDER BY starts_on, id`, worker)
}

// OffersAmong reads offers, by id.
func (t *inTx) OffersAmong(ids []string) (map[string]domain.Offer, error) {
	all, err := offers.Among(t.tx, "id", ids, "")
	return by(all, func(o domain.Offer) string { return o.ID }), err
}

// ReliefsAmong reads the open reliefs of applications, by application.
func (t *inTx) ReliefsAmong(applications []string) (map[string]domain.Relief, error) {
	all, err := reliefs.Among(t.tx, "application_id", applications, "AND state = 'open' ORDER BY id")
	return by(all, func(f domain.Relief) string { return f.ApplicationID }), err
}

// PublishedAmong tells where applications stood when their lists were last published.
func (t *inTx) PublishedAmong(applications []string) (map[string]int, error) {
	all, err := standings.Among(t.tx, "application_id", applications, "")
	was := make(map[string]int, len(all))
	for _, s := range all {
		was[s.application] = s.position
	}
	return was, err
}

// DrawsAmong tells, of applications in a round that is not drawn yet, when the figure
// is due that decides its ties.
func (t *inTx) DrawsAmong(applications []string) (map[string]clock.Date, error) {
	due := make(map[string]clock.Date)
	if len(applications) == 0 {
		return due, nil
	}
	marks, args := sqldb.In(applications)
	_, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) {
		var on string
		if err := s.Scan(&id, &on); err != nil {
			return id, err
		}
		due[id], err = clock.ParseDate(on)
		return id, err
	}, `SELECT e.application_id, r.figure_due FROM round_entry e JOIN round r ON r.id = e.round_id
		WHERE e.application_id IN (`+marks+`) AND r.state IN ('committed', 'confirming')`, args...)
	return due, err
}

// HomesAmong reads homes, by id.
func (t *inTx) HomesAmong(ids []string) (map[string]domain.Home, error) {
	all, err := homes.Among(t.tx, "id", ids, "")
	return by(all, func(h domain.Home) string { return h.ID }), err
}

// RenewalsAmong lists the renewals of leases, the newest first.
func (t *inTx) RenewalsAmong(leases []string) ([]domain.Renewal, error) {
	return renewals.Among(t.tx, "lease_id", leases, "ORDER BY id DESC")
}

// RepairsAmong lists the repairs of leases that are not confirmed, oldest first.
func (t *inTx) RepairsAmong(leases []string) ([]domain.Repair, error) {
	return repairs.Among(t.tx, "lease_id", leases, "AND state <> 'confirmed' ORDER BY id")
}

// ReviewsAmong lists the open reviews of leases, oldest first.
func (t *inTx) ReviewsAmong(leases []string) ([]domain.Review, error) {
	return reviews.Among(t.tx, "lease_id", leases, "AND outcome = '' ORDER BY id")
}

// ExitsAmong lists the notices of leases that are not over.
func (t *inTx) ExitsAmong(leases []string) ([]domain.Exit, error) {
	return exits.Among(t.tx, "lease_id", leases, "AND state NOT IN ('stays', 'left') ORDER BY id")
}

func by[T any](all []T, key func(T) string) map[string]T {
	found := make(map[string]T, len(all))
	for _, one := range all {
		found[key(one)] = one
	}
	return found
}
