package event

import (
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

// Keeper is the service that keeps every worker's own timeline, which the
// worker alone sees (promise 5): of a shared event that concerns a worker it
// gets the bytes, whether the contract names it or not.
const Keeper = "registry"

// Everybody stands for every department among the consumers that a contract names.
const Everybody = "*"

// consumers says who may act on an event type.
type consumers struct {
	message   protoreflect.MessageType
	named     []string
	addressee protoreflect.FieldDescriptor // names the one whom it concerns, or nil
}

func (c consumers) includes(reader string) bool {
	return slices.Contains(c.named, reader) || slices.Contains(c.named, Everybody) && slices.Contains(services.Names(), reader)
}

// concerns reports whether reader may have an event with these bytes.
func (c consumers) concerns(reader string, data []byte) bool {
	if !c.includes(reader) || c.addressee == nil {
		return c.includes(reader)
	}
	m := c.message.New()
	return proto.Unmarshal(data, m.Interface()) != nil || m.Get(c.addressee).String() == reader
}

// declared maps every declared event type, a leading "*" included, to those whom
// the contract names for it.
var declared = sync.OnceValue(func() map[string]consumers {
	all := map[string]consumers{}
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		o, _ := t.Descriptor().Options().(*descriptorpb.MessageOptions)
		if r, _ := proto.GetExtension(o, platformv1.E_Event).(*platformv1.EventRule); r.GetType() != "" {
			all[r.GetType()] = consumers{t, consumersOf(r), t.Descriptor().Fields().ByName(protoreflect.Name(r.GetAddressee()))}
		}
		return true
	})
	return all
})

// MayFill reports whether the contract names reader for anything that service
// publishes.
func MayFill(service, reader string) bool {
	if reader == Keeper {
		return true
	}
	for t, c := range declared() {
		if by, _, _ := strings.Cut(t, "."); (by == service || by == "*") && c.includes(reader) {
			return true
		}
	}
	return false
}

// Concerns reports whether reader may have the bytes of an event: the contract
// names it as one that acts on it, or it is the keeper and a worker is concerned.
func (e *Event) Concerns(reader string) bool {
	if reader == Keeper && e.Worker != "" {
		return true
	}
	by, rest, _ := strings.Cut(e.Type, ".")
	all := declared()
	for _, t := range []string{e.Type, "*." + rest} {
		if c, ok := all[t]; ok {
			return c.concerns(reader, e.Data)
		}
	}
	// A version that is not declared here: whoever acts on another version of it
	// has to set it aside.
	rest = rest[:max(strings.LastIndexByte(rest, '.'), 0)]
	for t, c := range all {
		if strings.HasPrefix(t, by+"."+rest+".") && c.includes(reader) {
			return true
		}
	}
	return false
}
