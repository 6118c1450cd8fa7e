package fair

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

var fairs = table.New(table.Spec[fair.Fair]{
	Table: "fair",
	Columns: func(f *fair.Fair) []table.Column {
		return []table.Column{
			table.Key("id", &f.ID), table.Fixed("campaign", &f.Campaign), table.Fixed("division", &f.Division), table.Changing("starts_on", &f.StartsOn),
			table.Changing("ends_on", &f.EndsOn), table.Changing("closes_on", &f.ClosesOn), table.Changing("match_on", &f.MatchOn), table.Fixed("tie", &f.Tie),
			table.Changing("figure_name", &f.FigureName), table.Changing("state", &f.State), table.Changing("root", &f.Root),
			table.Changing("entry_count", &f.Entries), table.Changing("closed_at", &f.ClosedAt), table.Changing("figure", &f.Figure),
			table.Changing("first_officer", &f.First), table.Changing("second_officer", &f.Second), table.Changing("seed", &f.Seed),
			table.Changing("pass", &f.Pass), table.Changing("venue", &f.Venue), table.Changing("hours", &f.Hours), table.Changing("reason_code", &f.Why),
			table.Changing("bundled", &f.Bundled), table.Changing("notice_at", &f.NoticeAt), table.Changing("noticed", &f.Noticed),
			table.Version(&f.Version),
		}
	},
	About:   func(f *fair.Fair) outbox.Subject { return outbox.Subject{Aggregate: f.ID, Division: f.Division} },
	Unknown: fair.ErrUnknown,
})

// Fair loads and locks a fair.
func (t *inTx) Fair(id string) (fair.Fair, error) { return fairs.Load(t.tx, id) }

// Share loads a fair and keeps it as it is, beside others who do the same.
func (t *inTx) Share(id string) (fair.Fair, error) { return fairs.Share(t.tx, id) }

// Peek reads a fair without locking it.
func (t *inTx) Peek(id string) (fair.Fair, error) { return fairs.Peek(t.tx, id) }

// List lists fairs, newest first.
func (t *inTx) List(division string) ([]fair.Fair, error) {
	return fairs.List(t.tx, `WHERE $1 = '' OR division = $1 ORDER BY id DESC LIMIT 200`, division)
}

// PeekFairs gives fairs by id.
func (t *inTx) PeekFairs(ids []string) (map[string]fair.Fair, error) {
	rows, err := fairs.Among(t.tx, "id", ids, "")
	all := make(map[string]fair.Fair, len(rows))
	for _, f := range rows {
		all[f.ID] = f
	}
	return all, err
}

// Save writes a fair and its events.
func (t *inTx) Save(ctx context.Context, f fair.Fair, events ...domain.Event) error {
	return fairs.Save(ctx, t.outbox, t.tx, f, events...)
}

func postColumns(p *fair.Post) []table.Column {
	return []table.Column{
		table.Key("id", &p.ID), table.Fixed("fair_id", &p.FairID), table.Fixed("vacancy_id", &p.VacancyID), table.Fixed("employer_id", &p.EmployerID),
		table.Fixed("county", &p.County), table.Changing("seats", &p.Seats), table.Changing("taken", &p.Taken), table.Version(&p.Version),
	}
}

// The same post at the same moment is refused as stale: repeated, it is found.
var posts = table.New(table.Spec[fair.Post]{
	Table:   "fair_post",
	Columns: postColumns,
	About:   func(p *fair.Post) outbox.Subject { return outbox.Subject{Aggregate: p.ID, Division: p.County} },
	Unknown: fair.ErrPostUnknown,
})

// Post loads and locks a post.
func (t *inTx) Post(id string) (fair.Post, error) { return posts.Load(t.tx, id) }

// PostOf loads and locks the post of a vacancy at a fair.
func (t *inTx) PostOf(fairID, vacancyID string) (fair.Post, bool, error) {
	return posts.Find(t.tx, `WHERE fair_id = $1 AND vacancy_id = $2`+posts.Lock(t.tx), fairID, vacancyID)
}

// PeekPostOf reads the post of a vacancy at a fair.
func (t *inTx) PeekPostOf(fairID, vacancyID string) (fair.Post, error) {
	return posts.One(t.tx, `WHERE fair_id = $1 AND vacancy_id = $2`, fairID, vacancyID)
}

// PeekPosts lists all posts of a fair by vacancy id.
func (t *inTx) PeekPosts(fairID string) ([]fair.Post, error) {
	return posts.List(t.tx, `WHERE fair_id = $1 ORDER BY vacancy_id`, fairID)
}

// SavePost writes a post and its events.
func (t *inTx) SavePost(ctx context.Context, p fair.Post, events ...domain.Event) error {
	return posts.Save(ctx, t.outbox, t.tx, p, events...)
}

var postsShown = table.New(table.Spec[app.PostShown]{
	Table: "fair_post",
	From:  "fair_post p JOIN vacancy v ON v.id = p.vacancy_id JOIN employer e ON e.id = p.employer_id",
	Columns: func(p *app.PostShown) []table.Column {
		v := &p.Vacancy
		return append(postColumns(&p.Post), table.Joined("v.id", &v.ID), table.Joined("v.county", &v.County), table.Joined("e.name", &v.EmployerName),
			table.Joined("v.title", &v.Title), table.Joined("v.occupation", &v.Occupation), table.Joined("v.wage_min_fen", &v.WageMinFen),
			table.Joined("v.wage_max_fen", &v.WageMaxFen), table.Joined("v.housing", &v.Housing), table.Joined("v.meals", &v.Meals))
	},
})

