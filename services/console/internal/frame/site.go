package frame

import (
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

//go:embed templates locales static
var files embed.FS

// Config is what the pages of a platform are made from.
type Config struct {
	Look   *Look
	Caller contract.Caller
	Clock  clock.Clock
	Log    *slog.Logger
	Foot   Foot
	Demo   bool // every person is invented, and the first page is the story's
}

// Site is the pages of all sections.
type Site struct {
	Config
	Menu   []Link
	Styles []string // of the frame and of the sections, in their order

	sections []Section
	registry registryv1.RegistryClient
	mu       sync.Mutex
	made     map[made]*template.Template
	answers  answers
}

// New returns the pages of the sections, which look as cfg.Look has them.
func New(cfg Config, sections ...Section) (http.Handler, error) {
	s := &Site{Config: cfg, sections: sections, registry: registryv1.RegistryClient{Caller: cfg.Caller, Target: "registry"}, Styles: []string{"console.css", "pages.css", "forms.css"}, made: map[made]*template.Template{}}
	mux := http.NewServeMux()
	if err := static(mux, files); err != nil {
		return nil, err
	}
	for _, one := range sections {
		s.Menu = append(s.Menu, one.Menu...)
		if _, err := fs.Stat(one.Files, "static/"+one.Name+".css"); err == nil {
			s.Styles = append(s.Styles, one.Name+".css")
		}
		for pattern, h := range one.Pages {
			mux.Handle(pattern, s.handle(one, pattern, h))
		}
		for pattern, stream := range one.Streams {
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
				v := s.visit(w, r, one)
				defer v.end()
				stream(v)
			})
		}
		if err := static(mux, one.Files); err != nil {
			return nil, err
		}
	}
	s.Menu = ordered(s.Menu)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.visit(w, r, Section{}).fail(ErrNoPage) })
	return secure(http.NewCrossOriginProtection().Handler(s.read(mux))), nil
}

// static serves the files of one source under /static/, each by its own name.
func static(mux *http.ServeMux, source fs.FS) error {
	names, err := fs.Glob(source, "static/*")
	if err != nil {
		return err
	}
	serve := http.FileServerFS(source)
	for _, name := range names {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache") // embedded files have no date
			serve.ServeHTTP(w, r)
		})
	}
	return nil
}

// Langs lists the languages.
func (s *Site) Langs() []*lang.Language { return s.Look.Texts.Langs() }

// links gathers links of all sections in their order.
func (s *Site) links(of func(Section) []Link) (all []Link) {
	for _, one := range s.sections {
		all = append(all, of(one)...)
	}
	return ordered(all)
}

// Patience is how long a page waits for the services before it shows that they
// do not answer; what a form does may take longer.
const (
	Patience = 2 * time.Second
	longer   = 5 * Patience
)

func (s *Site) visit(w http.ResponseWriter, r *http.Request, of Section) *Visit {
	return &Visit{W: w, R: r, P: s.Look.Texts.Printer(s.language(w, r), s.Clock), site: s, section: of}
}

func (s *Site) handle(of Section, pattern string, h Handler) http.Handler {
	if strings.Contains(pattern, " /workers/{ref}") {
		h = ofSomebody(h)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r, of)
		defer v.end()
		err := v.keyed()
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}
