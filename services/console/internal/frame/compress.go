package frame

import (
	"net/http"
	"net/url"

	"github.com/klauspost/compress/gzhttp"
)

// compressed sends what is worth it compressed, to browsers that read it. How long a
// compressed page is tells of what stands in it twice; whoever can make another's browser
// ask for a page with a text of his own in the address, and sees how long the answers are,
// learns letter by letter what else the page says. A page of who signed in is compressed
// only where that person or a page of ours asked for it; its length is blurred besides,
// by a little that depends on the page. The keys of forms say nothing in any case: each
// page has others.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(1000),
		gzhttp.ContentTypeFilter(func(kind string) bool { return kind != "text/event-stream" && gzhttp.DefaultContentTypeFilter(kind) }),
		gzhttp.RandomJitter(32, 0, false),
	)
	if err != nil {
		return nil, err
	}
	zipped := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if keptIn(r, sessionCookie) != "" && (!asksHimself(r) || renews(r) && len(r.URL.Query()) > 1) {
			w.Header().Add("Vary", "Accept-Encoding")
			next.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	}), nil
}

// asksHimself reports a request that a page of ours made, or the person at the browser by
// himself, and none that another site can have made it send. A browser that does not say
// so names the page that it comes from.
func asksHimself(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		from, err := url.Parse(r.Referer())
		return err == nil && from.Host != "" && from.Host == r.Host
	}
	return false
}
