package frame

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// The addresses of signing in and out, which are open to everybody: SignInPath and
// what lies below.
const (
	SignInPath  = "/sign-in"
	lockedPath  = "/sign-in/locked"
	UnseenPath  = "/me/unseen"       // the first page of whom no counter saw yet
	PlayersPath = "/sign-in/players" // in a demonstration alone
)

// everybodys are the pages that whoever comes may see without signing in: those of
// signing in themselves, and what the law has published. Health is served beside the
// pages. A page that is not listed here asks everybody to sign in.
var everybodys = []string{
	SignInPath, SignInPath + "/*", SignInPath + "/*/*", "/static/*", "/styleguide",
	"/draws/*", "/draws/*/bundle", "/housing/public/*", "/housing/public/*/bundle", "/housing/fund", "/employment/fairs/*/bundle",
}

// storyPath is the first page of a demonstration, whose story everybody may tell.
const storyPath = "/story"

var ofStory = []string{storyPath, storyPath + "/*", storyPath + "/*/*", "/feed/stream"}

// open reports whether a page is one that everybody may see.
func (s *Site) open(at string) bool {
	is := func(pattern string) bool { ok, _ := path.Match(pattern, at); return ok }
	return slices.ContainsFunc(everybodys, is) || s.Demo && slices.ContainsFunc(ofStory, is)
}

// atSignIn reports whether an address is of signing in or out.
func atSignIn(path string) bool { return path == SignInPath || strings.HasPrefix(path, SignInPath+"/") }

// The cookies: who signed in, and what a sign-in is at. Each holds a secret of 256
// bits and nothing else.
const (
	sessionCookie = "qiao"
	FlowCookie    = "qiao-flow"
	LinkCookie    = "qiao-link"
	PasskeyCookie = "qiao-passkey"
	KnownCookie   = "qiao-known" // that somebody signed in with this browser
	beginCookie   = "qiao-begin" // of a browser in which nobody signed in yet
	BindCookie    = "qiao-bind"  // another office's identity, until its holder confirms that it is joined
)

// errCookies is what a browser is told that has no cookie of ours.
var errCookies = errs.New(errs.Invalid, "console.cookies", "Your browser keeps no cookies of this site, so nobody can sign in with it. Allow them in its settings, open the page again and send the form from there; nothing was done.")

var errCross = errs.New(errs.Denied, "console.cross", "This form was not sent from our own page, so nothing was done. Open the page and send it from there.")

// cookieName is the name under which this request may have a cookie. Beside TLS it
// has the prefix that browsers hold to: only this host sets it, for all its pages,
// and never without TLS. On this machine itself there is no TLS to ask for.
func cookieName(r *http.Request, name string) (_ string, secure bool) {
	if !edge.Of(r).Secure && config.LoopbackHost(r.Host) {
		return name, false
	}
	return "__Host-" + name, true
}

