package console

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// shared is the look of all tests: texts and templates are parsed once.
var shared = sync.OnceValues(func() (*frame.Look, error) {
	return frame.Load(lang.All(), Config{Demo: true}.sections(nil, nil, clock.System(), nil)...)
})

// Forms lists the addresses to which forms are sent.
func Forms() (all []string) {
	for _, s := range (Config{Demo: true}).sections(nil, nil, clock.System(), nil) {
		for pattern := range s.Pages {
			if strings.HasPrefix(pattern, "POST ") {
				all = append(all, pattern)
			}
		}
	}
	return all
}

// Routes lists the addresses of each section.
func Routes() map[string][]string {
	all := map[string][]string{}
	for _, s := range (Config{Demo: true}).sections(nil, nil, clock.System(), nil) {
		all[s.Name] = append(slices.Collect(maps.Keys(s.Pages)), slices.Collect(maps.Keys(s.Streams))...)
		slices.Sort(all[s.Name])
	}
	return all
}

// Tabs lists the addresses of a worker's tabs, and whether a helper is shown them.
func Tabs() map[string]bool {
	all := map[string]bool{}
	for _, s := range (Config{Demo: true}).sections(nil, nil, clock.System(), nil) {
		for _, l := range s.Tabs {
			all["GET /workers/{ref}"+l.Path] = l.Helped
		}
	}
	return all
}

// Shared gives a console the look of all tests.
func Shared(cfg *Config) (err error) {
	cfg.look, err = shared()
	return err
}

// Says is a text in each language, by its tag.
func Says(id string) (map[string]string, error) {
	look, err := shared()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, l := range lang.All() {
		all[l.String()] = look.Texts.Raw(l, id)
	}
	return all, nil
}
