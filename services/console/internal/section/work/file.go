package work

import (
	"cmp"
	"io"
	"iter"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/spreadsheet"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// The kinds of files in which a list is exported, as identity names them.
const (
	fileCSV  = "csv"
	fileXLSX = "xlsx"
)

// sink takes the rows of a file as they come.
type sink interface {
	Row(cells []string) error
	Flush() error // sends what was taken so far
	Close() error // completes the file
}

// newSink begins a file. mark stands on each printed page of a workbook.
func newSink(kind string, w io.Writer, tab, mark string) (sink, error) {
	if kind == fileXLSX {
		return spreadsheet.New(w, spreadsheet.Sheet{Tab: tab, Mark: mark})
	}
	return spreadsheet.NewCSV(w)
}

// head names the columns of an exported list, with that of names where it has one.
func head(p *words.Printer, named bool) (names []string) {
	ids := []string{"work.case", "work.department", "work.matter", "work.kind", "work.county", "work.state", "work.since", "work.due", "work.left.days", "work.why", "work.mark"}
	if named {
		ids = append(ids[:1:1], append([]string{"work.name"}, ids[1:]...)...)
	}
	for _, id := range ids {
		names = append(names, p.T(id))
	}
	return names
}

// cells are one line of the list under those names; names are nil of a list without.
func cells(p *words.Printer, r row, names map[string]string, mark string) []string {
	matter := r.Matter
	if p.Has(r.Text) {
		matter = p.T(r.Text)
	}
	county, left, why := p.T("work.county.none"), "", ""
	if r.County != "" {
		county = p.County(r.County)
	}
	if r.DueOn != "" {
		left, why = strconv.Itoa(int(r.WorkingDaysLeft)), ruleText(p, r.RuleId)
	}
	state := cmp.Or(known(p, "work.state.", r.State), p.Code(r.State))
	all := []string{r.Number}
	if names != nil {
		all = append(all, names[r.Worker])
	}
	return append(all, p.Service(r.Service), matter, p.T("work.kind."+r.PersonKind), county, state, r.Since, r.DueOn, left, why, mark)
}

// write writes a file of pages as they come, and never holds more than one. After each
// page told hears how many rows there are; an error of it ends the writing.
func write(to sink, p *words.Printer, names map[string]string, mark string, pages iter.Seq2[[]row, error], told func(rows int64) error) (rows int64, err error) {
	if err := to.Row(head(p, names != nil)); err != nil {
		return 0, err
	}
	for page, err := range pages {
		if err != nil {
			return rows, err
		}
		for _, r := range page {
			if err := to.Row(cells(p, r, names, mark)); err != nil {
				return rows, err
			}
		}
		rows += int64(len(page))
		if err := to.Flush(); err != nil {
			return rows, err
		}
		if err := told(rows); err != nil {
			return rows, err
		}
	}
	return rows, to.Close()
}
