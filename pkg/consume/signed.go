package consume

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/relay"
)

// signed reports whether the channel's publisher signed a position, which the bus
// received at a time.
func (r *reader) signed(p relay.Position, signature string, at time.Time) bool {
	return p.Verify(r.cfg.Keys(r.channel), r.channel, signature, at)
}

// genuine reports whether the channel's publisher signed a delivery itself.
func (r *reader) genuine(d delivery) bool {
	return d.sign != "" && r.signed(relay.Position{Epoch: d.epoch, Seq: d.seq, Chain: hex.EncodeToString(d.chain)}, d.sign, d.at)
}

// vouched counts the deliveries at the front up to the last signature, which
// covers all before it, and up to the first that does not continue them.
func (r *reader) vouched(all []delivery) (good, straight int) {
	seq, chain := r.seq, r.chain
	for i, d := range all {
		if d.epoch < r.epoch || d.epoch == r.epoch && d.seq <= seq {
			if good == i {
				good = i + 1 // a duplicate, which nobody applies
			}
			continue
		}
		next := event.Chain(chain, d.id, d.body)
		if d.epoch != r.epoch || d.seq != seq+1 || d.marker || !bytes.Equal(next, d.chain) {
			return good, i
		}
		seq, chain = d.seq, next
		if r.genuine(d) {
			good = i + 1
		}
	}
	return good, len(all)
}

// settle applies what the publisher's signature covers. What it does not cover
// is asked for from the publisher's event table, after a while: its signature
// may be on its way. It returns what still waits.
func (r *reader) settle(ctx context.Context, all []delivery, patient bool) ([]delivery, error) {
	if fault.Broken("consume.takes_unsigned") || fault.Broken("consume.takes_gaps") { // else what is asked for fills the gap beside it
		return all[:0], r.apply(ctx, all)
	}
	for len(all) > 0 {
		good, straight := r.vouched(all)
		switch {
		case good > 0:
			if err := r.apply(ctx, all[:good]); err != nil {
				return nil, err
			}
			all = all[good:]
		case straight == 0: // a gap, a marker, or not what its publisher wrote
			if err := r.apply(ctx, all[:1]); err != nil {
				return nil, err
			}
			all = all[1:]
		case straight == len(all) && patient:
			return all, nil
		default:
			if err := r.fill(ctx, r.epoch, all[straight-1].seq); err != nil {
				return nil, err
			}
			for len(all) > 0 && straight > 0 {
				if all[0].epoch > r.epoch || all[0].epoch == r.epoch && all[0].seq > r.seq {
					r.strange(ctx, 1) // the publisher does not know it
				}
				all, straight = all[1:], straight-1
			}
		}
	}
	return all[:0], nil
}
