package ops

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Settled reports whether every event of the given services has been applied
// by all who read it and no task is left; mark identifies the state, so that
// two equal marks in a row mean that nothing moved between them. The context
// must carry a principal that may read the services' status.
func Settled(ctx context.Context, caller contract.Caller, services []string) (settled bool, mark string, err error) {
	last := map[string]*platformv1.ChannelStatus{}
	var all []*platformv1.GetStatusResponse
	settled = true
	for _, name := range services {
		s, err := platformv1.OpsClient{Caller: caller, Target: name}.GetStatus(ctx, &platformv1.GetStatusRequest{})
		if err != nil {
			return false, "", err
		}
		all = append(all, s)
		for _, c := range s.GetChannels() {
			last[c.GetChannel()] = c
			mark += fmt.Sprintf("%s=%d ", c.GetChannel(), c.GetLastSeq())
			if c.GetUnsequenced() > 0 || c.GetPublishedSeq() != c.GetLastSeq() {
				settled = false
			}
		}
		if s.GetPendingTasks() > 0 {
			settled = false
		}
	}
	for _, s := range all {
		for _, cur := range s.GetCursors() {
			c := last[cur.GetChannel()]
			if c != nil && (cur.GetSeq() != c.GetLastSeq() || !bytes.Equal(cur.GetChain(), c.GetChain())) {
				settled = false
			}
		}
	}
	return settled, mark, nil
}

// WaitSettled returns when the services are settled twice in a row, or with
// ctx's error.
func WaitSettled(ctx context.Context, caller contract.Caller, services []string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	before := ""
	for {
		ok, mark, err := Settled(ctx, caller, services)
		if err != nil {
			return err
		}
		if ok && mark == before {
			return nil
		}
		before = ""
		if ok {
			before = mark
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
