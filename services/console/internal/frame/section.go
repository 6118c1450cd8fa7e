// Package frame is what every page of the console is made with: the layout, the
// languages, who uses the page, forms with their keys, errors, lists and charts.
// It knows no department: the pages are those of the sections that it is given.
package frame

import (
	"html/template"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Section is the pages of a department or of a task, with all that is theirs.
type Section struct {
	Name       string // one word; its style is static/NAME.css, a part of the one stylesheet
	Department string // whose officers use the pages that are no worker's or employer's own
	Files      fs.FS  // the folders templates, locales and static
	Funcs      func(*words.Printer) template.FuncMap
	Tones      Tones
	Menu       []Link
	Desk       []Link // the tabs of the department's pages for its officers
	Tabs       []Link // the tabs of a worker's own pages; Path follows the worker's
	// Counter is what the section offers at a counter to who visits an officer; the
	// counter's screen numbers what all sections offer.
	Counter []Offer
	// Life are the pages on which the things of a worker's life are seen and answered, by
	// SERVICE.MATTER, below the worker's own address; in them {id} and {within} stand for
	// what the thing is and belongs to. Each has the text life.SERVICE.MATTER.
	Life map[string]string
	// Holds asks what the department has of a worker, for the part "have".
	Holds func(*Visit) any
	// Listed shows, as the part "listed", the way back to the section's list on a page that
	// was come to from it, and what is next there.
	Listed func(*Visit, Listed) any
	// Chapters are the parts of the section that may speak a growing language before the
	// rest does; without any, the section is one.
	Chapters []Chapter
	Pages    map[string]Handler // by the pattern of method and address
	// Uploads are the patterns of those pages whose form brings a file, in File, each with
	// what refuses whoever may not send one, before any of it is read.
	Uploads map[string]Handler
	// Streams answer by themselves, as what is no page: no form with its key is asked for.
	Streams map[string]func(*Visit)
}

// Chapter is the pages below an address, by the names of their templates.
type Chapter struct {
	At    string // the beginning of the address as the section's Pages write it
	Pages []string
	// Binds says that a person consents there, answers an offer or is refused something: a
	// growing language is spoken only where a speaker has approved what the pages say.
	Binds bool
}

// Link is an entry of the menu or of a worker's tabs.
type Link struct {
	Name string // which entry is current is said by it
	Path string
	Text string // a text id
	Last bool   // it stands behind those of all sections that are not
	Role string // only officers in this role have something to do there; "" is all
	For  string // whose officers' it is, where it is not for those of the section's department
	// Officers says that the entry is for the officers of every department.
	Officers bool
	// Helped says that whom a worker named as a helper may see the page too.
	Helped bool
	// Unseen says that who made an account alone, and was not seen at a counter, may too.
	Unseen bool

	department string // of the section; "" is nobody's, as a demonstration's story
}

// Offer is something that can be done for who visits an officer.
type Offer struct {
	Name   string // one word
	Path   string // of its page, with {ref} in the place of the visitor's reference
	Text   string // a text id
	Method string // what it comes to, as employment.Apply: offered to officers who may call it
	// Papers are codes of what may have to be shown for it; the officer says what of it is
	// missing. Each has its words, and where it is to be had, among the counter's texts.
	Papers []string
}

// Handler answers a visit, or returns an error that becomes a page.
type Handler func(*Visit) error

// Tones is the tone of states: the colour and sign beside the word itself.
type Tones struct{ Good, Bad, Due []string }

// page is what the layout shows around a body.
type page struct {
	Page
	*Site
	Main template.HTML  // the body, as its template wrote it
	Lang *lang.Language // of what stands around it
	Says *lang.Language // of the body, where it is another
	// Binds says that the body is Chinese since nobody has approved what it says otherwise.
	Binds bool
	at    *url.URL       // where the page can be looked at again
	In    *session.Known // who signed in; nil is nobody, as on pages that everybody may see
	// Again is the address by which a page without script renews itself.
	Again  string
	Leaves *leaving // when the sign-in ends; nil without one
	by     *Visit
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
		h.Set("X-Frame-Options", "DENY") // for phones that know no frame-ancestors
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
