package standalone_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/form"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

// kept is a log that a test reads.
type kept struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write takes a line.
func (k *kept) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(b)
}

func (k *kept) all() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return bytes.Clone(k.b.Bytes())
}

// marks are a person's data that nothing else holds, of one service and one kind
// of field: prose is meant for people and may stand in the tables of who holds it.
func (l *populated) marks(service int, prose bool) map[string]string {
	n := 2 * service
	if prose {
		n++
	}
	return map[string]string{
		"a name":      "古丽" + string(rune('甲'+n)) + "扎提",
		"a document":  ident.Invented(l.today.AddYears(-41), 700+n),
		"a telephone": fmt.Sprintf("1398765%04d", 4300+n),
		"free text":   fmt.Sprintf("she is ill and hides it, note %d of hers", 8100+n),
	}
}

// texts calls f for each text field of a message, and of what it holds, with
// a way to set it; a message that is held is made where there is none.
func texts(m protoreflect.Message, f func(d protoreflect.FieldDescriptor, set func(string))) {
	for i := range m.Descriptor().Fields().Len() {
		d := m.Descriptor().Fields().Get(i)
		switch {
		case d.IsMap():
		case d.Kind() == protoreflect.StringKind && d.IsList():
			f(d, func(s string) { m.Mutable(d).List().Append(protoreflect.ValueOfString(s)) })
		case d.Kind() == protoreflect.StringKind:
			f(d, func(s string) { m.Set(d, protoreflect.ValueOfString(s)) })
		case d.Kind() == protoreflect.MessageKind && d.IsList():
			texts(m.Mutable(d).List().AppendMutable().Message(), f)
		case d.Kind() == protoreflect.MessageKind:
			texts(m.Mutable(d).Message(), f)
		}
	}
}

func anywhere(department, actsFor string) auth.Principal {
	return auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: department, Division: auth.Everywhere, ActsFor: actsFor}
}

// allowed is a principal that the contract lets call a method.
func (l *populated) allowed(callers []string) (contract.Caller, auth.Principal) {
	c := callers[0]
	if slices.Contains(callers, "worker") {
		c = "worker"
	}
	kind, which, _ := strings.Cut(c, ":")
	w := l.ids["worker"]
	switch auth.Kind(kind) {
	case auth.Officer:
		if which == "" {
			which = "hrss"
		}
		return l.demo, anywhere(which, w)
	case auth.Service:
		if which == "" {
			which = "education"
		}
		return l.as(which), auth.Principal{Kind: auth.Service, Subject: which, Via: auth.ViaSystem}
	case auth.Employer:
		return l.demo, auth.Principal{Kind: auth.Employer, Subject: l.ids["employer_id"], Via: auth.ViaWeb}
	case auth.Administrator: // whose principals rest on sessions; this one was never revoked
		if which == "" {
			which = "system"
		}
		return l.as(run.People), auth.Principal{Kind: auth.Administrator, Subject: "a-1", Department: which, Division: auth.Everywhere, Via: auth.ViaWeb, Session: 1, Role: "administrator"}
	case auth.Partner:
		return l.demo, auth.Principal{Kind: auth.Partner, Subject: "psbc", Via: auth.ViaWeb}
	}
	return l.demo, auth.Principal{Kind: auth.Kind(kind), Subject: w, Via: auth.ViaWeb}
}

// prose reports whether a field is meant for people to read: a text that is no
// firm's code and no telephone number, whose forms services read themselves.
func prose(d protoreflect.FieldDescriptor) bool {
	own, _ := form.Of(d)
	if slices.Contains([]protoreflect.Name{"uscc", "employer_uscc", "phone"}, d.Name()) {
		return false
	}
	return strings.HasPrefix(own.Name, "text") || strings.HasPrefix(own.Name, "lines") || own.Name == "label" || strings.HasPrefix(own.Name, "staff")
}

// slipped puts marks into the calls of the demonstration, whose requests are
// whole and come when their case is ready for them, so that they are taken where
// nothing but one text is wrong. Each of a method's first calls is tried with a
// mark in one field after the other; it goes on with the first that is taken in a
// field of prose, so that the demonstration's own life does not change.
type slipped struct {
	*populated
	services []string
	enough   context.CancelFunc // ends the demonstration
	mu       sync.Mutex
	calls    int
	seen     map[string]int                 // by method
	taken    map[protoreflect.FullName]bool // fields in which a mark was taken
	tries    int
}

