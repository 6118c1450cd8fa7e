package relay

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Position is how far a channel is, in the words of an announcement or of a
// reader that objects to it.
type Position struct {
	Epoch, Seq int64
	Chain      string // hex
}

// Marshal gives the position as it crosses the bus.
func (p Position) Marshal() []byte { return fmt.Appendf(nil, "%d %d %s", p.Epoch, p.Seq, p.Chain) }

// ParsePosition reads what Marshal wrote; before the first event there is no hash.
func ParsePosition(b []byte) (p Position, ok bool) {
	n, _ := fmt.Sscanf(string(b), "%d %d %s", &p.Epoch, &p.Seq, &p.Chain)
	return p, n >= 2
}

// attempt bounds what is asked of the bus while the lease runs.
const attempt = lease / 2

// reconcile compares the stream's last message with the event table. A tail
// that is ours is adopted by id and hash, never by number alone; a broker that
// is behind gets the rest again, whose readers know it by its number; one that
// is ahead or differs is invariant I10. vouched is false where the stream
// holds nothing that says how far this database once was.
func (c *leader) reconcile(ctx context.Context) (vouched bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	s, err := c.js.Stream(ctx, event.Stream(c.name))
	if errors.Is(err, jetstream.ErrStreamNotFound) { // the broker lost its store
		s, err = c.stream(ctx, c.name)
	}
	if err != nil {
		return false, fmt.Errorf("stream: %w", err)
	}
	info, err := s.Info(ctx)
	if err != nil {
		return false, fmt.Errorf("stream: %w", err)
	}
	c.streamSeq = info.State.LastSeq
	if info.State.Msgs == 0 {
		// Fresh, aged out or wiped: readers fill what they miss from the event
		// table, so the stream goes on from what was published before.
		return false, nil
	}
	m, err := s.GetLastMsgForSubject(ctx, event.Subjects(c.name))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("stream's last message: %w", err)
	}
	p, signed := written(m, c.name, c.cfg.Keys)
	if p.Epoch < c.epoch && p.Seq > 0 {
		return true, nil // an operator opened a new epoch after a restore
	}
	err = c.holds(ctx, p, m.Header.Get(event.HeaderID))
	if errors.Is(err, ErrDiverged) && !signed { // perhaps nobody of this publisher wrote it
		m, p, err = c.own(ctx, s, m.Sequence, info)
	}
	if err != nil {
		return false, err
	}
	if p.Epoch < c.epoch {
		return true, nil
	}
	if p.Epoch > c.epoch || p.Seq < 1 {
		return false, c.diverged(p.Seq)
	}
	upTo, err := c.since(ctx, s, info)
	if err != nil {
		return false, err
	}
	c.pubSeq.Store(min(p.Seq, upTo, c.lastSeq))
	return m.Sequence == info.State.LastSeq, nil
}

func (c *leader) diverged(seq int64) error {
	return ErrDiverged.With("channel", c.name).With("seq", strconv.FormatInt(seq, 10))
}

// holds returns ErrDiverged unless the event table has an event at a position,
// with that hash and, where id is not "", that id.
func (c *leader) holds(ctx context.Context, p Position, id string) error {
	if fault.Broken("relay.adopts_by_number") {
		return nil
	}
	return holds(ctx, c.cfg.Outbox.DB(), c.name, p, id)
}

func holds(ctx context.Context, db *sqldb.DB, channel string, p Position, id string) error {
	rows, err := ReadSequenced(ctx, db, channel, p.Seq, 1)
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0].Seq != p.Seq || rows[0].Epoch != p.Epoch || hex.EncodeToString(rows[0].Chain) != p.Chain || id != "" && rows[0].ID != id {
		return ErrDiverged.With("channel", channel).With("seq", strconv.FormatInt(p.Seq, 10))
	}
	return nil
}

// listen opens the subject on which readers object to an announcement.
func (c *leader) listen() (err error) {
	c.objected = make(chan *nats.Msg, 64)
	c.objections, err = c.cfg.Conn.ChanSubscribe(c.cfg.Conn.NewInbox(), c.objected)
	return err
}

// announce tells the readers how far the channel is, outside of the stream and
// signed. A reader that is farther, or elsewhere, objects.
func (c *leader) announce(seq int64, chain []byte) error {
	p := Position{c.epoch, seq, hex.EncodeToString(chain)}
	return c.cfg.Conn.PublishMsg(&nats.Msg{Subject: event.Announce(c.name), Reply: c.objections.Subject, Data: p.Marshal(),
		Header: nats.Header{event.HeaderSign: {c.signature(p)}}})
}

// hear announces where the event table stands and lets readers object before
// anything is published: a wiped stream cannot tell a restored database. Where
// nobody listens the bus says so at once.
func (c *leader) hear(ctx context.Context) error {
	if err := c.announce(c.lastSeq, c.chain); err != nil {
		return err
	}
	enough := time.NewTimer(objecting)
	defer enough.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-enough.C:
			return nil
		case m := <-c.objected:
			if m.Header.Get("Status") == noResponders {
				return nil
			}
			if err := c.judge(ctx, m); err != nil {
				return err
			}
		}
	}
}

// noResponders is the bus's status in place of an answer that nobody can give.
const noResponders = "503"

// judge holds a reader's position against the event table: a reader may be
// ahead of an announcement, but never of the table.
func (c *leader) judge(ctx context.Context, m *nats.Msg) error {
	p, ok := ParsePosition(m.Data)
	if ok && p.Epoch > c.epoch { // this database was restored to before an epoch that readers know
		return c.diverged(p.Seq)
	}
	if !ok || p.Epoch < c.epoch || p.Seq < 1 {
		return nil
	}
	// The first numbers of an epoch's readers may still be the epoch's before.
	var start int64
	err := c.cfg.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT coalesce(max(seq), 0) FROM epoch WHERE channel = $1`, c.name).Scan(&start)
	})
	if err != nil || p.Seq <= start {
		return err
	}
	return c.holds(ctx, p, "")
}

// alarm writes down why the channel's relay stopped, or that it runs. A leader
// that was replaced, by an officer's new epoch say, has nothing to say any more.
func (c *leader) alarm(ctx context.Context, code string) {
	if c.alarmed == code {
		return
	}
	err := c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE channel SET alarm = $1 WHERE channel = $2 AND term = $3`, code, c.name, c.term)
		return err
	})
	if err != nil {
		c.log.WarnContext(ctx, "alarm not written", "channel", c.name, "error", err)
		return
	}
	c.alarmed = code
}
