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

// held lists what the dead of the desk's counties hold with a department, whose own
// officers see and end it.
func (s *pages) held(v *frame.Visit) error {
	return s.ofHolder(v, func(service string, d frame.Desk) error {
		return s.showHeld(v, http.StatusOK, service, d, nil)
	})
}

// ofHolder does something with the service that the address names, else with the first
// of the officer's own, at a desk of the department of that service.
func (s *pages) ofHolder(v *frame.Visit, do func(service string, d frame.Desk) error) error {
	service := v.Path("service")
	if own := ownHolders(v); service == "" && len(own) > 0 {
		service = own[0]
	}
	if service != "" && !slices.Contains(holders(), service) {
		return frame.ErrNoPage
	}
	d, ok := v.DeskOf(departmentOf(service), deskDivisions(v.P))
	if !ok {
		return s.sign(v, http.StatusOK, bodyOfHolder(v, d, service))
	}
	return do(service, d)
}

// ownHolders are the services in whose department the officer has a right.
func ownHolders(v *frame.Visit) []string {
	return slices.DeleteFunc(slices.Clone(holders()), func(service string) bool { return !v.WorksIn(departmentOf(service)) })
}

// heldPath is where what the dead hold with a service stands; without one, with the first
// of the officer's own.
const heldPath = "/deaths/held"

// bodyOfHolder is the desk of a service's department.
func bodyOfHolder(v *frame.Visit, d frame.Desk, service string) deskBody {
	return deskBody{Desk: d, Divisions: v.DivisionsOf(departmentOf(service), deskDivisions(v.P)), To: heldPath + "/" + service}
}

// deskDepartment is the department at whose desk a page is for who uses it: what is about
// children, an officer of education works on as well.
func deskDepartment(v *frame.Visit, path string) string {
	if strings.HasPrefix(path, guardiansPath) && !v.WorksIn("hrss") {
		return "edu"
	}
	if service, is := strings.CutPrefix(path, heldPath+"/"); is && slices.Contains(holders(), service) {
		return departmentOf(service)
	}
	return "hrss"
}

func (s *pages) showHeld(v *frame.Visit, status int, service string, d frame.Desk, refused error) error {
	reply, err := platformv1.EstateClient{Caller: s.caller, Target: service}.ListHeld(v.AtOf(departmentOf(service), d, estate), &platformv1.ListHeldRequest{After: v.Query("after")})
	if errs.CodeOf(err) == "rpc.method_unknown" { // a department in which nothing of the kind is
		err = nil
	}
	registry, nav := v.WorksIn("hrss"), "held"
	if registry {
		nav = "workers"
	}
	return v.Render(status, "held", frame.Page{Title: "death.held", Nav: nav, Body: struct {
		Desk     deskBody
		Registry bool // the officer sees the cases of deaths too
		Service  string
		Services []string
		Err      error
		Refused  error
		Things   []*platformv1.HeldThing
		Next     string
	}{bodyOfHolder(v, d, service), registry, service, ownHolders(v), err, refused, reply.GetThings(), reply.GetNext()}})
}

// giveUp ends one thing, on the word of the family.
func (s *pages) giveUp(v *frame.Visit) error {
	return s.ofHolder(v, func(service string, d frame.Desk) error { return s.giveUpAt(v, service, d) })
}

func (s *pages) giveUpAt(v *frame.Visit, service string, d frame.Desk) error {
	err := v.Sure()
	if err == nil {
		_, err = platformv1.EstateClient{Caller: s.caller, Target: service}.GiveUp(v.AtOf(departmentOf(service), d, estate), &platformv1.GiveUpRequest{Kind: v.Form("kind"), Id: v.Form("id")})
	}
	if inPlace(err) {
		return s.showHeld(v, http.StatusUnprocessableEntity, service, d, err)
	}
	return v.Done(err, heldPath+"/"+service)
}
