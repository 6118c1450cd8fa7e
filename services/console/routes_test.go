package console_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
	"github.com/qiao-platform/qiao/services/console"
)

// The people who try each address: every role, and of some one who has nothing to do
// with it. The worker and the employer are whose pages are tried; the clerk and the
// reviewer are the county's of the department of work, and are visited by the worker, as
// are those of the bureau of education.
var tryers = []string{
	"nobody", "worker", "another", "helper", "unseen", "guardian", "employer", "responsible",
	"clerk", "reviewer", "viewer", "edu", "edu-reviewer", "hou", "hou-reviewer", "operator", "system", "security", "audit", "import",
}

const (
	ownRef, otherRef = "0198c0de-0000-7000-8000-00000000000a", "0198c0de-0000-7000-8000-00000000000b"
	ownFirm          = "0198c0de-0000-7000-8000-00000000000c"
	something        = "0198c0de-0000-7000-8000-00000000000e" // any other id
)

// principals are who those are, as identity would say.
func principals() map[string]auth.Principal {
	officer := func(role, department string) auth.Principal {
		return auth.Principal{Kind: auth.Officer, Subject: role + "-1", Role: role, Department: department, Division: "654301"}
	}
	admin := func(office string) auth.Principal {
		return auth.Principal{Kind: auth.Administrator, Subject: office + "-1", Role: "administrator", Department: office, Division: auth.Everywhere}
	}
	worker := func(role, ref string) auth.Principal {
		return auth.Principal{Kind: auth.Worker, Subject: ref, Role: role}
	}
	return map[string]auth.Principal{
		"worker": worker("worker", ownRef), "another": worker("worker", otherRef), "helper": worker("worker", otherRef), "unseen": worker("unseen", ownRef),
		"guardian": worker("worker", ownRef),
		"employer": {Kind: auth.Employer, Subject: ownFirm, Role: "employer"}, "responsible": {Kind: auth.Employer, Subject: ownFirm, Role: "responsible"},
		"clerk": officer("clerk", "hrss"), "reviewer": officer("reviewer", "hrss"), "viewer": officer("viewer", "hrss"),
		"edu": officer("clerk", "edu"), "edu-reviewer": officer("reviewer", "edu"), "hou": officer("clerk", "hou"), "hou-reviewer": officer("reviewer", "hou"),
		"edu-viewer": officer("viewer", "edu"), "hou-viewer": officer("viewer", "hou"),
		"operator": officer("operator", "ops"),
		"system":   admin("system"), "security": admin("security"), "audit": admin("audit"),
		"import": officer("clerk", "hrss"),
	}
}

// proving stands in for identity as far as routes ask it: it proves who somebody is, and
// for whom and for what he may be.
type proving struct {
	identityv1.ExchangeServer
	signer  *auth.Signer
	secrets map[string]string // secret → who tries
	numbers map[string]int64  // of the session of each
}

var (
	errTriesNoRight = errs.New(errs.Denied, "identity.no_right", "No.")
	errTriesSession = errs.New(errs.Unauthenticated, "identity.session", "Over.")
)

func (p *proving) Exchange(_ context.Context, r *identityv1.ExchangeRequest) (*identityv1.ExchangeResponse, error) {
	name, ok := p.secrets[r.GetSessionSecret()]
	if !ok {
		return nil, errTriesSession
	}
	who := principals()[name]
	who.Purpose, who.LegalBasis, who.Session, who.Via = r.GetStatedPurpose(), r.GetLegalBasis(), p.numbers[name], auth.ViaWeb
	if r.GetVia() != "" && who.Kind == auth.Officer {
		who.Via = r.GetVia()
	}
	if who.ActsFor = r.GetActsFor(); who.ActsFor == who.Subject {
		who.ActsFor = ""
	}
	if name == "guardian" && r.GetAsGuardian() {
		who.Kind, who.Role = auth.Guardian, "guardian"
	}
	visited := name == "clerk" || name == "reviewer" || name == "edu" || name == "edu-reviewer"
	switch {
	case name == "import" && r.GetVia() != auth.ViaImport: // a program's credential proves nothing to pages
		return nil, errTriesNoRight
	case who.Kind == auth.Officer && r.GetDepartment() != "" && r.GetDepartment() != who.Department, !who.MayState(who.Purpose):
		return nil, errTriesNoRight
	case who.ActsFor == "":
	case name == "helper" && who.ActsFor == ownRef:
		who.Role, who.Via = "helper", auth.ViaHelper
	case !visited || who.ActsFor != ownRef:
		return nil, errTriesNoRight
	}
	token, err := p.signer.Sign(who, r.GetAudience())
	if err != nil {
		return nil, err
	}
	later := time.Now().Add(time.Hour).UnixMicro()
	return &identityv1.ExchangeResponse{Token: token, ExpiresAt: later, SessionNumber: who.Session, AccountKind: string(who.Kind), Subject: who.Subject, IdleAt: later, EndsAt: later}, nil
}

