//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/console"
)

// What a browser may load: for the first page of ours that it sees, and for each after it.
const (
	firstPage = 50_000
	laterPage = 15_000
)

// found is a page of the demonstration, and who sees it.
type found struct{ pattern, path, who, cookie string }

// played are the roles of the tables of addresses that the people of the demonstration have.
var played = map[string]string{
	"务工人员": "worker", "带孩子的务工人员": "guardian", "故事里的务工人员": "worker", "用人单位": "responsible",
	"就业和社保部门工作人员": "reviewer", "一个县的窗口工作人员": "clerk", "教育部门工作人员": "edu-reviewer", "住房部门工作人员": "hou-reviewer", "住房部门另一位工作人员": "hou-reviewer", "平台运维人员": "operator",
	"系统管理员": "system", "安全管理员": "security", "审计管理员": "audit",
}

// strolled opens the pages of the demonstration as everybody in it, by their links, until no
// link leads to a kind of page that this person has not seen.
func strolled(t *testing.T, s *server) []found {
	t.Helper()
	patterns := http.NewServeMux()
	rows, err := filepath.Glob("../../console/internal/section/*/routes.csv")
	if err != nil || len(rows) < 8 {
		t.Fatal(rows, err)
	}
	seeds, roles := map[string]bool{}, map[string]string{"GET /story": "everybody", "GET /story/{id}": "everybody"} // which plays people itself
	for _, name := range rows {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(f).ReadAll()
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all[1:] {
			if pattern, is := strings.CutPrefix(r[0], "GET "); is {
				roles[r[0]] = r[1]
				seeds[strings.TrimSuffix(pattern, "{$}")] = true
			}
		}
	}
	for pattern := range roles {
		patterns.Handle(pattern, http.NotFoundHandler())
	}
	patternOf := func(path string) string {
		_, p := patterns.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
		return p
	}
	link := regexp.MustCompile(`<a\b[^>]* href="(/[^"#]*)`)
	ask := func(c *http.Client, path string) (body, at string, ok bool) {
		q, err := http.NewRequest(http.MethodGet, s.url+path, nil)
		if err != nil {
			return "", "", false
		}
		r, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			return "", "", false
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b), r.Request.URL.RequestURI(), r.StatusCode == http.StatusOK
	}
	var all []found
	worker := ""
	look := func(who, role string, c *http.Client, cookie, start string) {
		may := func(pattern string) bool {
			said := roles[pattern]
			return said == "everybody" || said == "who signed in" && role != "nobody" || slices.Contains(strings.Fields(said), role)
		}
		seen, tried := map[string]bool{}, map[string]bool{}
		todo := []string{start, "/"}
		for _, path := range slices.Sorted(maps.Keys(seeds)) {
			if worker != "" {
				path = strings.ReplaceAll(path, "{ref}", worker) // whose page an officer finds by a number
			}
			if !strings.Contains(path, "{") {
				todo = append(todo, path)
			}
		}
		for len(todo) > 0 {
			path := todo[0]
			todo = todo[1:]
			u, err := url.Parse(path)
			if err != nil || tried[path] {
				continue
			}
			pattern := patternOf(u.Path)
			if pattern == "" || seen[pattern] || !may(pattern) {
				continue
			}
			tried[path] = true
			body, at, ok := ask(c, path)
			if !ok || at != path {
				continue
			}
			seen[pattern] = true
			all = append(all, found{pattern, path, who, cookie})
			for _, m := range link.FindAllStringSubmatch(body, -1) {
				todo = append(todo, html.UnescapeString(m[1]))
			}
		}
	}
	nobody := &http.Client{}
	look("nobody", "nobody", nobody, "", "/story")
	var players [][]string
	testkit.Eventually(t, "the demonstration offers its people", func() bool {
		body, _, _ := ask(nobody, "/sign-in/players")
		players = regexp.MustCompile(`name="player" value="([^"]+)"[^>]*><b>([^<]+)`).FindAllStringSubmatch(body, -1)
		return len(players) >= 11
	})
	for _, p := range players {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &http.Client{Jar: jar}
		form := url.Values{"player": {p[1]}, "next": {"/"}, "key": {strings.Repeat("A", 26)}}
		q, err := http.NewRequest(http.MethodPost, s.url+"/sign-in/players", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Sec-Fetch-Site", "same-origin")
		r, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		cookie := ""
		for _, k := range jar.Cookies(r.Request.URL) {
			if k.Name == "qiao" {
				cookie = k.Value
			}
		}
		if cookie == "" {
			t.Fatalf("%s is not signed in: %s", p[2], r.Status)
		}
		at := r.Request.URL.RequestURI()
		if at == "/my" && worker == "" {
			body, _, _ := ask(c, at)
			m := regexp.MustCompile(`"/workers/([0-9a-f-]{36})`).FindStringSubmatch(body)
			if m == nil {
				t.Fatalf("the first page of %s leads to none of the own pages", p[2])
			}
			worker = m[1]
		}
		role := played[p[2]]
		if role == "" {
			t.Fatalf("the demonstration offers %q, and nobody says which role that is", p[2])
		}
		look(p[2], role, c, cookie, at)
	}
	return all
}

// judged is what the browser says of a page.
type judged struct {
	At      string   `json:"at"`
	Lang    string   `json:"lang"`
	Dir     string   `json:"dir"`
	Over    int      `json:"over"`  // pixels by which it is wider than the screen
	Page    int      `json:"page"`  // bytes as they were sent
	First   int      `json:"first"` // with all that it loads
	Against []string `json:"against"`
}

