package operations

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// parkedLimit bounds a service's list; a channel is retried as a whole.
const parkedLimit = 200

type parkedList struct {
	Service  string
	Err      error
	Channels []parkedChannel
}

type parkedChannel struct {
	Channel string
	Events  []*platformv1.ParkedEvent
}

type parkedBody struct {
	Services  []parkedList
	Total     int
	Retried   string // the channel that was just retried
	Applied   string
	Still     string
	Skipped   string // the event that was just skipped
	Signature string
}

func (s *pages) parked(v *frame.Visit) error {
	ctx := v.As(operation)
	all := make([]parkedList, len(s.services))
	var wg sync.WaitGroup
	for i, name := range s.services {
		wg.Go(func() {
			reply, err := s.ops(name).ListParked(ctx, &platformv1.ListParkedRequest{Limit: parkedLimit})
			all[i] = parkedList{Service: name, Err: err, Channels: byChannel(reply.GetEvents())}
		})
	}
	wg.Wait()
	q := v.R.URL.Query()
	b := parkedBody{Services: all, Retried: q.Get("retried"), Applied: number(q.Get("applied")), Still: number(q.Get("still")), Skipped: q.Get("skipped"), Signature: q.Get("signature")}
	for _, l := range all {
		for _, c := range l.Channels {
			b.Total += len(c.Events)
		}
	}
	return v.Render(http.StatusOK, "parked", frame.Page{Title: "nav.parked", Nav: "parked", Body: b})
}

// number is s where it is one: what a link says is not repeated unread.
func number(s string) string {
	if _, err := strconv.Atoi(s); err != nil {
		return "0"
	}
	return s
}

func byChannel(events []*platformv1.ParkedEvent) (all []parkedChannel) {
	for _, e := range events {
		i := slices.IndexFunc(all, func(c parkedChannel) bool { return c.Channel == e.GetChannel() })
		if i < 0 {
			all, i = append(all, parkedChannel{Channel: e.GetChannel()}), len(all)
		}
		all[i].Events = append(all[i].Events, e)
	}
	return all
}

type parkedEventBody struct {
	Service string
	*platformv1.GetParkedResponse
}

// parkedEvent shows one parked event with its payload, which names nobody.
func (s *pages) parkedEvent(v *frame.Visit) error {
	service := v.Path("service")
	seq, err := strconv.ParseInt(v.Path("seq"), 10, 64)
	if !slices.Contains(s.services, service) || err != nil {
		return frame.ErrNoPage
	}
	ctx := v.As(operation)
	reply, err := s.ops(service).GetParked(ctx, &platformv1.GetParkedRequest{Channel: v.Path("channel"), Seq: seq})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "parked_event", frame.Page{Title: "parked.event", Nav: "parked", Body: parkedEventBody{service, reply}})
}

// retryParked tries a channel's events again, or with a number one of them and
// those behind it.
func (s *pages) retryParked(v *frame.Visit) error {
	return s.repair(v, unsigned, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		seq, err := strconv.ParseInt("0"+v.Form("seq"), 10, 64)
		if err != nil {
			return nil, frame.ErrInput
		}
		reply, err := ops.RetryParked(ctx, &platformv1.RetryParkedRequest{Channel: v.Form("channel"), Seq: seq})
		return url.Values{"retried": {v.Form("channel")}, "applied": {strconv.Itoa(int(reply.GetApplied()))}, "still": {strconv.Itoa(int(reply.GetStillParked()))}}, err
	})
}

// retryAll tries everything again that is parked anywhere, channel after channel:
// one service that does not answer leaves out none of the others.
func (s *pages) retryAll(v *frame.Visit) error {
	return v.Once(func() (string, error) {
		var applied, still int32
		var failed error
		for _, service := range s.services {
			list, err := s.ops(service).ListParked(v.As(operation), &platformv1.ListParkedRequest{Limit: parkedLimit})
			failed = errors.Join(failed, err)
			for _, c := range byChannel(list.GetEvents()) {
				reply, err := s.ops(service).RetryParked(v.Each(operation, c.Channel), &platformv1.RetryParkedRequest{Channel: c.Channel})
				failed = errors.Join(failed, err)
				applied, still = applied+reply.GetApplied(), still+reply.GetStillParked()
			}
		}
		if failed != nil {
			return "", failed
		}
		return "/parked?" + url.Values{"retried": {"all"}, "applied": {strconv.Itoa(int(applied))}, "still": {strconv.Itoa(int(still))}}.Encode(), nil
	})
}

// skipParked gives an event up, by its id and with the operator's reason.
func (s *pages) skipParked(v *frame.Visit) error {
	return s.repair(v, signed, func(ctx context.Context, ops platformv1.OpsClient) (url.Values, error) {
		seq, err := count(v, "seq")
		if err != nil {
			return nil, err
		}
		reply, err := ops.SkipParked(ctx, &platformv1.SkipParkedRequest{Channel: v.Form("channel"), Seq: seq, Id: v.Form("id"), Reason: v.Form("reason")})
		return url.Values{"skipped": {v.Form("id")}, "signature": {reply.GetSignature()}}, err
	})
}
