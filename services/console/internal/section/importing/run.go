package importing

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

const (
	// abreast is how many rows are under way at once; a program takes more.
	abreast = 128
	// mostRefused bounds how many refused rows are kept to be mended.
	mostRefused = 2000
)

// errStopped ends a run that its officer stopped.
var errStopped = errs.New(errs.Conflict, "importing.stopped", "You stopped it. What was done is kept; choose the same sheet again, and what is there is found unchanged.")

// run is a sheet whose rows are judged or brought in now.
type run struct {
	judges  bool
	done    int  // rows
	waits   bool // for another officer's sheet
	paused  bool
	resumed chan struct{} // closed when it is no longer paused
	over    chan struct{} // closed at its end
	gave    bool          // its turn is another's, for good; its own goroutine's
	stop    func()
}

// outcome is what came of a run.
type outcome struct {
	Judged   bool // and nothing was written
	Report   *importer.Report
	Rejected []importer.Rejection // the first of them, in their order
	Err      error                // that stopped it; nil is none
}

// begin judges the sheet's rows, or brings them in, beside what its officer does; the same
// form again begins nothing. over is closed at its end, which waits for no department's
// reactions: they come by themselves, and nobody has to sit there for them.
func (s *pages) begin(ctx context.Context, h *held, officer, key string, judges bool) (over <-chan struct{}, err error) {
	tables, err := s.tables()
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.run != nil || key != "" && h.begun == key {
		closed := make(chan struct{})
		close(closed)
		return closed, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r := &run{judges: judges, waits: true, over: make(chan struct{}), stop: func() { cancel(errStopped) }}
	h.run, h.begun = r, key
	o := &outcome{Judged: judges}
	im := &importer.Importer{
		Caller: s.caller, Tables: tables, Officer: officer, DryRun: judges, Abreast: abreast,
		Before: func(ctx context.Context) error { return s.wait(ctx, h, r) },
		Mended: func(f sheet.File, line int) []string {
			return h.cells(place{slices.IndexFunc(h.sheets, same(f)), line})
		},
		Rejected: func(one importer.Rejection) {
			if len(o.Rejected) < mostRefused {
				o.Rejected = append(o.Rejected, one)
			}
		},
		Progress: func(string, int) {
			h.mu.Lock()
			defer h.mu.Unlock()
			r.done++
		},
	}
	go func() {
		defer cancel(nil)
		defer close(r.over)
		s.run(ctx, im, h, r, o)
	}()
	return r.over, nil
}

// run waits for its turn, and does what begin says.
func (s *pages) run(ctx context.Context, im *importer.Importer, h *held, r *run, o *outcome) {
	var err error
	select {
	case s.shelf.turn <- struct{}{}:
		h.mu.Lock()
		r.waits = false
		h.mu.Unlock()
		o.Report, err = im.Sheets(ctx, h.sheets, slices.Clone(h.unread))
		if !r.gave {
			<-s.shelf.turn
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	var stopped *importer.Stopped
	switch {
	case ctx.Err() != nil:
		o.Err = context.Cause(ctx)
	case errors.As(err, &stopped):
		o.Err = errs.From(stopped.Unwrap())
	case err != nil && (o.Report == nil || !slices.ContainsFunc(o.Report.Unread, func(u sheet.Unread) bool { return u.Code == errs.CodeOf(err) })):
		o.Err = err
	}
	slices.SortFunc(o.Rejected, func(a, b importer.Rejection) int {
		if a.File.Sheet != b.File.Sheet {
			return slices.IndexFunc(h.sheets, same(a.File)) - slices.IndexFunc(h.sheets, same(b.File))
		}
		return a.Row.Line - b.Row.Line
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.run, h.last = nil, o
	if o.Judged {
		h.judged = r.done
	}
}

// wait lets a row begin, unless its run is paused: then others have their turn meanwhile.
func (s *pages) wait(ctx context.Context, h *held, r *run) error {
	h.mu.Lock()
	paused, resumed := r.paused, r.resumed
	h.mu.Unlock()
	if !paused {
		return nil
	}
	<-s.shelf.turn
	select {
	case <-resumed:
		select {
		case s.shelf.turn <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	r.gave = true
	return context.Cause(ctx)
}

// same finds a sheet of a file.
func same(f sheet.File) func(sheet.File) bool {
	return func(o sheet.File) bool { return o.Sheet == f.Sheet }
}
