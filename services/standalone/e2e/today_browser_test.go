//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// From the list to a decision and on to the next case an officer presses three keys beside
// what must be typed: the first opens the case, the second decides it and the third opens
// the next. What begins with a choice takes the key of the choice too.
func TestThreeKeysFromTheListToTheNextCase(t *testing.T) {
	s := serve(t, "-demo", "-people", "60", "-pace", "1", "-data", filepath.Join(t.TempDir(), "demo"))
	ctx := browserFor(t, 1440, 900, 4*time.Minute)
	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	eventually := func(what, holds string) {
		t.Helper()
		deadline, tick := time.After(2*time.Minute), time.NewTicker(50*time.Millisecond)
		defer tick.Stop()
		for !evaluate[bool](t, ctx, "Boolean("+holds+")") {
			select {
			case <-deadline:
				t.Fatalf("still not: %s\n%s", what, evaluate[string](t, ctx, `document.activeElement.outerHTML`))
			case <-tick.C:
			}
		}
	}
	keys := 0
	press := func() {
		t.Helper()
		keys++
		do(chromedp.KeyEvent(kb.Enter))
	}
	do(chromedp.Navigate(s.url+"/sign-in/players"), chromedp.WaitVisible(chromedp.CSS("form.players button")))
	evaluate[bool](t, ctx, `[...document.querySelectorAll("form.players button")].find(b => b.textContent.includes("住房部门")).click() ?? true`)
	eventually("the officer is signed in", `document.readyState === "complete" && location.pathname === "/today"`)
	// The demonstration lives on meanwhile: two applications come to wait in it by and by.
	for waiting := 0; waiting < 2; {
		do(chromedp.Navigate(s.url+"/today?matter=housing.application"), chromedp.WaitReady(chromedp.CSS("body")))
		waiting = evaluate[int](t, ctx, `document.querySelectorAll("[data-row]").length`)
	}
	first := evaluate[string](t, ctx, `document.querySelector("[data-row] code").textContent.toLowerCase()`)
	press()
	eventually("the first case is open and its decision at hand", `document.activeElement.closest("[data-case] form")?.action.includes("`+first+`") && document.activeElement.matches("button")`)
	press()
	eventually("it is decided, and the list stands", `document.querySelector("[data-done]")?.hidden === false && document.activeElement.matches("[data-next]") && document.querySelector("[data-row]").classList.contains("done")`)
	press()
	eventually("the next case is open", `document.activeElement.closest("[data-case] form") && !document.activeElement.closest("form").action.includes("`+first+`")`)
	if keys != 3 {
		t.Errorf("%d keys", keys)
	}
	if at := evaluate[string](t, ctx, `location.pathname + location.search`); at != "/today?matter=housing.application" {
		t.Errorf("the list is left for %s", at)
	}
}
