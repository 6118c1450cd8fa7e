package rpc

import (
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/proto/form"
	"github.com/qiao-platform/qiao/proto/rights"
)

// What one caller may take of a service. Services and officers work through
// lists, imports among them; a person, an employer or a bank does not.
const (
	personPerSecond  = 500
	personAtOnce     = 64
	strangePerSecond = 2000 // tokens from one address that are not known yet
	maxKnown         = 20_000
	forgetAfter      = 10 * time.Minute
)

// maxTimeout bounds how long a caller may let a service work for it.
const maxTimeout = 10 * time.Minute

// header is what a caller sends beside a request and the principal, however the
// request travels.
type header struct{ requestID, key, trace, deadline string }

// enter lets a caller in before anything is done for it: the headers have their
// form, the principal is proved and may call, and it has its share left. leave
// is called when the call is over, also after an error.
func (s *Server) enter(m *method, token string, h header, address string) (c *call, leave func(), err error) {
	return s.admit(m, h, func(at time.Time) (auth.Principal, error) {
		if !s.cfg.Verifier.Knows(token) && address != "" && !s.door.stranger(address, at) {
			return auth.Principal{}, ErrOverloaded
		}
		return s.cfg.Verifier.Verify(token)
	})
}

// admit is enter for a principal however it is proved.
func (s *Server) admit(m *method, h header, prove func(time.Time) (auth.Principal, error)) (c *call, leave func(), err error) {
	c, leave = &call{start: time.Now(), key: h.key}, func() {}
	if c.principal, err = prove(c.start); err != nil {
		return c, leave, err
	}
	if err = c.principal.Check(m.Callers, m.Purposes); err != nil {
		return c, leave, err
	}
	p, ok := c.principal.Narrowed(func(role string) bool { return rights.May(role, m.Service, m.Name) })
	if !ok {
		return c, leave, auth.ErrDenied
	}
	c.principal = p
	if !keyFits(h.key) {
		return c, leave, ErrField.With("field", headerIdempotency).With("form", "key")
	}
	c.deadline = c.start.Add(DefaultTimeout)
	if h.deadline != "" {
		us, err := strconv.ParseInt(h.deadline, 10, 64)
		if err != nil || us < 0 {
			return c, leave, ErrField.With("field", headerDeadline).With("form", "int")
		}
		c.deadline = time.UnixMicro(us)
		if last := c.start.Add(maxTimeout); c.deadline.After(last) {
			c.deadline = last
		}
	}
	// A request id becomes a header of events and stands in the worker's own
	// timeline: one that is no id is replaced, since the caller may not know of it.
	if c.requestID = h.requestID; !form.ID(c.requestID) {
		c.requestID = ident.NewID()
	}
	if traceFits(h.trace) {
		c.trace = h.trace
	}
	leave, ok = s.door.principal(c.principal, c.start)
	if !ok {
		return c, leave, ErrOverloaded
	}
	return c, leave, nil
}

// keyFits says whether an idempotency key has its form: up to 128 letters,
// digits and signs without a space.
func keyFits(key string) bool {
	if len(key) > 128 {
		return false
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

// traceFits says whether a text is a W3C traceparent.
func traceFits(s string) bool {
	if len(s) != 55 {
		return false
	}
	for i := range len(s) {
		hyphen := i == 2 || i == 35 || i == 52
		if hyphen != (s[i] == '-') || !hyphen && (s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}

// door remembers what each caller took lately. Its table is bounded: who was
// not seen for a while is forgotten, and where all are fresh, everybody is.
type door struct {
	mu    sync.Mutex
	known map[string]*share
}

type share struct {
	limit *rate.Limiter
	open  int
	seen  time.Time
}

func newDoor() *door { return &door{known: map[string]*share{}} }

// stranger takes one of an address's tries with a token that is not known.
func (d *door) stranger(address string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of("address "+address, strangePerSecond, now).limit.AllowN(now, 1)
}

// principal takes a principal's share of one call; leave gives it back.
func (d *door) principal(p auth.Principal, now time.Time) (leave func(), ok bool) {
	if p.Kind == auth.Service || p.Kind == auth.Officer {
		return func() {}, true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.of(string(p.Kind)+" "+p.Subject, personPerSecond, now)
	if s.open >= personAtOnce || !s.limit.AllowN(now, 1) {
		return func() {}, false
	}
	s.open++
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		s.open--
	}), true
}

func (d *door) of(name string, perSecond rate.Limit, now time.Time) *share {
	s := d.known[name]
	if s == nil {
		if len(d.known) >= maxKnown {
			d.sweep(now)
		}
		s = &share{limit: rate.NewLimiter(perSecond, int(2*perSecond))}
		d.known[name] = s
	}
	s.seen = now
	return s
}

func (d *door) sweep(now time.Time) {
	for name, s := range d.known {
		if s.open == 0 && now.Sub(s.seen) > forgetAfter {
			delete(d.known, name)
		}
	}
	if len(d.known) >= maxKnown {
		clear(d.known)
	}
}
