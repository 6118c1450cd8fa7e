// Package assess drafts the impact assessment of personal data that PIPL 55 and 56
// want, from what the program itself says: the catalogue of every field and column, the
// list of purposes, the events with their recipients and bases, the table of facts. What
// only an office knows is left for it, and marked.
package assess

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/event"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // what the draft tells of
)

//go:embed *.csv *.md.tmpl
var files embed.FS

// Entry is a field of a contract, or a column of a table, as the catalogue has it.
type Entry struct {
	Column               bool
	Of                   string // the contract, or database.table
	Name                 string // of the column, of the field, or Message.field
	Class, Purpose, Term string
}

// Words is how the pages name what the contracts name, in one language.
type Words interface {
	Service(name string) string
	Code(code string) string
	Kind(eventType string) string
}

// Languages lists those in which an assessment is drafted.
func Languages() []string { return []string{"zh-Hans", "en"} }

// Held is the catalogue that is built in.
func Held() (all []Entry, err error) {
	rows, err := table("catalogue.csv")
	for _, r := range rows {
		all = append(all, Entry{r[0] == "column", r[1], r[2], r[3], r[4], r[5]})
	}
	return all, err
}

// table reads a table that is built in, without its header.
func table(name string) ([][]string, error) {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: no table: %w", name, err)
	}
	return rows[1:], nil
}

// Draft writes an assessment of what is held, in a language.
func Draft(w io.Writer, language string, held []Entry, words Words) error {
	d := draft{words: words, held: held, chinese: language == Languages()[0], zh: map[string]string{}}
	if !slices.Contains(Languages(), language) {
		return fmt.Errorf("an assessment is drafted in one of %s, not in %q", strings.Join(Languages(), ", "), language)
	}
	rows, err := table("zh.csv")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d.zh[r[0]] = r[1]
	}
	name := "assessment." + language + ".md.tmpl"
	t, err := template.New(name).Funcs(template.FuncMap{
		"service": words.Service, "cell": cell, "list": list,
	}).ParseFS(files, name)
	if err != nil {
		return err
	}
	body := struct {
		Purposes  []purpose
		People    []group
		Sensitive []group
		Tables    []stored
		Passing   []passing
		Facts     []fact
		Outward   []outward
		Terms     []term
		Risks     []risk
		Count     int
	}{Purposes: d.purposes(), Tables: d.tables(), Passing: d.passing(), Facts: d.facts(), Outward: d.outward(), Terms: d.terms(), Count: len(d.columns())}
	if body.People, err = d.groups("people.csv"); err != nil {
		return err
	}
	if body.Sensitive, err = d.groups("sensitive.csv"); err != nil {
		return err
	}
	if body.Risks, err = d.risks(); err != nil {
		return err
	}
	return t.Execute(w, body)
}

type draft struct {
	words   Words
	held    []Entry
	chinese bool
	zh      map[string]string // by the English of the catalogue
}

// say is a text of the catalogue in the draft's language. One that nobody translated
// stands as it is, so that nothing is left out.
func (d draft) say(english string) string {
	if d.chinese {
		return cmp.Or(d.zh[english], english)
	}
	return english
}

// pick is the text of a table that has both languages.
func (d draft) pick(english, chinese string) string {
	if d.chinese {
		return chinese
	}
	return english
}

// cell writes a text into a cell of a table.
func cell(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) }

