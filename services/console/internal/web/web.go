// Package web is the console's pages: rendered on the server, complete without
// script, in the language that the visitor chose. It holds no data of its own
// but the feed, and asks the services for everything else.
package web

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/feed"
	"github.com/qiao-platform/qiao/services/console/internal/story"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

//go:embed static
var static embed.FS

// Foot is what the law wants at the foot of each page (国办函〔2026〕12号): the
// number under which the application is filed and where to complain of it; both
// may be missing before it is filed.
type Foot struct{ FilingNumber, ComplaintURL string }

// Site is the console's pages and what they are made from.
type Site struct {
	Services []string // the services that are shown, in this order
	Clients  *call.Clients
	Feed     *feed.Feed
	Words    *words.Catalogue
	Stories  *story.Stories // nil: no story is told here
	Log      *slog.Logger
	Foot     Foot

	pages  map[words.Lang]*pages
	status status
}

// Handler returns the pages.
func (s *Site) Handler() (http.Handler, error) {
	var err error
	if s.pages, err = newPages(s.Words); err != nil {
		return nil, err
	}
	assets, err := fs.Sub(static, "static")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(assets))))
	page := func(pattern string, h handler) {
		if strings.Contains(pattern, " /workers/{ref}") {
			h = s.ofSomebody(h)
		}
		mux.Handle(pattern, s.handle(h))
	}
	page("GET /{$}", s.overview)
	page("GET /parked", s.parked)
	page("GET /parked/{service}/{channel}/{seq}", s.parkedEvent)
	page("POST /parked/retry", s.retryParked)
	page("POST /parked/retry/all", s.retryAll)
	page("POST /parked/skip", s.skipParked)
	page("GET /pipeline", s.pipeline)
	page("POST /pipeline/epoch", s.openEpoch)
	page("POST /pipeline/begin", s.declareBeginning)
	page("POST /pipeline/takeback", s.takeBack)
	page("POST /pipeline/rebuild", s.rebuild)
	page("POST /pipeline/tasks", s.retryTasks)
	page("POST /pipeline/aside", s.decideAside)
	page("POST /pipeline/forged", s.removeForged)
	page("GET /feed", s.feedPage)
	mux.HandleFunc("GET /feed/stream", s.feedStream)
	page("GET /workers", s.findForm)
	page("POST /workers", s.find)
	page("GET /workers/{ref}", s.timeline)
	page("GET /workers/{ref}/messages", s.messages)
	page("GET /workers/{ref}/access", s.access)
	page("GET /workers/{ref}/consents", s.consents)
	page("POST /workers/{ref}/consents/withdraw", s.withdraw)
	page("GET /workers/{ref}/have", s.have)
	page("GET /traces/{id}", s.trace)
	s.contactRoutes(page)
	s.housingPages(page)
	s.educationRoutes(page)
	s.fairRoutes(page)
	s.startupRoutes(page)
	s.employmentRoutes(page)
	if s.Stories != nil {
		page("GET /story", s.storyIntro)
		page("POST /story", s.storyBegin)
		page("GET /story/{id}", s.storyPage)
		page("POST /story/{id}/{step}", s.storyStep)
	}
	page("/", func(http.ResponseWriter, *http.Request, *words.Printer) error { return errNoPage })
	return secure(http.NewCrossOriginProtection().Handler(s.read(mux))), nil
}

// secure sets the headers that keep a page to itself: nothing is loaded from
// elsewhere, nothing inline runs, nobody frames it, nothing is kept by caches.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache") // embedded files have no date
		next.ServeHTTP(w, r)
	})
}
