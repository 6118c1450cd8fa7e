package elsewhere

import (
	"context"
	"errors"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// What became of a row of the other system's export.
const (
	IsSame    = "same"
	Differs   = "differs"
	IsUnknown = "unknown" // no case of the officer's counties has its number
)

// CompareEntries compares rows of the other system's export with the cases that have
// their numbers. Of what differs it tells both sides, and the worker reads of the look.
func (s *Server) CompareEntries(ctx context.Context, req *platformv1.CompareEntriesRequest) (*platformv1.CompareEntriesResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	var out *platformv1.CompareEntriesResponse
	err = s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		out = &platformv1.CompareEntriesResponse{}
		form, err := m.form(tx)
		switch {
		case err != nil:
			return err
		case form == nil:
			return ErrNoForm
		case form.GetVersion() != req.GetVersion(): // the columns of a file that is read are one version's
			return ErrVersion
		}
		for _, row := range req.GetRows() {
			one := &platformv1.ComparedRow{Line: row.GetLine(), Outcome: IsUnknown}
			out.Rows = append(out.Rows, one)
			id, err := m.numbered(tx, strings.TrimSpace(row.GetNumber()))
			if err != nil {
				return err
			}
			if id == "" {
				continue
			}
			c, err := m.seen(tx, p, id)
			if errors.Is(err, ErrUnknown) {
				continue
			}
			if err != nil {
				return err
			}
			one.Outcome, one.CaseId, one.Differences = IsSame, id, m.differences(form, c, row.GetCells())
			if len(one.Differences) == 0 {
				continue
			}
			one.Outcome = Differs
			if err := s.Outbox.Read(ctx, tx, c.worker, c.county, id, "entry_"+m.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// differences are the fields of a case that a row's cells do not say. The cells stand
// beside the fields that have a column; what the registry has is not compared.
func (m *Matter) differences(form *platformv1.EntryForm, c one, cells []string) (all []*platformv1.EntryDifference) {
	at := -1
	for _, f := range form.GetFields() {
		if f.GetColumn() == "" {
			continue
		}
		at++
		known, _ := m.field(f.GetField())
		value, own := c.values[f.GetField()]
		if !own || at >= len(cells) || Same(known.Kind, f.GetFormat(), value, cells[at]) {
			continue
		}
		all = append(all, &platformv1.EntryDifference{Field: f.GetField(), Label: f.GetLabel(), Here: Typed(known.Kind, f.GetFormat(), value), There: cells[at]})
	}
	return all
}

// few is how many lines a page of entries has where the caller does not say, most how
// many at most.
const few, most = 200, 1000

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
	limit := int(req.GetLimit())
	if limit <= 0 {
		limit = few
	}
	limit = min(limit, most)
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
