package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// row is one dated row of either table, as pages show it.
type row struct {
	ID, Programme, Title, Area string
	From, To                   clock.Date // the first and the last day; To is zero while open
	Source                     string
	Marks                      []string // how sure of what: the marks of the column confidence
	ToBeConfirmed              bool
	Clock                      bool // a time limit, else a rule
	StartsAt                   string
	Amount                     int    // of a time limit, in Unit; below 0: before its start
	Unit, Days, Counting       string // as in rule.Deadline
	Parameters                 []parameter
}

// parameter is one value of a rule. Names lead to it from the outermost object.
type parameter struct {
	Names  []string
	Values []any // string, bool or json.Number
}

// Key names the row among all, for the page that goes on after it.
func (r row) Key() string { return r.ID + " " + r.Area + " " + r.From.String() }

// Text is the kind of what Title is.
func (r row) Text() string {
	if r.Clock {
		return aWhat
	}
	return aTitle
}

func (r row) holds(on clock.Date) bool {
	return !on.Before(r.From) && (r.To.IsZero() || !on.After(r.To))
}

// Standing says where a row stands on a day: "now", "before" or "after".
func (r row) Standing(on clock.Date) string {
	switch {
	case r.holds(on):
		return "now"
	case on.Before(r.From):
		return "before"
	}
	return "after"
}

// Length writes a time limit's length with its unit.
func (r row) Length(p *words.Printer) string {
	n, kind := r.Amount, r.Unit
	if n < 0 {
		n = -n
	}
	if r.Unit == string(rule.Day) {
		kind = strings.ReplaceAll(r.Days, "*", ".unsure")
	}
	text := p.T("rules.length."+kind, "n", n)
	if r.Counting != "" {
		text = p.T("rules.counting."+r.Counting, "length", text)
	}
	return text
}

// rowsOf brings both tables into one list: the rules, then the time limits, each in the
// order of its table.
func rowsOf(b *rule.Book) (all []row, err error) {
	for _, r := range b.Rules() {
		one := row{ID: r.ID, Programme: r.Programme, Title: r.Title, Area: r.Area, From: r.EffectiveFrom, To: r.EffectiveTo, Source: r.Source, Marks: marks(r.Confidence), ToBeConfirmed: r.ToBeConfirmed()}
		if one.Parameters, err = parametersOf(r.Parameters()); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		all = append(all, one)
	}
	for _, d := range b.Deadlines() {
		all = append(all, row{
			ID: d.ID, Programme: d.Programme, Title: d.What, From: d.EffectiveFrom, To: d.EffectiveTo, Source: d.Source, Marks: marks(d.Confidence), ToBeConfirmed: d.ToBeConfirmed(),
			Clock: true, StartsAt: d.StartsAt, Amount: d.Amount, Unit: string(d.Unit), Days: string(d.DayKind), Counting: d.Counting,
		})
	}
	return all, nil
}

func marks(confidence string) []string { return strings.Split(confidence, "+") }

// parametersOf reads the values of a JSON object in the order in which they are written.
func parametersOf(object []byte) (all []parameter, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	return all, walk(d, nil, &all)
}

// walk reads one value, whose names lead to it.
func walk(d *json.Decoder, names []string, all *[]parameter) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if err := walk(d, append(slices.Clone(names), fmt.Sprint(name)), all); err != nil {
				return err
			}
		}
	case json.Delim('['):
		list := parameter{Names: names}
		for d.More() {
			v, err := d.Token()
			if err != nil {
				return err
			}
			if _, nested := v.(json.Delim); nested {
				return fmt.Errorf("%v: a list in a list, or an object", names)
			}
			list.Values = append(list.Values, v)
		}
		*all = append(*all, list)
	default:
		*all = append(*all, parameter{names, []any{t}})
		return nil
	}
	_, err = d.Token() // the end of the object or list
	return err
}

// Label writes the names of a parameter.
func (s *pages) label(p *words.Printer, of parameter) string {
	all := make([]string, len(of.Names))
	for i, name := range of.Names {
		all[i] = s.zh.in(p, aName, name)
		if p.Has("service." + name) {
			all[i] = p.Service(name)
		}
	}
	return strings.Join(all, " · ")
}

// value writes what a parameter says.
func (s *pages) value(p *words.Printer, of parameter) string {
	all := make([]string, len(of.Values))
	for i, v := range of.Values {
		switch v := v.(type) {
		case bool:
			all[i] = p.T(fmt.Sprintf("rules.%t", v))
		case json.Number:
			all[i] = p.Lang().Numerals(v.String())
			if n, err := v.Int64(); err == nil && (n >= 10_000 || n <= -10_000) { // below lie years, which have no thousands
				all[i] = p.Number(n)
			}
		case string:
			all[i] = s.zh.in(p, aText, v)
			if len(v) == 6 && p.County(v) != "" {
				all[i] = p.County(v)
			}
		}
	}
	if len(all) == 0 {
		return p.T("rules.none")
	}
	return strings.Join(all, p.T("list.separator"))
}
