package frame

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/errs"
)

var errCross = errs.New(errs.Denied, "console.cross", "This form was not sent from our own page, so nothing was done. Open the page and send it from there.")

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
