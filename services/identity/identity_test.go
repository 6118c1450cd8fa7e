package identity_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
)

const password = "a mountain of gold 7"

type fixture struct {
	*testkit.Platform
	t        testing.TB
	clock    *clock.Manual
	identity *identity.Identity
	console  context.Context
	signIn   identityv1.SignInClient
	exchange identityv1.ExchangeClient
}

func start(t testing.TB) *fixture { return startWith(t, identity.OpenCheap) }

func startWith(t testing.TB, open func(context.Context, run.Deps) (*identity.Identity, error)) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	d := p.Deps(identity.Name)
	memory := miniredis.RunT(t)
	d.Redis = redis.NewClient(&redis.Options{Addr: memory.Addr()})
	t.Cleanup(func() { _ = d.Redis.Close() })
	s, err := open(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	p.Publisher("employment", employmentv1.EmploymentMethods(firms{})...)
	return &fixture{p, t, c, s, p.Service("console"), identityv1.SignInClient{Caller: p.Client(), Target: identity.Name}, identityv1.ExchangeClient{Caller: p.Client(), Target: identity.Name}}
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// wants fails unless an error has a code.
func (f *fixture) wants(what string, err error, code string) {
	f.t.Helper()
	if got := errs.CodeOf(err); got != code {
		f.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// someone is a person, with what the person has.
type someone struct {
	f        *fixture
	login    string
	totp     string
	paper    []string
	session  string
	desk     string // the department
	division string // that was chosen
	acts     string // for whom
	via      string
}

// code is what the telephone shows now.
func (s *someone) code() string {
	s.f.t.Helper()
	one := factor.OneTime{}
	code, err := one.Code(s.totp, one.Step(s.f.clock.Now()))
	s.f.must(err)
	return code
}

// accept opens a link as its holder does.
func (f *fixture) accept(link, staff string) *someone {
	f.t.Helper()
	word, err := f.identity.Word(context.Background(), link)
	f.must(err)
	o, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: link, SecondWord: word, Address: "10.0.0.1"})
	f.must(err)
	s := &someone{f: f, login: o.GetLoginName(), totp: o.GetTotpSecret()}
	if s.login == "" {
		s.login = staff
	}
	r, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: link, Password: password, Code: s.code(), StaffNumber: staff, SecondWord: word, Address: "10.0.0.1"})
	f.must(err)
	s.paper = r.GetPaperCodes()
	return s
}

// begin begins a sign-in.
func (s *someone) begin(password string) (string, error) {
	r, err := s.f.signIn.SignIn(s.f.console, &identityv1.SignInRequest{LoginName: s.login, Password: password, Address: "10.0.0.1"})
	return r.GetFlow(), err
}

// enter signs in with both factors; a step of the telephone's passes before.
func (s *someone) enter() *someone {
	s.f.t.Helper()
	s.f.clock.Advance(time.Minute)
	flow, err := s.begin(password)
	s.f.must(err)
	r, err := s.f.signIn.SecondFactor(s.f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: s.code(), Device: "Chromium", Address: "10.0.0.1"})
	s.f.must(err)
	s.session = r.GetSession().GetSessionSecret()
	return s
}

// Prove implements rpc.Prover as the console does: it exchanges the session.
func (s *someone) Prove(_ context.Context, p auth.Principal, audience string) (string, error) {
	r, err := s.f.exchange.Exchange(s.f.console, &identityv1.ExchangeRequest{
		SessionSecret: s.session, Audience: audience, StatedPurpose: p.Purpose, LegalBasis: p.LegalBasis, Via: s.via, ActsFor: s.acts, Department: s.desk, Division: s.division,
	})
	return r.GetToken(), err
}

func (s *someone) caller() *rpc.Client { return rpc.NewProving(s.f.Conn, s) }

// held is a caller with one token, however long it is used.
type held string

// Prove implements rpc.Prover.
func (h held) Prove(context.Context, auth.Principal, string) (string, error) { return string(h), nil }

func (s *someone) as(purpose string) context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Purpose: purpose, LegalBasis: "law"})
}

func (s *someone) accounts() identityv1.AccountsClient {
	return identityv1.AccountsClient{Caller: s.caller(), Target: identity.Name}
}

func (s *someone) sessions() identityv1.SessionsClient {
	return identityv1.SessionsClient{Caller: s.caller(), Target: identity.Name}
}

