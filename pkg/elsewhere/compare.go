package elsewhere

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// What became of a row of the other system's export, or of a case that no row has.
const (
	IsSame       = "same"
	Differs      = "differs"
	IsUnwritten  = "unwritten"  // its case is here, and this number was not written back
	IsUnknown    = "unknown"    // no case of the officer's counties has its number
	IsLacking    = "lacking"    // the case was entered, and no row has its number
	IsUnreadable = "unreadable" // it has no number, or a person's in its place
)

// MostRows is how many rows an export has that is compared.
const MostRows = 20_000

// What is kept of exports: one that was not ended for an hour, or is older than some
// months, goes with the next comparison.
const (
	halfFor = time.Hour
	keptFor = 90 * 24 * time.Hour
)

// Asides is why a line needs nothing more, as a page offers it.
func Asides() []string {
	return []string{"asked_there", "mended_here", "same_sense", "not_ours", "not_yet"}
}

// comparison is an export while its rows come.
type comparison struct {
	id, division string
	place        int64 // of its last row
}

// begun is the comparison that rows belong to, made where they are its first.
func (s *Server) begun(tx *sqldb.Tx, p auth.Principal, m *Matter, req *platformv1.CompareEntriesRequest) (c comparison, err error) {
	c = comparison{id: req.GetComparisonId(), division: p.Division}
	if c.id == "" {
		c.id = ident.NewID()
		_, err = tx.Exec(`INSERT INTO elsewhere_comparison (id, matter, division, version, officer, made_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
			c.id, m.Name, c.division, req.GetVersion(), p.Subject, s.Clock.Now().UnixMicro())
		return c, err
	}
	var known int
	if err = tx.QueryRow(`SELECT count(*) FROM elsewhere_comparison WHERE id = $1 AND matter = $2 AND division = $3 AND version = $4 AND officer = $5 AND finished_at = 0`,
		c.id, m.Name, c.division, req.GetVersion(), p.Subject).Scan(&known); err == nil && known == 0 {
		err = ErrCompared
	}
	if err == nil {
		err = tx.QueryRow(`SELECT coalesce(max(place), 0) FROM elsewhere_compared WHERE comparison_id = $1`, c.id).Scan(&c.place)
	}
	return c, err
}

// CompareEntries compares rows of the other system's export with the cases that have
// their numbers, and keeps what came of each.
func (s *Server) CompareEntries(ctx context.Context, req *platformv1.CompareEntriesRequest) (*platformv1.CompareEntriesResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	divisions, ok := p.Counties()
	if !ok {
		return nil, auth.ErrDivision
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.CompareEntriesResponse, error) {
		form, err := m.form(tx)
		switch {
		case err != nil:
			return nil, err
		case form == nil:
			return nil, ErrNoForm
		case form.GetVersion() != req.GetVersion(): // the columns of a file that is read are one version's
			return nil, ErrVersion
		}
		c, err := s.begun(tx, p, m, req)
		if err != nil {
			return nil, err
		}
		out := &platformv1.CompareEntriesResponse{ComparisonId: c.id}
		if c.place+int64(len(req.GetRows())) > MostRows {
			return nil, ErrRows
		}
		for _, row := range req.GetRows() {
			one, err := s.compare(tx, p, m, form, row)
			if err != nil {
				return nil, err
			}
			c.place++
			one.Place, one.County = c.place, cmp.Or(one.GetCounty(), c.division)
			if err := keep(tx, c.id, one, clock.Today(s.Clock)); err != nil {
				return nil, err
			}
			one.Differences = nil
			out.Rows = append(out.Rows, one)
		}
		if req.GetLast() {
			err = s.finish(tx, m, c, divisions)
		}
		return out, err
	})
}

// compare says what became of a row.
func (s *Server) compare(tx *sqldb.Tx, p auth.Principal, m *Matter, form *platformv1.EntryForm, row *platformv1.ExportedRow) (*platformv1.ComparedRow, error) {
	out := &platformv1.ComparedRow{Line: row.GetLine(), Number: strings.TrimSpace(row.GetNumber()), Outcome: IsUnknown}
	if !numbers.MatchString(out.GetNumber()) || persons(out.GetNumber(), clock.Today(s.Clock)) {
		out.Number, out.Outcome = "", IsUnreadable
		return out, nil
	}
	id, err := m.numbered(tx, out.GetNumber())
	if err != nil {
		return nil, err
	}
	written := id != ""
	if !written {
		id = cell(form, row.GetCells(), CaseNumber)
	}
	if id == "" {
		return out, nil
	}
	c, err := m.seen(tx, p, id)
	switch {
	case errors.Is(err, ErrUnknown), err == nil && !written && !c.decided:
		return out, nil
	case err != nil:
		return nil, err
	}
	out.CaseId, out.County, out.Outcome = id, c.county, IsUnwritten
	if !written {
		return out, nil
	}
	out.Outcome = IsSame
	if out.Differences = m.differences(form, c, row.GetCells()); len(out.GetDifferences()) > 0 {
		out.Outcome = Differs
	}
	return out, nil
}

// cellsOf goes through the fields of a form that have a column, each with what a row has
// in it: the cells stand beside those fields in their order.
func cellsOf(form *platformv1.EntryForm, cells []string) iter.Seq2[*platformv1.EntryField, string] {
	return func(yield func(*platformv1.EntryField, string) bool) {
		for _, f := range form.GetFields() {
			switch {
			case f.GetColumn() == "":
				continue
			case len(cells) == 0 || !yield(f, cells[0]):
				return
			}
			cells = cells[1:]
		}
	}
}

// cell is what a row has in the column of a field.
func cell(form *platformv1.EntryForm, cells []string, field string) string {
	for f, c := range cellsOf(form, cells) {
		if f.GetField() == field {
			return strings.TrimSpace(c)
		}
	}
	return ""
}

// keep writes a line of a comparison. A person's number is not kept, whatever column it
// stands in.
func keep(tx *sqldb.Tx, id string, row *platformv1.ComparedRow, today clock.Date) error {
	says := []string{row.GetOutcome(), row.GetNumber(), row.GetCaseId()}
	for _, d := range row.GetDifferences() {
		withheld := 0
		if persons(strings.TrimSpace(d.GetThere()), today) {
			d.There, withheld = "", 1
		}
		says = append(says, d.GetField(), d.GetHere(), d.GetThere())
		if _, err := tx.Exec(`INSERT INTO elsewhere_there (comparison_id, place, field, there, withheld) VALUES ($1, $2, $3, $4, $5)`, id, row.GetPlace(), d.GetField(), d.GetThere(), withheld); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`INSERT INTO elsewhere_compared (comparison_id, place, line, outcome, number, case_id, county, mark) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, row.GetPlace(), row.GetLine(), row.GetOutcome(), row.GetNumber(), row.GetCaseId(), row.GetCounty(), mark(says...))
	return err
}

// mark stands for what a line says.
func mark(says ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(says, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// finish ends a comparison: what was entered and no row has is lacking there, and the
// comparison before is over.
func (s *Server) finish(tx *sqldb.Tx, m *Matter, c comparison, divisions string) error {
	lacking, err := sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.ComparedRow, error) {
		e := &platformv1.ComparedRow{Outcome: IsLacking}
		return e, s.Scan(&e.CaseId, &e.Number, &e.County)
	}, `SELECT e.case_id, e.number, e.county FROM elsewhere_entry e WHERE e.matter = $1 AND e.stands = 1 AND e.number <> '' AND `+sqldb.Within("e.county", 2)+`
		AND NOT EXISTS (SELECT 1 FROM elsewhere_compared c WHERE c.comparison_id = $3 AND c.case_id = e.case_id AND c.outcome IN ('same', 'differs')) ORDER BY e.case_id`, m.Name, divisions, c.id)
	if err != nil {
		return err
	}
	for _, one := range lacking {
		c.place++
		one.Place = c.place
		if err := keep(tx, c.id, one, clock.Date{}); err != nil {
			return err
		}
	}
	now := s.Clock.Now()
	over := `SELECT id FROM elsewhere_comparison WHERE matter = $1 AND id <> $2 AND (division = $3 AND (finished_at > 0 OR made_at < $4) OR made_at < $5)`
	args := []any{m.Name, c.id, c.division, now.Add(-halfFor).UnixMicro(), now.Add(-keptFor).UnixMicro()}
	for _, of := range []string{`elsewhere_there WHERE comparison_id`, `elsewhere_compared WHERE comparison_id`, `elsewhere_comparison WHERE id`} {
		if _, err := tx.Exec(`DELETE FROM `+of+` IN (`+over+`)`, args...); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`UPDATE elsewhere_comparison SET finished_at = $1 WHERE id = $2`, now.UnixMicro(), c.id)
	return err
}

// differences are the fields of a case that a row's cells do not say; what the registry
// has is not compared.
func (m *Matter) differences(form *platformv1.EntryForm, c one, cells []string) (all []*platformv1.EntryDifference) {
	for f, there := range cellsOf(form, cells) {
		known, _ := m.field(f.GetField())
		value, own := c.values[f.GetField()]
		if !own || Same(known.Kind, f.GetFormat(), value, there) {
			continue
		}
		all = append(all, &platformv1.EntryDifference{Field: f.GetField(), Label: f.GetLabel(), Here: Typed(known.Kind, f.GetFormat(), value), There: there})
	}
	return all
}

// newestComparison is the one of the officer's division that was ended last; nil where
// there is none.
func newestComparison(tx *sqldb.Tx, p auth.Principal, m *Matter) (*platformv1.Comparison, error) {
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.Comparison, error) {
		c := &platformv1.Comparison{}
		return c, s.Scan(&c.ComparisonId, &c.Version, &c.Officer, &c.MadeAt)
	}, `SELECT id, version, officer, made_at FROM elsewhere_comparison WHERE matter = $1 AND division = $2 AND finished_at > 0 ORDER BY finished_at DESC, id DESC LIMIT 1`, m.Name, p.Division)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// ofVersion is a version of a matter's form.
