//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

// walk is somebody who goes through pages on a phone.
type walk struct {
	t       *testing.T
	ctx     context.Context
	url     string
	caller  contract.Caller
	officer *identityv1.Player // who is at the desk
	is      string             // as whom the walk was begun
}

// aWalk begins one in a prefecture in which matters about people are under way.
func aWalk(t *testing.T) *walk {
	t.Helper()
	server, caller := demonstration(t)
	w := &walk{t: t, ctx: browser(t, 390, 900), url: server, caller: caller}
	if err := demo.Populate(t.Context(), demo.Config{Caller: caller, Services: standalone.Names(), People: 30, Seed: 1, Tell: func(string) {}}); err != nil {
		t.Fatal(err)
	}
	w.sign("W-1", "/contacts")
	w.reads("电话入网单")
	return w
}

// be taps who is offered, as a visitor of the demonstration does.
func (w *walk) be(p *identityv1.Player) {
	w.t.Helper()
	if w.is == p.String() {
		return
	}
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	r, err := identityv1.PlayClient{Caller: w.caller, Target: "identity"}.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{p}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.is = p.String()
	w.until("the tap is taken", func() bool { // who is alive again is let in once identity has heard
		w.show("/sign-in/players")
		evaluate[bool](w.t, w.ctx, fmt.Sprintf(`(() => {
			const b = document.querySelector("form.players button");
			b.value = %s;
			document.documentElement.dataset.left = "yes";
			b.click();
			return true;
		})()`, quoted(r.GetPlayers()[0].GetAccountId())))
		w.until("the page after the tap", func() bool {
			return evaluate[bool](w.t, w.ctx, `document.readyState === "complete" && !document.documentElement.dataset.left`)
		})
		return w.at() != "/sign-in/players"
	})
}

// open shows a page to whose it is: the worker, else the officer at the desk.
func (w *walk) open(path string) {
	w.t.Helper()
	who := w.officer
	if ref, own := strings.CutPrefix(path, "/workers/"); own {
		ref, _, _ = strings.Cut(ref, "/")
		who = &identityv1.Player{PlayerLabel: "worker", AccountKind: "worker", Subject: ref, Aside: true}
	}
	w.be(who)
	w.show(path)
}

// show shows a page, which is no wider than a phone.
func (w *walk) show(path string) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, chromedp.Navigate(w.url+path), chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil {
		w.t.Fatal(err)
	}
	w.fits()
}

func (w *walk) fits() {
	w.t.Helper()
	if evaluate[bool](w.t, w.ctx, `document.documentElement.scrollWidth > document.documentElement.clientWidth`) {
		w.t.Errorf("%s is wider than a phone", w.at())
	}
}

func (w *walk) at() string { w.t.Helper(); return evaluate[string](w.t, w.ctx, `location.pathname`) }

func (w *walk) says(text string) bool {
	w.t.Helper()
	return strings.Contains(evaluate[string](w.t, w.ctx, `document.querySelector("main")?.textContent ?? ""`), text)
}

// reads fails where the page lacks one of the texts.
func (w *walk) reads(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if !w.says(text) {
			w.t.Fatalf("%s lacks %q:\n%s", w.at(), text, evaluate[string](w.t, w.ctx, `document.querySelector("main").innerText`))
		}
	}
}

// link is where the first link leads that a selector finds and whose text holds a
// word.
func (w *walk) link(selector, word string) string {
	w.t.Helper()
	to := evaluate[string](w.t, w.ctx, fmt.Sprintf(`[...document.querySelectorAll(%s)].find(a => a.closest("li, p, nav, section").textContent.includes(%s))?.getAttribute("href") ?? ""`, quoted(selector), quoted(word)))
	if to == "" {
		w.t.Fatalf("%s has no link %s with %q", w.at(), selector, word)
	}
	return to
}

// send fills in the first form that a selector finds, as far as the browser lets it
// be sent, twice at once, and waits for the page to which it leads.
func (w *walk) send(selector string, fields map[string]string) {
	w.t.Helper()
	wrong := evaluate[string](w.t, w.ctx, fmt.Sprintf(`(() => {
		const form = document.querySelector(%s);
		if (!form) return "there is no such form";
		for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
		for (const [name, value] of Object.entries(%s ?? {})) {
			const all = [...form.elements].filter(e => e.name === name);
			if (!all.length) return "there is no field " + name;
			for (const e of all) {
				if (e.type === "radio" || e.type === "checkbox") e.checked = e.value === value;
				else e.value = value;
			}
		}
		const button = form.querySelector("button");
		if (!form.checkValidity()) return "the browser does not send it: " + [...form.elements].filter(e => !e.validity.valid).map(e => e.name);
		document.documentElement.dataset.left = "yes";
		button.click();
		button.click();
		return "";
	})()`, quoted(selector), quoted(fields)))
	if wrong != "" {
		w.t.Fatalf("%s on %s: %s", selector, w.at(), wrong)
	}
	w.until("the page after "+selector, func() bool {
		return evaluate[bool](w.t, w.ctx, `document.readyState === "complete" && !document.documentElement.dataset.left`)
	})
	w.fits()
}

// sign has an officer of the county sit down at the desk, and opens a page.
func (w *walk) sign(staff, to string) {
	w.t.Helper()
	w.officer = &identityv1.Player{PlayerLabel: "county", AccountKind: "officer", Subject: staff, Aside: true,
		Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hrss", Covered: county}}}
	w.open(to)
}

func (w *walk) until(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			w.t.Fatalf("still not: %s", what)
		case <-tick.C:
		}
	}
}

