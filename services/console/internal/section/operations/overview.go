package operations

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
)

// statusAge is how old a status may be: many visitors ask the services once.
const statusAge = time.Second

// status remembers the newest answers.
type status struct {
	mu  sync.Mutex
	at  time.Time
	all []serviceStatus
}

// serviceStatus is what one service says of itself, or the error of asking.
type serviceStatus struct {
	Name   string
	Err    error
	Reply  *platformv1.GetStatusResponse
	Events int64
	Parked int64
}

// statuses asks every service at once.
func (s *pages) statuses(v *frame.Visit) []serviceStatus {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	if time.Since(s.status.at) < statusAge {
		return s.status.all
	}
	// The answer serves others too: it does not end with this visitor's request.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.As(operation)), frame.Patience)
	defer cancel()
	all := make([]serviceStatus, len(s.services))
	var wg sync.WaitGroup
	for i, name := range s.services {
		wg.Go(func() {
			r, err := s.ops(name).GetStatus(ctx, &platformv1.GetStatusRequest{})
			st := serviceStatus{Name: name, Err: err, Reply: r}
			for _, c := range r.GetChannels() {
				st.Events += c.GetLastSeq()
			}
			for _, c := range r.GetCursors() {
				st.Parked += c.GetParked()
			}
			all[i] = st
		})
	}
	wg.Wait()
	s.status.at, s.status.all = time.Now(), all
	return all
}

// lagRow is one channel and how far each reader is behind it.
type lagRow struct {
	Channel string
	LastSeq int64
	Cells   []lagCell
}

type lagCell struct {
	Reads    bool
	Seq, Lag int64
}

type overviewBody struct {
	Services  []serviceStatus
	Answering int
	Events    int64
	Parked    int64
	Pending   int64
	Readers   []string
	Lag       []lagRow
	MaxLag    int64
	Line      chart.Line
	Rates     []feed.Sample // newest first
	Minutes   int
}

// overview is the operators'; everybody else is led to where there is something to do.
func (s *pages) overview(v *frame.Visit) error {
	switch {
	case v.WorksIn(department):
	case v.Officer() && v.In().Role == "clerk":
		return v.Back(frame.CounterPath)
	case v.Officer(): // who decides, or looks
		return v.Back("/today")
	default:
		return v.Home()
	}
	b := overviewBody{Services: s.statuses(v), Rates: s.feed.Rates()}
	for _, st := range b.Services {
		if st.Err == nil {
			b.Answering++
		}
		b.Events += st.Events
		b.Parked += st.Parked
		b.Pending += st.Reply.GetPendingTasks()
	}
	b.Readers, b.Lag, b.MaxLag = lags(b.Services)
	values := make([]float64, len(b.Rates))
	for i, r := range b.Rates {
		values[i] = r.PerSecond
	}
	b.Line = chart.NewLine(values)
	b.Minutes = max(1, int((time.Duration(len(values))*feed.SampleEvery + 30*time.Second).Minutes()))
	slices.Reverse(b.Rates)
	return v.Render(http.StatusOK, "overview", frame.Page{Title: "nav.overview", Nav: "overview", Refresh: 10, Body: b})
}

// lags joins what publishers and readers say into one table.
func lags(all []serviceStatus) (readers []string, rows []lagRow, most int64) {
	for _, st := range all {
		if len(st.Reply.GetCursors()) > 0 {
			readers = append(readers, st.Name)
		}
	}
	for _, publisher := range all {
		for _, c := range publisher.Reply.GetChannels() {
			row := lagRow{Channel: c.GetChannel(), LastSeq: c.GetLastSeq()}
			for _, reader := range all {
				if len(reader.Reply.GetCursors()) == 0 {
					continue
				}
				cell := lagCell{}
				for _, cur := range reader.Reply.GetCursors() {
					if cur.GetChannel() == c.GetChannel() {
						cell = lagCell{Reads: true, Seq: cur.GetSeq(), Lag: max(0, c.GetLastSeq()-cur.GetSeq())}
						most = max(most, cell.Lag)
					}
				}
				row.Cells = append(row.Cells, cell)
			}
			rows = append(rows, row)
		}
	}
	return readers, rows, most
}
