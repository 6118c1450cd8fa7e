package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/services/console/internal/feed"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

const (
	// feedShown is how many entries a page begins with.
	feedShown = 60
	// feedBatch bounds what a browser is sent at once; what is more is counted.
	feedBatch = 12
	// feedEvery is how often a stream looks for news.
	feedEvery = 250 * time.Millisecond
	// feedSlow is how long a browser may take to accept a batch; then it is dropped.
	feedSlow = 3 * time.Second
	// feedAlive is how often an idle stream shows that it lives.
	feedAlive = 15 * time.Second
)

// line is an entry of the feed in words.
type line struct {
	Seq    int64  `json:"seq"`
	ID     string `json:"id"`
	Text   string `json:"text"`
	From   string `json:"from"`
	Source string `json:"source"`
	Place  string `json:"place"`
	Time   string `json:"time"`
}

func lines(p *words.Printer, entries []feed.Entry) []line {
	all := make([]line, len(entries))
	for i, e := range entries {
		source := publisher(e.Type)
		all[i] = line{Seq: e.Seq, ID: short(e.ID), Text: p.Kind(e.Type), Source: source, From: p.Service(source), Place: p.County(e.Division), Time: p.Clock(e.At)}
	}
	return all
}

// publisher is the service that an event's type begins with.
func publisher(eventType string) string {
	for i := range len(eventType) {
		if eventType[i] == '.' {
			return eventType[:i]
		}
	}
	return eventType
}

// newest returns the newest lines, newest first.
func (s *Site) newest(p *words.Printer, n int) []line {
	entries, _ := s.Feed.Since(0, n)
	slices.Reverse(entries)
	return lines(p, entries)
}

type feedBody struct {
	Lines []line
	Last  int64
}

func (s *Site) feedPage(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	b := feedBody{Lines: s.newest(p, feedShown)}
	if len(b.Lines) > 0 {
		b.Last = b.Lines[0].Seq
	}
	return s.render(w, r, p, http.StatusOK, "feed", page{Title: "nav.feed", Nav: "feed", Refresh: 5, Body: b})
}

// feedStream sends news as server-sent events. It reads the feed at its own
// pace, so that a slow browser makes nobody wait, and is dropped itself.
func (s *Site) feedStream(w http.ResponseWriter, r *http.Request) {
	p := s.Words.Printer(language(w, r))
	c := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	seq := s.from(r)
	send := func(format string, args ...any) bool {
		// Not every writer has deadlines; the ones that browsers hang on do.
		_ = c.SetWriteDeadline(time.Now().Add(feedSlow))
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return c.Flush() == nil
	}
	if !send("retry: 3000\n\n") {
		return
	}
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for quiet := time.Duration(0); ; {
		entries, passed := s.Feed.Since(seq, feedBatch)
		switch {
		case len(entries) > 0:
			quiet, seq = 0, entries[len(entries)-1].Seq
			b, err := json.Marshal(struct {
				Lines  []line `json:"lines"`
				Passed string `json:"passed,omitempty"`
			}{lines(p, entries), passedText(p, passed)})
			if err != nil || !send("id: %d\ndata: %s\n\n", seq, b) {
				return
			}
		case quiet >= feedAlive:
			if quiet = 0; !send(": still here\n\n") {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			quiet += feedEvery
		}
	}
}

func passedText(p *words.Printer, n int64) string {
	if n == 0 {
		return ""
	}
	return p.T("feed.passed", "n", n)
}

// from is where a stream begins: after what the browser has, else now.
func (s *Site) from(r *http.Request) int64 {
	for _, v := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 0 {
			return n
		}
	}
	return s.Feed.Last()
}
