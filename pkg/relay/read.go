package relay

import (
	"bytes"
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Sequenced is a stored event with its place in the channel.
type Sequenced struct {
	ID    string
	Epoch int64
	Seq   int64
	Chain []byte
	Body  []byte
}

// budget is how many bytes of events are read at once: few events may be large,
// but where many are, a page has fewer of them.
const budget = 4 << 20

// ReadSequenced reads up to limit events of a channel from a sequence number
// on, whatever their epoch; fewer where they are large, but at least one where
// there is one. It is how a gap is filled.
func ReadSequenced(ctx context.Context, db *sqldb.DB, channel string, from int64, limit int) (rows []Sequenced, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		rows, err = page(tx, func(s sqldb.Scanner) (r Sequenced, size int, err error) {
			err = s.Scan(&r.ID, &r.Epoch, &r.Seq, &r.Chain, &r.Body)
			return r, len(r.Body), err
		}, `SELECT id, epoch, seq, chain, body FROM event WHERE channel = $1 AND seq >= $2 ORDER BY seq LIMIT $3`, channel, from, limit)
		return err
	})
	return rows, err
}

// page collects rows until they have the budget's size.
func page[T any](tx *sqldb.Tx, scan func(sqldb.Scanner) (T, int, error), query string, args ...any) (all []T, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for left := budget; left > 0 && rows.Next(); {
		one, size, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all, left = append(all, one), left-size
	}
	return all, rows.Err()
}

// ChannelState is how far a channel is.
type ChannelState struct {
	Channel            string
	Epoch, LastSeq     int64
	Chain              []byte
	PublishedSeq       int64
	Unsequenced        int64
	GapFree, ChainHold bool
	Alarm              string // the code of the error that stopped the relay, or ""
	SetAside, Forged   int64  // on which nobody has decided; that nobody has removed
	highest            int64  // number that any event has
}

// stateQuery reads no more of the event table than the ends of its indexes: what asks
// it for a number names the index's condition, without which SQLite reads every event.
const stateQuery = `SELECT c.channel, c.epoch, c.last_seq, c.chain, c.published_seq, c.alarm,
	(SELECT coalesce(max(e.seq), 0) FROM event e WHERE e.channel = c.channel AND e.seq IS NOT NULL),
	(SELECT count(*) FROM event e WHERE e.channel = c.channel AND e.seq IS NULL AND e.audience = 'shared'),
	(SELECT count(*) FROM set_aside a WHERE a.channel = c.channel AND a.decision = ''),
	(SELECT count(*) FROM forged f WHERE f.channel = c.channel AND f.removed_at = 0)
	FROM channel c ORDER BY c.channel`

// State reads the channels of a service's database. With recompute it walks
// every stored event and says whether the numbers are 1…last and the chain holds.
func State(ctx context.Context, db *sqldb.DB, recompute bool) (all []ChannelState, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c ChannelState, err error) {
			err = s.Scan(&c.Channel, &c.Epoch, &c.LastSeq, &c.Chain, &c.PublishedSeq, &c.Alarm, &c.highest, &c.Unsequenced, &c.SetAside, &c.Forged)
			return c, err
		}, stateQuery)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		c.GapFree, c.ChainHold = c.highest == c.LastSeq, true
		if !recompute {
			continue
		}
		if err := c.walk(ctx, db); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (c *ChannelState) walk(ctx context.Context, db *sqldb.DB) error {
	var (
		seq   int64
		chain []byte
	)
	for seq < c.LastSeq {
		rows, err := ReadSequenced(ctx, db, c.Channel, seq+1, 1000)
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].Seq > c.LastSeq {
			break
		}
		for _, r := range rows {
			if r.Seq > c.LastSeq { // numbered since the state was read
				break
			}
			if r.Seq != seq+1 {
				c.GapFree = false
			}
			chain = event.Chain(chain, r.ID, r.Body)
			if !bytes.Equal(chain, r.Chain) {
				c.ChainHold = false
				chain = r.Chain
			}
			seq = r.Seq
		}
	}
	if seq != c.LastSeq {
		c.GapFree = false
	}
	if !bytes.Equal(chain, c.Chain) {
		c.ChainHold = false
	}
	return nil
}
