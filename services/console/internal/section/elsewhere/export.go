package elsewhere

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/elsewhere"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/pkg/spreadsheet"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// What a call of a comparison holds at most, and a page and a file of what came of it.
const (
	rowsAtOnce  = 200
	bytesAtOnce = 256 << 10
	cellRunes   = 200
	lineAtOnce  = 100
	fileAtOnce  = 1000
)

// outcomes are what may come of a row, in the order in which a page shows them.
func outcomes() []string {
	return []string{elsewhere.Differs, elsewhere.IsLacking, elsewhere.IsUnknown, elsewhere.IsUnwritten, elsewhere.IsUnreadable, elsewhere.IsSame}
}

// counted is how many lines came to an outcome that wait, and that were set aside.
type counted struct {
	Outcome     string
	Open, Aside int64
}

// mapping is a field of the form, the column that it is read from, and the form's field
// that says so.
type mapping struct{ Name, Label, Column string }

type exportBody struct {
	Service, Officers, Matter string
	*platformv1.ListComparedResponse
	By     *platformv1.EntryForm // the newest; nil where none was made yet
	Counts []counted
	Show   string
	Aside  bool
	Done   bool
	Form   filled.Form
	Most   int64 // rows of an export
	// Header is the columns of a sheet that lacks some, Missing which, and Map what could
	// be read from which.
	Header, Missing []string
	Map             []mapping
}

// At is the page's address.
func (b exportBody) At() string { return "/elsewhere/" + b.Service + "/" + b.Matter + "/export" }

// registered reports whether a field says who somebody is: it is the registry's, is not
// compared, and its column is not read.
func registered(f *platformv1.EntryField) bool {
	return strings.HasPrefix(f.GetField(), "person_") || strings.HasPrefix(f.GetField(), "child_")
}

// columns are the columns of an export that a form names: that of the number, then those
// of the fields that have one. Of a field that is not compared it is empty, and so is its
// cell.
func columns(f *platformv1.EntryForm) (all []string) {
	if f.GetNumberColumn() == "" {
		return nil
	}
	all = []string{f.GetNumberColumn()}
	for _, one := range f.GetFields() {
		switch {
		case one.GetColumn() == "":
		case registered(one):
			all = append(all, "")
		default:
			all = append(all, one.GetColumn())
		}
	}
	return all
}

func (s *pages) export(v *frame.Visit) error {
	return s.showExport(v, http.StatusOK, exportBody{})
}

// showExport shows what came of the newest comparison, and where the next export is
// chosen.
func (s *pages) showExport(v *frame.Visit, status int, b exportBody) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	if b.Show = v.Query("show"); !slices.Contains(outcomes(), b.Show) {
		b.Show = elsewhere.Differs
	}
	b.Service, b.Officers, b.Matter, b.Aside, b.Done, b.Most = d.Service, d.Officers, matter, v.Query("aside") != "", v.Query("done") != "", elsewhere.MostRows
	after, _ := strconv.ParseInt(v.Query("after"), 10, 32)
	if b.ListComparedResponse, err = s.client(d.Service).ListCompared(v.AsOf(d.Officers, typing), &platformv1.ListComparedRequest{Matter: matter, Outcome: b.Show, Aside: b.Aside, AfterPlace: max(after, 0), Limit: lineAtOnce}); err != nil {
		return err
	}
	b.By = b.GetForm()
	for _, o := range outcomes() {
		c := counted{Outcome: o}
		for _, n := range b.GetComparison().GetCounts() {
			if n.GetOutcome() == o {
				c.Open, c.Aside = n.GetCount()-n.GetAside(), n.GetAside()
			}
		}
		b.Counts = append(b.Counts, c)
	}
	if b.By != nil && b.Header != nil {
		b.Map = []mapping{{"number_column", "", b.found(b.By.GetNumberColumn(), b.By.GetNumberColumn())}}
		for i, f := range b.By.GetFields() {
			if !registered(f) {
				b.Map = append(b.Map, mapping{"column_" + strconv.Itoa(i+1), f.GetLabel(), b.found(f.GetColumn(), f.GetLabel())})
			}
		}
	}
	for i, m := range b.Map {
		b.Map[i].Column = b.Form.Get("columns", m.Name, m.Column)
	}
	return v.Render(status, "elsewhere_export", frame.Page{Title: "elsewhere.export", Nav: "elsewhere", Body: b})
}

// found is the column of a sheet for a field: the one that the form names, or else one
// that is called as the field.
func (b exportBody) found(column, label string) string {
	for _, name := range []string{column, label} {
		if name != "" && slices.Contains(b.Header, name) {
			return name
		}
	}
	return ""
}

