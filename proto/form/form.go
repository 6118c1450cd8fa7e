// Package form says, for every field of every request, which form its values
// have: kind, length, alphabet, range. A server holds each request to it once,
// before anything else looks at it, so that what reaches a service's tables,
// events and logs is an id where an id belongs, and no number is too large to
// be stored. Whether a value is the right one is the service's to say.
package form

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

//go:embed forms.csv
var table []byte

// usualMost is how many values a repeated field may hold where its row says nothing.
const usualMost = 64

// Form is the form of one field's values. Every text may be empty: whether a
// value is needed is the service's to say.
type Form struct {
	Name     string // as the table writes it
	Pattern  string // of a text, for the description of the contract
	Longest  int    // characters of a text
	Min, Max int64  // of a number
	Most     int    // values of a repeated field
	fits     func(string) bool
	id       bool
}

// Fault is a field that has not its form.
type Fault struct{ Field, Form string }

// Error says which field, and never what it held.
func (f *Fault) Error() string {
	return fmt.Sprintf("field %s has not the form %q", f.Field, f.Form)
}

var forms = sync.OnceValues(func() (map[string]Form, error) { return Parse(bytes.NewReader(table)) })

// Parse reads a table of forms: name or Message.name, form, most.
func Parse(r io.Reader) (map[string]Form, error) {
	c := csv.NewReader(r)
	c.Comment, c.FieldsPerRecord = '#', 3
	rows, err := c.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("forms: %w", err)
	}
	all := map[string]Form{}
	for _, row := range rows[1:] {
		if _, twice := all[row[0]]; twice {
			return nil, fmt.Errorf("forms: %s is given twice", row[0])
		}
		f, err := parse(row[1])
		if err != nil {
			return nil, fmt.Errorf("forms: %s: %w", row[0], err)
		}
		f.Most = usualMost
		if row[2] != "" {
			if f.Most, err = strconv.Atoi(row[2]); err != nil {
				return nil, fmt.Errorf("forms: %s: %w", row[0], err)
			}
		}
		all[row[0]] = f
	}
	return all, nil
}

// Of returns the form of a field, false where the table has none.
func Of(f protoreflect.FieldDescriptor) (Form, bool) {
	all, err := forms()
	if err != nil {
		return Form{}, false
	}
	if own, ok := all[string(f.ContainingMessage().Name())+"."+string(f.Name())]; ok {
		return own, true
	}
	usual, ok := all[string(f.Name())]
	return usual, ok
}

// Missing names the fields of a message, and of what it holds, that the table
// gives no form, or one that is not for a field of that kind.
func Missing(d protoreflect.MessageDescriptor) []string {
	var all []string
	seen := map[protoreflect.FullName]bool{}
	var walk func(protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] {
			return
		}
		seen[d.FullName()] = true
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			if f.Message() != nil {
				walk(f.Message())
			}
			if f.Kind() == protoreflect.BoolKind || f.Message() != nil && !f.IsMap() {
				continue
			}
			if own, ok := Of(f); !ok || !own.suits(f.Kind()) {
				all = append(all, string(d.Name())+"."+string(f.Name()))
			}
		}
	}
	walk(d)
	return all
}

func (f Form) suits(k protoreflect.Kind) bool {
	switch k {
	case protoreflect.StringKind:
		return f.fits != nil
	case protoreflect.Int32Kind, protoreflect.Sint32Kind:
		return f.Max > 0 && f.Max < 1<<31
	case protoreflect.Int64Kind, protoreflect.Sint64Kind:
		return f.Max > 0
	}
	return false // no request holds bytes, unsigned numbers or fractions; the first that does needs a form of its own here
}

// Check returns a *Fault for the first field of m, in the order of the
// contract, that has not its form.
func Check(m proto.Message) error { return check(m, false) }

// CheckNamed is Check for tests, which call things worker-1 and the like: an id
// may also be such a name.
func CheckNamed(m proto.Message) error { return check(m, true) }

func check(m proto.Message, named bool) error {
	if f := planOf(m.ProtoReflect().Descriptor()).check(m.ProtoReflect(), named); f != nil {
		return f
	}
	return nil
}

// plan is how one message is checked, found once.
type plan []step

type step struct {
	field protoreflect.FieldDescriptor
	form  Form
	inner *plan // of a message
}

var plans sync.Map // protoreflect.FullName → *plan

func planOf(d protoreflect.MessageDescriptor) *plan {
	if p, ok := plans.Load(d.FullName()); ok {
		return p.(*plan)
	}
	p := make(plan, 0, d.Fields().Len())
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		s := step{field: f}
		own, ok := Of(f)
		if !ok || f.Message() == nil && f.Kind() != protoreflect.BoolKind && !own.suits(f.Kind()) {
			own = narrowest
		}
		s.form = own
		if f.Message() != nil && !f.IsMap() {
			s.inner = planOf(f.Message())
		}
		p = append(p, s)
	}
	stored, _ := plans.LoadOrStore(d.FullName(), &p)
	return stored.(*plan)
}

