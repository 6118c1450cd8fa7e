package console_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

var (
	errNoWorker = errs.New(errs.NotFound, "registry.worker.not_found", "No registered person was found.")
	errNotYours = auth.ErrNotYours
)

// names is every service of the world, in the order that the console shows.
var names = []string{"registry", "employment", "training", "insurance", "education", "housing"}

// world stands in for all six services: it keeps what it is told and reacts as
// the real ones do, over the real bus.
type world struct {
	mu         sync.Mutex
	carriedOut atomic.Int64 // commands
	publish    map[string]*testkit.Publisher
	workers    map[string]*person // by reference
	byNumber   map[string]string
	finds      []auth.Principal
	named      []string // for what, in which export and of whom names were read
	done       homes
	lets       bool // the person has a lease
	schooling  *schooling
	tries      []*registryv1.MessageTry
	fairs      fairWorld
	hiring     hiring
	insured    insured
	taught     taught
}

type person struct {
	name     string
	consents []*registryv1.Consent
	timeline []*registryv1.TimelineEntry
	messages []*registryv1.Message
	access   []*registryv1.AccessEntry
	jobs     []*employmentv1.Application
	schools  []*educationv1.Application
	homes    []*housingv1.Application
}

func newWorld() *world {
	return &world{publish: map[string]*testkit.Publisher{}, workers: map[string]*person{}, byNumber: map[string]string{}}
}

// start puts the world's services on the bus, but for those that a test stands in for.
func (w *world) start(p *testkit.Platform, except ...string) {
	p.T.Helper()
	kit, err := run.Open(context.Background(), "once", nil, p.Deps("once"))
	if err != nil {
		p.T.Fatal(err)
	}
	p.T.Cleanup(func() { _ = kit.Close() })
	for service, methods := range map[string][]contract.Method{
		"registry":   slices.Concat(registryv1.RegistryMethods(fakeRegistry{world: w}), registryv1.GuardiansMethods(fakeGuardians{world: w}), registryv1.UndeliveredMethods(fakeMissed{world: w})),
		"employment": employmentv1.EmploymentMethods(fakeEmployment{world: w}),
		"training":   trainingv1.TrainingMethods(fakeTraining{world: w}),
		"insurance":  insurancev1.InsuranceMethods(fakeInsurance{world: w}),
		"education":  append(educationv1.EducationMethods(fakeEducation{world: w}), educationv1.GuardiansMethods(fakeSchoolGuardians{world: w})...),
		"housing":    housingv1.HousingMethods(fakeHousing{world: w}),
	} {
		if !slices.Contains(except, service) {
			methods = append(methods, contract.ForOfficersOf(methods, append(working(service), entering(service)...))...)
			methods = append(methods, living(service)...)
			w.publish[service] = p.Publisher(service, w.once(kit.Outbox, methods)...)
		}
	}
}

// once lets the stand-ins answer one call at a time, and gives their commands
// what those of services have: a command that comes with a key is carried out
// once, by the mechanism of the platform.
func (w *world) once(log *outbox.Outbox, methods []contract.Method) []contract.Method {
	for i, m := range methods {
		answer := func(ctx context.Context, req proto.Message) (proto.Message, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return m.Call(ctx, req)
		}
		if methods[i].Call = answer; !m.Command {
			continue
		}
		methods[i].Call = func(ctx context.Context, req proto.Message) (proto.Message, error) {
			kept, err := outbox.Command(ctx, log, func(*sqldb.Tx) (*anypb.Any, error) {
				reply, err := answer(ctx, req)
				if err != nil {
					return nil, err
				}
				w.carriedOut.Add(1)
				return anypb.New(reply)
			})
			if err != nil {
				return nil, err
			}
			return kept.UnmarshalNew()
		}
	}
	return methods
}

