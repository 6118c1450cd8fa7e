package work

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// narrowing is what a list is cut to.
type narrowing struct {
	counties      []string // those that are covered and of which something waits
	whole         bool     // they are all
	state, number string
	overdue       bool
	who           string
	by            asker
}

// asker is who asks, and as an officer of which department.
type asker struct{ officer, department string }

// query gathers conditions and their arguments.
type query struct {
	where []string
	args  []any
}

// arg is the placeholder of an argument.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *query) and(condition string) { q.where = append(q.where, condition) }

// with is the query with one more condition or more; the one it comes from stays.
func (q *query) with(add func(*query)) *query {
	c := &query{slices.Clone(q.where), slices.Clone(q.args)}
	add(c)
	return c
}

// waits adds the condition of the rows that wait.
func (k *Kind) waits(q *query, by asker, d *days) {
	where := k.Where
	for _, known := range []struct {
		name  string
		value any
	}{{"{now}", d.now.UnixMicro()}, {"{today}", d.today.String()}, {"{officer}", by.officer}, {"{department}", by.department}} {
		if strings.Contains(where, known.name) {
			where = strings.ReplaceAll(where, known.name, q.arg(known.value))
		}
	}
	q.and("(" + where + ")")
	if k.Days && k.Due == "" { // what has no day has no clock that could be counted
		q.and(k.Since + ` <> ''`)
	}
}

// narrowed is what all pages of a list of a kind ask.
func (k *Kind) narrowed(n narrowing, d *days) *query {
	q := &query{}
	k.waits(q, n.by, d)
	if !n.whole {
		marks := make([]string, len(n.counties))
		for i, county := range n.counties {
			marks[i] = q.arg(county)
		}
		q.and(k.County + ` IN (` + strings.Join(marks, ", ") + `)`)
	}
	if n.state != "" {
		q.and(or(k.State, "''") + ` = ` + q.arg(n.state))
	}
	if n.number != "" {
		q.and(`lower(` + k.id() + `) LIKE '%' || CAST(` + q.arg(n.number) + ` AS TEXT)`)
	}
	if n.who != "" && len(k.By) > 0 {
		is := q.arg(n.by.officer) + ` IN (` + strings.Join(k.By, ", ") + `)`
		if n.who == "me" {
			is = "NOT " + is
		}
		q.and(is)
	}
	return q
}

// rows reads the first of a kind that a query leaves, in an order.
func (k *Kind) rows(tx *sqldb.Tx, q *query, order, officer string, limit int) ([]line, error) {
	own := "0"
	if len(k.By) > 0 {
		q = q.with(func(q *query) {
			own = `CASE WHEN ` + q.arg(officer) + ` IN (` + strings.Join(k.By, ", ") + `) THEN 1 ELSE 0 END`
		})
	}
	text := `SELECT ` + strings.Join([]string{
		k.id(), k.County, or(k.State, "''"), k.Since, or(k.Due, "''"), or(k.Within, "''"), or(k.What, "''"), or(k.Whose, "''"), own,
	}, ", ") + ` FROM ` + k.From + ` WHERE ` + strings.Join(q.where, " AND ") + ` ORDER BY ` + order + fmt.Sprintf(` LIMIT %d`, limit)
	return sqldb.Collect(tx, func(s sqldb.Scanner) (l line, err error) {
		var micros int64
		var own int
		since := any(&micros)
		if k.Days {
			since = &l.since
		}
		if err := s.Scan(&l.id, &l.county, &l.state, since, &l.due, &l.within, &l.what, &l.whose, &own); err != nil {
			return l, err
		}
		if !k.Days {
			l.since = clock.DateOf(sqldb.Time(micros)).String()
		}
		l.kind, l.rule, l.own = k, k.Rule, own == 1
		return l, nil
	}, text, q.args...)
}

// since is a day as the column of the beginning holds it.
func (k *Kind) since(day clock.Date) any {
	if k.Days {
		return day.String()
	}
	return day.Start().UnixMicro()
}

// later is an id behind which a page goes on: at the same day and id a matter that
// comes after the last one's still follows.
func (k *Kind) later(q *query, at place) string {
	if k.Matter > at.matter {
		return k.id() + ` >= ` + q.arg(at.id)
	}
	return k.id() + ` > ` + q.arg(at.id)
}