func (m *Matter) ofVersion(tx *sqldb.Tx, version int64) (*platformv1.EntryForm, error) {
	all, err := m.forms(tx, version, 1)
	if err != nil || len(all) == 0 {
		return &platformv1.EntryForm{}, err
	}
	return all[0], nil
}

// label is what a form calls a field.
func label(form *platformv1.EntryForm, field string) string {
	for _, f := range form.GetFields() {
		if f.GetField() == field {
			return f.GetLabel()
		}
	}
	return field
}

// asideOf joins to a line of a comparison, c, why it was set aside.
const asideOf = ` LEFT JOIN elsewhere_aside a ON a.matter = $2 AND a.division = $3 AND a.mark = c.mark AND a.stands = 1 `

// ListCompared lists what came of the newest comparison. It tells of cases and of nobody.
func (s *Server) ListCompared(ctx context.Context, req *platformv1.ListComparedRequest) (*platformv1.ListComparedResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	divisions, ok := p.Counties()
	if !ok {
		return nil, auth.ErrDivision
	}
	limit := page(req.GetLimit())
	var out *platformv1.ListComparedResponse
	err = s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
		out = &platformv1.ListComparedResponse{}
		if out.Form, err = m.form(tx); err != nil {
			return err
		}
		if out.Comparison, err = newestComparison(tx, p, m); err != nil || out.GetComparison() == nil {
			return err
		}
		id := out.GetComparison().GetComparisonId()
		if out.Comparison.Counts, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.ComparedCount, error) {
			c := &platformv1.ComparedCount{}
			return c, s.Scan(&c.Outcome, &c.Count, &c.Aside)
		}, `SELECT c.outcome, count(*), count(a.id) FROM elsewhere_compared c`+asideOf+`WHERE c.comparison_id = $1 AND `+sqldb.Within("c.county", 4)+` GROUP BY c.outcome ORDER BY c.outcome`, id, m.Name, p.Division, divisions); err != nil {
			return err
		}
		aside := 0
		if req.GetAside() {
			aside = 1
		}
		out.Rows, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.ComparedRow, error) {
			r := &platformv1.ComparedRow{}
			return r, s.Scan(&r.Place, &r.Line, &r.Outcome, &r.Number, &r.CaseId, &r.County, &r.ReasonCode, &r.Officer, &r.AsideAt)
		}, `SELECT c.place, c.line, c.outcome, c.number, c.case_id, c.county, coalesce(a.reason_code, ''), coalesce(a.officer, ''), coalesce(a.aside_at, 0) FROM elsewhere_compared c`+asideOf+
			`WHERE c.comparison_id = $1 AND `+sqldb.Within("c.county", 4)+` AND c.outcome = $5 AND c.place > $6 AND CASE WHEN a.id IS NULL THEN 0 ELSE 1 END = $7 ORDER BY c.place LIMIT $8`,
			id, m.Name, p.Division, divisions, req.GetOutcome(), req.GetAfterPlace(), aside, limit+1)
		if err != nil || len(out.GetRows()) == 0 {
			return err
		}
		if len(out.GetRows()) > limit {
			out.Rows = out.Rows[:limit]
			out.NextPlace = out.Rows[limit-1].GetPlace()
		}
		form, err := m.ofVersion(tx, out.GetComparison().GetVersion())
		if err != nil {
			return err
		}
		of := map[int64]*platformv1.ComparedRow{}
		for _, r := range out.GetRows() {
			of[r.GetPlace()] = r
		}
		_, err = sqldb.Collect(tx, func(s sqldb.Scanner) (string, error) {
			var place int64
			var field string
			if err := s.Scan(&place, &field); err != nil {
				return "", err
			}
			if r := of[place]; r != nil {
				r.Labels = append(r.Labels, label(form, field))
			}
			return field, nil
		}, `SELECT place, field FROM elsewhere_there WHERE comparison_id = $1 AND place >= $2 AND place <= $3 ORDER BY place, field`, id, out.Rows[0].GetPlace(), out.Rows[len(out.Rows)-1].GetPlace())
		return err
	})
	return out, err
}