func (s *someone) counter() identityv1.CounterClient {
	return identityv1.CounterClient{Caller: s.caller(), Target: identity.Name}
}

func (s *someone) proofs() identityv1.ProofsClient {
	return identityv1.ProofsClient{Caller: s.caller(), Target: identity.Name}
}

const keeping, own, cases = "account_keeping", "own_access", "case_handling"

// three makes the three administrators as a new platform does.
func (f *fixture) three() (system, security, audit *someone) {
	f.t.Helper()
	link, _, needed, err := f.identity.FirstLink(context.Background())
	f.must(err)
	if !needed {
		f.t.Fatal("there is an administrator already")
	}
	system = f.accept(link, "s001").enter()
	for office, to := range map[string]**someone{"security": &security, "audit": &audit} {
		r, err := system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: office, StaffNumber: office + "-1"})
		f.must(err)
		*to = f.accept(r.GetLink(), "").enter()
	}
	return system, security, audit
}

// officer makes an officer's account by two administrators.
func (f *fixture) officer(system, security *someone, staff string, grants ...*identityv1.RoleGrant) *someone {
	f.t.Helper()
	p, err := system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: staff, Grants: grants})
	f.must(err)
	d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.must(err)
	return f.accept(d.GetLink(), "").enter()
}

var clerk = &identityv1.RoleGrant{Role: "clerk", Department: "hrss", Covered: "654301"}

// The first link makes the system administrator, who may then make only the other
// two; from then on such acts need two.
func TestThreeAdministratorsAreThreePeople(t *testing.T) {
	f := start(t)
	link, ends, needed, err := f.identity.FirstLink(context.Background())
	f.must(err)
	if !needed || ends.Sub(f.clock.Now()) != 24*time.Hour {
		t.Fatalf("%v %v", needed, ends)
	}
	again, _, _, err := f.identity.FirstLink(context.Background())
	f.must(err)
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: link})
	f.wants("a link before the newest", err, "identity.link")
	system := f.accept(again, "S001").enter()
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: again})
	f.wants("a link that was used", err, "identity.link")
	if _, _, needed, err := f.identity.FirstLink(context.Background()); err != nil || needed {
		t.Errorf("a second first administrator: %v, %v", needed, err)
	}

	propose := &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001", Grants: []*identityv1.RoleGrant{clerk}}
	_, err = system.accounts().ProposeAccount(system.as(keeping), propose)
	f.wants("an officer before the other two", err, "identity.second_first")
	_, err = system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "S001"})
	f.wants("the same person", err, "identity.account_taken")
	_, err = system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "system", StaffNumber: "s002"})
	f.wants("a second system administrator", err, "identity.account_kind")
	lost, err := system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "x001"})
	f.must(err)
	r, err := system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "x002"})
	f.must(err)
	_, err = f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: lost.GetLink()})
	f.wants("a link that another took the place of", err, "identity.link")
	security := f.accept(r.GetLink(), "").enter()
	_, err = system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "security", StaffNumber: "x003"})
	f.wants("another security administrator", err, "identity.first")
	r, err = system.accounts().FirstAdministrators(system.as(keeping), &identityv1.FirstAdministratorsRequest{Office: "audit", StaffNumber: "y001"})
	f.must(err)
	audit := f.accept(r.GetLink(), "").enter()

	p, err := system.accounts().ProposeAccount(system.as(keeping), propose)
	f.must(err)
	for who, s := range map[string]*someone{"who asked": system} {
		_, err = s.accounts().DecideAct(s.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
		f.wants(who, err, "auth.denied")
	}
	_, err = audit.accounts().DecideAct(audit.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.wants("the audit administrator", err, "identity.no_right")
	d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.must(err)
	officer := f.accept(d.GetLink(), "").enter()
	_, err = security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.wants("twice", err, "identity.act_decided")
	_, err = officer.accounts().ListAccounts(officer.as(keeping), &identityv1.ListAccountsRequest{})
	f.wants("an officer among the accounts", err, "identity.no_right")

	denials, err := audit.accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
	f.must(err)
	if !denials.GetWhole() || len(denials.GetDenials()) == 0 {
		t.Errorf("%v", denials)
	}
	_, err = system.accounts().ListDenials(system.as(keeping), &identityv1.ListDenialsRequest{})
	f.wants("the system administrator reads the audit", err, "auth.denied")
	testkit.Eventually(t, "what the door refused is in the audit", func() bool {
		r, err := audit.accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
		f.must(err)
		for _, d := range r.GetDenials() {
			if d.GetMethod() == "ListDenials" && d.GetSubject() == "s001" && d.GetDeniedCode() == "auth.denied" && d.GetService() == "identity" {
				return r.GetWhole()
			}
		}
		return false
	})
}

func TestALinkGoesToItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "link")
	for _, link := range []string{"first", "second"} {
		if err := identity.WriteLink(path, link); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		b, err2 := os.ReadFile(path)
		if err := errors.Join(err, err2); err != nil || info.Mode().Perm() != 0o600 || strings.TrimSpace(string(b)) != link {
			t.Errorf("%v %q %v", info.Mode(), b, err)
		}
	}
}

