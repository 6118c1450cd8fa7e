package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// The school's name is the column title: name is what people are called.
func schoolColumns(s *domain.School) []table.Column {
	return []table.Column{
		table.Key("id", &s.ID), table.Changing("reference", &s.Reference), table.Fixed("title", &s.Name), table.Changing("kind", &s.Kind),
		table.Fixed("county", &s.County), table.Changing("township", &s.Township), table.Fixed("stage", &s.Stage), table.Changing("places", &s.Places),
		table.Version(&s.Version),
	}
}

var schools = table.New(table.Spec[domain.School]{
	Table:   "school",
	Columns: schoolColumns,
	About: func(s *domain.School) outbox.Subject {
		return outbox.Subject{Aggregate: s.ID, Division: s.County}
	},
	Unknown: domain.ErrSchoolUnknown,
})

// AddSchool writes a new school and its events, or finds the one that is there.
func (t *inTx) AddSchool(ctx context.Context, s domain.School, events ...domain.Event) (string, bool, error) {
	created, err := schools.Add(ctx, t.outbox, t.tx, s, events...)
	if err != nil {
		return "", false, err
	}
	if !created {
		id, err := t.knownSchool(s)
		return id, false, err
	}
	t.placesChanged(ctx, s.County)
	return s.ID, true, nil
}

// knownSchool finds a school by its reference, else by what makes its identity.
func (t *inTx) knownSchool(s domain.School) (string, error) {
	if s.Reference != "" {
		id, err := scanID(t.tx.QueryRow(`SELECT id FROM school WHERE reference = $1 AND reference <> ''`, s.Reference))
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	return scanID(t.tx.QueryRow(`SELECT id FROM school WHERE county = $1 AND title = $2 AND stage = $3`, s.County, s.Name, string(s.Stage)))
}

// School loads and locks a school.
func (t *inTx) School(id string) (domain.School, error) { return schools.Load(t.tx, id) }

// PeekSchool reads a school without locking it.
func (t *inTx) PeekSchool(id string) (domain.School, error) { return schools.Peek(t.tx, id) }

// taken counts the places of a school that somebody has, as
// domain.Offer.TakesPlace says, or that a round holds, as domain.Round.Running
// says: a round's offers take places that it holds already.
const taken = `((SELECT count(*) FROM offer o WHERE o.school_id = school.id AND o.state IN ('open', 'accepted', 'better')
		AND o.round_id NOT IN (SELECT id FROM school_round WHERE state NOT IN ('ended', 'cancelled')))
	+ (SELECT coalesce(sum(rs.seats), 0) FROM round_school rs JOIN school_round r ON r.id = rs.round_id WHERE rs.school_id = school.id AND r.state NOT IN ('ended', 'cancelled')))`

// Taken counts the places of a school that are offered, accepted or held by a round.
func (t *inTx) Taken(schoolID string) (n int, err error) {
	err = t.tx.QueryRow(`SELECT `+taken+` FROM school WHERE id = $1`, schoolID).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// SaveSchool writes a school whose places changed, or returns outbox.ErrStale.
func (t *inTx) SaveSchool(ctx context.Context, s domain.School, events ...domain.Event) error {
	t.placesChanged(ctx, s.County)
	return schools.Save(ctx, t.outbox, t.tx, s, events...)
}

// listed is a school with the places that are taken.
type listed struct {
	domain.School
	taken int
}

var listedSchools = table.New(table.Spec[listed]{
	Table:   "school",
	Columns: func(l *listed) []table.Column { return append(schoolColumns(&l.School), table.Joined(taken, &l.taken)) },
})

// Schools lists schools with their free places, by county in the order they
// were added.
func (t *inTx) Schools(county string, stage domain.Stage) (all []app.Listed, err error) {
	rows, err := listedSchools.List(t.tx, `WHERE ($1 = '' OR county = $1) AND ($2 = '' OR stage = $2) ORDER BY county, id`, county, string(stage))
	for _, l := range rows {
		all = append(all, app.Listed{School: l.School, Free: l.Free(l.taken)})
	}
	return all, err
}
