package operations

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
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
	// feedAsks is how often a stream asks whether its session is still live.
	feedAsks = 500 * time.Millisecond
	// feedAlive is how often an idle stream shows that it lives.
	feedAlive = 15 * time.Second
)

type feedBody struct {
	Lines []feed.Line
	Last  int64
}

func (s *pages) feedPage(v *frame.Visit) error {
	b := feedBody{Lines: s.feed.Newest(v.P, feedShown)}
	if len(b.Lines) > 0 {
		b.Last = b.Lines[0].Seq
	}
	return v.Render(http.StatusOK, "feed", frame.Page{Title: "nav.feed", Nav: "feed", Refresh: 5, Body: b})
}

// feedStream sends news as server-sent events. It reads the feed at its own
// pace, so that a slow browser makes nobody wait, and is dropped itself.
//
// It is the operators', and in a demonstration everybody's.
func (s *pages) feedStream(v *frame.Visit) {
	if !v.Demo() && !v.WorksIn(department) {
		v.W.WriteHeader(http.StatusForbidden)
		return
	}
	w, c := v.W, http.NewResponseController(v.W)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	seq := s.from(v)
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
	for quiet, asked := time.Duration(0), time.Duration(0); ; {
		if asked >= feedAsks { // a session that is over sees no more of it
			if asked = 0; !v.Lives() {
				return
			}
		}
		entries, passed := s.feed.Since(seq, feedBatch)
		switch {
		case len(entries) > 0:
			quiet, seq = 0, entries[len(entries)-1].Seq
			b, err := json.Marshal(struct {
				Lines  []feed.Line `json:"lines"`
				Passed string      `json:"passed,omitempty"`
			}{feed.Lines(v.P, entries), passedText(v.P, passed)})
			if err != nil || !send("id: %d\ndata: %s\n\n", seq, b) {
				return
			}
		case quiet >= feedAlive:
			if quiet = 0; !send(": still here\n\n") {
				return
			}
		}
		select {
		case <-v.R.Context().Done():
			return
		case <-tick.C:
			quiet, asked = quiet+feedEvery, asked+feedEvery
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
func (s *pages) from(v *frame.Visit) int64 {
	for _, after := range []string{v.R.Header.Get("Last-Event-ID"), v.Query("after")} {
		if n, err := strconv.ParseInt(after, 10, 64); err == nil && n >= 0 {
			return n
		}
	}
	return s.feed.Last()
}
