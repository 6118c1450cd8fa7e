//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A hire is entered in both: here it stands, and one key a field copies it for the other
// system. Counted is what a clerk presses: here one key a field and the number that comes
// back; there one to paste and one to go on. Beside it stands what typing it all once more
// would take, at one key a sign and one to go on.
func TestKeysToEnterAHireInBoth(t *testing.T) {
	w := aWalk(t)
	w.officer.Grants[0].Covered = "654300"
	var at string
	w.until("a hire waits to be entered", func() bool {
		w.open("/today?matter=employment.elsewhere_hire")
		at = evaluate[string](t, w.ctx, `document.querySelector("a[data-open]")?.getAttribute("href") ?? ""`)
		return at != ""
	})
	w.open(at)
	w.reads("待录入", "本人能看到您查看了这些资料")
	fields := strings.Split(evaluate[string](t, w.ctx, `[...document.querySelectorAll("[data-field] input")].map((i) => i.value).filter((v) => v).join("\n")`), "\n")
	if len(fields) < 6 {
		t.Fatalf("the form has %d fields that are not empty: %q", len(fields), fields)
	}
	evaluate[bool](t, w.ctx, `(window.copied = [], document.addEventListener("copy", () => { const i = document.activeElement; window.copied.push(i.value.slice(i.selectionStart, i.selectionEnd)); }), true)`)
	press := func(key string) {
		t.Helper()
		if err := chromedp.Do(w.ctx, chromedp.KeyEvent(key)); err != nil {
			t.Fatal(err)
		}
	}
	here, there, again := 0, 0, 0
	for i, value := range fields {
		press([]string{" ", kb.Enter}[i%2]) // either does
		here++
		there += 3 // two keys to paste, one to go to the next field
		again += utf8.RuneCountInString(value) + 1
		w.until("the next field is copied", func() bool { return evaluate[int](t, w.ctx, `window.copied.length`) == i+1 })
	}
	if copied := evaluate[string](t, w.ctx, `window.copied.join("\n")`); copied != strings.Join(fields, "\n") {
		t.Errorf("copied were %q, want %q", copied, fields)
	}
	const number = "XJ2026110042"
	if focus := evaluate[string](t, w.ctx, `document.activeElement.name`); focus != "number" {
		t.Errorf("after the last field the keyboard is at %q and not at the number", focus)
	}
	press(number)
	press(kb.Enter)
	here += len(number) + 1
	again += len(number) + 1
	w.until("the number is kept", func() bool { return w.says("已录入") && w.says(number) })
	t.Logf("a hire of %d fields entered in both: %d keys here and %d there, %d in all; typed again by hand: %d", len(fields), here, there, here+there, again)
	if here != len(fields)+len(number)+1 || here+there >= again {
		t.Errorf("%d and %d keys are no fewer than %d", here, there, again)
	}
	w.open("/today?matter=employment.elsewhere_hire")
	if evaluate[bool](t, w.ctx, `!!document.querySelector('a[href="`+at+`"]')`) {
		t.Error("what was entered waits still")
	}
}
