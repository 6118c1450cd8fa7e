package revoked

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// keeper stands in for identity.
type keeper struct {
	mu    sync.Mutex
	all   []Range // the n-th has the number n+1
	away  bool
	page  int
	asked atomic.Int64
}

func (k *keeper) answer(_ context.Context, after int64) (Answer, error) {
	k.asked.Add(1)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.away {
		return Answer{}, errors.New("away")
	}
	a := Answer{Number: int64(len(k.all)), Ranges: append([]Range(nil), k.all[after:]...)}
	if k.page > 0 && len(a.Ranges) > k.page {
		a.Ranges, a.Number, a.More = a.Ranges[:k.page], after+int64(k.page), true
	}
	return a, nil
}

func (k *keeper) revoke(r ...Range) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.all = append(k.all, r...)
}

type clocked struct {
	*Book
	at atomic.Int64
}

func book(k *keeper) *clocked {
	c := &clocked{}
	c.at.Store(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC).UnixNano())
	c.Book = New(k.answer, func() time.Time { return time.Unix(0, c.at.Load()) })
	return c
}

func (c *clocked) advance(d time.Duration) { c.at.Add(int64(d)) }

func TestNoOlderThanHalfASecond(t *testing.T) {
	ctx := context.Background()
	k := &keeper{}
	b := book(k)
	check := func(what string, session int64, want error) {
		t.Helper()
		if err := b.Check(ctx, session); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("it asks first", 7, nil)
	asked := k.asked.Load()
	check("and not again at once", 7, nil)
	if k.asked.Load() != asked {
		t.Error("every call asks")
	}
	k.revoke(Range{7, 7})
	b.advance(Bound + 1)
	check("known at the latest then", 7, auth.ErrOver)
	check("another's", 8, nil)

	k.revoke(Range{8, 9})
	b.Announced(2)
	check("announced: at once", 9, auth.ErrOver)
	b.Announced(99) // that identity never gave
	asked = k.asked.Load()
	check("a number that was never given", 10, nil)
	check("costs one question", 10, nil)
	if k.asked.Load() != asked+1 {
		t.Errorf("%d questions", k.asked.Load()-asked)
	}

	k.mu.Lock()
	k.away = true
	k.mu.Unlock()
	b.advance(Bound + 1)
	check("nobody can say", 10, auth.ErrUnsure)
	check("what is known to be over stays so", 9, auth.ErrOver)
	k.mu.Lock()
	k.away = false
	k.mu.Unlock()
	check("it is back", 10, nil)
	b.advance(Keep + 2*time.Minute)
	check("forgotten, since nothing rests on it", 10, nil)
	k.revoke(Range{11, 11})
	b.Announced(4)
	check("new", 11, auth.ErrOver)
	if len(b.all) != 1 {
		t.Errorf("%d are kept", len(b.all))
	}
}

// Who waits for nobody is not let in by an answer that was sent before what it must know.
func TestAWaiterGivesUpInTime(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	b := New(func(ctx context.Context, _ int64) (Answer, error) {
		select {
		case <-hang:
		case <-ctx.Done():
		}
		return Answer{}, ctx.Err()
	}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Check(ctx, 1); !errors.Is(err, auth.ErrUnsure) {
		t.Error(err)
	}
}

// A hundred thousand that were revoked one by one are known after one look, in pages.
func TestAHundredThousand(t *testing.T) {
	k := &keeper{page: 5000}
	for n := int64(0); n < 100_000; n++ {
		k.all = append(k.all, Range{2 * n, 2 * n})
	}
	b := book(k)
	if err := b.Check(context.Background(), 199_999); err != nil {
		t.Fatal(err)
	}
	for n := int64(0); n < 100_000; n++ {
		if over, _, _, _ := b.look(2 * n); !over {
			t.Fatalf("%d is let in", 2*n)
		}
		if over, _, _, _ := b.look(2*n + 1); over {
			t.Fatalf("%d is refused", 2*n+1)
		}
	}
	if k.asked.Load() != 20 {
		t.Errorf("%d questions", k.asked.Load())
	}
}

// Whatever is revoked in whatever order, and however it is learned, exactly that is refused.
func TestExactlyWhatWasRevoked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &keeper{page: rapid.IntRange(1, 4).Draw(t, "page")}
		b := book(k)
		over := map[int64]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "times") {
			first := rapid.Int64Range(1, 40).Draw(t, "first")
			last := first + rapid.Int64Range(0, 5).Draw(t, "more")
			k.revoke(Range{first, last})
			for n := first; n <= last; n++ {
				over[n] = true
			}
			b.advance(time.Duration(rapid.Int64Range(0, int64(70*time.Second)).Draw(t, "later")))
			b.Announced(int64(len(k.all)))
			for n := int64(1); n < 50; n++ {
				if err := b.Check(context.Background(), n); (err != nil) != over[n] {
					t.Fatalf("%d: %v, revoked %v", n, err, over[n])
				}
			}
		}
	})
}

// Many who ask at once send one question, however late one of them comes to ask.
func TestOneQuestionForMany(t *testing.T) {
	k := &keeper{}
	b := book(k)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if err := b.Check(context.Background(), 3); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := k.asked.Load(); n != 1 {
		t.Errorf("%d questions", n)
	}
}