// line reads a line of a comparison of the officer's division, and when it was made.
func (m *Matter) line(tx *sqldb.Tx, p auth.Principal, comparison string, place int64) (r *platformv1.ComparedRow, of *platformv1.Comparison, mark string, err error) {
	r, of = &platformv1.ComparedRow{Place: place}, &platformv1.Comparison{ComparisonId: comparison}
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (bool, error) {
		return true, s.Scan(&r.Line, &r.Outcome, &r.Number, &r.CaseId, &r.County, &mark, &r.ReasonCode, &r.Officer, &r.AsideAt, &of.Version, &of.Officer, &of.MadeAt)
	}, `SELECT c.line, c.outcome, c.number, c.case_id, c.county, c.mark, coalesce(a.reason_code, ''), coalesce(a.officer, ''), coalesce(a.aside_at, 0), k.version, k.officer, k.made_at
		FROM elsewhere_compared c JOIN elsewhere_comparison k ON k.id = c.comparison_id`+asideOf+`WHERE c.comparison_id = $1 AND k.matter = $2 AND k.division = $3 AND k.finished_at > 0 AND c.place = $4`, comparison, m.Name, p.Division, place)
	if err == nil && (len(all) == 0 || p.CoversDivision(r.GetCounty()) != nil) {
		err = ErrCompared
	}
	return r, of, mark, err
}

