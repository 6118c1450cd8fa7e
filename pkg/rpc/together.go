package rpc

import (
	"context"
	"net/http"
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

// Together sends calls that are made at the same time in one message, under one proof.
// It is for who makes many calls with small answers, as an import does; each call is
// still let in, run and answered by itself. It implements contract.Caller.
type Together struct {
	to    carrier
	mu    sync.Mutex
	lines map[way]*line
}

// carrier brings calls to a service, and their answers back.
type carrier interface {
	carry(ctx context.Context, service, token string, calls *platformv1.Calls) (*platformv1.Answers, error)
	proves() Prover
}

// way is what calls have in common that travel together: to whom they go, and who
// sends them. For whom an import's are made, each says itself.
type way struct {
	service string
	who     auth.Principal
}

// line is what waits to be sent.
type line struct {
	waiting []*sent
	abreast int
}

// sent is one call, and its answer.
type sent struct {
	call     *platformv1.Call
	ctx      context.Context // of who called, by which the prover may know for whom it proves
	deadline time.Time
	answer   *platformv1.Answer
	err      error
	done     chan struct{}
}

// NewTogether returns a caller that sends together what is called at once, by a client
// of the bus or one over HTTP.
func NewTogether(c carrier) *Together { return &Together{to: c, lines: map[way]*line{}} }

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
	s := &sent{ctx: context.WithoutCancel(ctx), done: make(chan struct{}), call: &platformv1.Call{
		Method: method, RequestId: h.requestID, IdempotencyKey: h.key, Traceparent: h.trace, Deadline: h.deadline, Request: body,
	}}
	if p = p.Known(nil, nil); p.Via == auth.ViaImport {
		s.call.Principal, p.ActsFor = &platformv1.Principal{ActsFor: p.ActsFor}, ""
	}
	s.deadline, _ = ctx.Deadline() // leaving set one
	t.queue(way{service, p}, s)
	select {
	case <-s.done:
	case <-ctx.Done():
		return ErrDeadline.Because(ctx.Err())
	}
	switch {
	case s.err != nil:
		return s.err
	case s.answer.GetError() != nil:
		return FromWire(s.answer.GetError())
	}
	return proto.Unmarshal(s.answer.GetReply(), into)
}

func (t *Together) queue(w way, s *sent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[w]
	if l == nil {
		l = &line{}
		t.lines[w] = l
	}
	l.waiting = append(l.waiting, s)
	if l.abreast < abreast {
		l.abreast++
		go t.send(w, l)
	}
}

// send sends what waits until nothing does.
func (t *Together) send(w way, l *line) {
	for all := t.next(w, l); len(all) > 0; all = t.next(w, l) {
		answers, err := t.ask(w, all)
		for i, s := range all {
			if s.err = err; err == nil {
				s.answer = answers[i]
			}
			close(s.done)
		}
	}
}

// next takes what the next message carries.
func (t *Together) next(w way, l *line) (all []*sent) {
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
		if l.abreast == 0 {
			delete(t.lines, w)
		}
	}
	return all
}

// ask sends calls in one message and waits as long as the most patient of them.
func (t *Together) ask(w way, all []*sent) ([]*platformv1.Answer, error) {
	calls := &platformv1.Calls{Calls: make([]*platformv1.Call, len(all))}
	var last time.Time
	for i, s := range all {
		calls.Calls[i] = s.call
		if s.deadline.After(last) {
			last = s.deadline
		}
	}
	// Whoever calls under one proof, the first of them stands for all: who that is, is the
	// way's, and a prover may know more of it by the context.
	ctx, cancel := context.WithDeadline(all[0].ctx, last)
	defer cancel()
	token, err := t.to.proves().Prove(ctx, w.who, w.service)
	if err != nil {
		return nil, err
	}
	answers, err := t.to.carry(ctx, w.service, token, calls)
	if err == nil && len(answers.GetAnswers()) != len(all) {
		err = ErrMalformed
	}
	return answers.GetAnswers(), err
}

func (c *Client) proves() Prover { return c.prover }

func (c *Client) carry(ctx context.Context, service, token string, calls *platformv1.Calls) (*platformv1.Answers, error) {
	body, err := proto.Marshal(calls)
	if err != nil {
		return nil, err
	}
	m := nats.NewMsg(Subject(service, together))
	m.Header[headerPrincipal] = []string{token}
	m.Data = body
	answers := &platformv1.Answers{}
	return answers, c.ask(ctx, service, m, answers)
}

func (c *HTTPClient) proves() Prover { return c.prover }

func (c *HTTPClient) carry(ctx context.Context, service, token string, calls *platformv1.Calls) (*platformv1.Answers, error) {
	answers := &platformv1.Answers{}
	return answers, c.post(ctx, service, together, map[string][]string{"Authorization": {token}}, calls, answers)
}

// receiveCalls runs calls that came together beside each other, and answers them
// together once each is answered.
func (s *Server) receiveCalls(r micro.Request) {
	var all platformv1.Calls
	who, err := s.cfg.Verifier.Verify(nats.Header(r.Headers()).Get(headerPrincipal))
	if err == nil && proto.Unmarshal(r.Data(), &all) != nil {
		err = ErrMalformed
	}
	if err == nil && len(all.GetCalls()) > maxTogether {
		err = ErrTooLarge
	}
	if err != nil {
		reply(r, nil, err)
		return
	}
	wait := s.doAll(who, all.GetCalls())
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		reply(r, wait(), nil)
	}()
}

// takeCalls is receiveCalls over HTTP.
func (s *Server) takeCalls(w http.ResponseWriter, r *http.Request) {
	token, address, at := bearer(r), addressOf(r), time.Now()
	var who auth.Principal
	var all platformv1.Calls
	err := error(ErrOverloaded)
	if s.cfg.Verifier.Knows(token) || s.door.stranger(address, at) {
		who, err = s.cfg.Verifier.Verify(token)
	}
	if err == nil {
		err = readInto(w, r, at.Add(bodyTime), &all)
	}
	if err == nil && len(all.GetCalls()) > maxTogether {
		err = ErrTooLarge
	}
	if err != nil {
		w.Header().Set("Connection", "close") // what is left of the body is not waited for
		encodeError(r.Context(), err, w)
		return
	}
	answers := s.doAll(who, all.GetCalls())()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTime)) // a recorder in a test has none
	if err := encode(r.Context(), w, answers); err != nil {
		encodeError(r.Context(), err, w)
	}
}

// doAll lets calls in under one proof, each by itself, and runs them; wait is over when
// each is answered.
func (s *Server) doAll(who auth.Principal, calls []*platformv1.Call) (wait func() *platformv1.Answers) {
	answers := &platformv1.Answers{Answers: make([]*platformv1.Answer, len(calls))}
	var open sync.WaitGroup
	open.Add(len(calls))
	for i, c := range calls {
		s.doOne(c, who, func(out proto.Message, err error) {
			defer open.Done()
			answers.Answers[i] = answered(out, err)
		})
	}
	return func() *platformv1.Answers {
		open.Wait()
		return answers
	}
}

// doOne lets one of the calls in by itself, and runs it.
func (s *Server) doOne(c *platformv1.Call, who auth.Principal, done func(proto.Message, error)) {
	m, ok := s.methods[c.GetMethod()]
	if !ok {
		done(nil, ErrNoMethod)
		return
	}
	in, leave, err := s.admit(m, header{c.GetRequestId(), c.GetIdempotencyKey(), c.GetTraceparent(), c.GetDeadline()},
		func(time.Time) (auth.Principal, error) { return who.Of(c.GetPrincipal()) })
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
