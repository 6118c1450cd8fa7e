package store

import (
	"context"
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// loadPage is how many vacancies are read at a time, so that no long read keeps
// the database from tidying up.
const loadPage = 2000

// EachOpen reads every open vacancy, a page at a time.
func (s *Store) EachOpen(ctx context.Context, page func([]domain.Vacancy)) error {
	after := ""
	for {
		var all []domain.Vacancy
		err := s.outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
			all, err = vacancies.List(tx, `WHERE v.state = 'open' AND v.id > $1 ORDER BY v.id LIMIT $2`, after, loadPage)
			return err
		})
		if err != nil || len(all) == 0 {
			return err
		}
		page(all)
		after = all[len(all)-1].ID
	}
}

// changing says by type of event which vacancy the event of a thing changed: its
// own, or that whose place an acceptance took or an undone hire gave back.
var changing = map[string]string{
	"employment.vacancy.published.v1": `$1`,
	"employment.vacancy.closed.v1":    `$1`,
	"employment.offer.accepted.v1":    `(SELECT o.vacancy_id FROM offer o WHERE o.id = $1)`,
	"employment.hire.undone.v1":       `(SELECT o.vacancy_id FROM hire h JOIN offer o ON o.id = h.offer_id WHERE h.id = $1)`,
}

// Follow begins to follow the events that change vacancies.
func (s *Store) Follow(ctx context.Context) (*outbox.Follower, error) {
	return s.outbox.Follow(ctx, slices.Collect(maps.Keys(changing))...)
}

// Changed reads the vacancies that events changed, as they are now.
func (s *Store) Changed(tx *sqldb.Tx, events []outbox.Appended) (all []domain.Vacancy, err error) {
	seen := map[outbox.Appended]bool{}
	for _, e := range events {
		if seen[e] {
			continue
		}
		seen[e] = true
		v, found, err := vacancies.Find(tx, `WHERE v.id = `+changing[e.Type], e.Aggregate)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, v)
		}
	}
	return all, nil
}
