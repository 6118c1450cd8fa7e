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
	v.season_from, v.season_to, v.housing, v.meals, v.requirements, v.hazardous, v.taken, v.state, v.published_at, v.version,
	e.kind, v.township, v.wage_unit, v.shifts, v.hazards, v.certificates, v.schemes, v.household_service, v.limits`

const vacancyTable = ` FROM vacancy v JOIN employer e ON e.id = v.employer_id`

func scanVacancy(s sqldb.Scanner) (v domain.Vacancy, err error) {
	var from, to, shifts, hazards, certificates, schemes, limits string
	var housing, meals, hazardous, published, household int64
	if err = s.Scan(&v.ID, &v.EmployerID, &v.EmployerName, &v.Reference, &v.Title, &v.Occupation, &v.Headcount, &v.WageMinFen, &v.WageMaxFen, &v.County,
		&from, &to, &housing, &meals, &v.Requirements, &hazardous, &v.Taken, &v.State, &published, &v.Version,
		&v.EmployerKind, &v.Township, &v.WageUnit, &shifts, &hazards, &certificates, &schemes, &household, &limits); err != nil {
		return v, err
	}
	v.Shifts, v.Hazards, v.Schemes, v.Limits, v.Household = words(shifts), words(hazards), words(schemes), words(limits), household != 0
	for _, c := range words(certificates) {
		group, level, _ := strings.Cut(c, "/")
		v.Certificates = append(v.Certificates, domain.CertificateNeed{Occupation: group, Level: level})
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

// VacanciesLike lists and locks what an employer's post of a sheet may be again,
// what is open first.
func (t *Tx) VacanciesLike(employerID string, like domain.Terms) ([]domain.Vacancy, error) {
	lock := t.forUpdate()
	if lock != "" {
		lock += " OF v"
	}
	return sqldb.Collect(t.tx, scanVacancy, `SELECT `+vacancyColumns+vacancyTable+`
		WHERE v.employer_id = $1 AND v.title = $2 AND v.occupation = $3 AND v.county = $4 AND v.season_from = $5
		ORDER BY CASE WHEN v.state = 'open' THEN 0 ELSE 1 END, v.id LIMIT 20`+lock, employerID, like.Title, like.Occupation, like.County, like.SeasonFrom.String())
}

// Rests reports whether somebody's application, or a fair, rests on a vacancy.
func (t *Tx) Rests(vacancyID string) (yes bool, err error) {
	var n int64
	err = t.tx.QueryRow(`SELECT (SELECT count(*) FROM application WHERE vacancy_id = $1 AND state <> 'withdrawn') + (SELECT count(*) FROM fair_post WHERE vacancy_id = $1)`, vacancyID).Scan(&n)
	return n > 0, err
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
			season_from, season_to, housing, meals, requirements, hazardous, taken, state, published_at, version,
			township, wage_unit, shifts, hazards, certificates, schemes, household_service, limits)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
		ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, state = excluded.state, version = excluded.version,
			reference = excluded.reference, headcount = excluded.headcount, wage_min_fen = excluded.wage_min_fen, wage_max_fen = excluded.wage_max_fen,
			season_to = excluded.season_to, housing = excluded.housing, meals = excluded.meals, requirements = excluded.requirements,
			hazardous = excluded.hazardous, limits = excluded.limits
		WHERE vacancy.version = $28`,
		v.ID, v.EmployerID, v.Reference, v.Title, v.Occupation, v.Headcount, v.WageMinFen, v.WageMaxFen, v.County,
		v.SeasonFrom.String(), v.SeasonTo.String(), number(v.Housing), number(v.Meals), v.Requirements, number(v.Hazardous), v.Taken,
		string(v.State), sqldb.Micros(v.PublishedAt), next(v.Version, events), v.Township, string(unit(v.WageUnit)), strings.Join(v.Shifts, " "), strings.Join(v.Hazards, " "),
		certificates(v.Certificates), strings.Join(v.Schemes, " "), number(v.Household), strings.Join(v.Limits, " "), v.Version)
	if t.tx.Dialect().IsUnique(err) { // the same reference at the same moment: repeated, it is found
		return outbox.ErrStale.Because(err)
	}
	if err := t.saved(ctx, n, err, outbox.Subject{Aggregate: v.ID, Version: v.Version, Division: v.County}, events); err != nil {
		return err
	}
	after := context.WithoutCancel(ctx)
	v.Version = next(v.Version, events)
	t.tx.OnCommit(func() {
		t.open.Put(v)
		t.pages.Changed(after, app.SearchTag(v.County))
		t.pages.Changed(after, app.SearchTag(""))
	})
	return nil
}

// words reads a stored list.
func words(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Fields(s)
}

func certificates(all []domain.CertificateNeed) string {
	text := make([]string, len(all))
	for i, c := range all {
		text[i] = c.Occupation + "/" + c.Level
	}
	return strings.Join(text, " ")
}

func unit(u domain.WageUnit) domain.WageUnit {
	if u == "" {
		return domain.ByMonth
	}
	return u
}

// byVacancy reads vacancies first and each one's employer then: left to
// itself a planner may go over the employers, or over all that are open.
const byVacancy = ` FROM vacancy v LEFT JOIN employer e ON e.id = v.employer_id`

// VacanciesByID gives open vacancies with open places, by id.
func (t *Tx) VacanciesByID(ids []string) (map[string]domain.Vacancy, error) {
	found := map[string]domain.Vacancy{}
	if len(ids) == 0 {
		return found, nil
	}
	marks, args := make([]string, len(ids)), make([]any, len(ids))
	for i, id := range ids {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), id
	}
	all, err := sqldb.Collect(t.tx, scanVacancy, `SELECT `+vacancyColumns+byVacancy+` WHERE v.id IN (`+strings.Join(marks, ", ")+`)`, args...)
	for _, v := range all {
		if v.Open() > 0 {
			found[v.ID] = v
		}
	}
	return found, err
}

// employerPage bounds what one answer shows of an employer's vacancies.
const employerPage = 200

// VacanciesOf lists an employer's vacancies, newest first, the closed ones too.
func (t *Tx) VacanciesOf(employerID string) ([]domain.Vacancy, error) {
	return sqldb.Collect(t.tx, scanVacancy, `SELECT `+vacancyColumns+vacancyTable+` WHERE v.employer_id = $1 ORDER BY v.id DESC LIMIT $2`, employerID, employerPage)
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
	if q.Township != "" {
		and("v.township = ?", q.Township)
	}
	if q.Household {
		and("v.household_service = ?", 1)
	}
	if q.After != "" {
		and("v.id < ?", q.After)
	}
	args = append(args, q.Limit)
	return sqldb.Collect(t.tx, scanVacancy, `SELECT `+vacancyColumns+vacancyTable+` WHERE v.state = 'open' AND v.taken < v.headcount`+where.String()+
		` ORDER BY v.id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}
