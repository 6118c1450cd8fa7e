// Package story is the demonstration's story, button by button.
package story

import (
	"embed"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
	"github.com/qiao-platform/qiao/services/console/internal/section/story/internal/plot"
)

//go:embed templates locales static
var files embed.FS

type pages struct {
	stories *plot.Stories
	feed    *feed.Feed
}

// New returns the section.
func New(c contract.Caller, now clock.Clock, live *feed.Feed) frame.Section {
	s := &pages{plot.New(c, now), live}
	return frame.Section{
		Name: "story", Files: files,
		Menu: []frame.Link{{Name: "story", Path: "/story", Text: "nav.story"}},
		Pages: map[string]frame.Handler{
			"GET /story":              s.intro,
			"POST /story":             s.begin,
			"GET /story/{id}":         s.page,
			"POST /story/{id}/{step}": s.step,
		},
	}
}
