package telemetry

import (
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// quietFor is how long the same trouble at the same place is not told again.
const quietFor = time.Minute

// Quiet keeps a trouble that lasts from filling the log: it is told when it
// begins, when its kind changes, and once a minute. How often it happened is
// for a counter to say. The zero value is ready.
type Quiet struct {
	mu   sync.Mutex
	told map[string]told
}

type told struct {
	code string
	at   time.Time
}

// News reports whether err is to be told of a place.
func (q *Quiet) News(place string, err error) bool {
	now, code := time.Now(), errs.CodeOf(err)
	q.mu.Lock()
	defer q.mu.Unlock()
	if t, ok := q.told[place]; ok && t.code == code && now.Sub(t.at) < quietFor {
		return false
	}
	if q.told == nil {
		q.told = map[string]told{}
	}
	q.told[place] = told{code, now}
	return true
}

// Well forgets a place's trouble, so that the next is told at once.
func (q *Quiet) Well(place string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.told, place)
}
