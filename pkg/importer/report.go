package importer

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/qiao-platform/qiao/pkg/sheet"
)

// maxDiffering bounds how many rows are named that say otherwise than the record.
const maxDiffering = 10_000

// Report says what became of every row.
type Report struct {
	Sheets map[string]*Sheet `json:"sheets"`
	// Differs are the rows that say otherwise than the record in columns that a
	// sheet may not change, in their order.
	Differs []Differing `json:"differs"`
	// Unread is what was not read, and why.
	Unread []sheet.Unread `json:"unread"`
	// ToMend are the files with the rows that were refused.
	ToMend []string `json:"to_mend"`
	// DryRun says that everything was judged and nothing was written.
	DryRun bool `json:"dry_run,omitempty"`
	// Stopped says why not every row was judged.
	Stopped string `json:"stopped,omitempty"`
}

// Differing is a row that says otherwise than the record.
type Differing struct {
	File    string   `json:"file"`
	Sheet   string   `json:"sheet,omitempty"`
	Line    int      `json:"line"`
	Columns []string `json:"columns"`
}

// Sheet is the report on one sheet. Its rows are accepted (created or applied),
// unchanged, differing or rejected. Notes are counted on rows whose person or
// thing is in the platform afterwards, duplicates among them.
type Sheet struct {
	Rows      int            `json:"rows"`
	Accepted  int            `json:"accepted"`
	Created   int            `json:"created"`
	Applied   int            `json:"applied"`
	Unchanged int            `json:"unchanged"`
	Differs   int            `json:"differs"`
	Rejected  map[string]int `json:"rejected"`
	Noted     map[string]int `json:"noted"`
	// Skipped are rows that were recognised as what is no data: titles, sums.
	Skipped map[sheet.Skip]int `json:"skipped"`
}

func newSheet() *Sheet {
	return &Sheet{Rejected: map[string]int{}, Noted: map[string]int{}, Skipped: map[sheet.Skip]int{}}
}

func (s *Sheet) count(o outcome) {
	s.Rows++
	if o.err != nil {
		e := asError(o.err)
		s.Rejected[e.Code]++
		if e.Code != ErrDuplicate.Code && e.Code != ErrDuplicateRow.Code {
			return
		}
	} else {
		switch o.what {
		case unchanged:
			s.Unchanged++
		case differs:
			s.Differs++
		case applied:
			s.Applied++
			s.Accepted++
		default:
			s.Created++
			s.Accepted++
		}
	}
	for _, n := range o.notes {
		s.Noted[n]++
	}
}

// Refused is how many rows were.
func (s *Sheet) Refused() (n int) {
	for _, c := range s.Rejected {
		n += c
	}
	return n
}

// Judged is how many sheets there were, and how many of their rows were judged.
func (r *Report) Judged() (sheets, rows int) {
	if r == nil {
		return 0, 0
	}
	for _, s := range r.Sheets {
		rows += s.Rows
	}
	return len(r.Sheets), rows
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "rows\tcreated\tapplied\tunchanged\tdiffers\trefused\tsheet") // Flush reports a failed write
	for _, name := range slices.Sorted(maps.Keys(r.Sheets)) {
		s := r.Sheets[name]
		_, _ = fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%d\t%s\n", s.Rows, s.Created, s.Applied, s.Unchanged, s.Differs, s.Refused(), name)
		for _, line := range []string{tally("refused", s.Rejected), tally("noted", s.Noted), tally("no data", s.Skipped)} {
			if line != "" {
				_, _ = fmt.Fprintf(t, "\t\t\t\t\t\t  %s\n", line)
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var lines []string
	for _, d := range r.Differs {
		where := d.File
		if d.Sheet != "" {
			where += " [" + d.Sheet + "]"
		}
		lines = append(lines, fmt.Sprintf("differs from the record: %s line %d: %s", where, d.Line, strings.Join(d.Columns, "、")))
	}
	for _, u := range r.Unread {
		lines = append(lines, fmt.Sprintf("not read: %s: %s (%s)", u.Where(), u.Code, u.Says))
	}
	for _, f := range r.ToMend {
		lines = append(lines, "to mend: "+f)
	}
	if r.DryRun {
		lines = append(lines, "this was a dry run: nothing was written")
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}

func tally[K ~string](what string, counts map[K]int) string {
	if len(counts) == 0 {
		return ""
	}
	var all []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s %d", code, counts[code]))
	}
	return what + ": " + strings.Join(all, ", ")
}
