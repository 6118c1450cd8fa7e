package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
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
	Services []parkedList
	Total    int
	Retried  string // the channel that was just retried
	Applied  string
	Still    string
}

func (s *Site) parked(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), patience)
	defer cancel()
	all := make([]parkedList, len(s.Services))
	var wg sync.WaitGroup
	for i, name := range s.Services {
		wg.Go(func() {
			reply, err := s.Clients.Ops(name).ListParked(ctx, &platformv1.ListParkedRequest{Limit: parkedLimit})
			all[i] = parkedList{Service: name, Err: err, Channels: byChannel(reply.GetEvents())}
		})
	}
	wg.Wait()
	q := r.URL.Query()
	b := parkedBody{Services: all, Retried: q.Get("retried"), Applied: number(q.Get("applied")), Still: number(q.Get("still"))}
	for _, l := range all {
		for _, c := range l.Channels {
			b.Total += len(c.Events)
		}
	}
	return s.render(w, r, p, http.StatusOK, "parked", page{Title: "nav.parked", Nav: "parked", Body: b})
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

func (s *Site) retryParked(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	service, channel := r.PostFormValue("service"), r.PostFormValue("channel")
	if !slices.Contains(s.Services, service) || channel == "" {
		return errInput
	}
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), 5*patience)
	defer cancel()
	reply, err := s.Clients.Ops(service).RetryParked(ctx, &platformv1.RetryParkedRequest{Channel: channel})
	if err != nil {
		return err
	}
	return back(w, r, "/parked?"+url.Values{
		"retried": {channel}, "applied": {strconv.Itoa(int(reply.GetApplied()))}, "still": {strconv.Itoa(int(reply.GetStillParked()))},
	}.Encode())
}
