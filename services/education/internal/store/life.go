package store

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Living lists a guardian's applications that were not withdrawn, oldest first.
func (t *inTx) Living(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state <> 'withdrawn' ORDER BY submitted_at, id`, worker)
}

// Around reads what stands around some applications: each kind of thing for all of them at
// once.
func (t *inTx) Around(of []domain.Application) (r app.Around, err error) {
	if len(of) == 0 {
		return r, nil
	}
	var ids, offered, counties []string
	for _, a := range of {
		ids, counties = append(ids, a.ID), append(counties, a.County)
		if a.OfferID != "" {
			offered = append(offered, a.OfferID)
		}
	}
	standing, err := offers.Among(t.tx, "id", offered, "")
	if err != nil {
		return r, err
	}
	better, err := offers.Among(t.tx, "application_id", ids, "AND state = 'better'") // as its index says
	if err != nil {
		return r, err
	}
	filed, err := entries.Among(t.tx, "application_id", ids, "AND outcome <> 'dropped' ORDER BY filed_at, round_id")
	if err != nil {
		return r, err
	}
	open, err := bureauTasks.Among(t.tx, "application_id", ids, "AND state = 'open'")
	if err != nil {
		return r, err
	}
	if r.Appeals, err = appeals.Among(t.tx, "application_id", ids, "ORDER BY filed_at, id"); err != nil {
		return r, err
	}
	if r.Matters, err = disagreements.Among(t.tx, "application_id", ids, "AND state = 'open' ORDER BY filed_at, id"); err != nil {
		return r, err
	}
	if r.Running, err = rounds.Among(t.tx, "county", distinct(counties), "AND state NOT IN ('ended', 'cancelled')"); err != nil {
		return r, err
	}
	application := func(o domain.Offer) string { return o.ApplicationID }
	r.Offers, r.Better = by(standing, application), by(better, application)
	r.Entries = by(filed, func(e domain.Entry) string { return e.ApplicationID }) // the last of each remains
	r.Tasks = by(open, func(b domain.Task) string { return b.ApplicationID })
	var in, at []string
	for _, e := range r.Entries {
		in = append(in, e.RoundID)
	}
	for _, o := range slices.Concat(standing, better) {
		at = append(at, o.SchoolID)
	}
	for _, p := range r.Appeals {
		at = append(at, p.SchoolID)
	}
	took, err := rounds.Among(t.tx, "id", distinct(in), "")
	if err != nil {
		return r, err
	}
	r.Rounds = by(took, func(one domain.Round) string { return one.ID })
	named, err := schools.Among(t.tx, "id", distinct(at), "")
	r.Schools = map[string]string{}
	for _, s := range named {
		r.Schools[s.ID] = s.Name
	}
	return r, err
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// by maps rows by what key says of them, the last of several.
func by[T any](all []T, key func(T) string) map[string]T {
	found := make(map[string]T, len(all))
	for _, one := range all {
		found[key(one)] = one
	}
	return found
}
