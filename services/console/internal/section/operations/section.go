// Package operations is the pages of who keeps the platform running: the
// overview, the live feed, the pipeline, what is parked, and traces.
package operations

import (
	"context"
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
)

//go:embed templates locales static
var files embed.FS

// operation is what an operator looks for; he sees no person.
var operation = frame.Purpose{Code: "platform_operation", LegalBasis: "platform operation"}

type pages struct {
	caller   contract.Caller
	services []string // that are shown, in this order
	feed     *feed.Feed
	status   status
}

// department is the operators'.
const department = "ops"

// New returns the section.
func New(c contract.Caller, services []string, live *feed.Feed) frame.Section {
	s := &pages{caller: c, services: services, feed: live}
	return frame.Section{
		Name: "operations", Department: department, Files: files,
		Menu: []frame.Link{
			{Name: "overview", Path: "/", Text: "nav.overview"}, {Name: "feed", Path: "/feed", Text: "nav.feed"},
			{Name: "pipeline", Path: "/pipeline", Text: "nav.pipeline", Last: true}, {Name: "parked", Path: "/parked", Text: "nav.parked", Last: true},
		},
		Pages: map[string]frame.Handler{
			"GET /{$}":                              s.overview,
			"GET /parked":                           operators(s.parked),
			"GET /parked/{service}/{channel}/{seq}": operators(s.parkedEvent),
			"POST /parked/retry":                    operators(s.retryParked),
			"POST /parked/retry/all":                operators(s.retryAll),
			"POST /parked/skip":                     operators(s.skipParked),
			"GET /pipeline":                         operators(s.pipeline),
			"POST /pipeline/epoch":                  operators(s.openEpoch),
			"POST /pipeline/begin":                  operators(s.declareBeginning),
			"POST /pipeline/takeback":               operators(s.takeBack),
			"POST /pipeline/rebuild":                operators(s.rebuild),
			"POST /pipeline/tasks":                  operators(s.retryTasks),
			"POST /pipeline/aside":                  operators(s.decideAside),
			"POST /pipeline/forged":                 operators(s.removeForged),
			"GET /feed":                             operators(s.feedPage),
			"GET /traces/{id}":                      operators(s.trace),
		},
		Streams: map[string]func(*frame.Visit){"GET /feed/stream": s.feedStream},
	}
}

// ops is the client of the pipeline methods that every service answers.
func (s *pages) ops(service string) platformv1.OpsClient {
	return platformv1.OpsClient{Caller: s.caller, Target: service}
}

// operators lets an operator see a page: what runs is also remembered here, where no
// service is asked who may know.
func operators(h frame.Handler) frame.Handler {
	return func(v *frame.Visit) error {
		if !v.WorksIn(department) {
			return frame.ErrDenied
		}
		return h(v)
	}
}

// signed is the context of an operator who answers for what the form does.
func signed(v *frame.Visit) (context.Context, error) { return v.As(operation), v.Sure() }

// unsigned is the context of an operator whose act can be repeated.
func unsigned(v *frame.Visit) (context.Context, error) { return v.As(operation), nil }