// A session is checked by what is remembered or by its row, and is over at once by both.
func TestACheckIsNeverOfYesterday(t *testing.T) {
	f := start(t)
	admin := f.first().enter()
	ctx := context.Background()
	both := func(what, code string) {
		t.Helper()
		for range 2 { // by its row, and as it is remembered
			f.wants(what, f.identity.Check(ctx, admin.session), code)
		}
		f.wants(what, f.identity.CheckStored(ctx, admin.session), code)
		_, err := f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: "nobody's"})
		f.wants("nobody's", err, "identity.session")
	}
	both("live", "")
	r, err := f.exchange.CheckSession(f.console, &identityv1.CheckSessionRequest{SessionSecret: admin.session})
	f.must(err)
	if r.GetSessionNumber() == 0 {
		t.Errorf("%v", r)
	}
	_, err = f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: admin.session})
	f.must(err)
	both("locked", "identity.locked")
	admin.enter()
	both("live again", "")
	if n, err := f.identity.ShutOutEverybody(ctx); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	both("shut out by the key's holder", "identity.session")
}

// Signed in, seen on the list of devices, shut out at once, for each kind of people.
func TestSignedInSeenAndShutOut(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: strings.ToLower(printed.GetCode()), Device: "phone", Address: "10.0.0.2"})
	f.must(err)
	if r.GetSession().GetSubject() != "worker-1" || r.GetSession().GetAccountKind() != "worker" {
		t.Errorf("%v", r)
	}
	worker := &someone{f: f, session: r.GetSession().GetSessionSecret()}
	_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: printed.GetCode(), Address: "10.0.0.2"})
	f.wants("a code twice", err, "identity.code")
	opened, err := officer.accounts().OpenEmployer(officer.as(cases), &identityv1.OpenEmployerRequest{EmployerId: "employer-1", LoginName: "Boss", Responsible: true})
	f.must(err)
	employer := f.accept(opened.GetLink(), "").enter()

	for name, who := range map[string]*someone{"worker": worker, "officer": officer, "employer": employer, "administrator": system} {
		token, err := who.Prove(context.Background(), auth.Principal{Purpose: own, LegalBasis: "law"}, identity.Name)
		f.must(err)
		stolen := identityv1.SessionsClient{Caller: rpc.NewProving(f.Conn, held(token)), Target: identity.Name}
		all, err := stolen.ListSessions(who.as(own), &identityv1.ListSessionsRequest{})
		f.must(err)
		if len(all.GetSessions()) != 1 || !all.GetSessions()[0].GetThis() {
			t.Errorf("%s: %v", name, all)
		}
		_, err = who.sessions().EndSession(who.as(own), &identityv1.EndSessionRequest{SessionId: all.GetSessions()[0].GetSessionId()})
		f.must(err)
		_, err = who.sessions().ListSessions(who.as(own), &identityv1.ListSessionsRequest{})
		f.wants(name+" after the end", err, "identity.session")
		testkit.Eventually(t, name+"'s token is refused", func() bool {
			_, err := stolen.ListSessions(who.as(own), &identityv1.ListSessionsRequest{})
			return errs.CodeOf(err) == auth.ErrOver.Code
		})
	}
}

