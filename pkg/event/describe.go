package event

import (
	"bytes"
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Describe gives an event's own fields as indented JSON: ids, codes, dates and
// amounts, without the person whom it concerns. The event's message must be
// linked into the program; else, and for bytes that it cannot read, it returns
// ErrMalformed.
func Describe(e Event) (string, error) {
	service, _, _ := strings.Cut(e.Type, ".")
	var found protoreflect.MessageType
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		if r, err := RuleOf(service, t.Descriptor()); err == nil && r.Type == e.Type {
			found = t
		}
		return found == nil
	})
	if found == nil {
		return "", ErrMalformed
	}
	m := found.New().Interface()
	if err := proto.Unmarshal(e.Data, m); err != nil {
		return "", ErrMalformed.Because(err)
	}
	b, err := protojson.Marshal(m)
	if err != nil {
		return "", ErrMalformed.Because(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil { // protojson's own spaces differ from run to run
		return "", ErrMalformed.Because(err)
	}
	return out.String(), nil
}
