// Package memory is what identity remembers for a minute, so that a row is read seldom.
package memory

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
)

// Memory remembers live sessions in Redis: the hash of the secret, the session's id
// and its numbers, and nothing of a person. Those of a minute are kept together and
// forgotten together, so that a Redis has one time to keep for all of them.
type Memory struct {
	client redis.UniversalClient
	clock  clock.Clock
}

// New returns a memory in Redis.
func New(c redis.UniversalClient, now clock.Clock) *Memory { return &Memory{c, now} }

const (
	patience = 50 * time.Millisecond // that Redis may take: a row is read sooner
	forget   = 2 * time.Minute
)

// minute names those that are remembered now.
func (m *Memory) minute() string {
	return "identity:sessions:" + strconv.FormatInt(m.clock.Now().Unix()/60, 10)
}

// Recall implements app.Memory. What cannot be read is not remembered.
func (m *Memory) Recall(ctx context.Context, hash []byte) (r app.Remembered, found bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := m.client.HGet(ctx, m.minute(), hex.EncodeToString(hash)).Result()
	parts := strings.Split(text, " ")
	if err != nil || len(parts) != 3 {
		return r, false
	}
	number, err1 := strconv.ParseInt(parts[1], 10, 64)
	revoked, err2 := strconv.ParseInt(parts[2], 10, 64)
	return app.Remembered{ID: parts[0], Number: number, Revoked: revoked}, err1 == nil && err2 == nil
}

// Remember implements app.Memory.
func (m *Memory) Remember(ctx context.Context, hash []byte, r app.Remembered) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, _ = m.client.Pipelined(ctx, func(p redis.Pipeliner) error { // where it fails, the row answers
		p.HSet(ctx, m.minute(), hex.EncodeToString(hash), r.ID+" "+strconv.FormatInt(r.Number, 10)+" "+strconv.FormatInt(r.Revoked, 10))
		p.Expire(ctx, m.minute(), forget)
		return nil
	})
}
