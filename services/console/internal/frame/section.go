// Package frame is what every page of the console is made with: the layout, the
// languages, who uses the page, forms with their keys, errors, lists and charts.
// It knows no department: the pages are those of the sections that it is given.
package frame

import (
	"html/template"
	"io/fs"
	"net/http"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Section is the pages of a department or of a task, with all that is theirs.
type Section struct {
	Name       string // one word; its style is static/NAME.css
	Department string // whose officers use the pages that are no worker's or employer's own
	Files      fs.FS  // the folders templates, locales and static
	Funcs      func(*words.Printer) template.FuncMap
	Tones      Tones
	Menu       []Link
	Desk       []Link // the tabs of the department's pages for its officers
	Tabs       []Link // the tabs of a worker's own pages; Path follows the worker's
	// Holds asks what the department has of a worker, for the part "have".
	Holds   func(*Visit) any
	Pages   map[string]Handler // by the pattern of method and address
	Streams map[string]func(*Visit)
}

// Link is an entry of the menu or of a worker's tabs.
type Link struct {
	Name string // which entry is current is said by it
	Path string
	Text string // a text id
	Last bool   // it stands behind those of all sections that are not
}

// Handler answers a visit, or returns an error that becomes a page.
type Handler func(*Visit) error

// Tones is the tone of states: the colour and sign beside the word itself.
type Tones struct{ Good, Bad, Due []string }

// page is what the layout shows around a body.
type page struct {
	Page
	*Site
	Path string
	Lang *lang.Language
}

// Page is a page as a section gives it.
type Page struct {
	Title   string // a text id
	Nav     string // the entry of the menu that is current
	Refresh int    // seconds after which a browser without script asks again; 0 is never
	Body    any
}

// ordered puts the links that stand last behind the others.
func ordered(all []Link) []Link {
	var first, last []Link
	for _, l := range all {
		if l.Last {
			last = append(last, l)
		} else {
			first = append(first, l)
		}
	}
	return append(first, last...)
}

// Foot is what the law wants at the foot of each page (国办函〔2026〕12号): the
// number under which the application is filed and where to complain of it; both
// may be missing before it is filed.
type Foot struct{ FilingNumber, ComplaintURL string }

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

func (s Section) desk(department string) []Link {
	if s.Department != department {
		return nil
	}
	return s.Desk
}
