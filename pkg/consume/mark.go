package consume

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

const (
	markChain = 8              // bytes of the chain's hash that a mark keeps
	markSize  = markChain + 16 // and of the event's id
	// markKeep is how many events of a channel stay marked: five megabytes. A
	// publisher that was restored to before them is told apart by a person.
	markKeep = 200_000
)

// appendMark marks an event as read. An id that is no UUID keeps no place.
func appendMark(marks, chain []byte, id string) []byte {
	marks = append(marks, chain[:min(markChain, len(chain))]...)
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != markSize-markChain {
		b = make([]byte, markSize-markChain)
	}
	return append(marks, b...)
}

// mark writes the marks of the events up to a number beside the cursor, and
// drops those that are older than is kept.
func (r *reader) mark(tx *sqldb.Tx, last int64, marks []byte) error {
	n := int64(len(marks) / markSize)
	if n == 0 {
		return nil
	}
	if err := tx.Queue(`INSERT INTO cursor_mark (channel, last, first, marks) VALUES ($1, $2, $3, $4)`, r.channel, last, last-n+1, marks); err != nil {
		return err
	}
	if old := last - markKeep; old > 0 && last/1000 != (last-n)/1000 { // now and then
		return tx.Queue(`DELETE FROM cursor_mark WHERE channel = $1 AND last < $2`, r.channel, old)
	}
	return nil
}

// unmark forgets what was read after a number.
func (r *reader) unmark(tx *sqldb.Tx, after int64) error {
	if _, err := tx.Exec(`DELETE FROM cursor_mark WHERE channel = $1 AND first > $2`, r.channel, after); err != nil {
		return err
	}
	var (
		first, last int64
		marks       []byte
	)
	err := tx.QueryRow(`SELECT first, last, marks FROM cursor_mark WHERE channel = $1 AND last > $2`, r.channel, after).Scan(&first, &last, &marks)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE cursor_mark SET last = $1, marks = $2 WHERE channel = $3 AND last = $4`, after, marks[:(after-first+1)*markSize], r.channel, last)
	return err
}

// read is what a mark tells of an event.
type read struct {
	chain []byte // its first bytes
	id    string // "" where it is not known
}

// marked returns what was marked from a number on, by number.
func (r *reader) marked(ctx context.Context, from int64) (all map[int64]read, err error) {
	all = map[int64]read{}
	err = r.cfg.DB.View(ctx, func(tx *sqldb.Tx) error {
		type run struct {
			first int64
			marks []byte
		}
		runs, err := sqldb.Collect(tx, func(s sqldb.Scanner) (u run, err error) { return u, s.Scan(&u.first, &u.marks) },
			`SELECT first, marks FROM cursor_mark WHERE channel = $1 AND last >= $2 ORDER BY last`, r.channel, from)
		for _, u := range runs {
			for i, m := range slices.Collect(slices.Chunk(u.marks, markSize)) {
				all[u.first+int64(i)] = read{m[:markChain], uuid(m[markChain:])}
			}
		}
		return err
	})
	return all, err
}

// uuid writes sixteen bytes as an id; none where they are nought.
func uuid(b []byte) string {
	if bytes.Equal(b, make([]byte, len(b))) {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// firstMark is the number of the oldest event that is marked, or 0.
func (r *reader) firstMark(ctx context.Context) (n int64, err error) {
	err = r.cfg.DB.View(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(`SELECT first FROM cursor_mark WHERE channel = $1 ORDER BY last LIMIT 1`, r.channel).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return n, err
}

// common returns the last number up to which the reader and the publisher's
// event table have the same history, and the hash there. It returns errDiffers
// where that lies before what is marked: a person must look.
func (r *reader) common(ctx context.Context, upTo int64) (seq int64, chain []byte, err error) {
	first, err := r.firstMark(ctx)
	if err != nil {
		return 0, nil, err
	}
	if first == 0 {
		return 0, nil, errDiffers.With("channel", r.channel)
	}
	marks, err := r.marked(ctx, first)
	if err != nil {
		return 0, nil, err
	}
	// Hashes are chained: histories that agree at a number agree at all before it.
	at := func(seq int64) ([]byte, bool, error) {
		reply, err := r.cfg.Fill(ctx, r.channel, 0, seq, 1)
		if err != nil {
			return nil, false, fmt.Errorf("ask for event %d: %w", seq, err)
		}
		if len(reply.GetEvents()) == 0 || reply.GetEvents()[0].GetSeq() != seq {
			return nil, false, nil
		}
		chain := reply.GetEvents()[0].GetChain()
		return chain, bytes.HasPrefix(chain, marks[seq].chain) && len(marks[seq].chain) > 0, nil
	}
	low, high := first-1, min(upTo, r.seq) // agrees at low, for all that is known; not known at high
	for low < high {
		mid := low + (high-low+1)/2
		c, same, err := at(mid)
		if err != nil {
			return 0, nil, err
		}
		if same {
			low, chain = mid, c
		} else {
			high = mid - 1
		}
	}
	if chain != nil {
		return low, chain, nil
	}
	if first == 1 {
		return 0, []byte{}, nil // not one event is the same
	}
	return 0, nil, errDiffers.With("channel", r.channel)
}
