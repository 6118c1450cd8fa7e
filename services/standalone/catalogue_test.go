package standalone_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/standalone"
)

// entry is what the catalogue says of a field or a column.
type entry struct{ class, purpose, retention string }

// catalogue is what every field and column holds, for what and how long. Columns
// stand beside the migrations that make them, fields beside their contract; what a
// row leaves out is as proto/classes.csv says of its class.
type catalogue struct {
	columns map[string]entry // database.table.column; the platform's own tables are in every database
	fields  map[string]entry // package.field, or package.Message.field where one name means two things
	used    map[string]bool
}

// rows reads a CSV without its header.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return all[1:]
}

func catalogued(t *testing.T) catalogue {
	t.Helper()
	classes := map[string]entry{}
	for _, r := range rows(t, "../../proto/classes.csv") {
		classes[r[0]] = entry{r[0], r[1], r[2]}
	}
	c := catalogue{map[string]entry{}, map[string]entry{}, map[string]bool{}}
	add := func(to map[string]entry, path, key string, says []string) {
		e, known := classes[says[0]]
		if !known {
			t.Errorf("%s: %s has the class %q, which proto/classes.csv has not", path, key, says[0])
		}
		if says[1] != "" {
			e.purpose = says[1]
		}
		if says[2] != "" {
			e.retention = says[2]
		}
		if _, twice := to[key]; twice {
			t.Errorf("%s: %s stands twice in the catalogue", path, key)
		}
		if e.class == "" || e.purpose == "" || e.retention == "" {
			t.Errorf("%s: %s has no class, purpose or retention", path, key)
		}
		to[key] = e
	}
	each := func(pattern string, read func(path string)) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range files {
			read(path)
		}
	}
	each("../../proto/qiao/*/v1/catalogue.csv", func(path string) {
		pkg := filepath.Base(filepath.Dir(filepath.Dir(path)))
		for _, r := range rows(t, path) {
			add(c.fields, path, pkg+"."+r[0], r[1:])
		}
	})
	columns := func(database string) func(string) {
		return func(path string) {
			if database == "" {
				database, _, _ = strings.Cut(strings.TrimPrefix(path, "../"), "/")
			}
			for _, r := range rows(t, path) {
				add(c.columns, path, database+"."+r[0]+"."+r[1], r[2:])
			}
		}
	}
	each("../../pkg/sqldb/catalogue.csv", columns("platform"))
	each("../registry/internal/vault/catalogue.csv", columns("person-keys"))
	each("../*/internal/store/catalogue.csv", func(path string) { columns("")(path) })
	return c
}

// field finds what the catalogue says of a field. A flag and what only groups
// other fields need no row.
func (c catalogue) field(f protoreflect.FieldDescriptor) (entry, bool) {
	switch {
	case f.Kind() == protoreflect.BoolKind:
		return entry{class: "flag"}, true
	case f.Message() != nil && !f.IsMap():
		return entry{class: "message"}, true
	}
	parts := strings.Split(string(f.FullName()), ".") // qiao.package.v1.Message.field
	for _, key := range []string{parts[1] + "." + strings.Join(parts[3:], "."), parts[1] + "." + string(f.Name())} {
		if e, ok := c.fields[key]; ok {
			c.used[key] = true
			return e, true
		}
	}
	return entry{}, false
}

func TestEveryFieldIsCatalogued(t *testing.T) {
	known := catalogued(t)
	messages(func(m protoreflect.MessageDescriptor) {
		rule, err := event.RuleOf("any", m)
		isEvent := err == nil && rule.Type != ""
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			e, ok := known.field(f)
			switch {
			case !ok:
				t.Errorf("%s is not in the catalogue beside its contract", f.FullName())
			case isEvent && !slices.Contains([]string{"id", "person", "code", "date", "time", "amount", "count", "flag"}, e.class):
				t.Errorf("the event %s carries %s, which is of the class %s", m.FullName(), f.Name(), e.class)
			case !fits(e.class, f.Kind()):
				t.Errorf("%s is of the class %s, and its kind is %s", f.FullName(), e.class, f.Kind())
			}
			if ruledOut.MatchString(string(f.Name())) {
				t.Errorf("%s is ruled out by promise 3", f.FullName())
			}
		}
	})
	for key := range known.fields {
		if !known.used[key] {
			t.Errorf("the catalogue has %s, and no contract has", key)
		}
	}
}

