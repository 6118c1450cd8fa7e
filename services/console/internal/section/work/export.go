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
	"github.com/qiao-platform/qiao/pkg/spreadsheet"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

const (
	exportsPath = "/exports"
	namesPath   = "/exports/names"
	auditPath   = "/admin/exports"

	pageRows    = 200              // lines that a department gives at once
	toldEach    = 2000             // rows after which the export's page says how many there are
	namesAtOnce = 100              // workers whom the registry names at once
	slowest     = 30 * time.Second // for which a browser may take nothing of a file
)

// keeping is what the audit administrator looks at exports for.
var keeping = frame.Purpose{Code: "account_keeping", LegalBasis: "platform operation"}

// naming is what names are read into a file for. Identity proves it while a file is
// written that another officer let out.
var naming = frame.Purpose{Code: "list_export", LegalBasis: "PIPL 13(3)"}

// errMost refuses a list with names that is too long, before any name is read.
var errMost = errs.New(errs.Invalid, "identity.export_most", "A list with names has more rows than the rule allows; narrow it.")

// What names are taken out for, and why they are not; identity names the same.
var (
	reasons  = []string{"notices", "visits", "inspection", "handover"}
	refusals = []string{"too_much", "not_needed", "not_known", "other"}
)

// exportedLine is an export as its pages show it.
type exportedLine struct {
	*identityv1.Export
	Number string
	Says   []string // what the list was narrowed to; empty is all
	Again  url.Values
	List   string // the address of the list
}

func (l exportedLine) Open() bool {
	return slices.Contains([]string{"asked", "ready", "running"}, l.State)
}

func exportOf(p *words.Printer, e *identityv1.Export) exportedLine {
	f := listed(e.GetList())
	line := exportedLine{Export: e, Number: numberOf(e.GetExportId()), Again: f.values(), List: f.At()}
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
	ctx, named := v.As(handling), v.Form("named") != ""
	if named {
		ctx = v.AsOf(s.officers(f.Service), handling)
	}
	r, err := s.exports.BeginExport(ctx, &identityv1.BeginExportRequest{
		FileKind: v.Form("file"), Named: named, ReasonCode: v.Form("reason"),
		List: f.exported(),
	})
	if named && err != nil && filled.InPlace(err) {
		return s.showNames(v, http.StatusUnprocessableEntity, f, filled.Of("names", v.R.PostForm, err, map[string]string{"identity.export_reason": "reason", "identity.export_kind": "file", "reason_code": "reason", "file_kind": "file"}))
	}
	return v.Done(err, exportsPath+"/"+r.GetExportId())
}

// namesBody is the form by which names are asked for.
type namesBody struct {
	exportedLine
	Form    filled.Form
	Reasons []string
	Whole   bool // a department and a county are chosen
}

// askNames is the page on which a list with names is asked for.
func (s *pages) askNames(v *frame.Visit) error {
	if may, err := v.May("identity.BeginExport"); err != nil || !may {
		return v.Done(err, "/")
	}
	return s.showNames(v, http.StatusOK, filterOf(v.R.URL.Query()), filled.Form{})
}

func (s *pages) showNames(v *frame.Visit, status int, f filter, form filled.Form) error {
	line := exportOf(v.P, &identityv1.Export{List: f.exported()})
	return v.Render(status, "names", frame.Page{Title: "work.names.title", Nav: "today", Body: namesBody{exportedLine: line, Form: form, Reasons: reasons, Whole: f.Service != "" && f.County != ""}})
}

// decideExport lets the names of another officer's list out, or refuses to.
func (s *pages) decideExport(v *frame.Visit) error {
	_, err := s.exports.DecideExport(v.As(handling), &identityv1.DecideExportRequest{ExportId: v.Path("id"), Approve: v.Form("do") == "approve", RefusalReasonCode: v.Form("reason")})
	if err != nil && filled.InPlace(err) {
		return s.listExports(v, http.StatusUnprocessableEntity, exportsBody{Form: filled.Of(v.Path("id"), v.R.PostForm, err, map[string]string{"identity.refusal": "reason"})})
	}
	return v.Done(err, exportsPath)
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
	Exports  []exportedLine
	Waiting  []exportedLine // for the officer's word
	Older    string
	Audit    bool
	Form     filled.Form
	Refusals []string
}

// ownExports lists the officer's own, and those of others that wait for his word.
func (s *pages) ownExports(v *frame.Visit) error {
	return s.listExports(v, http.StatusOK, exportsBody{})
}

// allExports lists everybody's to the audit administrator.
func (s *pages) allExports(v *frame.Visit) error {
	return s.listExports(v, http.StatusOK, exportsBody{Audit: true})
}