// Who closes the account at the registry signs in nowhere any more, and nobody acts for
// the person.
func TestAClosedAccountIsShutOut(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	seen := func(worker string) *someone {
		visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: worker})
		f.must(err)
		printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
		f.must(err)
		r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: printed.GetCode(), Device: "phone", Address: "10.0.0.2"})
		f.must(err)
		return &someone{f: f, session: r.GetSession().GetSessionSecret()}
	}
	leaves, helper := seen("worker-1"), seen("worker-2")
	f.otherwise()
	named := leaves.as("own_record")
	_, err := leaves.counter().NameHelper(named, &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2027-01-31", Paper: "written"})
	f.must(err)
	helper.acts, helper.via = "worker-1", auth.ViaHelper
	acts := func() error {
		_, err := helper.Prove(context.Background(), auth.Principal{Purpose: "own_record", LegalBasis: "law"}, "registry")
		return err
	}
	f.must(acts())
	f.Publisher("registry").Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-30"})
	testkit.Eventually(t, "the session is over", func() bool {
		return errs.CodeOf(f.identity.CheckStored(context.Background(), leaves.session)) == "identity.session"
	})
	f.wants("the helper", acts(), "identity.helper")
	f.must(f.identity.CheckStored(context.Background(), helper.session))
	_, err = officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.wants("a visit of who is gone", err, "account.closed")
}

// An officer acts for a person only during that person's visit; what was given out
// for it is over with it.
func TestTheVisitorsPartEndsWithTheVisit(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk, officer.via = "hrss", auth.ViaCounter
	prove := func(worker string) (string, error) {
		one := *officer
		one.acts = worker
		return one.Prove(context.Background(), auth.Principal{Purpose: cases, LegalBasis: "law"}, "registry")
	}
	_, err := prove("worker-1")
	f.wants("without a visit", err, "identity.no_visit")
	first, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	if _, err = prove("worker-1"); err != nil {
		t.Error(err)
	}
	_, err = prove("worker-2")
	f.wants("somebody else", err, "identity.no_visit")
	second, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-2"})
	f.must(err)
	_, err = prove("worker-1")
	f.wants("the visitor before", err, "identity.no_visit")
	token, err := prove("worker-2")
	f.must(err)
	before, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
	f.must(err)
	if before.ActsFor != "worker-2" || before.Role != "clerk" || before.Division != "654301" || before.Via != auth.ViaCounter || before.Session == 0 {
		t.Errorf("%+v", before)
	}
	_, err = officer.counter().EndVisit(officer.as(cases), &identityv1.EndVisitRequest{VisitId: first.GetVisitId()})
	f.must(err)
	_, err = officer.counter().EndVisit(officer.as(cases), &identityv1.EndVisitRequest{VisitId: second.GetVisitId()})
	f.must(err)
	_, err = prove("worker-2")
	f.wants("after the visit", err, "identity.no_visit")
	r, err := f.exchange.Revoked(f.Service("registry"), &identityv1.RevokedRequest{})
	f.must(err)
	over := false
	for _, one := range r.GetRanges() {
		over = over || one.GetFirst() <= before.Session && before.Session <= one.GetLast()
	}
	if !over {
		t.Error("what was given out for the visitor outlives the visit")
	}
	third, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-3"})
	f.must(err)
	f.clock.Advance(3 * time.Hour)
	officer.enter()
	_, err = prove("worker-3")
	f.wants("a visit that nobody ended", err, "identity.no_visit")
	all, err := officer.counter().ListVisits(officer.as(cases), &identityv1.ListVisitsRequest{})
	f.must(err)
	if len(all.GetVisits()) != 3 || all.GetVisits()[0].GetVisitId() != third.GetVisitId() || !strings.HasPrefix(all.GetVisits()[0].GetReceipt(), "2026-11-30-") {
		t.Errorf("%v", all)
	}
}