// fits reports whether a value of a kind can be of a class.
func fits(class string, k protoreflect.Kind) bool {
	switch k {
	case protoreflect.BytesKind:
		return class == "sealed" || class == "text"
	case protoreflect.StringKind:
		return class != "count" && class != "amount" && class != "flag" && class != "message"
	case protoreflect.Int32Kind, protoreflect.Int64Kind:
		return slices.Contains([]string{"count", "amount", "time", "date", "code"}, class)
	}
	return true
}

// organisations are tables whose names are an organisation's.
var organisations = []string{"employer"}

func TestEveryColumnIsCatalogued(t *testing.T) {
	dir, _ := open(t)
	known := catalogued(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(files) < len(standalone.Names()) {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		db, err := sqldb.Open(context.Background(), "sqlite:"+file)
		if err != nil {
			t.Fatal(err)
		}
		type column struct{ table, name string }
		var columns []column
		err = db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
			columns, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c column, err error) { return c, s.Scan(&c.table, &c.name) },
				`SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%\_version' ESCAPE '\' AND m.name NOT LIKE 'sqlite_%'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			where := strings.TrimSuffix(filepath.Base(file), ".db") + "." + c.table + "." + c.name
			e, ok := known.columns[where]
			if !ok {
				where = "platform." + c.table + "." + c.name
				e, ok = known.columns[where]
			}
			known.used[where] = true
			switch {
			case !ok:
				t.Errorf("%s of %s is not in the catalogue beside its migration", where, file)
			case e.class == "personal" && !slices.Contains(organisations, c.table):
				t.Errorf("%s holds personal data in clear; it belongs sealed into the registry", where)
			}
			if ruledOut.MatchString(c.name) {
				t.Errorf("%s is ruled out by promise 3", where)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	for key := range known.columns {
		if !known.used[key] {
			t.Errorf("the catalogue has %s, and no database has", key)
		}
	}
}

// A clerk's words on a posting and an operator's on the pipeline have one name, and
// were one entry; what each is, for what and how long stands by itself.
func TestOneNameIsNotOneMeaning(t *testing.T) {
	known := catalogued(t)
	clerk, operator := known.columns["employment.review.reason"], known.columns["platform.set_aside.reason"]
	if clerk.class != "text" || operator.class != "text" || clerk.purpose == operator.purpose || clerk.retention == operator.retention {
		t.Errorf("a clerk's: %v; an operator's: %v", clerk, operator)
	}
	for key, class := range map[string]string{
		"employment.reason": "text", "registry.name": "personal", "employment.GetApplicantResponse.name": "personal",
		"education.name": "text", "platform.name": "code", "platform.ReasonAppeal.body": "code", "platform.body": "sealed",
	} {
		if got := known.fields[key].class; got != class {
			t.Errorf("%s is of the class %q, not %s", key, got, class)
		}
	}
}

// Nobody is asked for the same again (promise 7; 国办函〔2026〕12号, no repeated asking
// for the same tables): what the registry holds of a person, and the kinds of facts
// that departments hold, stand in no request that a worker or a guardian fills in for
// another department. A paper at a counter is an officer's to record.
func TestNobodyIsAskedTwice(t *testing.T) {
	known := catalogued(t)
	var held []string
	for _, k := range evidence.Kinds() {
		held = append(held, k.Name)
	}
	// What the rules would say of numbers that anybody may type: nothing is read or kept.
	reckoned := map[protoreflect.FullName]bool{"qiao.education.v1.CheckExamRequest.insurance_months": false}
	looked := 0
	var walk func(m protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool)
	walk = func(m protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			looked++
			if _, is := reckoned[f.FullName()]; is {
				reckoned[f.FullName()] = true
				continue
			}
			if e, _ := known.field(f); e.class == "personal" || slices.Contains(held, string(f.Name())) {
				t.Errorf("%s asks a person for what is known already", f.FullName())
			}
			if f.Message() != nil {
				walk(f.Message(), seen)
			}
		}
	}
	for _, service := range services.Names() {
		if service == "registry" {
			continue
		}
		protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+service+".v1"), func(f protoreflect.FileDescriptor) bool {
			for i := range f.Services().Len() {
				methods := f.Services().Get(i).Methods()
				for j := range methods.Len() {
					rule, _ := proto.GetExtension(methods.Get(j).Options(), platformv1.E_Method).(*platformv1.MethodRule)
					if slices.Contains(rule.GetCallers(), "worker") || slices.Contains(rule.GetCallers(), "guardian") {
						walk(methods.Get(j).Input(), map[protoreflect.FullName]bool{})
					}
				}
			}
			return true
		})
	}
	if looked < 100 {
		t.Errorf("only %d fields were looked at", looked)
	}
	for name, met := range reckoned {
		if !met {
			t.Errorf("%s is excepted, and is nowhere", name)
		}
	}
}
