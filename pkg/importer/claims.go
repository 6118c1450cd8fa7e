package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
)

// A mark is what a row is known by, hashed: a million of them have to be
// remembered, and none says what a cell holds.
type mark [16]byte

func markOf(parts ...string) mark {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return mark(sum[:16])
}

// claims knows which things the rows brought so far, so that the second row of
// one thing is told from the first though the two run beside each other.
type claims struct {
	mu    sync.Mutex
	done  map[mark][16]byte // what accepted rows brought: a worker's reference, or any other value
	turns map[mark]*turn    // the last row under way of each
}

// turn is one row's turn at a thing.
type turn struct {
	mark   mark
	before *turn
	over   chan struct{}
}

func newClaims() *claims {
	return &claims{done: map[mark][16]byte{}, turns: map[mark]*turn{}}
}

// claim takes a turn at a thing. Turns are taken in the sheet's order.
func (c *claims) claim(m mark) *turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &turn{mark: m, before: c.turns[m], over: make(chan struct{})}
	c.turns[m] = t
	return t
}

// wait returns what the rows before brought, if one of them was accepted.
func (c *claims) wait(ctx context.Context, t *turn) (ref string, found bool, err error) {
	if t.before != nil {
		select {
		case <-t.before.over:
		case <-ctx.Done():
			return "", false, context.Cause(ctx)
		}
	}
	ref, found = c.get(t.mark)
	return ref, found, nil
}

func (c *claims) get(m mark) (ref string, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, found := c.done[m]
	return unpack(b), found
}

// end ends a turn; accepted says that its row brought ref.
func (c *claims) end(t *turn, accepted bool, ref string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if accepted {
		c.done[t.mark] = pack(ref)
	}
	if c.turns[t.mark] == t {
		delete(c.turns, t.mark)
	}
	t.before = nil
	close(t.over)
}

// find returns what a row brought, and waits for one that is under way.
func (c *claims) find(ctx context.Context, m mark) (ref string, found bool, err error) {
	c.mu.Lock()
	t := c.turns[m]
	c.mu.Unlock()
	if t != nil {
		select {
		case <-t.over:
		case <-ctx.Done():
			return "", false, context.Cause(ctx)
		}
	}
	ref, found = c.get(m)
	return ref, found, nil
}

// pack brings a reference, which is a UUID, into its 16 bytes. "" is a thing
// that was judged and has no reference yet.
func pack(ref string) (b [16]byte) {
	if raw, err := hex.DecodeString(strings.ReplaceAll(ref, "-", "")); err == nil && len(raw) == 16 {
		copy(b[:], raw)
	}
	return b
}

func unpack(b [16]byte) string {
	if b == [16]byte{} {
		return ""
	}
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