func quoted(v any) string {
	b, _ := json.Marshal(v) // texts alone
	return string(b)
}

// Two records are compared and joined by two officers, the person objects, and a join
// that was wrong is parted with what was recorded since assigned by hand: on a phone,
// with every form sent twice.
func TestAJoinIsMadeObjectedToAndPartedInABrowser(t *testing.T) {
	w := aWalk(t)
	w.sign("B-1", "/persons/doubles")
	pairs := strings.Fields(evaluate[string](t, w.ctx, `[...document.querySelectorAll("main h2 a")].map(a => a.getAttribute("href")).join(" ")`))
	waiting := 0 // one pair waits; of another a join is under way
	for _, pair := range pairs {
		w.open(pair)
		if w.says("正在办理") {
			w.reads("贺长河", "打开事项")
			continue
		}
		waiting++
		w.reads("周雪梅", "证件号码有两位颠倒", "是两个人")
		w.open(w.link("a.button", "提出合并"))
		break
	}
	if waiting == 0 {
		t.Fatalf("none of %v waits", pairs)
	}
	w.send(`form[action="/persons/join"]`, map[string]string{"reason": "number_mistyped", "paper": "household_register"})
	w.reads("这是您申请的", "第二名工作人员，不能是提出的人", "怎样改回")
	opened := w.at()
	ref := evaluate[string](t, w.ctx, `[...document.querySelectorAll("main dd code")].map(e => e.textContent).find(s => s.length === 36)`)

	w.sign("C-1", opened)
	for _, side := range []string{"into", "alias"} {
		w.send(`form:has(input[name=side][value=`+side+`])`, map[string]string{"paper": "resident_card", "agrees": "yes"})
	}
	w.reads("在窗口表示同意")
	w.send(`form:has(input[name=decision][value=agree])`, map[string]string{"sure": "yes"})
	w.reads("已办理", "拆开这两份登记")
	w.open("/workers/" + ref + "/contact")
	w.send(`form[action$="/persons/object"]`, nil)
	w.reads("您说了这次合并不对")
	w.open("/persons")
	w.reads("本人说这次合并不对")

	// One that was joined, used, and brought to be parted before.
	w.sign("A-101", "/persons")
	parting := w.link("main h2 a", "拆分 ·")
	var part string
	w.until("what was recorded since is listed", func() bool {
		w.open(parting)
		part = evaluate[string](t, w.ctx, `document.querySelector("form[action$='/parts'] input[type=radio]")?.name ?? ""`)
		return part != ""
	})
	w.send(`form[action$="/parts"]`, map[string]string{part: "alias"})
	w.reads("这是您申请的")
	w.sign("C-1", parting)
	w.reads("归另一个人", "手工填写")
	w.send(`form:has(input[name=decision][value=agree])`, map[string]string{"sure": "yes"})
	w.reads("登记属于两个人", "双方都已告知")
}

// A death is entered and recorded, a relative reads what was granted, and the person
// appears: on a phone, with every form sent twice.
func TestADeathIsRecordedReadAndTakenBackInABrowser(t *testing.T) {
	w := aWalk(t)
	number := ident.Invented(clock.Today(clock.System()).AddYears(-61).AddDays(-340), 733)
	w.sign("B-1", "/persons/register")
	w.send(`form[action="/persons/register"]`, map[string]string{"number": number, "name": "古丽巴哈尔·阿不都热合曼·买买提依明", "phone": "19100000733", "notice": "告知书2026-1", "signed": "yes"})
	w.reads("已登记")
	own := w.link(".note.good a", "打开这份登记")
	ref := strings.TrimPrefix(own, "/workers/")
	w.open("/deaths/of/" + ref)
	w.reads("古丽巴哈尔·阿不都热合曼·买买提依明")
	w.send(`form[action="/deaths/of/`+ref+`"]`, map[string]string{"paper": "medical_certificate", "died_on": clock.Today(clock.System()).AddDays(-3).String(), "reason": "relative", "sure": "yes"})
	w.reads("待另一位工作人员", "此人所在县市的另一名工作人员")
	opened := w.at()
	w.open(own)
	w.reads("工作人员申请登记此人去世", "我健在")

	w.sign("C-1", opened)
	w.send(`form:has(input[name=decision][value=agree])`, map[string]string{"sure": "yes"})
	w.reads("不再向本人发送消息", "由各部门逐项决定")
	w.open("/deaths/heirs/of/" + ref)
	w.send(`form[action="/deaths/heirs/of/`+ref+`"]`, map[string]string{"name": "阿不都热合曼·古丽", "paper": "household_register", "reason": "inheritance", "source": "employment"})
	w.reads("待决定", "另一名工作人员，不能是录入的人")
	request := w.at()
	w.sign("B-1", request)
	w.send(`form:has(input[name=decision][value=agree])`, map[string]string{"sure": "yes"})
	w.reads("已同意", "任一名工作人员")

	w.open("/deaths/alive")
	w.send(`form[action="/deaths/alive"]`, map[string]string{"number": number, "shown": "resident_card", "sure": "yes"})
	w.reads("登记已撤销", "重新起算")
	w.open(own)
	if w.says("此人已登记去世") {
		t.Error("the own page of who lives says otherwise")
	}
	w.until("the person is told", func() bool { w.open(own + "/messages"); return w.says("已经撤销") })
	w.sign("C-1", opened)
	w.send(`form:has(input[name=decision][value=confirm])`, nil)
	w.reads("核对")
}
