package registry

import (
	"net/http"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// estate is the purpose of ending what somebody who died held.
var estate = frame.Purpose{Code: "estate", LegalBasis: "PIPL 13(3)"}

// holders are the services that a department's officers look into: all but the
// registry, which holds nothing of the kind.
func holders() []string { return services.Names()[1:] }

// departmentOf is the department whose officers a service's contract names first, so
// that a service that comes later needs no line here.
func departmentOf(service string) (department string) {
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+service+".v1"), func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				rule, _ := proto.GetExtension(methods.Get(j).Options(), platformv1.E_Method).(*platformv1.MethodRule)
				for _, c := range rule.GetCallers() {
					if of, named := strings.CutPrefix(c, "officer:"); named && of != "ops" {
						department = of
						return false
					}
				}
			}
		}
		return true
	})
	return department
}

// held lists what the dead of the desk's counties hold with a department.
func (s *pages) held(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	return s.showHeld(v, http.StatusOK, d, nil)
}

func (s *pages) showHeld(v *frame.Visit, status int, d frame.Desk, refused error) error {
	service := v.Path("service")
	if !slices.Contains(holders(), service) {
		return frame.ErrNoPage
	}
	reply, err := platformv1.EstateClient{Caller: s.caller, Target: service}.ListHeld(v.AtOf(departmentOf(service), d, estate), &platformv1.ListHeldRequest{})
	if errs.CodeOf(err) == "rpc.method_unknown" { // a department in which nothing of the kind is
		err = nil
	}
	return v.Render(status, "held", frame.Page{Title: "death.held", Nav: "workers", Body: struct {
		Desk     deskBody
		Service  string
		Services []string
		Err      error
		Refused  error
		Things   []*platformv1.HeldThing
	}{bodyOf(v, d), service, holders(), err, refused, reply.GetThings()}})
}

// giveUp ends one thing, on the word of the family.
func (s *pages) giveUp(v *frame.Visit) error {
	d, ok := v.Desk(deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOf(v, d))
	}
	service := v.Path("service")
	if !slices.Contains(holders(), service) {
		return frame.ErrNoPage
	}
	err := v.Sure()
	if err == nil {
		_, err = platformv1.EstateClient{Caller: s.caller, Target: service}.GiveUp(v.AtOf(departmentOf(service), d, estate), &platformv1.GiveUpRequest{Kind: v.Form("kind"), Id: v.Form("id")})
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.NotFound:
		return s.showHeld(v, http.StatusUnprocessableEntity, d, err)
	}
	return v.Done(err, "/deaths/held/"+v.Part("service"))
}
