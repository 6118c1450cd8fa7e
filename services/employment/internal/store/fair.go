package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

var fairs = table.New(table.Spec[domain.Fair]{
	Table: "fair",
	Columns: func(f *domain.Fair) []table.Column {
		return []table.Column{
			table.Key("id", &f.ID), table.Fixed("campaign", &f.Campaign), table.Fixed("division", &f.Division), table.Changing("starts_on", &f.StartsOn),
			table.Changing("ends_on", &f.EndsOn), table.Changing("closes_on", &f.ClosesOn), table.Changing("match_on", &f.MatchOn), table.Fixed("tie", &f.Tie),
			table.Changing("figure_name", &f.FigureName), table.Changing("state", &f.State), table.Changing("root", &f.Root),
			table.Changing("entry_count", &f.Entries), table.Changing("closed_at", &f.ClosedAt), table.Changing("figure", &f.Figure),
			table.Changing("first_officer", &f.First), table.Changing("second_officer", &f.Second), table.Changing("seed", &f.Seed),
			table.Changing("pass", &f.Pass), table.Changing("venue", &f.Venue), table.Changing("hours", &f.Hours), table.Changing("reason_code", &f.Why),
			table.Version(&f.Version),
		}
	},
	About:   func(f *domain.Fair) outbox.Subject { return outbox.Subject{Aggregate: f.ID, Division: f.Division} },
	Unknown: domain.ErrFairUnknown,
})

// Fair loads and locks a fair.
func (t *Tx) Fair(id string) (domain.Fair, error) { return fairs.Load(t.tx, id) }

// ShareFair loads a fair and keeps it as it is, beside others who do the same.
func (t *Tx) ShareFair(id string) (domain.Fair, error) { return fairs.Share(t.tx, id) }

// PeekFair reads a fair without locking it.
func (t *Tx) PeekFair(id string) (domain.Fair, error) { return fairs.Peek(t.tx, id) }

// ListFairs lists fairs, newest first.
func (t *Tx) ListFairs(division string) ([]domain.Fair, error) {
	return fairs.List(t.tx, `WHERE $1 = '' OR division = $1 ORDER BY id DESC LIMIT 200`, division)
}

// SaveFair writes a fair and its events.
func (t *Tx) SaveFair(ctx context.Context, f domain.Fair, events ...domain.Event) error {
	return fairs.Save(ctx, t.log, t.tx, f, events...)
}

func fairPostColumns(p *domain.FairPost) []table.Column {
	return []table.Column{
		table.Key("id", &p.ID), table.Fixed("fair_id", &p.FairID), table.Fixed("vacancy_id", &p.VacancyID), table.Fixed("employer_id", &p.EmployerID),
		table.Fixed("county", &p.County), table.Changing("seats", &p.Seats), table.Changing("taken", &p.Taken), table.Version(&p.Version),
	}
}

// The same post at the same moment is refused as stale: repeated, it is found.
var fairPosts = table.New(table.Spec[domain.FairPost]{
	Table:   "fair_post",
	Columns: fairPostColumns,
	About:   func(p *domain.FairPost) outbox.Subject { return outbox.Subject{Aggregate: p.ID, Division: p.County} },
	Unknown: domain.ErrFairPostUnknown,
})

// FairPost loads and locks a post.
func (t *Tx) FairPost(id string) (domain.FairPost, error) { return fairPosts.Load(t.tx, id) }

// FairPostOf loads and locks the post of a vacancy at a fair.
func (t *Tx) FairPostOf(fairID, vacancyID string) (domain.FairPost, bool, error) {
	return fairPosts.Find(t.tx, `WHERE fair_id = $1 AND vacancy_id = $2`+fairPosts.Lock(t.tx), fairID, vacancyID)
}

// PeekFairPostOf reads the post of a vacancy at a fair.
func (t *Tx) PeekFairPostOf(fairID, vacancyID string) (domain.FairPost, error) {
	return fairPosts.One(t.tx, `WHERE fair_id = $1 AND vacancy_id = $2`, fairID, vacancyID)
}

// PeekFairPosts lists all posts of a fair by vacancy id.
func (t *Tx) PeekFairPosts(fairID string) ([]domain.FairPost, error) {
	return fairPosts.List(t.tx, `WHERE fair_id = $1 ORDER BY vacancy_id`, fairID)
}

// SaveFairPost writes a post and its events.
func (t *Tx) SaveFairPost(ctx context.Context, p domain.FairPost, events ...domain.Event) error {
	return fairPosts.Save(ctx, t.log, t.tx, p, events...)
}

