// Package facts reads an event's fields by name, whatever its type: for the
// worker's timeline, and for the values of messages. Events carry ids, codes,
// dates and amounts only, so everything in them may be shown to the worker.
package facts

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/event"
	_ "github.com/qiao-platform/qiao/proto/services/contracts" // every contract whose events come onto a timeline
)

// Types finds the message of an event type.
type Types map[string]protoreflect.MessageType

// Load walks the contracts once and finds every event in them.
func Load() Types {
	all := Types{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "qiao.") {
			return true
		}
		for i := range f.Messages().Len() {
			d := f.Messages().Get(i)
			rule, err := event.RuleOf("*", d) // types that any service may publish keep their star
			if err != nil {
				continue
			}
			if m, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName()); err == nil {
				all[rule.Type] = m
			}
		}
		return true
	})
	return all
}

// News says which fact an event is news of: its kind, and the id of the record.
func (t Types) News(eventType string, data []byte) (kind, id string, is bool) {
	m, ok := t[eventType]
	if !ok {
		return "", "", false
	}
	rule, err := event.RuleOf("*", m.Descriptor())
	if err != nil || rule.Fact == nil {
		return "", "", false
	}
	id = t.Read(eventType, data)[rule.Fact.GetId()]
	return rule.Fact.GetKind(), id, id != ""
}

// Read reads the fields of an event. A type that is not known, and bytes that
// cannot be read, have none: the step itself is still shown.
func (t Types) Read(eventType string, data []byte) map[string]string {
	m, ok := t[eventType]
	if !ok {
		return nil
	}
	v := m.New()
	if err := proto.Unmarshal(data, v.Interface()); err != nil {
		return nil
	}
	return Of(v.Interface())
}

// elsewhere are the fields by which an event names another reference, and what was
// given to it. After a parting that is another person, so neither a timeline nor a
// message ever shows them.
var elsewhere = map[protoreflect.FullName][]protoreflect.Name{
	"qiao.registry.v1.WorkerJoined": {"alias", "into"},
	"qiao.registry.v1.WorkerParted": {"alias", "into", "to_alias", "to_into"},
}

// Of reads the fields of a message; empty texts and lists are left out, and what is
// another's.
func Of(m proto.Message) map[string]string {
	v := m.ProtoReflect()
	all := map[string]string{}
	fields := v.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.IsMap() || f.Message() != nil || slices.Contains(elsewhere[v.Descriptor().FullName()], f.Name()) {
			continue // events have neither of the first two
		}
		if f.IsList() {
			var parts []string
			for j := range v.Get(f).List().Len() {
				parts = append(parts, v.Get(f).List().Get(j).String())
			}
			if len(parts) > 0 {
				all[string(f.Name())] = strings.Join(parts, ",")
			}
			continue
		}
		if s := v.Get(f).String(); s != "" {
			all[string(f.Name())] = s
		}
	}
	return all
}
