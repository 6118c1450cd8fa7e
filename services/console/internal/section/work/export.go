package work

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

const (
	exportsPath = "/exports"
	auditPath   = "/admin/exports"

	pageRows = 200              // lines that a department gives at once
	toldEach = 2000             // rows after which the export's page says how many there are
	slowest  = 30 * time.Second // for which a browser may take nothing of a file
)

// keeping is what the audit administrator looks at exports for.
var keeping = frame.Purpose{Code: "account_keeping", LegalBasis: "platform operation"}

// exportedLine is an export as its pages show it.
type exportedLine struct {
	*identityv1.Export
	Number string
	Says   []string // what the list was narrowed to; empty is all
	Again  url.Values
}

func (l exportedLine) Open() bool { return slices.Contains([]string{"ready", "running"}, l.State) }

func exportOf(p *words.Printer, e *identityv1.Export) exportedLine {
	f := listed(e.GetList())
	line := exportedLine{Export: e, Number: numberOf(e.GetExportId()), Again: f.values()}
	for _, one := range f.parts(p) {
		line.Says = append(line.Says, one.Text)
	}
	return line
}

// listed is the filter of an exported list.
func listed(l *identityv1.ExportedList) filter {
	return filter{Service: l.GetService(), Matter: l.GetMatter(), County: l.GetCounty(), State: l.GetState(), Number: l.GetCaseEnd(), Who: l.GetWho(), Overdue: l.GetOverdue()}
}

// beginExport gives the list that the officer sees its number as a file.
func (s *pages) beginExport(v *frame.Visit) error {
	f := filterOf(v.R.PostForm)
	r, err := s.exports.BeginExport(v.As(handling), &identityv1.BeginExportRequest{
		FileKind: v.Form("file"),
		List:     &identityv1.ExportedList{Service: f.Service, Matter: f.Matter, County: f.County, State: f.State, CaseEnd: f.Number, Who: f.Who, Overdue: f.Overdue},
	})
	return v.Done(err, exportsPath+"/"+r.GetExportId())
}

// exportPage shows how far one is.
func (s *pages) exportPage(v *frame.Visit) error {
	r, err := s.exports.ReadExport(v.As(handling), &identityv1.ReadExportRequest{ExportId: v.Path("id")})
	if err != nil {
		return err
	}
	if r.GetExport() == nil {
		return frame.ErrNoPage
	}
	b, refresh := exportOf(v.P, r.GetExport()), 0
	if b.Open() {
		refresh = 3
	}
	return v.Render(http.StatusOK, "export", frame.Page{Title: "work.export.title", Nav: "today", Refresh: refresh, Body: b})
}

// cancelExport ends one.
func (s *pages) cancelExport(v *frame.Visit) error {
	_, err := s.exports.CancelExport(v.As(handling), &identityv1.CancelExportRequest{ExportId: v.Path("id")})
	if errs.CodeOf(err) == "identity.export_over" {
		err = nil // it ended meanwhile, as its page says
	}
	return v.Done(err, exportsPath+"/"+v.Part("id"))
}

type exportsBody struct {
	Exports []exportedLine
	Older   string
	Audit   bool
}

// ownExports lists the officer's own.
func (s *pages) ownExports(v *frame.Visit) error {
	return s.listExports(v, v.As(handling), exportsBody{}, exportsPath)
}

// allExports lists everybody's to the audit administrator.
func (s *pages) allExports(v *frame.Visit) error {
	return s.listExports(v, v.As(keeping), exportsBody{Audit: true}, auditPath)
}

func (s *pages) listExports(v *frame.Visit, ctx context.Context, b exportsBody, at string) error { //nolint:revive // the visit comes first in this package
	r, err := s.exports.ListExports(ctx, &identityv1.ListExportsRequest{BeforeId: v.Query("before")})
	if err != nil {
		return err
	}
	for _, e := range r.GetExports() {
		b.Exports = append(b.Exports, exportOf(v.P, e))
	}
	if next := r.GetNextBeforeId(); next != "" {
		b.Older = at + "?before=" + url.QueryEscape(next)
	}
	return v.Render(http.StatusOK, "exports", frame.Page{Title: "nav.exports", Nav: "exports", Body: b})
}

// file writes the export's file to the browser, department by department. What goes wrong
// before the first row is a page; after it the connection breaks off, so that no half of
// a list passes for one.
func (s *pages) file(v *frame.Visit) error {
	r, err := s.exports.ReadExport(v.As(handling), &identityv1.ReadExportRequest{ExportId: v.Path("id")})
	if err != nil {
		return err
	}
	e := r.GetExport()
	report := func(v *frame.Visit, outcome string, rows int64) error {
		_, err := s.exports.ReportExport(v.As(handling), &identityv1.ReportExportRequest{ExportId: e.GetExportId(), Outcome: outcome, Rows: rows})
		return err
	}
	if err := report(v, "begun", 0); err != nil {
		return err
	}
	// The officer may be gone, and the export is to say so all the same.
	after := *v
	after.R = v.R.WithContext(context.WithoutCancel(v.R.Context()))

	next, stop := iter.Pull2(s.all(v, listed(e.GetList())))
	defer stop()
	first, err, more := next()
	if err != nil {
		return errors.Join(report(&after, "broken", 0), err)
	}
	mark := v.P.T("work.mark.row", "number", numberOf(e.GetExportId()), "staff", e.GetStaffNumber(), "at", v.P.Minute(e.GetAskedAt()))
	types := map[string]string{fileCSV: "text/csv; charset=utf-8", fileXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	v.W.Header().Set("Content-Type", types[e.GetFileKind()])
	v.W.Header().Set("Content-Disposition", `attachment; filename="`+numberOf(e.GetExportId())+"."+e.GetFileKind()+`"`)
	control := http.NewResponseController(v.W)
	pages := func(yield func([]row, error) bool) {
		for ; more; first, err, more = next() {
			_ = control.SetWriteDeadline(time.Now().Add(slowest)) // a recorder in a test has none
			if !yield(first, err) {
				return
			}
		}
	}
	told := int64(0)
	out, err := newSink(e.GetFileKind(), v.W, v.P.T("work.title"), mark)
	var rows int64
	if err == nil {
		rows, err = write(out, v.P, mark, pages, func(rows int64) error {
			_ = control.Flush()
			if rows-told < toldEach {
				return nil
			}
			told = rows
			return report(v, "running", rows)
		})
	}
	if err == nil {
		err = report(&after, "done", rows)
	} else {
		_ = report(&after, "broken", rows) // refused where the officer cancelled it
	}
	if err != nil {
		panic(http.ErrAbortHandler) // half of the file is on its way: the browser is to see that it is not whole
	}
	return nil
}

// all are the pages of a list, of one department after the other, each by what is due
// first. A department that does not answer ends it: a file is whole or none.
func (s *pages) all(v *frame.Visit, f filter) iter.Seq2[[]row, error] {
	return func(yield func([]row, error) bool) {
		for _, d := range s.departments {
			if !v.WorksIn(d.Officers) || f.Service != "" && f.Service != d.Service {
				continue
			}
			client := platformv1.WorkClient{Caller: s.caller, Target: d.Service}
			for after, more := "", true; more; {
				reply, err := client.ListWork(v.AsOf(d.Officers, handling), f.request(after, pageRows))
				if !yield(rowsOf(d.Service, reply), err) || err != nil {
					return
				}
				after = reply.GetNext()
				more = after != ""
			}
		}
	}
}
