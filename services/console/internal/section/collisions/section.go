// Package collisions is where a department's officers find two things of one kind that
// a join found to be one person's, and say which way it went with them.
package collisions

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

//go:embed templates locales
var files embed.FS

// handling is what an officer looks at his department's cases for.
var handling = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 8, 46"}

// assigned is what a parting could not give to whom it was assigned, in whichever
// department.
const assigned = "assigned"

type pages struct {
	caller      contract.Caller
	departments []department
}

// department is a service, and whose officers are its own.
type department struct{ Service, Officers string }

// New returns the section. services are those that are shown, in this order.
func New(c contract.Caller, services []string) frame.Section {
	s := &pages{caller: c}
	for _, name := range services {
		if of := desks.Officers(name); of != "" && name != "registry" { // the registry joins; it has no such things itself
			s.departments = append(s.departments, department{name, of})
		}
	}
	return frame.Section{
		Name: "collisions", Files: files,
		Menu: []frame.Link{ // the officers of the registry come from its page of persons
			{Name: "collisions", Path: "/collisions", Text: "nav.collisions", For: "edu", Last: true}, {Name: "collisions", Path: "/collisions", Text: "nav.collisions", For: "hou", Last: true},
		},
		Tones: frame.Tones{Due: []string{"open"}, Good: []string{"settled"}},
		Pages: map[string]frame.Handler{
			"GET /collisions":                 s.list,
			"POST /collisions/{service}/{id}": s.settle,
		},
	}
}

func (s *pages) persons(service string) platformv1.PersonsClient {
	return platformv1.PersonsClient{Caller: s.caller, Target: service}
}

// pairs is what one department has.
type pairs struct {
	Service    string
	Department string // whose officers settle them
	Err        error
	All        []pair
}

// pair is two things, and the text id of what they are called.
type pair struct {
	*platformv1.Collision
	Called string
}

// Path is where the department's pages show a thing of a kind by its id; "" where
// they show it by its person alone.
func (p pairs) Path(kind string) string {
	return map[string]string{"housing.application": "/housing/cases/", "housing.lease": "/housing/leases/"}[p.Service+"."+kind]
}

// reasons is what the form offers; the contract names the same.
func reasons() []string { return []string{"one_ended", "both_stand", "not_one"} }

func (s *pages) list(v *frame.Visit) error {
	b := struct {
		Departments []pairs
		Reasons     []string
		All         bool
		Registry    bool // the officer sees the page of persons too
		Total       int
	}{Reasons: reasons(), All: v.Query("all") != "", Registry: v.WorksIn("hrss")}
	nav := "collisions"
	if b.Registry {
		nav = "workers"
	}
	departments := slices.DeleteFunc(slices.Clone(s.departments), func(d department) bool { return !v.WorksIn(d.Officers) })
	b.Departments = make([]pairs, len(departments))
	asks := make([]context.Context, len(departments))
	for i, d := range departments {
		asks[i] = v.AsOf(d.Officers, handling)
	}
	var wg sync.WaitGroup
	for i, d := range departments {
		wg.Go(func() {
			reply, err := s.persons(d.Service).ListCollisions(asks[i], &platformv1.ListCollisionsRequest{All: b.All})
			b.Departments[i] = pairs{Service: d.Service, Department: d.Officers, Err: err}
			for _, c := range reply.GetCollisions() {
				called := "collision.kind." + d.Service + "." + c.GetKind()
				if c.GetKind() == assigned {
					called = "collision.kind." + assigned
				}
				b.Departments[i].All = append(b.Departments[i].All, pair{c, called})
			}
		})
	}
	wg.Wait()
	for _, d := range b.Departments {
		b.Total += len(d.All)
		if d.Err != nil {
			b.Total++
		}
	}
	return v.Render(http.StatusOK, "collisions", frame.Page{Title: "collision.title", Nav: nav, Body: b})
}

func (s *pages) settle(v *frame.Visit) error {
	for _, d := range s.departments {
		if d.Service != v.Path("service") {
			continue
		}
		_, err := s.persons(d.Service).SettleCollision(v.AsOf(d.Officers, handling), &platformv1.SettleCollisionRequest{Id: v.Path("id"), ReasonCode: v.Form("reason")})
		return v.Done(err, "/collisions")
	}
	return frame.ErrNoPage
}
