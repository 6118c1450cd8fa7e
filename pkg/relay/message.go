package relay

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// around is what a message may have beside its event: headers and subject.
const around = 4 << 10

// message makes what is published of a row. An event that the bus cannot carry
// is set aside: a small message bears its number, id and hash, so that nothing
// behind it waits.
func (c *leader) message(ctx context.Context, r row) (*nats.Msg, error) {
	m := &nats.Msg{Data: r.body, Header: nats.Header{
		event.HeaderID: {r.id}, event.HeaderEpoch: {strconv.FormatInt(c.epoch, 10)},
		event.HeaderSeq: {strconv.FormatInt(r.seq, 10)}, event.HeaderChain: {hex.EncodeToString(r.chain)},
	}}
	e, err := event.Parse(r.body) // what cannot be read is for its readers to park
	m.Subject = event.Subject(c.name, e.Division, e.Type)
	if err == nil && len(e.TraceParent) < 100 && e.TraceParent != "" {
		m.Header[event.HeaderTrace] = []string{e.TraceParent}
	}
	if int64(len(r.body)) > min(event.MaxCarried, c.cfg.Conn.MaxPayload()-around) && !fault.Broken("relay.sets_nothing_aside") {
		m.Data, m.Header[event.HeaderAside] = nil, []string{"1"}
		return m, c.setAside(ctx, r, e)
	}
	return m, nil
}

// setAside writes an event down that cannot be carried, once, and tells of it.
func (c *leader) setAside(ctx context.Context, r row, e event.Event) error {
	return c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`INSERT INTO set_aside (channel, seq, epoch, id, type, code, size, found_at, decision, officer, reason, decided_at, signature)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '', 0, $9) ON CONFLICT (channel, seq) DO NOTHING`,
			c.name, r.seq, c.epoch, r.id, e.Type, event.ErrSetAside.Code, len(r.body), c.cfg.Clock.Now().UnixMicro(), []byte{})
		if err == nil && n > 0 {
			tx.OnCommit(func() {
				c.alarms(ctx, 1)
				c.log.ErrorContext(ctx, "an event is too large to be carried and was set aside", "channel", c.name, "seq", r.seq, "event", r.id, "bytes", len(r.body))
			})
		}
		return err
	})
}

// record is what a publisher signs of a position.
func (p Position) record(channel string) []byte {
	return append([]byte("position\n"+channel+"\n"), p.Marshal()...)
}

// Verify reports whether the holder of one of keys signed a position of a channel, which
// the bus received at a time. A position's hash covers every event before it.
func (p Position) Verify(keys auth.RecordKeys, channel, signature string, at time.Time) bool {
	s, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && keys.Verify(p.record(channel), s, at)
}

func (c *leader) signature(p Position) string {
	if c.cfg.Signer == nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(c.cfg.Signer.SignRecord(p.record(c.name)))
}

// sign marks the last message of those that are sent together: readers apply
// nothing that no signature follows, but ask the publisher for it.
func (c *leader) sign(m *nats.Msg, r row) {
	m.Header[event.HeaderSign] = []string{c.signature(Position{c.epoch, r.seq, hex.EncodeToString(r.chain)})}
}

// written reads a message's position, and whether this publisher signed it.
func written(m *jetstream.RawStreamMsg, channel string, keys auth.RecordKeys) (p Position, signed bool) {
	h := m.Header
	p.Epoch, _ = strconv.ParseInt(h.Get(event.HeaderEpoch), 10, 64)
	p.Seq, _ = strconv.ParseInt(h.Get(event.HeaderSeq), 10, 64)
	p.Chain = h.Get(event.HeaderChain)
	return p, h.Get(event.HeaderSign) != "" && p.Verify(keys, channel, h.Get(event.HeaderSign), m.Time)
}