var postsShown = table.New(table.Spec[app.FairPostShown]{
	Table: "fair_post",
	From:  "fair_post p JOIN vacancy v ON v.id = p.vacancy_id JOIN employer e ON e.id = p.employer_id",
	Columns: func(p *app.FairPostShown) []table.Column {
		v := &p.Vacancy
		return append(fairPostColumns(&p.FairPost), table.Joined("v.id", &v.ID), table.Joined("v.county", &v.County), table.Joined("e.name", &v.EmployerName),
			table.Joined("v.title", &v.Title), table.Joined("v.occupation", &v.Occupation), table.Joined("v.wage_min_fen", &v.WageMinFen),
			table.Joined("v.wage_max_fen", &v.WageMaxFen), table.Joined("v.housing", &v.Housing), table.Joined("v.meals", &v.Meals))
	},
})

// FairPostPage lists a page of posts with their vacancies.
func (t *Tx) FairPostPage(fairID, after string, limit int) ([]app.FairPostShown, error) {
	all, err := postsShown.List(t.tx, `WHERE p.fair_id = $1 AND p.vacancy_id > $2 ORDER BY p.vacancy_id LIMIT $3`, fairID, after, limit)
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

// TaskDrawFair is the kind of the task that WriteFairDraw leaves; its payload is
// the fair's id.
const TaskDrawFair = "employment.draw_fair"

// WriteFairDraw leaves a task that writes a draw.
func (t *Tx) WriteFairDraw(ctx context.Context, fairID string) error {
	return t.tasks.Add(ctx, t.tx, TaskDrawFair, []byte(fairID), time.Time{})
}

// FairGave counts what the first pass gave.
func (t *Tx) FairGave(fairID string) (proposed, unplaced int, err error) {
	var given int
	err = t.tx.QueryRow(`SELECT (SELECT count(*) FROM fair_proposal WHERE fair_id = $1 AND pass = 1),
		(SELECT count(*) FROM fair_application WHERE fair_id = $1 AND listed = 1 AND outcome NOT IN ('', '{}'))`, fairID).Scan(&proposed, &given)
	return proposed, given - proposed, err
}

// SaveFairBundle keeps what is published of a draw, from a part on. A draw that is
// written again is the same.
func (t *Tx) SaveFairBundle(fairID string, from int, bundle []byte) error {
	for part := from; len(bundle) > 0; part++ {
		n := min(app.BundlePart, len(bundle))
		if err := t.tx.Queue(`INSERT INTO fair_bundle (fair_id, part, data) VALUES ($1, $2, $3) ON CONFLICT (fair_id, part) DO UPDATE SET data = excluded.data`, fairID, part, bundle[:n]); err != nil {
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

// FairBundle reads a part of the bundle; nil is the end.
func (t *Tx) FairBundle(fairID string, part int) (data []byte, err error) {
	err = t.tx.QueryRow(`SELECT data FROM fair_bundle WHERE fair_id = $1 AND part = $2`, fairID, part).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

// A number is given once to each correction of a fair.
var fairCorrections = table.New(table.Spec[domain.FairCorrection]{
	Table: "fair_correction",
	Columns: func(c *domain.FairCorrection) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("fair_id", &c.FairID), table.Fixed("division", &c.Division), table.Fixed("number", &c.Number),
			table.Fixed("reason_code", &c.Why), table.Changing("state", &c.State), table.Fixed("figure", &c.Figure), table.Fixed("mends", table.JSON(&c.Mends)),
			table.Changing("wronged", &c.Wronged), table.Fixed("proposed_by", &c.ProposedBy), table.Changing("decided_by", &c.DecidedBy),
			table.Fixed("proposed_at", &c.ProposedAt), table.Changing("decided_at", &c.DecidedAt), table.Version(&c.Version),
		}
	},
	About: func(c *domain.FairCorrection) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Division: c.Division}
	},
	Unknown: domain.ErrFairCorrectionUnknown,
})

// FairCorrection reads a correction; who changes it holds its fair.
func (t *Tx) FairCorrection(id string) (domain.FairCorrection, error) {
	return fairCorrections.Peek(t.tx, id)
}

// FairCorrections lists a fair's corrections, the newest first.
func (t *Tx) FairCorrections(fairID string) ([]domain.FairCorrection, error) {
	return fairCorrections.List(t.tx, `WHERE fair_id = $1 ORDER BY number DESC`, fairID)
}

// SaveFairCorrection writes a correction and its events.
func (t *Tx) SaveFairCorrection(ctx context.Context, c domain.FairCorrection, events ...domain.Event) error {
	return fairCorrections.Save(ctx, t.log, t.tx, c, events...)
}