// Keep sets a cookie that holds a secret, until a time; the zero time is as long as
// the browser is open.
func (v *Visit) Keep(name, secret string, until time.Time) {
	full, secure := cookieName(v.R, name)
	c := &http.Cookie{Name: full, Value: secret, Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if !until.IsZero() {
		c.MaxAge = max(1, int(until.Sub(v.site.Clock.Now()).Seconds()))
	}
	http.SetCookie(v.W, c)
}

// Kept is the secret of a cookie; "" is none.
func (v *Visit) Kept(name string) string { return keptIn(v.R, name) }

func keptIn(r *http.Request, name string) string {
	full, _ := cookieName(r, name)
	if c, err := r.Cookie(full); err == nil && session.Secret.MatchString(c.Value) {
		return c.Value
	}
	return ""
}

// Fits reports whether a secret can be one that such a cookie holds.
func (v *Visit) Fits(secret string) bool { return session.Secret.MatchString(secret) }

// StaffNumber is a staff number in its one form; an error where it is none.
func StaffNumber(number string) (string, error) { return session.StaffNumber(number) }

// SignIn sends who did not sign in to do so, and back to this page.
func (v *Visit) SignIn() error {
	v.toSignIn("")
	return nil
}

// Drop lets the browser forget a cookie.
func (v *Visit) Drop(name string) {
	full, secure := cookieName(v.R, name)
	http.SetCookie(v.W, &http.Cookie{Name: full, Path: "/", MaxAge: -1, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// Enter begins a session in this browser. One that was there before is no more in it.
func (v *Visit) Enter(secret string, ends time.Time) {
	v.Drop(FlowCookie)
	v.Drop(beginCookie)
	v.Keep(sessionCookie, secret, ends.Add(typedFor)) // a form that comes too late is still known for whose it was
}

// Entered begins the session of who just signed in, in whichever way, and leads on: to the
// page that was asked for, else to the first own one. Whose ways to sign in were changed
// meanwhile, or whom tells says so of, is told first, and goes on from there.
func (v *Visit) Entered(n *identityv1.NewSession, next string, tells bool) error {
	v.Enter(n.GetSessionSecret(), time.UnixMicro(n.GetEndsAt()))
	v.Known(n.GetKnownBrowser(), n.GetKnownUntil())
	if l, ok := lang.Of(v.site.Langs(), n.GetLanguage()); ok {
		remember(v.W, l)
	}
	if next = Next(next); next == "/" {
		next = Home(n.GetAccountKind(), n.GetSubject())
		if n.GetUnseen() {
			next = UnseenPath
		}
	}
	if !n.GetProofsChanged() && !tells {
		return v.Back(next)
	}
	q := url.Values{"next": {next}}
	if n.GetProofsChanged() {
		q.Set("why", "changed")
	}
	return v.Back("/me/devices?" + q.Encode())
}

// knownMost is at how many names a browser is known: at a desk several people sign in.
const knownMost = 8

// nameSigns are the first signs of what makes a browser known, which are those of one name.
const nameSigns = 4

// Known keeps what makes this browser a known one at a name, beside those of the last few
// others.
func (v *Visit) Known(text string, until int64) {
	if !session.Secret.MatchString(text) {
		return
	}
	all := []string{text}
	for one := range strings.SplitSeq(v.KnownAs(), ".") {
		if one != "" && one[:nameSigns] != text[:nameSigns] && len(all) < knownMost {
			all = append(all, one)
		}
	}
	v.Keep(KnownCookie, strings.Join(all, "."), time.UnixMicro(until))
}

// KnownAs is what makes this browser a known one, at the names at which it signed in last.
func (v *Visit) KnownAs() string {
	full, _ := cookieName(v.R, KnownCookie)
	c, err := v.R.Cookie(full)
	if err != nil {
		return ""
	}
	all := strings.Split(c.Value, ".")
	if len(all) > knownMost || slices.ContainsFunc(all, func(one string) bool { return !session.Secret.MatchString(one) }) {
		return ""
	}
	return c.Value
}

// Leave ends the session in this browser, and returns its secret.
func (v *Visit) Leave() (secret string) {
	secret = v.Kept(sessionCookie)
	v.Renewed()
	v.Drop(sessionCookie)
	return secret
}

// Secret is the session's, of whatever state; "" where there is none.
func (v *Visit) Secret() string { return v.Kept(sessionCookie) }

// In is who signed in; nil is nobody.
func (v *Visit) In() *session.Known { return session.From(v.R.Context()) }

// WorksIn reports whether an officer signed in who has a right in a department.
func (v *Visit) WorksIn(department string) bool {
	return v.In() != nil && v.In().WorksIn(department, "")
}

// Demo reports whether every person here is invented.
func (v *Visit) Demo() bool { return v.site.Demo }

// Home sends who signed in to the first own page.
func (v *Visit) Home() error { return v.Back(home(v.In())) }

// Public is what everybody may see, asked for by the console itself.
func (v *Visit) Public() context.Context { return v.AsConsole(published) }

// ErrDenied is answered to who signed in and has no right to a page.
var ErrDenied = auth.ErrDenied

// ViaImport is how a program asks that brings in what an officer has on sheets.
const ViaImport = auth.ViaImport

var published = Purpose{Code: "platform_operation", LegalBasis: "platform operation"}

// Officer reports whether an officer signed in. What only a person may ask is not asked
// for one beside what the page is about.
func (v *Visit) Officer() bool {
	in := v.In()
	return in != nil && in.Kind == auth.Officer
}

// Renewed lets what was proved for the session be proved anew: what it may do changed.
func (v *Visit) Renewed() {
	if in := v.In(); in != nil {
		v.site.Keeper.Forget(in)
	}
}

// Ended lets whoever was signed in by a session that this visit ended be shut out with
// the next page.
func (v *Visit) Ended() { v.site.Keeper.Ended() }

// AsFor is As for an officer whom a person visits, who acts for that person.
func (v *Visit) AsFor(worker string, p Purpose) context.Context {
	return v.by(v.who().For(worker), p, v.key)
}

// Plain reports whether this page came without TLS, as on this machine itself.
func (v *Visit) Plain() bool {
	_, secure := cookieName(v.R, sessionCookie)
	return !secure
}

// AsConsole returns a context whose calls the console makes for itself.
func (v *Visit) AsConsole(p Purpose) context.Context {
	return session.Console().As(v.Context(), p)
}

// known finds out who signed in before a page is made. Whose session is over is told
// so at the sign-in, and comes back from there; a locked screen shows nothing else.
func (s *Site) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r, Section{}, Chapter{})
		if unsealed(r) {
			v.fail(errCross)
			return
		}
		open, secret := s.open(r.URL.Path), keptIn(r, sessionCookie)
		if strings.HasPrefix(r.URL.Path, "/static/") || open && secret == "" {
			next.ServeHTTP(w, r)
			return
		}
		if secret == "" {
			if s.Demo && r.URL.Path == "/" {
				_ = v.Back(storyPath)
				return
			}
			v.toSignIn(v.forgot())
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !ours(r, secret) {
			v.fail(errCross)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), Patience)
		in, err := s.Keeper.Read(ctx, secret, renews(r))
		cancel()
		if err == nil {
			if wait := s.within(r, secret); wait > 0 {
				v.busy(wait)
				return
			}
		}
		switch {
		case err == nil:
			next.ServeHTTP(w, r.WithContext(session.With(r.Context(), in)))
		case open:
			next.ServeHTTP(w, r) // as nobody, until who it is is proved
		default:
			v.shutOut(err, secret)
		}
	})
}

