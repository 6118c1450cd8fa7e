// Package elsewhere is what a department has decided and must be typed again into
// another system that has no interface. The office writes down the form of that system,
// field by field in its order; a case then shows its fields so, for one key to copy them
// one by one, the number under which it stands there is written back, and that system's
// export is compared with the cases. Nothing here changes anything of the department's.
package elsewhere

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/work"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Errors of this package.
var (
	ErrMatter   = errs.New(errs.NotFound, "elsewhere.matter", "The department enters nothing of this kind elsewhere.")
	ErrUnknown  = errs.New(errs.NotFound, "elsewhere.unknown", "There is no such case.")
	ErrNoForm   = errs.New(errs.Conflict, "elsewhere.no_form", "The office has not written down the form of the other system yet.")
	ErrVersion  = errs.New(errs.Conflict, "elsewhere.version", "The form was changed meanwhile. Look at it again.")
	ErrSystem   = errs.New(errs.Invalid, "elsewhere.system", "Say what the other system is called, in 2 to 60 characters.")
	ErrSince    = errs.New(errs.Invalid, "elsewhere.since", "Say from which day on cases are entered there.")
	ErrFields   = errs.New(errs.Invalid, "elsewhere.fields", "A form has at least one field and at most 60.")
	ErrField    = errs.New(errs.Invalid, "elsewhere.field", "Choose what stands in this field.")
	ErrLabel    = errs.New(errs.Invalid, "elsewhere.label", "Say what the other system calls this field, each one differently.")
	ErrFormat   = errs.New(errs.Invalid, "elsewhere.format", "This is not typed in that way.")
	ErrColumn   = errs.New(errs.Invalid, "elsewhere.column", "Two fields cannot have one column.")
	ErrNoNumber = errs.New(errs.Invalid, "elsewhere.number_column", "An export is matched by that system's number: say in which column it stands.")
	ErrNumber   = errs.New(errs.Invalid, "elsewhere.number", "Type the number that the other system gave: letters, digits and - / . _ alone.")
	ErrPersons  = errs.New(errs.Invalid, "elsewhere.persons_number", "That is a person's document or telephone number. Type the number that the other system gave to the case.")
	ErrTaken    = errs.New(errs.Conflict, "elsewhere.taken", "Another case has this number already. One of the two was mistyped.")
	ErrReason   = errs.New(errs.Invalid, "elsewhere.reason", "Say why the number is written again, or that the case need not stand there.")
	ErrEntered  = errs.New(errs.Conflict, "elsewhere.entered", "A number was written back meanwhile. Look at the case again.")
	ErrCompared = errs.New(errs.NotFound, "elsewhere.comparison", "This comparison is no more. Choose the export again.")
	ErrRows     = errs.New(errs.Invalid, "elsewhere.rows", "An export has at most 20000 rows. Divide it.")
	ErrAside    = errs.New(errs.Invalid, "elsewhere.aside", "Say why this needs nothing more.")
	ErrOver     = errs.New(errs.Conflict, "elsewhere.over", "The case is not decided, or no more; it is not entered elsewhere.")
)

// Kinds of fields.
const (
	Text  = "text"
	Code  = "code"
	Date  = "date"
	Money = "money" // whole fen
)

// Fields of who somebody is, which each form may ask and which the registry answers.
const (
	Name           = "person_name"
	DocumentKind   = "person_document_kind"
	DocumentNumber = "person_document_number"
	BirthDate      = "person_birth_date"
	ChildName      = "child_name"
	ChildBirthDate = "child_birth_date"
)

// CaseNumber is a case's own number, which each form may ask and which an export may bear.
const CaseNumber = "case_number"

// Field is what a form may ask of a case: its name, kind, and SQL of one row of the
// matter's From.
type Field struct{ Name, Kind, SQL string }

// persons are the fields of a matter that the registry has.
func (m *Matter) persons() []Field {
	all := []Field{{Name: Name, Kind: Text}, {Name: DocumentKind, Kind: Code}, {Name: DocumentNumber, Kind: Text}, {Name: BirthDate, Kind: Date}}
	if m.Child != "" {
		all = append([]Field{{Name: ChildName, Kind: Text}, {Name: ChildBirthDate, Kind: Date}}, all...)
	}
	return all
}

// Matter is a kind of case that may be entered elsewhere. All but the names are SQL of
// one row of From, each column with its table's name before it; those for which Where holds are decided. The fields are the
// department's own, in the order in which it offers them. Worker is whose case it is;
// where it is about a child of the registry's, Child is that.
type Matter struct {
	Name               string // its code, one in its department
	From, Where        string
	ID, Worker, County string
	Child              string
	// Since is from when the case is decided: microseconds, or a day where Days is set.
	Since  string
	Days   bool
	Fields []Field
}

