package wayout

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	var kinds []string
	for _, r := range ownReads() {
		if field, _ := keeps(r.reply.Descriptor()); field != nil {
			kinds = append(kinds, kept{Service: r.service, Message: string(field.Message().Name())}.Text()[len("wayout.kept."):])
		}
	}
	frametest.Section(t, New(nil, clock.System()), map[string][]string{"wayout.kept.": kinds})
}

// left are the reads of the own record that are not taken along, with the reason. Each other
// one is: a department adds none to a list.
var left = map[string]string{
	"platform.ListLife":         "how the things stand that the other reads give whole; it is the first page",
	"employment.ProveFairEntry": "a proof of what GetFairApplication says; it is had on the page of the fair",
}

// All that a worker may read for the own record is in the file, or left out with its reason.
func TestEverythingIsTakenAlong(t *testing.T) {
	taken := map[string]bool{}
	for _, r := range ownReads() {
		taken[r.service+"."+r.method] = true
	}
	n := 0
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				m := f.Services().Get(i).Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				if rule.GetCommand() || !slices.Contains(rule.GetCallers(), "worker") || !slices.Contains(rule.GetPurposes(), "own_record") {
					continue
				}
				n++
				name := string(f.Package()[len("qiao."):len(f.Package())-len(".v1")]) + "." + string(m.Name())
				if why := left[name]; taken[name] == (why != "") {
					t.Errorf("%s: taken along %v, left out since %q", name, taken[name], why)
				}
			}
		}
		return true
	})
	if n < 25 {
		t.Errorf("only %d reads were found; the test looks for the wrong thing", n)
	}
}

// Lists come before what their ids lead to, and each thing that is kept names a rule of the
// tables.
func TestWhatIsKeptNamesItsLaw(t *testing.T) {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	things, single := 0, false
	for _, r := range ownReads() {
		if single && r.id == nil {
			t.Errorf("%s is read after what its ids lead to", r.method)
		}
		single = single || r.id != nil
		field, id := keeps(r.reply.Descriptor())
		if field == nil {
			continue
		}
		things++
		if one, err := book.Rule(id, clock.NewDate(2026, 11, 30), ""); err != nil || one.Source == "" {
			t.Errorf("%s: %s: %v", r.method, id, err)
		}
	}
	if things != 6 {
		t.Errorf("%d kinds of things are kept; hires, covers, leases, courses, consents and looks are", things)
	}
}
