package rules

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// lines is how many rows a page shows.
const lines = 40

// kinds are what the list may be narrowed to, beside all.
var kinds = []string{"rule", "clock", "unsure"}

// errDay is a day of the list that is none.
var errDay = errs.New(errs.Invalid, "console.rules.day", "Give the day as year, month and day, for example 2026-11-30.")

// filter is what the list is narrowed to, as its address says.
type filter struct {
	Words, Area, Programme, Kind string
	On                           string // the day on which a row holds
	Every                        bool   // also what no longer holds, and what does not yet
	After                        string // the key of the row that the page before ended with
}

func filterOf(q url.Values) filter {
	return filter{Words: strings.Join(strings.Fields(q.Get("q")), " "), Area: q.Get("area"), Programme: q.Get("programme"), Kind: q.Get("kind"), On: q.Get("on"), Every: q.Get("every") != "", After: q.Get("after")}
}

// At is the address of the list.
func (f filter) At() string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Words, "area": f.Area, "programme": f.Programme, "kind": f.Kind, "on": f.On, "after": f.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Every {
		q.Set("every", "1")
	}
	if len(q) == 0 {
		return Path
	}
	return Path + "?" + q.Encode()
}

// shown is a row in the language of the page.
type shown struct {
	row
	Length, Standing string
	Values           []labelled
}

type labelled struct{ Label, Value string }

type listBody struct {
	Filter     filter
	Day        string // on which the list holds
	Err        error
	Rows       []shown
	Total      int
	Unsure     int // of them
	Areas      []words.Division
	Programmes []string
	Kinds      []string
	Next       string
	First      string // the address of the first page, where this is a later one
}

// list shows the rows that a filter leaves.
func (s *pages) list(v *frame.Visit) error {
	b := listBody{Filter: filterOf(v.R.URL.Query()), Areas: v.P.Divisions(), Programmes: s.programmes(), Kinds: kinds}
	on := clock.Today(s.clock)
	status := http.StatusOK
	if b.Filter.On != "" {
		day, err := clock.ParseDate(b.Filter.On)
		if err != nil {
			b.Err, status = errDay.With("field", "on"), http.StatusBadRequest
		} else {
			on = day
		}
	}
	b.Day = on.String()
	all := s.found(v.P, b.Filter, on)
	b.Total = len(all)
	for _, r := range all {
		if r.ToBeConfirmed {
			b.Unsure++
		}
	}
	if b.Filter.After != "" {
		if i := slices.IndexFunc(all, func(r row) bool { return r.Key() == b.Filter.After }); i >= 0 {
			all = all[i+1:]
		}
		first := b.Filter
		first.After = ""
		b.First = first.At()
	}
	if len(all) > lines {
		next := b.Filter
		next.After = all[lines-1].Key()
		all, b.Next = all[:lines], next.At()
	}
	for _, r := range all {
		b.Rows = append(b.Rows, s.show(v.P, r, on))
	}
	return v.Render(status, "rules", frame.Page{Title: "nav.rules", Nav: "rules", Body: b})
}

func (s *pages) show(p *words.Printer, r row, on clock.Date) shown {
	one := shown{row: r, Standing: r.Standing(on)}
	if r.Clock {
		one.Length = r.Length(p)
	}
	for _, of := range r.Parameters {
		one.Values = append(one.Values, labelled{s.label(p, of), s.value(p, of)})
	}
	return one
}

// found is what a filter leaves. In an area that is asked for, of the rows of a rule the
// one of the smallest division holds, as decisions there go by it.
func (s *pages) found(p *words.Printer, f filter, on clock.Date) (all []row) {
	here := within(f.Area)
	nearest := map[string]int{}
	for _, r := range s.rows {
		if at := slices.Index(here, r.Area); at >= 0 && r.holds(on) {
			if best, ok := nearest[r.ID]; !ok || at < best {
				nearest[r.ID] = at
			}
		}
	}
	for _, r := range s.rows {
		at := slices.Index(here, r.Area)
		switch {
		case f.Area != "" && at < 0, f.Area != "" && !f.Every && at != nearest[r.ID], !f.Every && !r.holds(on):
		case f.Programme != "" && r.Programme != f.Programme:
		case f.Kind == "clock" && !r.Clock, f.Kind == "rule" && r.Clock, f.Kind == "unsure" && !r.ToBeConfirmed:
		case !s.says(p, r, f.Words):
		default:
			all = append(all, r)
		}
	}
	return all
}

// within is the division and those above it, the smallest first; the last is the country.
func within(area string) []string {
	if len(area) != 6 {
		return []string{""}
	}
	return slices.Compact([]string{area, area[:4] + "00", area[:2] + "0000", ""})
}

// says reports whether a row has all words in what a page shows of it.
func (s *pages) says(p *words.Printer, r row, all string) bool {
	if all == "" {
		return true
	}
	text := []string{r.ID, r.Title, s.zh.in(p, r.Text(), r.Title), r.Source, p.Cited(r.Source), p.T("rules.programme." + r.Programme)}
	for _, of := range r.Parameters {
		text = append(text, s.label(p, of), s.value(p, of))
	}
	whole := strings.ToLower(strings.Join(text, "\n"))
	for _, word := range strings.Fields(strings.ToLower(all)) {
		if !strings.Contains(whole, word) {
			return false
		}
	}
	return true
}

// programmes lists what rules belong to.
func (s *pages) programmes() (all []string) {
	for _, r := range s.rows {
		if !slices.Contains(all, r.Programme) {
			all = append(all, r.Programme)
		}
	}
	slices.Sort(all)
	return all
}

type oneBody struct {
	ID   string
	Of   shown   // the newest row, which says what the rule is about
	Rows []shown // the newest first
}

// one shows a rule or a time limit with its history.
func (s *pages) one(v *frame.Visit) error {
	b := oneBody{ID: v.Path("id")}
	today := clock.Today(s.clock)
	for _, r := range s.rows {
		if r.ID == b.ID {
			b.Rows = append(b.Rows, s.show(v.P, r, today))
		}
	}
	if len(b.Rows) == 0 {
		return frame.ErrNoPage
	}
	slices.SortStableFunc(b.Rows, func(x, y shown) int { return y.From.Compare(x.From) })
	b.Of = b.Rows[0]
	return v.Render(http.StatusOK, "rule", frame.Page{Title: "nav.rules", Nav: "rules", Body: b})
}
