package identity_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
)

// first makes the first administrator, who has not signed in yet.
func (f *fixture) first() *someone {
	f.t.Helper()
	link, _, _, err := f.identity.FirstLink(context.Background())
	f.must(err)
	return f.accept(link, "s001")
}

func (s *someone) second(flow, code string) error {
	_, err := s.f.signIn.SecondFactor(s.f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: code, Device: "x", Address: "10.0.0.1"})
	return err
}

// A code of the telephone works once, half a minute off at most; one on paper once,
// however it is typed; a flow once, and for five minutes.
func TestCodesWorkOnce(t *testing.T) {
	f := start(t)
	admin := f.first()
	one := factor.OneTime{}
	at := func(d time.Duration) string {
		code, err := one.Code(admin.totp, one.Step(f.clock.Now().Add(d)))
		f.must(err)
		return code
	}
	fresh := func() string {
		flow, err := admin.begin(password)
		f.must(err)
		return flow
	}
	f.wants("the code that was shown when it was set up", admin.second(fresh(), at(0)), "identity.sign_in")
	f.clock.Advance(10 * time.Minute)
	code, flow := at(0), fresh()
	f.must(admin.second(flow, code))
	f.wants("a flow twice", admin.second(flow, at(30*time.Second)), "identity.flow")
	f.wants("a code twice", admin.second(fresh(), code), "identity.sign_in")
	f.wants("a step before one that was used", admin.second(fresh(), at(-30*time.Second)), "identity.sign_in")
	f.must(admin.second(fresh(), at(30*time.Second)))
	f.clock.Advance(10 * time.Minute)
	f.must(admin.second(fresh(), at(-30*time.Second)))
	f.clock.Advance(10 * time.Minute)
	for _, d := range []time.Duration{-time.Minute, time.Minute, -time.Hour} {
		f.wants(fmt.Sprint("a clock that is off by ", d), admin.second(fresh(), at(d)), "identity.sign_in")
	}
	paper := strings.ToLower(strings.ReplaceAll(admin.paper[0], "-", " "))
	f.must(admin.second(fresh(), paper))
	f.wants("a code on paper twice", admin.second(fresh(), admin.paper[0]), "identity.sign_in")
	old := fresh()
	f.clock.Advance(5 * time.Minute)
	f.wants("after five minutes", admin.second(old, at(0)), "identity.flow")
	f.wants("an invented flow", admin.second("AAAA", at(0)), "identity.flow")
	if err := admin.second(fresh(), "１"+at(0)[1:]); err != nil && at(0)[0] == '1' {
		t.Errorf("full-width digits: %v", err)
	}
}

// Of many who use one code, one flow or one link at the same time, one does.
func TestOfManyAtOnceOneDoes(t *testing.T) {
	f := start(t)
	admin := f.first()
	f.clock.Advance(time.Minute)
	var flows []string
	for range 4 {
		flow, err := admin.begin(password)
		f.must(err)
		flows = append(flows, flow)
	}
	code := admin.code()
	var in atomic.Int32
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			if admin.second(flows[i], code) == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Errorf("%d signed in by one code", in.Load())
	}
	admin.enter()
	r, err := admin.accounts().FirstAdministrators(admin.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "x1"})
	f.must(err)
	o, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: r.GetLink()})
	f.must(err)
	holder := &someone{f: f, totp: o.GetTotpSecret()}
	var used atomic.Int32
	for i := range 4 {
		all.Go(func() {
			_, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: r.GetLink(), Password: fmt.Sprintf("%s %d", password, i), Code: holder.code(), Address: "10.0.0.9"})
			if err == nil {
				used.Add(1)
			}
		})
	}
	all.Wait()
	if used.Load() != 1 {
		t.Errorf("a link was used %d times", used.Load())
	}
}

