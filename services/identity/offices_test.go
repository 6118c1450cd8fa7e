package identity_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// account is the id of who has a staff number and is not closed.
func (s *someone) account(staff string) string {
	s.f.t.Helper()
	for _, a := range s.finds(&identityv1.ListAccountsRequest{Find: staff}).GetAccounts() {
		if a.GetState() != "closed" {
			return a.GetAccountId()
		}
	}
	s.f.t.Fatalf("%s has no account", staff)
	return ""
}

func (s *someone) decides(act string) (*identityv1.DecideActResponse, error) {
	return s.accounts().DecideAct(s.as(keeping), &identityv1.DecideActRequest{ActId: act, Approve: true})
}

// An office that was held goes to a successor by two, in the act in which its holder's
// account ends; nobody fills it alone, also where the successor's link was lost.
func TestAnOfficeGoesToASuccessorByTwo(t *testing.T) {
	f := start(t)
	system, security, audit := f.three()
	former := system.account("security-1")
	closes := func(by *someone, account, successor string) (*identityv1.ProposeClosingResponse, error) {
		return by.accounts().ProposeClosing(by.as(keeping), &identityv1.ProposeClosingRequest{AccountId: account, StaffNumber: successor})
	}
	_, err := closes(system, former, "")
	f.wants("without a successor", err, "identity.successor")
	_, err = closes(system, former, "s001")
	f.wants("the system administrator as the successor", err, "identity.account_taken")
	_, err = closes(audit, former, "security-2")
	f.wants("the audit administrator about the security administrator", err, "identity.no_right")
	p, err := closes(system, former, "security-2")
	f.must(err)
	_, err = security.decides(p.GetActId())
	f.wants("about oneself", err, "identity.act_own")
	d, err := audit.decides(p.GetActId())
	f.must(err)
	_, err = security.sessions().ListSessions(security.as(own), &identityv1.ListSessionsRequest{})
	f.wants("who was followed", err, "identity.session")
	_, err = system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "mine"})
	f.wants("alone, while the successor's link is out", err, "identity.first")
	_, err = system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001", Grants: []*identityv1.RoleGrant{clerk}})
	f.wants("an officer while nobody is the security administrator", err, "identity.second_first")

	// The link was lost, and the successor's account goes to another one still.
	lost, err := system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: system.account("security-2")})
	f.must(err)
	renewed, err := audit.decides(lost.GetActId())
	f.must(err)
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: d.GetLink()})
	f.wants("the link that was lost", err, "identity.link")
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: renewed.GetLink()})
	f.wants("the new one, without the second word", err, "identity.link_word")
	p, err = closes(system, system.account("security-2"), "security-3")
	f.must(err)
	d, err = audit.decides(p.GetActId())
	f.must(err)
	next := f.accept(d.GetLink(), "").enter()
	f.officer(system.enter(), next, "a001", clerk)

	// The system administrator's own goes by the audit and the security administrator.
	audit.enter()
	p, err = closes(audit, audit.account("s001"), "s002")
	f.must(err)
	d, err = next.decides(p.GetActId())
	f.must(err)
	second := f.accept(d.GetLink(), "").enter()
	if got := len(second.finds(&identityv1.ListAccountsRequest{AccountKind: "administrator", State: "open"}).GetAccounts()); got != 3 {
		t.Errorf("%d administrators", got)
	}
	if _, _, needed, err := f.identity.FirstLink(context.Background()); err != nil || needed {
		t.Errorf("a first link: %v, %v", needed, err)
	}
}

// Of the links for one office that are made at once the newest alone opens anything, and
// one account is left.
func TestFirstAdministratorsAtOnceAreOne(t *testing.T) {
	f := start(t)
	link, _, _, err := f.identity.FirstLink(context.Background())
	f.must(err)
	system := f.accept(link, "s001").enter()
	var all sync.WaitGroup
	links := make(chan string, 4)
	for _, staff := range []string{"x1", "x2", "x3", "x4"} {
		all.Go(func() {
			r, err := system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: staff})
			if err != nil {
				t.Error(err)
				return
			}
			links <- r.GetLink()
		})
	}
	all.Wait()
	close(links)
	open := 0
	for l := range links {
		if _, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: l}); err == nil {
			open++
		}
	}
	if left := len(system.finds(&identityv1.ListAccountsRequest{AccountKind: "administrator", State: "invited"}).GetAccounts()); open != 1 || left != 1 {
		t.Errorf("%d links open %d accounts", open, left)
	}
}

