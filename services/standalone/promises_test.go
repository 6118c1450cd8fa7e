package standalone_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/event"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/standalone"
)

// ruledOut are names that promise 3 rules out of every schema and contract.
var ruledOut = regexp.MustCompile(`(?i)ethnic|nationality_group|minzu|religio|\bparty|party_member|league_member|politic|biometr|fingerprint|face_|marital|fertil|pregnan|birth_order|location_trace|gps`)

// messages visits every message of our contracts.
func messages(visit func(protoreflect.MessageDescriptor)) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(f.Package()), "qiao.") {
			for i := range f.Messages().Len() {
				visit(f.Messages().Get(i))
			}
		}
		return true
	})
}

func methods(visit func(protoreflect.MethodDescriptor, *platformv1.MethodRule)) {
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "qiao.") {
			return true
		}
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				m := f.Services().Get(i).Methods().Get(j)
				rule, _ := proto.GetExtension(m.Options(), platformv1.E_Method).(*platformv1.MethodRule)
				visit(m, rule)
			}
		}
		return true
	})
}

// open starts a platform in a folder of the test's own and closes it again, so
// that its databases are there.
func open(t *testing.T) (dir string, p *standalone.Platform) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	p, err := standalone.Open(context.Background(), standalone.Config{Dir: dir, KeyFile: dir + ".key", Purpose: standalone.PurposeDemo, LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, p
}

// The contract's options, who publishes and who listens say the same.
func TestEventsAreWhoPublishesAndWhoListens(t *testing.T) {
	_, p := open(t)
	listeners := map[string][]string{} // event type → services
	for _, s := range p.Services {
		for _, e := range s.Reacts() {
			listeners[e] = append(listeners[e], s.Name())
		}
	}
	declared := map[string]bool{}
	messages(func(m protoreflect.MessageDescriptor) {
		pkg := strings.Split(string(m.FullName()), ".")[1]
		publishers := []string{pkg}
		if pkg == "platform" { // published by whoever answers facts
			publishers = services.Names()[1:]
		}
		for _, publisher := range publishers {
			rule, err := event.RuleOf(publisher, m)
			if err != nil {
				return
			}
			declared[rule.Type] = true
			if strings.Count(rule.Type, ".") != 3 || !strings.HasPrefix(rule.Type, publisher+".") || !strings.HasSuffix(rule.Type, ".v1") {
				t.Errorf("%s: the type %s has not the four parts service.thing.happened.v1", m.FullName(), rule.Type)
			}
			want, got := slices.Sorted(slices.Values(acts(t, rule))), slices.Sorted(slices.Values(listeners[rule.Type]))
			if !rule.Shared && len(want) > 0 {
				t.Errorf("%s is the service's own and has consumers", rule.Type)
			}
			if !slices.Equal(want, got) {
				t.Errorf("%s: the contract says that %v act on it, and %v do", rule.Type, want, got)
			}
			if slices.Contains(want, "psb") {
				t.Errorf("%s goes to the police (promise 4)", rule.Type)
			}
		}
		if !published(t, pkg, string(m.Name())) {
			t.Errorf("nothing publishes %s", m.FullName())
		}
	})
	for e, who := range listeners {
		if !declared[e] && !strings.HasSuffix(e, ".record.read.v1") {
			t.Errorf("%v listen for %s, which nobody declares", who, e)
		}
	}
}

// acts lists who must act on an event, by its contract: those whom it names; every
// department, where it names all; of what has an addressee, those who start a clock
// or serve a decision when a message arrives; and the registry, where it tells.
func acts(t *testing.T, rule event.Rule) (all []string) {
	t.Helper()
	for _, c := range rule.Consumers {
		if c != event.Everybody {
			all = append(all, c)
		}
	}
	if slices.Contains(rule.Consumers, event.Everybody) {
		for _, s := range services.Names()[1:] {
			told, err := event.Tells(s)
			if err != nil {
				t.Fatal(err)
			}
			if rule.Addressee == "" || slices.ContainsFunc(told, func(o event.Tell) bool { return o.Clock }) {
				all = append(all, s)
			}
		}
	}
	if rule.Tell != nil {
		all = append(all, event.Keeper)
	}
	return all
}

// published looks for the place in a service's sources that makes the event.
func published(t *testing.T, pkg, message string) bool {
	t.Helper()
	root, made := filepath.Join("..", pkg), regexp.MustCompile(`[^*\]\w]`+message+`[{(]`)
	if pkg == "platform" {
		root, made = "../../pkg", regexp.MustCompile("&platformv1."+message+`\{`)
	}
	found := false
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || found || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".gen.go") || strings.Contains(path, "test") {
			return err
		}
		b, err := os.ReadFile(path)
		found = made.Match(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Promise 1: what binds a worker has no caller but the worker, a guardian, or
// an officer (who must name the worker he acts for).
func TestNobodyElseCanAcceptForAWorker(t *testing.T) {
	own := regexp.MustCompile(`^(Accept|Decline|Undo|Confirm|Dispute|Sign|Withdraw|Apply|Drop|Enrol$|Grant|SetProfile|Close(Account)?$)`)
	n := 0
	methods(func(m protoreflect.MethodDescriptor, rule *platformv1.MethodRule) {
		of := string(m.Parent().FullName())
		if !own.MatchString(string(m.Name())) || of == "qiao.identity.v1.SignInService" || of == "qiao.identity.v1.LanguagesService" { // who somebody is, and who approved a text, bind nobody
			return
		}
		n++
		for _, c := range rule.GetCallers() {
			kind, _, _ := strings.Cut(c, ":")
			if kind != "worker" && kind != "guardian" && kind != "officer" {
				t.Errorf("%s can be called by %s", m.FullName(), c)
			}
		}
	})
	if n < 20 {
		t.Errorf("only %d methods were looked at", n)
	}
}

// Promise 6: what tells of a person is never an answer that is kept for a
// repeat, or it would be read again unlogged, and after the consent was withdrawn.
func TestNoKeptAnswerTellsOfAPerson(t *testing.T) {
	known := catalogued(t)
	// What keeps that it was shown, reads and logs it again, and refuses where it may not be shown any more.
	unkept := []protoreflect.FullName{"qiao.registry.v1.DeathService.ShowToHeir"}
	var tells func(m protoreflect.MessageDescriptor, seen []protoreflect.FullName) string
	tells = func(m protoreflect.MessageDescriptor, seen []protoreflect.FullName) string {
		if slices.Contains(seen, m.FullName()) {
			return ""
		}
		if n := m.FullName(); slices.Contains([]protoreflect.FullName{"qiao.platform.v1.Fact", "qiao.registry.v1.Worker", "qiao.registry.v1.Child"}, n) {
			return string(n)
		}
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			if m.IsMapEntry() || strings.HasPrefix(string(m.FullName()), "qiao.platform.v1.Reason") { // a decision's own reasons, which stay with it
				continue
			}
			if e, _ := known.field(f); e.class == "personal" || e.class == "sealed" {
				return string(f.FullName())
			}
			if f.Message() == nil {
				continue
			}
			if what := tells(f.Message(), append(seen, m.FullName())); what != "" {
				return what
			}
		}
		return ""
	}
	reads := 0
	methods(func(m protoreflect.MethodDescriptor, rule *platformv1.MethodRule) {
		what := tells(m.Output(), nil)
		if what != "" {
			reads++
		}
		if what != "" && rule.GetCommand() && !slices.Contains(unkept, m.FullName()) {
			t.Errorf("%s keeps its answer, which tells %s", m.FullName(), what)
		}
	})
	if reads < 4 {
		t.Errorf("only %d methods tell of a person", reads)
	}
}

// Promises 4 and 5: the timeline, the mailbox and the access log have one
// caller, and no method names the police or lists workers.
func TestTheJoinedLifeIsTheWorkersOwn(t *testing.T) {
	alone := []string{"ListTimeline", "ListAccess", "ListMessages", "CloseAccount"}
	// What the table of facts opens to its holders, and each department to the officers
	// whom its own methods name.
	derived := []string{"ListFacts", "ListHeld", "GiveUp", "ListCollisions", "SettleCollision", "ListWork", "CountWork", "CountOutcomes",
		"ListEntryForms", "SaveEntryForm", "GetTyping", "RecordEntry", "CompareEntries", "ListCompared", "GetCompared", "SetComparedAside", "ListEntries"}
	methods(func(m protoreflect.MethodDescriptor, rule *platformv1.MethodRule) {
		if slices.Contains(alone, string(m.Name())) && !slices.Equal(rule.GetCallers(), []string{"worker"}) {
			t.Errorf("%s can be called by %v", m.FullName(), rule.GetCallers())
		}
		for _, c := range rule.GetCallers() {
			if strings.Contains(c, "psb") {
				t.Errorf("%s can be called by the police", m.FullName())
			}
		}
		if len(rule.GetCallers()) == 0 && !slices.Contains(derived, string(m.Name())) {
			t.Errorf("%s has no caller", m.FullName())
		}
		reply := m.Output()
		for i := range reply.Fields().Len() {
			f := reply.Fields().Get(i)
			if f.IsList() && f.Message() != nil && slices.Contains([]string{"Worker", "Child"}, string(f.Message().Name())) {
				t.Errorf("%s lists people", m.FullName())
			}
		}
	})
}
