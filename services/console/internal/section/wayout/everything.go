package wayout

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Format is what the file says it is.
const Format = "qiao.everything.v1"

// pageRows is how many things of a long list are asked for at once.
const pageRows = 500

// read is a method by which people read what is their own.
type read struct {
	service, method string
	asks            protoreflect.MessageType
	reply           protoreflect.MessageType
	own             bool // of devices and ways to sign in
	// id is the field that names one of many things, as found in what was read before;
	// nil where the person alone is asked for.
	id protoreflect.FieldDescriptor
}

// ownReads are all reads that the contracts let a worker make for the own record or the own
// access, and which ask for nothing but the person or one thing of theirs. Lists come before
// what they lead to.
func ownReads() (all []read) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		service, ok := strings.CutSuffix(strings.TrimPrefix(string(f.Package()), "qiao."), ".v1")
		if !ok || service == "platform" {
			return true
		}
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				if r, ok := readOf(service, f.Services().Get(i).Methods().Get(j)); ok {
					all = append(all, r)
				}
			}
		}
		return true
	})
	slices.SortFunc(all, func(a, b read) int {
		return cmp.Or(boolean(a.id != nil)-boolean(b.id != nil), strings.Compare(a.service, b.service), strings.Compare(a.method, b.method))
	})
	return all
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// readOf reports whether a method is such a read.
func readOf(service string, m protoreflect.MethodDescriptor) (r read, ok bool) {
	rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
	record, access := slices.Contains(rule.GetPurposes(), frame.OwnRecord.Code), slices.Contains(rule.GetPurposes(), frame.OwnAccess.Code)
	lists := record || access && strings.HasPrefix(string(m.Name()), "List") // what else is for the own access begins something
	if rule == nil || rule.GetCommand() || !slices.Contains(rule.GetCallers(), "worker") || !lists {
		return r, false
	}
	asks, err := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
	if err != nil {
		return r, false
	}
	reply, err := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
	if err != nil {
		return r, false
	}
	r = read{service: service, method: string(m.Name()), asks: asks, reply: reply, own: access && !record}
	for i := range m.Input().Fields().Len() {
		switch f := m.Input().Fields().Get(i); {
		case slices.Contains([]protoreflect.Name{"worker", "case_id", "limit", "folded", "skip", "before"}, f.Name()):
		case r.id == nil && !r.own && f.Kind() == protoreflect.StringKind && strings.HasSuffix(string(f.Name()), "_id"):
			r.id = f
		default:
			return r, false
		}
	}
	return r, true
}

// request asks for a person's things, but for so many of the newest.
func (r read) request(worker string, skip int) proto.Message {
	m := r.asks.New()
	for name, value := range map[protoreflect.Name]protoreflect.Value{
		"worker": protoreflect.ValueOfString(worker), "limit": protoreflect.ValueOfInt32(pageRows), "skip": protoreflect.ValueOfInt32(int32(skip)),
	} {
		if f := m.Descriptor().Fields().ByName(name); f != nil {
			m.Set(f, value)
		}
	}
	return m.Interface()
}

// part is what one read gave.
type part struct {
	Department string            `json:"department"`
	Method     string            `json:"method"`
	Data       []json.RawMessage `json:"data"`
	// Refused are the things that the department has by that id and shows nothing of.
	Refused map[string]string `json:"refused,omitempty"`

	reply protoreflect.MessageDescriptor
}

