package cache_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

// each runs a test on a Redis server and on the embedded one.
func each(t *testing.T, test func(t *testing.T, c *redis.Client)) {
	t.Run("redis", func(t *testing.T) { c, _ := testkit.Redis(t); test(t, c) })
	t.Run("embedded", func(t *testing.T) {
		m := miniredis.RunT(t)
		c := redis.NewClient(&redis.Options{Addr: m.Addr()})
		t.Cleanup(func() { _ = c.Close() })
		test(t, c)
	})
}

func get(t *testing.T, c *cache.Cache, load func() string) string {
	t.Helper()
	page, err := c.Get(ctx, "tag", "page", func(context.Context) ([]byte, error) { return []byte(load()), nil })
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestPageIsLoadedOnceUntilItsTagChanges(t *testing.T) {
	each(t, func(t *testing.T, client *redis.Client) {
		c := cache.New("test", client, slog.New(slog.DiscardHandler))
		loads := 0
		load := func() string { loads++; return fmt.Sprint("page ", loads) }
		first, second := get(t, c, load), get(t, c, load)
		if first != "page 1" || second != "page 1" {
			t.Error("it was loaded twice")
		}
		c.Changed(ctx, "other")
		if get(t, c, load) != "page 1" {
			t.Error("another tag's change made it stale")
		}
		c.Changed(ctx, "tag")
		if get(t, c, load) != "page 2" {
			t.Error("it was not loaded anew")
		}
	})
}

func TestPageLoadedBeforeAChangeIsNeverTakenForNewer(t *testing.T) {
	each(t, func(t *testing.T, client *redis.Client) {
		c := cache.New("test", client, slog.New(slog.DiscardHandler))
		old := get(t, c, func() string {
			c.Changed(ctx, "tag") // while it loads
			return "old"
		})
		if old != "old" || get(t, c, func() string { return "new" }) != "new" {
			t.Error("the page from before the change is still served")
		}
	})
}

func TestManyAskersShareOneLoad(t *testing.T) {
	client, _ := testkit.Redis(t)
	c := cache.New("test", client, slog.New(slog.DiscardHandler))
	var loads atomic.Int64
	begun, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	ask := func() {
		_, err := c.Get(ctx, "tag", "page", func(context.Context) ([]byte, error) {
			if loads.Add(1) == 1 {
				close(begun)
			}
			<-release
			return []byte("x"), nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	wg.Go(ask)
	<-begun
	for range 20 {
		wg.Go(ask)
	}
	close(release)
	wg.Wait()
	if n := loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

func TestDeadRedisSlowsButNeverBreaks(t *testing.T) {
	client, stop := testkit.Redis(t)
	c := cache.New("test", client, slog.New(slog.DiscardHandler))
	n := 0
	load := func() string { n++; return fmt.Sprint(n) }
	get(t, c, load)
	stop()
	c.Changed(ctx, "tag")
	if a, b := get(t, c, load), get(t, c, load); a != "2" || b != "3" {
		t.Errorf("without Redis: %s, %s", a, b)
	}
	none := cache.New("test", nil, slog.New(slog.DiscardHandler))
	none.Changed(ctx, "tag")
	if get(t, none, load) != "4" {
		t.Error("without a client it does not load")
	}
}
