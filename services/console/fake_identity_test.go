package console_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// fakeIdentity stands in for identity: it knows a few people, and keeps sessions and
// what was revoked as the service does.
type fakeIdentity struct {
	identityv1.SignInServer
	identityv1.ExchangeServer
	identityv1.SessionsServer
	identityv1.CounterServer
	identityv1.ProofsServer
	identityv1.DevicesServer
	fakeDevices
	fakeExports
	fakeViews
	fakeLanguages
	fakePapers
	identityv1.PlayServer

	signer *auth.Signer
	mu     sync.Mutex
	people map[string]auth.Principal // by what is typed: a staff number, a printed code
	flows  map[string]string
	aged   bool // the passwords
	all    []*fakeSession
	over   []int64
	last   int64
	asked  int // exchanges
	quiet  int // of them, by what a page does by itself
	idle   time.Duration
	typed  map[string][2]string // whose it is, and what
	visits map[string]bool
	denied []string // methods
	mute   bool     // nobody is signed out
	used   *identityv1.UseLinkRequest
	proofs *identityv1.ListProofsResponse
	told   *identityv1.NewSession // what a sign-in says beside the session
	bound  []string               // flows
	known  []string               // what browsers kept
	cast   []*identityv1.Player   // whom a demonstration's visitors may play
}

type fakeSession struct {
	secret, device string
	who            auth.Principal
	number         int64
	ended, locked  bool
}

const (
	staffPassword = "a mountain of gold 7"
	totp          = "123456"
	printed       = "ABCD-EFGH"
	fakePin       = "274916"
)

var (
	errFakeSignIn  = errs.New(errs.Unauthenticated, "identity.sign_in", "Not right.")
	errFakeSession = errs.New(errs.Unauthenticated, "identity.session", "Over.")
	errFakeLocked  = errs.New(errs.Unauthenticated, "identity.locked", "Locked.")
	errFakeCode    = errs.New(errs.Unauthenticated, "identity.code", "Not right.")
	errFakeVisit   = errs.New(errs.Denied, "identity.no_visit", "No visit.")
	errFakeHelper  = errs.New(errs.Denied, "identity.helper", "No helper.")
	errFakeWait    = errs.New(errs.Overloaded, "identity.wait", "Wait.")
)

// identity has whoever sits before the browser sign in by hand. The stand-in's officer
// a001 works for the department of work everywhere; the code that a counter printed is
// the worker's.
func (f *fixture) identity(worker string) *fakeIdentity {
	f.t.Helper()
	f.alone = true
	f.people.mu.Lock()
	defer f.people.mu.Unlock()
	f.people.people[printed] = auth.Principal{Kind: auth.Worker, Subject: worker, Role: "worker"}
	return f.people
}

// standIn puts the stand-in on the bus.
func (f *fixture) standIn() *fakeIdentity {
	f.t.Helper()
	if _, err := approvable(); err != nil { // before anybody waits for it
		f.t.Fatal(err)
	}
	i := &fakeIdentity{
		proofs: &identityv1.ListProofsResponse{PasswordAt: 1, PasswordEndsAt: time.Now().AddDate(0, 0, 60).UnixMicro(), Papers: 9, FreshUntil: time.Now().Add(10 * time.Minute).UnixMicro(), ShownUntil: time.Now().Add(10 * time.Minute).UnixMicro()},
		signer: f.platform.Deps("identity").People, flows: map[string]string{}, visits: map[string]bool{},
		people: map[string]auth.Principal{
			"a001": {Kind: auth.Officer, Subject: "a001", Department: "hrss", Division: auth.Everywhere, Role: "reviewer"},
			"sys":  {Kind: auth.Administrator, Subject: "sys", Department: "system", Division: auth.Everywhere, Role: "administrator"},
		},
	}
	methods := append(identityv1.SignInMethods(i), identityv1.ExchangeMethods(i)...)
	methods = append(append(methods, identityv1.SessionsMethods(i)...), append(identityv1.CounterMethods(i), identityv1.ProofsMethods(i)...)...)
	methods = append(methods, identityv1.DevicesMethods(i)...)
	methods = append(methods, identityv1.PlayMethods(i)...)
	methods = append(methods, identityv1.ExportsMethods(i)...)
	methods = append(methods, identityv1.ViewsMethods(i)...)
	methods = append(methods, identityv1.LanguagesMethods(i)...)
	methods = append(methods, identityv1.PapersMethods(i)...)
	methods = append(methods, working("identity")...)
	methods = append(methods, living("identity")...)
	f.platform.Publisher("identity", methods...)
	return i
}