// narrowest is the form of a field that the table forgot.
var narrowest = Form{Name: "word", Max: 1_000_000, Most: usualMost, fits: word}

func (p *plan) check(m protoreflect.Message, named bool) *Fault {
	for i := range *p {
		s := &(*p)[i]
		if !m.Has(s.field) {
			continue
		}
		if f := s.check(m.Get(s.field), named); f != nil {
			return f
		}
	}
	return nil
}

func (s *step) check(v protoreflect.Value, named bool) *Fault {
	name := string(s.field.Name())
	switch {
	case s.field.IsMap():
		return &Fault{name, "no map"} // no request holds one
	case s.field.IsList():
		l := v.List()
		if l.Len() > s.form.Most {
			return &Fault{name, fmt.Sprintf("at most %d values", s.form.Most)}
		}
		for i := range l.Len() {
			if f := s.one(l.Get(i), named); f != nil {
				f.Field = name + "[" + strconv.Itoa(i) + "]" + strings.TrimPrefix(f.Field, name)
				return f
			}
		}
		return nil
	}
	return s.one(v, named)
}

func (s *step) one(v protoreflect.Value, named bool) *Fault {
	ok := true
	switch s.field.Kind() {
	case protoreflect.MessageKind:
		if f := s.inner.check(v.Message(), named); f != nil {
			return &Fault{string(s.field.Name()) + "." + f.Field, f.Form}
		}
	case protoreflect.StringKind:
		text := v.String()
		ok = text == "" || s.form.fits != nil && s.form.fits(text) || named && s.form.id && name(text)
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		ok = v.Int() >= s.form.Min && v.Int() <= s.form.Max
	case protoreflect.BoolKind:
	default:
		ok = false
	}
	if !ok {
		return &Fault{string(s.field.Name()), s.form.Name}
	}
	return nil
}

// shape is a form of texts without a number in its name.
type shape struct {
	pattern string
	longest int
	fits    func(string) bool
}

