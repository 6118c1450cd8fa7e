package rpc

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/kit/endpoint"
	"github.com/go-kit/kit/ratelimit"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/form"
)

// ServerConfig is what a server works with.
type ServerConfig struct {
	Service     string // the service's name on the bus
	Conn        *nats.Conn
	Verifier    *auth.Verifier
	Telemetry   *telemetry.Scope
	Concurrency int        // requests at once per method; the next is refused as overloaded
	PerSecond   rate.Limit // requests a second per method
	NamedIDs    bool       // for tests alone: an id may be a name such as worker-1

	// Covers tells whether a division covers the county where a worker is
	// registered; nil where the service runs without a registry.
	Covers func(ctx context.Context, worker, division string) (bool, error)

	// Persons knows what else a worker is called; nil where nobody is called anything else.
	Persons *person.Book

	// Live returns nil where a session is not over; nil where the service runs without identity.
	Live func(ctx context.Context, session int64) error
	// Denied is told of each principal that was refused something; nil tells nobody.
	Denied func(p auth.Principal, method, code string)
	// Done is told of each command that was carried out; nil tells nobody.
	Done func(p auth.Principal, method string)
}

// Server serves the methods of one service.
type Server struct {
	cfg      ServerConfig
	methods  map[string]*method
	order    []*method // as they were given
	svc      micro.Service
	running  sync.WaitGroup
	commands atomic.Int64
	door     *door
	duration metric.Float64Histogram
}

// method is a contract method with its endpoint.
type method struct {
	contract.Method
	endpoint endpoint.Endpoint
	slots    chan struct{}
}

// call is what a transport hands to an endpoint: a caller who was let in.
type call struct {
	principal             auth.Principal
	requestID, key, trace string
	start, deadline       time.Time
	request               proto.Message
}

// NewServer binds methods to endpoints. Start serves them on the bus in the
// order given.
func NewServer(cfg ServerConfig, methods ...contract.Method) (*Server, error) {
	d, err := cfg.Telemetry.Meter.Float64Histogram("rpc_duration_seconds", metric.WithDescription("Time to answer a call."),
		metric.WithExplicitBucketBoundaries(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5))
	if err != nil {
		return nil, err
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = 512
	}
	if cfg.PerSecond == 0 {
		cfg.PerSecond = 100_000
	}
	s := &Server{cfg: cfg, methods: map[string]*method{}, door: newDoor(), duration: d}
	for _, m := range methods {
		if _, twice := s.methods[m.Name]; twice {
			return nil, fmt.Errorf("rpc: %s.%s is bound twice", cfg.Service, m.Name)
		}
		b := &method{Method: m, slots: make(chan struct{}, cfg.Concurrency)}
		limit := ratelimit.NewErroringLimiter(rate.NewLimiter(cfg.PerSecond, cfg.Concurrency*4))
		b.endpoint = endpoint.Chain(s.observe(m), s.protect, refusals, limit, s.live, s.fitting, s.known(m), s.standing, s.once(m))(s.invoke(m))
		s.methods[m.Name] = b
		s.order = append(s.order, b)
	}
	return s, nil
}

// Commands counts the commands that succeeded since the start.
func (s *Server) Commands() int64 { return s.commands.Load() }

// Methods lists what is served.
func (s *Server) Methods() []contract.Method {
	all := make([]contract.Method, 0, len(s.order))
	for _, m := range s.order {
		all = append(all, m.Method)
	}
	return all
}

// Start serves on the bus, one method after another: whoever is answered by the
// last finds all the others. Requests run on a bounded number of goroutines per
// method, since NATS micro itself runs them one after another.
func (s *Server) Start() error {
	svc, err := micro.AddService(s.cfg.Conn, micro.Config{Name: "qiao-" + s.cfg.Service, Version: "1.0.0", QueueGroup: s.cfg.Service})
	if err != nil {
		return err
	}
	s.svc = svc
	if err := svc.AddEndpoint(together, micro.HandlerFunc(s.receiveCalls), micro.WithEndpointSubject(Subject(s.cfg.Service, together))); err != nil {
		return fmt.Errorf("rpc: %s.%s: %w", s.cfg.Service, together, err)
	}
	for _, m := range s.order {
		if err := svc.AddEndpoint(m.Name, micro.HandlerFunc(func(r micro.Request) { s.receive(m, r) }), micro.WithEndpointSubject(Subject(s.cfg.Service, m.Name))); err != nil {
			return fmt.Errorf("rpc: %s.%s: %w", s.cfg.Service, m.Name, err)
		}
	}
	return s.cfg.Conn.Flush()
}

