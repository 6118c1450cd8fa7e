package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// The school's name is the column title: name is what people are called.
const schoolColumns = `id, reference, title, kind, county, township, stage, places, version`

func scanSchool(s sqldb.Scanner) (v domain.School, err error) {
	return v, s.Scan(&v.ID, &v.Reference, &v.Name, &v.Kind, &v.County, &v.Township, &v.Stage, &v.Places, &v.Version)
}

// AddSchool writes a new school and its events, or finds the one that is there.
func (t *inTx) AddSchool(ctx context.Context, s domain.School, events ...domain.Event) (string, bool, error) {
	n, err := t.tx.Exec(`INSERT INTO school (`+schoolColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		s.ID, s.Reference, s.Name, string(s.Kind), s.County, s.Township, string(s.Stage), s.Places, next(0, len(events)))
	if err != nil {
		return "", false, err
	}
	if n == 0 {
		id, err := t.knownSchool(s)
		return id, false, err
	}
	t.placesChanged(ctx, s.County)
	return s.ID, true, t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: s.ID, Division: s.County}, messages(events)...)
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
func (t *inTx) School(id string) (domain.School, error) { return t.school(id, t.lock()) }

// PeekSchool reads a school without locking it.
func (t *inTx) PeekSchool(id string) (domain.School, error) { return t.school(id, "") }

func (t *inTx) school(id, lock string) (domain.School, error) {
	s, err := scanSchool(t.tx.QueryRow(`SELECT `+schoolColumns+` FROM school WHERE id = $1`+lock, id))
	return found(s, err, domain.ErrSchoolUnknown)
}

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
	n, err := t.tx.Exec(`UPDATE school SET places = $2, kind = $3, township = $4, reference = $5, version = $6 WHERE id = $1 AND version = $7`,
		s.ID, s.Places, string(s.Kind), s.Township, s.Reference, next(s.Version, len(events)), s.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	t.placesChanged(ctx, s.County)
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: s.ID, Version: s.Version, Division: s.County}, messages(events)...)
}

// Schools lists schools with their free places, by county in the order they
// were added.
func (t *inTx) Schools(county string, stage domain.Stage) ([]app.Listed, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (l app.Listed, err error) {
		var taken int
		v := &l.School
		err = s.Scan(&v.ID, &v.Reference, &v.Name, &v.Kind, &v.County, &v.Township, &v.Stage, &v.Places, &v.Version, &taken)
		l.Free = v.Free(taken)
		return l, err
	}, `SELECT `+schoolColumns+`, `+taken+`
		FROM school WHERE ($1 = '' OR county = $1) AND ($2 = '' OR stage = $2) ORDER BY county, id`, county, string(stage))
}
