// Package feed is the live feed of events: what happened, where and when, and
// never to whom. It listens to the bus without being a consumer: it may miss an
// event, and nothing waits for it.
package feed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/event"
)

const (
	// size is how many entries are remembered.
	size = 300
	// SampleEvery is how often throughput is measured, and samples how many
	// measurements are kept: five minutes.
	SampleEvery = 2 * time.Second
	samples     = 150
)

// Entry is one event as the feed shows it. It has no worker on purpose.
type Entry struct {
	Seq      int64 // of this process's feed, from 1
	ID       string
	Type     string
	Division string
	At       int64 // UTC microseconds
}

// Sample is how many events a second were seen in the time before At.
type Sample struct {
	At        time.Time
	PerSecond float64
}

// Feed keeps the newest entries and the throughput of the last minutes.
type Feed struct {
	mu      sync.Mutex
	last    int64
	ring    [size]Entry
	counted int64
	sampled time.Time
	rates   []Sample
}

// New returns an empty feed.
func New() *Feed { return &Feed{} }

// Run listens until ctx ends.
func (f *Feed) Run(ctx context.Context, conn *nats.Conn) error {
	sub, err := conn.Subscribe("ev.>", func(m *nats.Msg) {
		// What cannot be read is the consumers' business: they park and show it.
		if e, err := event.Parse(m.Data); err == nil {
			f.Add(e)
		}
	})
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	f.sample(time.Now())
	tick := time.NewTicker(SampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if err := sub.Unsubscribe(); err != nil && !conn.IsClosed() {
				return fmt.Errorf("feed: %w", err)
			}
			return nil
		case now := <-tick.C:
			f.sample(now)
		}
	}
}

// Add records an event.
func (f *Feed) Add(e event.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.ring[f.last%size] = Entry{Seq: f.last, ID: e.ID, Type: e.Type, Division: e.Division, At: e.OccurredAt.UnixMicro()}
}

// Since returns what came after an entry, oldest first, at most limit of the
// newest, and how many were passed over.
func (f *Feed) Since(seq int64, limit int) (entries []Entry, passed int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq > f.last {
		seq = 0 // a number of an earlier process
	}
	from := max(seq, f.last-int64(min(limit, size)))
	for i := from + 1; i <= f.last; i++ {
		entries = append(entries, f.ring[i%size])
	}
	return entries, from - seq
}

// Last is the number of the newest entry.
func (f *Feed) Last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func (f *Feed) sample(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sampled.IsZero() {
		if d := now.Sub(f.sampled).Seconds(); d > 0 {
			f.rates = append(f.rates, Sample{At: now, PerSecond: float64(f.last-f.counted) / d})
		}
		if len(f.rates) > samples {
			f.rates = append([]Sample(nil), f.rates[len(f.rates)-samples:]...)
		}
	}
	f.counted, f.sampled = f.last, now
}

// Rates returns the samples, oldest first.
func (f *Feed) Rates() []Sample {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Sample(nil), f.rates...)
}
