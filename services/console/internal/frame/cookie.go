package frame

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

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

// Drop lets the browser forget a cookie.
func (v *Visit) Drop(name string) {
	full, secure := cookieName(v.R, name)
	http.SetCookie(v.W, &http.Cookie{Name: full, Path: "/", MaxAge: -1, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
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

// Secret is the session's, of whatever state; "" where there is none.
func (v *Visit) Secret() string { return v.Kept(sessionCookie) }
