// Package rule holds the parameters that decisions rest on: every number of a
// law or of local policy is a dated row of a table, with its area, its source
// and how sure we are of it, and never a constant in code. Trace records how a
// decision was made with them, so that the person can see why.
package rule

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// The errors of this package. Each carries the rule's id as detail.
var (
	ErrUnknown    = errs.New(errs.Internal, "rule.unknown", "No rule or time limit has that id.")
	ErrNotInForce = errs.New(errs.Conflict, "rule.not_in_force", "The rule is not in force in that area on that day.")
	ErrParameter  = errs.New(errs.Internal, "rule.parameter", "The rule has no parameter of that name and kind.")
	ErrCumulative = errs.New(errs.Internal, "rule.cumulative", "A time limit that adds up separate periods has no end that a start alone decides.")
	ErrNoStart    = errs.New(errs.Invalid, "rule.no_start", "The time limit has no starting day.")
)

var (
	//go:embed tables/rules.csv
	rulesCSV []byte
	//go:embed tables/deadlines.csv
	deadlinesCSV []byte
)

// Rule is one dated row: what a rule said, in an area, from a day to a day.
// It is a value and immutable.
type Rule struct {
	ID            string     // e.g. "TR-01"
	Programme     string     // e.g. "training_subsidy"
	Title         string     // what the rule is about, in English
	Area          string     // the six-digit division it is of, blank for the whole country
	EffectiveFrom clock.Date // the first day in force
	EffectiveTo   clock.Date // the last day in force, zero while open
	Source        string     // the law and article, or who decided
	Confidence    string     // the mark of domain.md section 0: S, L, P, G, A, or several joined by +
	raw           json.RawMessage
	params        map[string]any
}

// ToBeConfirmed reports whether any part of the row rests on general knowledge
// (G) or on an assumption (A), so that an officer's screen says "to be
// confirmed".
func (r Rule) ToBeConfirmed() bool { return toBeConfirmed(r.Confidence) }

func toBeConfirmed(confidence string) bool { return strings.ContainsAny(confidence, "GA") }

// Parameters returns all parameters as a JSON object.
func (r Rule) Parameters() json.RawMessage { return slices.Clone(r.raw) }

// InForce reports whether the row is in force on the day, both ends included.
func (r Rule) InForce(on clock.Date) bool { return inForce(r.EffectiveFrom, r.EffectiveTo, on) }

func inForce(from, to, on clock.Date) bool {
	return !on.Before(from) && (to.IsZero() || !on.After(to))
}

// Has reports whether there is a parameter of that name, of whatever kind.
func (r Rule) Has(name string) bool {
	_, err := r.param(name)
	return err == nil
}

// Int returns a whole number. A dotted name, as in "pension.employer", reaches
// into an object. It returns ErrParameter if there is none of that name, or if
// it is no whole number; so do the getters below for their kinds.
func (r Rule) Int(name string) (int, error) { return get(r, name, asInt) }

// Float returns a number, whole or not.
func (r Rule) Float(name string) (float64, error) { return get(r, name, asFloat) }

// Bool returns a truth value.
func (r Rule) Bool(name string) (bool, error) { return get(r, name, asBool) }

// Text returns a text.
func (r Rule) Text(name string) (string, error) { return get(r, name, asText) }

// Strings returns a list of texts.
func (r Rule) Strings(name string) ([]string, error) { return list(r, name, asText) }

// Ints returns a list of whole numbers.
func (r Rule) Ints(name string) ([]int, error) { return list(r, name, asInt) }

// Within reports whether a number lies in the range that a parameter gives as its
// lowest and its highest.
func (r Rule) Within(name string, n int64) (bool, error) {
	ends, err := r.Ints(name)
	if err != nil {
		return false, err
	}
	if len(ends) != 2 {
		return false, ErrParameter.With("parameter", name)
	}
	return n >= int64(ends[0]) && n <= int64(ends[1]), nil
}

// Floats returns a list of numbers.
func (r Rule) Floats(name string) ([]float64, error) { return list(r, name, asFloat) }

// Keys returns the sorted names inside an object, as in Keys("phrases"), and the
// names of all parameters where name is blank.
func (r Rule) Keys(name string) ([]string, error) {
	m := r.params
	if name != "" {
		var err error
		if m, err = get(r, name, func(v any) (map[string]any, bool) { m, ok := v.(map[string]any); return m, ok }); err != nil {
			return nil, err
		}
	}
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out, nil
}

func (r Rule) bad(name string) error { return ErrParameter.With("rule", r.ID).With("parameter", name) }

func (r Rule) param(name string) (any, error) {
	var v any = r.params
	for key := range strings.SplitSeq(name, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, r.bad(name)
		}
		if v, ok = m[key]; !ok {
			return nil, r.bad(name)
		}
	}
	return v, nil
}

func get[T any](r Rule, name string, as func(any) (T, bool)) (T, error) {
	var none T
	v, err := r.param(name)
	if err != nil {
		return none, err
	}
	if t, ok := as(v); ok {
		return t, nil
	}
	return none, r.bad(name)
}

func list[T any](r Rule, name string, as func(any) (T, bool)) ([]T, error) {
	items, err := get(r, name, func(v any) ([]any, bool) { l, ok := v.([]any); return l, ok })
	if err != nil {
		return nil, err
	}
	out := make([]T, len(items))
	for i, v := range items {
		var ok bool
		if out[i], ok = as(v); !ok {
			return nil, r.bad(name)
		}
	}
	return out, nil
}

func asInt(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}

