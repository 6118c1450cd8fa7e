package operations

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// givenUpLimit bounds the tasks shown of a service; the count says how many there are.
const givenUpLimit = 20

// orphanedLimit bounds a service's list of orphaned effects.
const orphanedLimit = 200

// sender is one channel from its publisher's side.
type sender struct {
	Service string
	*platformv1.ChannelStatus
	Waiting int64 // saved, and not on the bus yet
}

// reader is one channel from a reader's side.
type reader struct {
	Service string
	*platformv1.CursorStatus
	Lag   int64
	Known bool // the publisher answered, so that the lag is one
}

type orphans struct {
	Service string
	Events  []*platformv1.OrphanedEvent
}

// model is a read model that can be made anew.
type model struct {
	Service string
	*platformv1.RebuildStatus
	Runs    bool
	Percent int64
}

// givenUp are a service's tasks that were given up.
type givenUp struct {
	Service string
	Total   int64
	Tasks   []*platformv1.GivenUpTask
}

// trouble is a reason for which a service is not well.
type trouble struct {
	Service string
	*platformv1.Trouble
}

// asides are events that a service published and that cannot be carried.
type asides struct {
	Service string
	Events  []*platformv1.SetAsideEvent
}

// forgeries are messages in a service's streams that it did not write.
type forgeries struct {
	Service  string
	Messages []*platformv1.ForgedMessage
}

type pipelineBody struct {
	Models     []model
	Rebuilds   string          // the model whose rebuild was just begun
	GivenUp    []givenUp       // tasks that were given up
	Troubles   []trouble       // what stands still beside the alarms
	Aside      []asides        // events that cannot be carried
	Forged     []forgeries     // messages that their channel's publisher did not write
	Done       string          // what was just decided: aside or forged
	Retried    string          // how many of them were just begun again
	Silent     []serviceStatus // services that do not answer
	Held       []serviceStatus // services that stand still until their empty database is explained
	Begins     string          // the service whose database was just said to begin anew
	Stopped    []sender        // channels whose publisher has an alarm
	Halted     []reader        // channels that a reader has an alarm about
	Publishers []sender
	Readers    []reader
	Orphaned   []orphans
	Opened     string // the epoch that was just opened
	Taken      string // how many events were just taken back
	Things     string // whose state is older than their history since
	Channel    string
}

// pipeline shows how events flow, and lets an officer decide what to do after
// a publisher's database was restored to the past.
func (s *pages) pipeline(v *frame.Visit) error {
	q := v.R.URL.Query()
	b := pipelineBody{Opened: q.Get("opened"), Taken: q.Get("taken"), Things: number(q.Get("things")), Channel: q.Get("channel"), Rebuilds: q.Get("rebuilds"), Begins: q.Get("begins")}
	if q.Get("retried") != "" {
		b.Retried = number(q.Get("retried"))
	}
	all := s.statuses(v)
	last := map[string]int64{}
	for _, st := range all {
		if st.Err != nil {
			b.Silent = append(b.Silent, st)
		}
		if st.Reply.GetHeld() != "" {
			b.Held = append(b.Held, st)
		}
		for _, c := range st.Reply.GetChannels() {
			last[c.GetChannel()] = c.GetLastSeq()
			one := sender{st.Name, c, c.GetLastSeq() - c.GetPublishedSeq() + c.GetUnsequenced()}
			b.Publishers = append(b.Publishers, one)
			if c.GetAlarm() != "" {
				b.Stopped = append(b.Stopped, one)
			}
		}
	}
	for _, st := range all {
		for _, m := range st.Reply.GetRebuilds() {
			one := model{st.Name, m, m.GetState() != "" && m.GetState() != "done", 0}
			if m.GetTotal() > 0 {
				one.Percent = 100 * m.GetDone() / m.GetTotal()
			}
			b.Models = append(b.Models, one)
		}
		for _, c := range st.Reply.GetCursors() {
			of, known := last[c.GetChannel()]
			one := reader{st.Name, c, max(0, of-c.GetSeq()), known}
			b.Readers = append(b.Readers, one)
			if c.GetAlarm() != "" {
				b.Halted = append(b.Halted, one)
			}
		}
	}
	b.Orphaned = s.orphaned(v.As(operation), all)
	b.GivenUp = s.givenUp(v.As(operation), all)
	s.strange(v.As(operation), all, &b)
	if d := q.Get("done"); d == "aside" || d == "forged" {
		b.Done = d
	}
	return v.Render(http.StatusOK, "pipeline", frame.Page{Title: "nav.pipeline", Nav: "pipeline", Refresh: 10, Body: b})
}

// orphaned asks the services that count orphaned effects which they are.
func (s *pages) orphaned(ctx context.Context, all []serviceStatus) (found []orphans) {
	lists := make([]orphans, len(all))
	var wg sync.WaitGroup
	for i, st := range all {
		if !slices.ContainsFunc(st.Reply.GetCursors(), func(c *platformv1.CursorStatus) bool { return c.GetOrphaned() > 0 }) {
			continue
		}
		wg.Go(func() {
			// Where it fails, the count beside the reader still says that there are some.
			if reply, err := s.ops(st.Name).ListOrphaned(ctx, &platformv1.ListOrphanedRequest{Limit: orphanedLimit}); err == nil {
				lists[i] = orphans{st.Name, reply.GetEvents()}
			}
		})
	}
	wg.Wait()
	return slices.DeleteFunc(lists, func(o orphans) bool { return len(o.Events) == 0 })
}

