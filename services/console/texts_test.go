package console

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"

	_ "github.com/qiao-platform/qiao/proto/services/contracts" // whose events must have words
)

// noon is when these tests count days from.
var noon = clock.NewManual(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))

func load(t *testing.T) *words.Catalogue {
	t.Helper()
	look, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return look.Texts
}

// events walks every event message of the contracts.
func events(t *testing.T, visit func(rule *platformv1.EventRule, d protoreflect.MessageDescriptor)) {
	t.Helper()
	n := 0
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "qiao.") {
			return true
		}
		for i := range f.Messages().Len() {
			d := f.Messages().Get(i)
			o, _ := d.Options().(*descriptorpb.MessageOptions)
			if r, _ := proto.GetExtension(o, platformv1.E_Event).(*platformv1.EventRule); r.GetType() != "" {
				visit(r, d)
				n++
			}
		}
		return true
	})
	if n < 50 {
		t.Fatalf("only %d events were found; a contract is not linked in", n)
	}
}

func TestEveryEventHasWordsInEveryLanguage(t *testing.T) {
	c := load(t)
	for _, l := range lang.Whole() {
		p := c.Printer(l, noon)
		events(t, func(r *platformv1.EventRule, d protoreflect.MessageDescriptor) {
			if r.GetAudience() != platformv1.Audience_AUDIENCE_SHARED && !p.Has("event."+r.GetType()) && !p.Has("kind."+r.GetType()) {
				return // a department's own history reaches no page
			}
			for _, id := range []string{"event." + r.GetType(), "kind." + r.GetType()} {
				if !p.Has(id) {
					t.Errorf("%s: no text %q", l, id)
				}
			}
			for i := range d.Fields().Len() {
				if id := "fact." + string(d.Fields().Get(i).Name()); !p.Has(id) {
					t.Errorf("%s: %s has no text %q", l, r.GetType(), id)
				}
			}
		})
	}
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	c := load(t)
	for _, a := range lang.Whole() {
		for _, b := range lang.Whole() {
			for id := range c.IDs(a) {
				if !c.IDs(b)[id] {
					t.Errorf("%q is in %s and not in %s", id, a, b)
				}
			}
		}
	}
}

func TestRecordReadOfAnyService(t *testing.T) {
	c := load(t)
	if got := c.Printer(lang.English, noon).Kind("housing.record.read.v1"); got != "Record read" {
		t.Error(got)
	}
	if got := c.Printer(lang.English, noon).Kind("new.thing.happened.v1"); got != "new.thing.happened.v1" {
		t.Error(got)
	}
}

func TestValues(t *testing.T) {
	c := load(t)
	zh, en := c.Printer(lang.Chinese, noon), c.Printer(lang.English, noon)
	for _, x := range []struct{ got, want string }{
		{zh.Money(123_450), "1,234.50元"},
		{en.Money(-5), "-0.05 yuan"},
		{zh.Number(-1_234_567), "-1,234,567"},
		{zh.Date("2026-11-23"), "2026年11月23日"},
		{en.Date("2026-11-23"), "23 November 2026"},
		{zh.Date("2026-11"), "2026年11月"},
		{zh.Date("soon"), "soon"},
		{zh.Deadline("2026-11-23"), "2026年11月23日（星期一）"},
		{en.Deadline("2026-11-23"), "Monday, 23 November 2026"},
		{zh.DaysLeft("2026-11-26"), "还有 3 天"},
		{en.DaysLeft("2026-11-24"), "1 day left"},
		{en.DaysLeft("2026-11-23"), "today"},
		{en.DaysLeft("2026-11-21"), "2 days overdue"},
		{zh.DaysLeft(""), ""},
		{zh.LastDay(time.Date(2026, 12, 3, 16, 0, 0, 0, time.UTC).UnixMicro()), "2026年12月3日（星期四）"},
		{zh.LastDay(0), ""},
		{zh.Minute(time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC).UnixMicro()), "2026年11月23日 07:30"},
		{zh.Day(0), ""},
		{zh.County("654301"), "阿勒泰市"},
		{en.County("000000"), ""},
		{zh.Occupation("6-29"), "建筑施工人员"},
		{zh.Codes("pension,medical"), "养老、医疗"},
		{en.Codes("2026-11-23,brand_new"), "23 November 2026, brand_new"},
		{en.Code("brand_new"), "brand new"},
		{zh.Papers([]string{"employment proof", "social_insurance_record", "a new paper"}), "工作证明、社保缴费证明、a new paper"},
		{zh.Message("employment.offer.made"), zh.Event("employment.offer.made.v1")},
		{zh.T("no.such.text"), "no.such.text"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
	if f := zh.Fact("wage_fen", "620000"); f.Value != "6,200.00元" || f.Label != "月薪" || f.ID {
		t.Error(f)
	}
	if f := zh.Fact("offer_id", "x"); !f.ID {
		t.Error(f)
	}
	if f := en.Fact("brand_new", "v"); f.Label != "brand new" || f.Value != "v" {
		t.Error(f)
	}
}

// The texts name every division of the table, in Chinese and English as the table does.
func TestDivisionsAreNamedInEveryLanguage(t *testing.T) {
	c := load(t)
	tables, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(tables.Counties(), tables.Prefecture()) {
		id := "division." + d.Code
		if c.Raw(lang.Chinese, id) != d.NameZH || c.Raw(lang.English, id) != d.NameEN {
			t.Errorf("%s is %q and %q, in the table %q and %q", id, c.Raw(lang.Chinese, id), c.Raw(lang.English, id), d.NameZH, d.NameEN)
		}
		for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
			if got := c.Printer(l, noon).County(d.Code); got == "" || got != c.Raw(l, id) {
				t.Errorf("%s names %s %q", l, d.Code, got)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	zh := load(t).Printer(lang.Chinese, noon)
	if got := zh.Error(errs.New(errs.Unavailable, "rpc.unavailable", "Away.").With("service", "housing")); got != "住房部门暂时没有回答。" {
		t.Error(got)
	}
	if got := zh.Error(errs.New(errs.Unavailable, "rpc.unavailable", "Away.")); got != "有个部门暂时没有回答。" {
		t.Error(got)
	}
	until := strconv.FormatInt(time.Date(2026, 11, 23, 4, 10, 20, 0, time.UTC).UnixMicro(), 10)
	if got := zh.Error(errs.New(errs.Overloaded, "identity.wait", "Wait.").With("until", until)); !strings.Contains(got, "2026年11月23日 12:11 以后") {
		t.Error(got)
	}
	if got := zh.Error(errs.New(errs.Conflict, "some.new.code", "Its own sentence.")); got != "Its own sentence." {
		t.Error(got)
	}
}

func TestALanguageIsFoundByItsTag(t *testing.T) {
	if l, ok := lang.Of(lang.All(), "en"); !ok || l != lang.English {
		t.Error(l, ok)
	}
	if l, ok := lang.Of(lang.All(), "de"); ok || l != lang.Chinese {
		t.Error(l, ok)
	}
}