func (i *fakeIdentity) SignIn(_ context.Context, r *identityv1.SignInRequest) (*identityv1.SignInResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.known = append(i.known, r.GetKnownBrowser())
	if r.GetLoginName() == "guessed" {
		return nil, errFakeWait.With("until", strconv.FormatInt(time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC).UnixMicro(), 10))
	}
	if i.people[r.GetLoginName()].Subject == "" || r.GetPassword() != staffPassword {
		return nil, errFakeSignIn
	}
	flow := secret()
	i.flows[flow] = r.GetLoginName()
	return &identityv1.SignInResponse{Flow: flow}, nil
}

// secret is one as identity makes them.
func secret() string { return strings.Repeat("s", 17) + rand.Text() }

func (i *fakeIdentity) SecondFactor(_ context.Context, r *identityv1.SecondFactorRequest) (*identityv1.SecondFactorResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	login := i.flows[r.GetFlow()]
	if login == "" {
		return nil, errs.New(errs.Unauthenticated, "identity.flow", "Over.")
	}
	if r.GetCode() != totp {
		return nil, errFakeSignIn
	}
	if i.aged && r.GetNewPassword() == "" {
		return nil, errs.New(errs.Unauthenticated, "identity.password_old", "Old.")
	}
	if i.aged && r.GetNewPassword() == staffPassword {
		return nil, errs.New(errs.Invalid, "identity.password_common", "Common.")
	}
	delete(i.flows, r.GetFlow())
	return &identityv1.SecondFactorResponse{Session: i.begin(i.people[login], r.GetDevice())}, nil
}

func (i *fakeIdentity) EnterCode(_ context.Context, r *identityv1.EnterCodeRequest) (*identityv1.EnterCodeResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.GetFlow() != "" {
		return i.enterSent(r)
	}
	if r.GetCode() != printed {
		return nil, errFakeCode
	}
	return &identityv1.EnterCodeResponse{Session: i.begin(i.people[printed], r.GetDevice())}, nil
}

func (i *fakeIdentity) begin(who auth.Principal, device string) *identityv1.NewSession {
	i.last++
	s := &fakeSession{secret: secret(), who: who, number: i.last, device: device}
	i.all = append(i.all, s)
	return &identityv1.NewSession{KnownBrowser: known(who.Subject), KnownUntil: time.Now().AddDate(0, 6, 0).UnixMicro(), ProofsChanged: i.told.GetProofsChanged(), PasswordEndsAt: i.told.GetPasswordEndsAt(), SessionSecret: s.secret, SessionId: ident.NewID(), EndsAt: time.Now().Add(time.Hour).UnixMicro(), AccountKind: string(who.Kind), Subject: who.Subject, Language: i.reads[who.Subject]}
}

// known is what a browser keeps of a name, another one each time.
func known(name string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(name)))[:4] + secret()[4:]
}

func (i *fakeIdentity) find(secret string) *fakeSession {
	for _, s := range i.all {
		if s.secret == secret && !s.ended {
			return s
		}
	}
	return nil
}

