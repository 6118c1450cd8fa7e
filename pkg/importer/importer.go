// Package importer brings counties' sheets into a platform through the same
// methods that everybody uses. A row is one thing by its natural key: it is
// created, applied to what is there, found unchanged, said to differ, or refused
// with a stable code and written back to be mended; importing a folder again
// adds nothing.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/proto/contract"
)

const (
	concurrency = 768                    // rows under way at once
	pause       = 100 * time.Millisecond // before the second try; doubled after
)

// Importer imports sheets into one platform.
type Importer struct {
	Caller   contract.Caller
	Services []string // waited for until they have settled
	Tables   *ident.Tables
	AsOf     string // the civil date on which ages and seasons are judged; "" is today
	// Officer is in whose name the sheets are brought in; "" is whom the caller proves.
	Officer string
	// May, where set, returns an error where whoever imports has no right to the sheets of
	// a department: they are named, and not read.
	May func(ctx context.Context, department string) error
	// DryRun has everything judged and nothing written.
	DryRun bool
	// Refused is the folder for refused rows, made when there are any; "" keeps none.
	Refused string
	// Patience is how long a service may be away before the import stops, and how
	// long the reactions may stand still at its end; 0 is a minute.
	Patience time.Duration
	// Abreast is how many rows are under way at once; 0 is 768.
	Abreast int
	// Before, where set, is called before each row is begun, and may wait; its error stops
	// the import.
	Before func(context.Context) error
	// Mended, where set, gives the cells that somebody typed for the row of a sheet that
	// begins in a line; nil is none.
	Mended func(f sheet.File, line int) []string
	// Rejected, where set, is told of each row that is refused; it must be quick.
	Rejected func(Rejection)
	// Progress, where set, is told after each row; it must be quick.
	Progress func(file string, done int)
}

// Rejection is a row that was refused.
type Rejection struct {
	File sheet.File
	Row  sheet.Row
	Err  error
	// Column is the header, as the row's sheet has it, that the reason is about; "" is the
	// whole row.
	Column string
	// Partly says that the person of the row is registered, and what else it says is not.
	Partly bool
}

// The outcomes of a row that is not refused, as the services name them; updated
// is what a profile calls applied.
const (
	created   = "created"
	applied   = "applied"
	updated   = "updated"
	unchanged = "unchanged"
	differs   = "differs"
)

// outcome is what became of a row.
type outcome struct {
	what    string
	columns []string // that say otherwise than the record and changed nothing
	notes   []string
	err     error
	partly  bool // the person is registered, what else the row says was refused
}

// run is one import under way.
type run struct {
	*Importer
	id       string
	today    string
	report   *Report
	people   *claims         // by number: of all sheets
	children *claims         // by birth date and the letters of the name: of all sheets
	things   *claims         // by natural key: of one sheet
	firms    map[string]bool // credit codes that rows of this run brought
	mu       sync.Mutex      // guards firms, the report and the sheet under way
	stop     context.CancelCauseFunc
}

// Run imports a folder of sheets, or one file, and waits until every reaction
// has settled. The report is complete also where something could not be read;
// that is named in the report and in the error. What is not about a row stops
// the import with a Stopped error.
func (im *Importer) Run(ctx context.Context, path string) (*Report, error) {
	files, unread, err := sheet.Folder(ctx, path)
	if err != nil {
		return nil, err
	}
	if len(files)+len(unread) == 0 {
		return nil, fmt.Errorf("%s holds no sheets", path)
	}
	if err := forget(im.Refused); err != nil {
		return nil, err
	}
	return im.Sheets(ctx, files, unread)
}

// Sheets is Run of sheets that were found already, with what was not read beside them.
func (im *Importer) Sheets(ctx context.Context, files []sheet.File, unread []sheet.Unread) (*Report, error) {
	im.Patience = cmp.Or(im.Patience, patience)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &run{
		Importer: im, id: clock.System().Now().UTC().Format("20060102-150405.000"), today: cmp.Or(im.AsOf, clock.Today(clock.System()).String()), stop: stop,
		report: &Report{Sheets: map[string]*Sheet{}, Differs: []Differing{}, Unread: unread, ToMend: []string{}, DryRun: im.DryRun},
		people: newClaims(), children: newClaims(), firms: map[string]bool{},
	}
	r.id = r.id[:15] + r.id[16:] // the milliseconds tell two runs of one second apart
	if r.report.Unread == nil {
		r.report.Unread = []sheet.Unread{}
	}
	failed := r.files(ctx, files)
	if ctx.Err() != nil {
		return r.report, failed
	}
	for _, u := range r.report.Unread {
		if !u.Spare {
			failed = errors.Join(failed, u.Err())
		}
	}
	if im.DryRun {
		return r.report, failed
	}
	return r.report, errors.Join(failed, im.settle(ctx))
}