// GetCompared gives both sides of a line, ours as it is now, and logs the look for the
// worker where any is shown.
func (s *Server) GetCompared(ctx context.Context, req *platformv1.GetComparedRequest) (*platformv1.GetComparedResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	var out *platformv1.GetComparedResponse
	err = s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		row, of, _, err := m.line(tx, p, req.GetComparisonId(), req.GetPlace())
		if err != nil {
			return err
		}
		out = &platformv1.GetComparedResponse{Row: row, MadeAt: of.GetMadeAt(), Officer: of.GetOfficer()}
		if out.Form, err = m.ofVersion(tx, of.GetVersion()); err != nil || row.GetCaseId() == "" {
			return err
		}
		c, err := m.seen(tx, p, row.GetCaseId())
		if err != nil {
			return err
		}
		out.Since = c.since
		there, err := sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.EntryDifference, error) {
			d, withheld := &platformv1.EntryDifference{}, 0
			err := s.Scan(&d.Field, &d.There, &withheld)
			d.Withheld = withheld == 1
			return d, err
		}, `SELECT field, there, withheld FROM elsewhere_there WHERE comparison_id = $1 AND place = $2`, req.GetComparisonId(), row.GetPlace())
		if err != nil || len(there) == 0 {
			return err
		}
		for _, f := range out.GetForm().GetFields() { // in its order
			known, _ := m.field(f.GetField())
			value := c.values[f.GetField()]
			for _, d := range there {
				if d.GetField() == f.GetField() {
					d.Label, d.Here, d.Mended = f.GetLabel(), Typed(known.Kind, f.GetFormat(), value), !d.GetWithheld() && Same(known.Kind, f.GetFormat(), value, d.GetThere())
					row.Differences = append(row.Differences, d)
				}
			}
		}
		return s.Outbox.Read(ctx, tx, c.worker, c.county, row.GetCaseId(), "entry_"+m.Name)
	})
	return out, err
}