func (p *proving) Revoked(context.Context, *identityv1.RevokedRequest) (*identityv1.RevokedResponse, error) {
	return &identityv1.RevokedResponse{}, nil
}

func (p *proving) ReportDenials(context.Context, *identityv1.ReportDenialsRequest) (*identityv1.ReportDenialsResponse, error) {
	return &identityv1.ReportDenialsResponse{}, nil
}

// methodsOf are all methods of a service's contract, each of which answers whom its
// door lets in with an empty answer.
func methodsOf(t *testing.T, service string, only ...protoreflect.Name) (all []contract.Method) {
	t.Helper()
	message := func(d protoreflect.MessageDescriptor) func() proto.Message {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
		if err != nil {
			t.Fatal(err)
		}
		return func() proto.Message { return kind.New().Interface() }
	}
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+service+".v1"), func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			of := f.Services().Get(i)
			if len(only) > 0 && !slices.Contains(only, of.Name()) {
				continue
			}
			for j := range of.Methods().Len() {
				m := of.Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				one := contract.Method{Service: string(of.FullName()), Name: string(m.Name()), Command: rule.GetCommand(), Callers: rule.GetCallers(), Purposes: rule.GetPurposes(), New: message(m.Input()), NewReply: message(m.Output())}
				one.Call = func(ctx context.Context, req proto.Message) (proto.Message, error) {
					return one.NewReply(), own(ctx, req.ProtoReflect())
				}
				all = append(all, one)
			}
		}
		return true
	})
	return all
}

// own refuses a worker what is another's, as each service does. That they do, and what
// else is another's, is what the matrix of methods shows.
func own(ctx context.Context, req protoreflect.Message) error {
	who, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	names := req.Descriptor().Fields()
	if f := names.ByName("worker"); f != nil && (who.Kind == auth.Worker || who.Kind == auth.Guardian) && req.Get(f).String() != "" {
		return who.MayActFor(req.Get(f).String())
	}
	return nil
}

// heard are the calls that the bus carried, and how they ended.
type heard struct {
	t       *testing.T
	conn    *nats.Conn
	sub     *nats.Subscription
	waiting map[string]string // inbox → service.method
}

// calls returns what was called since it was asked last, and of that what was refused.
func (h *heard) calls() (called, refused []string) {
	h.t.Helper()
	if err := h.conn.Flush(); err != nil { // what was answered before arrived before this did
		h.t.Fatal(err)
	}
	for {
		n, _, err := h.sub.Pending()
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return called, refused
		}
		m, err := h.sub.NextMsg(time.Second)
		if err != nil {
			h.t.Fatal(err)
		}
		if method, ok := strings.CutPrefix(m.Subject, "rpc."); ok && m.Reply != "" {
			h.waiting[m.Reply] = method
			continue
		}
		method, ok := h.waiting[m.Subject]
		if !ok {
			continue
		}
		delete(h.waiting, m.Subject)
		called = append(called, method)
		if m.Header.Get("Qiao-Error") == "" {
			continue
		}
		var e platformv1.Error
		if err := proto.Unmarshal(m.Data, &e); err != nil {
			h.t.Fatal(err)
		}
		if k := errs.ParseKind(e.GetKind()); k == errs.Denied || k == errs.Unauthenticated {
			refused = append(refused, method+" ("+e.GetCode()+")")
		}
	}
}

// reading are the methods that change nothing, whatever they ask.
var reading = regexp.MustCompile(`\.(List|Get|Count|Search|Check|FindWorker)`)

// route is a row of a section's table: an address, and for whom nothing is refused
// that it asks. With says what the address and its form hold where nothing can be
// guessed.
type route struct{ pattern, roles, with string }

