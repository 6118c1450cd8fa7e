package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const profileColumns = `worker, occupation, wage_min_fen, education, available_from, needs_housing, closed, version,
	available_to, county, township, needs_meals, skills, paper_certificates, set_via, set_at`

func scanProfile(s sqldb.Scanner) (p domain.Profile, err error) {
	var from, to, skills, papers string
	var housing, meals, closed, set int64
	if err = s.Scan(&p.Worker, &p.Occupation, &p.WageMinFen, &p.Education, &from, &housing, &closed, &p.Version,
		&to, &p.County, &p.Township, &meals, &skills, &papers, &p.SetVia, &set); err != nil {
		return p, err
	}
	if set > 0 {
		p.SetAt = sqldb.Time(set)
	}
	p.NeedsHousing, p.NeedsMeals, p.Closed, p.Skills, p.Papers = housing != 0, meals != 0, closed != 0, words(skills), words(papers)
	return p, dates([]string{from, to}, &p.AvailableFrom, &p.AvailableTo)
}

func (t *Tx) profile(worker, lock string) (domain.Profile, error) {
	p, err := scanProfile(t.tx.QueryRow(`SELECT `+profileColumns+` FROM profile WHERE worker = $1`+lock, worker))
	if errors.Is(err, sql.ErrNoRows) {
		return domain.Profile{Worker: worker}, nil
	}
	return p, err
}

// Profile loads and locks a worker's profile, or gives a new one.
func (t *Tx) Profile(worker string) (domain.Profile, error) { return t.profile(worker, t.forUpdate()) }

// PeekProfile reads a profile without locking it, or returns ErrProfileUnknown.
func (t *Tx) PeekProfile(worker string) (domain.Profile, error) {
	p, err := t.profile(worker, "")
	if err == nil && (p.Version == 0 || p.Closed) {
		return p, domain.ErrProfileUnknown
	}
	return p, err
}

// SaveProfile writes a profile and its events, or returns outbox.ErrStale.
func (t *Tx) SaveProfile(ctx context.Context, p domain.Profile, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO profile (`+profileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (worker) DO UPDATE SET occupation = excluded.occupation, wage_min_fen = excluded.wage_min_fen, education = excluded.education,
			available_from = excluded.available_from, needs_housing = excluded.needs_housing, closed = excluded.closed, version = excluded.version,
			available_to = excluded.available_to, county = excluded.county, township = excluded.township, needs_meals = excluded.needs_meals,
			skills = excluded.skills, paper_certificates = excluded.paper_certificates, set_via = excluded.set_via, set_at = excluded.set_at
		WHERE profile.version = $17`,
		p.Worker, p.Occupation, p.WageMinFen, p.Education, p.AvailableFrom.String(), number(p.NeedsHousing), number(p.Closed), next(p.Version, events),
		p.AvailableTo.String(), p.County, p.Township, number(p.NeedsMeals), strings.Join(p.Skills, " "), strings.Join(p.Papers, " "), p.SetVia, moment(p.SetAt), p.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: domain.ProfileCase(p.Worker), Version: p.Version, Worker: p.Worker}, events)
}

// moment writes a time that may not be known.
func moment(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Micros(t)
}

// NotedQualifications lists what the profile's history has told of.
func (t *Tx) NotedQualifications(worker string) ([]domain.Qualification, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (q domain.Qualification, err error) {
		var flagged int64
		err = s.Scan(&q.CertificateID, &q.Occupation, &q.Since, &flagged)
		q.Flagged = flagged != 0
		return q, err
	}, `SELECT certificate_id, occupation, since, flagged FROM noted_qualification WHERE worker = $1 ORDER BY certificate_id`, worker)
}

// HeldQualifications lists the certificates that are held as evidence and may be
// shown on a day.
func (t *Tx) HeldQualifications(worker string, on clock.Date) ([]domain.Qualification, error) {
	held, err := evidence.Of(t.tx, domain.ProfileCase(worker), on)
	var all []domain.Qualification
	for _, e := range held {
		if e.Kind == evidence.Certificate {
			all = append(all, domain.Qualification{CertificateID: e.SourceID, Occupation: e.Code, Since: e.Since, Flagged: e.Flagged})
		}
	}
	return all, err
}

// NoteQualifications replaces what was noted.
func (t *Tx) NoteQualifications(worker string, held []domain.Qualification) error {
	if _, err := t.tx.Exec(`DELETE FROM noted_qualification WHERE worker = $1`, worker); err != nil {
		return err
	}
	for _, q := range held {
		if _, err := t.tx.Exec(`INSERT INTO noted_qualification (worker, certificate_id, occupation, since, flagged) VALUES ($1, $2, $3, $4, $5)`,
			worker, q.CertificateID, q.Occupation, q.Since, number(q.Flagged)); err != nil {
			return err
		}
	}
	return nil
}
