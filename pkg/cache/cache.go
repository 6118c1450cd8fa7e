// Package cache keeps search pages and aggregates in Redis. It holds no
// personal data and no decision reads it. A page is valid while its tag's
// generation stands; an event that changes what the tag covers moves the
// generation on, so that a page loaded before the change can never be taken
// for a newer one. Without Redis every read is loaded: slower, correct.
package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"
)

const (
	ttl      = 60 * time.Second
	tagTTL   = 24 * time.Hour // far beyond any page's life, so that a generation is never used twice
	loadTime = 10 * time.Second
	avoidFor = time.Second // a Redis that failed is left alone for this long
)

// Cache is a service's pages.
type Cache struct {
	redis  redis.UniversalClient
	prefix string
	log    *slog.Logger
	loads  singleflight.Group

	mu     sync.Mutex
	avoid  time.Time
	missed map[string]bool  // tags whose change Redis has not been told yet
	local  map[string]int64 // changes of each tag in this process
}

// New returns the cache of a service; a nil client makes every read a load.
func New(service string, client redis.UniversalClient, log *slog.Logger) *Cache {
	return &Cache{redis: client, prefix: "qiao:" + service + ":", log: log, missed: map[string]bool{}, local: map[string]int64{}}
}

// Get returns the page under key, loading it where it is missing or older than
// the last change of its tag. Callers that ask for the same page at the same
// time share one load.
func (c *Cache) Get(ctx context.Context, tag, key string, load func(context.Context) ([]byte, error)) ([]byte, error) {
	if _, page, _ := c.read(ctx, tag, key); page != nil {
		return page, nil
	}
	// A load that began before a change of ours is not shared after it.
	c.mu.Lock()
	shared := fmt.Sprintf("%d %s", c.local[tag], key)
	c.mu.Unlock()
	v, err, _ := c.loads.Do(shared, func() (any, error) {
		// The load serves others too: it must not end with its first caller.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTime)
		defer cancel()
		// Who missed it above and comes here after a load has just ended finds its page.
		generation, page, ok := c.read(ctx, tag, key)
		if page != nil {
			return page, nil
		}
		page, err := load(ctx)
		if err == nil && ok {
			c.write(ctx, key, generation, page)
		}
		return page, err
	})
	if err != nil {
		return nil, err
	}
	return v.([]byte), nil
}

// Changed makes every page of a tag stale. Call it after the commit of the change.
func (c *Cache) Changed(ctx context.Context, tag string) {
	c.mu.Lock()
	c.local[tag]++
	if c.redis != nil {
		c.missed[tag] = true
	}
	c.mu.Unlock()
	c.flush(ctx)
}

// flush tells Redis of the changes it has not heard of; false where some are left.
func (c *Cache) flush(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for tag := range c.missed {
		if time.Now().Before(c.avoid) {
			return false
		}
		p := c.redis.TxPipeline()
		p.Incr(ctx, c.prefix+"tag:"+tag)
		p.Expire(ctx, c.prefix+"tag:"+tag, tagTTL)
		if _, err := p.Exec(ctx); err != nil {
			c.shunLocked(ctx, err)
			return false
		}
		delete(c.missed, tag)
	}
	return true
}

// read returns the tag's generation and the page if it is of that generation.
func (c *Cache) read(ctx context.Context, tag, key string) (generation int64, page []byte, ok bool) {
	if c.redis == nil || c.shunned() || !c.flush(ctx) {
		return 0, nil, false
	}
	got, err := c.redis.MGet(ctx, c.prefix+"tag:"+tag, c.prefix+key).Result()
	if err != nil {
		c.shun(ctx, err)
		return 0, nil, false
	}
	if s, is := got[0].(string); is {
		for _, b := range []byte(s) {
			generation = generation*10 + int64(b-'0')
		}
	}
	if s, is := got[1].(string); is && len(s) >= 8 && int64(binary.BigEndian.Uint64([]byte(s[:8]))) == generation {
		return generation, []byte(s[8:]), true
	}
	return generation, nil, true
}

func (c *Cache) write(ctx context.Context, key string, generation int64, page []byte) {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(page)), uint64(generation))
	life := ttl + rand.N(ttl/4) // so that pages do not all expire at once
	if err := c.redis.Set(ctx, c.prefix+key, append(b, page...), life).Err(); err != nil {
		c.shun(ctx, err)
	}
}

func (c *Cache) shunned() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.avoid)
}

func (c *Cache) shun(ctx context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shunLocked(ctx, err)
}

func (c *Cache) shunLocked(ctx context.Context, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	c.avoid = time.Now().Add(avoidFor)
	c.log.WarnContext(ctx, "cache not reachable, reading without it", "error", err)
}