func (i *fakeIdentity) Exchange(_ context.Context, r *identityv1.ExchangeRequest) (*identityv1.ExchangeResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	if r.GetQuiet() {
		i.quiet++
	}
	s := i.find(r.GetSessionSecret())
	switch {
	case s == nil:
		return nil, errFakeSession
	case s.locked:
		return nil, errFakeLocked
	}
	who := s.who
	who.Purpose, who.LegalBasis, who.Session, who.Via = r.GetStatedPurpose(), r.GetLegalBasis(), s.number, auth.ViaWeb
	if r.GetDepartment() != "" {
		who.Department = r.GetDepartment()
	}
	if r.GetVia() != "" && who.Kind == auth.Officer {
		who.Via = r.GetVia()
	}
	switch who.ActsFor = r.GetActsFor(); {
	case who.ActsFor == "":
	case who.Kind == auth.Worker:
		return nil, errFakeHelper
	case !i.visits[who.ActsFor]:
		return nil, errFakeVisit
	}
	if !who.MayState(who.Purpose) {
		return nil, errs.New(errs.Denied, "identity.no_right", "No.")
	}
	token, err := i.signer.Sign(who, r.GetAudience())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &identityv1.ExchangeResponse{
		Token: token, ExpiresAt: now.Add(150 * time.Second).UnixMicro(), SessionNumber: s.number, AccountKind: string(who.Kind), Subject: who.Subject,
		IdleAt: now.Add(cmp.Or(i.idle, 30*time.Minute)).UnixMicro(), EndsAt: now.Add(time.Hour).UnixMicro(),
	}, nil
}

func (i *fakeIdentity) Revoked(_ context.Context, r *identityv1.RevokedRequest) (*identityv1.RevokedResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.RevokedResponse{Number: int64(len(i.over))}
	for _, n := range i.over[min(int(r.GetAfter()), len(i.over)):] {
		out.Ranges = append(out.Ranges, &identityv1.SessionRange{First: n, Last: n})
	}
	return out, nil
}

func (i *fakeIdentity) ReportDenials(_ context.Context, r *identityv1.ReportDenialsRequest) (*identityv1.ReportDenialsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, d := range r.GetDenials() {
		i.denied = append(i.denied, d.GetMethod())
	}
	return &identityv1.ReportDenialsResponse{}, nil
}

// end ends a session, or with renumber gives it a new number.
func (i *fakeIdentity) end(s *fakeSession, renumber bool) {
	i.over = append(i.over, s.number)
	if s.ended = !renumber; renumber {
		i.last++
		s.number = i.last
	}
}

func (i *fakeIdentity) SignOut(_ context.Context, r *identityv1.SignOutRequest) (*identityv1.SignOutResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.mute {
		return nil, errs.New(errs.Unavailable, "rpc.unavailable", "Away.")
	}
	if s := i.find(r.GetSessionSecret()); s != nil {
		i.end(s, false)
	}
	return &identityv1.SignOutResponse{}, nil
}

func (i *fakeIdentity) Lock(_ context.Context, r *identityv1.LockRequest) (*identityv1.LockResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.find(r.GetSessionSecret())
	if s == nil {
		return nil, errFakeSession
	}
	s.locked = true
	i.end(s, true)
	return &identityv1.LockResponse{}, nil
}

func (i *fakeIdentity) Reopen(_ context.Context, r *identityv1.ReopenRequest) (*identityv1.ReopenResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.find(r.GetSessionSecret())
	switch {
	case s == nil:
		return nil, errFakeSession
	case r.GetPassword() != staffPassword && r.GetPin() != fakePin && r.GetCode() != printed:
		return nil, errFakeSignIn
	}
	s.locked = false
	i.end(s, true)
	i.proofs.FreshUntil = time.Now().Add(10 * time.Minute).UnixMicro()
	i.proofs.ShownUntil = i.proofs.FreshUntil
	return &identityv1.ReopenResponse{}, nil
}

func (i *fakeIdentity) ListSessions(ctx context.Context, _ *identityv1.ListSessionsRequest) (*identityv1.ListSessionsResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListSessionsResponse{}
	now := time.Now().UnixMicro()
	for _, s := range i.all {
		if s.who.Subject == p.Subject && !s.ended {
			out.Sessions = append(out.Sessions, &identityv1.Session{SessionId: idOf(s), Device: s.device, Via: "web", BeganAt: now, SeenAt: now, EndsAt: now, This: s.number == p.Session})
		}
	}
	return out, nil
}

// idOf is a session's id, which stays while its number changes.
func idOf(s *fakeSession) string {
	const digits = "0123456789abcdef"
	id := []byte("0198c0de-0000-7000-8000-0000000000")
	return string(append(id, digits[s.secret[20]%16], digits[s.secret[21]%16]))
}

