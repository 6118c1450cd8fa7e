package frame

import (
	"cmp"
	"embed"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

//go:embed templates locales static
var files embed.FS

// Config is what the pages of a platform are made from.
type Config struct {
	Look   *Look
	Caller contract.Caller
	Keeper *session.Keeper // of who signed in
	// Approved is which texts speakers approved; nil is none.
	Approved *Approved
	Clock    clock.Clock
	Log      *slog.Logger
	Foot     Foot
	Demo     bool // every person is invented, and the first page is the story's
}

// Site is the pages of all sections.
type Site struct {
	Config
	Menu []Link

	sections  []Section
	assets    assets
	registry  registryv1.RegistryClient
	identity  identityv1.ExchangeClient
	counter   identityv1.CounterClient
	languages identityv1.LanguagesClient
	mu        sync.Mutex
	made      map[made][]*form // those that no visit executes now
	spoken    map[spoken]said
	answers   answers
	limits    *limits
	pages     *http.ServeMux
	uploads   uploads
}

// New returns the pages of the sections, which look as cfg.Look has them.
func New(cfg Config, sections ...Section) (http.Handler, error) {
	s := &Site{Config: cfg, sections: sections, registry: registryv1.RegistryClient{Caller: cfg.Caller, Target: "registry"}, identity: identityv1.ExchangeClient{Caller: cfg.Caller, Target: "identity"}, counter: identityv1.CounterClient{Caller: cfg.Caller, Target: "identity"}, languages: identityv1.LanguagesClient{Caller: cfg.Caller, Target: "identity"}, made: map[made][]*form{}, spoken: map[spoken]said{}, limits: newLimits()}
	var err error
	if s.assets, err = loadAssets(sections); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.pages = mux
	mux.HandleFunc("GET /static/", s.serve)
	for _, one := range sections {
		for _, l := range one.Menu {
			l.department = cmp.Or(l.For, one.Department)
			s.Menu = append(s.Menu, l)
		}
		for pattern, h := range one.Pages {
			mux.Handle(pattern, s.handle(one, pattern, h))
		}
		for pattern, stream := range one.Streams {
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
				v := s.visit(w, r, one, one.chapter(pattern))
				defer v.end()
				stream(v)
			})
		}
	}
	s.Menu = ordered(s.Menu)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.visit(w, r, Section{}, Chapter{}).fail(ErrNoPage) })
	pages, err := compressed(s.limited(http.NewCrossOriginProtection().Handler(s.read(s.known(mux)))))
	if err != nil {
		return nil, err
	}
	return secure(pages), nil
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

func (s *Site) visit(w http.ResponseWriter, r *http.Request, of Section, in Chapter) *Visit {
	chosen := s.language(w, r)
	v := &Visit{W: w, R: r, P: s.Look.Texts.Printer(chosen, s.Clock), site: s, section: of, chapter: in}
	if v.around = v.P; !s.speaks(r.Context(), of, in, chosen) {
		v.P = s.Look.Texts.Printer(s.Langs()[0], s.Clock)
	}
	return v
}

func (s *Site) handle(of Section, pattern string, h Handler) http.Handler {
	if strings.Contains(pattern, " /workers/{ref}") {
		h = ofSomebody(h)
	}
	in := of.chapter(pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r, of, in)
		defer v.end()
		v.chosen()
		err := v.keyed()
		if err == nil {
			v.sentTyped()
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}
