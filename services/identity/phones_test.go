package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// book stands in for the registry, which knows who gave a number and sends to it.
type book struct {
	registryv1.PhonesServer
	registryv1.GuardiansServer
	registryv1.UnseenServer
	said    []*registryv1.RecordUnseenRequest
	mu      sync.Mutex
	none    bool
	givers  map[string][]*registryv1.PhoneHolder
	guards  map[string]bool
	sent    []*registryv1.SendCodeRequest
	refuses int // so many sends fail
}

func (b *book) GetSending(context.Context, *registryv1.GetSendingRequest) (*registryv1.GetSendingResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &registryv1.GetSendingResponse{Possible: !b.none}, nil
}

func (b *book) FindPhone(_ context.Context, r *registryv1.FindPhoneRequest) (*registryv1.FindPhoneResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &registryv1.FindPhoneResponse{Holders: b.givers[r.GetPhone()]}, nil
}

func (b *book) SendCode(_ context.Context, r *registryv1.SendCodeRequest) (*registryv1.SendCodeResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, r)
	if b.refuses > 0 {
		b.refuses--
		return nil, errs.New(errs.Unavailable, "registry.sending.failed", "The message could not be handed over.")
	}
	return &registryv1.SendCodeResponse{}, nil
}

func (b *book) IsGuardian(_ context.Context, r *registryv1.IsGuardianRequest) (*registryv1.IsGuardianResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &registryv1.IsGuardianResponse{Guardian: b.guards[r.GetWorker()]}, nil
}

func (b *book) set(change func(*book)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

func (b *book) last() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.sent) == 0 {
		return ""
	}
	return b.sent[len(b.sent)-1].GetCode()
}

func (b *book) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.sent)
}

// gives enters who gave a number, since when and how.
func (b *book) gives(phone, worker, via string, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.givers[phone] = append(b.givers[phone], &registryv1.PhoneHolder{Worker: worker, ContactVia: via, SinceAt: since.UnixMicro()})
}

const phone = "13800018190"

// town is a platform with a registry, three administrators and a counter.
type town struct {
	*fixture
	book    *book
	officer *someone

	system, security, audit *someone
}

func settled(t *testing.T) *town {
	t.Helper()
	return settledWith(t, run.SignIn{})
}

func settledWith(t *testing.T, signIn run.SignIn) *town {
	t.Helper()
	f := startWith(t, func(ctx context.Context, d run.Deps) (*identity.Identity, error) {
		d.SignIn = signIn
		return identity.OpenCheap(ctx, d)
	})
	b := &book{givers: map[string][]*registryv1.PhoneHolder{}, guards: map[string]bool{}}
	f.Publisher("registry", slices.Concat(registryv1.PhonesMethods(b), registryv1.GuardiansMethods(b), registryv1.UnseenMethods(b))...)
	system, security, audit := f.three()
	o := f.officer(system, security, "a001", clerk)
	o.desk = "hrss"
	return &town{f, b, o, system, security, audit}
}

// officer2 is another officer.
func (f *town) officer2(staff string, grant *identityv1.RoleGrant) *someone {
	f.t.Helper()
	one := f.fixture.officer(f.system, f.security, staff, grant)
	one.desk = "hrss"
	return one
}

// printed is a code that the counter prints for somebody who stands there.
func (f *town) printed(worker string) string {
	f.t.Helper()
	f.officer.enter() // an officer's session does not last for months
	v, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: worker})
	f.must(err)
	c, err := f.officer.counter().PrintCode(f.officer.as(cases), &identityv1.PrintCodeRequest{VisitId: v.GetVisitId()})
	f.must(err)
	return c.GetCode()
}

// opens opens a worker's account by a counter's code.
func (f *town) opens(worker string) *someone {
	f.t.Helper()
	r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: f.printed(worker), Device: "x", Address: "10.0.0.2"})
	f.must(err)
	return &someone{f: f.fixture, session: r.GetSession().GetSessionSecret()}
}

