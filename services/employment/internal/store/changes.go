package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// loadPage is how many vacancies are read at a time, so that no long read keeps
// the database from tidying up.
const loadPage = 2000

// changesPage bounds what one look at the event table returns.
const changesPage = 1000

// Changes tells which vacancies anybody changed, this instance or another one.
// It reads the service's own event table, where each change has its event: up
// to a mark among the numbered events, and all that have no number yet. An
// event is in one of the two at every moment, so that none is missed, which a
// mark over ids or times would not promise. A number is never given twice,
// whatever the epoch, so that the number alone is the mark; with the epoch the
// index would not serve, and each look read the whole table. It is not safe for
// concurrent use.
type Changes struct {
	store *Store
	marks map[string]int64 // by channel: the last numbered event that was seen
	told  map[int64]bool   // the events without a number that the last look told of
}

// Follow begins before what is loaded next: what happens meanwhile is told.
func (s *Store) Follow(ctx context.Context) (*Changes, error) {
	c := &Changes{store: s, marks: map[string]int64{}}
	err := s.log.DB().View(ctx, func(tx *sqldb.Tx) error {
		for _, channel := range s.log.Channels() {
			var last int64
			if err := tx.QueryRow(`SELECT COALESCE(MAX(seq), 0) FROM event WHERE channel = $1 AND seq IS NOT NULL`, channel).Scan(&last); err != nil {
				return err
			}
			c.marks[channel] = last
		}
		return nil
	})
	return c, err
}

// Open reads every open vacancy, a page at a time.
func (c *Changes) Open(ctx context.Context, page func([]domain.Vacancy)) error {
	after := ""
	for {
		var all []domain.Vacancy
		err := c.store.log.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
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

// seen is one event of the table: the vacancy that it is about, "" for events
// about something else, and its number, 0 while it has none.
type seen struct {
	vacancy  string
	seq, ord int64
}

func scanSeen(s sqldb.Scanner) (e seen, err error) {
	return e, s.Scan(&e.vacancy, &e.seq, &e.ord)
}

// aboutVacancy finds the vacancy that an event changed: its own, or that whose
// place an acceptance took or an undone hire gave back.
const aboutVacancy = `SELECT COALESCE(CASE
		WHEN e.type LIKE 'employment.vacancy.%' THEN e.aggregate
		WHEN e.type = 'employment.offer.accepted.v1' THEN (SELECT o.vacancy_id FROM offer o WHERE o.id = e.aggregate)
		WHEN e.type = 'employment.hire.undone.v1' THEN (SELECT o.vacancy_id FROM hire h JOIN offer o ON o.id = h.offer_id WHERE h.id = e.aggregate)
	END, ''), COALESCE(e.seq, 0), e.ord FROM event e WHERE e.channel = $1 AND `

// Next returns the vacancies that changed since the last call, as they are now.
func (c *Changes) Next(ctx context.Context) (all []domain.Vacancy, err error) {
	marks, told := map[string]int64{}, map[int64]bool{}
	err = c.store.log.DB().View(ctx, func(tx *sqldb.Tx) error {
		t := &Tx{c.store, tx}
		ids := map[string]bool{}
		for channel, m := range c.marks {
			numbered, err := sqldb.Collect(tx, scanSeen, aboutVacancy+`e.seq > $2 ORDER BY e.seq LIMIT $3`, channel, m, changesPage)
			if err != nil {
				return err
			}
			fresh, err := sqldb.Collect(tx, scanSeen, aboutVacancy+`e.seq IS NULL AND e.audience = 'shared' ORDER BY e.ord LIMIT $2`, channel, changesPage)
			if err != nil {
				return err
			}
			for _, e := range numbered {
				m = e.seq
			}
			marks[channel] = m
			for _, e := range fresh { // it waits for its number, perhaps for long: once is enough
				told[e.ord] = true
			}
			for _, e := range append(numbered, fresh...) {
				if e.vacancy != "" && (e.seq > 0 || !c.told[e.ord]) {
					ids[e.vacancy] = true
				}
			}
		}
		for id := range ids {
			v, err := t.PeekVacancy(id)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	if err != nil {
		return nil, err // the marks stay: the next call tells again
	}
	c.marks, c.told = marks, told
	return all, nil
}