// compares refuses whoever may not compare an export here.
func (s *pages) compares(v *frame.Visit) error {
	d, _, err := s.at(v)
	if err != nil {
		return err
	}
	may, err := v.OffersOf(d.Officers, "platform.CompareEntries")
	if err == nil && !may {
		err = frame.ErrDenied
	}
	return err
}

// compare compares an export with what was entered. The sheet is read in memory, sent by
// parts to the department, which keeps what differs, and is gone with the request.
func (s *pages) compare(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	reply, err := s.client(d.Service).ListCompared(v.AsOf(d.Officers, typing), &platformv1.ListComparedRequest{Matter: matter})
	if err != nil {
		return err
	}
	refused := func(err error, b exportBody) error {
		if !filled.InPlace(err) {
			return err
		}
		b.Form = filled.Of("export", v.R.PostForm, err, map[string]string{errs.CodeOf(err): "sheet"})
		return s.showExport(v, http.StatusUnprocessableEntity, b)
	}
	in, size, err := v.File("sheet")
	if err != nil {
		return refused(err, exportBody{})
	}
	wanted := columns(reply.GetForm())
	table, err := sheet.OpenTable(v.R.Context(), in, size, wanted)
	defer func() { _ = table.Close() }() // it was only read
	if errors.Is(err, sheet.ErrHeaderMissing) && reply.GetForm() != nil {
		b := exportBody{Header: table.Header()}
		for _, c := range wanted {
			if c != "" && !table.Has(c) {
				b.Missing = append(b.Missing, c)
			}
		}
		return refused(err, b)
	}
	if err != nil {
		return refused(err, exportBody{})
	}
	rows, err := read(table, wanted)
	if err != nil {
		return refused(err, exportBody{})
	}
	req := &platformv1.CompareEntriesRequest{Matter: matter, Version: reply.GetForm().GetVersion()}
	all := parts(rows)
	for i, part := range all {
		req.Rows, req.Last = part, i == len(all)-1
		kept, err := s.client(d.Service).CompareEntries(v.EachOf(d.Officers, typing, strconv.Itoa(i)), req)
		if err != nil {
			return refused(err, exportBody{})
		}
		req.ComparisonId = kept.GetComparisonId()
	}
	return v.Back("/elsewhere/" + v.Part("service") + "/" + v.Part("matter") + "/export")
}

// read takes the rows of an export. What is longer than a field may be is cut, and so
// differs.
func read(table *sheet.Table, wanted []string) (rows []*platformv1.ExportedRow, err error) {
	for {
		line, cells, err := table.Next(wanted)
		switch {
		case errors.Is(err, io.EOF) && len(rows) == 0:
			return nil, sheet.ErrEmpty
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, err
		case len(rows) == elsewhere.MostRows:
			return nil, elsewhere.ErrRows
		}
		for i, c := range cells {
			if utf8.RuneCountInString(c) > cellRunes {
				cells[i] = string([]rune(c)[:cellRunes])
			}
		}
		number := cells[0]
		if utf8.RuneCountInString(number) > 64 { // no number of a case
			number = ""
		}
		rows = append(rows, &platformv1.ExportedRow{Line: int64(line), Number: number, Cells: cells[1:]})
	}
}

// parts are rows as calls take them.
func parts(rows []*platformv1.ExportedRow) (all [][]*platformv1.ExportedRow) {
	from, size := 0, 0
	for i, r := range rows {
		n := len(r.GetNumber()) + 16
		for _, c := range r.GetCells() {
			n += len(c) + 4
		}
		if i-from == rowsAtOnce || size+n > bytesAtOnce {
			all, from, size = append(all, rows[from:i]), i, 0
		}
		size += n
	}
	return append(all, rows[from:])
}

// saveColumns keeps with the form which column of the export each field stands in, as a
// version of its own.
func (s *pages) saveColumns(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	reply, err := s.client(d.Service).ListCompared(v.AsOf(d.Officers, typing), &platformv1.ListComparedRequest{Matter: matter})
	if err != nil {
		return err
	}
	f := reply.GetForm()
	after, _ := strconv.ParseInt(v.Form("after_version"), 10, 64)
	req := &platformv1.SaveEntryFormRequest{Matter: matter, AfterVersion: after, System: f.GetSystem(), Since: f.GetSince(), NumberColumn: v.Form("number_column")}
	for i, one := range f.GetFields() {
		req.Fields = append(req.Fields, &platformv1.EntryField{Field: one.GetField(), Label: one.GetLabel(), Format: one.GetFormat(), Column: v.Form("column_" + strconv.Itoa(i+1))})
	}
	_, err = s.client(d.Service).SaveEntryForm(v.AsOf(d.Officers, handling), req)
	if err != nil && filled.InPlace(err) {
		fields := map[string]string{"number_column": "number_column"}
		for i := range f.GetFields() {
			at := "column_" + strconv.Itoa(i+1)
			fields[at] = at
		}
		return s.showExport(v, http.StatusUnprocessableEntity, exportBody{Header: v.R.PostForm["header"], Form: filled.Of("columns", v.R.PostForm, err, fields)})
	}
	return v.Done(err, "/elsewhere/"+v.Part("service")+"/"+v.Part("matter")+"/export?done=1")
}

