package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const vacancyColumns = `v.id, v.employer_id, e.name, v.reference, v.title, v.occupation, v.headcount, v.wage_min_fen, v.wage_max_fen, v.county,
	v.season_from, v.season_to, v.housing, v.meals, v.requirements, v.hazardous, v.taken, v.state, v.published_at, v.version`

const vacancyTable = ` FROM vacancy v JOIN employer e ON e.id = v.employer_id`

func scanVacancy(s sqldb.Scanner) (v domain.Vacancy, err error) {
	var from, to string
	var housing, meals, hazardous, published int64
	if err = s.Scan(&v.ID, &v.EmployerID, &v.EmployerName, &v.Reference, &v.Title, &v.Occupation, &v.Headcount, &v.WageMinFen, &v.WageMaxFen, &v.County,
		&from, &to, &housing, &meals, &v.Requirements, &hazardous, &v.Taken, &v.State, &published, &v.Version); err != nil {
		return v, err
	}
	v.Housing, v.Meals, v.Hazardous, v.PublishedAt = housing != 0, meals != 0, hazardous != 0, sqldb.Time(published)
	return v, dates([]string{from, to}, &v.SeasonFrom, &v.SeasonTo)
}

// Vacancy loads and locks a vacancy: its places are what acceptances compete for.
func (t *Tx) Vacancy(id string) (domain.Vacancy, error) {
	lock := t.forUpdate()
	if lock != "" {
		lock += " OF v"
	}
	return load(t.tx.QueryRow(`SELECT `+vacancyColumns+vacancyTable+` WHERE v.id = $1`+lock, id), scanVacancy, domain.ErrVacancyUnknown)
}

// PeekVacancy reads a vacancy without locking it.
func (t *Tx) PeekVacancy(id string) (domain.Vacancy, error) {
	return load(t.tx.QueryRow(`SELECT `+vacancyColumns+vacancyTable+` WHERE v.id = $1`, id), scanVacancy, domain.ErrVacancyUnknown)
}

// VacancyByReference finds the vacancy that an employer published under a reference.
func (t *Tx) VacancyByReference(employerID, reference string) (id string, found bool, err error) {
	err = t.tx.QueryRow(`SELECT id FROM vacancy WHERE employer_id = $1 AND reference = $2 AND reference <> ''`, employerID, reference).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// SaveVacancy writes a vacancy and its events, or returns outbox.ErrStale.
// After the commit the search pages that show it are stale.
func (t *Tx) SaveVacancy(ctx context.Context, v domain.Vacancy, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO vacancy (id, employer_id, reference, title, occupation, headcount, wage_min_fen, wage_max_fen, county,
			season_from, season_to, housing, meals, requirements, hazardous, taken, state, published_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, state = excluded.state, version = excluded.version
		WHERE vacancy.version = $20`,
		v.ID, v.EmployerID, v.Reference, v.Title, v.Occupation, v.Headcount, v.WageMinFen, v.WageMaxFen, v.County,
		v.SeasonFrom.String(), v.SeasonTo.String(), number(v.Housing), number(v.Meals), v.Requirements, number(v.Hazardous), v.Taken,
		string(v.State), sqldb.Micros(v.PublishedAt), next(v.Version, events), v.Version)
	if t.tx.Dialect().IsUnique(err) { // the same reference at the same moment: repeated, it is found
		return outbox.ErrStale.Because(err)
	}
	if err := t.saved(ctx, n, err, outbox.Subject{Aggregate: v.ID, Version: v.Version, Division: v.County}, events); err != nil {
		return err
	}
	after := context.WithoutCancel(ctx)
	t.tx.OnCommit(func() {
		t.pages.Changed(after, app.SearchTag(v.County))
		t.pages.Changed(after, app.SearchTag(""))
	})
	return nil
}

// Search lists open vacancies, newest first.
func (t *Tx) Search(q app.Search) ([]domain.Vacancy, error) {
	var where strings.Builder
	var args []any
	and := func(condition string, value any) {
		args = append(args, value)
		where.WriteString(" AND " + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args))))
	}
	if q.County != "" {
		and("v.county = ?", q.County)
	}
	if q.Occupation != "" {
		and("(v.occupation = ? OR v.occupation LIKE ? || '-%')", q.Occupation)
	}
	if q.WageMinFen > 0 {
		and("v.wage_max_fen >= ?", q.WageMinFen)
	}
	if q.On != "" {
		and("v.season_from <= ? AND (v.season_to = '' OR v.season_to >= ?)", q.On)
	}
	if q.Housing {
		and("v.housing = ?", 1)
	}
	if q.After != "" {
		and("v.id < ?", q.After)
	}
	args = append(args, q.Limit)
	return sqldb.Collect(t.tx, scanVacancy, `SELECT `+vacancyColumns+vacancyTable+` WHERE v.state = 'open' AND v.taken < v.headcount`+where.String()+
		` ORDER BY v.id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}
