package session

import (
	"context"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/rights"
)

// Method is what a method's contract and the table of rights say of who may call it: what
// its door holds everybody to.
type Method struct {
	service string // of the contract, e.g. qiao.housing.v1.HousingService
	name    string
	callers []string
	command bool
}

// common is the service of the methods that every department serves alike, each for its
// own officers.
const common = "platform"

// methods are all that this program knows, as they are called: housing.DecideEligibility.
var methods = sync.OnceValue(func() map[string]Method {
	all := map[string]Method{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		service, ours := strings.CutPrefix(string(f.Package()), "qiao.")
		service, first := strings.CutSuffix(service, ".v1")
		if !ours || !first {
			return true
		}
		for i := range f.Services().Len() {
			of := f.Services().Get(i)
			for j := range of.Methods().Len() {
				m := of.Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				one := Method{string(of.FullName()), string(m.Name()), rule.GetCallers(), rule.GetCommand()}
				if service == common {
					one.callers = []string{string(auth.Officer)}
				}
				all[service+"."+one.name] = one
			}
		}
		return true
	})
	return all
})

// MethodOf finds a method as it is called: housing.DecideEligibility.
func MethodOf(name string) (m Method, ok bool) {
	m, ok = methods()[name]
	return m, ok
}

// lets reports whether the method's door lets somebody in.
func (m Method) lets(who auth.Principal) bool {
	return who.Allows(m.callers) && rights.May(who.Role, m.service, m.name)
}

// Roles are those of a kind of people that may call the method, in the order in which the
// kinds of roles are listed.
func (m Method) Roles(kind auth.Kind) []string {
	return slices.DeleteFunc(slices.Clone(rights.Roles()[string(kind)]), func(role string) bool { return !rights.May(role, m.service, m.name) })
}

// Departments are those whose officers the contract names; none is any.
func (m Method) Departments() (all []string) {
	for _, c := range m.callers {
		if d, named := strings.CutPrefix(c, string(auth.Officer)+":"); named {
			all = append(all, d)
		}
	}
	return all
}

// May reports whether the method's door would let the session in: of an officer, with a
// right in the page's department, where the desk is at which the page is.
func (s Session) May(m Method) bool {
	switch {
	case s.in == nil:
		return false
	case s.who.Kind == auth.Officer:
		department := s.who.Department
		if s.anywhere {
			department = ""
		}
		return s.in.through(m, department, s.who.Division) != ""
	}
	who := auth.Principal{Kind: s.in.Kind, Department: s.in.Department, Role: s.in.Role}
	if s.who.Via == auth.ViaHelper {
		who.Role = "helper"
	}
	return m.lets(who)
}

// through is the department in which an officer has a right by which a method's door lets
// him in: in the one department and for the one division where they are given, else that
// of the widest right that does. "" is none.
func (k *Known) through(m Method, department, division string) (in string) {
	for _, h := range k.Held {
		if department != "" && h.Department != department || division != "" && (auth.Principal{Division: h.Division}).CoversDivision(division) != nil {
			continue
		}
		if m.lets(auth.Principal{Kind: auth.Officer, Department: h.Department, Role: h.Role}) && (in == "" || h.Department == k.Department) {
			in = h.Department
		}
	}
	return in
}

// anyDepartment marks calls of pages that are no department's own: each is made in the
// department in which the officer may make it.
type anyDepartment struct{}

// placed is a call of such a page in the department in which it may be made. Where there
// is none, identity says why not.
func (k *Known) placed(ctx context.Context, service, method string) context.Context {
	who, is := ctx.Value(anyDepartment{}).(auth.Principal)
	m, known := MethodOf(service + "." + method)
	if !is || !known {
		return ctx
	}
	if in := k.through(m, "", ""); in != "" {
		who.Department = in
		return rpc.As(ctx, who)
	}
	return ctx
}
