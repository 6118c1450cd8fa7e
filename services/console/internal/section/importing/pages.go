package importing

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/pkg/spreadsheet"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

const (
	// atOnce is how many rows to be mended a page has.
	atOnce = 50
	// mostNamed is how many rows are named that differ, or places that were not read.
	mostNamed = 100
	// soon is how long a form waits for a small sheet, so that its outcome stands there.
	soon = 1500 * time.Millisecond
)

// body is the page, with what is held for its officer.
type body struct {
	Kinds []string // that the officer brings in
	Err   error    // that the file was not taken
	Gone  bool     // what was held is not any more
	Name  string   // of the file; "" is none held
	Run   *progress
	Last  *told
	Until int64 // when what is held goes, if nothing is done
}

// progress is how far a run is.
type progress struct {
	Judges, Waits, Paused bool
	Done, Of              int // rows; Of is 0 where nobody knows
}

// told is what came of a run, as its page shows it.
type told struct {
	Judged           bool
	Err              error
	Sheets           []line
	Rows, News       int // in all, and of them created or applied
	Refused          int
	Differs          []importer.Differing
	MoreDiffers      int
	Unread           []unread
	MoreUnread       int
	Denied           []string // sheets of departments that are not the officer's
	Cards            []card
	From, To, Kept   int
	Earlier, Further string // addresses of the cards before and after
	Kinds            []string
	Files            []line // sheets with rows to be mended
}

// line is what became of a sheet's rows.
type line struct {
	At          int // its number, for its address
	Label, Kind string
	*importer.Sheet
}

// unread is what was not read, and why.
type unread struct {
	sheet.Unread
	Err error
}

// card is a refused row.
type card struct {
	Label  string
	At     int
	Line   int
	Err    error
	Column string
	Partly bool
	Cells  []cell
	Others []cell // in columns that its kind of sheet does not know
}

// cell is a cell of a refused row.
type cell struct {
	Place        int
	Header, Text string
	Wrong        bool
}

// page shows what is held for the officer: nothing yet, how far it is, or what came of it.
func (s *pages) page(v *frame.Visit) error { return s.show(v, http.StatusOK, nil) }

func (s *pages) show(v *frame.Visit, status int, err error) error {
	b, refresh := body{Err: err}, 0
	for _, k := range kinds(v) {
		b.Kinds = append(b.Kinds, k.String())
	}
	if h := s.shelf.of(v.In().Subject); h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		b.Name, b.Until = h.name, s.shelf.clock.Now().Add(heldFor).UnixMicro()
		switch r := h.run; {
		case r != nil:
			b.Run = &progress{Judges: r.judges, Waits: r.waits, Paused: r.paused, Done: r.done}
			if !r.judges {
				b.Run.Of = h.judged
			}
			if !r.paused {
				refresh = 2
			}
		case h.last != nil:
			b.Last = tell(h, v.Query("from"))
		}
	} else {
		b.Gone = v.Query("gone") != "" || s.shelf.gone(v.In().Subject)
	}
	return v.Render(status, "import", frame.Page{Title: "importing.title", Nav: "import", Refresh: refresh, Body: b})
}

// tell says what came of the newest run.
func tell(h *held, from string) *told {
	o := h.last
	t := &told{Judged: o.Judged, Err: o.Err, Kept: len(o.Rejected)}
	for _, f := range h.denied {
		t.Denied = append(t.Denied, f.Label())
	}
	if o.Report != nil {
		t.report(h, o.Report)
	}
	t.From, _ = strconv.Atoi(from)
	if t.From = max(0, t.From-1) / atOnce * atOnce; t.From >= t.Kept {
		t.From = 0
	}
	t.To = min(t.From+atOnce, t.Kept)
	if t.From > 0 {
		t.Earlier = path + "?from=" + strconv.Itoa(t.From-atOnce+1)
	}
	if t.To < t.Kept {
		t.Further = path + "?from=" + strconv.Itoa(t.To+1)
	}
	for _, one := range o.Rejected[t.From:t.To] {
		t.Cards = append(t.Cards, cardOf(h, one))
	}
	t.From++
	return t
}