// Stop takes no new requests and waits for the running ones, or for ctx.
func (s *Server) Stop(ctx context.Context) error {
	if s.svc == nil {
		return nil
	}
	err := s.svc.Stop()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) receive(m *method, r micro.Request) {
	h := nats.Header(r.Headers())
	c, leave, err := s.enter(m, h.Get(headerPrincipal), header{h.Get(headerRequestID), h.Get(headerIdempotency), h.Get(headerTrace), h.Get(headerDeadline)}, "")
	s.do(m, c, leave, err, r.Data(), func(out proto.Message, err error) { reply(r, out, err) })
}

// do runs a call that was let in, beside its caller, and gives its answer to
// done; one that was not (err says why), or that finds no slot, is answered at once.
func (s *Server) do(m *method, c *call, leave func(), err error, data []byte, done func(proto.Message, error)) {
	if err == nil {
		err = m.take()
	}
	if err != nil {
		leave()
		s.refused(m, c, err)
		done(nil, err)
		return
	}
	s.running.Add(1)
	go func() {
		defer func() { <-m.slots; leave(); s.running.Done() }()
		c.request = m.New()
		if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, c.request); err != nil {
			s.refused(m, c, ErrMalformed)
			done(nil, ErrMalformed.Because(err))
			return
		}
		out, err := m.endpoint(context.Background(), c)
		if err != nil {
			done(nil, err)
			return
		}
		done(out.(proto.Message), nil)
	}()
}

// take occupies one of the method's slots.
func (m *method) take() error {
	select {
	case m.slots <- struct{}{}:
		return nil
	default:
		return ErrOverloaded
	}
}

// refused measures a call that did not reach its endpoint.
func (s *Server) refused(m *method, c *call, err error) {
	s.measure(context.Background(), m.Name, c.start, errs.CodeOf(err))
	s.denied(m.Name, c, err)
}

// denied tells of a principal that was refused something. Who it is was proved: a
// token that proves nothing is nobody's denial.
func (s *Server) denied(method string, c *call, err error) {
	if e := errs.From(err); s.cfg.Denied != nil && c.principal.Kind != "" && e.Kind == errs.Denied {
		s.cfg.Denied(c.principal, method, e.Code)
	}
}

func (s *Server) measure(ctx context.Context, method string, start time.Time, code string) {
	s.duration.Record(ctx, time.Since(start).Seconds(), metric.WithAttributeSet(attribute.NewSet(
		attribute.String("service", s.cfg.Service), attribute.String("method", method), attribute.String("code", code))))
}

// reply answers on the bus; an answer that is too large becomes an error.
func reply(r micro.Request, m proto.Message, err error) {
	if err == nil {
		b, merr := proto.Marshal(m)
		if merr == nil && len(b) <= maxBody {
			_ = r.Respond(b) // the caller may be gone
			return
		}
		err = ErrTooLarge
	}
	b, _ := proto.Marshal(toWire(err)) // strings only: cannot fail
	_ = r.Respond(b, micro.WithHeaders(micro.Headers{headerError: {"1"}}))
}

