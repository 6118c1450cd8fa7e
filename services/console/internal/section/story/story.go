package story

import (
	"net/http"

	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
	"github.com/qiao-platform/qiao/services/console/internal/part/timeline"
	"github.com/qiao-platform/qiao/services/console/internal/section/story/internal/plot"
)

// counter is one counter with the papers that it asks for.
type counter struct {
	Name   string
	Papers []plot.Paper
}

func counters(all []plot.Paper) (out []counter) {
	for _, p := range all {
		if len(out) == 0 || out[len(out)-1].Name != p.Counter {
			out = append(out, counter{Name: p.Counter})
		}
		c := &out[len(out)-1]
		c.Papers = append(c.Papers, p)
	}
	return out
}

type storyBody struct {
	View     *plot.View // nil before a story begins
	Name     string
	Child    string
	Counters []counter
	Papers   int
	Steps    []plot.Step
	Just     plot.Step      // the newest step that was taken
	Days     []timeline.Day // the timeline, at the end
	Trace    string         // of the acceptance, at the end
	Lines    []feed.Line
	Last     int64
	Every    int // milliseconds until the page asks again; 0 is never
}

func (s *pages) intro(v *frame.Visit) error {
	all := plot.Before()
	b := storyBody{Counters: counters(all), Papers: len(all), Lines: s.feed.Newest(v.P, 14), Last: s.feed.Last()}
	return v.Render(http.StatusOK, "story_intro", frame.Page{Title: "story.title", Nav: "story", Body: b})
}

// begin begins a story for a form: the same form begins one.
func (s *pages) begin(v *frame.Visit) error {
	return v.Back("/story/" + s.stories.Begin(v.Key()))
}

func (s *pages) page(v *frame.Visit) error {
	told, err := s.stories.View(v.Context(), v.Path("id"))
	if err != nil {
		return err
	}
	b := storyBody{View: told, Name: v.P.Lang().Named(told.Name.Zh, told.Name.En), Child: v.P.Lang().Named(told.Child.Zh, told.Child.En), Counters: counters(told.Papers), Papers: len(told.Papers), Steps: plot.Steps(), Lines: s.feed.Newest(v.P, 14), Last: s.feed.Last()}
	for _, st := range b.Steps {
		if told.Done[st] {
			b.Just = st
		}
	}
	if told.Next == plot.End {
		s.end(v, told, &b)
	}
	pg := frame.Page{Title: "story.title", Nav: "story"}
	if told.Waiting {
		b.Every, pg.Refresh = 400, 1
	}
	pg.Body = b
	return v.Render(http.StatusOK, "story", pg)
}

func (s *pages) step(v *frame.Visit) error {
	if err := s.stories.Do(v.Context(), v.Path("id"), plot.Step(v.Path("step")), v.Form("kind")); err != nil {
		return err
	}
	return v.Back("/story/" + v.Part("id") + "#now")
}

// end adds the worker's timeline and the trace of the acceptance.
func (s *pages) end(v *frame.Visit, told *plot.View, b *storyBody) {
	entries, err := s.stories.Timeline(v.Context(), told.Worker, timeline.Page)
	if err != nil {
		told.Errs = append(told.Errs, err)
		return
	}
	b.Days = timeline.Days(v.P, entries, v.Demo())
	for _, e := range entries {
		if e.GetType() == "employment.offer.accepted.v1" {
			b.Trace = e.GetTraceId()
		}
	}
}