// files imports one sheet after another, until something stops the import.
func (r *run) files(ctx context.Context, files []sheet.File) (failed error) {
	rows := 0
	for _, f := range files {
		s := newSheet()
		r.report.Sheets[f.Label()] = s
		left, err := r.sheet(ctx, f, s)
		rows += s.Rows
		if ctx.Err() != nil {
			stopped := &Stopped{Sheet: f.Label(), Rows: rows, cause: context.Cause(ctx)}
			r.report.Stopped = stopped.Error()
			return stopped
		}
		r.report.Unread = append(r.report.Unread, left...)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", f.Label(), err))
		}
	}
	return failed
}

// settle waits for every reaction, but not for a pipeline that stands still.
func (im *Importer) settle(ctx context.Context) error {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: im.name(), Department: "ops", Division: auth.Everywhere, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaImport})
	err := ops.Settle(ctx, im.Caller, im.Services, im.Patience)
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("every row was judged and what was accepted is in; the wait for the reactions was interrupted, and they go on whenever the platform runs")
	}
	return fmt.Errorf("every row was judged and what was accepted is in, so nothing has to be imported again; but the reactions did not come to an end: %w", err)
}

// forget removes what an import that broke off left half written: it holds
// people's data.
func forget(dir string) error {
	if dir == "" {
		return nil
	}
	left, err := filepath.Glob(filepath.Join(dir, ".refused-*.tmp"))
	for _, f := range left {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

// sheet imports one sheet; rows run beside each other. It returns what of the
// sheet was not read.
func (r *run) sheet(ctx context.Context, f sheet.File, s *Sheet) (unread []sheet.Unread, err error) {
	book, in, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		unread = in.Unread()
		for what, n := range in.Skipped() {
			s.Skipped[what] = n
		}
		err = errors.Join(err, book.Close())
	}()
	if r.May != nil {
		if err := r.May(ctx, DepartmentOf(in.Kind())); errs.KindOf(err) == errs.Denied {
			return nil, err
		} else if err != nil {
			r.stop(err)
			return nil, nil
		}
	}
	prepare, err := r.rows(in.Kind(), f)
	if err != nil {
		return nil, err
	}
	mend, err := r.mending(f, in)
	if err != nil {
		return nil, err
	}
	r.things = newClaims()
	if r.Mended != nil {
		in.Mend(func(line int) []string { return r.Mended(f, line) })
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, cmp.Or(r.Abreast, concurrency))
	for {
		if r.Before != nil {
			if stopped := r.Before(ctx); stopped != nil {
				r.stop(stopped)
				break
			}
		}
		next, readErr := in.Next()
		if errors.Is(readErr, io.EOF) || ctx.Err() != nil {
			break
		}
		if readErr != nil {
			err = readErr
			break
		}
		do := prepare(next) // in the sheet's order: the first of two twins is the one accepted
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			o := do(ctx)
			if o.err != nil && (ctx.Err() != nil || !aboutRow(o.err)) {
				r.stop(o.err) // the first one tells why
				return
			}
			r.judged(f, s, mend, next, o)
		})
	}
	wg.Wait()
	return nil, errors.Join(err, mend.close(err == nil && ctx.Err() == nil, r.report))
}

// DepartmentOf is the department whose sheets a kind is among.
func DepartmentOf(k sheet.Kind) string {
	switch k {
	case sheet.Schools, sheet.Children:
		return "edu"
	case sheet.Housing:
		return "hou"
	}
	return "hrss"
}

// judged notes what became of a row.
func (r *run) judged(f sheet.File, s *Sheet, mend *mending, row sheet.Row, o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mend.judged(row)
	if o.err != nil {
		reason := Sentence(o.err)
		if o.partly {
			reason = "已登记，但求职意向未被接受：" + reason
		}
		if err := mend.write(row, errs.CodeOf(o.err), reason); err != nil {
			r.stop(fmt.Errorf("the rows to be mended cannot be written: %w", err))
			return // it counts as nothing
		}
		if r.Rejected != nil {
			r.Rejected(Rejection{f, row, o.err, columnOf(row, o.err), o.partly})
		}
	}
	s.count(o)
	if len(o.columns) > 0 && len(r.report.Differs) < maxDiffering {
		r.report.Differs = append(r.report.Differs, Differing{File: f.Name, Sheet: f.Sheet, Line: row.Line, Columns: o.columns})
	}
	if r.Progress != nil {
		r.Progress(f.Label(), s.Rows)
	}
}

// as is the officer of a department at whose counter the rows were taken.
func (im *Importer) as(ctx context.Context, department, actsFor string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: im.name(), Department: department, Division: auth.Everywhere, Purpose: "registration", LegalBasis: "PIPL 13(3)", Via: auth.ViaImport, ActsFor: actsFor})
}

// name is the officer's; who signed in is whom the proof names, whatever it is here.
func (im *Importer) name() string { return cmp.Or(im.Officer, "import") }
