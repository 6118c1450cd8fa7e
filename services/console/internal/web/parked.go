package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// parkedLimit bounds a service's list; a channel is retried as a whole.
const parkedLimit = 200

var (
	errOfficer = errs.New(errs.Invalid, "console.officer", "Give your staff number: 2 to 32 letters, digits and hyphens.")
	errSure    = errs.New(errs.Invalid, "console.sure", "Tick that you have understood what follows; nothing was done.")
)

// staffNumber is how an officer signs until sign-in exists: a number, no name.
var staffNumber = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,31}$`)

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
	b := parkedBody{Services: all, Retried: q.Get("retried"), Applied: number(q.Get("applied")), Still: number(q.Get("still")), Skipped: q.Get("skipped"), Signature: q.Get("signature")}
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

type parkedEventBody struct {
	Service string
	*platformv1.GetParkedResponse
}

// parkedEvent shows one parked event with its payload, which names nobody.
func (s *Site) parkedEvent(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	service := r.PathValue("service")
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if !slices.Contains(s.Services, service) || err != nil {
		return errNoPage
	}
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), patience)
	defer cancel()
	reply, err := s.Clients.Ops(service).GetParked(ctx, &platformv1.GetParkedRequest{Channel: r.PathValue("channel"), Seq: seq})
	if err != nil {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "parked_event", page{Title: "parked.event", Nav: "parked", Body: parkedEventBody{service, reply}})
}

// retryParked tries a channel's events again, or with a number one of them and
// those behind it.
func (s *Site) retryParked(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	service, channel := r.PostFormValue("service"), r.PostFormValue("channel")
	if !slices.Contains(s.Services, service) || channel == "" {
		return errInput
	}
	seq, err := strconv.ParseInt("0"+r.PostFormValue("seq"), 10, 64)
	if err != nil {
		return errInput
	}
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), 5*patience)
	defer cancel()
	reply, err := s.Clients.Ops(service).RetryParked(ctx, &platformv1.RetryParkedRequest{Channel: channel, Seq: seq})
	if err != nil {
		return err
	}
	return back(w, r, "/parked?"+url.Values{
		"retried": {channel}, "applied": {strconv.Itoa(int(reply.GetApplied()))}, "still": {strconv.Itoa(int(reply.GetStillParked()))},
	}.Encode())
}

// retryAll tries everything again that is parked anywhere, channel after channel.
func (s *Site) retryAll(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), 10*patience)
	defer cancel()
	var applied, still int32
	for _, service := range s.Services {
		list, err := s.Clients.Ops(service).ListParked(ctx, &platformv1.ListParkedRequest{Limit: parkedLimit})
		if err != nil {
			return err
		}
		for _, c := range byChannel(list.GetEvents()) {
			reply, err := s.Clients.Ops(service).RetryParked(ctx, &platformv1.RetryParkedRequest{Channel: c.Channel})
			if err != nil {
				return err
			}
			applied, still = applied+reply.GetApplied(), still+reply.GetStillParked()
		}
	}
	return back(w, r, "/parked?"+url.Values{"retried": {"all"}, "applied": {strconv.Itoa(int(applied))}, "still": {strconv.Itoa(int(still))}}.Encode())
}

// skipParked gives an event up, by its id and under an officer's staff number.
func (s *Site) skipParked(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	service, channel, id := r.PostFormValue("service"), r.PostFormValue("channel"), r.PostFormValue("id")
	seq, err := strconv.ParseInt(r.PostFormValue("seq"), 10, 64)
	if !slices.Contains(s.Services, service) || channel == "" || err != nil {
		return errInput
	}
	ctx, cancel, err := signing(r)
	if err != nil {
		return err
	}
	defer cancel()
	reply, err := s.Clients.Ops(service).SkipParked(ctx, &platformv1.SkipParkedRequest{Channel: channel, Seq: seq, Id: id, Reason: r.PostFormValue("reason")})
	if err != nil {
		return err
	}
	return back(w, r, "/parked?"+url.Values{"skipped": {id}, "signature": {reply.GetSignature()}}.Encode())
}

// signing is the context of an officer who answers for what the form does.
func signing(r *http.Request) (context.Context, context.CancelFunc, error) {
	officer, err := staffOf(r, "officer")
	if err != nil {
		return nil, nil, err
	}
	if r.PostFormValue("sure") != "yes" {
		return nil, nil, errSure
	}
	ctx, cancel := context.WithTimeout(call.OperatorAs(r.Context(), officer), 5*patience)
	return ctx, cancel, nil
}