var shapes = map[string]shape{
	"id":         {`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, 36, ID},
	"case":       {`^([a-z_]{1,24}[:/-])?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^import$|^[0-9]{6}-[a-z][a-z0-9_]*$`, 61, caseID},
	"word":       {`^[a-z][a-z0-9_]*$`, 48, word},
	"code":       {`^[a-z][a-z0-9_-]*$`, 48, code},
	"channel":    {`^[a-z]{1,32}-[0-9]{1,4}$`, 37, channel},
	"capital":    {`^[A-Z]$`, 1, func(s string) bool { return len(s) == 1 && 'A' <= s[0] && s[0] <= 'Z' }},
	"date":       {`^[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?$`, 11, date},
	"month":      {`^[0-9]{4}-[0-9]{2}$`, 7, func(s string) bool { return len(s) == 7 && s[4] == '-' && all(s[:4], digit) && all(s[5:], digit) }},
	"occupation": {`^[0-9](-[0-9]{2}){0,3}$`, 10, occupation},
	"language":   {`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`, 11, language},
	"staff": {`^[A-Za-z0-9][A-Za-z0-9-]*$`, 32, func(s string) bool {
		return len(s) <= 32 && alnum(s[0]) && all(s, func(c byte) bool { return alnum(c) || c == '-' })
	}},
	"notice": {`^[\p{L}\p{N}._-]*[0-9]$`, 40, notice},
	"label":  {`^[\p{L}\p{N}_-]+$`, 40, label},
}

// parse reads a form: alternatives with "|", each the name of a shape or one of
// "text N" (one line), "lines N", "digits N", "hex N", "int MIN MAX".
func parse(s string) (Form, error) {
	out := Form{Name: s}
	if s == "" {
		return out, nil
	}
	var fits []func(string) bool
	var patterns []string
	for _, one := range strings.Split(s, "|") {
		f := strings.Fields(one)
		if known, ok := shapes[one]; ok {
			fits, patterns, out.Longest = append(fits, known.fits), append(patterns, known.pattern), max(out.Longest, known.longest)
			out.id = out.id || one == "id" || one == "case"
			continue
		}
		n := make([]int64, len(f))
		for i, v := range f[1:] {
			var err error
			if n[i], err = strconv.ParseInt(v, 10, 64); err != nil {
				return out, err
			}
		}
		switch {
		case len(f) == 3 && f[0] == "int":
			out.Min, out.Max = n[0], n[1]
			return out, nil
		case len(f) != 2:
			return out, fmt.Errorf("%q is no form", one)
		}
		length := int(n[0])
		out.Longest = max(out.Longest, length)
		switch f[0] {
		case "text":
			fits = append(fits, func(s string) bool { return text(s, length, false) })
		case "lines":
			fits = append(fits, func(s string) bool { return text(s, length, true) })
		case "digits":
			fits, patterns = append(fits, func(s string) bool { return len(s) == length && all(s, digit) }), append(patterns, fmt.Sprintf("^[0-9]{%d}$", length))
		case "hex":
			fits, patterns = append(fits, func(s string) bool { return len(s) == length && all(s, hex) }), append(patterns, fmt.Sprintf("^[0-9a-f]{%d}$", length))
		default:
			return out, fmt.Errorf("%q is no form", one)
		}
	}
	out.Pattern = strings.Join(patterns, "|")
	out.fits = fits[0]
	if len(fits) > 1 {
		out.fits = func(s string) bool { return slices.ContainsFunc(fits, func(f func(string) bool) bool { return f(s) }) }
	}
	return out, nil
}

// ID reports whether s is a UUID in its one spelling: lower-case, with hyphens.
func ID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (s[i] == '-') || !hyphen && !hex(s[i]) {
			return false
		}
	}
	return true
}

// caseID is the id of a case, or what a case is of, such as a worker's search
// for work; an import names itself.
func caseID(s string) bool {
	if len(s) > 7 && s[6] == '-' && all(s[:6], digit) { // what a county holds of one kind
		return word(s[7:])
	}
	if len(s) <= 36 || len(s) > 61 {
		return ID(s) || s == "import"
	}
	of, sign := s[:len(s)-37], s[len(s)-37]
	return (sign == ':' || sign == '/' || sign == '-') && all(of, func(c byte) bool { return lower(c) || c == '_' }) && ID(s[len(s)-36:])
}

// name is what a test calls a thing.
func name(s string) bool {
	return len(s) <= 60 && all(s, func(c byte) bool { return alnum(c) || c == '-' || c == ':' || c == ' ' })
}

func word(s string) bool {
	return len(s) <= 48 && lower(s[0]) && all(s, func(c byte) bool { return lower(c) || digit(c) || c == '_' }) && !long(s)
}

func code(s string) bool {
	return len(s) <= 48 && lower(s[0]) && all(s, func(c byte) bool { return lower(c) || digit(c) || c == '_' || c == '-' }) && !long(s)
}

func channel(s string) bool {
	service, n, ok := strings.Cut(s, "-")
	return ok && service != "" && len(service) <= 32 && all(service, lower) && n != "" && len(n) <= 4 && all(n, digit)
}

// date is a civil date in any of the spellings that pkg/clock reads.
func date(s string) bool {
	if len(s) > len("2026年11月29日") || len(s) < len("2026-1-1") || !all(s[:4], digit) || digit(s[4]) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789-/.年月日", r) }) && !long(s)
}

func occupation(s string) bool {
	if len(s) > 10 || len(s)%3 != 1 || !digit(s[0]) {
		return false
	}
	for i := 1; i < len(s); i += 3 {
		if s[i] != '-' || !digit(s[i+1]) || !digit(s[i+2]) {
			return false
		}
	}
	return true
}

func language(s string) bool {
	parts := strings.Split(s, "-")
	if len(s) > 11 || len(parts) > 3 || len(parts[0]) < 2 || len(parts[0]) > 3 || !all(parts[0], lower) {
		return false
	}
	for _, p := range parts[1:] {
		if !all(p, func(c byte) bool { return alnum(c) && !digit(c) }) || len(p) != 2 && len(p) != 4 {
			return false
		}
	}
	return true
}

// notice is the version of a notice, which ends with its number.
func notice(s string) bool {
	return digit(s[len(s)-1]) && text(s, 40, false) && !long(s) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("._-", r)
		})
}

// label is a word of a published list, in any script.
func label(s string) bool {
	return text(s, 40, false) && !long(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' && r != '-' })
}

// text is valid UTF-8 without control characters, of at most so many characters.
func text(s string, longest int, lines bool) bool {
	if len(s) > utf8.UTFMax*longest || !utf8.ValidString(s) || utf8.RuneCountInString(s) > longest {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) && (!lines || r != '\n' && r != '\r' && r != '\t') {
			return false
		}
	}
	return true
}

// long reports seven digits in a row: a telephone or a document number, and no code.
func long(s string) bool {
	run := 0
	for i := range len(s) {
		if run++; !digit(s[i]) {
			run = 0
		}
		if run == 7 {
			return true
		}
	}
	return false
}

func all(s string, in func(byte) bool) bool {
	for i := range len(s) {
		if !in(s[i]) {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
func lower(c byte) bool { return 'a' <= c && c <= 'z' }
func hex(c byte) bool   { return digit(c) || 'a' <= c && c <= 'f' }
func alnum(c byte) bool { return digit(c) || lower(c) || 'A' <= c && c <= 'Z' }
