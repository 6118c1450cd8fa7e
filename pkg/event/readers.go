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
)

// Keeper is the service that keeps every worker's own timeline, which the
// worker alone sees (promise 5): of a shared event that concerns a worker it
// gets the bytes, whether the contract names it or not.
const Keeper = "registry"

// consumers maps every declared event type, a leading "*" included, to the
// services that the contract names for it.
var consumers = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		o, _ := t.Descriptor().Options().(*descriptorpb.MessageOptions)
		if r, _ := proto.GetExtension(o, platformv1.E_Event).(*platformv1.EventRule); r.GetType() != "" {
			all[r.GetType()] = r.GetConsumers()
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
	for t, readers := range consumers() {
		if by, _, _ := strings.Cut(t, "."); (by == service || by == "*") && slices.Contains(readers, reader) {
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
	all := consumers()
	for _, t := range []string{e.Type, "*." + rest} {
		if readers, ok := all[t]; ok {
			return slices.Contains(readers, reader)
		}
	}
	// A version that is not declared here: whoever acts on another version of it
	// has to set it aside.
	rest = rest[:max(strings.LastIndexByte(rest, '.'), 0)]
	for t, readers := range all {
		if strings.HasPrefix(t, by+"."+rest+".") && slices.Contains(readers, reader) {
			return true
		}
	}
	return false
}