func (i *fakeIdentity) EndSession(ctx context.Context, r *identityv1.EndSessionRequest) (*identityv1.EndSessionResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.all {
		if s.who.Subject == p.Subject && !s.ended && idOf(s) == r.GetSessionId() {
			i.end(s, false)
		}
	}
	return &identityv1.EndSessionResponse{}, nil
}

func (i *fakeIdentity) EndOthers(ctx context.Context, _ *identityv1.EndOthersRequest) (*identityv1.EndOthersResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.all {
		if s.who.Subject == p.Subject && !s.ended && s.number != p.Session {
			i.end(s, false)
		}
	}
	return &identityv1.EndOthersResponse{}, nil
}

func (i *fakeIdentity) ListVisits(context.Context, *identityv1.ListVisitsRequest) (*identityv1.ListVisitsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListVisitsResponse{}
	for worker := range i.visits {
		out.Visits = append(out.Visits, &identityv1.Visit{VisitId: ident.NewID(), Worker: worker, Receipt: "2026-11-30-ABCD", BeganAt: time.Now().UnixMicro()})
	}
	return out, nil
}

// NoteTasks keeps nothing: what a visit's receipt says is identity's own to show.
func (i *fakeIdentity) NoteTasks(context.Context, *identityv1.NoteTasksRequest) (*identityv1.NoteTasksResponse, error) {
	return &identityv1.NoteTasksResponse{}, nil
}

func (i *fakeIdentity) PrintCode(context.Context, *identityv1.PrintCodeRequest) (*identityv1.PrintCodeResponse, error) {
	return nil, errs.New(errs.NotFound, "identity.visit", "None.")
}

func (i *fakeIdentity) SetPin(_ context.Context, r *identityv1.SetPinRequest) (*identityv1.SetPinResponse, error) {
	if r.GetPin() == "111111" {
		return nil, errs.New(errs.Invalid, "identity.pin_form", "No.")
	}
	return &identityv1.SetPinResponse{}, nil
}

