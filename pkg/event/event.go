// Package event is the event as all services see it: its envelope, its type
// and audience as the contract's options declare them, and its subject on the
// bus. Events carry ids, codes, dates and amounts, never a person's data.
package event

import (
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The headers that a published event bears beside its stored bytes.
const (
	HeaderID    = "Qiao-Id"
	HeaderEpoch = "Qiao-Epoch"
	HeaderSeq   = "Qiao-Seq"
	HeaderChain = "Qiao-Chain"
	HeaderTrace = "traceparent"
	// HeaderSign is the publisher's signature over the position of the last
	// message that it sent together with others; the chain covers all before it.
	HeaderSign = "Qiao-Sign"
	// HeaderAside marks a message that stands for an event which is too large.
	HeaderAside = "Qiao-Aside"
)

// NoDivision stands in subjects for events that concern no county.
const NoDivision = "000000"

// Errors of this package.
var (
	ErrMalformed = errs.New(errs.Invalid, "event.malformed", "The event cannot be read.")
	ErrVersion   = errs.New(errs.Invalid, "event.version_unknown", "The event is of a version that this service does not know.")
	ErrNoRule    = errs.New(errs.Internal, "event.no_rule", "The message is not declared as an event.")
)

// Event is an envelope with its payload still in wire form.
type Event struct {
	ID            string // UUIDv7
	Type          string // service.thing.happened.v1
	Aggregate     string
	Version       int64  // of the aggregate after the change
	Worker        string // pseudonymous reference, or ""
	Division      string // county code, or NoDivision
	OccurredAt    time.Time
	Correlation   string // the first command's request id
	Causation     string // the event that led to this one
	Actor         string // a principal kind
	Via           string
	TraceParent   string
	Data          []byte
	Beside        string // the type of the other version that is published beside it, or ""
	TransportMeta        // set on the consuming side
}

// TransportMeta is where an event stands in its channel.
type TransportMeta struct {
	Channel string
	Epoch   int64
	Seq     int64
}

// Key is what keeps order: the worker, or the aggregate where no person is concerned.
func (e *Event) Key() string {
	if e.Worker != "" {
		return e.Worker
	}
	return e.Aggregate
}

// Marshal returns the stored bytes. They are made once and never again.
func (e *Event) Marshal() ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(&platformv1.Envelope{
		Id: e.ID, Type: e.Type, Aggregate: e.Aggregate, Version: e.Version, Worker: e.Worker,
		Division: e.Division, OccurredAt: e.OccurredAt.UnixMicro(), Correlation: e.Correlation,
		Causation: e.Causation, Actor: e.Actor, Via: e.Via, Traceparent: e.TraceParent, Data: e.Data, Beside: e.Beside,
	})
}

// Parse reads stored bytes. It returns ErrMalformed for anything that is not a
// whole event, and never panics.
func Parse(body []byte) (Event, error) {
	var m platformv1.Envelope
	if err := proto.Unmarshal(body, &m); err != nil {
		return Event{}, ErrMalformed.Because(err)
	}
	if m.GetId() == "" || m.GetAggregate() == "" || strings.Count(m.GetType(), ".") != 3 {
		return Event{}, ErrMalformed
	}
	return Event{
		ID: m.GetId(), Type: m.GetType(), Aggregate: m.GetAggregate(), Version: m.GetVersion(), Worker: m.GetWorker(),
		Division: m.GetDivision(), OccurredAt: time.UnixMicro(m.GetOccurredAt()).UTC(), Correlation: m.GetCorrelation(),
		Causation: m.GetCausation(), Actor: m.GetActor(), Via: m.GetVia(), TraceParent: m.GetTraceparent(), Data: m.GetData(), Beside: m.GetBeside(),
	}, nil
}

// Rule is what the contract declares of an event message.
type Rule struct {
	Type      string // with a leading "*" replaced by the publishing service
	Shared    bool
	Consumers []string
	Basis     string
	Beside    string // the older version that is published beside it, or ""
	Tell      *platformv1.Tell
	Fact      *platformv1.FactNews
	Addressee string // the field that names the one consumer whom it concerns, or ""
}

// RuleOf returns the rule of an event message as service publishes it, or
// ErrNoRule where the message is no event.
func RuleOf(service string, d protoreflect.MessageDescriptor) (Rule, error) {
	o, _ := d.Options().(*descriptorpb.MessageOptions)
	r, _ := proto.GetExtension(o, platformv1.E_Event).(*platformv1.EventRule)
	if r.GetType() == "" {
		return Rule{}, ErrNoRule.With("message", string(d.FullName()))
	}
	t := r.GetType()
	if rest, ok := strings.CutPrefix(t, "*"); ok {
		t = service + rest
	}
	beside := r.GetBeside()
	if rest, ok := strings.CutPrefix(beside, "*"); ok {
		beside = service + rest
	}
	return Rule{Type: t, Shared: r.GetAudience() == platformv1.Audience_AUDIENCE_SHARED, Consumers: consumersOf(r), Basis: r.GetBasis(), Beside: beside, Tell: r.GetTell(), Fact: r.GetFact(), Addressee: r.GetAddressee()}, nil
}

// Rules answers RuleOf for one service and remembers the answers.
type Rules struct {
	service string
	known   sync.Map // protoreflect.FullName → Rule
}

// NewRules returns the rules of what service publishes.
func NewRules(service string) *Rules { return &Rules{service: service} }

// Of returns the rule of a message.
func (r *Rules) Of(m proto.Message) (Rule, error) {
	d := m.ProtoReflect().Descriptor()
	if k, ok := r.known.Load(d.FullName()); ok {
		return k.(Rule), nil
	}
	rule, err := RuleOf(r.service, d)
	if err == nil {
		r.known.Store(d.FullName(), rule)
	}
	return rule, err
}

// Channel names a publisher's partition: service-n.
func Channel(service string, partition int) string { return fmt.Sprintf("%s-%d", service, partition) }

// Partition places a key: the same key is always in the same of n partitions.
func Partition(key string, n int) int {
	if n <= 1 {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // fnv never fails
	return int(h.Sum32() % uint32(n))
}

// Stream names the JetStream stream of a channel.
func Stream(channel string) string { return "ev-" + channel }

// Subjects is the subject filter of a channel's stream.
func Subjects(channel string) string { return "ev." + channel + ".>" }

// typeForm is what follows the service in an event's type.
var typeForm = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.v[0-9]+$`)

// Subject places an event on the bus: ev.<channel>.<division>.<thing>.<happened>.v1,
// so that a county's or a type's events are one wildcard.
// What old data may hold instead of a county's code or a type becomes none.
func Subject(channel, division, eventType string) string {
	if division == "" || !IsDivision(division) {
		division = NoDivision
	}
	_, rest, _ := strings.Cut(eventType, ".")
	if !typeForm.MatchString(rest) {
		rest = "event.unreadable.v0"
	}
	return "ev." + channel + "." + division + "." + rest
}

// Announce is the subject on which a channel's publisher says how far it is.
func Announce(channel string) string { return "announce." + channel }

// Chain extends a channel's hash: SHA-256(previous ‖ id ‖ stored bytes).
func Chain(previous []byte, id string, body []byte) []byte {
	h := sha256.New()
	_, _ = h.Write(previous)
	_, _ = h.Write([]byte(id))
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// Publisher is the service that publishes a channel.
func Publisher(channel string) string {
	if i := strings.LastIndexByte(channel, '-'); i > 0 {
		return channel[:i]
	}
	return channel
}