// page reads the first lines of a kind that stand behind a place, limit at most.
func (k *Kind) page(tx *sqldb.Tx, n narrowing, at place, limit int, d *days, given int) ([]line, error) {
	if n.who == "another" && len(k.By) == 0 {
		return nil, nil
	}
	q := k.narrowed(n, d)
	switch {
	case k.Due != "":
		return k.dated(tx, q, n, at, limit, d)
	case given > 0:
		return k.counted(tx, q, n, at, limit, d, given)
	case n.overdue:
		return nil, nil
	}
	if at.due == NoDay {
		q.and(k.later(q, at))
	}
	all, err := k.rows(tx, q, k.id(), n.by.officer, limit)
	for i := range all {
		all[i].due, all[i].rule = NoDay, ""
	}
	return all, err
}

// dated are lines whose last day stands in their row.
func (k *Kind) dated(tx *sqldb.Tx, q *query, n narrowing, at place, limit int, d *days) ([]line, error) {
	if n.overdue {
		q.and(k.Due + ` < ` + q.arg(d.today.String()))
	}
	if at.due != "" {
		q.and(k.Due + ` >= ` + q.arg(at.due)) // the databases find the place in an index by it
		q.and(`(` + k.Due + ` > ` + q.arg(at.due) + ` OR ` + k.later(q, at) + `)`)
	}
	return k.rows(tx, q, k.Due+`, `+k.id(), n.by.officer, limit)
}

// counted are lines whose last day is so many working days after their beginning. What
// begins later is due no earlier, so they are read by their beginning; of those that are
// due on the last day that was read, which may be more than were, the first by their id.
func (k *Kind) counted(tx *sqldb.Tx, q *query, n narrowing, at place, limit int, d *days, given int) ([]line, error) {
	if n.overdue {
		q.and(k.Since + ` < ` + q.arg(k.since(d.first(d.today, given))))
	}
	switch due, err := clock.ParseDate(at.due); {
	case at.due == NoDay:
		return nil, nil
	case at.due != "" && err == nil:
		q.and(k.Since + ` >= ` + q.arg(k.since(d.first(due, given))))
		q.and(`(` + k.Since + ` >= ` + q.arg(k.since(d.first(due.AddDays(1), given))) + ` OR ` + k.later(q, at) + `)`)
	}
	all, err := k.rows(tx, q, k.Since+`, `+k.id(), n.by.officer, limit)
	if err != nil {
		return nil, err
	}
	due := func(all []line) error {
		for i := range all {
			since, err := clock.ParseDate(all[i].since)
			if err != nil {
				return err
			}
			all[i].due, all[i].rule = d.after(since, given).String(), Target
		}
		return nil
	}
	if err := due(all); err != nil || len(all) < limit {
		return ordered(all), err
	}
	last, err := clock.ParseDate(all[len(all)-1].due)
	if err != nil {
		return nil, err
	}
	whole := slices.DeleteFunc(all, func(l line) bool { return l.due == last.String() })
	rest, err := k.rows(tx, q.with(func(q *query) {
		q.and(k.Since + ` >= ` + q.arg(k.since(d.first(last, given))))
		q.and(k.Since + ` < ` + q.arg(k.since(d.first(last.AddDays(1), given))))
	}), k.id(), n.by.officer, limit-len(whole))
	if err != nil {
		return nil, err
	}
	if err := due(rest); err != nil {
		return nil, err
	}
	return ordered(append(whole, rest...)), nil
}

func ordered(all []line) []line {
	slices.SortFunc(all, func(a, b line) int { return a.place().compare(b.place()) })
	return all
}

// count is how much of a kind waits in a county.
type count struct {
	county     string
	n, overdue int64
}

// counts counts a kind by county.
func (k *Kind) counts(tx *sqldb.Tx, by asker, d *days, given int) ([]count, error) {
	q, late := &query{}, "0"
	k.waits(q, by, d)
	switch {
	case k.Due != "":
		late = `CASE WHEN ` + k.Due + ` < ` + q.arg(d.today.String()) + ` THEN 1 ELSE 0 END`
	case given > 0:
		late = `CASE WHEN ` + k.Since + ` < ` + q.arg(k.since(d.first(d.today, given))) + ` THEN 1 ELSE 0 END`
	}
	return sqldb.Collect(tx, func(s sqldb.Scanner) (c count, err error) { return c, s.Scan(&c.county, &c.n, &c.overdue) },
		`SELECT `+k.County+`, count(*), sum(`+late+`) FROM `+k.From+` WHERE `+strings.Join(q.where, " AND ")+` GROUP BY 1`, q.args...)
}

// cut narrows a list to the counties for which a check lets pass, of those of which
// something waits. It reports false where nothing is left.
func (n narrowing) cut(counts []count, county string, passes func(county string) bool) (narrowing, bool) {
	n.counties, n.whole = nil, true
	for _, c := range counts {
		if (county == "" || c.county == county) && passes(c.county) {
			n.counties = append(n.counties, c.county)
		} else {
			n.whole = false
		}
	}
	return n, len(n.counties) > 0
}
