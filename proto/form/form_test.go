package form_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/proto/form"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// linked makes every contract known to the test.
var linked = []proto.Message{&educationv1.School{}, &employmentv1.Vacancy{}, &housingv1.Home{}, &insurancev1.Cover{}, &platformv1.Fact{}, &registryv1.Worker{}, &trainingv1.Course{}}

// requests calls f with every request of every service.
func requests(f func(method string, request protoreflect.MessageDescriptor)) {
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			s := file.Services().Get(i)
			for j := range s.Methods().Len() {
				if strings.HasPrefix(string(s.FullName()), "qiao.") {
					f(string(s.Methods().Get(j).FullName()), s.Methods().Get(j).Input())
				}
			}
		}
		return true
	})
}

func TestEveryFieldOfEveryRequestHasAForm(t *testing.T) {
	methods := 0
	requests(func(method string, request protoreflect.MessageDescriptor) {
		methods++
		for _, field := range form.Missing(request) {
			t.Errorf("%s: %s has no form, or one of another kind: add its row to proto/form/forms.csv", method, field)
		}
	})
	if methods < 150 || len(linked) != 7 {
		t.Errorf("only %d methods", methods)
	}
}

// People's data, in the shapes in which it comes.
var people = map[string]string{
	"a name": "古丽娜尔·买买提", "a document number": "654301199003078515", "one with X": "65430119900307851X", "a telephone number": "13812345678",
	"free text": "she is ill; call after 5", "a text in Chinese": "他欠我三千元", "markup": "<script>alert(1)</script>", "a NUL": "a\x00b", "a line break": "a\nb",
	"no UTF-8": "\xff\xfe", "an overlong NUL": "\xc0\x80", "half a surrogate": "\xed\xa0\x80", "long": strings.Repeat("a", 10_000),
}

// What a form is named after is all that fits it: nothing of a person fits an id,
// a code, a date or a number's field. Texts are meant for people, and are bounded.
func TestNothingOfAPersonFitsACode(t *testing.T) {
	fields := 0
	seen := map[protoreflect.FullName]bool{}
	var walk func(d protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] {
			return
		}
		seen[d.FullName()] = true
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			if f.Message() != nil {
				walk(f.Message())
				continue
			}
			own, _ := form.Of(f)
			if f.Kind() != protoreflect.StringKind {
				continue
			}
			fields++
			prose := strings.HasPrefix(own.Name, "text") || strings.HasPrefix(own.Name, "lines")
			for what, text := range people {
				staff := own.Name == "staff" && strings.Contains(what, "number") || own.Name == "staff" && what == "one with X"
				line := strings.HasPrefix(own.Name, "lines") && what == "a line break"
				oneLine := utf8.ValidString(text) && !strings.ContainsAny(text, "\x00\n") && len(text) < 1000
				if prose && oneLine || staff || line || own.Name == "label" && what == "a text in Chinese" {
					continue
				}
				m := protoregistryNew(t, d)
				if f.IsList() {
					m.Mutable(f).List().Append(protoreflect.ValueOfString(text))
				} else {
					m.Set(f, protoreflect.ValueOfString(text))
				}
				var fault *form.Fault
				if err := form.Check(m.Interface()); !errors.As(err, &fault) || !strings.HasPrefix(fault.Field, string(f.Name())) || strings.Contains(err.Error(), text) {
					t.Errorf("%s (%s) takes %s: %v", f.FullName(), own.Name, what, err)
				}
			}
		}
	}
	requests(func(_ string, request protoreflect.MessageDescriptor) { walk(request) })
	t.Logf("%d text fields of %d messages", fields, len(seen))
}

func protoregistryNew(t *testing.T, d protoreflect.MessageDescriptor) protoreflect.Message {
	t.Helper()
	m, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		t.Fatal(err)
	}
	return m.New()
}

func TestForms(t *testing.T) {
	id := "0190a5c4-7b7a-7c3e-9d2f-3a5b6c7d8e9f"
	need := func(n int32) *employmentv1.ReportSeasonalNeedRequest {
		return &employmentv1.ReportSeasonalNeedRequest{EmployerId: id, Needs: []*employmentv1.Need{{Month: "2027-05", Occupation: "6-29", County: "654301", Count: n}}}
	}
	for name, c := range map[string]struct {
		m    proto.Message
		want string
	}{
		"whole":                      {need(4), ""},
		"empty":                      {&employmentv1.ReportSeasonalNeedRequest{}, ""},
		"a number that would wrap":   {need(-2147483648), "needs[0].count"},
		"a number out of its range":  {need(1_000_001), "needs[0].count"},
		"too many":                   {&employmentv1.ReportSeasonalNeedRequest{Needs: make([]*employmentv1.Need, 201)}, "needs"},
		"a money of all the world":   {&housingv1.AddHomeRequest{RentFen: 1 << 62}, "rent_fen"},
		"a negative money":           {&housingv1.AddHomeRequest{RentFen: -1}, "rent_fen"},
		"an id in capitals":          {&registryv1.GetWorkerRequest{Worker: strings.ToUpper(id)}, "worker"},
		"an id in braces":            {&registryv1.GetWorkerRequest{Worker: "{" + id + "}"}, "worker"},
		"what tests call a worker":   {&registryv1.GetWorkerRequest{Worker: "worker-1"}, "worker"},
		"a county":                   {&registryv1.RegisterWorkerRequest{County: "654301", Languages: []string{"zh-Hans", "kk-Arab"}, RegisteredOn: "2026年11月2日"}, ""},
		"a language that is none":    {&registryv1.RegisterWorkerRequest{Languages: []string{"zh-Hans", "Chinese"}}, "languages[1]"},
		"a date that is a telephone": {&registryv1.RegisterWorkerRequest{RegisteredOn: "13812345678"}, "registered_on"},
		"a notice":                   {&registryv1.RegisterWorkerRequest{NoticeVersion: "告知书2026-1"}, ""},
		"a channel":                  {&platformv1.GetParkedRequest{Channel: "registry-0", Seq: 3}, ""},
		"a channel with a wildcard":  {&platformv1.GetParkedRequest{Channel: "registry-0.>"}, "channel"},
	} {
		err := form.Check(c.m)
		var fault *form.Fault
		if got := ""; errors.As(err, &fault) {
			if got = fault.Field; got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		} else if c.want != "" {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestATableThatIsWrongIsRefused(t *testing.T) {
	for name, rows := range map[string]string{"twice": "a,id,\na,id,\n", "no form": "a,prose,\n", "no number": "a,text x,\n", "no length": "a,text,\n", "no most": "a,id,many\n"} {
		if _, err := form.Parse(strings.NewReader("field,form,most\n" + rows)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	id := "0190a5c4-7b7a-7c3e-9d2f-3a5b6c7d8e9f"
	m := &platformv1.ListFactsRequest{Worker: id, GrantId: id, CaseId: id, Kinds: []string{"job", "lease"}}
	for b.Loop() {
		if err := form.Check(m); err != nil {
			b.Fatal(err)
		}
	}
}
