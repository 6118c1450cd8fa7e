package work

import (
	"net/url"
	"testing"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // whose officers each department is called by
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

func TestWhatTheSectionSays(t *testing.T) {
	matters := []string{"collision", "held_"}
	for name := range paths {
		matters = append(matters, name)
	}
	exports := []string{"asked", "refused", "expired", "ready", "running", "done", "cancelled", "broken"}
	frametest.Section(t, New(nil, []string{"housing"}), map[string][]string{
		"work.export.": {fileCSV, fileXLSX}, "work.export.state.": exports, "work.export.says.": exports,
		"work.names.for.": reasons, "work.names.why.": refusals,
		"work.matter.": matters, "work.state.": states(), "work.by.": rules(), "work.kind.": {"worker", "child", "employer", "household", "none"}, "work.who.": {"me", "another"},
	})
}

// The page asks each department as its own officers, as its contract names them, and
// whose officers none is have no such page.
func TestWhoseOfficersADepartmentIsCalledBy(t *testing.T) {
	for service, want := range map[string]string{"registry": "hrss", "education": "edu", "housing": "hou", "employment": "hrss", "insurance": "hrss", "training": "hrss", "nothing": ""} {
		if got := desks.Officers(service); got != want {
			t.Errorf("%s is called by officers of %q", service, got)
		}
		if desks.Everybodys(service) {
			t.Errorf("%s is asked as officers of every department", service)
		}
	}
	if !desks.Everybodys("identity") {
		t.Error("what waits at identity is asked of one department alone")
	}
}

// What a service answered officers of two departments of is one answer.
func TestOneAnswerOfAService(t *testing.T) {
	line := func(id string) []row { return []row{{WorkItem: &platformv1.WorkItem{Id: id}}} }
	count := []*platformv1.WorkCount{{Matter: "export", Count: 1}}
	all := together([]asked{{Service: "housing", rows: line("a")}, {Service: "identity", rows: line("b"), counts: count}, {Service: "identity", rows: line("c"), counts: count, more: true}, {Service: "identity", Err: frame.ErrInput}})
	if len(all) != 2 || len(all[1].rows) != 2 || len(all[1].counts) != 2 || !all[1].more || all[1].Err == nil || all[0].Err != nil {
		t.Errorf("%+v", all)
	}
}

// What is a person's number is known in each way of writing it, and no case number is
// taken for one.
func TestWhatIsAPersonsNumber(t *testing.T) {
	for _, number := range []string{"13900000000", "139-0000-0000", "+8613900000000", "8613900000000", "65430119900101002X", "65430119900101002x", "654301900101002"} {
		if !persons.MatchString(number) {
			t.Errorf("%s is searched for", number)
		}
	}
	for _, number := range []string{"0A1B2C3D4E5F", "0198c0de-0000-7000-8000-00000000000a", "1234", "00000000000a"} {
		if persons.MatchString(number) || !tail.MatchString(number) {
			t.Errorf("%s is no case number", number)
		}
	}
}

func query(t *testing.T, at string) url.Values {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// An address says all of a filter, and a filter is read from it again.
func TestAFilterAndItsAddress(t *testing.T) {
	all := []filter{{}, {Service: "housing"}, {Service: "housing", Matter: "application", County: "654301", State: "submitted", Number: "abcd", Who: "me", Overdue: true, After: "2026-11-30 id application"}}
	for _, f := range all {
		if got := filterOf(query(t, f.At())); got != f {
			t.Errorf("%+v became %+v by %s", f, got, f.At())
		}
	}
}

// What is new is what a matter has more of; what was done meanwhile hides nothing, and an
// address keeps what was seen.
func TestHowMuchIsNew(t *testing.T) {
	counts := func(service string, matters ...any) asked {
		a := asked{Service: service}
		for i := 0; i < len(matters); i += 3 {
			a.counts = append(a.counts, &platformv1.WorkCount{Matter: matters[i].(string), County: matters[i+1].(string), Count: int64(matters[i+2].(int))})
		}
		return a
	}
	before := []asked{counts("registry", "contact", "", 0, "contact", "654301", 3, "death", "654322", 2), counts("housing", "application", "654301", 9)}
	now := []asked{counts("registry", "contact", "654301", 1, "contact", "654322", 1, "death", "654322", 4), counts("housing", "application", "654301", 10)}
	for _, c := range []struct {
		f    filter
		want int64
	}{{filter{}, 4}, {filter{Service: "registry"}, 3}, {filter{Service: "registry", Matter: "contact"}, 1}, {filter{County: "654301"}, 1}, {filter{Service: "education"}, 0}} {
		seen := countedIn(query(t, c.f.live(countedOf(c.f, before))).Get("seen"))
		if got := countedOf(c.f, now).since(seen); got != c.want {
			t.Errorf("%+v: %d new, want %d", c.f, got, c.want)
		}
		if got := countedOf(c.f, before).since(seen); got != 0 {
			t.Errorf("%+v: %d new where nothing came", c.f, got)
		}
	}
}
