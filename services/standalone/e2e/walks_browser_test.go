//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console"
)

// way is how a task is walked.
type way struct {
	script   bool
	lang     string
	width    int64
	approved bool // the texts of pages that bind are, in this language
}

func (y way) String() string {
	said := map[bool]string{true: "script", false: "noscript"}[y.script] + "," + y.lang + "," + strconv.FormatInt(y.width, 10)
	if y.approved {
		said += ",approved"
	}
	return said
}

// mainTask is what an officer, a counter or an administrator does from the sign-in to the result.
type mainTask struct {
	name  string
	binds bool // of its pages some speak a language by approval alone
	walk  func(s *stroll)
}

// ways lists in how many ways a task can be walked.
func (m mainTask) ways() (all []way) {
	for _, script := range []bool{true, false} {
		for i, lang := range console.Languages() {
			approved := []bool{true}
			if m.binds && i > 0 { // Chinese is what the others say, and needs nobody's approval
				approved = []bool{false, true}
			}
			for _, a := range approved {
				for _, width := range []int64{320, 1440} {
					all = append(all, way{script, lang, width, a})
				}
			}
		}
	}
	return all
}

// stroll is one task walked in one way, with a life of its own around it.
type stroll struct {
	*walk
	l *life
	way
	ground *ground
	steps  int
}

// Each main task of an officer of each department, of a counter, of an operator and of the
// administrators is walked from the sign-in to its result. A run walks each once, in a way
// that a printed seed chooses; with QIAO_TEST_ALL set, in all of them.
func TestMainTasksAreWalked(t *testing.T) {
	whole := os.Getenv("QIAO_TEST_ALL") != ""
	limit := 10 * time.Minute
	if whole {
		limit = 3 * time.Hour
	}
	parent := browserFor(t, 1440, 900, limit)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	if given, err := strconv.ParseUint(os.Getenv("QIAO_TEST_SEED"), 10, 64); err == nil {
		seed = given
	}
	var shared *ground
	if !whole {
		t.Logf("QIAO_TEST_SEED=%d", seed)
		shared = aGround(t)
	}
	began, walked, steps := time.Now(), 0, 0
	for i, task := range mainTasks() {
		t.Run(task.name, func(t *testing.T) {
			g, all := shared, task.ways()
			if whole {
				g = aGround(t)
			} else { // each task another, so that a run sees something of each
				r := rand.New(rand.NewPCG(seed, uint64(len(all))))
				all = []way{all[r.Perm(len(all))[i%len(all)]]}
			}
			for _, y := range all {
				t.Run(y.String(), func(t *testing.T) {
					ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
					defer stop()
					ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
					defer stop()
					s := &stroll{walk: &walk{t: t, ctx: ctx, url: g.url, caller: g.caller}, l: begin(t, g.caller), way: y, ground: g}
					s.begin()
					defer s.tell()
					task.walk(s)
					walked, steps = walked+1, steps+s.steps
				})
			}
		})
	}
	t.Logf("%d walks with %d pages in %v", walked, steps, time.Since(began).Round(time.Second))
}

// ground is a platform on which tasks are walked.
type ground struct {
	dir, url string
	caller   contract.Caller
	approved map[string]bool // whether the texts of a language are, as far as that is known
}

func aGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{dir: filepath.Join(t.TempDir(), "data"), approved: map[string]bool{}}
	g.url, g.caller = demonstrationIn(t, g.dir)
	offerAdministrators(t, g.caller)
	return g
}

// offerAdministrators has the page of players have the three: who is played aside is let in
// by its form too.
func offerAdministrators(t *testing.T, caller contract.Caller) {
	t.Helper()
	var all []*identityv1.Player
	for _, office := range []string{"system", "security", "audit"} {
		all = append(all, administrator(office))
	}
	must(identityv1.PlayClient{Caller: caller, Target: "identity"}.OfferPlayers(asSystem(), &identityv1.OfferPlayersRequest{Players: all}))(t)
}

// administrator is the holder of an office, as a player.
func administrator(office string) *identityv1.Player {
	return &identityv1.Player{PlayerLabel: office, AccountKind: "administrator", Subject: "S-" + office, Office: office, Grants: []*identityv1.RoleGrant{{Role: "administrator", Covered: auth.Everywhere}}}
}

// asSystem is as whom a demonstration keeps its accounts and its texts.
func asSystem() context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
}

