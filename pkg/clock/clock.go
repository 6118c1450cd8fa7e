// Package clock tells the platform's time: an injectable clock, civil dates in
// Asia/Shanghai, and the working-day calendar that legal time limits are
// counted with. Times are stored in UTC; what a law means by a day is always a
// civil date in Asia/Shanghai (Beijing time), whatever the machine's zone is.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // the container image has no zone files
)

// Clock tells the current instant. Code that decides by time takes one, so
// that a test can choose the instant.
type Clock interface {
	// Now returns the current instant.
	Now() time.Time
}

type system struct{}

// Now returns the machine's time in UTC.
func (system) Now() time.Time { return time.Now().UTC() }

// System returns the machine's clock, in UTC.
func System() Clock { return system{} }

// Manual is a clock that stands still until it is moved. It is meant for tests
// and demonstrations and is safe for concurrent use.
type Manual struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{} // closed at the next move
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t, moved: make(chan struct{})} }

// Moved returns what is closed when a clock that is moved by hand is moved next,
// so that who looks at times at the clock looks then; nil for the machine's clock,
// which moves by itself.
func Moved(c Clock) <-chan struct{} {
	m, ok := c.(*Manual)
	if !ok {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.moved
}

// Now returns the instant that the clock stands at.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to t, forwards or backwards.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.move(t)
}

func (m *Manual) move(t time.Time) {
	m.now = t
	close(m.moved)
	m.moved = make(chan struct{})
}

// Advance moves the clock by d and returns the new instant.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.move(m.now.Add(d))
	return m.now
}

// shanghai is read once; a failure is a defect of the build, because the zone
// database is compiled in.
var shanghai = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic("clock: the embedded zone database has no Asia/Shanghai: " + err.Error())
	}
	return loc
})

// Shanghai returns the zone Asia/Shanghai, which legal dates are taken in and
// which screens show times in.
func Shanghai() *time.Location { return shanghai() }