// SetComparedAside keeps why a line needs nothing more, or brings it back.
func (s *Server) SetComparedAside(ctx context.Context, req *platformv1.SetComparedAsideRequest) (*platformv1.SetComparedAsideResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	if req.GetReasonCode() != "" && !slices.Contains(Asides(), req.GetReasonCode()) {
		return nil, ErrAside.With("field", "reason_code")
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.SetComparedAsideResponse, error) {
		if err := tx.Lock("elsewhere_aside " + m.Name); err != nil { // a line has one reason
			return nil, err
		}
		row, _, mark, err := m.line(tx, p, req.GetComparisonId(), req.GetPlace())
		if err != nil {
			return nil, err
		}
		if row.GetOutcome() == IsSame || row.GetOutcome() == IsUnreadable {
			return nil, ErrAside.With("field", "reason_code")
		}
		if _, err := tx.Exec(`UPDATE elsewhere_aside SET stands = 0 WHERE matter = $1 AND division = $2 AND mark = $3 AND stands = 1`, m.Name, p.Division, mark); err != nil {
			return nil, err
		}
		if req.GetReasonCode() == "" {
			return &platformv1.SetComparedAsideResponse{}, nil
		}
		_, err = tx.Exec(`INSERT INTO elsewhere_aside (id, matter, division, mark, reason_code, officer, aside_at, stands) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`,
			ident.NewID(), m.Name, p.Division, mark, req.GetReasonCode(), p.Subject, s.Clock.Now().UnixMicro())
		return &platformv1.SetComparedAsideResponse{}, err
	})
}

// few is how many lines a page has where the caller does not say, most how many at most.
const few, most = 200, 1000

func page(limit int32) int {
	if limit <= 0 {
		return few
	}
	return int(min(limit, most))
}

// ListEntries lists the cases of the officer's counties that have a number in the other
// system. It tells of cases and of nobody.
func (s *Server) ListEntries(ctx context.Context, req *platformv1.ListEntriesRequest) (*platformv1.ListEntriesResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	divisions, ok := p.Counties()
	if !ok {
		return nil, auth.ErrDivision
	}
	limit := page(req.GetLimit())
	out := &platformv1.ListEntriesResponse{}
	err = s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
		out.Next = ""
		out.Cases, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.EnteredCase, error) {
			e := &platformv1.EnteredCase{}
			return e, s.Scan(&e.CaseId, &e.Number, &e.County, &e.EnteredAt)
		}, `SELECT case_id, number, county, entered_at FROM elsewhere_entry
			WHERE matter = $1 AND stands = 1 AND number <> '' AND case_id > $3 AND `+sqldb.Within("county", 2)+` ORDER BY case_id LIMIT $4`, m.Name, divisions, req.GetAfter(), limit+1)
		if len(out.Cases) > limit {
			out.Cases = out.Cases[:limit]
			out.Next = out.Cases[limit-1].GetCaseId()
		}
		return err
	})
	return out, err
}
