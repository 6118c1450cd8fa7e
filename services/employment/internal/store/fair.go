package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const fairColumns = `id, campaign, division, starts_on, ends_on, closes_on, match_on, tie, figure_name, state, root, entry_count, closed_at, figure,
	first_officer, second_officer, seed, pass, venue, hours, reason_code, version`

func scanFair(s sqldb.Scanner) (f domain.Fair, err error) {
	var from, to, closes, match, tie string
	var closed int64
	if err = s.Scan(&f.ID, &f.Campaign, &f.Division, &from, &to, &closes, &match, &tie, &f.FigureName, &f.State, &f.Root, &f.Entries, &closed, &f.Figure,
		&f.First, &f.Second, &f.Seed, &f.Pass, &f.Venue, &f.Hours, &f.Why, &f.Version); err != nil {
		return f, err
	}
	f.Tie, f.ClosedAt = allocate.Tie(tie), sqldb.Time(closed)
	return f, dates([]string{from, to, closes, match}, &f.StartsOn, &f.EndsOn, &f.ClosesOn, &f.MatchOn)
}

func (t *Tx) fair(id, lock string) (domain.Fair, error) {
	return load(t.tx.QueryRow(`SELECT `+fairColumns+` FROM fair WHERE id = $1`+lock, id), scanFair, domain.ErrFairUnknown)
}

// Fair loads and locks a fair.
func (t *Tx) Fair(id string) (domain.Fair, error) { return t.fair(id, t.forUpdate()) }

// ShareFair loads a fair and keeps it as it is, beside others who do the same.
func (t *Tx) ShareFair(id string) (domain.Fair, error) {
	if t.tx.Dialect() == sqldb.Postgres {
		return t.fair(id, " FOR SHARE")
	}
	return t.fair(id, "")
}

// PeekFair reads a fair without locking it.
func (t *Tx) PeekFair(id string) (domain.Fair, error) { return t.fair(id, "") }

// ListFairs lists fairs, newest first.
func (t *Tx) ListFairs(division string) ([]domain.Fair, error) {
	return sqldb.Collect(t.tx, scanFair, `SELECT `+fairColumns+` FROM fair WHERE $1 = '' OR division = $1 ORDER BY id DESC LIMIT 200`, division)
}

// SaveFair writes a fair and its events, or returns outbox.ErrStale.
func (t *Tx) SaveFair(ctx context.Context, f domain.Fair, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO fair (`+fairColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT (id) DO UPDATE SET starts_on = excluded.starts_on, ends_on = excluded.ends_on, closes_on = excluded.closes_on, figure_name = excluded.figure_name,
			venue = excluded.venue, hours = excluded.hours, reason_code = excluded.reason_code, match_on = excluded.match_on, state = excluded.state, root = excluded.root, entry_count = excluded.entry_count, closed_at = excluded.closed_at,
			figure = excluded.figure, first_officer = excluded.first_officer, second_officer = excluded.second_officer, seed = excluded.seed,
			pass = excluded.pass, version = excluded.version
		WHERE fair.version = $23`,
		f.ID, f.Campaign, f.Division, f.StartsOn.String(), f.EndsOn.String(), f.ClosesOn.String(), f.MatchOn.String(), string(f.Tie), f.FigureName,
		string(f.State), f.Root, f.Entries, sqldb.Micros(f.ClosedAt), f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Venue, f.Hours, f.Why, next(f.Version, events), f.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: f.ID, Version: f.Version, Division: f.Division}, events)
}

const fairPostColumns = `id, fair_id, vacancy_id, employer_id, county, seats, taken, version`

func scanFairPost(s sqldb.Scanner) (p domain.FairPost, err error) {
	return p, s.Scan(&p.ID, &p.FairID, &p.VacancyID, &p.EmployerID, &p.County, &p.Seats, &p.Taken, &p.Version)
}

// FairPost loads and locks a post.
func (t *Tx) FairPost(id string) (domain.FairPost, error) {
	return load(t.tx.QueryRow(`SELECT `+fairPostColumns+` FROM fair_post WHERE id = $1`+t.forUpdate(), id), scanFairPost, domain.ErrFairPostUnknown)
}

