// Package importer brings counties' sheets into a platform through the same
// methods that everybody uses. A row is accepted, found unchanged, or refused
// with a stable code and written back to be mended; importing a folder again
// adds nothing.
package importer

import (
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
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/standalone/internal/sheet"
)

const (
	concurrency = 256                    // rows under way at once
	tries       = 8                      // for a service that is busy or away
	pause       = 100 * time.Millisecond // before the second try; doubled after
)

// ErrDuplicate refuses a row whose person stands in an accepted row already.
var ErrDuplicate = errs.New(errs.Conflict, "duplicate", "The same person stands in another row of these sheets.")

// Importer imports sheets into one platform.
type Importer struct {
	Caller   contract.Caller
	Services []string // waited for until they have settled
	Tables   *ident.Tables
	AsOf     string // the civil date on which ages are judged; "" is today
	// Refused is the folder for refused rows; made when there are any.
	Refused string
	// Progress, where set, is told after each row; it must be quick.
	Progress func(file string, done int)
}

// outcome is what became of a row.
type outcome struct {
	unchanged bool
	notes     []string
	err       error
}

// Run imports a folder of sheets, or one file, and waits until every reaction
// has settled. The report is complete also where something could not be read;
// that is named in the report and in the error.
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
	report := &Report{Sheets: map[string]*Sheet{}, Unread: unread}
	people := &people{known: map[string]*person{}}
	run := clock.System().Now().UTC().Format("20060102-150405")
	var unreadable error
	for _, f := range files {
		s := newSheet()
		report.Sheets[f.Label()] = s
		left, err := im.sheet(ctx, f, run, s, people)
		report.Unread = append(report.Unread, left...)
		if err != nil {
			unreadable = errors.Join(unreadable, fmt.Errorf("%s: %w", f.Label(), err))
		}
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
	}
	for _, u := range report.Unread {
		if !u.Spare {
			unreadable = errors.Join(unreadable, u.Err())
		}
	}
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "import", Department: "ops", Division: auth.Everywhere, Purpose: "pipeline", LegalBasis: "platform operation", Via: auth.ViaImport})
	return report, errors.Join(unreadable, ops.WaitSettled(ctx, im.Caller, im.Services))
}

// forget removes what an import that broke off left half written: it holds
// people's data.
func forget(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, ".refused-*.tmp"))
	for _, f := range left {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

// sheet imports one sheet; rows run beside each other. It returns what of the
// sheet was not read.
func (im *Importer) sheet(ctx context.Context, f sheet.File, run string, s *Sheet, people *people) (unread []sheet.Unread, err error) {
	book, r, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		unread, s.Skipped = r.Unread(), r.Skipped()
		err = errors.Join(err, book.Close())
	}()
	if err := os.MkdirAll(im.Refused, 0o700); err != nil {
		return nil, err
	}
	refused := sheet.CreateRefused(filepath.Join(im.Refused, sheet.RefusedName(f, run)), r)
	defer func() { err = errors.Join(err, refused.Close()) }()
	row, err := im.rows(r.Kind(), f, people)
	if err != nil {
		return nil, err
	}
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		slots = make(chan struct{}, concurrency)
		fatal error
	)
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			break
		}
		if err != nil {
			fatal = err
			break
		}
		do := row(next) // in the sheet's order: the first of two twins is the one accepted
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			o := do(ctx)
			mu.Lock()
			defer mu.Unlock()
			s.count(o)
			if o.err != nil {
				fatal = errors.Join(fatal, refused.Write(next, errs.CodeOf(o.err), sentence(o.err)))
			}
			if im.Progress != nil {
				im.Progress(f.Label(), s.Rows)
			}
		})
	}
	wg.Wait()
	return nil, errors.Join(fatal, ctx.Err())
}

// as is the officer of a department at whose counter the rows were taken.
func as(ctx context.Context, department, actsFor string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "import", Department: department, Division: auth.Everywhere, Purpose: "registration", LegalBasis: "PIPL 13(3)", Via: auth.ViaImport, ActsFor: actsFor})
}

// patiently repeats a call that met a busy or absent service. Every method of
// an import may be repeated: the same row again changes nothing.
func patiently(ctx context.Context, call func() error) error {
	wait := pause
	for n := 1; ; n++ {
		err := call()
		switch errs.KindOf(err) {
		case errs.Unavailable, errs.Overloaded, errs.Deadline:
		default:
			return err
		}
		if err == nil || n == tries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait *= 2
	}
}