// observe traces and measures a call, and drops one whose time is over.
func (s *Server) observe(m contract.Method) endpoint.Middleware {
	name := s.cfg.Service + "." + m.Name
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, in any) (any, error) {
			c := in.(*call)
			if !time.Now().Before(c.deadline) {
				s.measure(ctx, m.Name, c.start, ErrDeadline.Code)
				return nil, ErrDeadline
			}
			ctx, cancel := context.WithDeadline(ctx, c.deadline)
			defer cancel()
			ctx = telemetry.WithTraceParent(ctx, c.trace)
			ctx, span := s.cfg.Telemetry.Tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
			defer span.End()
			ctx = outbox.WithCause(ctx, outbox.Cause{Correlation: c.requestID})
			out, err := next(ctx, c)
			code := "ok"
			if err != nil {
				e := errs.From(err)
				code = e.Code
				span.SetStatus(codes.Error, code)
				s.denied(m.Name, c, err)
				if e.Kind == errs.Internal {
					s.cfg.Telemetry.Log.ErrorContext(ctx, "call failed", "method", m.Name, "error", err)
				}
			} else if m.Command {
				s.commands.Add(1)
				if s.cfg.Done != nil {
					s.cfg.Done(c.principal, m.Name)
				}
			}
			s.measure(ctx, m.Name, c.start, code)
			return out, err
		}
	}
}

// protect turns a panic into an internal error.
func (s *Server) protect(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (out any, err error) {
		defer func() {
			if r := recover(); r != nil {
				out, err = nil, errs.ErrInternal.Because(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		return next(ctx, in)
	}
}

// refusals gives go-kit's own refusals a kind and a code.
func refusals(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		out, err := next(ctx, in)
		if errors.Is(err, ratelimit.ErrLimited) {
			err = ErrOverloaded
		}
		return out, err
	}
}

// live refuses a principal whose session is over. It is asked beside the other calls,
// since identity may have to be asked.
func (s *Server) live(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		if p := in.(*call).principal; p.Session != 0 && s.cfg.Live != nil {
			if err := s.cfg.Live(ctx, p.Session); err != nil {
				return nil, err
			}
		}
		return next(ctx, in)
	}
}

// fitting refuses a request of which a field has not the form that the contract states.
func (s *Server) fitting(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		if err := s.fits(in.(*call).request); err != nil {
			return nil, err
		}
		return next(ctx, in)
	}
}

func (s *Server) fits(request proto.Message) error {
	check := form.Check
	if s.cfg.NamedIDs {
		check = form.CheckNamed
	}
	err := check(request)
	if fault, ok := errors.AsType[*form.Fault](err); ok {
		e := ErrField.With("field", fault.Field).With("form", fault.Form)
		e.Text = fmt.Sprintf("The field %s does not have its form (%s).", fault.Field, fault.Form)
		return e
	}
	return err
}

// standing refuses an officer who says that a person of another county stands
// before him: whoever lets an officer in knows the officer's division, and
// cannot know where each person is registered.
func (s *Server) standing(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		p := in.(*call).principal
		if p.Kind != auth.Officer || p.ActsFor == "" || s.cfg.Covers == nil || slices.Contains(p.Divisions(), auth.Everywhere) {
			return next(ctx, in)
		}
		for _, division := range p.Divisions() {
			covered, err := s.cfg.Covers(ctx, p.ActsFor, division)
			if err != nil {
				return nil, err
			}
			if covered {
				return next(ctx, in)
			}
		}
		return nil, auth.ErrNotYours
	}
}

// once makes a command run once for its key.
func (s *Server) once(m contract.Method) endpoint.Middleware {
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, in any) (any, error) {
			c := in.(*call)
			p := c.principal
			ctx = auth.NewContext(ctx, p)
			if c.key != "" && m.Command {
				b, err := proto.MarshalOptions{Deterministic: true}.Marshal(c.request)
				if err != nil {
					return nil, err
				}
				sum := sha256.Sum256(b)
				ctx = outbox.WithKey(ctx, outbox.Key{
					Scope: string(p.Kind) + "\x00" + p.Subject + "\x00" + m.Name, Key: c.key, Request: sum[:]})
			}
			return next(ctx, c)
		}
	}
}

func (s *Server) invoke(m contract.Method) endpoint.Endpoint {
	return func(ctx context.Context, in any) (any, error) {
		return m.Call(ctx, in.(*call).request)
	}
}