// happen publishes an event and writes it on the worker's timeline.
func (w *world) happen(ctx context.Context, service, worker string, m proto.Message) {
	id := ident.NewID()
	w.publish[service].Publish(outbox.Subject{Aggregate: id, Worker: worker, Division: "654301"}, m)
	t := w.workers[worker]
	if t == nil {
		return
	}
	rule, err := event.RuleOf(service, m.ProtoReflect().Descriptor())
	if err != nil {
		panic(err)
	}
	facts := map[string]string{}
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.IsList() {
			s := ""
			for i := range v.List().Len() {
				if i > 0 {
					s += ","
				}
				s += v.List().Get(i).String()
			}
			facts[string(f.Name())] = s
		} else {
			facts[string(f.Name())] = v.String()
		}
		return true
	})
	actor := "service"
	if p, err := auth.FromContext(ctx); err == nil {
		actor = string(p.Kind)
	}
	t.timeline = append([]*registryv1.TimelineEntry{{
		EventId: id, Type: rule.Type, Service: service, Aggregate: id, Division: "654301", OccurredAt: time.Now().UnixMicro() + int64(len(t.timeline)),
		Actor: actor, Via: "web", TraceId: "0af7651916cd43dd8448eb211c80319c", Facts: facts,
	}}, t.timeline...)
}

// own returns the person that a call is about, where the caller may see it.
func (w *world) own(ctx context.Context, worker string) (*person, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.MayActFor(worker); err != nil {
		return nil, err
	}
	t := w.workers[worker]
	if t == nil {
		return nil, errNoWorker
	}
	return t, nil
}

type fakeRegistry struct {
	registryv1.RegistryServer
	*world
}

func (f fakeRegistry) FindWorker(ctx context.Context, r *registryv1.FindWorkerRequest) (*registryv1.FindWorkerResponse, error) {
	p, _ := auth.FromContext(ctx)
	f.finds = append(f.finds, p)
	ref := f.byNumber[r.GetDocumentNumber()]
	if ref == "" {
		return nil, errNoWorker
	}
	f.workers[ref].access = append(f.workers[ref].access, &registryv1.AccessEntry{At: time.Now().UnixMicro(), ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: []string{"document_number"}, CaseId: r.GetCaseId(), Service: "registry"})
	return &registryv1.FindWorkerResponse{Worker: ref}, nil
}

func (f fakeRegistry) RegisterChild(ctx context.Context, r *registryv1.RegisterChildRequest) (*registryv1.RegisterChildResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	id := ident.NewID()
	f.happen(ctx, "registry", r.GetWorker(), &registryv1.ChildRegistered{ChildId: id})
	return &registryv1.RegisterChildResponse{ChildId: id, Outcome: "created"}, nil
}

func (f fakeRegistry) ListConsents(ctx context.Context, r *registryv1.ListConsentsRequest) (*registryv1.ListConsentsResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &registryv1.ListConsentsResponse{Consents: t.consents}, nil
}

func (f fakeRegistry) ListTimeline(ctx context.Context, r *registryv1.ListTimelineRequest) (*registryv1.ListTimelineResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListTimelineResponse{}
	for _, e := range t.timeline {
		n := len(out.Entries)
		full := n >= int(r.GetLimit()) && e.GetOccurredAt() != out.Entries[n-1].GetOccurredAt() // steps of one moment come together
		if (r.GetBefore() == 0 || e.GetOccurredAt() < r.GetBefore()) && !full {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

func (f fakeRegistry) ListMessages(ctx context.Context, r *registryv1.ListMessagesRequest) (*registryv1.ListMessagesResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &registryv1.ListMessagesResponse{Messages: t.messages}, nil
}

func (f fakeRegistry) ListAccess(ctx context.Context, r *registryv1.ListAccessRequest) (*registryv1.ListAccessResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &registryv1.ListAccessResponse{Entries: t.access}, nil
}

func (f fakeRegistry) CloseAccount(ctx context.Context, r *registryv1.CloseAccountRequest) (*registryv1.CloseAccountResponse, error) {
	_, err := f.own(ctx, r.GetWorker())
	return &registryv1.CloseAccountResponse{}, err
}

// someone registers a worker with some steps behind him and returns the reference.
func (w *world) someone(t testing.TB, number string, steps int) string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	ref := ident.NewID()
	w.workers[ref], w.byNumber[number] = &person{name: "someone"}, ref
	for i := range steps {
		w.happen(context.Background(), "insurance", ref, &insurancev1.MonthRecorded{EnrolmentId: "enrolment-1", Month: "2026-" + strconv.Itoa(10+i%3), Months: int32(i + 1), FromMonth: "2026-01"})
	}
	return ref
}
