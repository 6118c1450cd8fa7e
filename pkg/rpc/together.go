package rpc

import (
	"context"
	"encoding/base64"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

const (
	// together is where calls that travel together are served, beside the methods.
	together = "Calls"
	// maxTogether bounds how many do.
	maxTogether = 64
	// abreast is how many messages to one service are under way at once: what they
	// carry shares a commit there, half of what a method takes at once. Who calls
	// meanwhile waits for the next one, so that a message carries many calls only
	// where there are many.
	abreast = 4
	// maxTogetherBytes leaves room in a message for what comes beside the requests.
	maxTogetherBytes = maxBody / 2
)

// Together sends calls that are made at the same time in one message, under one
// signature. It is for who makes many calls with small answers, as an import does;
// each call is still let in, run and answered by itself. It implements contract.Caller.
type Together struct {
	client *Client
	mu     sync.Mutex
	lines  map[string]*line
}

// line is what waits to be sent to one service.
type line struct {
	waiting []*sent
	abreast int
}

// sent is one call, and its answer.
type sent struct {
	call     *platformv1.Call
	deadline time.Time
	answer   *platformv1.Answer
	err      error
	done     chan struct{}
}

// NewTogether returns a caller that sends together what is called at once.
func NewTogether(c *Client) *Together { return &Together{client: c, lines: map[string]*line{}} }

// Call is Client.Call.
func (t *Together) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	p, h, cancel, ctx, err := leaving(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	body, err := proto.Marshal(req)
	if err != nil {
		return err
	}
	if len(body) > maxTogetherBytes {
		return ErrTooLarge
	}
	s := &sent{done: make(chan struct{}), call: &platformv1.Call{
		Method: method, Principal: p.Message(), RequestId: h.requestID, IdempotencyKey: h.key, Traceparent: h.trace, Deadline: h.deadline, Request: body,
	}}
	s.deadline, _ = ctx.Deadline() // leaving set one
	t.queue(service, s)
	select {
	case <-s.done:
	case <-ctx.Done():
		return ErrDeadline.Because(ctx.Err())
	}
	switch {
	case s.err != nil:
		return s.err
	case s.answer.GetError() != nil:
		return fromWire(s.answer.GetError())
	}
	return proto.Unmarshal(s.answer.GetReply(), into)
}

func (t *Together) queue(service string, s *sent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[service]
	if l == nil {
		l = &line{}
		t.lines[service] = l
	}
	l.waiting = append(l.waiting, s)
	if l.abreast < abreast {
		l.abreast++
		go t.send(service, l)
	}
}

// send sends what waits until nothing does.
func (t *Together) send(service string, l *line) {
	for all := t.next(l); len(all) > 0; all = t.next(l) {
		answers, err := t.ask(service, all)
		for i, s := range all {
			if s.err = err; err == nil {
				s.answer = answers[i]
			}
			close(s.done)
		}
	}
}

// next takes what the next message carries.
func (t *Together) next(l *line) (all []*sent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	size := 0
	for len(l.waiting) > 0 && len(all) < maxTogether {
		s := l.waiting[0]
		if size += len(s.call.GetRequest()); size > maxTogetherBytes && len(all) > 0 {
			break
		}
		all, l.waiting = append(all, s), l.waiting[1:]
	}
	if len(all) == 0 {
		l.waiting, l.abreast = nil, l.abreast-1
	}
	return all
}

// ask sends calls in one message and waits as long as the most patient of them.
func (t *Together) ask(service string, all []*sent) ([]*platformv1.Answer, error) {
	calls := &platformv1.Calls{Calls: make([]*platformv1.Call, len(all))}
	var last time.Time
	for i, s := range all {
		calls.Calls[i] = s.call
		if s.deadline.After(last) {
			last = s.deadline
		}
	}
	body, signature, err := t.client.signer.SignCalls(calls, service)
	if err != nil {
		return nil, err
	}
	m := nats.NewMsg(Subject(service, together))
	m.Header[headerPrincipal] = []string{base64.RawURLEncoding.EncodeToString(signature)}
	m.Data = body
	ctx, cancel := context.WithDeadline(context.Background(), last)
	defer cancel()
	var answers platformv1.Answers
	if err := t.client.ask(ctx, service, m, &answers); err != nil {
		return nil, err
	}
	if len(answers.GetAnswers()) != len(all) {
		return nil, ErrMalformed
	}
	return answers.GetAnswers(), nil
}

// receiveCalls runs calls that came together beside each other, and answers them
// together once each is answered.
func (s *Server) receiveCalls(r micro.Request) {
	signature, err := base64.RawURLEncoding.DecodeString(nats.Header(r.Headers()).Get(headerPrincipal))
	if err != nil {
		reply(r, nil, auth.ErrBadToken)
		return
	}
	calls, principal, err := s.cfg.Verifier.Calls(r.Data(), signature)
	if err == nil && len(calls) > maxTogether {
		err = ErrTooLarge
	}
	if err != nil {
		reply(r, nil, err)
		return
	}
	answers := &platformv1.Answers{Answers: make([]*platformv1.Answer, len(calls))}
	var open sync.WaitGroup
	open.Add(len(calls))
	for i, c := range calls {
		s.doOne(c, principal, func(out proto.Message, err error) {
			defer open.Done()
			answers.Answers[i] = answered(out, err)
		})
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		open.Wait()
		reply(r, answers, nil)
	}()
}

// doOne lets one of the calls in by itself, and runs it.
func (s *Server) doOne(c *platformv1.Call, principal func(*platformv1.Call) (auth.Principal, error), done func(proto.Message, error)) {
	m, ok := s.methods[c.GetMethod()]
	if !ok {
		done(nil, ErrNoMethod)
		return
	}
	in, leave, err := s.admit(m, header{c.GetRequestId(), c.GetIdempotencyKey(), c.GetTraceparent(), c.GetDeadline()},
		func(time.Time) (auth.Principal, error) { return principal(c) })
	s.do(m, in, leave, err, c.GetRequest(), done)
}

// answered is what travels back of one call.
func answered(out proto.Message, err error) *platformv1.Answer {
	if err == nil {
		var b []byte
		if b, err = proto.Marshal(out); err == nil {
			return &platformv1.Answer{Reply: b}
		}
	}
	return &platformv1.Answer{Error: toWire(err)}
}
