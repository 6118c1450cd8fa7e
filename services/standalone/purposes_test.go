package standalone_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/evidence"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// ofAPerson finds the first field of a message, however deep, that tells of a person.
func (c catalogue) ofAPerson(m protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) string {
	if seen[m.FullName()] {
		return ""
	}
	seen[m.FullName()] = true
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if e, _ := c.field(f); e.class == "personal" || e.class == "person" {
			return string(f.FullName())
		}
		if f.Message() != nil {
			if found := c.ofAPerson(f.Message(), seen); found != "" {
				return found
			}
		}
	}
	return ""
}

// callerAs is a principal that a method's callers or a purpose's name.
func callerAs(caller string) auth.Principal {
	kind, which, _ := strings.Cut(caller, ":")
	return auth.Principal{Kind: auth.Kind(kind), Subject: which, Department: which}
}

// publicList is what everybody may read: which application a line is is told to officers alone.
const publicList = "qiao.housing.v1.GetPublicListResponse"

// TestEveryMethodOfAPersonSaysForWhat: a method whose request or answer tells of a
// person, by the catalogue's class of a field, states purposes; they are in the
// platform's list, each caller may state one of them, and each of them is some caller's.
func TestEveryMethodOfAPersonSaysForWhat(t *testing.T) {
	known, purposes, methods := catalogued(t), map[string]auth.Purpose{}, 0
	for _, p := range auth.Purposes() {
		if _, twice := purposes[p.Name]; twice || len(p.By) == 0 {
			t.Errorf("the purpose %s stands twice in the list, or is nobody's", p.Name)
		}
		purposes[p.Name] = p
	}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				m := f.Services().Get(i).Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				field := known.ofAPerson(m.Input(), map[protoreflect.FullName]bool{})
				if field == "" {
					field = known.ofAPerson(m.Output(), map[protoreflect.FullName]bool{})
				}
				if m.Output().FullName() == publicList || len(rule.GetCallers()) == 0 { // closed; who serves facts opens them by their table (evidence.Methods)
					continue
				}
				if field != "" {
					methods++
				}
				if field != "" && len(rule.GetPurposes()) == 0 {
					t.Errorf("%s states no purpose, and %s tells of a person", m.FullName(), field)
				}
				if len(rule.GetPurposes()) == 0 {
					continue
				}
				used := map[string]bool{}
				for _, c := range rule.GetCallers() {
					may := false
					for _, p := range rule.GetPurposes() {
						if callerAs(c).MayState(p) || slices.ContainsFunc(purposes[p].By, func(by string) bool { return callerAs(by).Allows([]string{c}) }) {
							may, used[p] = true, true
						}
					}
					if !may {
						t.Errorf("%s may be called by %s, and for none of %v", m.FullName(), c, rule.GetPurposes())
					}
				}
				for _, p := range rule.GetPurposes() {
					if !used[p] {
						t.Errorf("%s states the purpose %s, which is not in the list, or no caller's", m.FullName(), p)
					}
				}
			}
		}
		return true
	})
	if methods < 100 {
		t.Errorf("only %d methods tell of a person", methods)
	}
	for _, k := range evidence.Kinds() {
		for holder, purpose := range k.Holders {
			if !callerAs("service:" + holder).MayState(purpose) {
				t.Errorf("%s may hold the fact %s for %s, and may not state that", holder, k.Name, purpose)
			}
		}
	}
}