// shutOut answers whom a session's secret does not prove, with what was typed kept.
func (v *Visit) shutOut(err error, secret string) {
	switch {
	case isLocked(err):
		v.keepTyped(secret)
		v.to(lockedPath)
	case errs.KindOf(err) == errs.Unauthenticated:
		kept := v.keepTyped(secret)
		v.Drop(sessionCookie)
		v.toSignIn(over(kept))
	default:
		v.fail(err)
	}
}

// OwnAccess is what the own devices and credentials are asked for, SigningIn what the
// console asks for on behalf of who signs in.
var (
	OwnAccess = session.OwnAccess
	SigningIn = session.SigningIn
)

// TodayPath is an officer's first page: what waits for him. One for whom nothing can,
// as whoever runs the platform, is led on from there.
const TodayPath = "/today"

// Home is the first page of who signed in.
func Home(kind, subject string) string {
	switch auth.Kind(kind) {
	case auth.Worker:
		return "/workers/" + url.PathEscape(subject)
	case auth.Employer:
		return "/employers/" + url.PathEscape(subject)
	case auth.Administrator:
		return adminLinks[0].Path
	case auth.Officer:
		return TodayPath
	}
	return "/"
}

func home(in *session.Known) string {
	if in.Unseen() {
		return UnseenPath
	}
	return Home(string(in.Kind), in.Subject)
}

