// Package errs is the platform's one error type. An error has a kind (what a
// program may do about it), a stable code (what a catalogue translates) and a
// plain English sentence that holds no personal data and no secret, so that it
// may be logged, traced and sent over the wire as it is.
package errs

import (
	"errors"
	"maps"
)

// Kind says what a caller may do about an error. The zero value is Internal,
// so that an error nobody classified is never taken for the caller's fault.
type Kind uint8

// The kinds, and what each means to the caller.
const (
	Internal        Kind = iota // a defect of ours; retrying is of no use
	Invalid                     // the request is wrong in itself; mend it
	Unauthenticated             // the caller did not prove who it is
	Denied                      // the caller may not do this
	NotFound                    // there is no such thing, or not for this caller
	Conflict                    // the thing's state does not allow it now
	Overloaded                  // too much at once; retry after a pause
	Unavailable                 // a dependency is away; retry after a pause
	Deadline                    // the time ran out; whether it happened is not known
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "denied", "not_found", "conflict", "overloaded", "unavailable", "deadline"}

// String returns the kind's stable name, as it crosses the wire.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Internal]
}

// ParseKind is the inverse of Kind.String; an unknown name is Internal.
func ParseKind(s string) Kind {
	for i, n := range kindNames {
		if n == s {
			return Kind(i)
		}
	}
	return Internal
}

// Error is the platform's error. Values made by New are compared by code, so
// a copy that crossed the wire or carries detail still matches its original.
type Error struct {
	Kind   Kind
	Code   string            // stable, e.g. "employment.offer.lapsed"
	Text   string            // one English sentence, safe to show
	Detail map[string]string // safe values for the sentence in other languages: ids, codes, dates, amounts
	cause  error             // never leaves the process
}

// New declares an error. Packages keep the result in a variable and return it,
// or a copy of it made by With or Because.
func New(kind Kind, code, text string) *Error {
	return &Error{Kind: kind, Code: code, Text: text}
}

// Error returns the code, the sentence and, for the local log only, the cause.
func (e *Error) Error() string {
	s := e.Code + ": " + e.Text
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the local cause, nil after a wire crossing.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is a platform error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy with one more safe detail. The value must be an id, a
// code, a date or an amount: it crosses the wire and may be logged.
func (e *Error) With(key, value string) *Error {
	c := *e
	c.Detail = maps.Clone(e.Detail)
	if c.Detail == nil {
		c.Detail = map[string]string{}
	}
	c.Detail[key] = value
	return &c
}

// Because returns a copy that wraps a local cause. The cause is for this
// process's log and never crosses the wire.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// ErrInternal is what callers see of an error that no package classified.
var ErrInternal = New(Internal, "internal", "Something went wrong on our side; it has been recorded.")

// From returns err as a platform error: itself if it is one, else ErrInternal
// wrapping it. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return ErrInternal.Because(err)
}

// none is the kind of no error; it equals no other.
const none Kind = 255

// KindOf returns the kind of err, Internal where nobody classified it. The kind
// of nil equals no named kind.
func KindOf(err error) Kind {
	if err == nil {
		return none
	}
	return From(err).Kind
}

// CodeOf returns the stable code of err, "internal" where nobody gave one and
// "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	return From(err).Code
}