// Who refuses says why, by one of a list, and who asked reads it.
func TestARefusalHasAReason(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	p, err := system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001", Grants: []*identityv1.RoleGrant{clerk}})
	f.must(err)
	for _, reason := range []string{"", "because"} {
		_, err = security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), ReasonCode: reason})
		f.wants("the reason "+reason, err, "identity.refusal")
	}
	_, err = security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), ReasonCode: "too_much"})
	f.must(err)
	r, err := system.accounts().ListActs(system.as(keeping), &identityv1.ListActsRequest{})
	f.must(err)
	if a := r.GetActs()[0]; a.GetState() != "refused" || a.GetReasonCode() != "too_much" || a.GetAskedByStaff() != "s001" || a.GetDecidedByStaff() != "security-1" || a.GetDecidable() {
		t.Errorf("%v", a)
	}
}

// Who cannot sign in has a helper ended at the counter, within the visit; a helper sees
// for whom, and nobody sees another's.
func TestAHelperIsSeenAndEndedAtTheCounter(t *testing.T) {
	f := settled(t)
	helper := f.opens("worker-2")
	visit, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	desk := *f.officer
	desk.acts, desk.via = "worker-1", auth.ViaCounter
	named, err := desk.counter().NameHelper(desk.as(cases), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
	f.must(err)
	helped := func() int {
		t.Helper()
		r, err := helper.counter().ListHelped(helper.as("own_record"), &identityv1.ListHelpedRequest{})
		f.must(err)
		for _, h := range r.GetHelped() {
			if h.GetWorker() != "worker-1" || h.GetEndsOn() != "2026-12-31" {
				t.Errorf("%v", h)
			}
		}
		return len(r.GetHelped())
	}
	if n := helped(); n != 1 {
		t.Errorf("helps %d", n)
	}
	list, err := desk.counter().ListHelpers(desk.as(cases), &identityv1.ListHelpersRequest{Worker: "worker-1"})
	f.must(err)
	if len(list.GetHelpers()) != 1 || list.GetHelpers()[0].GetDelegationId() != named.GetDelegationId() {
		t.Errorf("%v", list)
	}
	_, err = desk.counter().ListHelpers(desk.as(cases), &identityv1.ListHelpersRequest{Worker: "worker-2"})
	f.wants("another's helpers", err, "auth.not_yours")
	acting := *helper
	acting.acts, acting.via = "worker-1", auth.ViaHelper
	_, err = acting.counter().ListHelpers(acting.as("own_record"), &identityv1.ListHelpersRequest{Worker: "worker-1"})
	if code := errs.CodeOf(err); code != "auth.denied" && code != "auth.not_yours" {
		t.Errorf("a helper reads who else helps: %v", err)
	}
	_, err = desk.counter().EndHelper(desk.as(cases), &identityv1.EndHelperRequest{DelegationId: named.GetDelegationId()})
	f.must(err)
	if n := helped(); n != 0 {
		t.Errorf("helps %d after the end", n)
	}
	_, err = f.officer.counter().EndVisit(f.officer.as(cases), &identityv1.EndVisitRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	_, err = desk.counter().ListHelpers(desk.as(cases), &identityv1.ListHelpersRequest{Worker: "worker-1"})
	f.wants("after the visit", err, "identity.no_visit")
}

// One approval does not suffice to be the officer: the link, which who approved has, is
// opened with the word that who asked has, and guessing it waits.
func TestALinkOfTwoTakesTwo(t *testing.T) {
	f := start(t)
	system, security, audit := f.three()
	p, err := system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001", Grants: []*identityv1.RoleGrant{clerk}})
	f.must(err)
	d, err := security.decides(p.GetActId())
	f.must(err)
	word := func(who *someone) string {
		t.Helper()
		r, err := who.accounts().ListActs(who.as(keeping), &identityv1.ListActsRequest{})
		f.must(err)
		return r.GetActs()[0].GetSecondWord()
	}
	if word(security) != "" || word(audit) != "" {
		t.Error("who has the link reads the word")
	}
	right := word(system)
	open := func(word string) error {
		_, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: d.GetLink(), SecondWord: word, Address: "10.0.0.9"})
		return err
	}
	use := func(word string) error {
		_, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: d.GetLink(), SecondWord: word, Password: password, Code: "123456", Address: "10.0.0.9"})
		return err
	}
	f.wants("without it", open(""), "identity.link_word")
	f.wants("without it, at once", use(""), "identity.link_word")
	f.must(open(" " + strings.ToLower(right)))
	for range 5 {
		f.wants("a guess", open("ABCD-EFGH"), "identity.link_word")
	}
	f.wants("a guess too many", open("ABCD-EFGH"), "identity.wait")
	f.wants("the right one, before the wait is over", open(right), "identity.wait")
	f.clock.Advance(time.Hour)
	f.must(open(right))
	f.accept(d.GetLink(), "").enter()
	f.clock.Advance(24 * time.Hour)
	if word(system.enter()) != "" {
		t.Error("the word is shown when the link is over")
	}
}