// FairPostOf loads and locks the post of a vacancy at a fair.
func (t *Tx) FairPostOf(fairID, vacancyID string) (domain.FairPost, bool, error) {
	p, err := t.fairPostOf(fairID, vacancyID, t.forUpdate())
	if errors.Is(err, domain.ErrFairPostUnknown) {
		return p, false, nil
	}
	return p, err == nil, err
}

// PeekFairPostOf reads the post of a vacancy at a fair.
func (t *Tx) PeekFairPostOf(fairID, vacancyID string) (domain.FairPost, error) {
	return t.fairPostOf(fairID, vacancyID, "")
}

func (t *Tx) fairPostOf(fairID, vacancyID, lock string) (domain.FairPost, error) {
	return load(t.tx.QueryRow(`SELECT `+fairPostColumns+` FROM fair_post WHERE fair_id = $1 AND vacancy_id = $2`+lock, fairID, vacancyID), scanFairPost, domain.ErrFairPostUnknown)
}

// PeekFairPosts lists all posts of a fair by vacancy id.
func (t *Tx) PeekFairPosts(fairID string) ([]domain.FairPost, error) {
	return sqldb.Collect(t.tx, scanFairPost, `SELECT `+fairPostColumns+` FROM fair_post WHERE fair_id = $1 ORDER BY vacancy_id`, fairID)
}

// SaveFairPost writes a post and its events, or returns outbox.ErrStale.
func (t *Tx) SaveFairPost(ctx context.Context, p domain.FairPost, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO fair_post (`+fairPostColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET seats = excluded.seats, taken = excluded.taken, version = excluded.version
		WHERE fair_post.version = $9`,
		p.ID, p.FairID, p.VacancyID, p.EmployerID, p.County, p.Seats, p.Taken, next(p.Version, events), p.Version)
	if t.tx.Dialect().IsUnique(err) { // the same post at the same moment: repeated, it is found
		return outbox.ErrStale.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: p.ID, Version: p.Version, Division: p.County}, events)
}

// FairPostPage lists a page of posts with their vacancies.
func (t *Tx) FairPostPage(fairID, after string, limit int) ([]app.FairPostShown, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (p app.FairPostShown, err error) {
		var housing, meals int64
		v := &p.Vacancy
		err = s.Scan(&p.VacancyID, &p.EmployerID, &p.County, &p.Seats, &p.Taken, &v.EmployerName, &v.Title, &v.Occupation, &v.WageMinFen, &v.WageMaxFen, &housing, &meals)
		v.ID, v.County, v.Housing, v.Meals = p.VacancyID, p.County, housing != 0, meals != 0
		return p, err
	}, `SELECT p.vacancy_id, p.employer_id, p.county, p.seats, p.taken, e.name, v.title, v.occupation, v.wage_min_fen, v.wage_max_fen, v.housing, v.meals
		FROM fair_post p JOIN vacancy v ON v.id = p.vacancy_id JOIN employer e ON e.id = p.employer_id
		WHERE p.fair_id = $1 AND p.vacancy_id > $2 ORDER BY p.vacancy_id LIMIT $3`, fairID, after, limit)
	if err != nil || len(all) == 0 {
		return all, err
	}
	counts, err := sqldb.Collect(t.tx, scanCount, `SELECT w.vacancy_id, count(*) FROM fair_wish w JOIN fair_application a ON a.id = w.application_id
		WHERE w.fair_id = $1 AND a.withdrawn = 0 AND w.vacancy_id > $2 AND w.vacancy_id <= $3 GROUP BY w.vacancy_id`, fairID, after, all[len(all)-1].VacancyID)
	applied := counted(counts)
	for i := range all {
		all[i].Applied = applied[all[i].VacancyID]
	}
	return all, err
}

type count struct {
	of string
	n  int
}

func scanCount(s sqldb.Scanner) (c count, err error) { return c, s.Scan(&c.of, &c.n) }

func counted(all []count) map[string]int {
	m := make(map[string]int, len(all))
	for _, c := range all {
		m[c.of] = c.n
	}
	return m
}

// Unanswered counts by vacancy the open proposals of a fair.
func (t *Tx) Unanswered(fairID string) (map[string]int, error) {
	all, err := sqldb.Collect(t.tx, scanCount, `SELECT vacancy_id, count(*) FROM fair_proposal WHERE fair_id = $1 AND state = 'open' GROUP BY vacancy_id`, fairID)
	return counted(all), err
}

