package rpc

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/form"
)

// Served is a service with the methods that it serves.
type Served struct {
	Service string
	Methods []contract.Method
}

// OpenAPI serves the description of the HTTP binding, made from the contracts.
func OpenAPI(all []Served) http.Handler {
	paths, schemas := map[string]any{}, map[string]any{}
	for _, s := range all {
		for _, m := range s.Methods {
			in, out := m.New().ProtoReflect().Descriptor(), m.NewReply().ProtoReflect().Descriptor()
			op := map[string]any{
				"operationId": s.Service + "." + m.Name, "tags": []string{s.Service},
				"description": "Callers: " + strings.Join(m.Callers, ", ") + ".",
				"requestBody": map[string]any{"required": true, "content": jsonContent(ref(schemas, in))},
				"responses": map[string]any{
					"200":     map[string]any{"description": "done", "content": jsonContent(ref(schemas, out))},
					"default": map[string]any{"description": "refused: kind, stable code and a sentence", "content": jsonContent(map[string]any{"$ref": "#/components/schemas/Error"})},
				},
			}
			if m.Command {
				op["parameters"] = []any{map[string]any{"name": headerIdempotency, "in": "header", "schema": map[string]any{"type": "string"}, "description": "the command runs once for this key"}}
			}
			paths["/rpc/"+s.Service+"/"+m.Name] = map[string]any{"post": op}
		}
	}
	text := map[string]any{"type": "string"}
	schemas["Error"] = map[string]any{"type": "object", "properties": map[string]any{"kind": text, "code": text, "text": text, "detail": map[string]any{"type": "object", "additionalProperties": text}}}
	doc, err := json.MarshalIndent(map[string]any{
		"openapi": "3.1.0", "info": map[string]any{"title": "Qiao", "version": "1"}, "paths": paths,
		"components": map[string]any{"schemas": schemas, "securitySchemes": map[string]any{"principal": map[string]any{"type": "http", "scheme": "bearer", "description": "a signed principal"}}},
		"security":   []any{map[string]any{"principal": []string{}}},
	}, "", " ")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(doc)
	})
}

func jsonContent(schema any) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": schema}}
}

// ref adds a message and what it holds to the schemas and returns a reference.
func ref(schemas map[string]any, d protoreflect.MessageDescriptor) map[string]any {
	name := string(d.FullName())
	if _, known := schemas[name]; !known {
		properties := map[string]any{}
		schemas[name] = map[string]any{"type": "object", "properties": properties}
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			properties[f.JSONName()] = field(schemas, f)
		}
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

func field(schemas map[string]any, f protoreflect.FieldDescriptor) map[string]any {
	if f.IsMap() {
		return map[string]any{"type": "object", "additionalProperties": field(schemas, f.MapValue())}
	}
	var s map[string]any
	switch f.Kind() {
	case protoreflect.MessageKind:
		s = ref(schemas, f.Message())
	case protoreflect.BoolKind:
		s = map[string]any{"type": "boolean"}
	case protoreflect.Int32Kind:
		s = map[string]any{"type": "integer"}
	case protoreflect.Int64Kind:
		s = map[string]any{"type": "string", "format": "int64"}
	case protoreflect.BytesKind:
		s = map[string]any{"type": "string", "format": "byte"}
	default:
		s = map[string]any{"type": "string"}
	}
	own, known := form.Of(f)
	if known {
		stated(s, f, own)
	}
	if f.IsList() {
		list := map[string]any{"type": "array", "items": s}
		if known {
			list["maxItems"] = own.Most
		}
		return list
	}
	return s
}

// stated writes the form of a field's values, which is checked in requests.
func stated(s map[string]any, f protoreflect.FieldDescriptor, own form.Form) {
	switch {
	case f.Kind() == protoreflect.StringKind && own.Longest > 0:
		s["maxLength"] = own.Longest
		if own.Pattern != "" {
			s["pattern"] = "^$|" + own.Pattern // empty is what is not given
		}
	case f.Kind() == protoreflect.Int32Kind && own.Max > 0:
		s["minimum"], s["maximum"] = own.Min, own.Max
	case f.Kind() == protoreflect.Int64Kind && own.Max > 0: // a number in quotes, which JSON Schema gives no range
		s["description"] = "from " + strconv.FormatInt(own.Min, 10) + " to " + strconv.FormatInt(own.Max, 10)
	}
}