func (t *told) report(h *held, r *importer.Report) {
	for at, f := range h.sheets {
		one := r.Sheets[f.Label()]
		if one == nil {
			continue // the run was stopped before it
		}
		l := line{at, f.Label(), f.Kind.String(), one}
		t.Sheets = append(t.Sheets, l)
		t.Rows += one.Rows
		t.News += one.Accepted
		t.Refused += one.Refused()
		if one.Refused() > 0 {
			t.Files = append(t.Files, l)
		}
		if one.Created > 0 && !slices.Contains(t.Kinds, l.Kind) {
			t.Kinds = append(t.Kinds, l.Kind)
		}
	}
	t.Differs = r.Differs[:min(len(r.Differs), mostNamed)]
	t.MoreDiffers = len(r.Differs) - len(t.Differs)
	for _, u := range r.Unread {
		if len(t.Unread) == mostNamed {
			t.MoreUnread++
			continue
		}
		t.Unread = append(t.Unread, unread{u, u.Err()})
	}
}

// cardOf is a refused row with all its cells; why it was stands at the cell that it is about.
func cardOf(h *held, r importer.Rejection) card {
	c := card{Label: r.File.Label(), At: slices.IndexFunc(h.sheets, same(r.File)), Line: r.Row.Line, Err: errs.From(r.Err), Column: r.Column, Partly: r.Partly}
	raw := r.Row.Raw()
	for i, name := range r.Row.Header() {
		one := cell{Place: i, Header: name, Text: raw[i], Wrong: name == r.Column && r.Column != ""}
		switch {
		case r.Row.Known(i):
			c.Cells = append(c.Cells, one)
		case strings.TrimSpace(one.Text) != "":
			c.Others = append(c.Others, one)
		}
	}
	return c
}