// everything asks every department for all that it shows the person, one after the other. A
// department that does not answer ends it: who is told that this is everything must be able
// to rely on it.
func (s *pages) everything(v *frame.Visit, worker string) (all []part, err error) {
	found := map[string][]string{} // by service and name of the field
	for _, r := range s.reads {
		if may, err := v.May(r.service + "." + r.method); err != nil || !may { // of who was not seen at a counter, say
			if err != nil {
				return nil, err
			}
			continue
		}
		ctx := v.As(frame.OwnRecord)
		if r.own {
			ctx = v.As(frame.OwnAccess)
		}
		p := part{Department: r.service, Method: r.method, reply: r.reply.Descriptor()}
		if r.id == nil {
			err = s.list(ctx, r, worker, &p, found)
		} else {
			err = s.each(ctx, r, worker, &p, found[r.service+"."+string(r.id.Name())])
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// list reads a list to its end, and notes the ids in it.
func (s *pages) list(ctx context.Context, r read, worker string, p *part, found map[string][]string) error {
	skip, req := 0, r.request(worker, 0)
	for {
		reply := r.reply.New().Interface()
		switch err := s.caller.Call(ctx, r.service, r.method, req, reply); {
		case errs.KindOf(err) == errs.NotFound: // as of a profile that nobody wrote
			return nil
		case err != nil:
			return err
		}
		if err := p.add(reply); err != nil {
			return err
		}
		ids(r.service, reply.ProtoReflect(), found)
		if req = r.next(worker, &skip, reply.ProtoReflect()); req == nil {
			return nil
		}
	}
}

// next asks for what follows a full page; nil is that there is no more.
func (r read) next(worker string, skip *int, reply protoreflect.Message) proto.Message {
	fields := r.asks.Descriptor().Fields()
	skips, before := fields.ByName("skip"), fields.ByName("before")
	if skips == nil && before == nil || reply.Descriptor().Fields().Len() == 0 {
		return nil
	}
	list := reply.Descriptor().Fields().Get(0)
	rows := reply.Get(list).List()
	if rows.Len() < pageRows {
		return nil
	}
	*skip += rows.Len()
	req := r.request(worker, *skip)
	if before != nil { // the moment of the last step; those of one moment come together
		last := rows.Get(rows.Len() - 1).Message()
		req.ProtoReflect().Set(before, last.Get(last.Descriptor().Fields().ByName("occurred_at")))
	}
	return req
}

// each reads the things that lists named by their ids.
func (s *pages) each(ctx context.Context, r read, worker string, p *part, which []string) error {
	for _, id := range which {
		req := r.request(worker, 0)
		req.ProtoReflect().Set(r.id, protoreflect.ValueOfString(id))
		reply := r.reply.New().Interface()
		switch err := s.caller.Call(ctx, r.service, r.method, req, reply); errs.KindOf(err) {
		case errs.NotFound, errs.Conflict, errs.Invalid, errs.Denied: // another department's id of that name, or nothing to see yet
			if p.Refused == nil {
				p.Refused = map[string]string{}
			}
			p.Refused[id] = errs.CodeOf(err)
			continue
		default:
			if err != nil {
				return err
			}
		}
		if err := p.add(reply); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) add(reply proto.Message) error {
	b, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(reply)
	if err == nil {
		p.Data = append(p.Data, b)
	}
	return err
}

// ids notes each id in a message under its field's name, and each of a list of ids under the
// name of one.
func ids(service string, m protoreflect.Message, found map[string][]string) {
	note := func(name, id string) {
		if key := service + "." + name; id != "" && !slices.Contains(found[key], id) {
			found[key] = append(found[key], id)
		}
	}
	m.Range(func(f protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		name := string(f.Name())
		switch {
		case f.IsMap():
		case f.IsList():
			for i := range value.List().Len() {
				switch one := value.List().Get(i); {
				case f.Message() != nil:
					ids(service, one.Message(), found)
				case strings.HasSuffix(name, "_ids"):
					note(strings.TrimSuffix(name, "s"), one.String())
				}
			}
		case f.Message() != nil:
			ids(service, value.Message(), found)
		case f.Kind() == protoreflect.StringKind && strings.HasSuffix(name, "_id"):
			note(name, value.String())
		}
		return true
	})
}

// packed writes the file: the data, what it holds in the person's language, and its fields.
func packed(p *words.Printer, all []part, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	data, err := json.MarshalIndent(struct {
		Format string `json:"format"`
		MadeAt string `json:"made_at"`
		Parts  []part `json:"parts"`
	}{Format, now.UTC().Format(time.RFC3339), all}, "", " ")
	if err != nil {
		return nil, err
	}
	fields, err := described(all)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name string
		b    []byte
	}{{"everything.json", data}, {"fields.csv", fields}, {"README.txt", []byte(readme(p, all))}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: now.UTC()})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.b); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// readme says in the person's language what the file holds and how it is written.
func readme(p *words.Printer, all []part) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\r\n") } // for the simplest of editors
	line(p.T("wayout.readme.what"))
	line("")
	line(p.T("wayout.readme.form", "on", "_on", "at", "_at", "by", "_by", "fen", "_fen", "refused", "refused"))
	line("")
	for _, one := range all {
		line(fmt.Sprintf("%s / %s: %d", p.Service(one.Department), one.Method, len(one.Data)))
	}
	return b.String()
}

// described lists every field that can be in the file: of which read and message, its name
// and kind.
func described(all []part) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"department", "method", "message", "field", "kind"})
	for _, p := range all {
		seen := map[protoreflect.FullName]bool{}
		var walk func(d protoreflect.MessageDescriptor)
		walk = func(d protoreflect.MessageDescriptor) {
			if seen[d.FullName()] {
				return
			}
			seen[d.FullName()] = true
			for i := range d.Fields().Len() {
				f := d.Fields().Get(i)
				_ = w.Write([]string{p.Department, p.Method, string(d.Name()), string(f.Name()), kindOf(f)})
				if f.Message() != nil && !f.IsMap() {
					walk(f.Message())
				}
			}
		}
		walk(p.reply)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// kindOf names a field's kind, and its unit where its name says it.
func kindOf(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	switch {
	case f.IsMap():
		return "map"
	case f.Message() != nil:
		kind = string(f.Message().Name())
	case f.Kind() == protoreflect.Int64Kind && strings.HasSuffix(string(f.Name()), "_fen"):
		kind = "money, 0.01 yuan"
	case f.Kind() == protoreflect.Int64Kind && moment(string(f.Name())):
		kind = "time, microseconds since 1970-01-01 UTC"
	}
	if f.IsList() {
		return "list of " + kind
	}
	return kind
}

// moment reports whether a whole number of this name is a moment.
func moment(name string) bool {
	return name == "at" || strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_by") || strings.HasSuffix(name, "_until")
}