// What was done in a visit, and which papers are missing over all of it, stand on its one
// receipt: for the officer whose visit it was and for the visitor, and for nobody else. With
// the visit's end the receipt is fixed.
func TestAVisitHasOneReceipt(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer, other := f.officer(system, security, "a001", clerk), f.officer(system, security, "a002", clerk)
	officer.desk, other.desk = "hrss", "hrss"
	visit, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	note := func(who *someone, worker string, tasks ...string) (bool, error) {
		r, err := who.counter().NoteTasks(who.as(cases), &identityv1.NoteTasksRequest{Worker: worker, Tasks: tasks})
		return r.GetNoted(), err
	}
	for _, c := range []struct {
		who    *someone
		worker string
		want   bool
	}{{officer, "worker-1", true}, {officer, "worker-2", false}, {other, "worker-1", false}} {
		got, err := note(c.who, c.worker, "employment.Apply")
		f.must(err)
		if got != c.want {
			t.Errorf("a task of %s is noted: %v, want %v", c.worker, got, c.want)
		}
	}
	_, err = note(officer, "worker-1", "the visitor is called Gu Li")
	f.wants("words in the place of a method", err, "identity.visit_task")
	_, err = note(officer, "worker-1", "training.Enrol", "registry.ProposeContact")
	f.must(err)
	missing := func(who *someone, until string, papers ...string) error {
		_, err := who.counter().NotePapers(who.as(cases), &identityv1.NotePapersRequest{VisitId: visit.GetVisitId(), MissingPapers: papers, PapersUntil: until})
		return err
	}
	f.wants("a day that is over", missing(officer, "2026-11-29", "resident_card"), "identity.visit_paper_day")
	f.wants("a slip in the year", missing(officer, "2028-11-30", "resident_card"), "identity.visit_paper_day")
	f.wants("another officer", missing(other, "", "resident_card"), "identity.visit")
	f.must(missing(officer, "2026-12-14", "vaccination", "resident_card", "vaccination"))
	printed, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	_, err = officer.counter().EndVisit(officer.as(cases), &identityv1.EndVisitRequest{VisitId: visit.GetVisitId()})
	f.must(err)
	if got, err := note(officer, "worker-1", "employment.Apply"); err != nil || got {
		t.Errorf("a visit that has ended goes on: %v, %v", got, err)
	}
	f.wants("papers after the end", missing(officer, "", "birth_certificate"), "identity.visit")

	signed, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: printed.GetCode(), Device: "phone", Address: "10.0.0.2"})
	f.must(err)
	visitor := &someone{f: f, session: signed.GetSession().GetSessionSecret()}
	for name, ctx := range map[string]context.Context{"the officer": officer.as(cases), "the visitor": visitor.as("own_record")} {
		who := officer
		if name == "the visitor" {
			who = visitor
		}
		r, err := who.counter().GetReceipt(ctx, &identityv1.GetReceiptRequest{VisitId: visit.GetVisitId()})
		f.must(err)
		got := r.GetVisit()
		var did []string
		for _, task := range got.GetTasks() {
			did = append(did, task.GetTask())
		}
		if !slices.Equal(did, []string{"employment.Apply", "training.Enrol", "registry.ProposeContact"}) || !slices.Equal(got.GetMissingPapers(), []string{"vaccination", "resident_card"}) || got.GetPapersUntil() != "2026-12-14" || got.GetReceipt() != visit.GetReceipt() {
			t.Errorf("%s reads %v", name, got)
		}
	}
	_, err = other.counter().GetReceipt(other.as(cases), &identityv1.GetReceiptRequest{VisitId: visit.GetVisitId()})
	f.wants("another officer", err, "identity.visit")
}

func TestALockedScreenDoesNothing(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	_, err := f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: officer.session})
	f.must(err)
	_, err = officer.sessions().ListSessions(officer.as(own), &identityv1.ListSessionsRequest{})
	f.wants("locked", err, "identity.locked")
	_, err = f.signIn.Reopen(f.console, &identityv1.ReopenRequest{SessionSecret: officer.session, Password: "not it, certainly"})
	f.wants("with another password", err, "identity.sign_in")
	_, err = f.signIn.Reopen(f.console, &identityv1.ReopenRequest{SessionSecret: officer.session, Password: password})
	f.must(err)
	if _, err := officer.sessions().ListSessions(officer.as(own), &identityv1.ListSessionsRequest{}); err != nil {
		t.Error(err)
	}
	_, err = f.signIn.SignOut(f.console, &identityv1.SignOutRequest{SessionSecret: officer.session})
	f.must(err)
	_, err = f.signIn.Reopen(f.console, &identityv1.ReopenRequest{SessionSecret: officer.session, Password: password})
	f.wants("after signing out", err, "identity.session")
}

