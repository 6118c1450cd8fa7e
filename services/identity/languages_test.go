package identity_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/approved"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (s *someone) languages() identityv1.LanguagesClient {
	return identityv1.LanguagesClient{Caller: s.caller(), Target: "identity"}
}

func (s *someone) approves(language, speaker, qualification string) (string, error) {
	r, err := s.languages().ApproveTexts(s.as(keeping), &identityv1.ApproveTextsRequest{Language: language, TextFile: "registry.alone", TextsVersion: "87fb68a309ff", SpeakerName: speaker, Qualification: qualification})
	return r.GetApprovalId(), err
}

// counts says how many versions the pages are told of.
func (f *fixture) counts() int {
	f.t.Helper()
	r, err := f.exchange.ListApproved(f.As(auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem}), &identityv1.ListApprovedRequest{})
	f.must(err)
	return len(r.GetTexts())
}

// A named speaker's approval is entered by the system administrator, stands until it is
// withdrawn with a reason, and can be given anew; who and when stays in the list.
func TestTextsAreApprovedAndWithdrawn(t *testing.T) {
	f := settled(t)
	var heard atomic.Int64
	sub, err := approved.Follow(f.Conn, func() { heard.Add(1) })
	f.must(err)
	defer func() { _ = sub.Unsubscribe() }()
	system := f.system.enter()
	for what, c := range map[string][4]string{
		"Chinese":          {"zh-Hans", "古丽娜尔", "播音员", "identity.approval_language"},
		"no page's":        {"ru", "古丽娜尔", "播音员", "identity.approval_language"},
		"nobody":           {"kk-Arab", " ", "播音员", "identity.speaker"},
		"no qualification": {"kk-Arab", "古丽娜尔", " ", "identity.qualification"},
	} {
		_, err := system.approves(c[0], c[1], c[2])
		f.wants(what, err, c[3])
	}
	id, err := system.approves("kk-Arab", " 古丽娜尔 ", "播音员")
	f.must(err)
	at := f.clock.Now().UnixMicro()
	_, err = system.approves("kk-Arab", "别人", "翻译")
	f.wants("twice", err, "identity.approved")
	if n := f.counts(); n != 1 {
		t.Errorf("pages are told of %d versions", n)
	}
	testkit.Eventually(t, "the pages hear of it", func() bool { return heard.Load() == 1 })

	_, err = f.officer.approves("ug-Arab", "古丽娜尔", "播音员")
	f.wants("an officer approves", err, "identity.no_right")
	_, err = f.audit.enter().approves("ug-Arab", "古丽娜尔", "播音员")
	f.wants("the audit administrator approves", err, "auth.denied")
	withdraw := func(id, reason string) error {
		_, err := system.languages().WithdrawApproval(system.as(keeping), &identityv1.WithdrawApprovalRequest{ApprovalId: id, ReasonCode: reason})
		return err
	}
	f.wants("no reason", withdraw(id, "because"), "identity.withdrawal")
	f.wants("none", withdraw("0198c0de-0000-7000-8000-00000000000e", "mistaken"), "identity.approval")
	f.clock.Advance(time.Second)
	f.must(withdraw(id, "wrong_text"))
	gone := f.clock.Now().UnixMicro()
	f.wants("twice withdrawn", withdraw(id, "wrong_text"), "identity.withdrawn")
	if n := f.counts(); n != 0 {
		t.Errorf("withdrawn, and pages are told of %d versions", n)
	}
	again, err := system.approves("kk-Arab", "别人", "翻译")
	f.must(err)

	for name, who := range map[string]struct {
		*someone
		purpose string
	}{"an officer": {f.officer, cases}, "the administrator": {system, keeping}} {
		r, err := who.languages().ListApprovals(who.as(who.purpose), &identityv1.ListApprovalsRequest{Language: "kk-Arab"})
		f.must(err)
		if all := r.GetApprovals(); len(all) != 2 || all[0].GetApprovalId() != again || all[0].GetWithdrawnAt() != 0 {
			t.Errorf("%s sees %v", name, all)
			continue
		}
		if a := r.GetApprovals()[1]; a.GetSpeakerName() != "古丽娜尔" || a.GetQualification() != "播音员" || a.GetEnteredByStaff() != "s001" || a.GetEnteredAt() != at || a.GetWithdrawnAt() != gone || a.GetWithdrawnByStaff() != "s001" || a.GetReasonCode() != "wrong_text" || a.GetDemonstration() {
			t.Errorf("%s sees %v", name, a)
		}
	}
}

// What a demonstration approves is marked so, and its maker needs no session; nobody else
// approves without one.
func TestADemonstrationsApprovalsAreMarked(t *testing.T) {
	ask := &identityv1.ApproveTextsRequest{Language: "en", TextFile: "registry.alone", TextsVersion: "87fb68a309ff", SpeakerName: "演示", Qualification: "演示"}
	real := start(t)
	_, err := identityv1.LanguagesClient{Caller: real.Client(), Target: "identity"}.ApproveTexts(maker(), ask)
	real.wants("where people are real", err, "identity.session")
	f := demonstration(t)
	client := identityv1.LanguagesClient{Caller: f.Client(), Target: "identity"}
	_, err = client.ApproveTexts(maker(), ask)
	f.must(err)
	r, err := client.ListApprovals(maker(), &identityv1.ListApprovalsRequest{Language: "en"})
	f.must(err)
	if all := r.GetApprovals(); len(all) != 1 || !all[0].GetDemonstration() || f.counts() != 1 {
		t.Errorf("%v", all)
	}
}

// In which language somebody reads is kept with the account, and known at the next sign-in.
func TestALanguageIsKeptWithThePerson(t *testing.T) {
	f := settled(t)
	enters := func() string {
		f.officer.enter()
		f.clock.Advance(time.Minute)
		flow, err := f.officer.begin(password)
		f.must(err)
		r, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: f.officer.code(), Device: "another", Address: "10.0.0.1"})
		f.must(err)
		return r.GetSession().GetLanguage()
	}
	keep := func(language string) error {
		_, err := f.officer.languages().KeepLanguage(f.officer.as("own_access"), &identityv1.KeepLanguageRequest{Language: language})
		return err
	}
	if l := enters(); l != "" {
		t.Errorf("nothing was chosen: %q", l)
	}
	f.must(keep("ug-Arab"))
	f.wants("no page's", keep("ru"), "identity.language")
	if l := enters(); l != "ug-Arab" {
		t.Errorf("at the next sign-in: %q", l)
	}
	_, err := identityv1.LanguagesClient{Caller: f.Client(), Target: "identity"}.KeepLanguage(context.Background(), &identityv1.KeepLanguageRequest{Language: "en"})
	f.wants("nobody", err, "auth.principal_missing")
}
