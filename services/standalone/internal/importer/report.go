package importer

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/qiao-platform/qiao/services/standalone/internal/sheet"
)

// Report says what became of every row.
type Report struct {
	Sheets map[string]*Sheet `json:"sheets"`
	// Unread is what was not read, and why.
	Unread []sheet.Unread `json:"unread,omitempty"`
}

// Sheet is the report on one sheet. Notes are counted on rows whose person or
// thing is in the platform afterwards, duplicates among them.
type Sheet struct {
	Rows      int            `json:"rows"`
	Accepted  int            `json:"accepted"`
	Unchanged int            `json:"unchanged"`
	Rejected  map[string]int `json:"rejected"`
	Noted     map[string]int `json:"noted"`
	// Skipped are rows that were recognised as what is no data: titles, sums.
	Skipped map[sheet.Skip]int `json:"skipped,omitempty"`
}

func newSheet() *Sheet { return &Sheet{Rejected: map[string]int{}, Noted: map[string]int{}} }

func (s *Sheet) count(o outcome) {
	s.Rows++
	e := asError(o.err)
	switch {
	case e != nil:
		s.Rejected[e.Code]++
		if e.Code != ErrDuplicate.Code {
			return
		}
	case o.unchanged:
		s.Unchanged++
	default:
		s.Accepted++
	}
	for _, n := range o.notes {
		s.Noted[n]++
	}
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "rows\taccepted\tunchanged\trefused\tsheet") // Flush reports a failed write
	for _, name := range slices.Sorted(maps.Keys(r.Sheets)) {
		s := r.Sheets[name]
		_, _ = fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%s\n", s.Rows, s.Accepted, s.Unchanged, s.Rows-s.Accepted-s.Unchanged, name)
		for _, line := range []string{tally("refused", s.Rejected), tally("noted", s.Noted), tally("no data", s.Skipped)} {
			if line != "" {
				_, _ = fmt.Fprintf(t, "\t\t\t\t  %s\n", line)
			}
		}
	}
	for _, u := range r.Unread {
		_, _ = fmt.Fprintf(t, "\t\t\t\tnot read: %s %s (%s)\n", u.Where(), u.Code, u.Says)
	}
	return t.Flush()
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