// begin makes the browser what the way says.
func (s *stroll) begin() {
	s.t.Helper()
	if was, known := s.ground.approved[s.lang]; (!known || was != s.way.approved) && s.lang != console.Languages()[0] {
		s.approve()
		s.ground.approved[s.lang] = s.way.approved
	}
	if err := chromedp.Do(s.ctx, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: "qiao_lang", Value: s.lang, URL: s.url})
		if err == nil {
			_, err = cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !s.script})
		}
		return chromedp.Void{}, err
	}, chromedp.EmulateViewport(s.width, 900)); err != nil {
		s.t.Fatal(err)
	}
}

// approve approves or withdraws all texts of the language.
func (s *stroll) approve() {
	t := s.t
	t.Helper()
	as := asSystem()
	client := identityv1.LanguagesClient{Caller: s.caller, Target: "identity"}
	texts, err := console.Approvable()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]bool{}
	for _, f := range texts {
		if f.Language == s.lang {
			versions[f.File+" "+f.Version] = true
		}
	}
	stand := map[string]string{}
	for before := ""; ; {
		r := must(client.ListApprovals(as, &identityv1.ListApprovalsRequest{Language: s.lang, BeforeId: before}))(t)
		for _, a := range r.GetApprovals() {
			if of := a.GetTextFile() + " " + a.GetTextsVersion(); versions[of] && a.GetWithdrawnAt() == 0 {
				stand[of] = a.GetApprovalId()
			}
		}
		if before = r.GetNextBeforeId(); before == "" {
			break
		}
	}
	for _, f := range texts {
		id, is := stand[f.File+" "+f.Version]
		switch {
		case f.Language != s.lang || is == s.way.approved:
		case is:
			must(client.WithdrawApproval(as, &identityv1.WithdrawApprovalRequest{ApprovalId: id, ReasonCode: "mistaken"}))(t)
		default:
			must(client.ApproveTexts(as, &identityv1.ApproveTextsRequest{Language: f.Language, TextFile: f.File, TextsVersion: f.Version, SpeakerName: "演示", Qualification: "演示"}))(t)
		}
	}
}

// tell logs what the page says on which a walk failed.
func (s *stroll) tell() {
	if s.t.Failed() {
		s.t.Log(evaluate[string](s.t, s.ctx, `location.href + "\n" + document.body.innerText`))
	}
}

// sit has somebody of a department sit down at a desk of the county.
func (s *stroll) sit(staff, role, department string) {
	s.t.Helper()
	s.become(&identityv1.Player{PlayerLabel: "county", AccountKind: "officer", Subject: staff, Aside: true,
		Grants: []*identityv1.RoleGrant{{Role: role, Department: department, Covered: county}}})
}

func (s *stroll) become(p *identityv1.Player) {
	s.t.Helper()
	s.officer = p
	s.be(p)
	s.sound()
}

// goTo opens a page.
func (s *stroll) goTo(path string) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, chromedp.Navigate(s.url+path), chromedp.WaitReady(chromedp.CSS("h1"))); err != nil {
		s.t.Fatal(err)
	}
	s.sound()
}

// judgedStep is what no page of a walk may have.
type judgedStep struct {
	At     string   `json:"at"`
	Status int      `json:"status"`
	Lang   string   `json:"lang"`
	Over   int      `json:"over"`
	Wide   []string `json:"wide"` // the first elements that are
	Keys   []string `json:"keys"`
	Trace  bool     `json:"trace"`
	Alerts string   `json:"alerts"`
}

const judgeStep = `(() => {
  const keys = [], id = /^[a-z][a-z_]*(\.[A-Za-z0-9_-]+)+$/, texts = [];
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = all.nextNode(); n; n = all.nextNode()) if (!n.parentElement.closest("code, pre, script, style, noscript, textarea")) texts.push(n.data);
  for (const e of document.querySelectorAll("[aria-label], [placeholder]")) texts.push(e.getAttribute("aria-label") || "", e.getAttribute("placeholder") || "");
  for (const text of texts) for (const word of text.split(/\s+/)) if (id.test(word) && !word.endsWith(".cn")) keys.push(word);
  return {
    at: location.pathname + location.search, lang: document.documentElement.lang, keys,
    status: performance.getEntriesByType("navigation")[0].responseStatus,
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wide: [...document.querySelectorAll("main *")].filter((e) => !e.parentElement.closest(".scroll")).filter((e) => { const r = e.getBoundingClientRect(); return r.left < 0 || r.right > document.documentElement.clientWidth; }).slice(0, 3).map((e) => e.outerHTML.slice(0, 150)),
    trace: /goroutine \d|panic:|\.go:\d/.test(document.body.innerText),
    alerts: [...document.querySelectorAll("main [role=alert].bad")].map((e) => e.innerText).join("; "),
  };
})()`