// SaveFairBundle keeps the published bundle of a draw.
func (t *Tx) SaveFairBundle(fairID string, bundle []byte) error {
	for part := 0; len(bundle) > 0; part++ {
		n := min(app.BundlePart, len(bundle))
		if err := t.tx.Queue(`INSERT INTO fair_bundle (fair_id, part, data) VALUES ($1, $2, $3)`, fairID, part, bundle[:n]); err != nil {
			return err
		}
		bundle = bundle[n:]
	}
	return nil
}

// AddToFairBundle adds a section to what is published. All parts but the last
// stay full, so that a part is found by its place in the text.
func (t *Tx) AddToFairBundle(fairID string, section []byte) error {
	parts, err := t.fairParts(fairID)
	if err != nil {
		return err
	}
	part := max(0, len(parts)-1)
	if len(parts) > 0 {
		section = slices.Concat(parts[part], section)
	}
	for ; len(section) > 0; part++ {
		n := min(app.BundlePart, len(section))
		if _, err := t.tx.Exec(`INSERT INTO fair_bundle (fair_id, part, data) VALUES ($1, $2, $3) ON CONFLICT (fair_id, part) DO UPDATE SET data = excluded.data`, fairID, part, section[:n]); err != nil {
			return err
		}
		section = section[n:]
	}
	return nil
}

// WholeFairBundle reads all of what is published.
func (t *Tx) WholeFairBundle(fairID string) ([]byte, error) {
	parts, err := t.fairParts(fairID)
	return slices.Concat(parts...), err
}

func (t *Tx) fairParts(fairID string) ([][]byte, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (b []byte, err error) { return b, s.Scan(&b) }, `SELECT data FROM fair_bundle WHERE fair_id = $1 ORDER BY part`, fairID)
}

const fairCorrectionColumns = `id, fair_id, division, number, reason_code, state, figure, mends, wronged, proposed_by, decided_by, proposed_at, decided_at, version`

func scanFairCorrection(s sqldb.Scanner) (c domain.FairCorrection, err error) {
	var mends string
	var proposed, decided int64
	if err = s.Scan(&c.ID, &c.FairID, &c.Division, &c.Number, &c.Why, &c.State, &c.Figure, &mends, &c.Wronged, &c.ProposedBy, &c.DecidedBy, &proposed, &decided, &c.Version); err != nil {
		return c, err
	}
	c.ProposedAt, c.DecidedAt = sqldb.Time(proposed), sqldb.Time(decided)
	return c, json.Unmarshal([]byte(mends), &c.Mends)
}

// FairCorrection reads a correction; who changes it holds its fair.
func (t *Tx) FairCorrection(id string) (domain.FairCorrection, error) {
	return load(t.tx.QueryRow(`SELECT `+fairCorrectionColumns+` FROM fair_correction WHERE id = $1`, id), scanFairCorrection, domain.ErrFairCorrectionUnknown)
}

// FairCorrections lists a fair's corrections, the newest first.
func (t *Tx) FairCorrections(fairID string) ([]domain.FairCorrection, error) {
	return sqldb.Collect(t.tx, scanFairCorrection, `SELECT `+fairCorrectionColumns+` FROM fair_correction WHERE fair_id = $1 ORDER BY number DESC`, fairID)
}

// SaveFairCorrection writes a correction and its events, or returns outbox.ErrStale.
func (t *Tx) SaveFairCorrection(ctx context.Context, c domain.FairCorrection, events ...domain.Event) error {
	mends, err := json.Marshal(c.Mends)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO fair_correction (`+fairCorrectionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, wronged = excluded.wronged, decided_by = excluded.decided_by, decided_at = excluded.decided_at, version = excluded.version
		WHERE fair_correction.version = $15`,
		c.ID, c.FairID, c.Division, c.Number, c.Why, c.State, c.Figure, string(mends), c.Wronged, c.ProposedBy, c.DecidedBy, sqldb.Micros(c.ProposedAt), sqldb.Micros(c.DecidedAt),
		next(c.Version, events), c.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: c.ID, Version: c.Version, Division: c.Division}, events)
}

// FairBundle reads a part of the bundle; nil is the end.
func (t *Tx) FairBundle(fairID string, part int) (data []byte, err error) {
	err = t.tx.QueryRow(`SELECT data FROM fair_bundle WHERE fair_id = $1 AND part = $2`, fairID, part).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}