func routes(t *testing.T, section string) map[string]route {
	t.Helper()
	b, err := os.Open(filepath.Join("internal", "section", section, "routes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	rows, err := csv.NewReader(b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]route{}
	for _, r := range rows[1:] {
		if _, twice := all[r[0]]; twice {
			t.Errorf("%s has two rows", r[0])
		}
		all[r[0]] = route{r[0], r[1], r[2]}
	}
	return all
}

// fields finds what a section's forms are made of, each with a value that its template
// names, where it names one.
var field = regexp.MustCompile(`<(?:input|select|textarea|button)[^>]* name="([a-z_0-9]+)"(?:[^>]* value="([^"{]*)")?`)

// filled is a form of a section as somebody might send it, who knows nothing of it.
func filled(t *testing.T, section string) url.Values {
	t.Helper()
	form := url.Values{}
	pages, err := filepath.Glob(filepath.Join("internal", "section", section, "templates", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pages {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range field.FindAllStringSubmatch(string(b), -1) {
			name, value := m[1], m[2]
			if form.Get(name) != "" && value == "" {
				continue
			}
			if value == "" {
				value = guessed(name)
			}
			form.Set(name, value)
		}
	}
	form.Set("sure", "yes")
	return form
}

// guessed is what somebody might fill into a field of a form.
func guessed(name string) string {
	switch {
	case strings.HasSuffix(name, "county"), strings.HasSuffix(name, "division"), strings.HasPrefix(name, "covered"):
		return "654301"
	case strings.HasSuffix(name, "_on"), strings.Contains(name, "from"), strings.Contains(name, "until"), strings.HasSuffix(name, "day"), strings.HasSuffix(name, "date"), strings.HasPrefix(name, "ends"), strings.HasPrefix(name, "starts"):
		return clock.Today(clock.System()).AddDays(30).String()
	}
	if name == "yuan" {
		return "1"
	}
	return something
}

// knocking is a console before services that let in whom their contracts and the table
// of rights let in, with a browser for each role.
type knocking struct {
	*fixture
	heard   *heard
	cookies map[string]string
	client  *http.Client
	answers map[string]answered                   // by method, as the bus names it
	fill    func(of string, answer proto.Message) // nil leaves answers empty
}

// answered is what a method answers with, and whose the method is: a service's, or
// "platform" where every service has it.
type answered struct {
	of     string
	answer protoreflect.MessageDescriptor
}

func knock(t *testing.T, change ...func(*console.Config)) *knocking {
	t.Helper()
	k := &knocking{fixture: open(t, false, false, change...), cookies: map[string]string{}, answers: map[string]answered{}}
	p := &proving{signer: k.platform.Deps("identity").People, secrets: map[string]string{}, numbers: map[string]int64{}}
	for name := range principals() {
		k.cookies[name] = secret()
		p.secrets[k.cookies[name]] = name
		p.numbers[name] = int64(len(p.numbers) + 1)
	}
	for _, service := range services.Names() {
		methods := methodsOf(t, service)
		if service == "identity" {
			for _, m := range identityv1.ExchangeMethods(p) {
				if i := slices.IndexFunc(methods, func(o contract.Method) bool { return o.Name == m.Name }); slices.Contains(asked, "identity."+m.Name) {
					methods[i] = m
				}
			}
		}
		// What departments serve alike is for the officers of their own methods.
		methods = append(methods, contract.ForOfficersOf(methods, methodsOf(t, "platform", "PersonsService", "EstateService", "WorkService", "OutcomesService", "ElsewhereService"))...)
		for i := range methods {
			methods[i].Command = false // nothing is kept for a repeat
			answer, of := methods[i].Call, service
			if strings.HasPrefix(methods[i].Service, "qiao.platform.") {
				of = "platform"
			}
			k.answers[service+"."+methods[i].Name] = answered{of, methods[i].NewReply().ProtoReflect().Descriptor()}
			methods[i].Call = func(ctx context.Context, req proto.Message) (proto.Message, error) {
				reply, err := answer(ctx, req)
				if p, ok := reply.(*identityv1.ListProofsResponse); ok { // all who try showed just before who they are
					p.ShownUntil = 1
				}
				if err == nil && k.fill != nil && !slices.Contains(asked, revoked.Publisher+"."+methods[i].Name) {
					k.fill(of, reply)
				}
				return reply, err
			}
		}
		k.platform.Publisher(service, methods...)
	}
	k.heard = &heard{t: t, conn: k.platform.Conn, waiting: map[string]string{}}
	var err error
	if k.heard.sub, err = k.heard.conn.SubscribeSync(">"); err == nil {
		err = k.heard.sub.SetPendingLimits(-1, -1)
	}
	if err != nil {
		t.Fatal(err)
	}
	// Each request comes from an address of its own: what one address may ask for is bounded.
	var from atomic.Uint32
	dial := func(ctx context.Context, network, at string) (net.Conn, error) {
		n := from.Add(1)
		return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}}).DialContext(ctx, network, at)
	}
	k.client = &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return k
}

// asked is what the console itself asks identity, whatever the page.
var asked = []string{"identity.Exchange", "identity.Revoked", "identity.ReportDenials", "identity.NoteTasks", "identity.ListApproved"}

// answer is what came of a request, and what was asked of the services for it.
type answer struct {
	*http.Response
	body            string
	called, refused []string
}

// send asks for an address as one of those who try, with headers beside.
func (k *knocking) send(who, method, path string, form url.Values, header ...string) answer {
	k.t.Helper()
	k.heard.calls()
	body := ""
	if method == http.MethodPost {
		body = form.Encode()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, k.server.URL+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	if method == http.MethodPost {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	if who != "nobody" {
		q.AddCookie(&http.Cookie{Name: "qiao", Value: k.cookies[who]})
	}
	var r *http.Response
	testkit.Eventually(k.t, "a session has not asked too much at once", func() bool {
		q.Body = io.NopCloser(strings.NewReader(body))
		if r, err = k.client.Do(q); err != nil { //nolint:bodyclose // it is, below, once it is read
			k.t.Fatal(err)
		}
		if r.StatusCode != http.StatusTooManyRequests {
			return true
		}
		_ = r.Body.Close()
		return false
	})
	a := answer{Response: r}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream") { // which does not end
		page, err := io.ReadAll(r.Body)
		if err != nil {
			k.t.Fatal(err)
		}
		a.body = string(page)
	}
	_ = r.Body.Close()
	called, refused := k.heard.calls()
	a.refused = refused
	a.called = slices.DeleteFunc(called, func(m string) bool {
		return slices.Contains(asked, m) || m == "registry.ListConsents" || slices.ContainsFunc(refused, func(r string) bool { return strings.HasPrefix(r, m+" ") })
	})
	return a
}

// each goes over the addresses of all sections, with their rows and with what their
// forms hold.
func (k *knocking) each(visit func(section string, row route, method, path string, form url.Values)) {
	k.t.Helper()
	for section, patterns := range console.Routes() {
		if section == "story" || len(patterns) == 0 {
			continue // the story plays people itself, and is in no real platform
		}
		rows, form := routes(k.t, section), filled(k.t, section)
		for _, pattern := range patterns {
			row, ok := rows[pattern]
			if !ok {
				k.t.Errorf("%s has no row in internal/section/%s/routes.csv", pattern, section)
				row.pattern = pattern
			}
			delete(rows, pattern)
			with, err := url.ParseQuery(row.with)
			if err != nil {
				k.t.Fatal(err)
			}
			sent := maps.Clone(form)
			for name, values := range with {
				sent[name] = values
			}
			method, path, _ := strings.Cut(pattern, " ")
			visit(section, row, method, placed(path, with), sent)
		}
		for pattern := range rows {
			k.t.Errorf("internal/section/%s/routes.csv has %s, which is no address", section, pattern)
		}
	}
}

// placed writes an address as somebody might ask for it.
func placed(path string, with url.Values) string {
	return regexp.MustCompile(`\{[a-z$]+\}`).ReplaceAllStringFunc(path, func(s string) string {
		switch {
		case with.Get(s) != "":
			return with.Get(s)
		case s == "{$}":
			return ""
		case s == "{ref}":
			return ownRef
		case strings.HasPrefix(path, "/employers/") && s == "{id}":
			return ownFirm
		}
		return something
	})
}

// Each address of each section is tried by every role. For whom nothing is refused that
// it asks, and who reaches what it does, stands in the section's table; a new address
// without a row fails, and so does a row that says too much or too little.
func TestEveryRouteIsForWhomItsRowSays(t *testing.T) {
	k := knock(t)
	tried, refused := 0, 0
	k.each(func(section string, row route, method, path string, form url.Values) {
		reached, let := map[string][]string{}, map[string]bool{}
		asks, does := map[string]bool{}, map[string]bool{}
		var why []string
		for _, name := range tryers {
			form.Set("key", rand.Text())
			a := k.send(name, method, path, form, "Sec-Fetch-Site", "same-origin")
			tried++
			reached[name] = a.called
			elsewhere := a.StatusCode == http.StatusSeeOther && (method == http.MethodGet || strings.HasPrefix(a.Header.Get("Location"), "/sign-in") && !strings.HasPrefix(path, "/sign-in"))
			let[name] = !elsewhere && len(a.refused) == 0 && a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusUnauthorized
			if a.StatusCode == http.StatusTooManyRequests {
				t.Errorf("%s, %s: %s", row.pattern, name, a.Status)
			}
			for _, m := range a.called {
				asks[m], does[m] = true, !reading.MatchString(m)
			}
			why = append(why, fmt.Sprintf("%s: %d %v %v", name, a.StatusCode, a.called, a.refused))
		}
		var may []string
		for _, name := range tryers {
			enough := len(asks) == 0 || len(reached[name]) > 0
			for m, changes := range does {
				enough = enough && (!changes || slices.Contains(reached[name], m))
			}
			if let[name] && enough {
				may = append(may, name)
			} else {
				refused++
			}
		}
		if got := said(may); got != row.roles {
			t.Errorf("internal/section/%s/routes.csv: %s,%s,%s\n\tsays: %s\n\tasks %v; %s", section, row.pattern, got, row.with, row.roles, slices.Sorted(maps.Keys(asks)), strings.Join(why, "; "))
		}
		if method == http.MethodPost && !slices.Contains(slices.Collect(maps.Values(does)), true) && !strings.Contains(row.with, "nothing") {
			t.Errorf("%s does nothing for anybody: say in its row with what it does", row.pattern)
		}
	})
	t.Logf("%d roles: %d tried, %d refused", len(tryers), tried, refused)
}

// said writes who may in few words.
func said(may []string) string {
	switch signed := slices.DeleteFunc(slices.Clone(tryers), func(s string) bool { return s == "nobody" || s == "import" }); {
	case slices.Equal(may, signed):
		return "who signed in"
	case slices.Equal(may, append([]string{"nobody"}, signed...)), slices.Equal(may, tryers):
		return "everybody"
	}
	return strings.Join(may, " ")
}

// No form of another site does anything at any address, whoever is signed in; no page
// may be framed, kept by a cache or run what stands in it; and no answer leads to
// another site, whatever says where one came from.
func TestNoOtherSiteReachesAnything(t *testing.T) {
	k := knock(t)
	tried := 0
	k.each(func(_ string, row route, method, path string, form url.Values) {
		who := strings.Fields(row.roles)
		if len(who) == 0 || row.roles == "who signed in" || row.roles == "everybody" {
			who = []string{"worker"}
		}
		for what, header := range map[string][]string{
			"another site": {"Sec-Fetch-Site", "cross-site"}, "another site of the domain": {"Sec-Fetch-Site", "same-site"},
			"another origin": {"Origin", "https://evil.example"}, "a sandboxed frame": {"Origin", "null"}, "an old browser": {},
		} {
			if method != http.MethodPost {
				continue
			}
			form.Set("key", rand.Text())
			a := k.send(who[0], method, path, form, header...)
			tried++
			if a.StatusCode != http.StatusForbidden && !(what == "an old browser" && a.StatusCode == http.StatusBadRequest) || len(a.called) > 0 {
				t.Errorf("%s, sent from %s: %s, %v", row.pattern, what, a.Status, a.called)
			}
		}
		form.Set("key", rand.Text())
		form.Set("next", "//evil.example/x")
		a := k.send(who[0], method, path+"?next=%2F%2Fevil.example%2Fx", form, "Sec-Fetch-Site", "same-origin", "Referer", "https://evil.example/x")
		tried++
		to, err := url.Parse(a.Header.Get("Location"))
		if err != nil || to.Host != "" || to.Scheme != "" || strings.HasPrefix(to.Path, "//") {
			t.Errorf("%s leads to %s", row.pattern, a.Header.Get("Location"))
		}
		for name, wants := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.Contains(a.Header.Get(name), wants) {
				t.Errorf("%s has %s: %q", row.pattern, name, a.Header.Get(name))
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || !strings.Contains(csp, "default-src 'self'") {
			t.Errorf("%s runs more than ours: %s", row.pattern, csp)
		}
	})
	t.Logf("%d tried and refused", tried)
}