// sql changes what stands in the service's database.
func (f *fixture) sql(query string) {
	f.t.Helper()
	f.tx(func(tx *sqldb.Tx) error { _, err := tx.Exec(query); return err })
}

// waits counts the tasks that are left.
func (f *fixture) waits() (n int) {
	f.t.Helper()
	f.tx(func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM task`).Scan(&n) })
	return n
}

func (f *fixture) tx(do func(*sqldb.Tx) error) {
	f.t.Helper()
	db, err := sqldb.Open(context.Background(), f.Deps("identity").Database)
	f.must(err)
	f.must(errors.Join(db.Update(context.Background(), do), db.Close()))
}

// otherwise has everybody signed in otherwise than by a counter's code.
func (f *fixture) otherwise() {
	f.t.Helper()
	f.sql(`UPDATE session SET via = 'web' WHERE via = 'code'`)
}

func (f *town) asks(phone string) (*identityv1.SendCodeResponse, error) {
	return f.signIn.SendCode(f.console, &identityv1.SendCodeRequest{Phone: phone, Address: "10.0.0.3"})
}

// asked asks for a code and waits until what follows from that is done.
func (f *town) asked(phone string) (flow string) {
	f.t.Helper()
	r, err := f.asks(phone)
	f.must(err)
	f.Settle()
	return r.GetFlow()
}

func (f *town) enters(flow, code, pin string) (*identityv1.EnterCodeResponse, error) {
	return f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Flow: flow, Code: code, Pin: pin, Device: "x", Address: "10.0.0.3"})
}

func (s *someone) pin(pin string) {
	s.f.t.Helper()
	s.f.otherwise()
	_, err := s.counter().SetPin(s.as(own), &identityv1.SetPinRequest{Pin: pin})
	s.f.must(err)
}

// The answer is the same for every number; a code goes only where somebody has an
// account, works once, and has five tries.
func TestACodeIsSentToWhoHasAnAccount(t *testing.T) {
	f := settled(t)
	long := f.clock.Now().AddDate(-1, 0, 0)
	f.book.gives(phone, "worker-1", "web", long)
	f.book.gives("13900000002", "worker-2", "import", long) // who has no account
	f.opens("worker-1")
	var answers []string
	for _, number := range []string{"13900000001", "13900000002", phone} {
		r, err := f.asks(number)
		f.must(err)
		answers = append(answers, fmt.Sprint(len(r.GetFlow()), " ", r.GetEndsAt()))
		f.Settle()
		if want := map[bool]int{true: 1}[number == phone]; f.book.count() != want {
			t.Errorf("%s: %d sent", number, f.book.count())
		}
		for range 2 {
			_, err = f.enters(r.GetFlow(), "000000", "")
			f.wants("a wrong code to "+number, err, "identity.code")
		}
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	if m := f.book.sent[0]; m.GetPhone() != phone || len(m.GetCode()) != 6 || m.GetMinutes() != 10 {
		t.Errorf("sent %v", m)
	}
	f.clock.Advance(time.Minute)
	first := f.asked(phone)
	code := f.book.last()
	f.clock.Advance(time.Minute)
	second := f.asked(phone)
	_, err := f.enters(second, code, "")
	if code != f.book.last() {
		f.wants("another flow's code", err, "identity.code")
	}
	r, err := f.enters(first, code[:3]+" "+code[3:], "")
	f.must(err)
	if r.GetSession().GetSubject() != "worker-1" || r.GetSession().GetAccountKind() != "worker" || r.GetSession().GetSessionSecret() == "" {
		t.Errorf("%v", r)
	}
	_, err = f.enters(first, code, "")
	f.wants("a code twice", err, "identity.code")
	code = f.book.last()
	for range 5 {
		_, err = f.enters(second, "x", "")
		f.wants("a wrong one", err, "identity.code")
	}
	_, err = f.enters(second, code, "")
	f.wants("the right one after five wrong ones", err, "identity.code")
	f.clock.Advance(time.Hour)
	third := f.asked(phone)
	f.clock.Advance(10 * time.Minute)
	_, err = f.enters(third, f.book.last(), "")
	f.wants("after ten minutes", err, "identity.code")
	_, err = f.enters("AAAA", code, "")
	f.wants("an invented flow", err, "identity.code")
	for _, wrong := range []string{"", "12", "0906 2123456"} {
		_, err := f.asks(wrong)
		f.wants("the number "+wrong, err, "phone_format")
	}
	f.book.set(func(b *book) { b.none = true })
	_, err = f.asks(phone)
	f.wants("nothing can be sent", err, "identity.sending")
}

// A number that may be another's by now opens nothing without the person's own PIN,
// and one of a family is opened by the PIN alone; no answer names anybody.
func TestANumberAloneProvesLittle(t *testing.T) {
	f := settled(t)
	long := f.clock.Now().AddDate(-1, 0, 0)
	numbers := map[string]string{"idle": "13800000001", "new": "13800000002", "sheet": "13800000003", "unknown": "13800000004", "fine": "13800000005"}
	opened := map[string]*someone{}
	for name, number := range numbers {
		via, since := "web", long
		switch name {
		case "sheet":
			via = "import"
		case "unknown":
			via = ""
		case "new":
			since = f.clock.Now().Add(24 * time.Hour)
		}
		f.book.gives(number, "worker-"+name, via, since)
		opened[name] = f.opens("worker-" + name)
		opened[name].pin("204859")
	}
	f.clock.Advance(48 * time.Hour)
	try := func(name, pin, code string) {
		t.Helper()
		f.clock.Advance(2 * time.Minute)
		r, err := f.enters(f.asked(numbers[name]), f.book.last(), pin)
		f.wants(name+" with "+pin, err, code)
		if err == nil && r.GetSession().GetSubject() != "worker-"+name {
			t.Errorf("%s: %v", name, r)
		}
	}
	try("fine", "", "")
	for _, name := range []string{"new", "sheet", "unknown"} {
		try(name, "", "identity.pin")
		try(name, "204850", "identity.pin")
		try(name, "204859", "")
	}
	try("new", "", "") // the session is newer than the number now
	try("sheet", "", "identity.pin")
	family := "13800000009"
	for name, pin := range map[string]string{"mother": "111213", "father": "314159", "son": "", "twin-1": "505152", "twin-2": "505152"} {
		f.book.gives(family, "worker-"+name, "web", long)
		one := f.opens("worker-" + name)
		if pin != "" {
			one.pin(pin)
		}
	}
	f.book.gives(family, "worker-without", "web", long)
	numbers["mother"], numbers["father"], numbers["son"], numbers["twin-1"] = family, family, family, family
	try("mother", "111213", "")
	try("father", "314159", "")
	try("son", "", "identity.pin")
	f.clock.Advance(24 * time.Hour)
	try("twin-1", "505152", "identity.pin") // of two with one PIN neither
	f.clock.Advance(2 * time.Minute)
	f.wants("guessing", func() (err error) {
		flow := f.asked(family)
		for range 8 {
			_, err = f.enters(flow, f.book.last(), "999998")
		}
		return err
	}(), "identity.wait")
	lone := "13800000010" // of two one has an account: what is sent the other reads too
	f.book.gives(lone, "worker-lone", "web", long)
	f.book.gives(lone, "worker-other", "web", long)
	f.opens("worker-lone")
	f.clock.Advance(24 * time.Hour)
	_, err := f.enters(f.asked(lone), f.book.last(), "")
	f.wants("one of two", err, "identity.pin")
	crowd := "13800000011"
	for i := range 11 {
		f.book.gives(crowd, fmt.Sprint("crowd-", i), "web", long)
	}
	f.opens("crowd-0")
	before := f.book.count()
	f.asked(crowd)
	if f.book.count() != before {
		t.Error("a number of eleven was sent to")
	}

	f.clock.Advance(80 * 24 * time.Hour)
	try("fine", "", "")
	f.clock.Advance(90 * 24 * time.Hour)
	try("fine", "", "identity.pin")
	try("idle", "", "identity.pin")
	try("idle", "204859", "")
}

// Nobody is bombed with messages, and no office's bill runs away: whether or not
// anybody has the number.
func TestNobodyIsBombedByANumber(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().AddDate(-1, 0, 0))
	f.opens("worker-1")
	for _, number := range []string{phone, "13900000001"} {
		for i := range 6 {
			_, err := f.asks(number)
			f.must(err)
			_, err = f.asks(number)
			f.wants(fmt.Sprint("at once, ", i), err, "identity.code_limit")
			f.clock.Advance(time.Minute)
		}
		_, err := f.asks(number)
		f.wants("a seventh in a day", err, "identity.code_limit")
		if until := errs.From(err).Detail["until"]; until != fmt.Sprint(f.clock.Now().Add(24*time.Hour-6*time.Minute).UnixMicro()) {
			t.Errorf("until %s", until)
		}
	}
	f.Settle()
	if f.book.count() != 6 {
		t.Errorf("%d sent", f.book.count())
	}
	for i := range 48 { // sixty from an address
		_, err := f.asks(fmt.Sprintf("138111%05d", i))
		f.must(err)
	}
	_, err := f.asks("13911111111")
	f.wants("the sixty-first from an address", err, "identity.code_limit")
	_, err = f.signIn.SendCode(f.console, &identityv1.SendCodeRequest{Phone: "13911111111", Address: "10.0.0.4"})
	f.must(err)
	f.clock.Advance(24 * time.Hour)
	_, err = f.asks(phone)
	f.must(err)
	var all sync.WaitGroup
	var mu sync.Mutex
	got := 0
	for range 8 { // of many at once one
		all.Go(func() {
			if _, err := f.asks("13922222222"); err == nil {
				mu.Lock()
				defer mu.Unlock()
				got++
			}
		})
	}
	all.Wait()
	if got != 1 {
		t.Errorf("%d at once", got)
	}
}

// Where the gateway fails a code is handed over again, anew, and not for ever.
func TestAGatewayThatFailsIsAskedAgainAFewTimes(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().AddDate(-1, 0, 0))
	f.opens("worker-1")
	f.book.set(func(b *book) { b.refuses = 1 })
	r, err := f.asks(phone)
	f.must(err)
	testkit.Eventually(t, "it is handed over again", func() bool { f.clock.Advance(time.Second); return f.book.count() == 2 })
	f.Settle()
	_, err = f.enters(r.GetFlow(), f.book.last(), "")
	f.must(err)
	f.book.set(func(b *book) { b.refuses = 100 })
	before := f.book.count()
	f.clock.Advance(time.Minute)
	_, err = f.asks(phone)
	f.must(err)
	testkit.Eventually(t, "it is given up", func() bool { f.clock.Advance(time.Minute); return f.waits() == 0 })
	if n := f.book.count() - before; n > 3 {
		t.Errorf("%d times", n)
	}
}

// An account that somebody made with another's name is the person's once a counter saw
// the person: neither its sessions nor its PIN nor its number open it any more.
func TestTheTruePersonSupersedesWhoPretended(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().Add(-time.Hour))
	thief := f.opens("worker-1")
	thief.pin("204859")
	f.sql(`UPDATE login_account SET seen = 0 WHERE subject = 'worker-1'`) // as if made alone
	true1 := f.opens("worker-1")
	_, err := thief.sessions().ListSessions(thief.as(own), &identityv1.ListSessionsRequest{})
	f.wants("the session of before", err, "identity.session")
	_, err = true1.sessions().ListSessions(true1.as(own), &identityv1.ListSessionsRequest{})
	f.must(err)
	f.clock.Advance(time.Hour)
	for _, pin := range []string{"", "204859"} {
		f.clock.Advance(2 * time.Minute)
		_, err = f.enters(f.asked(phone), f.book.last(), pin)
		f.wants("the number of before, with "+pin, err, "identity.pin")
	}
}

// A worker is a guardian where the registry says so today, in nobody else's name.
func TestAGuardianIsWhomTheRegistryNames(t *testing.T) {
	f := settled(t)
	w := f.opens("worker-1")
	guardian := func(s *someone, acts string) (auth.Principal, error) {
		r, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: s.session, Audience: "education", StatedPurpose: "own_record", LegalBasis: "law", AsGuardian: true, ActsFor: acts, Department: s.desk})
		if err != nil {
			return auth.Principal{}, err
		}
		return auth.NewVerifier("education", f.Deps("education").Trusted, f.clock).Verify(r.GetToken())
	}
	_, err := guardian(w, "")
	f.wants("nobody's guardian", err, "identity.guardian")
	f.book.guards["worker-1"] = true
	p, err := guardian(w, "")
	f.must(err)
	if p.Kind != auth.Guardian || p.Subject != "worker-1" || p.Role != "guardian" || p.Session == 0 {
		t.Errorf("%+v", p)
	}
	_, err = guardian(f.officer, "")
	f.wants("an officer", err, "identity.guardian")
	helper := f.opens("worker-2")
	f.book.guards["worker-2"] = true
	f.otherwise()
	_, err = w.counter().NameHelper(w.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
	f.must(err)
	_, err = guardian(helper, "worker-1")
	f.wants("a helper who is a guardian, in another's name", err, "identity.guardian")
	f.sql(`UPDATE login_account SET seen = 0 WHERE subject = 'worker-1'`)
	_, err = guardian(w, "")
	f.wants("whom no counter saw", err, "identity.guardian")
}

// An account takes the number under which history is written before it is used alone,
// by two administrators.
func TestAHistoryIsClaimedByTwo(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	used := f.officer(system, security, "a001", clerk)
	invited := func(staff string) (string, string) {
		p, err := system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: staff, Grants: []*identityv1.RoleGrant{clerk}})
		f.must(err)
		d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
		f.must(err)
		all, err := system.accounts().ListAccounts(system.as(keeping), &identityv1.ListAccountsRequest{})
		f.must(err)
		for _, a := range all.GetAccounts() {
			if a.GetSubject() == staff {
				return a.GetAccountId(), d.GetLink()
			}
		}
		return "", ""
	}
	account, link := invited("a002")
	propose := func(account, staff string) (string, error) {
		r, err := system.accounts().ProposeClaim(system.as(keeping), &identityv1.ProposeClaimRequest{AccountId: account, StaffNumber: staff})
		return r.GetActId(), err
	}
	all, err := system.accounts().ListAccounts(system.as(keeping), &identityv1.ListAccountsRequest{})
	f.must(err)
	for _, a := range all.GetAccounts() {
		if a.GetSubject() == used.login {
			_, err = propose(a.GetAccountId(), "a777")
			f.wants("an account that was used", err, "identity.claim")
		}
	}
	for _, staff := range []string{"a001", "A002", "s001"} {
		_, err = propose(account, staff)
		f.wants("a number that is an account's: "+staff, err, "identity.claim")
	}
	act, err := propose(account, "A777")
	f.must(err)
	_, err = system.accounts().DecideAct(system.as(keeping), &identityv1.DecideActRequest{ActId: act, Approve: true})
	f.wants("who asked", err, "auth.denied")
	d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: act, Approve: true})
	f.must(err)
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: link})
	f.wants("the link of before", err, "identity.link")
	o := f.accept(d.GetLink(), "").enter()
	if o.login != "a777" {
		t.Errorf("%q", o.login)
	}
	o.desk = "hrss"
	token, err := o.Prove(context.Background(), auth.Principal{Purpose: own, LegalBasis: "law"}, "registry")
	f.must(err)
	p, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
	f.must(err)
	if !strings.EqualFold(p.Subject, "a777") {
		t.Errorf("%+v", p)
	}
}
