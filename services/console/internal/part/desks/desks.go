// Package desks says whose officers each department is called by, as its contract names
// them, so that a page of all departments lists none itself.
package desks

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Desk is a service, and whose officers are its own.
type Desk struct{ Service, Officers string }

// Of lists the services that officers call, in the order that they are given in.
func Of(services []string) (all []Desk) {
	for _, name := range services {
		if of := Officers(name); of != "" {
			all = append(all, Desk{name, of})
		}
	}
	return all
}

// Officers finds whose officers call most methods of a service: they are its own, and
// others ask it now and then.
func Officers(service string) (own string) {
	called := callers(service)
	delete(called, "")
	for _, d := range slices.Sorted(maps.Keys(called)) {
		if called[d] > called[own] {
			own = d
		}
	}
	return own
}

// Everybodys reports whether most methods that officers call of a service are any
// officer's: something of it may wait for those of each department.
func Everybodys(service string) bool {
	called := callers(service)
	return called[""] > called[Officers(service)]
}

// callers counts the methods of a service that officers of each department call, and
// under "" those that any officer does.
func callers(service string) map[string]int {
	called := map[string]int{}
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+service+".v1"), func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				rule, _ := proto.GetExtension(methods.Get(j).Options(), platformv1.E_Method).(*platformv1.MethodRule)
				for _, c := range rule.GetCallers() {
					if kind, d, _ := strings.Cut(c, ":"); kind == "officer" {
						called[d]++
					}
				}
			}
		}
		return true
	})
	return called
}
