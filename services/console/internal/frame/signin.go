package frame

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
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

// StaffNumber is a staff number in its one form; an error where it is none.
func StaffNumber(number string) (string, error) { return session.StaffNumber(number) }

// SignIn sends who did not sign in to do so, and back to this page.
func (v *Visit) SignIn() error {
	v.toSignIn("")
	return nil
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

// Leave ends the session in this browser, and returns its secret.
func (v *Visit) Leave() (secret string) {
	secret = v.Kept(sessionCookie)
	v.Renewed()
	v.Drop(sessionCookie)
	return secret
}

// In is who signed in; nil is nobody.
func (v *Visit) In() *session.Known { return session.From(v.R.Context()) }

// WorksIn reports whether an officer signed in who has a right in a department.
func (v *Visit) WorksIn(department string) bool {
	return v.In() != nil && v.In().WorksIn(department, "")
}

// Demo reports whether every person here is invented.
func (v *Visit) Demo() bool { return v.site.Demo }

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

// forgot is "cookies" where somebody comes from signing in and the browser kept nothing
// of it, else "".
func (v *Visit) forgot() string {
	from, err := url.Parse(v.R.Referer())
	if err != nil || from.Host != v.R.Host || !atSignIn(from.Path) || v.Kept(beginCookie) != "" {
		return ""
	}
	return "cookies"
}