// givenUp asks the services that count tasks which were given up which they are.
func (s *pages) givenUp(ctx context.Context, all []serviceStatus) (found []givenUp) {
	for _, st := range all {
		if n := st.Reply.GetGivenUpTasks(); n > 0 {
			// Where it fails, the count still says that there are some.
			reply, _ := s.ops(st.Name).ListGivenUpTasks(ctx, &platformv1.ListGivenUpTasksRequest{Limit: givenUpLimit})
			found = append(found, givenUp{st.Name, n, reply.GetTasks()})
		}
	}
	return found
}

// strange adds what stands still, what cannot be carried and what nobody of the
// platform wrote.
func (s *pages) strange(ctx context.Context, all []serviceStatus, b *pipelineBody) {
	for _, st := range all {
		for _, t := range st.Reply.GetTroubles() {
			alarm := slices.ContainsFunc(st.Reply.GetChannels(), func(c *platformv1.ChannelStatus) bool { return c.GetAlarm() == t.GetCode() }) ||
				slices.ContainsFunc(st.Reply.GetCursors(), func(c *platformv1.CursorStatus) bool { return c.GetAlarm() == t.GetCode() })
			if !alarm { // else the page shows it already
				b.Troubles = append(b.Troubles, trouble{st.Name, t})
			}
		}
		if slices.ContainsFunc(st.Reply.GetChannels(), func(c *platformv1.ChannelStatus) bool { return c.GetSetAside() > 0 }) {
			reply, _ := s.ops(st.Name).ListSetAside(ctx, &platformv1.ListSetAsideRequest{Limit: givenUpLimit})
			open := slices.DeleteFunc(reply.GetEvents(), func(e *platformv1.SetAsideEvent) bool { return e.GetDecision() != "" })
			b.Aside = append(b.Aside, asides{st.Name, open})
		}
		if slices.ContainsFunc(st.Reply.GetChannels(), func(c *platformv1.ChannelStatus) bool { return c.GetForged() > 0 }) {
			reply, _ := s.ops(st.Name).ListForged(ctx, &platformv1.ListForgedRequest{Limit: givenUpLimit})
			b.Forged = append(b.Forged, forgeries{st.Name, reply.GetMessages()})
		}
	}
}

// repair does to a service what an operator asks for with a form, once; with
// a reason where it cannot be undone. act says where the visitor is sent.
func (s *pages) repair(v *frame.Visit, sign func(*frame.Visit) (context.Context, error), act func(context.Context, platformv1.OpsClient) (url.Values, error)) error {
	service, page := v.Form("service"), "/"+strings.Split(v.R.URL.Path, "/")[1]
	if !slices.Contains(s.services, service) {
		return frame.ErrInput
	}
	return v.Once(func() (string, error) {
		ctx, err := sign(v)
		if err != nil {
			return "", err
		}
		done, err := act(ctx, s.ops(service))
		return page + "?" + done.Encode(), err
	})
}

// count reads a number of a form that names an event or a message.
func count(v *frame.Visit, field string) (int64, error) {
	n, err := strconv.ParseInt(v.Form(field), 10, 64)
	if err != nil {
		return 0, frame.ErrInput
	}
	return n, nil
}

// decideAside releases an event that cannot be carried, or gives it up.
func (s *pages) decideAside(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		seq, err := count(v, "seq")
		if err == nil {
			_, err = ops.DecideSetAside(ctx, &platformv1.DecideSetAsideRequest{
				Channel: v.Form("channel"), Seq: seq, Id: v.Form("id"), Release: v.Form("do") == "release", Reason: v.Form("reason"),
			})
		}
		return url.Values{"done": {"aside"}}, err
	})
}

// removeForged takes a message out of a stream that its publisher did not write.
func (s *pages) removeForged(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		n, err := count(v, "message")
		if err == nil {
			_, err = ops.RemoveForged(ctx, &platformv1.RemoveForgedRequest{Channel: v.Form("channel"), StreamSeq: n, Reason: v.Form("reason")})
		}
		return url.Values{"done": {"forged"}}, err
	})
}

// retryTasks begins a service's tasks again that were given up, one or all.
func (s *pages) retryTasks(v *frame.Visit) error {
	return s.repair(v, unsigned, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		reply, err := ops.RetryTasks(ctx, &platformv1.RetryTasksRequest{Id: v.Form("id")})
		return url.Values{"retried": {strconv.FormatInt(reply.GetRetried(), 10)}}, err
	})
}

func (s *pages) openEpoch(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		channel := v.Form("channel")
		reply, err := ops.OpenEpoch(ctx, &platformv1.OpenEpochRequest{Channel: channel, Reason: v.Form("reason")})
		return url.Values{"channel": {channel}, "opened": {strconv.FormatInt(reply.GetEpoch().GetEpoch(), 10)}}, err
	})
}

func (s *pages) takeBack(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		channel := v.Form("channel")
		reply, err := ops.TakeBack(ctx, &platformv1.TakeBackRequest{Channel: channel, Reason: v.Form("reason")})
		return url.Values{"channel": {channel}, "taken": {strconv.FormatInt(reply.GetTaken(), 10)}, "things": {strconv.Itoa(len(reply.GetAggregates()))}}, err
	})
}

func (s *pages) declareBeginning(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		_, err := ops.DeclareBeginning(ctx, &platformv1.DeclareBeginningRequest{Reason: v.Form("reason")})
		return url.Values{"begins": {v.Form("service")}}, err
	})
}

func (s *pages) rebuild(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		_, err := ops.Rebuild(ctx, &platformv1.RebuildRequest{Model: v.Form("model"), Reason: v.Form("reason")})
		return url.Values{"rebuilds": {v.Form("model")}}, err
	})
}
