package identity

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// flowLife is how long identity waits for the second factor.
const flowLife = 5 * time.Minute

// who says as whom somebody signs in.
var who = []string{"worker", "officer", "employer"}

// signInBody is the first page of signing in.
type signInBody struct {
	As, Next, Why, Login string
	All                  []string
	Err                  error
	Minutes              int      // of a counter's code
	Sources              []string // other offices by which a worker signs in
	Players              players
}

// Second is false: a passkey here is both factors.
func (signInBody) Second() bool { return false }

// whose is who comes back to a page, as far as its address tells.
func whose(next string) string {
	switch {
	case next == "/", strings.HasPrefix(next, "/workers/"), strings.HasPrefix(next, "/me/"):
		return who[0]
	case strings.HasPrefix(next, "/employers/"):
		return who[2]
	}
	return who[1]
}

// begin asks who signs in. Who did is sent on.
func (s *pages) begin(v *frame.Visit) error {
	next := frame.Next(v.Query("next"))
	if in := v.In(); in != nil {
		return v.Back(onward(next, string(in.Kind), in.Subject))
	}
	as := v.Query("as")
	if !slices.Contains(who, as) {
		as = whose(next)
	}
	why := v.Query("why")
	if !slices.Contains([]string{"over", "kept", "flow", "out", "closed", "cookies", "bind"}, why) {
		why = ""
	}
	return s.showSignIn(v, nil, signInBody{As: as, Next: next, Why: why})
}

func (s *pages) showSignIn(v *frame.Visit, err error, b signInBody) error {
	b.Err, b.All, b.Minutes, b.Players = err, who, s.limit("ID-CODE", "counter_minutes"), s.offered(v, b.Next)
	if b.As == who[0] {
		b.Sources = s.sources(v)
	}
	return v.Render(status(err), "sign_in", frame.Page{Title: "signin.title", Body: b})
}

// status is the answer's to a form that is shown again with what is wrong.
func status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return rpc.HTTPStatus(errs.KindOf(err))
}

// onward is where a sign-in leads: to the page that was asked for, else to the first
// of who signed in.
func onward(next, kind, subject string) string {
	if next = frame.Next(next); next == "/" {
		return frame.Home(kind, subject)
	}
	return next
}

// address is where a request comes from, for the waits after tries that failed.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// first takes a name and a password, of an officer, an administrator or an employer's
// user. Whether there is such an account, nothing that it answers says.
func (s *pages) first(v *frame.Visit) error {
	b := signInBody{As: v.Form("as"), Next: frame.Next(v.Form("next")), Login: strings.TrimSpace(v.Form("login"))}
	if !slices.Contains(who[1:], b.As) {
		b.As = who[1]
	}
	if b.Login == "" || v.Form("password") == "" {
		return s.showSignIn(v, frame.ErrInput, b)
	}
	r, err := s.signIn.SignIn(v.AsConsole(signing), &identityv1.SignInRequest{LoginName: b.Login, Password: v.Form("password"), KnownBrowser: v.KnownAs(), Address: address(v.R)})
	if err != nil {
		return s.showSignIn(v, err, b)
	}
	v.Keep(frame.FlowCookie, r.GetFlow(), s.clock.Now().Add(flowLife))
	return v.Back("/sign-in/second" + asked(b.Next))
}

// asked carries on where a sign-in leads.
func asked(next string) string {
	if next == "/" {
		return ""
	}
	return "?" + url.Values{"next": {next}}.Encode()
}

// code signs a worker in by a code that a counter printed.
func (s *pages) code(v *frame.Visit) error {
	b := signInBody{As: who[0], Next: frame.Next(v.Form("next"))}
	if strings.TrimSpace(v.Form("code")) == "" {
		return s.showSignIn(v, frame.ErrInput, b)
	}
	r, err := s.signIn.EnterCode(v.AsConsole(signing), &identityv1.EnterCodeRequest{Code: short(v.Form("code")), Device: frame.Device(v.R), Address: address(v.R)})
	if err != nil {
		return s.showSignIn(v, err, b)
	}
	return s.enter(v, r.GetSession(), b.Next)
}

// short is a code as it was typed, cut to what a code may be: what is longer is wrong.
func short(code string) string {
	code = strings.TrimSpace(code)
	if len(code) > 32 {
		return code[:0] + "-"
	}
	return code
}

// enter tells whoever's password is soon too old.
func (s *pages) enter(v *frame.Visit, r *identityv1.NewSession, next string) error {
	return v.Entered(r, next, s.warns(r.GetPasswordEndsAt()))
}

// secondBody asks for the second factor.
type secondBody struct {
	Next                string
	Err                 error
	Minutes             int
	Old                 bool // the password: a new one is set with the code
	Length, Most, Kinds int  // which it must have
}

// Second is true: a passkey here is the second factor.
func (secondBody) Second() bool { return true }

func (s *pages) second(v *frame.Visit) error {
	if v.Kept(frame.FlowCookie) == "" {
		return begun(v, frame.Next(v.Query("next")))
	}
	return s.showSecond(v, nil, frame.Next(v.Query("next")))
}