func asFloat(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func asBool(v any) (bool, bool)   { b, ok := v.(bool); return b, ok }
func asText(v any) (string, bool) { s, ok := v.(string); return s, ok }

// Book is the whole of the rules and time limits. It is immutable.
type Book struct {
	rules     map[string][]Rule // by id, in the order of the table
	ruleIDs   []string
	deadlines map[string][]Deadline
	limitIDs  []string
}

// Load returns the book of the tables built into the program. An error is a
// defect of those tables.
func Load() (*Book, error) {
	return Parse(bytes.NewReader(rulesCSV), bytes.NewReader(deadlinesCSV))
}

// Parse reads a rule table and a table of time limits; the columns are those of
// tables/rules.csv and tables/deadlines.csv. It returns an error that names the
// row for anything malformed, and for two rows of one id and area that are in
// force on the same day.
func Parse(rules, deadlines io.Reader) (*Book, error) {
	b := &Book{rules: map[string][]Rule{}, deadlines: map[string][]Deadline{}}
	if err := rows(rules, "rules", 9, b.addRule); err != nil {
		return nil, err
	}
	if err := rows(deadlines, "deadlines", 12, b.addDeadline); err != nil {
		return nil, err
	}
	return b, nil
}

func rows(r io.Reader, name string, columns int, add func([]string) error) error {
	c := csv.NewReader(r)
	c.FieldsPerRecord = columns
	if _, err := c.Read(); err != nil {
		return fmt.Errorf("%s: header: %w", name, err)
	}
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := add(rec); err != nil {
			return fmt.Errorf("%s: row %q: %w", name, rec[0], err)
		}
	}
}

// head checks the columns that both tables have.
func head(id, from, to, source, confidence string) (f, t clock.Date, err error) {
	if id == "" || source == "" {
		return f, t, errors.New("no id or no source")
	}
	if confidence == "" || strings.Trim(confidence, "SLPGA+") != "" {
		return f, t, errors.New("unknown confidence")
	}
	if f, err = clock.ParseDate(from); err != nil {
		return f, t, err
	}
	if err = t.UnmarshalText([]byte(to)); err != nil {
		return f, t, err
	}
	if !t.IsZero() && t.Before(f) {
		return f, t, errors.New("it ends before it begins")
	}
	return f, t, nil
}

func overlap(aFrom, aTo, bFrom, bTo clock.Date) bool {
	return (aTo.IsZero() || !bFrom.After(aTo)) && (bTo.IsZero() || !aFrom.After(bTo))
}

func (b *Book) addRule(rec []string) error {
	from, to, err := head(rec[0], rec[5], rec[6], rec[7], rec[8])
	if err != nil {
		return err
	}
	r := Rule{ID: rec[0], Programme: rec[1], Title: rec[2], Area: rec[4], EffectiveFrom: from, EffectiveTo: to, Source: rec[7], Confidence: rec[8], raw: json.RawMessage(rec[3])}
	if r.Area != "" && !slices.Contains(areas(r.Area), r.Area) {
		return errors.New("the area is not a six-digit division")
	}
	d := json.NewDecoder(strings.NewReader(rec[3]))
	d.UseNumber()
	if err := d.Decode(&r.params); err != nil || r.params == nil || d.More() {
		return errors.Join(errors.New("the parameters are not one JSON object"), err)
	}
	for _, o := range b.rules[r.ID] {
		if o.Area == r.Area && overlap(o.EffectiveFrom, o.EffectiveTo, from, to) {
			return errors.New("two rows are in force on the same day")
		}
	}
	if b.rules[r.ID] == nil {
		b.ruleIDs = append(b.ruleIDs, r.ID)
	}
	b.rules[r.ID] = append(b.rules[r.ID], r)
	return nil
}

// areas returns the division and those above it, the most specific first, and
// last the blank one, which is the country: "654301", "654300", "650000", "".
// Of a nine-digit township code the first six digits count. What is no division
// code counts as the country.
func areas(area string) []string {
	if len(area) != 6 && len(area) != 9 || strings.Trim(area, "0123456789") != "" {
		return []string{""}
	}
	area = area[:6]
	return slices.Compact([]string{area, area[:4] + "00", area[:2] + "0000", ""})
}

// Rule returns the row of a rule that is in force on the day for the most
// specific division: the county, else the prefecture, else the region, else the
// country. The area is a division code of six digits, or nine, or blank for the
// country. It returns ErrUnknown for an id that is in no row, and ErrNotInForce
// where no row fits.
func (b *Book) Rule(id string, on clock.Date, area string) (Rule, error) {
	all, ok := b.rules[id]
	if !ok {
		return Rule{}, ErrUnknown.With("rule", id)
	}
	for _, a := range areas(area) {
		for _, r := range all {
			if r.Area == a && r.InForce(on) {
				return r, nil
			}
		}
	}
	return Rule{}, ErrNotInForce.With("rule", id).With("on", on.String()).With("area", area)
}

// Ended returns the row of a rule that was in force last before a day, where none
// is in force on it: what follows is not announced yet, and a page says so
// instead of the old value. It reports false where a row is in force, and where
// the rule only begins later.
func (b *Book) Ended(id string, on clock.Date, area string) (last Rule, ended bool) {
	if _, err := b.Rule(id, on, area); !errors.Is(err, ErrNotInForce) {
		return last, false
	}
	here := areas(area)
	for _, r := range b.rules[id] {
		if slices.Contains(here, r.Area) && r.EffectiveTo.Before(on) && !r.EffectiveTo.IsZero() && r.EffectiveTo.After(last.EffectiveTo) {
			last, ended = r, true
		}
	}
	return last, ended
}

// Rules returns every row of every rule, past and future ones included, in the
// order of the table, for the screen that lists them.
func (b *Book) Rules() []Rule {
	var out []Rule
	for _, id := range b.ruleIDs {
		out = append(out, b.rules[id]...)
	}
	return out
}
