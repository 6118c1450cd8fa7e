package console

import (
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// shared is the look of all tests: texts and templates are parsed once.
var shared = sync.OnceValues(func() (*frame.Look, error) {
	return frame.Load(lang.All(), Config{Demo: true}.sections(nil, clock.System(), nil)...)
})

// Forms lists the addresses to which forms are sent.
func Forms() (all []string) {
	for _, s := range (Config{Demo: true}).sections(nil, clock.System(), nil) {
		for pattern := range s.Pages {
			if strings.HasPrefix(pattern, "POST ") {
				all = append(all, pattern)
			}
		}
	}
	return all
}

// Shared gives a console the look of all tests.
func Shared(cfg *Config) (err error) {
	cfg.look, err = shared()
	return err
}
