package ops

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Settled reports whether every event of the given services has been applied
// by all who read it and no task is left; mark identifies the state, so that
// two equal marks in a row mean that nothing moved between them. The context
// must carry a principal that may read the services' status.
func Settled(ctx context.Context, caller contract.Caller, services []string) (settled bool, mark string, err error) {
	p, err := look(ctx, caller, services)
	return p.settled, p.mark, err
}

// picture is how far the services are.
type picture struct {
	settled  bool
	mark     string   // of what has been published
	progress string   // of all that moves while they settle
	behind   []string // what is not settled, and its alarm
}

func (p *picture) lags(what, alarm string) {
	p.settled = false
	if alarm != "" {
		what += ", alarm " + alarm
	}
	p.behind = append(p.behind, what)
}

func look(ctx context.Context, caller contract.Caller, services []string) (p picture, err error) {
	last := map[string]*platformv1.ChannelStatus{}
	var all []*platformv1.GetStatusResponse
	p.settled = true
	for _, name := range services {
		s, err := platformv1.OpsClient{Caller: caller, Target: name}.GetStatus(ctx, &platformv1.GetStatusRequest{})
		if err != nil {
			return picture{}, err
		}
		all = append(all, s)
		for _, c := range s.GetChannels() {
			last[c.GetChannel()] = c
			p.mark += fmt.Sprintf("%s=%d ", c.GetChannel(), c.GetLastSeq())
			p.progress += fmt.Sprintf("%s=%d/%d/%d ", c.GetChannel(), c.GetLastSeq(), c.GetPublishedSeq(), c.GetUnsequenced())
			if c.GetUnsequenced() > 0 || c.GetPublishedSeq() != c.GetLastSeq() {
				p.lags(fmt.Sprintf("%s has %d events that are not published on %s", name, c.GetUnsequenced()+c.GetLastSeq()-c.GetPublishedSeq(), c.GetChannel()), c.GetAlarm())
			}
		}
		p.progress += fmt.Sprintf("%s:%d ", name, s.GetPendingTasks())
		if n := s.GetPendingTasks(); n > 0 {
			p.lags(fmt.Sprintf("%s has %d tasks to do", name, n), "")
		}
	}
	for _, s := range all {
		for _, cur := range s.GetCursors() {
			c := last[cur.GetChannel()]
			p.progress += fmt.Sprintf("%s<%s=%d ", s.GetService(), cur.GetChannel(), cur.GetSeq())
			if c != nil && (cur.GetSeq() != c.GetLastSeq() || !bytes.Equal(cur.GetChain(), c.GetChain())) {
				p.lags(fmt.Sprintf("%s has %d events of %s to read", s.GetService(), c.GetLastSeq()-cur.GetSeq(), cur.GetChannel()), cur.GetAlarm())
			}
		}
	}
	return p, nil
}

// WaitSettled returns when the services are settled twice in a row, or with
// ctx's error and what was behind at the last look. It looks often at first, since
// most is settled soon, and then less.
func WaitSettled(ctx context.Context, caller contract.Caller, services []string) error {
	before := ""
	var behind []string
	for wait := 5 * time.Millisecond; ; wait = min(wait*5/4, 50*time.Millisecond) {
		p, err := look(ctx, caller, services)
		switch {
		case err != nil && ctx.Err() != nil && behind != nil:
			return fmt.Errorf("%w: %s", ctx.Err(), strings.Join(behind, "; "))
		case err != nil:
			return err
		case p.settled && p.mark == before:
			return nil
		}
		before, behind = "", p.behind
		if p.settled {
			before = p.mark
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", ctx.Err(), strings.Join(behind, "; "))
		case <-time.After(wait):
		}
	}
}

// ErrStill ends a wait for services whose pipeline stands still.
var ErrStill = errs.New(errs.Unavailable, "ops.still", "The pipeline stands still.")

// Settle is WaitSettled for who cannot wait for ever: where nothing has moved
// for a while it returns ErrStill, which names what is behind and its alarm.
func Settle(ctx context.Context, caller contract.Caller, services []string, still time.Duration) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	settledAt, progress, moved := "", "", time.Now()
	for {
		p, err := look(ctx, caller, services)
		switch {
		case err != nil && (ctx.Err() != nil || errs.KindOf(err) != errs.Unavailable && errs.KindOf(err) != errs.Deadline && errs.KindOf(err) != errs.Overloaded):
			return err
		case err != nil:
			p = picture{behind: []string{err.Error()}, progress: progress}
		case p.settled && p.mark == settledAt:
			return nil
		}
		settledAt = ""
		if p.settled {
			settledAt = p.mark
		}
		if p.progress != progress {
			progress, moved = p.progress, time.Now()
		}
		if !p.settled && time.Since(moved) > still {
			return ErrStill.Because(fmt.Errorf("nothing moved for %s: %s", still, strings.Join(p.behind, "; ")))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