// Call implements contract.Caller.
func (s *slipped) Call(ctx context.Context, service, method string, req, reply proto.Message) error {
	s.mu.Lock()
	if s.calls++; s.calls == 6000 {
		s.enough()
	}
	at := s.seen[method]
	s.seen[method]++
	s.mu.Unlock()
	if at >= 8 {
		return s.demo.Call(ctx, service, method, req, reply)
	}
	n, kind := slices.Index(s.services, service), []string{"a name", "a document", "a telephone", "free text"}[at%4]
	fields := 0
	texts(proto.Clone(req).ProtoReflect(), func(protoreflect.FieldDescriptor, func(string)) { fields++ })
	for f := range fields {
		var field protoreflect.FieldDescriptor
		r, i := proto.Clone(req), 0
		texts(r.ProtoReflect(), func(d protoreflect.FieldDescriptor, set func(string)) {
			if i == (at+f)%fields {
				field = d
				set(s.marks(n, prose(d))[kind])
			}
			i++
		})
		into := proto.Clone(reply)
		err := s.demo.Call(rpc.Once(ctx, ident.NewID()), service, method, r, into)
		s.mu.Lock()
		s.tries++
		s.taken[field.FullName()] = s.taken[field.FullName()] || err == nil
		s.mu.Unlock()
		if err == nil && prose(field) {
			proto.Merge(reply, into)
			return nil
		}
	}
	return s.demo.Call(ctx, service, method, req, reply)
}

// TestNoPersonTravels sends a name, a document number, a telephone number and
// free text into every text field of every method, the headers among them, as
// somebody who may call it. None of it may be found on the bus, in another
// service's tables, in logs, traces or metrics; and what was sent into the field
// of a code or an id is found nowhere at all.
func TestNoPersonTravels(t *testing.T) {
	l := populate(t)
	began := time.Now()
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	traced := telemetry.WithTraceParent(context.Background(), "00-"+trace+"-00f067aa0ba902b7-01")
	names := slices.Sorted(maps.Keys(l.methods))
	living, enough := context.WithTimeout(traced, 2*time.Minute)
	defer enough()
	life := &slipped{populated: l, services: names, enough: enough, seen: map[string]int{}, taken: map[protoreflect.FullName]bool{}}
	if err := demo.Run(living, demo.Config{Caller: life, Services: names, People: 120, Seed: 1, Pace: 1000, Tell: func(s string) { t.Log(s) }}); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(life.taken, func(_ protoreflect.FullName, taken bool) bool { return !taken })
	t.Logf("the demonstration: %d methods, %d tries; a mark was taken in %d fields: %v", len(life.seen), life.tries, len(life.taken), slices.Sorted(maps.Keys(life.taken)))
	if len(life.taken) < 20 {
		t.Errorf("only these fields were reached: %v", slices.Collect(maps.Keys(life.taken)))
	}
	var methods, fields, calls, taken int
	for n, service := range names {
		for _, m := range l.methods[service] {
			if len(m.Callers) == 0 || m.Name == "CloseAccount" { // it would end the life that is tried
				continue
			}
			methods++
			caller, who := l.allowed(m.Callers)
			count := 0
			texts(m.New().ProtoReflect(), func(protoreflect.FieldDescriptor, func(string)) { count++ })
			fields += count
			for i := range count {
				for what := range l.marks(n, false) {
					req := l.request(service, m, true)
					at := 0
					texts(req.ProtoReflect(), func(d protoreflect.FieldDescriptor, set func(string)) {
						if at++; at != i+1 {
							return
						}
						set(l.marks(n, prose(d))[what])
					})
					ctx, cancel := context.WithTimeout(rpc.As(traced, whole(who, m)), time.Minute)
					calls++
					if caller.Call(rpc.Once(ctx, ident.NewID()), service, m.Name, req, m.NewReply()) == nil {
						taken++
					}
					cancel()
				}
			}
		}
	}
	ctx, cancel := context.WithTimeout(as(anywhere("ops", "")), time.Minute)
	defer cancel()
	if err := ops.WaitSettled(ctx, l.demo, names); err != nil {
		t.Fatal(err)
	}
	look := func(where string, b []byte, own int) {
		t.Helper()
		for n, service := range names {
			for _, prose := range []bool{false, true} {
				if prose && n == own {
					continue
				}
				for what, mark := range l.marks(n, prose) {
					if bytes.Contains(b, []byte(mark)) {
						t.Errorf("%s holds %s that was sent to %s (in a field for prose: %v)", where, what, service, prose)
					}
				}
			}
		}
	}
	look("the log", l.log.all(), -1)
	page := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Host = "127.0.0.1"
	if l.pages.ServeHTTP(page, r); page.Code != http.StatusOK {
		t.Fatalf("/metrics: %d", page.Code)
	}
	look("the metrics", page.Body.Bytes(), -1)
	spans := 0
	for _, service := range names {
		reply, err := platformv1.OpsClient{Caller: l.demo, Target: service}.GetTrace(as(anywhere("ops", "")), &platformv1.GetTraceRequest{TraceId: trace})
		if err != nil {
			t.Fatal(err)
		}
		spans += len(reply.GetSpans())
		look("the traces of "+service, []byte(protojson.Format(proto.Message(reply))), -1)
	}
	files := 0
	if err := filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		own := -1
		if base, _, ok := strings.Cut(filepath.Base(path), ".db"); ok {
			own = slices.Index(names, base)
		}
		look(strings.TrimPrefix(path, l.dir), b, own)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if taken == 0 || spans == 0 || files < len(names) {
		t.Errorf("%d calls taken, %d spans, %d files: nothing was looked at", taken, spans, files)
	}
	t.Logf("%d methods, %d text fields, %d calls of which %d were taken; %d files, %d spans; %v", methods, fields, calls, taken, files, spans, time.Since(began).Round(time.Second))
}