func (i *fakeIdentity) OpenLink(_ context.Context, r *identityv1.OpenLinkRequest) (*identityv1.OpenLinkResponse, error) {
	if !strings.HasPrefix(r.GetLink(), "s") {
		return nil, errs.New(errs.Unauthenticated, "identity.link", "Used.")
	}
	return &identityv1.OpenLinkResponse{AccountKind: "officer", LoginName: "a002", TotpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", EndsAt: time.Now().Add(time.Hour).UnixMicro()}, nil
}

func (i *fakeIdentity) UseLink(_ context.Context, r *identityv1.UseLinkRequest) (*identityv1.UseLinkResponse, error) {
	if r.GetCode() != totp {
		return nil, errFakeCode
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.used = r
	return &identityv1.UseLinkResponse{PaperCodes: []string{"AAAA-BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG-HHHH"}, KnownBrowser: known("a002"), KnownUntil: time.Now().AddDate(0, 6, 0).UnixMicro()}, nil
}

func (i *fakeIdentity) ListProofs(context.Context, *identityv1.ListProofsRequest) (*identityv1.ListProofsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return proto.Clone(i.proofs).(*identityv1.ListProofsResponse), nil
}

func (i *fakeIdentity) RemovePasskey(_ context.Context, r *identityv1.RemovePasskeyRequest) (*identityv1.RemovePasskeyResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, k := range i.proofs.GetPasskeys() {
		if k.GetPasskeyId() == r.GetPasskeyId() {
			i.proofs.Passkeys = append(i.proofs.Passkeys[:n], i.proofs.Passkeys[n+1:]...)
			return &identityv1.RemovePasskeyResponse{}, nil
		}
	}
	return nil, errs.New(errs.NotFound, "identity.proof", "None.")
}

func (i *fakeIdentity) NamePasskey(_ context.Context, r *identityv1.NamePasskeyRequest) (*identityv1.NamePasskeyResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, k := range i.proofs.GetPasskeys() {
		if k.GetPasskeyId() == r.GetPasskeyId() {
			k.PasskeyName = r.GetPasskeyName()
		}
	}
	return &identityv1.NamePasskeyResponse{}, nil
}

func (i *fakeIdentity) ChangePassword(_ context.Context, r *identityv1.ChangePasswordRequest) (*identityv1.ChangePasswordResponse, error) {
	if r.GetNewPassword() == staffPassword {
		return nil, errs.New(errs.Invalid, "identity.password_same", "Same.")
	}
	return &identityv1.ChangePasswordResponse{}, nil
}

func (i *fakeIdentity) RenewPaperCodes(context.Context, *identityv1.RenewPaperCodesRequest) (*identityv1.RenewPaperCodesResponse, error) {
	return &identityv1.RenewPaperCodesResponse{PaperCodes: []string{"IIII-JJJJ-KKKK-LLLL"}}, nil
}

func (i *fakeIdentity) ShowBinding(_ context.Context, r *identityv1.ShowBindingRequest) (*identityv1.ShowBindingResponse, error) {
	if len(r.GetBindFlow()) != 43 {
		return nil, errs.New(errs.Unauthenticated, "identity.bind", "Over.")
	}
	return &identityv1.ShowBindingResponse{Source: "province", OpensAt: time.Now().Add(48 * time.Hour).UnixMicro()}, nil
}

func (i *fakeIdentity) BindOutside(_ context.Context, r *identityv1.BindOutsideRequest) (*identityv1.BindOutsideResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.bound = append(i.bound, r.GetBindFlow())
	return &identityv1.BindOutsideResponse{}, nil
}

func (i *fakeIdentity) UnbindOutside(context.Context, *identityv1.UnbindOutsideRequest) (*identityv1.UnbindOutsideResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.proofs.Outsides = nil
	return &identityv1.UnbindOutsideResponse{}, nil
}

func (i *fakeIdentity) ListHelpers(context.Context, *identityv1.ListHelpersRequest) (*identityv1.ListHelpersResponse, error) {
	return &identityv1.ListHelpersResponse{}, nil
}

func (i *fakeIdentity) NameHelper(context.Context, *identityv1.NameHelperRequest) (*identityv1.NameHelperResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return &identityv1.NameHelperResponse{}, i.fresh()
}

// shown says until when whoever sits there showed who it is.
func (i *fakeIdentity) shown(until int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.proofs.FreshUntil, i.proofs.ShownUntil = until, until
}

// fresh refuses who showed nothing lately.
func (i *fakeIdentity) fresh() error {
	if i.proofs.GetFreshUntil() == 0 {
		return errs.New(errs.Unauthenticated, "identity.fresh", "Show who you are.")
	}
	return nil
}

func (i *fakeIdentity) ListHelped(context.Context, *identityv1.ListHelpedRequest) (*identityv1.ListHelpedResponse, error) {
	return &identityv1.ListHelpedResponse{Helped: []*identityv1.Helped{{Worker: otherRef, BeginsOn: "2026-11-01", EndsOn: "2027-05-01"}}}, nil
}

func (i *fakeIdentity) KeepTyped(_ context.Context, r *identityv1.KeepTypedRequest) (*identityv1.KeepTypedResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.all {
		if s.secret == r.GetSessionSecret() { // an ended one too
			if i.typed == nil {
				i.typed = map[string][2]string{}
			}
			kept := secret()
			i.typed[kept] = [2]string{s.who.Subject, r.GetTyped()}
			return &identityv1.KeepTypedResponse{TypedSecret: kept}, nil
		}
	}
	return nil, errFakeSession
}

func (i *fakeIdentity) ReadTyped(_ context.Context, r *identityv1.ReadTypedRequest) (*identityv1.ReadTypedResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s, kept := i.find(r.GetSessionSecret()), i.typed[r.GetTypedSecret()]
	if s == nil || kept[0] != s.who.Subject {
		return nil, errFakeSession
	}
	if r.GetForget() {
		delete(i.typed, r.GetTypedSecret())
	}
	return &identityv1.ReadTypedResponse{Typed: kept[1]}, nil
}