// Passwords, codes and names are guessed behind waits that grow; the waits of a name
// that is nobody's are the same, and so are the words.
func TestGuessingWaits(t *testing.T) {
	f := start(t)
	admin := f.first()
	f.clock.Advance(time.Minute)
	said := map[string][]string{}
	for who, login := range map[string]string{"somebody": "s001", "nobody": "s999"} {
		for i := range 8 {
			_, err := f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: login, Password: fmt.Sprint("wrong guess number ", i), Address: "10.0.1." + fmt.Sprint(i)})
			e := errs.From(err)
			said[who] = append(said[who], e.Kind.String()+" "+e.Code+" "+e.Text+" "+fmt.Sprint(e.Detail))
		}
	}
	if !slices.Equal(said["somebody"], said["nobody"]) {
		t.Errorf("what is said tells who is there:\n%s\n%s", strings.Join(said["somebody"], "\n"), strings.Join(said["nobody"], "\n"))
	}
	if !strings.HasPrefix(said["nobody"][7], "overloaded identity.wait") || !strings.Contains(said["nobody"][7], "until") {
		t.Errorf("the eighth guess: %s", said["nobody"][7])
	}
	_, err := admin.begin(password)
	f.wants("the right password while it waits", err, "identity.wait")
	f.clock.Advance(31 * time.Second)
	if _, err = admin.begin(password); err != nil {
		t.Errorf("after the wait: %v", err)
	}

	// With the password known, the second factor is guessed no faster.
	f.clock.Advance(time.Hour)
	wrong := 0
	for {
		flow, err := admin.begin(password)
		if err != nil {
			f.wants("the next flow", err, "identity.wait")
			break
		}
		if err = admin.second(flow, "000000"); errs.CodeOf(err) == "identity.wait" {
			break
		}
		if wrong++; wrong > 20 {
			t.Fatal("the second factor is guessed without a wait")
		}
	}

	// One address, many names: here links, which cost no hash.
	f.clock.Advance(48 * time.Hour)
	tried, waited := 0, false
	for i := range 200 {
		_, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: fmt.Sprint("link-", i), Password: password, Code: "123456", Address: "10.9.9.9"})
		if waited = errs.CodeOf(err) == "identity.wait"; waited {
			break
		}
		tried++
	}
	if !waited || tried > 110 {
		t.Errorf("%d names were tried from one address", tried)
	}
	// A counter's codes likewise.
	tried, waited = 0, false
	for i := range 200 {
		_, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: fmt.Sprintf("AAAA-%04d", i), Address: "10.8.8.8"})
		if waited = errs.CodeOf(err) == "identity.wait"; waited {
			break
		}
		tried++
	}
	if !waited || tried > 110 {
		t.Errorf("%d codes were tried from one address", tried)
	}
}

// How long the answer takes does not tell whether there is such an account: both cost
// one hash. Medians are compared, and loosely: without the hash of nobody's password
// one would be a hundred times the other, whatever else the machine does.
func TestTimeTellsNothing(t *testing.T) {
	f := startWith(t, identity.Open)
	f.first()
	took := map[string][]time.Duration{}
	for i := range 9 {
		f.clock.Advance(49 * time.Hour) // no wait
		for _, login := range []string{"s001", "s" + fmt.Sprint(500+i)} {
			name := cmp.Or(map[string]string{"s001": "somebody"}[login], "nobody")
			begin := time.Now()
			_, err := f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: login, Password: "a guess that is wrong", Address: fmt.Sprintf("10.1.%d.%d", i, len(login))})
			took[name] = append(took[name], time.Since(begin))
			f.wants(name, err, "identity.sign_in")
		}
	}
	median := func(all []time.Duration) time.Duration { slices.Sort(all); return all[len(all)/2] }
	somebody, nobody := median(took["somebody"]), median(took["nobody"])
	t.Logf("somebody %v, nobody %v", somebody, nobody)
	if somebody > 10*nobody || nobody > 10*somebody {
		t.Errorf("somebody %v, nobody %v", somebody, nobody)
	}
}

