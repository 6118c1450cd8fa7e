package registry_test

import (
	"context"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// What an officer is told that he may decide is what the deciding method lets him: by his
// role, and where he has it.
func TestWhoIsToldThatHeMayDecideMay(t *testing.T) {
	d := startDeaths(t)
	m := &family{fixture: d.fixture, t: t, guardians: registryv1.GuardiansClient{Caller: d.Client(), Target: "registry"}, mother: d.register(t, 1), father: d.register(t, 2)}
	m.child = m.kid(m.mother, "2020-08-08")
	ill := d.register(t, 3)
	if _, err := d.client.ProposeContact(d.clerk("a-1", home), &registryv1.ProposeContactRequest{Worker: m.mother, County: away, Phone: "15000018191", ReasonCode: "moved", Paper: "phone_contract"}); err != nil {
		t.Fatal(err)
	}
	d.fixture.propose(t, m.father, number(adult, 9))
	d.propose(ill)
	if _, err := m.guardians.OpenGuardianCase(d.desk("a-1", home), &registryv1.OpenGuardianCaseRequest{
		CaseKind: "hide", ChildId: m.child, GuardianId: m.added(m.father), Hidden: []string{"address"}, ValidTo: "2027-06-30", ReasonCode: "protection_order", Paper: "protection_order",
	}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	type reads map[string]func(ctx context.Context) (decidable []bool, err error)
	kinds := reads{
		"contact": func(ctx context.Context) (all []bool, err error) {
			got, err := d.client.ListContactCases(ctx, &registryv1.ListContactCasesRequest{})
			for _, c := range got.GetCases() {
				all = append(all, c.GetDecidable())
			}
			return all, err
		},
		"document": func(ctx context.Context) (all []bool, err error) {
			got, err := d.documents().ListDocumentCases(ctx, &registryv1.ListDocumentCasesRequest{})
			for _, c := range got.GetCases() {
				all = append(all, c.GetDecidable())
			}
			return all, err
		},
		"death": func(ctx context.Context) (all []bool, err error) {
			got, err := d.ListDeathCases(ctx, &registryv1.ListDeathCasesRequest{})
			for _, c := range got.GetCases() {
				all = append(all, c.GetDecidable())
			}
			return all, err
		},
		"guardian": func(ctx context.Context) (all []bool, err error) {
			got, err := m.guardians.ListGuardianMatters(ctx, &registryv1.ListGuardianMattersRequest{})
			for _, c := range got.GetCases() {
				all = append(all, c.GetDecidable())
			}
			return all, err
		},
	}
	for who, c := range map[string]struct {
		p    auth.Principal
		want bool
	}{
		"a reviewer":                         {auth.Principal{Subject: "a-2", Role: "reviewer", Division: home}, true},
		"a reviewer of the prefecture":       {auth.Principal{Subject: "a-2", Role: "reviewer", Division: prefecture}, true},
		"a clerk":                            {auth.Principal{Subject: "a-2", Role: "clerk", Division: home}, false},
		"a viewer":                           {auth.Principal{Subject: "a-2", Role: "viewer", Division: home}, false},
		"a clerk here and reviewer there":    {auth.Principal{Subject: "a-2", Role: "clerk", Division: home, Further: "reviewer:" + away}, false},
		"a viewer of all and reviewer here":  {auth.Principal{Subject: "a-2", Role: "viewer", Division: prefecture, Further: "reviewer:" + home}, true},
		"a reviewer who opened it":           {auth.Principal{Subject: "a-1", Role: "reviewer", Division: home}, false},
		"an officer without a role, as here": {auth.Principal{Subject: "a-2", Division: home}, true},
	} {
		for kind, read := range kinds {
			p := c.p
			if p.Kind, p.Department, p.Purpose = auth.Officer, "hrss", "person_case"; kind == "contact" {
				p.Purpose = "contact_case"
			}
			if got, err := read(d.As(p)); err != nil || !slices.Equal(got, []bool{c.want}) {
				t.Errorf("%s, a case of a %s: %v, %v", who, kind, got, err)
			}
		}
	}
}
