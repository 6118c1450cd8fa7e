//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

// tab is somebody's browser.
type tab struct {
	t   *testing.T
	o   *office
	ctx context.Context
}

func (o *office) tab(t *testing.T, script bool) *tab {
	t.Helper()
	b := &tab{t, o, browser(t, 390, 900)}
	if !script {
		b.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return chromedp.Void{}, err
		})
	}
	return b
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.o.url + path)) }

// send fills the fields of a form, by name and text, and presses its button.
func (b *tab) send(form string, fields ...string) {
	b.t.Helper()
	var shown string
	testkit.Eventually(b.t, "the page has the form "+form, func() bool {
		shown = evaluate[string](b.t, b.ctx, "location.href + ' ' + document.body.innerHTML")
		return evaluate[bool](b.t, b.ctx, "document.readyState === 'complete' && document.querySelector(`"+form+"`) !== null")
	})
	b.t.Cleanup(func() {
		if b.t.Failed() {
			b.t.Log(shown)
		}
	})
	for i := 0; i+1 < len(fields); i += 2 {
		b.do(chromedp.SendKeys(chromedp.CSS(form+` [name="`+fields[i]+`"]`), fields[i+1]))
	}
	b.do(chromedp.Click(chromedp.CSS(form + ` button`)))
}

// at waits until the browser shows a whole page at an address.
func (b *tab) at(address string) {
	b.t.Helper()
	var is string
	testkit.Eventually(b.t, "the browser is at "+address, func() bool {
		is = evaluate[string](b.t, b.ctx, `document.readyState === "complete" ? location.pathname + location.search : ""`)
		return is == address
	})
}

// seen opens the list of the own sign-ins, on which this one stands.
func (b *tab) seen() {
	b.t.Helper()
	b.open("/me/devices")
	b.at("/me/devices")
	b.do(chromedp.WaitVisible(chromedp.CSS(`.rows li .badge.good`)))
	if text := evaluate[string](b.t, b.ctx, `document.querySelector(".rows li .badge.good").closest("li").textContent`); !strings.Contains(text, "Chrom") {
		b.t.Errorf("on the list stands %q", text)
	}
}

// out asks for a page once more, and is told that the session is over.
func (b *tab) out(page string) {
	b.t.Helper()
	b.open(page)
	b.at("/sign-in?next=" + strings.ReplaceAll(page, "/", "%2F") + "&why=over")
}

// staff signs in with a password and a code, and is sent on.
func (b *tab) staff(as, login, code, to string) {
	b.t.Helper()
	b.open("/sign-in?as=" + as)
	b.send(`form[action="/sign-in"]`, "login", login, "password", longPassword)
	b.do(chromedp.WaitVisible(chromedp.CSS(`#code`)))
	b.send(`form[action="/sign-in/second"]`, "code", code)
	b.at(to)
}

// A worker, an officer, an employer and an administrator sign in, act, are seen on
// their lists of devices and are shut out at once: in Debian's Chromium, with script and
// without.
func TestEverybodyInABrowser(t *testing.T) {
	o := openOffice(t)
	link, _, _, err := o.platform.FirstLink(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	holders := map[string]*account{}
	system := o.visitor()
	holders["system"] = system.accept("/sign-in/new?link="+link, "sys-1")
	system.enter(holders["system"])
	desks := map[string]*visitor{}
	for _, office := range []string{"security", "audit"} {
		page := system.post("/admin/accounts/first", "office", office, "staff", office+"-1")
		desks[office] = o.visitor()
		holders[office] = desks[office].accept(o.link(page), office+"-1")
		desks[office].enter(holders[office])
	}
	security := desks["security"]
	officer := o.officer(system, security, "a001")
	counter := o.visitor().enter(o.officer(system, security, "a002"))
	employer, firm := o.employer(), o.visitor()
	user := firm.accept(o.link(counter.post("/counter/employer", "employer", employer, "login", "firm-1", "responsible", "yes", "sure", "yes")), "")
	paper := func(h *account) string {
		code := h.paper[0]
		h.paper = h.paper[1:]
		return code
	}

	for name, script := range map[string]bool{"with script": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Run("a worker", func(t *testing.T) {
				own := "/workers/" + o.worker
				counter.post("/counter", "visitor", o.number)
				visit := o.find(counter.get("/counter"), `name="visit" value="([^"]+)"`)
				code := o.find(counter.post("/counter/code", "visit", visit), `class="ticket">([^<]+)<`)
				b := o.tab(t, script)
				b.open("/sign-in")
				b.send(`form[action="/sign-in/code"]`, "code", code)
				b.at("/my")
				b.open(own + "/wishes")
				b.send(`form[action$="/wishes"]`)
				b.at(own + "/jobs")
				b.seen()
				counter.post("/counter/stop", "visit", visit, "sure", "yes") // a stolen telephone, told at the counter
				b.out(own)
				counter.post("/counter/end", "visit", visit)
			})
			t.Run("an officer", func(t *testing.T) {
				b := o.tab(t, script)
				b.staff("officer", "a001", paper(officer), "/today")
				b.open("/workers")
				b.send(`form[action="/workers"]`, "who", o.number) // the look stands in the worker's log
				b.at("/counter?worker=" + o.worker)
				b.seen()
				id := o.find(security.get("/admin/accounts"), `a001[\s\S]*?name="account" value="([^"]+)"`)
				security.post("/admin/accounts/out", "account", id, "sure", "yes")
				b.out("/workers")
			})
			t.Run("an employer", func(t *testing.T) {
				own := "/employers/" + employer
				b := o.tab(t, script)
				b.staff("employer", user.login, paper(user), own)
				b.open(own + "/places")
				b.send(`form[action$="/places"]`, "places", "3")
				b.at(own + "/places?asked=yes")
				b.seen()
				o.visitor().enter(user).post("/me/devices/others")
				b.out(own)
			})
			t.Run("an administrator", func(t *testing.T) {
				b := o.tab(t, script)
				b.staff("officer", "security-1", paper(holders["security"]), "/admin/accounts")
				system.post("/admin/accounts", "staff", "n"+name[len(name)-3:], "role1", "clerk", "department1", "hrss", "covered1", "654301")
				b.open("/admin/acts")
				b.do(chromedp.Click(chromedp.CSS(`form[action^="/admin/acts/"] button[value="approve"]`)))
				b.do(chromedp.WaitVisible(chromedp.CSS(`.handed code`)))
				b.seen()
				security.post("/me/devices/others")
				b.out("/admin/accounts")
			})
		})
	}
}
