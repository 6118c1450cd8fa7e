package work

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

const (
	// liveEvery is how often a stream asks what waits; a day's list changes by the minute.
	liveEvery = 10 * time.Second
	// liveSlow is how long a browser may take to accept a line; then it is dropped.
	liveSlow = 3 * time.Second
)

// counted is how many of the things that a list can show wait, by matter and county, as an
// address holds it.
type counted map[string]int64

func countedOf(f filter, all []asked) counted {
	n := counted{}
	for _, d := range all {
		if f.Service != "" && f.Service != d.Service {
			continue
		}
		for _, c := range d.counts {
			if c.GetCount() > 0 && (f.Matter == "" || f.Matter == c.GetMatter()) && (f.County == "" || f.County == c.GetCounty()) {
				n[strings.TrimSuffix(d.Service+"."+c.GetMatter()+"."+c.GetCounty(), ".")] += c.GetCount()
			}
		}
	}
	return n
}

// text writes counts for an address; countedIn reads them.
func (n counted) text() string {
	var all []string
	for what, count := range n {
		all = append(all, what+":"+strconv.FormatInt(count, 10))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func countedIn(text string) counted {
	n := counted{}
	for one := range strings.FieldsSeq(text) {
		what, count, _ := strings.Cut(one, ":")
		if v, err := strconv.ParseInt(count, 10, 64); err == nil {
			n[what] = v
		}
	}
	return n
}

// since is by how many things more wait than did before; what was done meanwhile takes
// nothing from what is new of another matter.
func (n counted) since(before counted) (more int64) {
	for what, count := range n {
		more += max(0, count-before[what])
	}
	return more
}

// live is the address by which a list that shows what waited hears how much is new.
func (f filter) live(seen counted) string {
	f.After = ""
	return Path + "/stream?" + url.Values{"list": {f.At()}, "seen": {seen.text()}}.Encode()
}

// stream tells the list how much is new since it was shown, as server-sent events. It
// tells numbers alone: the list stays as its reader has it until he asks for it anew.
func (s *pages) stream(v *frame.Visit) {
	at, err := url.ParseRequestURI(frame.Next(v.Query("list")))
	if err != nil || !s.hasWork(v) {
		v.W.WriteHeader(http.StatusForbidden)
		return
	}
	f, seen, last := filterOf(at.Query()), countedIn(v.Query("seen")), int64(-1)
	all, err := s.count(v)
	if err != nil {
		v.W.WriteHeader(http.StatusForbidden)
		return
	}
	w, c := v.W, http.NewResponseController(v.W)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(text string) bool {
		_ = c.SetWriteDeadline(time.Now().Add(liveSlow)) // not every writer has deadlines; the ones that browsers hang on do
		if _, err := fmt.Fprint(w, text); err != nil {
			return false
		}
		return c.Flush() == nil
	}
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for text := "retry: 10000\n\n"; send(text); text = ": still here\n\n" {
		if more := countedOf(f, all).since(seen); more != last {
			if last = more; !send(news(v, more)) {
				return
			}
		}
		select {
		case <-v.R.Context().Done():
			return
		case <-tick.C:
		}
		if !v.Lives() { // a session that is over sees no more of it
			return
		}
		if all, err = s.count(v); err != nil {
			return // the browser asks again, as who it then is
		}
	}
}

// news is one event of the stream: the sentence of how much is new, "" where nothing is.
func news(v *frame.Visit, more int64) string {
	text := ""
	if more > 0 {
		text = v.P.T("work.live.new", "n", more)
	}
	b, err := json.Marshal(map[string]any{"n": more, "text": text})
	if err != nil {
		return ""
	}
	return fmt.Sprintf("data: %s\n\n", b)
}

// count asks each department of the officer's how much waits. One that does not answer has
// nothing new.
func (s *pages) count(v *frame.Visit) (all []asked, err error) {
	for _, d := range s.departments {
		if !v.WorksIn(d.Officers) {
			continue
		}
		client := platformv1.WorkClient{Caller: s.caller, Target: d.Service}
		reply, err := client.CountWork(v.AsOf(d.Officers, handling), &platformv1.CountWorkRequest{})
		if k := errs.KindOf(err); err != nil && (k == errs.Denied || v.R.Context().Err() != nil) {
			return nil, err
		}
		all = append(all, asked{Service: d.Service, Err: err, counts: reply.GetCounts()})
	}
	return all, nil
}
