package rights_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/rights"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
)

// each goes over every method of every contract.
func each(f func(name string, rule *platformv1.MethodRule)) {
	protoregistry.GlobalFiles.RangeFiles(func(d protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(d.Package()), "qiao.") {
			return true
		}
		for i := range d.Services().Len() {
			s := d.Services().Get(i)
			for j := range s.Methods().Len() {
				m := s.Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				f(rights.Name(string(s.FullName()), string(m.Name())), rule)
			}
		}
		return true
	})
}

// kinds are the kinds of people that may call a method. One that every department answers
// and that names nobody is called by the department's own officers.
func kinds(rule *platformv1.MethodRule) (all []string) {
	if len(rule.GetCallers()) == 0 && len(rule.GetPurposes()) > 0 {
		return []string{"officer"}
	}
	for _, c := range rule.GetCallers() {
		kind, _, _ := strings.Cut(c, ":")
		if rights.Roles()[kind] != nil && !slices.Contains(all, kind) {
			all = append(all, kind)
		}
	}
	return all
}

// sheets are the methods that sheets need, and how an import learns that what it
// brought was taken in.
var sheets = []string{
	"registry.RegistryService.RegisterWorker", "registry.RegistryService.RegisterChild", "registry.RegistryService.FindWorker",
	"employment.EmploymentService.RegisterEmployer", "employment.EmploymentService.PublishVacancy", "employment.EmploymentService.SetProfile",
	"training.TrainingService.PublishCourse", "education.EducationService.AddSchool", "education.EducationService.ApplyForPlace",
	"housing.HousingService.AddHome", "platform.OpsService.GetStatus",
}

// Each method that people may call has its row, each row its method; a role stands in
// a row only where its kind may call, and of each kind that may, some role does. Who
// only looks changes nothing, and who was not seen reads nothing that others wrote.
func TestEachMethodHasItsRow(t *testing.T) {
	all, err := rights.All()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	each(func(name string, rule *platformv1.MethodRule) {
		may, ok := all[name]
		seen[name] = true
		by := kinds(rule)
		if ok != (len(by) > 0) {
			t.Errorf("%s may be called by %v, and has a row: %v", name, by, ok)
			return
		}
		held := map[string]bool{}
		for _, role := range may {
			fits := false
			for kind, roles := range rights.Roles() {
				if slices.Contains(roles, role) {
					fits = slices.Contains(by, kind)
					held[kind] = held[kind] || fits
				}
			}
			if !fits {
				t.Errorf("%s: the role %s is of nobody who may call it", name, role)
			}
		}
		for _, kind := range by {
			if !held[kind] {
				t.Errorf("%s: no %s may call it, though the contract says so", name, kind)
			}
		}
		if rule.GetCommand() && slices.Contains(may, "viewer") && !strings.HasPrefix(name, "identity.") {
			t.Errorf("%s changes something, and a viewer may call it", name)
		}
		for _, secret := range []string{"PrintCode", "OpenEmployer", "ApproveDevice"} { // no commands, since what they answer is kept nowhere
			if strings.HasSuffix(name, "."+secret) && slices.Contains(may, "viewer") {
				t.Errorf("%s gives something out, and a viewer may call it", name)
			}
		}
		if slices.Contains(may, "import") != slices.Contains(sheets, name) {
			t.Errorf("%s: that a program with an officer's sheets may call it: %v", name, slices.Contains(may, "import"))
		}
		waits := name == "registry.UnseenService.GetOwnUnseen" // whoever was seen waits for no counter
		if !waits && !slices.Contains(may, "worker") && (slices.Contains(may, "helper") || slices.Contains(may, "unseen")) {
			t.Errorf("%s: less than a worker may do it, and a worker may not", name)
		}
	})
	for name := range all {
		if !seen[name] {
			t.Errorf("%s is no method", name)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d methods were found", len(seen))
	}
}

func TestATableThatSaysTooMuch(t *testing.T) {
	for what, table := range map[string]string{"two rows": "m,r\na.B.C,clerk\na.B.C,viewer\n", "no role": "m,r\na.B.C,king\n", "no table": ""} {
		if _, err := rights.Parse(bytes.NewReader([]byte(table))); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	if rights.May("clerk", "qiao.nobody.v1.NobodyService", "X") || rights.May("", "qiao.identity.v1.SessionsService", "ListSessions") {
		t.Error("what has no row is somebody's")
	}
}
