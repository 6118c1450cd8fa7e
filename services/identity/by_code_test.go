package identity_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/run"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// An officer who prints a code and signs in by it himself gains nothing that lasts, and
// the worker learns of the visit and of the code.
func TestACodesSessionSetsUpNothingThatLasts(t *testing.T) {
	f := settled(t)
	f.opens("worker-2")
	w := f.opens("worker-1")
	_, err := w.counter().SetPin(w.as(own), &identityv1.SetPinRequest{Pin: "246810"})
	f.wants("a PIN", err, "identity.by_code")
	_, err = w.sessions().BeginAddPasskey(w.as(own), &identityv1.BeginAddPasskeyRequest{})
	f.wants("a passkey's challenge", err, "identity.by_code")
	_, err = w.sessions().FinishAddPasskey(w.as(own), &identityv1.FinishAddPasskeyRequest{Flow: "x", Assertion: "{}"})
	f.wants("a passkey", err, "identity.by_code")
	if l := w.lists(); l.GetFreshUntil() != 0 || l.GetShownUntil() == 0 {
		t.Errorf("just after the code: sets up until %d, is the own word until %d", l.GetFreshUntil(), l.GetShownUntil())
	}
	give := &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"}
	_, err = w.counter().NameHelper(w.as("own_record"), give)
	f.wants("a helper", err, "identity.by_code")
	f.Settle()
	if want := []string{"identity.visit.begun.v1", "identity.code.printed.v1"}; !slices.Equal(f.told("worker-1"), want) {
		t.Errorf("the worker learns of %v", f.told("worker-1"))
	}
	f.otherwise()
	_, err = w.sessions().BeginAddPasskey(w.as(own), &identityv1.BeginAddPasskeyRequest{})
	f.must(err)
	_, err = w.counter().NameHelper(w.as("own_record"), give)
	f.must(err)
}

// Who stole a worker's cookie names no helper, who would act on after the session's end:
// the worker shows just before who it is, as for a way to sign in. Nor does who stole an
// officer's, by which a visit is begun that nobody makes.
func TestAStolenCookieNamesNoHelper(t *testing.T) {
	f := settled(t)
	f.opens("worker-2")
	w := f.opens("worker-1")
	f.otherwise()
	f.clock.Advance(10 * time.Minute)
	name := func() error {
		_, err := w.counter().NameHelper(w.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
		return err
	}
	f.wants("after ten minutes", name(), "identity.fresh")
	if until := w.lists().GetShownUntil(); until != 0 {
		t.Errorf("after ten minutes it is the own word until %d", until)
	}
	f.must(w.shows(&identityv1.ReopenRequest{Code: f.printed("worker-1")}))
	f.must(name())

	f.clock.Advance(10 * time.Minute)
	_, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-2"})
	f.must(err)
	desk := *f.officer
	desk.acts, desk.via = "worker-2", auth.ViaCounter
	enter := func() error {
		_, err := desk.counter().NameHelper(desk.as(cases), &identityv1.NameHelperRequest{Worker: "worker-2", Helper: "worker-1", EndsOn: "2026-12-31", Paper: "written"})
		return err
	}
	f.wants("an officer after ten minutes", enter(), "identity.fresh")
	f.must(desk.shows(&identityv1.ReopenRequest{Password: password}))
	f.must(enter())
}

// told is what a worker learned of.
func (f *fixture) told(worker string) (types []string) {
	for _, e := range f.Published(identity.Name) {
		if e.Worker == worker {
			types = append(types, e.Type)
		}
	}
	return types
}

// county knows where people are registered.
type county struct {
	registryv1.RegistryServer
	of map[string]string
}

func (c county) GetStanding(_ context.Context, r *registryv1.GetStandingRequest) (*registryv1.GetStandingResponse, error) {
	out := &registryv1.GetStandingResponse{Known: c.of[r.GetWorker()] != "", Covered: c.of[r.GetWorker()] == r.GetDivision()}
	for _, w := range r.GetWorkerIds() {
		if c.of[w] != "" {
			out.Standings = append(out.Standings, &registryv1.Standing{Worker: w})
		}
	}
	return out, nil
}

// A person of another county, or nobody, visits no officer.
func TestAVisitIsWithinTheOfficersDivision(t *testing.T) {
	f := startWith(t, func(ctx context.Context, d run.Deps) (*identity.Identity, error) {
		d.AskRegistry = true
		return identity.OpenCheap(ctx, d)
	})
	methods := registryv1.RegistryMethods(county{of: map[string]string{"worker-1": "654301", "worker-2": "654302"}})
	f.Publisher("registry", methods...)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	for worker, code := range map[string]string{"worker-2": "auth.not_yours", "worker-9": "auth.not_yours"} {
		_, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: worker})
		f.wants(worker, err, code)
	}
	_, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
}

// Who has no passkey is told so, and not that its answer is wrong.
func TestWhoHasNoPasskeyIsToldSo(t *testing.T) {
	f := start(t)
	system := f.first()
	f.clock.Advance(time.Minute)
	flow, err := system.begin(password)
	f.must(err)
	_, err = f.signIn.BeginPasskey(f.console, &identityv1.BeginPasskeyRequest{Flow: flow})
	f.wants("without one", err, "identity.no_passkey")
}

// A system administrator who lost everything is let in anew by the other two; of anybody
// else the audit administrator asks nothing.
func TestTheAuditAdministratorAsksForTheSystemAdministrator(t *testing.T) {
	f := start(t)
	_, security, audit := f.three()
	all, err := audit.accounts().ListAccounts(audit.as(keeping), &identityv1.ListAccountsRequest{})
	f.must(err)
	for _, one := range all.GetAccounts() {
		r, err := audit.accounts().ProposeReset(audit.as(keeping), &identityv1.ProposeResetRequest{AccountId: one.GetAccountId()})
		if one.GetOffice() != "system" {
			f.wants(one.GetOffice(), err, "identity.no_right")
			continue
		}
		f.must(err)
		d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: r.GetActId(), Approve: true})
		f.must(err)
		f.accept(d.GetLink(), "s001").enter()
	}
}