// own are the fields of a matter that the department has.
func (m *Matter) own() []Field {
	return append(slices.Clone(m.Fields), Field{Name: CaseNumber, Kind: Code, SQL: m.ID})
}

// offered are all fields that a form of the matter may ask.
func (m *Matter) offered() []Field { return append(m.persons(), m.own()...) }

func (m *Matter) field(name string) (Field, bool) {
	all := m.offered()
	i := slices.IndexFunc(all, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return all[i], true
}

// newest is a condition of SQL: a form is the newest of its matter.
const newest = `f.version = (SELECT max(n.version) FROM elsewhere_form n WHERE n.matter = f.matter)`

// Kinds are the lists of what is decided, is to be entered by a form, and was not yet.
func Kinds(matters []Matter) (all []work.Kind) {
	for _, m := range matters {
		person, from, today := work.Worker, "f.since_at", "{now}"
		if m.Child != "" {
			person = work.Child
		}
		if m.Days {
			from, today = "f.since", "{today}"
		}
		all = append(all, work.Kind{
			Matter: "elsewhere_" + m.Name, Person: person, Decides: []string{"platform.ElsewhereService.RecordEntry"},
			From: m.From, ID: m.ID, County: m.County, State: "'open'", Since: m.Since, Days: m.Days,
			Where: `(` + m.Where + `) AND ` + m.Since + ` <= ` + today +
				` AND EXISTS (SELECT 1 FROM elsewhere_form f WHERE f.matter = '` + m.Name + `' AND ` + from + ` <= ` + m.Since + ` AND ` + newest + `)` +
				` AND NOT EXISTS (SELECT 1 FROM elsewhere_entry e WHERE e.matter = '` + m.Name + `' AND e.case_id = ` + m.ID + ` AND e.stands = 1)`,
		})
	}
	return all
}

// one is a case as its row has it.
type one struct {
	worker, child, county, since string
	decided                      bool
	values                       map[string]string
}

// read reads a case; its row, where there is one.
func (m *Matter) read(tx *sqldb.Tx, id string) (c one, found bool, err error) {
	columns := []string{m.Worker, cmp.Or(m.Child, "''"), m.County, m.Since, `CASE WHEN ` + m.Where + ` THEN 1 ELSE 0 END`}
	fields := m.own()
	for _, f := range fields {
		columns = append(columns, `coalesce(CAST(`+f.SQL+` AS TEXT), '')`)
	}
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (c one, err error) {
		values := make([]string, len(fields))
		var micros int64
		since := any(&micros)
		if m.Days {
			since = &c.since
		}
		to := []any{&c.worker, &c.child, &c.county, since, &c.decided}
		for i := range values {
			to = append(to, &values[i])
		}
		if err = s.Scan(to...); !m.Days {
			c.since = clock.DateOf(sqldb.Time(micros)).String()
		}
		c.values = map[string]string{}
		for i, f := range fields {
			c.values[f.Name] = values[i]
		}
		return c, err
	}, `SELECT `+strings.Join(columns, ", ")+` FROM `+m.From+` WHERE `+m.ID+` = $1`, id)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// check judges a form as an officer wrote it, and gives from which day on cases are entered.
func (m *Matter) check(f *platformv1.SaveEntryFormRequest) (since clock.Date, err error) {
	if n := utf8.RuneCountInString(strings.TrimSpace(f.GetSystem())); n < 2 || n > 60 {
		return since, ErrSystem.With("field", "system")
	}
	if since, err = clock.ParseDate(f.GetSince()); err != nil {
		return since, ErrSince.With("field", "since")
	}
	if n := len(f.GetFields()); n == 0 || n > 60 {
		return since, ErrFields.With("field", "fields")
	}
	labels, columns := map[string]bool{}, map[string]bool{f.GetNumberColumn(): true}
	for i, one := range f.GetFields() {
		at := func(name string) string { return fmt.Sprintf("%s_%d", name, i+1) }
		known, ok := m.field(one.GetField())
		switch {
		case !ok:
			return since, ErrField.With("field", at("field"))
		case one.GetLabel() == "" || labels[one.GetLabel()]:
			return since, ErrLabel.With("field", at("label"))
		case !slices.Contains(Formats(known.Kind), cmp.Or(one.GetFormat(), Formats(known.Kind)[0])):
			return since, ErrFormat.With("field", at("format"))
		case one.GetColumn() != "" && f.GetNumberColumn() == "":
			return since, ErrNoNumber.With("field", "number_column")
		case one.GetColumn() != "" && columns[one.GetColumn()]:
			return since, ErrColumn.With("field", at("column"))
		}
		labels[one.GetLabel()], columns[one.GetColumn()] = true, true
	}
	return since, nil
}
