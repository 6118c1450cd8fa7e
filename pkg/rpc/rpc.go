// Package rpc serves a contract's methods as go-kit endpoints, bound once and
// reachable over NATS and over HTTP, and calls them. Every call carries a
// signed principal, a deadline, a request id, the trace and, for commands, an
// idempotency key.
package rpc

import (
	"context"
	"net/http"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The headers of a call, the same on both transports.
const (
	headerPrincipal   = "Qiao-Principal"
	headerRequestID   = "Qiao-Request-Id"
	headerIdempotency = "Idempotency-Key"
	headerDeadline    = "Qiao-Deadline" // UTC microseconds
	headerTrace       = "traceparent"
	headerError       = "Qiao-Error" // set on a refused call; the body is a platform Error
)

const (
	// DefaultTimeout is a call's time where the caller set none.
	DefaultTimeout = 10 * time.Second
	// maxBody bounds a request and a reply; NATS takes 1 MiB.
	maxBody = 1<<20 - 16<<10
)

// Errors of this package.
var (
	ErrOverloaded  = errs.New(errs.Overloaded, "rpc.overloaded", "Too many requests at once; try again in a moment.")
	ErrDeadline    = errs.New(errs.Deadline, "rpc.deadline", "The time for this request ran out; whether it was done is not known.")
	ErrUnavailable = errs.New(errs.Unavailable, "rpc.unavailable", "The service does not answer at the moment.")
	ErrMalformed   = errs.New(errs.Invalid, "rpc.malformed", "The request cannot be read.")
	ErrField       = errs.New(errs.Invalid, "rpc.field", "A field does not have the form that it must have.")
	ErrTooLarge    = errs.New(errs.Invalid, "rpc.too_large", "The request or its answer is too large.")
	ErrNoMethod    = errs.New(errs.NotFound, "rpc.method_unknown", "There is no such method.")
)

// Subject is where a method is served on the bus.
func Subject(service, method string) string { return "rpc." + service + "." + method }

// Inbox is where the answers to a user of the bus arrive; no other user may
// listen there.
func Inbox(user string) string { return "_INBOX." + user }

type outgoing struct {
	principal      auth.Principal
	idempotencyKey string
}

type outgoingKey struct{}

// As returns a context whose calls are sent by p. Every call needs one: there
// is no default principal.
func As(ctx context.Context, p auth.Principal) context.Context {
	o, _ := ctx.Value(outgoingKey{}).(outgoing)
	o.principal = p
	return context.WithValue(ctx, outgoingKey{}, o)
}

// Once returns a context whose next command runs once for this key.
func Once(ctx context.Context, key string) context.Context {
	o, _ := ctx.Value(outgoingKey{}).(outgoing)
	o.idempotencyKey = key
	return context.WithValue(ctx, outgoingKey{}, o)
}

func toWire(err error) *platformv1.Error {
	e := errs.From(err)
	return &platformv1.Error{Kind: e.Kind.String(), Code: e.Code, Text: e.Text, Detail: e.Detail}
}

// FromWire is an error as another program said it.
func FromWire(m *platformv1.Error) error {
	e := errs.New(errs.ParseKind(m.GetKind()), m.GetCode(), m.GetText())
	e.Detail = m.GetDetail()
	return e
}

// HTTPStatus maps an error's kind to the status that HTTP callers see.
func HTTPStatus(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusBadRequest
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Denied:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Overloaded:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.Deadline:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}