// exportFile gives what came to an outcome as a file, by case number.
func (s *pages) exportFile(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	req := &platformv1.ListComparedRequest{Matter: matter, Outcome: v.Query("show"), Limit: fileAtOnce}
	var lines [][]string
	for {
		reply, err := s.client(d.Service).ListCompared(v.AsOf(d.Officers, typing), req)
		if err != nil {
			return err
		}
		for _, r := range reply.GetRows() {
			where := ""
			if r.GetCounty() != "" && r.GetCaseId() != "" {
				where = v.P.County(r.GetCounty())
			}
			line := ""
			if r.GetLine() > 0 {
				line = strconv.FormatInt(r.GetLine(), 10)
			}
			lines = append(lines, []string{r.GetCaseId(), r.GetNumber(), where, v.P.T("elsewhere.outcome." + r.GetOutcome()), strings.Join(r.GetLabels(), v.P.T("elsewhere.comma")), line})
		}
		if req.AfterPlace = reply.GetNextPlace(); req.AfterPlace == 0 {
			break
		}
	}
	v.W.Header().Set("Content-Type", spreadsheet.TypeCSV)
	v.W.Header().Set("Content-Disposition", `attachment; filename="qiao-compared.csv"`)
	w, err := spreadsheet.NewCSV(v.W)
	if err != nil {
		return nil //nolint:nilerr // the reader is gone
	}
	head := []string{}
	for _, id := range []string{"elsewhere.case", "elsewhere.there.number", "elsewhere.county", "elsewhere.outcome", "elsewhere.differs", "elsewhere.row"} {
		head = append(head, v.P.T(id))
	}
	_ = w.Row(head)
	for _, l := range lines {
		_ = w.Row(l)
	}
	_ = w.Close()
	return nil
}

type lineBody struct {
	Service, Matter string
	*platformv1.GetComparedResponse
	Comparison string
	Refused    filled.Form
}

// Reasons is why a line needs nothing more.
func (lineBody) Reasons() []string { return elsewhere.Asides() }

// Sets reports whether the line can be set aside.
func (b lineBody) Sets() bool {
	return b.GetRow().GetOutcome() != elsewhere.IsSame && b.GetRow().GetOutcome() != elsewhere.IsUnreadable
}

func (s *pages) line(v *frame.Visit) error { return s.showLine(v, http.StatusOK, filled.Form{}) }

// showLine shows both sides of a line; its worker reads of the look.
func (s *pages) showLine(v *frame.Visit, status int, f filled.Form) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	place, _ := strconv.ParseInt(v.Path("place"), 10, 32)
	reply, err := s.client(d.Service).GetCompared(v.AsOf(d.Officers, typing), &platformv1.GetComparedRequest{Matter: matter, ComparisonId: v.Path("comparison"), Place: max(place, 0)})
	if err != nil {
		return err
	}
	v.Concerns(reply.GetRow().GetCounty())
	return v.Render(status, "elsewhere_line", frame.Page{Title: "elsewhere.line.title", Nav: "elsewhere", Body: lineBody{Service: d.Service, Matter: matter, GetComparedResponse: reply, Comparison: v.Path("comparison"), Refused: f}})
}

// setAside keeps why a line needs nothing more, or brings it back.
func (s *pages) setAside(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	place, _ := strconv.ParseInt(v.Path("place"), 10, 32)
	reason := v.Form("reason_code")
	if reason == "" && v.Form("do") != "back" {
		err = elsewhere.ErrAside.With("field", "reason_code")
	} else {
		if v.Form("do") == "back" {
			reason = ""
		}
		_, err = s.client(d.Service).SetComparedAside(v.AsOf(d.Officers, typing), &platformv1.SetComparedAsideRequest{Matter: matter, ComparisonId: v.Path("comparison"), Place: max(place, 0), ReasonCode: reason})
	}
	if err != nil && filled.InPlace(err) {
		return s.showLine(v, http.StatusUnprocessableEntity, filled.Of("aside", v.R.PostForm, err, map[string]string{"reason_code": "reason_code"}))
	}
	return v.Done(err, "/elsewhere/"+v.Part("service")+"/"+v.Part("matter")+"/export?done=1&show="+url.QueryEscape(v.Form("show")))
}