// begun sends who was too slow to the beginning, which says so.
func begun(v *frame.Visit, next string) error {
	v.Drop(frame.FlowCookie)
	as := who[1] // a worker has no second step
	if whose(next) == who[2] {
		as = who[2]
	}
	q := url.Values{"as": {as}, "why": {"flow"}}
	if next != "/" {
		q.Set("next", next)
	}
	return v.Back(frame.SignInPath + "?" + q.Encode())
}

func (s *pages) showSecond(v *frame.Visit, err error, next string) error {
	return v.Render(status(err), "second", frame.Page{Title: "signin.second", Body: secondBody{
		Next: next, Err: err, Minutes: int(flowLife.Minutes()), Old: v.Form("renews") != "" || errs.CodeOf(err) == "identity.password_old",
		Length: s.limit("ID-PASSWORD", "shortest"), Most: s.limit("ID-PASSWORD", "longest"), Kinds: s.limit("ID-PASSWORD", "kinds"),
	}})
}

// finish takes the telephone's code, or one on paper, and with it a new password where
// the one before is too old.
func (s *pages) finish(v *frame.Visit) error {
	next, flow := frame.Next(v.Form("next")), v.Kept(frame.FlowCookie)
	if flow == "" {
		return begun(v, next)
	}
	if strings.TrimSpace(v.Form("code")) == "" {
		return s.showSecond(v, frame.ErrInput, next)
	}
	if v.Form("password") != v.Form("again") {
		return s.showSecond(v, errTwice, next)
	}
	r, err := s.signIn.SecondFactor(v.AsConsole(signing), &identityv1.SecondFactorRequest{Flow: flow, Code: short(v.Form("code")), NewPassword: v.Form("password"), Device: frame.Device(v.R), Address: address(v.R)})
	switch {
	case errs.CodeOf(err) == "identity.flow":
		return begun(v, next)
	case err != nil:
		return s.showSecond(v, err, next)
	}
	return s.enter(v, r.GetSession(), next)
}

// out ends the session, here and everywhere.
func (s *pages) out(v *frame.Visit) error {
	in := v.In()
	if secret := v.Secret(); secret != "" { // while it is not ended, the browser keeps what ends it
		if _, err := s.signIn.SignOut(v.AsConsole(signing), &identityv1.SignOutRequest{SessionSecret: secret}); err != nil && errs.CodeOf(err) != "identity.session" {
			return err
		}
		v.Leave()
	}
	v.Ended()
	as := v.Form("as")
	switch {
	case in != nil && in.Kind == "administrator":
		as = who[1]
	case in != nil:
		as = string(in.Kind)
	}
	if !slices.Contains(who, as) {
		as = who[0]
	}
	return v.Back(frame.SignInPath + "?why=out&as=" + as)
}

// lock shuts the screen: the session stays, and shows nothing until it is opened.
func (s *pages) lock(v *frame.Visit) error {
	secret := v.Secret()
	if secret == "" {
		return v.Back(frame.SignInPath)
	}
	if _, err := s.signIn.Lock(v.AsConsole(signing), &identityv1.LockRequest{SessionSecret: secret}); err != nil {
		return err
	}
	v.Renewed()
	return v.Back("/sign-in/locked" + asked(v.From()))
}

// As is who leaves a locked screen: an officer, most often.
func (b lockedBody) As() string {
	if whose(b.Next) == who[2] {
		return who[2]
	}
	return who[1]
}

type lockedBody struct {
	Next string
	Err  error
}

func (s *pages) locked(v *frame.Visit) error {
	next := frame.Next(v.Query("next"))
	if v.In() != nil || v.Secret() == "" {
		return v.Back(next)
	}
	return s.showLocked(v, nil, next)
}

func (s *pages) showLocked(v *frame.Visit, err error, next string) error {
	return v.Render(status(err), "locked", frame.Page{Title: "signin.locked", Body: lockedBody{next, err}})
}

// reopen opens a locked screen again: by the password, the PIN or a passkey.
func (s *pages) reopen(v *frame.Visit) error {
	next := frame.Next(v.Form("next"))
	if v.Secret() == "" {
		return v.Back(frame.SignInPath + asked(next))
	}
	r, err := s.shown(v)
	if err == nil {
		_, err = s.signIn.Reopen(v.AsConsole(signing), r)
	}
	switch {
	case errs.CodeOf(err) == "identity.session":
		v.Leave()
		return v.Back(frame.SignInPath + "?why=over")
	case err != nil:
		return s.showLocked(v, err, next)
	}
	return v.Back(next)
}

// stay is where who is signed in goes on: that it was asked for is all it takes.
func (s *pages) stay(v *frame.Visit) error {
	in := v.In()
	if in == nil {
		return v.SignIn()
	}
	return v.Render(http.StatusOK, "stay", frame.Page{Title: "leave.stays", Body: in.IdleAt.UnixMicro()})
}
