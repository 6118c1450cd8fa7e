//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// keyboard is a browser of which only keys are pressed, and counted: it has no way to click.
type keyboard struct {
	*tab
	pressed int
}

func (k *keyboard) press(keys string) {
	k.t.Helper()
	k.pressed += len([]rune(keys))
	k.do(chromedp.KeyEvent(keys))
}

// to presses the tabulator until what a selector finds has the focus.
func (k *keyboard) to(selector string) {
	k.t.Helper()
	for range 400 {
		if evaluate[bool](k.t, k.ctx, "document.activeElement.matches(`"+selector+"`)") {
			return
		}
		k.press(kb.Tab)
	}
	k.t.Fatalf("no tabulator leads to %s at %s", selector, evaluate[string](k.t, k.ctx, "location.href + document.body.innerText"))
}

// counter waits until the screen of a visit says how many tasks are done, and its list of
// what is offered has the focus.
func (k *keyboard) counter(tasks int) {
	k.t.Helper()
	testkit.Eventually(k.t, fmt.Sprintf("the counter's screen says that %d are done", tasks), func() bool {
		return evaluate[bool](k.t, k.ctx, fmt.Sprintf(`document.readyState === "complete" && location.pathname === "/counter" && document.activeElement.matches("[data-keys]") && document.querySelectorAll(".visit .done li").length === %d`, tasks))
	})
}

// open presses the digit of what leads to a page, and waits for it.
func (k *keyboard) open(page string) {
	k.t.Helper()
	k.press(evaluate[string](k.t, k.ctx, "document.querySelector(`[data-keys] a[href=\""+page+"\"]`).dataset.key"))
	k.at(page)
}

// A counter visit with three tasks needs no mouse: found by a reader's line, three tasks
// of three departments' sections opened by their digits, a missing paper, one receipt.
func TestACounterVisitWithThreeTasksNeedsNoMouse(t *testing.T) {
	o := openOffice(t)
	officer := o.staffed(t, "a002")
	desk := o.visitor().enter(officer)
	today := clock.Today(clock.System())
	desk.post("/training", "provider", "测试学校", "title", "电焊", "occupation", "6-29", "level", "五级", "hours", "40", "places", "5",
		"starts_on", today.AddDays(20).String(), "ends_on", today.AddDays(30).String(), "kind", "general", "county", "654301", "reference", "c-1", "venue", "一号楼", "contact", "0906-1234567")

	k := &keyboard{tab: o.tab(t, true)}
	k.staff("officer", officer.login, officer.paper[0], "/today")
	k.tab.open("/counter")
	k.at("/counter")
	k.to(`[name="visitor"]`)
	before := k.pressed
	// What the reader types: of it sex, ethnicity, birth, address and issuer end here.
	k.do(chromedp.KeyEvent("测试,女,哈萨克,19900307,团结路八号," + o.number + ",某公安局,20150101-20450101" + kb.Enter))
	k.counter(0)
	if page := evaluate[string](t, k.ctx, "document.documentElement.outerHTML + location.href"); strings.Contains(page, "哈萨克,") || strings.Contains(page, "团结路八号") || strings.Contains(page, "某公安局") {
		t.Error("the page keeps more of the card than it needs")
	}

	own := "/workers/" + o.worker
	k.open(own + "/wishes")
	k.to(`form[action$="/wishes"] button.big`)
	k.press(kb.Enter)
	k.counter(1)

	k.open(own + "/courses")
	k.to(`form[action$="/courses/enrol"] button`)
	k.press(kb.Enter)
	k.counter(2)

	k.open("/contacts/of/" + o.worker)
	k.to(`[name="phone"]`)
	k.press("13800000007")
	k.to(`select[name="reason"]`)
	k.press(kb.ArrowDown)
	k.to(`select[name="paper"]`)
	k.press(kb.ArrowDown)
	k.to(`form[action^="/contacts/of/"] button`)
	k.press(kb.Enter)
	k.counter(3)

	k.to(`[name="missing"]`)
	k.press(" ")
	k.to(`form[action="/counter/papers"] button`)
	k.press(kb.Enter)
	k.counter(3)
	k.press("0")
	testkit.Eventually(t, "the receipt is shown", func() bool {
		return evaluate[bool](t, k.ctx, `document.readyState === "complete" && location.pathname.startsWith("/counter/receipts/")`)
	})
	if n := evaluate[int](t, k.ctx, `document.querySelectorAll(".receipt ol li").length`); n != 3 {
		t.Errorf("the receipt says %d tasks", n)
	}
	if text := evaluate[string](t, k.ctx, `document.querySelector(".receipt").innerText`); strings.Count(text, "公安派出所") != 1 {
		t.Errorf("the missing paper stands not once on the receipt:\n%s", text)
	}
	t.Logf("three tasks, a missing paper and the receipt: %d keys, no mouse", k.pressed-before)
	if k.pressed-before > 120 {
		t.Errorf("%d keys for three tasks", k.pressed-before)
	}
}

// staffed is an officer of the department of work who may sign in.
func (o *office) staffed(t *testing.T, staff string) *account {
	t.Helper()
	link, _, _, err := o.platform.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	system := o.visitor()
	system.enter(system.accept("/sign-in/new?link="+link, "sys-1"))
	var security *visitor
	for _, office := range []string{"security", "audit"} {
		page := system.post("/admin/accounts/first", "office", office, "staff", office+"-1")
		one := o.visitor()
		one.enter(one.accept(o.link(page), office+"-1"))
		if office == "security" {
			security = one
		}
	}
	return o.officer(system, security, staff)
}
