package frame

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Look is how pages look and speak: texts, templates, styles and tones. It does
// not change after Load, and any number of sites may share it.
type Look struct {
	Texts *words.Catalogue
	tones map[string]string
	sets  map[string]*set
}

// set is the templates of one section on top of the frame's. What every page is
// made from is parsed at the start, a page itself when it is first asked for: a
// console is ready sooner, and nobody waits for a hundred pages to see one. A
// test parses each, so that a broken one never gets this far.
type set struct {
	files fs.FS
	base  *template.Template // never executed, since it is cloned
	mu    sync.Mutex
	pages map[string]*template.Template
}

// Load reads what is built into the program; an error is a defect of the build.
func Load(langs []*lang.Language, sections ...Section) (*Look, error) {
	sources := []words.Source{{Name: "frame", FS: files}}
	for _, one := range sections {
		sources = append(sources, words.Source{Name: one.Name, FS: one.Files})
	}
	texts, err := words.Load(langs, sources...)
	if err != nil {
		return nil, err
	}
	l := &Look{Texts: texts, tones: map[string]string{}, sets: map[string]*set{}}
	// Functions are bound again for each language; here they say which there are.
	p := texts.Printer(langs[0], clock.System())
	base, err := template.New("layout.html").Funcs((&Visit{P: p, site: &Site{}}).funcs()).ParseFS(files, "templates/layout.html", "templates/part_*.html")
	if err != nil {
		return nil, err
	}
	l.sets[""] = &set{files: files, base: base, pages: map[string]*template.Template{}}
	for _, one := range append([]Section{{Tones: reasons}}, sections...) {
		if err := l.tone(one.Tones); err != nil {
			return nil, fmt.Errorf("section %s: %w", one.Name, err)
		}
		if one.Files == nil {
			continue
		}
		if l.sets[one.Name] != nil {
			return nil, fmt.Errorf("two sections are named %q", one.Name)
		}
		s := &set{files: one.Files, pages: map[string]*template.Template{}}
		if s.base, err = base.Clone(); err != nil {
			return nil, err
		}
		if one.Funcs != nil {
			s.base.Funcs(one.Funcs(p))
		}
		if parts, _ := fs.Glob(one.Files, "templates/part_*.html"); len(parts) > 0 {
			if s.base, err = s.base.ParseFS(one.Files, parts...); err != nil {
				return nil, err
			}
		}
		l.sets[one.Name] = s
	}
	return l, nil
}

// page returns a page's template, named as its file without the ending; "" is
// what the parts alone define.
func (s *set) page(name string) (*template.Template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.pages[name]; ok {
		return t, nil
	}
	t, err := s.base.Clone()
	if err == nil && name != "" {
		t, err = t.ParseFS(s.files, "templates/"+name+".html")
	}
	if err != nil {
		return nil, err
	}
	s.pages[name] = t
	return t, nil
}

// names lists the pages of a set.
func (s *set) names() (all []string) {
	found, _ := fs.Glob(s.files, "templates/*.html") // the pattern is a good one
	for _, f := range found {
		if name := strings.TrimSuffix(path.Base(f), ".html"); name != "layout" && !strings.HasPrefix(name, "part_") {
			all = append(all, name)
		}
	}
	return all
}

// Parse parses every page, which a test asks for.
func (l *Look) Parse() error {
	for section, s := range l.sets {
		for _, name := range s.names() {
			if _, err := s.page(name); err != nil {
				return fmt.Errorf("section %s: %w", section, err)
			}
		}
	}
	return nil
}

// reasons is the tones of a reason's outcome, which every department has.
var reasons = Tones{Good: []string{"met"}, Bad: []string{"not_met"}, Due: []string{"unclear"}}

// tone adds the tones of a section. A state has one tone, whoever shows it.
func (l *Look) tone(t Tones) error {
	for tone, states := range map[string][]string{"good": t.Good, "bad": t.Bad, "due": t.Due} {
		for _, state := range states {
			if known := l.tones[state]; known != "" && known != tone {
				return fmt.Errorf("the state %q is %s already, and not %s", state, known, tone)
			}
			l.tones[state] = tone
		}
	}
	return nil
}

// badge is the tone of a state: colour and sign, beside the word itself.
func (l *Look) badge(state string) string {
	if tone := l.tones[state]; tone != "" {
		return tone
	}
	return "calm"
}

// unmetFirst puts what stands in the way before what is met.
func unmetFirst[R interface{ GetOutcome() string }](all []R) []R {
	return slices.SortedStableFunc(slices.Values(all), func(a, b R) int {
		met := func(r R) int {
			if r.GetOutcome() == "met" {
				return 1
			}
			return 0
		}
		return met(a) - met(b)
	})
}