const judge = `(async () => {
  const nav = performance.getEntriesByType("navigation")[0];
  let first = nav.transferSize + (await (await fetch(document.querySelector("link[rel=icon]").href)).arrayBuffer()).byteLength;
  for (const r of performance.getEntriesByType("resource")) if (r.name.includes("/static/") && !r.name.includes("icon")) first += r.encodedBodySize + 300;
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const said = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]%s });
  const against = said.violations.flatMap(v => v.nodes.map(n => v.id + " " + n.target.join(" ") + ": " + (n.any[0] || n.all[0] || n.none[0] || {}).message));
  return { at: location.pathname + location.search, lang: document.documentElement.lang, dir: document.documentElement.dir, over, page: nav.transferSize, first, against };
})()`

// colours are judged once for each page: no language has its own.
const noColours = `, rules: { "color-contrast": { enabled: false } }`

// Each page of the demonstration, as one of those who may see it, on the narrowest phone
// and in the languages: nothing is against WCAG 2.2 AA by the rules of axe-core, nothing
// is wider than the screen, and it loads no more than a page may. A run takes Chinese and
// one other language, by a seed that it prints; with QIAO_TEST_ALL set it takes them all.
func TestEveryPageInABrowser(t *testing.T) {
	rules, err := os.ReadFile(testkit.Axe(t))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, "-demo", "-people", "200", "-pace", "0", "-data", filepath.Join(t.TempDir(), "demo"))
	pages := strolled(t, s)
	languages, limit := []string{"zh-Hans"}, 10*time.Minute
	others := slices.DeleteFunc(console.Languages(), func(l string) bool { return l == languages[0] })
	if os.Getenv("QIAO_TEST_ALL") != "" {
		languages, limit = append(languages, others...), 30*time.Minute
	} else {
		seed := rand.Uint64()
		if given, err := strconv.ParseUint(os.Getenv("QIAO_TEST_SEED"), 10, 64); err == nil {
			seed = given
		}
		languages = append(languages, others[seed%uint64(len(others))])
		t.Logf("QIAO_TEST_SEED=%d: zh-Hans and %s", seed, languages[1])
	}
	kinds := map[string]found{}
	for _, p := range pages {
		if _, is := kinds[p.pattern]; !is {
			kinds[p.pattern] = p
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%s as %s: %s", k, kinds[k].who, kinds[k].path)
	}
	if len(kinds) < 60 {
		t.Fatalf("the walk found %d kinds of pages", len(kinds))
	}
	type task struct {
		found
		lang string
	}
	var todo []task
	for _, l := range languages {
		for _, k := range slices.Sorted(maps.Keys(kinds)) {
			todo = append(todo, task{kinds[k], l})
		}
	}
	began := time.Now()
	parent := browserFor(t, 320, 800, limit)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	worst := struct{ page, first int }{}
	shots := os.Getenv("QIAO_TEST_SHOTS")
	for range 2 {
		ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
		t.Cleanup(stop)
		wg.Go(func() {
			for {
				mu.Lock()
				if len(todo) == 0 {
					mu.Unlock()
					return
				}
				one := todo[0]
				todo = todo[1:]
				mu.Unlock()
				j, err := openPage(ctx, s.url, one.path, one.cookie, one.lang, string(rules))
				if err != nil {
					t.Errorf("%s, %s in %s: %v", one.path, one.who, one.lang, err)
					continue
				}
				mu.Lock()
				worst.page, worst.first = max(worst.page, j.Page), max(worst.first, j.First)
				mu.Unlock()
				where := fmt.Sprintf("%s as %s in %s", one.path, one.who, one.lang)
				if j.At != one.path {
					t.Errorf("%s leads to %s", where, j.At)
				}
				if j.Over > 0 {
					t.Errorf("%s is %d px wider than the screen", where, j.Over)
				}
				if j.Page > laterPage || j.First > firstPage {
					t.Errorf("%s loads %d bytes, of which the page is %d", where, j.First, j.Page)
				}
				for _, a := range j.Against {
					t.Errorf("%s: %s", where, a)
				}
				if shots != "" {
					shoot(t, ctx, filepath.Join(shots, cmp.Or(strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(one.pattern[4:], "-"), "-"), "root")+"."+one.lang))
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d kinds of pages in %v: the heaviest page is %d bytes, the heaviest with all that it loads %d; %v", len(kinds), languages, worst.page, worst.first, time.Since(began).Round(time.Second))
}

// openPage opens a page as whom a cookie signs in, and judges it.
func openPage(ctx context.Context, at, path, cookie, lang, rules string) (judged, error) {
	set := func(name, value string) chromedp.Action[chromedp.Void] {
		return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: at})
			return chromedp.Void{}, err
		}
	}
	still := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
		return chromedp.Void{}, err
	}
	if cookie == "" {
		cookie = "none"
	}
	if err := chromedp.Do(ctx, set("qiao", cookie), set("qiao_lang", lang), still, chromedp.EmulateViewport(320, 800), chromedp.Navigate(at+path)); err != nil {
		return judged{}, err
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](rules)); err != nil {
		return judged{}, err
	}
	less := ""
	if lang != console.Languages()[0] {
		less = noColours
	}
	return chromedp.Run(ctx, chromedp.Evaluate[judged](fmt.Sprintf(judge, less), chromedp.EvalAwaitPromise))
}

// shoot keeps pictures of a page, to be looked at.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	for _, width := range []int64{320, 768, 1440} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Error(err)
			return
		}
		b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(fmt.Sprintf("%s.%d.png", name, width), b, 0o600)
		}
		if err != nil {
			t.Error(err)
			return
		}
	}
}
