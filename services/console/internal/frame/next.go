package frame

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

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