// A power of attorney is written, ends, and is over at once when it is taken back.
func TestAHelperActsWithinItsPower(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	officer.desk = "hrss"
	worker := func(ref string) *someone {
		v, err := officer.counter().BeginVisit(officer.as(cases), &identityv1.BeginVisitRequest{Worker: ref})
		f.must(err)
		c, err := officer.counter().PrintCode(officer.as(cases), &identityv1.PrintCodeRequest{VisitId: v.GetVisitId()})
		f.must(err)
		r, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: c.GetCode(), Address: "10.0.0.2"})
		f.must(err)
		return &someone{f: f, session: r.GetSession().GetSessionSecret()}
	}
	one, helper := worker("worker-1"), worker("worker-2")
	f.otherwise()
	helps := func() (string, error) {
		h := *helper
		h.acts = "worker-1"
		return h.Prove(context.Background(), auth.Principal{Purpose: "own_record", LegalBasis: "law"}, "registry")
	}
	_, err := helps()
	f.wants("without power", err, "identity.helper")
	_, err = helper.counter().NameHelper(helper.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
	f.wants("a helper who names himself", err, "auth.not_yours")
	for what, c := range map[string]struct {
		helper, ends, code string
	}{"an officer": {"a001", "2026-12-31", "identity.helper_kind"}, "nobody": {"worker-9", "2026-12-31", "identity.helper_kind"}, "for ever": {"worker-2", "2028-12-31", "identity.helper_days"}} {
		_, err := one.counter().NameHelper(one.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: c.helper, EndsOn: c.ends, Paper: "written"})
		f.wants(what, err, c.code)
	}
	named, err := one.counter().NameHelper(one.as("own_record"), &identityv1.NameHelperRequest{Worker: "worker-1", Helper: "worker-2", EndsOn: "2026-12-31", Paper: "written"})
	f.must(err)
	token, err := helps()
	f.must(err)
	p, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
	f.must(err)
	if p.MayActFor("worker-1") != nil || p.ActsHimself("worker-1") || p.Role != "helper" || p.Via != auth.ViaHelper {
		t.Errorf("%+v", p)
	}
	list, err := one.counter().ListHelpers(one.as("own_record"), &identityv1.ListHelpersRequest{Worker: "worker-1"})
	f.must(err)
	if len(list.GetHelpers()) != 1 || list.GetHelpers()[0].GetEndsOn() != "2026-12-31" {
		t.Errorf("%v", list)
	}
	_, err = helper.counter().EndHelper(helper.as("own_record"), &identityv1.EndHelperRequest{DelegationId: named.GetDelegationId()})
	f.wants("somebody else ends it", err, "identity.delegation")
	_, err = one.counter().EndHelper(one.as("own_record"), &identityv1.EndHelperRequest{DelegationId: named.GetDelegationId()})
	f.must(err)
	_, err = helps()
	f.wants("taken back", err, "identity.helper")
	f.Settle()
	var types []string
	for _, e := range f.Published(identity.Name) {
		if strings.HasPrefix(e.Type, "identity.helper.") {
			types = append(types, e.Type)
		}
	}
	if strings.Join(types, " ") != "identity.helper.named.v1 identity.helper.ended.v1" {
		t.Errorf("what others learn: %v", types)
	}
}

// A program signs in by a code that an officer types, and does nothing but import.
func TestAProgramSignsInAsAnOfficer(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	officer := f.officer(system, security, "a001", clerk)
	d, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "program", Address: "10.0.0.3", Days: 400})
	f.must(err)
	poll := func() (*identityv1.PollDeviceResponse, error) {
		return f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: d.GetFlow()})
	}
	_, err = poll()
	f.wants("before it is approved", err, "identity.device_waiting")
	_, err = officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: "AAAA-AAAA", Days: 1})
	f.wants("another code", err, "identity.device")
	_, err = officer.counter().ApproveDevice(officer.as(own), &identityv1.ApproveDeviceRequest{Code: d.GetCode(), Days: 400})
	f.must(err)
	r, err := poll()
	f.must(err)
	if got := time.UnixMicro(r.GetSession().GetEndsAt()).Sub(f.clock.Now()); got > 90*24*time.Hour {
		t.Errorf("it lasts %v", got)
	}
	_, err = poll()
	f.wants("twice", err, "identity.flow")
	program := &someone{f: f, session: r.GetSession().GetSessionSecret(), desk: "hrss", via: auth.ViaImport}
	token, err := program.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law"}, "registry")
	f.must(err)
	p, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
	f.must(err)
	if p.Subject != "a001" || p.Via != auth.ViaImport || p.Role != "import" || p.Department != "hrss" || p.Division != "654301" {
		t.Errorf("%+v", p)
	}
	program.via = ""
	_, err = program.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law"}, "registry")
	f.wants("as somebody before a page", err, "identity.no_right")
	second, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Address: "10.0.0.3"})
	f.must(err)
	program.via = auth.ViaImport
	_, err = program.counter().ApproveDevice(program.as(own), &identityv1.ApproveDeviceRequest{Code: second.GetCode(), Days: 90})
	f.wants("a program that lets another in", err, "identity.no_right")
	all, err := officer.sessions().ListSessions(officer.as(own), &identityv1.ListSessionsRequest{})
	f.must(err)
	if len(all.GetSessions()) != 2 {
		t.Errorf("the officer does not see the program: %v", all)
	}
	_, err = officer.sessions().EndOthers(officer.as(own), &identityv1.EndOthersRequest{})
	f.must(err)
	_, err = program.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law"}, "registry")
	f.wants("ended by the officer", err, "identity.session")
}