// sound fails where a page is wider than the screen, has a text's id or a stack in place of
// words, or refused what was done.
func (s *stroll) sound() {
	t := s.t
	t.Helper()
	s.steps++
	j := evaluate[judgedStep](t, s.ctx, judgeStep)
	if j.Over > 0 {
		t.Errorf("%s is %d px wider than the screen: %q", j.At, j.Over, j.Wide)
	}
	if len(j.Keys) > 0 {
		t.Errorf("%s shows %v", j.At, j.Keys)
	}
	if j.Trace {
		t.Errorf("%s shows what the program did", j.At)
	}
	if j.Lang != s.lang {
		t.Errorf("%s speaks %s", j.At, j.Lang)
	}
	if shots := os.Getenv("QIAO_TEST_SHOTS"); shots != "" {
		b, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(shots, fmt.Sprintf("%s.%02d.png", strings.NewReplacer("/", ".", " ", "-").Replace(t.Name()), s.steps)), b, 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if j.Status >= 400 || j.Alerts != "" {
		t.Fatalf("%s is refused, %d: %s", j.At, j.Status, j.Alerts)
	}
}

// fill fills in what a form asks for, by name and value; a box or a button of several is ticked by its value.
func (s *stroll) fill(form string, fields ...string) {
	t := s.t
	t.Helper()
	if wrong := evaluate[string](t, s.ctx, fmt.Sprintf(`(() => {
		const form = document.querySelector(%s), fields = %s ?? [];
		if (!form) return "there is no such form";
		for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
		for (let i = 0; i + 1 < fields.length; i += 2) {
			const named = [...form.elements].filter((e) => e.name === fields[i]), value = fields[i + 1];
			const one = named.find((e) => e.type !== "radio" && e.type !== "checkbox" || e.value === value);
			if (!one) return "there is no field " + fields[i] + " for " + value;
			for (let d = one.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
			if (one.type === "radio" || one.type === "checkbox") one.checked = true; else one.value = value;
			if (one.type === "select-one" && one.value !== value) return fields[i] + " cannot be " + value + " but " + [...one.options].map((o) => o.value).slice(0, 20);
			one.dispatchEvent(new Event("input", { bubbles: true }));
			one.dispatchEvent(new Event("change", { bubbles: true }));
		}
		if (!form.checkValidity()) return "the browser does not send it: " + [...form.elements].filter((e) => !e.validity.valid).map((e) => e.name);
		return "";
	})()`, quoted(form), quoted(fields))); wrong != "" {
		t.Fatalf("%s on %s: %s", form, s.at(), wrong)
	}
}

// send fills in a form, presses its first button and waits for the page to which it leads.
func (s *stroll) send(form string, fields ...string) {
	s.t.Helper()
	s.fill(form, fields...)
	s.press(form + ` button:not([type="button"])`)
}

// press presses what a selector finds first, and waits for the page to which it leads.
func (s *stroll) press(selector string) {
	t := s.t
	t.Helper()
	evaluate[bool](t, s.ctx, `document.documentElement.dataset.left = "yes", true`)
	s.click(selector)
	s.until("the page after "+selector, func() bool {
		return evaluate[bool](t, s.ctx, `document.readyState === "complete" && !document.documentElement.dataset.left && !!document.querySelector("h1")`)
	})
	s.sound()
}

// click presses what a selector finds first.
func (s *stroll) click(selector string) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		s.t.Fatalf("%s on %s: %v", selector, s.at(), err)
	}
}

// has fails where the page has not what a selector finds, with a text in it.
func (s *stroll) has(selector, text string) {
	s.t.Helper()
	if !s.there(selector, text) {
		s.t.Fatalf("%s has no %s with %q", s.at(), selector, text)
	}
}

func (s *stroll) there(selector, text string) bool {
	s.t.Helper()
	return evaluate[bool](s.t, s.ctx, fmt.Sprintf(`[...document.querySelectorAll(%s)].some((e) => e.textContent.includes(%s))`, quoted(selector), quoted(text)))
}

// to is where what a selector finds, with a text in it, leads to.
func (s *stroll) to(selector, text string) string {
	s.t.Helper()
	s.has(selector, text)
	return evaluate[string](s.t, s.ctx, fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.textContent.includes(%s)).getAttribute("href")`, quoted(selector), quoted(text)))
}

// text is what the first one says that a selector finds.
func (s *stroll) text(selector string) string {
	s.t.Helper()
	return evaluate[string](s.t, s.ctx, fmt.Sprintf(`document.querySelector(%s)?.textContent ?? ""`, quoted(selector)))
}