// What is stolen, expired, swapped, forged or fixed opens nothing.
func TestStolenAndForged(t *testing.T) {
	f := start(t)
	admin := f.first().enter()
	v := func(audience string) *auth.Verifier {
		return auth.NewVerifier(audience, f.Deps("registry").Trusted, f.clock)
	}
	token, err := admin.Prove(context.Background(), auth.Principal{Purpose: own, LegalBasis: "law"}, identity.Name)
	f.must(err)
	if _, err := v("registry").Verify(token); errs.CodeOf(err) != auth.ErrBadToken.Code {
		t.Errorf("another service's: %v", err)
	}
	body, signature, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	f.must(err)
	raw[len(raw)/2]++
	if _, err := v(identity.Name).Verify(base64.RawURLEncoding.EncodeToString(raw) + "." + signature); errs.CodeOf(err) != auth.ErrBadToken.Code {
		t.Errorf("a changed one: %v", err)
	}
	stolen := identityv1.SessionsClient{Caller: rpc.NewProving(f.Conn, held(token)), Target: identity.Name}
	f.clock.Advance(5 * time.Minute)
	_, err = stolen.ListSessions(admin.as(own), &identityv1.ListSessionsRequest{})
	f.wants("an expired token", err, auth.ErrExpired.Code)

	ask := func(change func(*identityv1.ExchangeRequest)) error {
		r := &identityv1.ExchangeRequest{SessionSecret: admin.session, Audience: identity.Name, StatedPurpose: own, LegalBasis: "law"}
		change(r)
		_, err := f.exchange.Exchange(f.console, r)
		return err
	}
	for what, c := range map[string]struct {
		change func(*identityv1.ExchangeRequest)
		code   string
	}{
		"as it is":                         {func(*identityv1.ExchangeRequest) {}, ""},
		"a purpose of somebody else's":     {func(r *identityv1.ExchangeRequest) { r.StatedPurpose = "own_record" }, "identity.no_right"},
		"a service's purpose":              {func(r *identityv1.ExchangeRequest) { r.StatedPurpose = "account_standing" }, "identity.no_right"},
		"no purpose":                       {func(r *identityv1.ExchangeRequest) { r.StatedPurpose = "" }, "identity.no_right"},
		"for a worker":                     {func(r *identityv1.ExchangeRequest) { r.ActsFor = "worker-1" }, "identity.no_right"},
		"as an import":                     {func(r *identityv1.ExchangeRequest) { r.Via = "import" }, "identity.no_right"},
		"as a counter":                     {func(r *identityv1.ExchangeRequest) { r.Via = "counter" }, "identity.no_right"},
		"an invented session":              {func(r *identityv1.ExchangeRequest) { r.SessionSecret = strings.Repeat("A", 43) }, "identity.session"},
		"no session":                       {func(r *identityv1.ExchangeRequest) { r.SessionSecret = "" }, "identity.session"},
		"the hash in the place of the key": {func(r *identityv1.ExchangeRequest) { r.SessionSecret = "x" + admin.session[1:] }, "identity.session"},
	} {
		if err := ask(c.change); errs.CodeOf(err) != c.code && (c.code != "" || err != nil) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, by := range map[string]context.Context{"a worker": f.Worker("worker-1"), "an officer": f.Officer("hrss"), "a department": f.Service("housing")} {
		_, err := f.exchange.Exchange(by, &identityv1.ExchangeRequest{SessionSecret: admin.session, Audience: identity.Name, StatedPurpose: own, LegalBasis: "law"})
		if code := errs.CodeOf(err); code != auth.ErrDenied.Code && code != auth.ErrPurpose.Code {
			t.Errorf("%s exchanges a session: %v", what, err)
		}
	}
	f.clock.Advance(16 * time.Minute)
	f.wants("an idle session", ask(func(*identityv1.ExchangeRequest) {}), "identity.session")
	admin.enter()
	for range 30 { // always used, and over all the same
		f.clock.Advance(10 * time.Minute)
		if err = ask(func(*identityv1.ExchangeRequest) {}); err != nil {
			break
		}
	}
	f.wants("a session that never rests", err, "identity.session")
	old := admin.enter().session
	again := *admin
	again.enter()
	if old == again.session {
		t.Error("a session's secret is used again")
	}
	f.clock.Advance(91 * 24 * time.Hour)
	aged, err := admin.begin(password)
	f.must(err)
	f.wants("an old password", admin.second(aged, admin.code()), "identity.password_old")
}

// Sixty-four sign-ins at once all end well, within the memory of the few hashes that
// are made at once.
func TestSixtyFourAtOnce(t *testing.T) {
	f := startWith(t, identity.Open)
	admin := f.first()
	f.clock.Advance(time.Minute)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapInuse))
			}
		}
	})
	var all sync.WaitGroup
	var failed atomic.Int32
	patient, cancel := context.WithTimeout(f.console, 5*time.Minute) // who comes last waits for all before
	defer cancel()
	for i := range 64 {
		all.Go(func() {
			login := admin.login
			if i > 0 {
				login = fmt.Sprint("b", i) // one try each
			}
			_, err := f.signIn.SignIn(patient, &identityv1.SignInRequest{LoginName: login, Password: password, Address: "10.3.0." + fmt.Sprint(i)})
			if (err == nil) != (i == 0) || i > 0 && errs.CodeOf(err) != "identity.sign_in" {
				failed.Add(1)
				t.Errorf("%s: %v", login, err)
			}
		})
	}
	all.Wait()
	close(done)
	watch.Wait()
	// Four hashes at once are 76 MiB, and the collector may be late by as much again and by
	// what the engines beside hold; all sixty-four at once would be 1,216 MiB.
	grown := int64(most.Load()) - int64(before.HeapInuse)
	t.Logf("the heap grew by %d MiB at most", grown>>20)
	if limit := int64(64*19/3) << 20; grown > limit {
		t.Errorf("%d MiB", grown>>20)
	}
}

// Whoever shuts everybody out has them refused by a process that only asks. How soon
// a hundred thousand are is what the benchmark measures.
func TestShutOutEverywhere(t *testing.T) {
	f := start(t)
	_, security, _ := f.three()
	book := run.Sessions("registry", f.Client())
	for n := int64(1); n <= 3; n++ {
		f.must(book.Check(context.Background(), n))
	}
	_, err := security.sessions().ShutOut(security.as(keeping), &identityv1.ShutOutRequest{})
	f.must(err)
	begin := time.Now()
	testkit.Eventually(t, "all others are refused", func() bool {
		return errs.CodeOf(book.Check(context.Background(), 1)) == auth.ErrOver.Code && errs.CodeOf(book.Check(context.Background(), 3)) == auth.ErrOver.Code
	})
	t.Logf("after %v", time.Since(begin))
	if _, err := security.sessions().ListSessions(security.as(own), &identityv1.ListSessionsRequest{}); err != nil {
		t.Errorf("who shut the others out: %v", err)
	}
}
