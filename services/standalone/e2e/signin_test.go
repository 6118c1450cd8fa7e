//go:build e2e

package e2e

import (
	"archive/zip"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 names it
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// office is a platform for real people in this process, with its pages.
type office struct {
	t        *testing.T
	url      string
	platform *standalone.Platform
	number   string // of a registered worker's document
	worker   string
}

func openOffice(t *testing.T) *office {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, url: "http://localhost:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port)}
	cfg := standalone.Config{Dir: filepath.Join(t.TempDir(), "data"), Purpose: standalone.PurposeReal, LogTo: io.Discard, Import: true, SignIn: run.SignIn{Origins: []string{o.url}}}
	if _, _, err := standalone.Init(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	if o.platform, err = standalone.Open(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	go func() { ended <- o.platform.Run(ctx) }()
	go func() { ended <- run.Serve(ctx, l, o.platform.Handler(ctx.Done())) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if err := o.platform.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := o.platform.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	o.number, o.worker = o.register(1)
	return o
}

// register enters a worker as an import does.
func (o *office) register(n int) (number, worker string) {
	o.t.Helper()
	caller, err := o.platform.Caller("import")
	if err != nil {
		o.t.Fatal(err)
	}
	today := clock.Today(clock.System())
	number = ident.Invented(today.AddYears(-30), n)
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hrss", Division: auth.Everywhere, Purpose: "registration", LegalBasis: "PIPL 13", Via: auth.ViaImport})
	r, err := registryv1.RegistryClient{Caller: caller, Target: "registry"}.RegisterWorker(as, &registryv1.RegisterWorkerRequest{
		DocumentNumber: number, Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: today.String(), NoticeVersion: "1", Signed: true})
	if err != nil {
		o.t.Fatal(err)
	}
	return number, r.GetWorker()
}

// employer registers one as an import does.
func (o *office) employer() string {
	o.t.Helper()
	caller, err := o.platform.Caller("import")
	if err != nil {
		o.t.Fatal(err)
	}
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hrss", Division: auth.Everywhere, Purpose: "case_handling", LegalBasis: "law", Via: auth.ViaImport})
	const signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for i := range len(signs) * len(signs) { // the last two are check signs
		code := "91654301MABR1DGE" + string(signs[i/len(signs)]) + string(signs[i%len(signs)])
		if _, manual, err := ident.ParseUSCC(code); err != nil || manual {
			continue
		}
		r, err := employmentv1.EmploymentClient{Caller: caller, Target: "employment"}.RegisterEmployer(as, &employmentv1.RegisterEmployerRequest{Uscc: code, Name: "测试公司", IndustrySection: "E", County: "654301"})
		if err != nil {
			o.t.Fatal(err)
		}
		return r.GetEmployerId()
	}
	o.t.Fatal("no code fits")
	return ""
}

// visitor is somebody with a browser that runs no script.
type visitor struct {
	*office
	client *http.Client
	at     *url.URL
}

func (o *office) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &visitor{office: o, client: &http.Client{Jar: jar}}
}

func (v *visitor) ask(method, path string, values ...string) string {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	if method == http.MethodPost && form.Get("key") == "" {
		form.Set("key", rand.Text())
	}
	r, err := http.NewRequest(method, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.at = resp.Request.URL
	if resp.StatusCode >= 400 {
		v.t.Fatalf("%s %s: %s\n%s", method, path, resp.Status, b)
	}
	return string(b)
}

func (v *visitor) get(path string) string { v.t.Helper(); return v.ask(http.MethodGet, path) }

func (v *visitor) post(path string, values ...string) string {
	v.t.Helper()
	return v.ask(http.MethodPost, path, values...)
}

// find is what the first group of a pattern matches on a page.
func (o *office) find(page, pattern string) string {
	o.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		o.t.Fatalf("the page lacks %s:\n%s", pattern, page)
	}
	return html.UnescapeString(m[1])
}

// totp is what an authenticator shows so many half minutes from now (RFC 6238).
func totp(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha1.New, key)
	_ = binary.Write(m, binary.BigEndian, time.Now().Unix()/30+steps) // a hash never fails
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1_000_000)
}

const longPassword = "a mountain of gold 7"

// account is who opened an account by a link.
type account struct {
	login, secret string
	paper         []string
}

// accept opens a link as its holder does.
func (v *visitor) accept(link, staff string, word ...string) *account {
	v.t.Helper()
	page := v.get(link)
	if len(word) > 0 { // of a link that two administrators made
		page = v.post("/sign-in/new/word", "word", word[0])
	}
	h := &account{login: staff, secret: v.find(page, `class="secret">([A-Z2-7 ]+)<`)}
	if staff == "" { // the page says the name: an employer's is of its own space
		h.login = v.find(page, `name="login" value="([^"]+)"`)
	}
	page = v.post("/sign-in/new", "word", strings.Join(word, ""), "staff", staff, "password", longPassword, "again", longPassword, "code", totp(v.t, h.secret, 0))
	for _, m := range regexp.MustCompile(`<li><code>([A-Z0-9-]+)</code></li>`).FindAllStringSubmatch(page, -1) {
		h.paper = append(h.paper, m[1])
	}
	if len(h.paper) != 10 {
		v.t.Fatalf("%d codes on paper", len(h.paper))
	}
	return h
}

// enter signs in with both factors.
func (v *visitor) enter(h *account) *visitor {
	v.t.Helper()
	v.post("/sign-in", "as", "officer", "login", h.login, "password", longPassword)
	v.post("/sign-in/second", "code", h.paper[0])
	h.paper = h.paper[1:]
	return v
}

// link is the address of a link that a page hands out.
func (o *office) link(page string) string {
	o.t.Helper()
	u, err := url.Parse(o.find(page, `class="handed"[\s\S]*?<code>([^<]+)</code>`))
	if err != nil {
		o.t.Fatal(err)
	}
	return u.RequestURI()
}

// administrators makes the three of a new platform, on its pages.
func (o *office) administrators() (system, security, audit *visitor) {
	o.t.Helper()
	link, _, needed, err := o.platform.FirstLink(context.Background())
	if err != nil || !needed {
		o.t.Fatal(needed, err)
	}
	return o.administratorsBy("/sign-in/new?link=" + link)
}

// administratorsBy makes them by the first one's link.
func (o *office) administratorsBy(link string) (system, security, audit *visitor) {
	o.t.Helper()
	system = o.visitor()
	system.enter(system.accept(link, "sys-1"))
	for office, to := range map[string]**visitor{"security": &security, "audit": &audit} {
		page := system.post("/admin/accounts/first", "office", office, "staff", office+"-1")
		*to = o.visitor()
		(*to).enter((*to).accept(o.link(page), office+"-1"))
	}
	return system, security, audit
}

// officer is a new one, whom two administrators let in.
func (o *office) officer(system, security *visitor, staff string) *account {
	o.t.Helper()
	system.post("/admin/accounts", "staff", staff, "role1", "reviewer", "department1", "hrss", "covered1", "654301")
	act := o.find(security.get("/admin/acts"), `action="/admin/acts/([^"]+)"`)
	link := o.link(security.post("/admin/acts/"+act, "do", "approve"))
	return o.visitor().accept(link, staff, o.word(system))
}

// word is the second word of the newest link, as the one who asked for it reads it.
func (o *office) word(system *visitor) string {
	o.t.Helper()
	return o.find(system.get("/admin/acts"), `<code class="ticket">([A-Z0-9-]+)</code>`)
}

// visited is who stood at the counter and signed in by the code that it printed.
func (v *visitor) visited(number string) *visitor {
	v.t.Helper()
	v.post("/counter", "visitor", number)
	visit := v.find(v.get("/counter"), `name="visit" value="([^"]+)"`)
	code := v.find(v.post("/counter/code", "visit", visit), `class="ticket">([^<]+)<`)
	one := v.visitor()
	one.post("/sign-in/code", "code", strings.ToLower(code))
	return one
}

// A platform's people come to be, sign in, act and are shut out, on its pages and
// without script: three administrators, an officer, and a worker who visits him.
func TestAnAccountsLifeOnThePages(t *testing.T) {
	o := openOffice(t)
	system, security, audit := o.administrators()
	officer := o.officer(system, security, "a001")
	desk := o.visitor().enter(officer)

	// Only within a visit the officer acts for the worker.
	if page := desk.get("/workers/" + o.worker + "/contact"); strings.Contains(page, "/contact/object") {
		t.Error("without a visit a worker's page is open")
	}
	worker := desk.visited(o.number)
	if worker.at.Path != "/my" {
		t.Errorf("the worker comes to %s", worker.at)
	}
	if page := worker.get("/workers/" + o.worker + "/access"); !strings.Contains(page, "a001") && !strings.Contains(page, "工作人员") {
		t.Error("the worker does not see who looked")
	}
	if page := worker.get("/me/devices"); strings.Contains(page, `action="/me/pin"`) || strings.Contains(page, `action="/me/passkeys"`) {
		t.Error("by a counter's code more is set up than the sign-in")
	}

	// Another worker acts for him while he lets him, and no longer.
	number, ref := o.register(2)
	helper, his := desk.visited(number), "/workers/"+o.worker+"/contact"
	refused := "没有人委托您"
	if page := helper.get(his); !strings.Contains(page, refused) {
		t.Error("anybody sees another's page")
	}
	desk.post("/counter", "visitor", o.number)
	desk.post("/counter/helper", "worker", o.worker, "helper", ref, "ends", clock.Today(clock.System()).AddDays(30).String(), "paper", "written")
	if page := helper.get(his); strings.Contains(page, refused) {
		t.Error("a helper does not see the page")
	}
	worker.post("/me/helpers/end", "delegation", o.find(worker.get("/me/helpers"), `name="delegation" value="([^"]+)"`))
	if page := helper.get(his); !strings.Contains(page, refused) {
		t.Error("what was taken back goes on")
	}

	// Another one takes everything along, which every department gives, and closes the account.
	goes, gone := o.register(3)
	leaver := desk.visited(goes)
	leave := "/workers/" + gone + "/leave"
	if page := leaver.get(leave); !strings.Contains(page, "网络安全法(2025) 23(3)") || strings.Contains(page, "没有答复") {
		t.Errorf("who wants to go reads:\n%s", page)
	}
	took := everything(t, leaver.post(leave+"/file"))
	for part, want := range map[string]string{"registry.GetWorker": goes[len(goes)-4:], "registry.ListAccess": "a001", "registry.ListTimeline": "registry.worker.registered", "identity.ListSessions": "sessions"} {
		if !strings.Contains(took[part], want) {
			t.Errorf("%s is taken along as %q", part, took[part])
		}
	}
	if n := len(took); n < 25 {
		t.Errorf("%d parts are taken along", n)
	}
	if page := leaver.post(leave+"/close", "sure", "yes"); !strings.Contains(page, "您的账户已注销") {
		t.Errorf("closed, the worker comes to %s:\n%s", leaver.at, page)
	}
	leaver.get(leave)
	if leaver.at.Path != "/sign-in" {
		t.Errorf("who closed the account comes to %s", leaver.at)
	}

	// An employer's user comes by a link that the officer hands out.
	employer, firm := o.employer(), o.visitor()
	user := firm.accept(o.link(desk.post("/counter/employer", "employer", employer, "login", "firm-1", "responsible", "yes", "sure", "yes")), "")
	firm.enter(user)
	if firm.at.Path != "/employers/"+employer {
		t.Errorf("the employer comes to %s", firm.at)
	}

	// The officer is seen and shut out; the line stands in the audit.
	if page := desk.get("/me/devices"); !strings.Contains(page, `class="badge good"`) {
		t.Error("the officer does not see where he is signed in")
	}
	id := o.find(security.get("/admin/accounts"), `a001[\s\S]*?name="account" value="([^"]+)"`)
	security.post("/admin/accounts/out", "account", id, "sure", "yes")
	desk.get("/workers")
	if desk.at.Path != "/sign-in" || desk.at.Query().Get("why") != "over" {
		t.Errorf("shut out, the officer comes to %s", desk.at)
	}
	if page := audit.get("/admin/denials"); !strings.Contains(page, "identity.no_visit") && !strings.Contains(page, "auth.") {
		t.Errorf("the audit has nothing:\n%s", page)
	}
	// A code on paper works once.
	used := &account{login: "a001", paper: []string{officer.paper[0]}}
	o.visitor().enter(used)
	again := o.visitor()
	again.post("/sign-in", "as", "officer", "login", "a001", "password", longPassword)
	q, err := http.NewRequest(http.MethodPost, o.url+"/sign-in/second", strings.NewReader(url.Values{"key": {rand.Text()}, "code": {officer.paper[0]}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	r, err := again.client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a code on paper works twice: %s", r.Status)
	}
}

// An officer signs in in Chromium with two factors, adds a passkey and signs in with
// that alone, is seen on the list, and is shut out from another browser.
func TestAnOfficerInABrowser(t *testing.T) {
	o := openOffice(t)
	system, security, _ := o.administrators()
	officer := o.officer(system, security, "a001")
	ctx := browser(t, 1366, 900)
	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	visible := func(selector string) chromedp.Action[chromedp.Void] {
		return chromedp.WaitVisible(chromedp.CSS(selector))
	}
	click := func(selector string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(selector)) }
	fill := func(selector, text string) chromedp.Action[chromedp.Void] {
		return chromedp.SendKeys(chromedp.CSS(selector), text)
	}
	// arrive waits until the browser shows a whole page at an address: before that, what
	// is looked for may be on the page that goes.
	arrive := func(at string) {
		t.Helper()
		var is string
		defer func() {
			if is != at {
				t.Log("it is at", is)
			}
		}()
		testkit.Eventually(t, "the browser is at "+at, func() bool {
			is = evaluate[string](t, ctx, `document.readyState === "complete" ? location.pathname + location.search : ""`)
			return is == at
		})
	}
	do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return chromedp.Void{}, err
	})

	do(chromedp.Navigate(o.url+"/sign-in?as=officer&next=%2Fworkers"), fill(`input[name=login]`, "A001"), fill(`input[name=password]`, longPassword), click(`form[action="/sign-in"] button`))
	arrive("/sign-in/second?next=%2Fworkers")
	do(fill(`#code`, totp(t, officer.secret, 1)), click(`form[action="/sign-in/second"] button`))
	arrive("/workers")
	do(visible(`.who`), fill(`#who`, o.number), click(`form[action="/workers"] button`)) // acts: the look stands in the worker's log
	arrive("/counter?worker=" + o.worker)

	do(chromedp.Navigate(o.url+"/me/devices"), click(`form[data-passkey="/me/passkeys/begin"] button`))
	arrive("/me/devices?done=passkey")
	do(visible(`.note.good`), click(`form[action="/sign-in/out"] button`))
	arrive("/sign-in?why=out&as=officer")
	do(click(`form[data-passkey="/sign-in/passkey/begin"] button`))
	arrive("/me/devices?next=%2Ftoday&why=changed") // the passkey is new: its owner is told, and goes on
	do(visible(`.note.due`), click(`a.button[href="/today"]`))
	arrive("/today")
	do(visible(`.who`), chromedp.Navigate(o.url+"/me/devices"), visible(`.rows li`))

	// From another browser, without script, the officer ends all others.
	phone := o.visitor().enter(officer)
	if n := strings.Count(phone.get("/me/devices"), `action="/me/devices/end"`); n != 1 {
		t.Errorf("the list shows %d others", n)
	}
	phone.post("/me/devices/others")
	do(chromedp.Navigate(o.url + "/workers"))
	arrive("/sign-in?next=%2Fworkers&why=over")
}

// everything is what a file of all that departments show a person holds, by service and
// method.
func everything(t *testing.T, file string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatalf("%v: %.300s", err, file)
	}
	var all struct {
		Format string
		Parts  []struct {
			Department, Method string
			Data               []json.RawMessage
		}
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || len(b) < 100 {
			t.Errorf("%s holds %d bytes: %v", f.Name, len(b), err)
		}
		if f.Name != "everything.json" {
			continue
		}
		if err := json.Unmarshal(b, &all); err != nil || all.Format != "qiao.everything.v1" {
			t.Errorf("%s: %v", all.Format, err)
		}
		for _, p := range all.Parts {
			for _, d := range p.Data {
				parts[p.Department+"."+p.Method] += string(d)
			}
			if parts[p.Department+"."+p.Method] == "" {
				parts[p.Department+"."+p.Method] = "nothing"
			}
		}
	}
	return parts
}
