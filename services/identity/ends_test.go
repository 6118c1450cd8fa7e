package identity_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Codes and passkeys are nobody's name: one who errs keeps nobody out who sits behind
// the same address, and whoever guesses waits all the same; a line of IPv6 is one address.
func TestOneWhoErrsKeepsNobodyOut(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	for i := range 20 {
		f.wants("a wrong code", f.wrongCode(i, "10.0.0.7"), "identity.code")
	}
	_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: printed.GetCode(), Address: "10.0.0.7"})
	f.must(err)
	challenges := func(address func(int) string) (n int) {
		for ; n < 200; n++ {
			if _, err := f.signIn.BeginPasskey(f.console, &identityv1.BeginPasskeyRequest{Address: address(n)}); err != nil {
				f.wants("a challenge too many", err, "identity.wait")
				break
			}
		}
		return n
	}
	if n := challenges(func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) }); n != 100 {
		t.Errorf("%d challenges for one line", n)
	}
	if n := challenges(func(i int) string { return fmt.Sprintf("::ffff:10.7.7.%d", i+1) }); n != 200 {
		t.Errorf("%d challenges for two hundred addresses", n)
	}
	for i := range 20 {
		_, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Address: "10.0.0.8"})
		if err != nil {
			t.Fatalf("the %dth program: %v", i, err)
		}
	}
}

// Whose link was lost after a reset gets another, though it is an administrator.
func TestALostLinkIsMadeAgain(t *testing.T) {
	f := start(t)
	system, security, audit := f.three()
	all, err := system.accounts().ListAccounts(system.as(keeping), &identityv1.ListAccountsRequest{})
	f.must(err)
	id := ""
	for _, a := range all.GetAccounts() {
		if a.GetSubject() == "security-1" {
			id = a.GetAccountId()
		}
	}
	var link string
	for range 2 {
		p, err := system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: id})
		f.must(err)
		d, err := audit.accounts().DecideAct(audit.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
		f.must(err)
		link = d.GetLink()
		f.clock.Advance(25 * time.Hour)
		system.enter()
		audit.enter()
	}
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: link})
	f.wants("a link after its day", err, "identity.link")
	_, err = system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001", Grants: []*identityv1.RoleGrant{clerk}})
	f.wants("anything else meanwhile", err, "identity.second_first")
	p, err := system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: id})
	f.must(err)
	d, err := audit.accounts().DecideAct(audit.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.must(err)
	*security = *f.accept(d.GetLink(), "").enter()
}

// What an officer's session approved for a program ends with that session, before the
// program asked; and when everybody is shut out.
func TestAnApprovalEndsWithWhoApproved(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	for what, end := range map[string]func() error{
		"signed out": func() error {
			_, err := f.signIn.SignOut(f.console, &identityv1.SignOutRequest{SessionSecret: officer.session})
			return err
		},
		"all others ended by the owner": func() error {
			owner := *officer
			owner.enter()
			_, err := owner.sessions().EndOthers(owner.as(own), &identityv1.EndOthersRequest{})
			return err
		},
		"everybody shut out": func() error {
			_, err := f.identity.ShutOutEverybody(context.Background())
			return err
		},
	} {
		officer.enter()
		d, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Address: "10.0.0.3"})
		f.must(err)
		_, err = officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: d.GetCode(), Days: 90})
		f.must(err)
		f.must(end())
		_, err = f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: d.GetFlow()})
		f.wants(what, err, "identity.flow")
	}
}

// A sign-in that was under way while its owner ended all others is ended with them.
func TestASignInUnderWayIsEndedToo(t *testing.T) {
	f := start(t)
	n, err := f.identity.EndOthersWhileOneSignsIn(context.Background(), f.first().enter().session)
	f.must(err)
	if n != 1 {
		t.Errorf("%d were ended, and the one that began meanwhile goes on", n)
	}
}

// Who closed the account comes back by no code that was printed before.
func TestAClosedAccountComesBackByNoCode(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	prints := func() string {
		printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
		f.must(err)
		return printed.GetCode()
	}
	first, second := prints(), prints()
	r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: first, Address: "10.0.0.2"})
	f.must(err)
	f.Publisher("registry").Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-30"})
	testkit.Eventually(t, "the account is closed here", func() bool {
		return f.identity.CheckStored(context.Background(), r.GetSession().GetSessionSecret()) != nil
	})
	for what, code := range map[string]string{"printed before": second, "printed after": prints()} {
		_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: code, Address: "10.0.0.2"})
		f.wants(what, err, "identity.code")
	}
}

// Each PIN that is set costs a hash, for which all sign-ins wait.
func TestPinsAreSetAFewTimes(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: printed.GetCode(), Address: "10.0.0.2"})
	f.must(err)
	worker := &someone{f: f, session: r.GetSession().GetSessionSecret()}
	f.otherwise()
	set := 0
	for ; set < 30 && err == nil; set++ {
		_, err = worker.counter().SetPin(worker.as(own), &identityv1.SetPinRequest{Pin: "274916"})
	}
	f.wants("a PIN too many", err, "identity.wait")
	if set > 10 {
		t.Errorf("%d were set", set)
	}
}
