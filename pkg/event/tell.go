package event

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Tell is what the contract says of telling a worker of an event: that the
// worker is told, about what, and unless what.
type Tell struct {
	Type, Kind   string // of the event, and of what it is about
	Clock        bool   // the message's arrival starts a clock
	message      protoreflect.MessageType
	about        protoreflect.FieldDescriptor
	only, unless condition
}

// condition holds where a field has a value; the zero one has no field.
type condition struct {
	field protoreflect.FieldDescriptor
	value string
}

func (c condition) holds(m protoreflect.Message) bool {
	return c.field != nil && m.Get(c.field).String() == c.value
}

// Tells lists what a service's contract, which must be linked into the program,
// tells workers of. A rule that names a field which its event does not have is an
// error.
func Tells(service string) (all []Tell, err error) {
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("qiao."+service+".v1"), func(f protoreflect.FileDescriptor) bool {
		for i := range f.Messages().Len() {
			t, told, e := tellOf(service, f.Messages().Get(i))
			if e != nil {
				err = e
				return false
			}
			if told {
				all = append(all, t)
			}
		}
		return true
	})
	slices.SortFunc(all, func(a, b Tell) int { return strings.Compare(a.Type, b.Type) })
	return all, err
}

func tellOf(service string, d protoreflect.MessageDescriptor) (t Tell, told bool, err error) {
	rule, err := RuleOf(service, d)
	if err != nil || rule.Tell == nil {
		return Tell{}, false, nil
	}
	m, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return Tell{}, false, fmt.Errorf("event: %w", err)
	}
	field := func(name string, kinds ...protoreflect.Kind) protoreflect.FieldDescriptor {
		f := d.Fields().ByName(protoreflect.Name(name))
		if f == nil || f.IsList() || !slices.Contains(kinds, f.Kind()) {
			err = fmt.Errorf("event: the contract of %s tells by the field %q, which it has not, or not as such", d.FullName(), name)
		}
		return f
	}
	where := func(c *platformv1.FieldIs) condition {
		if c == nil {
			return condition{}
		}
		return condition{field(c.GetField(), protoreflect.StringKind, protoreflect.BoolKind), c.GetValue()}
	}
	t = Tell{
		Type: rule.Type, Kind: rule.Tell.GetKind(), Clock: rule.Tell.GetClock(), message: m, about: field(rule.Tell.GetAbout(), protoreflect.StringKind),
		only: where(rule.Tell.GetOnly()), unless: where(rule.Tell.GetUnless()),
	}
	if err == nil && (t.Kind == "" || !rule.Shared) {
		err = fmt.Errorf("event: %s tells a worker, and has no kind or is not shared", d.FullName())
	}
	return t, true, err
}

// Of reads an event's bytes: its message, and the id that the worker is told
// about, which is "" where the worker needs not be told.
func (t Tell) Of(e Event) (m proto.Message, about string, err error) {
	v := t.message.New()
	if err := proto.Unmarshal(e.Data, v.Interface()); err != nil {
		return nil, "", ErrMalformed.Because(err)
	}
	if t.only.field != nil && !t.only.holds(v) || t.unless.holds(v) {
		return v.Interface(), "", nil
	}
	return v.Interface(), v.Get(t.about).String(), nil
}

// Template names the texts of the message that tells of an event type.
func Template(eventType string) string { return strings.TrimSuffix(eventType, ".v1") }

// kinds are the kinds of what messages are about, by template.
var kinds = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		if rule, err := RuleOf("*", m.Descriptor()); err == nil && rule.Tell != nil {
			all[Template(rule.Type)] = rule.Tell.GetKind()
		}
		return true
	})
	return all
})

// KindOf is the kind of what a message of a template is about, or "" where no
// contract that is linked into the program tells of that.
func KindOf(template string) string { return kinds()[template] }
