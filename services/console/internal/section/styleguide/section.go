// Package styleguide is one page on which every component stands in every state, in light
// and in dark: whoever makes a page sees there what it can be made of, and whoever changes
// a component sees what changes.
package styleguide

import (
	"embed"
	"net/http"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
	"github.com/qiao-platform/qiao/services/console/internal/part/timeline"
)

//go:embed templates locales static
var files embed.FS

// New returns the section.
func New(now clock.Clock) frame.Section {
	s := &pages{now}
	return frame.Section{Name: "styleguide", Department: "styleguide", Files: files, Desk: []frame.Link{{Name: "guide", Path: "/styleguide", Text: "guide.title"}}, Pages: map[string]frame.Handler{"GET /styleguide": s.page}}
}

type pages struct{ now clock.Clock }

// body is what the parts of the frame show, of people who are invented.
type body struct {
	Own       string // whose pages the reader has, where they are a worker's
	Themes    []string
	Err       error
	Badges    []string
	Grounds   []string
	Reasons   []*platformv1.Reason
	Evidence  []evidence
	Step      timeline.Step
	Line      feed.Line
	Today     string
	Soon      string
	Over      string
	Thousands int64
}

// evidence is a fact as departments list it.
type evidence struct {
	Kind, Source, Since, Until string
	Months                     int
	Flagged                    bool
}

func (s *pages) page(v *frame.Visit) error {
	today := clock.Today(s.now)
	at := s.now.Now().UTC().Truncate(time.Minute).UnixMicro()
	const id = "0198c0de-0000-7000-8000-00000000000a"
	days := timeline.Days(v.P, []*registryv1.TimelineEntry{{EventId: id, Type: "employment.offer.made.v1", Service: "employment", OccurredAt: at, Division: "654301", Actor: "employer", Via: "web", TraceId: id, Facts: map[string]string{"offer_id": id, "wage_fen": "620000"}}}, false)
	own := ""
	if in := v.In(); in != nil {
		own = in.Subject
	}
	return v.Render(http.StatusOK, "styleguide", frame.Page{Title: "guide.title", Body: body{
		Own:    own,
		Themes: []string{"light", "dark"}, Err: errs.New(errs.Unavailable, "rpc.unavailable", "Away.").With("service", "housing"),
		Badges: []string{"waiting", "met", "unclear", "not_met"}, Grounds: []string{"met", "not_met"},
		Reasons: []*platformv1.Reason{
			{RuleId: "HO-01", Source: "HO-01", Outcome: "not_met", ToBeConfirmed: true, Facts: []*platformv1.ReasonFact{{Name: "months", Value: "4", Origin: "insurance"}},
				Gaps: []*platformv1.ReasonGap{{Name: "months", Have: "4", Need: "6", Short: "2", Unit: "month"}}, Changes: []*platformv1.ReasonChange{{Code: "paper_or_witness"}},
				Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Until: today.AddDays(60).String()}}},
			{RuleId: "HO-08", Source: "HO-08", Outcome: "unclear"}, {RuleId: "HO-JOB-MONTHS", Source: "HO-JOB-MONTHS", Outcome: "met"},
		},
		Evidence: []evidence{{Kind: "employment", Source: "employment", Since: today.AddDays(-200).String()}, {Kind: "social_insurance", Source: "paper", Months: 3, Flagged: true}},
		Step:     days[0].Steps[0],
		Line:     feed.Line{ID: "0000000a", Text: v.P.Kind("employment.offer.made.v1"), From: v.P.Service("employment"), Source: "employment", Place: v.P.County("654301"), Time: v.P.Clock(at)},
		Today:    today.String(), Soon: today.AddDays(3).String(), Over: today.AddDays(-2).String(), Thousands: 1_234_567,
	}})
}