func (s *pages) listExports(v *frame.Visit, status int, b exportsBody) error {
	ctx, at := v.As(handling), exportsPath
	if b.Audit {
		ctx, at = v.As(keeping), auditPath
	}
	r, err := s.exports.ListExports(ctx, &identityv1.ListExportsRequest{BeforeId: v.Query("before")})
	if err != nil {
		return err
	}
	b.Refusals = refusals
	for _, e := range r.GetExports() {
		b.Exports = append(b.Exports, exportOf(v.P, e))
	}
	for _, e := range r.GetWaiting() {
		b.Waiting = append(b.Waiting, exportOf(v.P, e))
	}
	if next := r.GetNextBeforeId(); next != "" {
		b.Older = at + "?before=" + url.QueryEscape(next)
	}
	return v.Render(status, "exports", frame.Page{Title: "nav.exports", Nav: "exports", Body: b})
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
	// The officer may be gone, and the export is to say how it ended all the same.
	after := *v
	after.R = v.R.WithContext(context.WithoutCancel(v.R.Context()))
	report := func(v *frame.Visit, outcome string, rows int64) error {
		_, err := s.exports.ReportExport(v.As(handling), &identityv1.ReportExportRequest{ExportId: e.GetExportId(), Outcome: outcome, Rows: rows})
		return err
	}
	if err := report(v, "begun", 0); err != nil {
		return err
	}
	pages, names, stop, err := s.begun(v, e)
	defer stop()
	if err != nil {
		return errors.Join(report(&after, "broken", 0), err)
	}
	mark := v.P.T("work.mark.row", "number", numberOf(e.GetExportId()), "staff", e.GetStaffNumber(), "at", v.P.Minute(e.GetAskedAt()))
	v.W.Header().Set("Content-Type", types[e.GetFileKind()])
	v.W.Header().Set("Content-Disposition", `attachment; filename="`+numberOf(e.GetExportId())+"."+e.GetFileKind()+`"`)
	out, err := newSink(e.GetFileKind(), v.W, v.P.T("work.title"), mark)
	var rows, told int64
	if err == nil {
		control := http.NewResponseController(v.W)
		rows, err = write(out, v.P, names, mark, pages, func(rows int64) error {
			_ = control.Flush()
			_ = control.SetWriteDeadline(time.Now().Add(slowest)) // a recorder in a test has none
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

// types are how a browser hears of the kinds of files.
var types = map[string]string{fileCSV: spreadsheet.TypeCSV, fileXLSX: spreadsheet.TypeXLSX}

// begun is the list of an export, of which the first page was read, and the names of its
// workers where it has them. stop ends the reading.
func (s *pages) begun(v *frame.Visit, e *identityv1.Export) (pages iter.Seq2[[]row, error], names map[string]string, stop func(), err error) {
	if e.GetNamed() {
		all, err := s.few(v, e)
		if err == nil {
			names, err = s.names(v, e, all)
		}
		return func(yield func([]row, error) bool) { yield(all, nil) }, names, func() {}, err
	}
	next, stop := iter.Pull2(s.all(v, listed(e.GetList()), handling))
	first, err, more := next()
	return func(yield func([]row, error) bool) {
		for ; more && yield(first, err); first, err, more = next() {
		}
	}, nil, stop, err
}

// few are all lines of a list with names, of which there are no more than the rule allows:
// what is longer is refused before any name is read.
func (s *pages) few(v *frame.Visit, e *identityv1.Export) (all []row, err error) {
	for page, err := range s.all(v, listed(e.GetList()), naming) {
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(all) > int(e.GetMostRows()) {
			return nil, errMost
		}
	}
	return all, nil
}

// names are those of the workers of some lines, by reference; each read stands in its
// worker's log with the export's number. Whom the registry does not name has none.
func (s *pages) names(v *frame.Visit, e *identityv1.Export, all []row) (map[string]string, error) {
	var refs []string
	for _, r := range all {
		if r.Worker != "" && !slices.Contains(refs, r.Worker) {
			refs = append(refs, r.Worker)
		}
	}
	names := map[string]string{}
	for some := range slices.Chunk(refs, namesAtOnce) {
		r, err := s.registry.NameWorkers(v.AsOf(s.officers(e.GetList().GetService()), naming), &registryv1.NameWorkersRequest{WorkerIds: some, CaseId: e.GetExportId()})
		if err != nil {
			return nil, err
		}
		for _, w := range r.GetWorkers() {
			names[w.GetWorker()] = w.GetName()
		}
	}
	return names, nil
}

// officers are whose a department's officers are.
func (s *pages) officers(service string) string {
	for _, d := range s.departments {
		if d.Service == service {
			return d.Officers
		}
	}
	return ""
}

// all are the pages of a list, of one department after the other, each by what is due
// first. A department that does not answer ends it: a file is whole or none.
func (s *pages) all(v *frame.Visit, f filter, p frame.Purpose) iter.Seq2[[]row, error] {
	return func(yield func([]row, error) bool) {
		for _, d := range s.departments {
			if !v.WorksIn(d.Officers) || f.Service != "" && f.Service != d.Service {
				continue
			}
			client := platformv1.WorkClient{Caller: s.caller, Target: d.Service}
			for after, more := "", true; more; {
				reply, err := client.ListWork(v.AsOf(d.Officers, p), f.request(after, pageRows))
				if !yield(rowsOf(d.Service, reply), err) || err != nil {
					return
				}
				after = reply.GetNext()
				more = after != ""
			}
		}
	}
}