var adminLinks = []Link{{Name: "accounts", Path: "/admin/accounts", Text: "nav.accounts"}, {Name: "acts", Path: "/admin/acts", Text: "nav.acts"}, {Name: "languages", Path: "/languages", Text: "nav.languages"}, {Name: "denials", Path: "/admin/denials", Text: "nav.denials"}, {Name: "exports", Path: "/admin/exports", Text: "nav.exports"}}

// Menu is the entries that lead somewhere for who signed in: an officer's are those of
// the departments in which he has a right, the others' their own.
func (p page) Menu() []Link {
	var all []Link
	for _, l := range p.Site.Menu {
		if p.offers(l) {
			if slices.ContainsFunc(all, func(o Link) bool { return o.Path == l.Path }) {
				continue // of two departments of the officer's
			}
			all = append(all, l)
		}
	}
	switch {
	case p.In == nil, p.In.Kind == auth.Officer:
		return all
	case p.In.Kind == auth.Administrator && p.In.Department != "audit":
		return append(all, adminLinks[:3]...) // the audit is the third one's
	case p.In.Kind == auth.Administrator:
		return append(all, adminLinks...)
	case p.In.Kind == auth.Employer:
		return append(all, Link{Name: "own", Path: home(p.In), Text: "who.home"}, Link{Name: "users", Path: "/me/users", Text: "nav.users"})
	}
	return append(all, Link{Name: "own", Path: home(p.In), Text: "who.home"})
}

// offers reports an entry of the menu that is for who signed in; what is no department's
// is a demonstration's, for everybody.
func (p page) offers(l Link) bool {
	switch {
	case l.Officers:
		return p.In != nil && p.In.Kind == auth.Officer
	case l.department == "" && p.Demo:
		return true
	}
	return p.In != nil && p.In.WorksIn(l.department, l.Role)
}

// isLocked reports that a session's screen is locked.
func isLocked(err error) bool { return errs.CodeOf(err) == "identity.locked" }

// over is what the sign-in says of a session that is over.
func over(kept bool) string {
	if kept {
		return "kept"
	}
	return "over"
}

// isOver reports an error by which a call says that whoever asks has to sign in (again).
func isOver(err error) bool {
	return errors.Is(err, auth.ErrNoPrincipal) || errors.Is(err, auth.ErrOver) || errs.CodeOf(err) == "identity.session"
}

// toSignIn sends the visitor to the sign-in, from where he comes back to the page.
func (v *Visit) toSignIn(why string) {
	u := url.URL{Path: SignInPath}
	q := url.Values{}
	if why != "" {
		q.Set("why", why)
	}
	u.RawQuery = v.next(q).Encode()
	http.Redirect(v.W, v.R, u.String(), http.StatusSeeOther)
}

func (v *Visit) to(path string) {
	u := url.URL{Path: path, RawQuery: v.next(url.Values{}).Encode()}
	http.Redirect(v.W, v.R, u.String(), http.StatusSeeOther)
}

// next adds where to come back to: the page that was asked for, or the one from which
// a form was sent.
func (v *Visit) next(q url.Values) url.Values {
	at := Next(v.R.URL.RequestURI())
	if v.R.Method != http.MethodGet {
		at = v.From()
	}
	if at != "/" {
		q.Set("next", at)
	}
	return q
}

// From is the page from which a form was sent, as Next has it. A page that was the answer
// to a form stands at an address that is posted to alone: it leads to the page above.
func (v *Visit) From() string {
	from, err := url.Parse(v.R.Referer())
	if err != nil || from.Host != v.R.Host {
		return "/"
	}
	return v.shown(Next(from.RequestURI()))
}

// path is the page's address, at which it can be looked at again.
func (v *Visit) path() string {
	if v.R.Method != http.MethodPost || atSignIn(v.R.URL.Path) {
		return v.R.URL.Path
	}
	return v.shown(Next(v.R.URL.Path))
}

// shown is a page of an address, or the first above it that is one.
func (v *Visit) shown(at string) string {
	for {
		u, err := url.ParseRequestURI(at)
		if err != nil || u.Path == "/" {
			return "/"
		}
		if _, pattern := v.site.pages.Handler(&http.Request{Method: http.MethodGet, Host: v.R.Host, URL: u}); strings.HasPrefix(pattern, http.MethodGet+" ") {
			return at
		}
		at = Next(path.Dir(u.Path))
	}
}

