package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// The employer is joined from the left, so that vacancies are read first and each
// one's employer then: left to itself a planner may go over the employers, or
// over all that are open. The same reference at the same moment is refused as
// stale: repeated, it is found.
var vacancies = table.New(table.Spec[domain.Vacancy]{
	Table: "vacancy",
	From:  "vacancy v LEFT JOIN employer e ON e.id = v.employer_id",
	Columns: func(v *domain.Vacancy) []table.Column {
		return []table.Column{
			table.Key("id", &v.ID), table.Fixed("employer_id", &v.EmployerID), table.Joined("e.name", &v.EmployerName), table.Joined("e.kind", &v.EmployerKind),
			table.Changing("reference", &v.Reference), table.Fixed("title", &v.Title), table.Fixed("occupation", &v.Occupation),
			table.Changing("headcount", &v.Headcount), table.Changing("wage_min_fen", &v.WageMinFen), table.Changing("wage_max_fen", &v.WageMaxFen),
			table.Fixed("wage_unit", &v.WageUnit), table.Fixed("county", &v.County), table.Fixed("township", &v.Township),
			table.Fixed("season_from", &v.SeasonFrom), table.Changing("season_to", &v.SeasonTo), table.Fixed("shifts", &v.Shifts),
			table.Changing("housing", &v.Housing), table.Changing("meals", &v.Meals), table.Fixed("hazards", &v.Hazards),
			table.Fixed("certificates", (*certificates)(&v.Certificates)), table.Fixed("schemes", &v.Schemes), table.Fixed("household_service", &v.Household),
			table.Changing("requirements", &v.Requirements), table.Changing("hazardous", &v.Hazardous), table.Changing("limits", &v.Limits),
			table.Changing("taken", &v.Taken), table.Changing("state", &v.State), table.Fixed("published_at", &v.PublishedAt), table.Version(&v.Version),
		}
	},
	About:   func(v *domain.Vacancy) outbox.Subject { return outbox.Subject{Aggregate: v.ID, Division: v.County} },
	Unknown: domain.ErrVacancyUnknown,
})

// certificates are kept as words apart by blanks: the group and the level, apart by a slash.
type certificates []domain.CertificateNeed

// Value implements driver.Valuer.
func (c *certificates) Value() (driver.Value, error) {
	text := make([]string, len(*c))
	for i, n := range *c {
		text[i] = n.Occupation + "/" + n.Level
	}
	return strings.Join(text, " "), nil
}

// Scan implements sql.Scanner.
func (c *certificates) Scan(src any) error {
	*c = nil
	for _, word := range strings.Fields(fmt.Sprintf("%s", src)) {
		group, level, _ := strings.Cut(word, "/")
		*c = append(*c, domain.CertificateNeed{Occupation: group, Level: level})
	}
	return nil
}

// Vacancy loads and locks a vacancy: its places are what acceptances compete for.
func (t *Tx) Vacancy(id string) (domain.Vacancy, error) { return vacancies.Load(t.tx, id) }

// PeekVacancy reads a vacancy without locking it.
func (t *Tx) PeekVacancy(id string) (domain.Vacancy, error) { return vacancies.Peek(t.tx, id) }

// VacanciesLike lists and locks what an employer's post of a sheet may be again,
// what is open first.
func (t *Tx) VacanciesLike(employerID string, like domain.Terms) ([]domain.Vacancy, error) {
	return vacancies.List(t.tx, `WHERE v.employer_id = $1 AND v.title = $2 AND v.occupation = $3 AND v.county = $4 AND v.season_from = $5
		ORDER BY CASE WHEN v.state = 'open' THEN 0 ELSE 1 END, v.id LIMIT 20`+vacancies.Lock(t.tx), employerID, like.Title, like.Occupation, like.County, like.SeasonFrom.String())
}

// Rests reports whether somebody's application, or a fair, rests on a vacancy.
func (t *Tx) Rests(vacancyID string) (yes bool, err error) {
	err = t.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM application WHERE vacancy_id = $1 AND state <> 'withdrawn') OR EXISTS (SELECT 1 FROM fair_post WHERE vacancy_id = $1)`, vacancyID).Scan(&yes)
	return yes, err
}

// VacancyByReference finds the vacancy that an employer published under a reference.
func (t *Tx) VacancyByReference(employerID, reference string) (id string, found bool, err error) {
	err = t.tx.QueryRow(`SELECT id FROM vacancy WHERE employer_id = $1 AND reference = $2 AND reference <> ''`, employerID, reference).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// SaveVacancy writes a vacancy and its events. After the commit the search pages
// that show it are stale.
func (t *Tx) SaveVacancy(ctx context.Context, v domain.Vacancy, events ...domain.Event) error {
	if v.WageUnit == "" {
		v.WageUnit = domain.ByMonth
	}
	if err := vacancies.Save(ctx, t.outbox, t.tx, v, events...); err != nil {
		return err
	}
	after := context.WithoutCancel(ctx)
	v.Version += int64(max(1, len(events)))
	t.tx.OnCommit(func() {
		t.open.Put(v)
		t.pages.Changed(after, app.SearchTag(v.County))
		t.pages.Changed(after, app.SearchTag(""))
	})
	return nil
}

// PeekVacancies reads vacancies, by id.
func (t *Tx) PeekVacancies(ids []string) (map[string]domain.Vacancy, error) {
	all, err := vacancies.Among(t.tx, "v.id", ids, "")
	found := make(map[string]domain.Vacancy, len(all))
	for _, v := range all {
		found[v.ID] = v
	}
	return found, err
}

// employerPage bounds what one answer shows of an employer's vacancies.
const employerPage = 200

// VacanciesOf lists an employer's vacancies, newest first, the closed ones too.
func (t *Tx) VacanciesOf(employerID string) ([]domain.Vacancy, error) {
	return vacancies.List(t.tx, `WHERE v.employer_id = $1 ORDER BY v.id DESC LIMIT $2`, employerID, employerPage)
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
	return vacancies.List(t.tx, `WHERE v.state = 'open' AND v.taken < v.headcount`+where.String()+
		` ORDER BY v.id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}
