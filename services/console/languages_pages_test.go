package console_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/approved"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console"
)

// as has the browser be that of an administrator, or of another who signed in before.
func (f *fixture) as(who auth.Principal) {
	f.alone = true
	at, err := url.Parse(f.server.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	f.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "qiao", Value: f.people.secretOf(who), Path: "/"}})
}

// The system administrator enters who read the texts of a file, in the version that runs,
// and can take it back; what was typed stays where something is wrong.
func TestAnApprovalIsEnteredAndWithdrawn(t *testing.T) {
	f := start(t, true)
	f.as(auth.Principal{Kind: auth.Administrator, Subject: "sys", Department: "system", Division: auth.Everywhere, Role: "administrator"})
	f.has(f.get("/languages", 200), "语言文字", "自助登记", "未核定", `href="/languages?in=kk-Arab"`, `href="/languages/ug-Arab/registry.alone"`)
	const at = "/languages/kk-Arab/registry.alone"
	all, err := approvable()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(x console.Texts) bool { return x.Language == "kk-Arab" && x.File == "registry.alone" })
	version := all[i].Version
	f.has(f.get(at, 200), "<code>"+version+"</code>", `lang="kk-Arab" dir="auto"`, "签名的纸上写的是这个版本", "全部列出，用于打印")
	f.has(f.get(at+"?all=1", 200), "我读过以上全部文字")
	f.get("/languages/kk-Arab/registry.nothing", 404)
	f.get("/languages/zh-Hans/registry.registry", 404)
	f.has(f.post(at, 422, "version", "another", "speaker_name", "古丽娜尔", "qualification", "播音员", "sure", "yes"), "已经不是同一版本", `value="古丽娜尔"`)
	f.has(f.post(at, 422, "version", version, "speaker_name", "", "qualification", "播音员", "sure", "yes"), "请填写读过这些文字的人的姓名", `value="播音员"`)
	f.has(f.post(at, 422, "version", version, "speaker_name", "古丽娜尔", "qualification", "播音员"), `value="古丽娜尔"`)
	f.has(f.post(at, 200, "version", version, "speaker_name", "古丽娜尔", "qualification", "播音员", "sure", "yes"), "古丽娜尔（播音员）读过并核定", "已核定", "撤回核定")
	f.has(f.get("/languages?in=kk-Arab", 200), "古丽娜尔")
	f.people.mu.Lock()
	id := f.people.approvals[0].GetApprovalId()
	f.people.mu.Unlock()
	f.has(f.post(at+"/withdraw", 422, "approval_id", id), "请选择为什么撤回")
	f.has(f.post(at+"/withdraw", 200, "approval_id", id, "reason_code", "wrong_text"), "未核定", "发现译文有错", "录入核定")
	f.as(auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hrss", Division: auth.Everywhere, Role: "reviewer"})
	if body := f.get(at, 200); strings.Contains(body, `name="speaker_name"`) || !strings.Contains(body, "发现译文有错") {
		t.Error("an officer enters approvals, or does not see them")
	}
}

// A page of consents speaks English and Kazakh while speakers approved what it says, and is
// Chinese, with the offer of an interpreter, from when one of the files is not approved.
func TestAPageOfConsentsSpeaksWhileItIsApproved(t *testing.T) {
	f := start(t, true)
	page := "/workers/" + f.world.someone(t, number, 1) + "/consents"
	approve := func(none bool, but ...*identityv1.Approval) {
		t.Helper()
		f.people.mu.Lock()
		f.people.none, f.people.approvals = none, but
		f.people.mu.Unlock()
		if err := approved.Announce(f.platform.Conn); err != nil {
			t.Fatal(err)
		}
	}
	own, err := console.Says("worker.h1.consents")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := console.Says("lang.binds")
	if err != nil {
		t.Fatal(err)
	}
	speaks := func(what, language string, want bool) {
		t.Helper()
		testkit.Eventually(t, language+": "+what, func() bool {
			body := f.get(page+"?lang="+language, 200)
			f.has(body, `<html lang="`+language+`"`)
			return strings.Contains(body, "<h1>"+own[language]) == want && strings.Contains(body, `<div lang="zh-Hans" dir="ltr">`) != want && strings.Contains(body, offer[language]) != want
		})
	}
	for _, language := range []string{"en", "kk-Arab"} {
		approve(false)
		speaks("approved", language, true)
		approve(true)
		speaks("not approved", language, false)
		all, err := approvable()
		if err != nil {
			t.Fatal(err)
		}
		var most []*identityv1.Approval
		for _, x := range all {
			if x.File != "registry.registry" {
				most = append(most, &identityv1.Approval{Language: x.Language, TextFile: x.File, TextsVersion: x.Version})
			}
		}
		approve(true, most...)
		speaks("all but one file approved", language, false)
	}
}

// A language that somebody chose on a page while signed in is spoken after the next sign-in
// in another browser; without signing in the browser alone knows it.
func TestALanguageIsKeptWithWhoChoseIt(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	enter := func() string {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		f.browser.Jar = jar
		f.get("/sign-in?as=officer", 200)
		f.post("/sign-in", 200, "login", "a001", "password", staffPassword, "next", "/workers")
		return f.post("/sign-in/second", 200, "code", totp, "next", "/workers")
	}
	f.get("/sign-in?as=officer&lang=en", 200)
	f.has(enter(), `<html lang="zh-Hans"`)
	f.has(f.get("/workers?lang=ug-Arab", 200), `<html lang="ug-Arab"`)
	f.has(enter(), `<html lang="ug-Arab"`)
	f.has(f.get("/workers?lang=zh-Hans", 200), `<html lang="zh-Hans"`)
	f.has(enter(), `<html lang="zh-Hans"`)
}
