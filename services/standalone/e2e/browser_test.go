//go:build e2e

package e2e

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

// browser starts headless Chromium, or fails where CI is set and it is missing.
func browser(t *testing.T, width, height int) context.Context {
	t.Helper()
	return browserFor(t, width, height, 5*time.Minute)
}

// browserFor is browser for a test that takes longer.
func browserFor(t *testing.T, width, height int, limit time.Duration) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(testkit.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(width, height), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, limit)
	t.Cleanup(stop)
	return ctx
}

// A first-time viewer's three minutes: every button of the story, in a browser.
func TestTheStoryInABrowser(t *testing.T) {
	s := serve(t, "-demo", "-people", "60", "-pace", "2", "-data", filepath.Join(t.TempDir(), "demo"))
	ctx := browser(t, 390, 900)
	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	score, big, next := chromedp.CSS("a.score b"), chromedp.CSS("button.big"), chromedp.CSS("#go")
	do(chromedp.Navigate(s.url+"/story"), chromedp.WaitVisible(big), chromedp.Click(big), chromedp.WaitVisible(score))
	tally := func() int {
		return evaluate[int](t, ctx, `Number(document.querySelector("a.score b")?.textContent ?? -1)`)
	}
	// step is where the one big button leads: "" at the end, "loading" between pages.
	step := func() string {
		return evaluate[string](t, ctx, `document.readyState !== "complete" ? "loading" : document.querySelector("#go")?.form.action ?? ""`)
	}
	// eventually waits until the page, which renews itself while reactions are
	// under way, shows that it is so.
	eventually := func(what string, holds func() bool) {
		t.Helper()
		deadline := time.After(2 * time.Minute)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for !holds() {
			select {
			case <-deadline:
				t.Fatalf("still not: %s", what)
			case <-tick.C:
			}
		}
	}
	// settled is how many papers are no longer asked for once the page has
	// nothing more to wait for: until then a reaction may add to them or take
	// from them, and a slow machine shows the number from before.
	settled := func(after string) int {
		t.Helper()
		eventually("reactions have come after "+after, func() bool {
			return evaluate[string](t, ctx, `document.readyState !== "complete" ? "" : document.querySelector("#live")?.dataset.every ?? ""`) == "0"
		})
		return tally()
	}
	eventually("the first step", func() bool { return step() != "loading" })
	steps, insured, unticked := 0, 0, 0
	for before := step(); before != ""; before = step() {
		do(chromedp.WaitVisible(next), chromedp.Click(next))
		eventually("the step after "+before, func() bool { s := step(); return s != before && s != "loading" })
		switch {
		case strings.HasSuffix(before, "/insure"): // what the departments recorded is on the forms
			insured = settled(before)
		case strings.HasSuffix(before, "/untick"):
			unticked = settled(before)
		}
		steps++
	}
	if steps < 8 {
		t.Errorf("the story has only %d steps", steps)
	}
	if insured < 8 {
		t.Errorf("only %d papers are no longer asked for once all departments have heard", insured)
	}
	if unticked != insured-1 {
		t.Errorf("unticking a fact took %d papers to %d; it gives exactly one back", insured, unticked)
	}
	// tap plays one of those whom the demonstration offers, on their page.
	tap := func(label string) {
		t.Helper()
		do(chromedp.Navigate(s.url+"/sign-in/players"), chromedp.WaitVisible(chromedp.CSS("form.players button")))
		evaluate[bool](t, ctx, `[...document.querySelectorAll("form.players button")].find(b => b.textContent.includes("`+label+`")).click() ?? true`)
		eventually("the tap is taken", func() bool {
			return evaluate[bool](t, ctx, `document.readyState === "complete" && location.pathname !== "/sign-in/players"`)
		})
	}
	for i, page := range []string{"/", "/feed", "/parked", "/workers", "/story"} {
		switch i {
		case 0:
			tap("平台运维人员")
		case 3:
			tap("就业和社保部门")
		}
		do(chromedp.Navigate(s.url+page), chromedp.WaitVisible(chromedp.CSS("h1")))
		if evaluate[bool](t, ctx, `document.documentElement.scrollWidth > document.documentElement.clientWidth`) {
			t.Errorf("%s is wider than a phone", page)
		}
		if at := evaluate[string](t, ctx, `location.pathname`); at != page {
			t.Errorf("%s leads to %s", page, at)
		}
		if evaluate[string](t, ctx, `document.querySelector("h1").textContent`) == "" {
			t.Errorf("%s has no heading", page)
		}
	}
}

func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
		if err == nil {
			return v
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		// The page renewed itself in between: its old answer is gone.
		if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil && ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}
