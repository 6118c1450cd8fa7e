package web

import (
	"context"
	"net/http"
	"net/url"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/story"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// counter is one counter with the papers that it asks for.
type counter struct {
	Name   string
	Papers []story.Paper
}

func counters(all []story.Paper) (out []counter) {
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
	View     *story.View // nil before a story begins
	Name     string
	Child    string
	Counters []counter
	Papers   int
	Steps    []story.Step
	Just     story.Step // the newest step that was taken
	Days     []day      // the timeline, at the end
	Trace    string     // of the acceptance, at the end
	Lines    []line
	Last     int64
	Every    int // milliseconds until the page asks again; 0 is never
}

func (s *Site) storyIntro(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	all := story.Before()
	b := storyBody{Counters: counters(all), Papers: len(all), Lines: s.newest(p, 14), Last: s.Feed.Last()}
	return s.render(w, r, p, http.StatusOK, "story_intro", page{Title: "story.title", Nav: "story", Body: b})
}

func (s *Site) storyBegin(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	return back(w, r, "/story/"+s.Stories.Begin())
}

func (s *Site) storyPage(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	v, err := s.Stories.View(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	b := storyBody{View: v, Name: v.Name.Zh, Child: v.Child.Zh, Counters: counters(v.Papers), Papers: len(v.Papers), Steps: story.Steps(), Lines: s.newest(p, 14), Last: s.Feed.Last()}
	if p.Lang() == words.En {
		b.Name, b.Child = v.Name.En, v.Child.En
	}
	for _, st := range b.Steps {
		if v.Done[st] {
			b.Just = st
		}
	}
	if v.Next == story.End {
		s.storyEnd(ctx, p, v, &b)
	}
	pg := page{Title: "story.title", Nav: "story", Body: b}
	if v.Waiting {
		b.Every, pg.Refresh = 400, 1
		pg.Body = b
	}
	return s.render(w, r, p, http.StatusOK, "story", pg)
}

func (s *Site) storyStep(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := context.WithTimeout(r.Context(), 5*patience)
	defer cancel()
	id, step := r.PathValue("id"), r.PathValue("step")
	if err := s.Stories.Do(ctx, id, story.Step(step), r.PostFormValue("kind")); err != nil {
		return err
	}
	return back(w, r, "/story/"+url.PathEscape(id)+"#now")
}

// storyEnd adds the worker's timeline and the trace of the acceptance.
func (s *Site) storyEnd(ctx context.Context, p *words.Printer, v *story.View, b *storyBody) {
	reply, err := s.Clients.Registry.ListTimeline(call.Worker(ctx, v.Worker), &registryv1.ListTimelineRequest{Worker: v.Worker, Limit: timelinePage})
	if err != nil {
		v.Errs = append(v.Errs, err)
		return
	}
	b.Days = days(p, reply.GetEntries())
	for _, e := range reply.GetEntries() {
		if e.GetType() == "employment.offer.accepted.v1" {
			b.Trace = e.GetTraceId()
		}
	}
}
