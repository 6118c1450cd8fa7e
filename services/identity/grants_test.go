package identity_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/run"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/rights"
	"github.com/qiao-platform/qiao/services/identity"
)

func right(role, department, covered string) *identityv1.RoleGrant {
	return &identityv1.RoleGrant{Role: role, Department: department, Covered: covered}
}

// Each right that two administrators approved works where it is held, beside the others
// of the same department; what the officer chose at the desk alone is proved.
func TestEachOfSeveralRightsWorks(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", right("viewer", "hrss", "654300"), right("clerk", "hrss", "654301"), right("reviewer", "hrss", "654322"), right("viewer", "hrss", "654321"), right("clerk", "edu", "654323"))
	verifier := auth.NewVerifier("employment", f.Deps("employment").Trusted, f.clock)
	proved := func(desk, division string) (auth.Principal, error) {
		one := *officer
		one.desk, one.division = desk, division
		token, err := one.Prove(context.Background(), auth.Principal{Purpose: cases, LegalBasis: "law"}, "employment")
		if err != nil {
			return auth.Principal{}, err
		}
		return verifier.Verify(token)
	}
	counties := []string{"654301", "654321", "654322", "654323", "650100"}
	may := func(p auth.Principal, method string) (all []string) {
		p, ok := p.Narrowed(func(role string) bool { return rights.May(role, "qiao.employment.v1.EmploymentService", method) })
		for _, county := range counties {
			if ok && p.CoversDivision(county) == nil {
				all = append(all, county)
			}
		}
		return all
	}
	for _, c := range []struct {
		desk, division string
		want           map[string][]string // by method: looks, is a clerk's, is a reviewer's
	}{
		{"hrss", "", map[string][]string{"ListReviews": {"654301", "654321", "654322", "654323"}, "OpenAdviserSlot": {"654301", "654322"}, "DecideReview": {"654322"}}},
		{"hrss", "654301", map[string][]string{"ListReviews": {"654301"}, "OpenAdviserSlot": {"654301"}, "DecideReview": nil}},
		{"hrss", "654322", map[string][]string{"ListReviews": {"654322"}, "OpenAdviserSlot": {"654322"}, "DecideReview": {"654322"}}},
		{"hrss", "654323", map[string][]string{"ListReviews": {"654323"}, "OpenAdviserSlot": nil, "DecideReview": nil}},
		{"edu", "", map[string][]string{"ListReviews": {"654323"}, "OpenAdviserSlot": {"654323"}, "DecideReview": nil}},
	} {
		p, err := proved(c.desk, c.division)
		f.must(err)
		for method, want := range c.want {
			if got := may(p, method); p.Department != c.desk || !slices.Equal(got, want) {
				t.Errorf("%s at %q: %s in %v, want %v", c.desk, c.division, method, got, want)
			}
		}
	}
	for what, c := range map[string][2]string{"another prefecture": {"hrss", "650100"}, "another county of a department": {"edu", "654301"}, "a department without a right": {"hou", ""}} {
		_, err := proved(c[0], c[1])
		f.wants(what, err, "identity.no_right")
	}
	r, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: officer.session, Audience: identity.Name, StatedPurpose: own, LegalBasis: "law"})
	f.must(err)
	if len(r.GetHeld()) != 5 {
		t.Errorf("the page is told %v", r.GetHeld())
	}
}

// A visit is within any county in which the officer is a clerk, and within none where he
// only looks.
func TestAVisitIsWhereTheOfficerIsAClerk(t *testing.T) {
	f := startWith(t, func(ctx context.Context, d run.Deps) (*identity.Identity, error) {
		d.AskRegistry = true
		return identity.OpenCheap(ctx, d)
	})
	f.Publisher("registry", registryv1.RegistryMethods(county{of: map[string]string{"worker-1": "654301", "worker-2": "654321", "worker-3": "654323"}})...)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", right("clerk", "hrss", "654301"), right("reviewer", "hrss", "654321"), right("viewer", "hrss", "654323"))
	officer.desk = "hrss"
	for _, worker := range slices.Sorted(maps.Keys(map[string]int{"worker-1": 0, "worker-2": 0})) {
		_, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: worker})
		f.must(err)
	}
	_, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-3"})
	f.wants("where he only looks", err, "auth.not_yours")
}