// list writes names as code.
func list(names []string) string {
	if len(names) == 0 {
		return "—"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func (d draft) columns() (all []Entry) {
	for _, e := range d.held {
		if e.Column {
			all = append(all, e)
		}
	}
	return all
}

// about reports whether a class says who somebody is, or stands for somebody.
func about(class string) bool {
	return slices.Contains([]string{"personal", "person", "sealed"}, class)
}

// stored is a table of a database.
type stored struct {
	Database, Name string
	Who            []Entry  // says who somebody is, or stands for somebody
	Rest           []string // codes, dates, amounts
	Terms          []string
}

func (d draft) tables() (all []stored) {
	for _, e := range d.columns() {
		database, name, _ := strings.Cut(e.Of, ".")
		if len(all) == 0 || all[len(all)-1].Name != name || all[len(all)-1].Database != database {
			all = append(all, stored{Database: database, Name: name})
		}
		t := &all[len(all)-1]
		if about(e.Class) || e.Class == "text" {
			t.Who = append(t.Who, Entry{Name: e.Name, Class: d.say(e.Class), Purpose: d.say(e.Purpose), Term: d.say(e.Term)})
		} else {
			t.Rest = append(t.Rest, e.Name)
		}
		if s := d.say(e.Term); !slices.Contains(t.Terms, s) {
			t.Terms = append(t.Terms, s)
		}
	}
	return all
}

// term is a time for which something is kept.
type term struct {
	Said    string
	Columns int
}

func (d draft) terms() (all []term) {
	for _, e := range d.columns() {
		i := slices.IndexFunc(all, func(t term) bool { return t.Said == d.say(e.Term) })
		if i < 0 {
			i, all = len(all), append(all, term{Said: d.say(e.Term)})
		}
		all[i].Columns++
	}
	slices.SortFunc(all, func(a, b term) int { return b.Columns - a.Columns })
	return all
}

// group is a kind of people or of data, with the columns in which it stands.
type group struct {
	Said, Why string
	Where     []string
}

// groups reads a table of kinds; the last column finds what is of each.
func (d draft) groups(name string) (all []group, err error) {
	rows, err := table(name)
	for _, r := range rows {
		of, err := regexp.Compile(r[len(r)-1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		g := group{Said: d.pick(r[0], r[1])}
		if len(r) == 5 {
			g.Why = d.pick(r[2], r[3])
		}
		g.Where = d.where(of)
		all = append(all, g)
	}
	return all, err
}

// where lists the columns that a pattern finds; a table of which it finds all stands
// for them.
func (d draft) where(of *regexp.Regexp) (all []string) {
	columns := d.columns()
	for len(columns) > 0 {
		n := slices.IndexFunc(columns, func(e Entry) bool { return e.Of != columns[0].Of })
		if n < 0 {
			n = len(columns)
		}
		var found []string
		for _, e := range columns[:n] {
			if of.MatchString(e.Of + "." + e.Name) {
				found = append(found, e.Of+"."+e.Name)
			}
		}
		if len(found) == n {
			found = []string{columns[0].Of + ".*"}
		}
		all, columns = append(all, found...), columns[n:]
	}
	return all
}

type risk struct {
	Said, Measure, Left string
	Shown               []string // the tests
}

func (d draft) risks() (all []risk, err error) {
	rows, err := table("risks.csv")
	for _, r := range rows {
		all = append(all, risk{Said: d.pick(r[0], r[1]), Measure: d.pick(r[2], r[3]), Shown: strings.Fields(r[4]), Left: d.pick(r[5], r[6])})
	}
	return all, err
}

// Shown lists the tests that the measures are shown by.
func Shown() (all []string, err error) {
	risks, err := draft{}.risks()
	for _, r := range risks {
		all = append(all, r.Shown...)
	}
	return all, err
}

// purpose is a row of the contract's list, with what it takes to fulfil it.
type purpose struct {
	Name, Said string
	By         []string
	Methods    int
	Personal   []string // the fields that say who somebody is, in what its methods are told or answer
}

func (d draft) purposes() (all []purpose) {
	for _, p := range auth.Purposes() {
		one := purpose{Name: p.Name, Said: d.words.Code(p.Name)}
		for _, by := range p.By {
			one.By = append(one.By, d.who(by))
		}
		methods(func(m protoreflect.MethodDescriptor, rule *platformv1.MethodRule) {
			if !slices.Contains(rule.GetPurposes(), p.Name) {
				return
			}
			one.Methods++
			for _, f := range append(d.personal(m.Input()), d.personal(m.Output())...) {
				if !slices.Contains(one.Personal, f) {
					one.Personal = append(one.Personal, f)
				}
			}
		})
		slices.Sort(one.Personal)
		all = append(all, one)
	}
	return all
}

// who names a kind of principal, narrowed by department or service after a colon.
func (d draft) who(by string) string {
	kind, of, narrowed := strings.Cut(by, ":")
	said := d.words.Code(kind)
	if !narrowed {
		return said
	}
	if kind == string(auth.Service) {
		of = d.words.Service(of)
	} else {
		of = d.words.Code(of)
	}
	return said + d.pick(" ("+of+")", "（"+of+"）")
}

// outward is what somebody outside the offices is answered about a person.
type outward struct {
	To, Method string
	Fields     []string
}

func (d draft) outward() (all []outward) {
	methods(func(m protoreflect.MethodDescriptor, rule *platformv1.MethodRule) {
		for _, by := range rule.GetCallers() {
			if fields := d.personal(m.Output()); (by == "employer" || by == "partner") && len(fields) > 0 {
				all = append(all, outward{d.who(by), string(m.Name()), fields})
			}
		}
	})
	slices.SortFunc(all, func(a, b outward) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Method, b.Method)) })
	return all
}

// personal are the fields of a message, and of those in it, that say who somebody is.
func (d draft) personal(m protoreflect.MessageDescriptor) (all []string) {
	seen := map[protoreflect.FullName]bool{}
	var walk func(protoreflect.MessageDescriptor)
	walk = func(m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		parts := strings.Split(string(m.FullName()), ".") // qiao.contract.v1.Message
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			if f.Message() != nil {
				walk(f.Message())
				continue
			}
			name := string(f.Name())
			class := cmp.Or(d.class(parts[1], strings.Join(parts[3:], ".")+"."+name), d.class(parts[1], name))
			if class == "personal" && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	walk(m)
	return all
}

func (d draft) class(contract, name string) string {
	for _, e := range d.held {
		if !e.Column && e.Of == contract && e.Name == name {
			return e.Class
		}
	}
	return ""
}

// passing is what one department tells another.
type passing struct {
	From, To string
	Events   []told
}

type told struct {
	Type, Said, Basis string
	Fields            []string
	Worker            bool // the person is told too
}

func (d draft) passing() (all []passing) {
	messages(func(m protoreflect.MessageDescriptor) {
		rule, err := event.RuleOf("*", m)
		if err != nil || !rule.Shared {
			return
		}
		from, _, _ := strings.Cut(rule.Type, ".")
		one := told{Type: rule.Type, Said: d.words.Kind(rule.Type), Worker: rule.Tell != nil}
		var bases []string
		for b := range strings.SplitSeq(rule.Basis, ";") {
			bases = append(bases, d.say(strings.TrimSpace(b)))
		}
		one.Basis = strings.Join(bases, d.pick("; ", "；"))
		for i := range m.Fields().Len() {
			one.Fields = append(one.Fields, string(m.Fields().Get(i).Name()))
		}
		for _, to := range rule.Consumers {
			i := slices.IndexFunc(all, func(p passing) bool { return p.From == from && p.To == to })
			if i < 0 {
				i, all = len(all), append(all, passing{From: from, To: to})
			}
			all[i].Events = append(all[i].Events, one)
		}
	})
	for _, p := range all {
		slices.SortFunc(p.Events, func(a, b told) int { return cmp.Compare(a.Type, b.Type) })
	}
	slices.SortFunc(all, func(a, b passing) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return all
}

// fact is a kind of fact that a department may hold of another, where the person agreed.
type fact struct {
	Said, Source string
	Holders      []string
}

func (d draft) facts() (all []fact) {
	for _, k := range event.FactKinds() {
		one := fact{Said: d.words.Code(k.Name), Source: d.words.Service(k.Source)}
		for holder, purpose := range k.Holders {
			one.Holders = append(one.Holders, d.words.Service(holder)+d.pick(": ", "：")+d.words.Code(purpose))
		}
		slices.Sort(one.Holders)
		all = append(all, one)
	}
	return all
}

func contracts(visit func(protoreflect.FileDescriptor)) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(f.Package()), "qiao.") {
			visit(f)
		}
		return true
	})
}

func messages(visit func(protoreflect.MessageDescriptor)) {
	contracts(func(f protoreflect.FileDescriptor) {
		for i := range f.Messages().Len() {
			visit(f.Messages().Get(i))
		}
	})
}

func methods(visit func(protoreflect.MethodDescriptor, *platformv1.MethodRule)) {
	contracts(func(f protoreflect.FileDescriptor) {
		for i := range f.Services().Len() {
			all := f.Services().Get(i).Methods()
			for j := range all.Len() {
				rule, _ := proto.GetExtension(all.Get(j).Options(), platformv1.E_Method).(*platformv1.MethodRule)
				visit(all.Get(j), rule)
			}
		}
	})
}