// choose takes a file in and judges it.
func (s *pages) choose(v *frame.Visit) error {
	in, size, err := v.File("sheet")
	if err == nil && size > mostBytes {
		err = errLarge.With("mib", strconv.Itoa(mostBytes>>20))
	}
	if err != nil {
		return s.show(v, http.StatusUnprocessableEntity, err)
	}
	data := make([]byte, size)
	if _, err := in.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	name := filepath.Base(strings.ReplaceAll(v.R.MultipartForm.File["sheet"][0].Filename, `\`, "/"))
	all, left, err := sheet.Of(v.Importing(), name, data)
	if err != nil {
		return s.show(v, http.StatusUnprocessableEntity, err)
	}
	h := &held{name: name, size: int(size), unread: left, typed: map[place][]string{}}
	for _, one := range all {
		if brings(v, importer.DepartmentOf(one.Kind)) {
			h.sheets = append(h.sheets, one)
		} else {
			h.denied = append(h.denied, one)
		}
	}
	if len(h.sheets) == 0 {
		return s.show(v, http.StatusUnprocessableEntity, errNotYours)
	}
	officer := v.In().Subject
	if err := s.shelf.put(officer, h); err != nil {
		return s.show(v, http.StatusServiceUnavailable, err)
	}
	return s.goes(v, h, true)
}

// errLarge refuses a file that goes by the import program.
var errLarge = errs.New(errs.Invalid, "importing.large", "The file is larger than may be sent here; nothing was done. Divide it into several, or use the import program.")

// errNotYours refuses a file of which no sheet is of the officer's departments.
var errNotYours = errs.New(errs.Denied, "importing.not_yours", "The sheets of this file are another department's. Its own officers bring them in.")

// goes begins a run, and leads to where it is seen.
func (s *pages) goes(v *frame.Visit, h *held, judges bool) error {
	over, err := s.begin(v.Importing(), h, v.In().Subject, v.Key(), judges)
	if err != nil {
		return err
	}
	wait := time.NewTimer(soon)
	defer wait.Stop()
	select {
	case <-over:
	case <-wait.C:
	case <-v.R.Context().Done():
	}
	return v.Back(path)
}

// judge takes over what was typed for rows that were refused, and judges the sheet again.
func (s *pages) judge(v *frame.Visit) error {
	h := s.shelf.of(v.In().Subject)
	if h == nil {
		return v.Back(path + "?gone=1")
	}
	h.take(v.R.PostForm)
	return s.goes(v, h, true)
}

// take notes the cells that were typed, of rows that were refused.
func (h *held) take(form map[string][]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil || h.run != nil {
		return
	}
	for _, r := range h.last.Rejected {
		at := slices.IndexFunc(h.sheets, same(r.File))
		cells, changed := r.Row.Raw()[:len(r.Row.Header())], false
		for i := range cells {
			if typed := form[cellName(at, r.Row.Line, i)]; len(typed) > 0 && r.Row.Known(i) && typed[0] != cells[i] {
				cells[i], changed = typed[0], true
			}
		}
		if changed {
			h.typed[place{at, r.Row.Line}] = cells
		}
	}
}

// cellName is the field of a cell; the template writes the same.
func cellName(at, line, i int) string {
	return "cell_" + strconv.Itoa(at) + "_" + strconv.Itoa(line) + "_" + strconv.Itoa(i)
}

// bring brings in what was judged.
func (s *pages) bring(v *frame.Visit) error {
	h := s.shelf.of(v.In().Subject)
	if h == nil {
		return v.Back(path + "?gone=1")
	}
	return s.goes(v, h, false)
}

// pause lets no further row begin, or the next ones again; or it ends the run.
func (s *pages) pause(v *frame.Visit) error {
	h := s.shelf.of(v.In().Subject)
	if h == nil {
		return v.Back(path + "?gone=1")
	}
	h.mu.Lock()
	over := h.steer(v.Form("do"))
	h.mu.Unlock()
	if over != nil {
		<-over
	}
	return v.Back(path)
}

// steer pauses the run, lets it go on, or stops it; of one that is stopped it returns what
// is closed at its end.
func (h *held) steer(do string) (over <-chan struct{}) {
	switch r := h.run; {
	case r == nil:
	case do == "stop":
		r.stop()
		return r.over
	case do == "pause" && !r.paused:
		r.paused, r.resumed = true, make(chan struct{})
	case do == "go" && r.paused:
		r.paused = false
		close(r.resumed)
	}
	return nil
}

// drop gives up what is held.
func (s *pages) drop(v *frame.Visit) error {
	s.shelf.drop(v.In().Subject)
	return v.Back(path)
}

// empty is a workbook with the columns of a kind, to be filled in.
func (s *pages) empty(v *frame.Visit) error {
	all := sheet.Kinds()
	i := slices.IndexFunc(all, func(k sheet.Kind) bool { return k.String() == v.Path("kind") })
	if i < 0 {
		return frame.ErrNoPage
	}
	v.W.Header().Set("Content-Type", spreadsheet.TypeXLSX)
	v.W.Header().Set("Content-Disposition", `attachment; filename="`+all[i].String()+`.xlsx"`)
	w, err := spreadsheet.New(v.W, spreadsheet.Sheet{Tab: all[i].Title()})
	if err == nil {
		err = cmp.Or(w.Row(all[i].Columns()), w.Close())
	}
	return err
}

// refused is a workbook of a sheet's rows that were refused, as the import program writes it.
func (s *pages) refused(v *frame.Visit) error {
	h := s.shelf.of(v.In().Subject)
	at, err := strconv.Atoi(v.Path("at"))
	if h == nil || err != nil || at < 0 || at >= len(h.sheets) {
		return frame.ErrNoPage
	}
	h.mu.Lock()
	var rows []importer.Rejection
	if h.last != nil {
		for _, r := range h.last.Rejected {
			if same(r.File)(h.sheets[at]) {
				rows = append(rows, r)
			}
		}
	}
	h.mu.Unlock()
	if len(rows) == 0 {
		return frame.ErrNoPage
	}
	book, in, err := h.sheets[at].Open(v.R.Context())
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it was only read
	v.W.Header().Set("Content-Type", spreadsheet.TypeXLSX)
	v.W.Header().Set("Content-Disposition", `attachment; filename="to-mend-`+strconv.Itoa(at+1)+sheet.RefusedXLSX+`"`)
	w, err := sheet.NewRefusedWriter(io.Discard, v.W, in)
	for _, r := range rows {
		if err == nil {
			err = w.Write(r.Row, errs.CodeOf(r.Err), importer.Sentence(r.Err))
		}
	}
	if err == nil {
		err = w.Flush()
	}
	return err
}
