// Package revoked knows which sessions are over, in every process that answers to
// people: no older than half a second, or it asks identity, or it refuses. Nothing
// else is needed of the bus but that identity answers; what identity announces makes
// it sooner.
package revoked

import (
	"context"
	"math"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// Bound is how old the knowledge may be by which a call is let in.
const Bound = 500 * time.Millisecond

// Keep is how long it is known that a session was revoked: longer than a principal
// that rests on it can live, and clocks be apart.
const Keep = 15 * time.Minute

// Publisher is the service that revokes, and Subject where it announces that it did.
const (
	Publisher = "identity"
	Subject   = "announce.revoked"
)

// patience is how long an answer is waited for.
const patience = 2 * time.Second

// Range is sessions by their numbers, both included.
type Range struct{ First, Last int64 }

// Answer is what was revoked after a number: all of it up to Number, unless More.
type Answer struct {
	Number int64
	Ranges []Range
	More   bool
}

// Source asks what was revoked after a number; after 0, what was within Keep.
type Source func(ctx context.Context, after int64) (Answer, error)

// Book is what one process knows.
type Book struct {
	ask   Source
	now   func() time.Time
	mu    sync.RWMutex
	known int64     // the newest number of which all is known
	want  int64     // a number that was announced
	asOf  time.Time // when the question was sent whose answer is known
	all   []learned
	asks  bool          // a question is under way
	under chan struct{} // the newest question, closed with its answer
	err   error         // of the last question
}

// learned is what came at about one time, in order of numbers.
type learned struct {
	at     time.Time
	ranges []Range
}

// New returns a book that knows nothing yet. now is nil but in tests.
func New(ask Source, now func() time.Time) *Book {
	if now == nil {
		now = time.Now
	}
	return &Book{ask: ask, now: now}
}

// Check returns nil where a session is known not to be over, [auth.ErrOver] where it
// is, and [auth.ErrUnsure] where nobody can say.
func (b *Book) Check(ctx context.Context, session int64) error {
	for range 4 { // one may be answered meanwhile, and one under way may have been sent too early
		over, fresh, half, asOf := b.look(session)
		switch {
		case over:
			return auth.ErrOver
		case fresh:
			if half {
				b.refresh(asOf)
			}
			return nil
		}
		select {
		case <-b.refresh(asOf):
		case <-ctx.Done():
			return auth.ErrUnsure.Because(ctx.Err())
		}
		b.mu.RLock()
		err := b.err
		b.mu.RUnlock()
		if err != nil {
			return auth.ErrUnsure.Because(err)
		}
	}
	return auth.ErrUnsure
}

// look says whether a session is known to be over, whether the knowledge is fresh,
// whether half of its time is over, and of when it is.
func (b *Book) look(session int64) (over, fresh, half bool, asOf time.Time) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, l := range b.all {
		if i := sort.Search(len(l.ranges), func(i int) bool { return l.ranges[i].Last >= session }); i < len(l.ranges) && l.ranges[i].First <= session {
			return true, true, false, b.asOf
		}
	}
	age := b.now().Sub(b.asOf)
	return false, age <= Bound && b.known >= b.want, age > Bound/2, b.asOf
}

// Number is the newest number of which all is known, once that is fresh.
func (b *Book) Number(ctx context.Context) (int64, error) {
	if err := b.Check(ctx, 0); err != nil {
		return 0, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.known, nil
}

// Announced is called with a number that identity announced. One that it never gave
// costs a question.
func (b *Book) Announced(number int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.want = max(b.want, number)
}

// Stale is called where something was revoked, whatever its number: the next who asks
// has the answer asked for.
func (b *Book) Stale() { b.Announced(math.MaxInt64) }

// Follow hears what identity announces until the subscription ends.
func (b *Book) Follow(nc *nats.Conn) (*nats.Subscription, error) {
	return nc.Subscribe(Subject, func(m *nats.Msg) {
		if n, err := strconv.ParseInt(string(m.Data), 10, 64); err == nil {
			b.Announced(n)
		}
	})
}

// Announce lets everybody know the newest number.
func Announce(nc *nats.Conn, number int64) error {
	return nc.Publish(Subject, strconv.AppendInt(nil, number, 10))
}

// refresh asks, beside whoever needs the answer; one question is under way at a time, and
// none is sent where one was answered since the caller looked.
func (b *Book) refresh(looked time.Time) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.asks && !b.asOf.After(looked) {
		b.asks, b.under = true, make(chan struct{})
		go b.question()
	}
	return b.under
}

func (b *Book) question() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	asked := b.now()
	b.mu.RLock()
	after := b.known
	b.mu.RUnlock()
	var ranges []Range
	var err error
	for more := true; more && err == nil; {
		var a Answer
		if a, err = b.ask(ctx, after); err == nil {
			ranges, after, more = append(ranges, a.Ranges...), a.Number, a.More
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err = err; err == nil {
		b.learn(ranges, asked)
		b.known, b.asOf = after, asked
		b.want = min(b.want, after) // a number that was never given is asked for once
	}
	close(b.under)
	b.asks = false
}

// learn keeps what came beside what came in the same minute, and forgets what is old.
func (b *Book) learn(ranges []Range, at time.Time) {
	b.all = slices.DeleteFunc(b.all, func(l learned) bool { return at.Sub(l.at) > Keep })
	if len(ranges) == 0 {
		return
	}
	last := len(b.all) - 1
	if last < 0 || at.Sub(b.all[last].at) > time.Minute {
		b.all, last = append(b.all, learned{at: at}), last+1
	}
	b.all[last].ranges = joined(append(b.all[last].ranges, ranges...))
}

// joined sorts ranges and joins those that touch, so that a look is a search.
func joined(all []Range) (out []Range) {
	slices.SortFunc(all, func(a, b Range) int { return int(min(max(a.First-b.First, -1), 1)) })
	for _, r := range all {
		if n := len(out) - 1; n >= 0 && r.First <= out[n].Last+1 {
			out[n].Last = max(out[n].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}