// Whose rights, credentials or account change is out at once, everywhere.
func TestWhatTwoDecideTakesHoldAtOnce(t *testing.T) {
	f := start(t)
	system, security, audit := f.three()
	officer := f.officer(system, security, "a001", clerk)
	id := func(staff string) string {
		all, err := system.accounts().ListAccounts(system.as(keeping), &identityv1.ListAccountsRequest{})
		f.must(err)
		for _, a := range all.GetAccounts() {
			if a.GetSubject() == staff && a.GetState() != "closed" {
				return a.GetAccountId()
			}
		}
		t.Fatalf("%s is not among %v", staff, all)
		return ""
	}
	decide := func(by *someone, act interface{ GetActId() string }, err error) *identityv1.DecideActResponse {
		t.Helper()
		f.must(err)
		r, err := by.accounts().DecideAct(by.as(keeping), &identityv1.DecideActRequest{ActId: act.GetActId(), Approve: true})
		f.must(err)
		return r
	}
	out := func(what string, who *someone) {
		t.Helper()
		_, err := who.sessions().ListSessions(who.as(own), &identityv1.ListSessionsRequest{})
		f.wants(what, err, "identity.session")
	}
	granted, err := system.accounts().ProposeGrants(system.as(keeping), &identityv1.ProposeGrantsRequest{AccountId: id("a001"), Grants: []*identityv1.RoleGrant{{Role: "viewer", Department: "edu", Covered: "654300"}}})
	decide(security, granted, err)
	out("rights changed", officer)
	officer.enter().desk = "hrss"
	_, err = officer.Prove(context.Background(), auth.Principal{Purpose: cases, LegalBasis: "law"}, "registry")
	f.wants("the desk before", err, "identity.no_right")

	p, err := system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: id("a001")})
	link := decide(security, p, err).GetLink()
	out("reset", officer)
	_, err = officer.begin(password)
	f.wants("the password before", err, "identity.sign_in")
	officer = f.accept(link, "").enter()

	p, err = system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: id("security-1")})
	f.must(err)
	_, err = security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.wants("the security administrator about itself", err, "identity.act_own")
	security = f.accept(decide(audit, p, nil).GetLink(), "").enter()

	closing, err := system.accounts().ProposeClosing(system.as(keeping), &identityv1.ProposeClosingRequest{AccountId: id("a001")})
	decide(security, closing, err)
	out("closed", officer)
	f.clock.Advance(time.Hour)
	_, err = officer.begin(password)
	f.wants("closed", err, "identity.sign_in")

	_ = f.officer(system.enter(), security.enter(), "a001", clerk) // the number may be given out again
	_, err = security.sessions().ShutOut(security.as(keeping), &identityv1.ShutOutRequest{})
	f.must(err)
	out("everybody", system)
	if _, err := security.sessions().ListSessions(security.as(own), &identityv1.ListSessionsRequest{}); err != nil {
		t.Errorf("who asked: %v", err)
	}
}

// A role opens what the table of rights says, and nothing else that the department's
// officers may do.
func TestARoleIsHeldToItsRow(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	viewer := f.officer(system, security, "v001", &identityv1.RoleGrant{Role: "viewer", Department: "hrss", Covered: "654301"})
	viewer.desk = "hrss"
	_, err := viewer.counter().BeginVisit(viewer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.wants("a visit by who only looks", err, "auth.denied")
	_, err = viewer.accounts().OpenEmployer(viewer.as(cases), &identityv1.OpenEmployerRequest{EmployerId: "employer-1", LoginName: "boss"})
	f.wants("an employer's account by who only looks", err, "auth.denied")
	if _, err := viewer.counter().ListVisits(viewer.as(cases), &identityv1.ListVisitsRequest{}); err != nil {
		t.Errorf("looking: %v", err)
	}
}