// Next is where a sign-in leads to: a page of ours, which is parsed and written anew,
// or the first one. No address of another host, and none that a browser reads as one,
// comes out of it.
func Next(to string) string {
	u, err := url.ParseRequestURI(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") || strings.ContainsAny(u.Path, "\\\r\n\t") || !plain(u.Path) {
		return "/"
	}
	q := u.Query()
	q.Del(renewing)
	at := (&url.URL{Path: u.Path, RawQuery: q.Encode()}).RequestURI()
	if strings.HasPrefix(at, "//") || strings.HasPrefix(u.Path, "//") || atSignIn(u.Path) {
		return "/"
	}
	return at
}

// sealing is the secret that seals the forms of a page: the session's, or while somebody
// signs in, one of this browser's own.
func (v *Visit) sealing() string {
	secret := v.Secret()
	if secret != "" || !atSignIn(v.R.URL.Path) {
		return secret
	}
	if secret = v.Kept(beginCookie); secret == "" {
		secret = base64.RawURLEncoding.EncodeToString(random(32))
		v.Keep(beginCookie, secret, time.Time{})
	}
	return secret
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends if the system has no randomness
	return b
}

// begun is an error where a form of signing in did not come from a page that this very
// browser was shown: who follows another's form would work in the other's account. A
// browser that says by itself that the form is ours was looked at before.
func (v *Visit) begun() error {
	if !atSignIn(v.R.URL.Path) || v.Secret() != "" || says(v.R) {
		return nil
	}
	secret := v.Kept(beginCookie)
	switch {
	case secret == "":
		return errCookies
	case !ours(v.R, secret):
		return errCross
	}
	return nil
}

// forgot is "cookies" where somebody comes from signing in and the browser kept nothing
// of it, else "".
func (v *Visit) forgot() string {
	from, err := url.Parse(v.R.Referer())
	if err != nil || from.Host != v.R.Host || !atSignIn(from.Path) || v.Kept(beginCookie) != "" {
		return ""
	}
	return "cookies"
}

// half is how many of a key's letters are drawn by lot; the other half says, within a
// session, that a page of the same session made it.
const half = 13

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// newKey is the field with which every form that is posted begins.
func newKey() template.HTML {
	return template.HTML(keyField + rand.Text() + `">`) //nolint:gosec // letters and digits
}

const keyField = `<input type="hidden" name="key" value="`

// sealKeys writes into the forms of a page that the session made them. Templates are
// shared by all visits and know of none; text of a visitor's is escaped, and cannot
// look like the field.
func sealKeys(page []byte, secret string) {
	for secret != "" {
		_, after, found := bytes.Cut(page, []byte(keyField))
		if !found || len(after) < 2*half {
			return
		}
		copy(after[half:2*half], sealOf(string(after[:half]), secret))
		page = after
	}
}

func sealOf(lot, secret string) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = m.Write([]byte("qiao form\x00" + lot)) // a hash never fails
	return letters.EncodeToString(m.Sum(nil))[:half]
}

// ours reports whether a form that came with a session's cookie came from our own
// page. A browser says so by Sec-Fetch-Site or by Origin, which were looked at before;
// an old one says neither, and the form's own key does.
func ours(r *http.Request, secret string) bool {
	if says(r) {
		return true
	}
	key := r.PostFormValue("key")
	return formKey.MatchString(key) && subtle.ConstantTimeCompare([]byte(sealOf(key[:half], secret)), []byte(key[half:])) == 1
}

// says reports a browser that says where a form comes from.
func says(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
}

// unsealed reports a form from a page that came without TLS, which anybody on the way may
// have written, though this one came with it.
func unsealed(r *http.Request) bool {
	from := r.Header.Get("Origin")
	return r.Method == http.MethodPost && edge.Of(r).Secure && from != "" && !strings.HasPrefix(from, "https://")
}
