package event

import (
	"regexp"

	"github.com/qiao-platform/qiao/pkg/errs"
)

const (
	// MaxStored is the size of an event that a service may write. Ids, codes,
	// dates and amounts need a hundredth of it.
	MaxStored = 64 << 10
	// MaxCarried is the size of an event that the bus and an answer carry: both
	// take a mebibyte with what goes around it.
	MaxCarried = 900 << 10
)

// Errors of events that cannot be written or carried.
var (
	ErrTooLarge  = errs.New(errs.Invalid, "event.too_large", "The change is larger than an event may be.")
	ErrReference = errs.New(errs.Invalid, "event.reference", "A person or a thing is named by something that is no reference of the platform.")
	// ErrSetAside is why a reader has an event's number and hash, but not its bytes.
	ErrSetAside = errs.New(errs.Conflict, "event.set_aside", "The event is larger than the bus and answers carry. Its publisher has set it aside, and an officer of operations there decides.")
	// ErrReleased marks an event that an officer let go to its readers without what made it too large.
	ErrReleased = errs.New(errs.Conflict, "event.released", "The event was set aside and then released without what made it too large.")
)

var (
	uuidForm      = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,159}$`)
	divisionForm  = regexp.MustCompile(`^[0-9]{6}$`)
	// longNumber may be the number of a document or a telephone.
	longNumber = regexp.MustCompile(`[0-9]{7,}`)
)

// IsReference reports whether a text may name a person or a thing in an event:
// letters of ASCII, digits and a few signs, and never a long number by itself.
func IsReference(s string) bool {
	return uuidForm.MatchString(s) || referenceForm.MatchString(s) && !longNumber.MatchString(withoutUUIDs(s))
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// withoutUUIDs leaves out what chance may fill with digits alone.
func withoutUUIDs(s string) string { return uuids.ReplaceAllString(s, "") }

// IsCause reports whether a text may stand in an event as a request's id or as
// another event's: whoever calls chooses the first.
func IsCause(s string) bool { return s == "" || len(s) <= 128 && referenceForm.MatchString(s) }

// IsDivision reports whether a text is a county's code, or none.
func IsDivision(s string) bool { return s == "" || divisionForm.MatchString(s) }

// Check returns ErrReference where a field of the envelope may not be written.
func (e *Event) Check() error {
	for name, ok := range map[string]bool{
		"aggregate": IsReference(e.Aggregate), "worker": e.Worker == "" || IsReference(e.Worker), "division": IsDivision(e.Division),
		"correlation": IsCause(e.Correlation), "causation": IsCause(e.Causation), "via": IsCause(e.Via), "actor": IsCause(e.Actor),
	} {
		if !ok {
			return ErrReference.With("field", name)
		}
	}
	return nil
}

// Bare is the event without what is not its own: who asked for it, by which
// way, and in which trace. Whatever a caller could once make large is in there.
func (e Event) Bare() Event {
	e.Correlation, e.Causation, e.TraceParent = "", "", ""
	if !IsCause(e.Via) {
		e.Via = ""
	}
	if !IsCause(e.Actor) {
		e.Actor = ""
	}
	if !IsDivision(e.Division) {
		e.Division = NoDivision
	}
	return e
}