// PostPage lists a page of posts with their vacancies.
func (t *inTx) PostPage(fairID, after string, limit int) ([]app.PostShown, error) {
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
func (t *inTx) Unanswered(fairID string) (map[string]int, error) {
	all, err := sqldb.Collect(t.tx, scanCount, `SELECT vacancy_id, count(*) FROM fair_proposal WHERE fair_id = $1 AND state = 'open' GROUP BY vacancy_id`, fairID)
	return counted(all), err
}

// The kinds of the tasks that are done in steps; their payload is the fair's id,
// or the correction's.
const (
	TaskDrawFair    = "employment.draw_fair"
	TaskCloseFair   = "employment.close_fair"
	TaskNoticeFair  = "employment.notice_fair"
	TaskCorrectFair = "employment.correct_fair"
)

// WriteList leaves a task that commits a large fair.
func (t *inTx) WriteList(ctx context.Context, fairID string) error {
	return t.tasks.Add(ctx, t.tx, TaskCloseFair, []byte(fairID), time.Time{})
}

// WriteDraw leaves a task that writes a draw.
func (t *inTx) WriteDraw(ctx context.Context, fairID string) error {
	return t.tasks.Add(ctx, t.tx, TaskDrawFair, []byte(fairID), time.Time{})
}

// WriteNotices leaves a task that tells who applied.
func (t *inTx) WriteNotices(ctx context.Context, fairID string) error {
	return t.tasks.Add(ctx, t.tx, TaskNoticeFair, []byte(fairID), time.Time{})
}

// WriteCorrection leaves a task that writes a correction.
func (t *inTx) WriteCorrection(ctx context.Context, id string) error {
	return t.tasks.Add(ctx, t.tx, TaskCorrectFair, []byte(id), time.Time{})
}

// SaveBundle keeps what is published of a draw, from a part on. A draw that is
// written again is the same.
func (t *inTx) SaveBundle(fairID string, from int, bundle []byte) error {
	for part := from; len(bundle) > 0; part++ {
		n := min(app.BundlePart, len(bundle))
		if err := t.tx.Queue(`INSERT INTO fair_bundle (fair_id, part, data) VALUES ($1, $2, $3) ON CONFLICT (fair_id, part) DO UPDATE SET data = excluded.data`, fairID, part, bundle[:n]); err != nil {
			return err
		}
		bundle = bundle[n:]
	}
	return nil
}

// EndBundle has what is published end with what was written from a part on, and
// reports whether it is this: two may have written beside each other.
func (t *inTx) EndBundle(fairID string, from int, written []byte) (same bool, err error) {
	last := from + (len(written)-1)/app.BundlePart
	if _, err := t.tx.Exec(`DELETE FROM fair_bundle WHERE fair_id = $1 AND part > $2`, fairID, last); err != nil {
		return false, err
	}
	kept, err := t.bundle(fairID, from)
	return bytes.Equal(kept, written), err
}

// WholeBundle reads all of what is published.
func (t *inTx) WholeBundle(f fair.Fair) ([]byte, error) {
	all, err := t.bundle(f.ID, 0)
	return all[:min(f.Bundled, len(all))], err
}

func (t *inTx) bundle(fairID string, from int) ([]byte, error) {
	parts, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (b []byte, err error) { return b, s.Scan(&b) }, `SELECT data FROM fair_bundle WHERE fair_id = $1 AND part >= $2 ORDER BY part`, fairID, from)
	return slices.Concat(parts...), err
}

// Bundle reads a part of the bundle; nil is the end.
func (t *inTx) Bundle(fairID string, part int) (data []byte, err error) {
	err = t.tx.QueryRow(`SELECT data FROM fair_bundle WHERE fair_id = $1 AND part = $2`, fairID, part).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

// A number is given once to each correction of a fair.
var corrections = table.New(table.Spec[fair.Correction]{
	Table: "fair_correction",
	Columns: func(c *fair.Correction) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("fair_id", &c.FairID), table.Fixed("division", &c.Division), table.Fixed("number", &c.Number),
			table.Fixed("reason_code", &c.Why), table.Changing("state", &c.State), table.Fixed("figure", &c.Figure), table.Fixed("mends", table.JSON(&c.Mends)),
			table.Changing("wronged", &c.Wronged), table.Changing("looked", &c.Looked), table.Fixed("proposed_by", &c.ProposedBy), table.Changing("decided_by", &c.DecidedBy),
			table.Fixed("proposed_at", &c.ProposedAt), table.Changing("decided_at", &c.DecidedAt), table.Version(&c.Version),
		}
	},
	About: func(c *fair.Correction) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Division: c.Division}
	},
	Unknown: fair.ErrCorrectionUnknown,
})

// Correction reads a correction; who changes it holds its fair.
func (t *inTx) Correction(id string) (fair.Correction, error) {
	return corrections.Peek(t.tx, id)
}

// Corrections lists a fair's corrections, the newest first.
func (t *inTx) Corrections(fairID string) ([]fair.Correction, error) {
	return corrections.List(t.tx, `WHERE fair_id = $1 ORDER BY number DESC`, fairID)
}

// SaveCorrection writes a correction and its events.
func (t *inTx) SaveCorrection(ctx context.Context, c fair.Correction, events ...domain.Event) error {
	return corrections.Save(ctx, t.outbox, t.tx, c, events...)
}
