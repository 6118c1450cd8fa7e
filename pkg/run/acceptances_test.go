package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	_ "github.com/qiao-platform/qiao/proto/services/contracts"
)

// What counts as accepting, and as taking it back, is told by a method's name: these
// are all. A new one is looked at here.
func TestWhatIsAnAcceptance(t *testing.T) {
	var accepts, undoes []string
	protoregistry.GlobalFiles.RangeFiles(func(d protoreflect.FileDescriptor) bool {
		for i := range d.Services().Len() {
			for j := range d.Services().Get(i).Methods().Len() {
				m := d.Services().Get(i).Methods().Get(j)
				name := strings.Split(string(m.FullName()), ".")[1] + "." + string(m.Name())
				if Accepts(string(m.Name())) {
					accepts = append(accepts, name)
				}
				if Undoes(string(m.Name())) {
					undoes = append(undoes, name)
				}
			}
		}
		return true
	})
	slices.Sort(accepts)
	slices.Sort(undoes)
	if got := strings.Join(accepts, " "); got != "education.AcceptPlace employment.AcceptInterview employment.AcceptOffer employment.AcceptProposal housing.AcceptOffer training.AcceptPlace" {
		t.Error(got)
	}
	if got := strings.Join(undoes, " "); got != "education.UndoAcceptance employment.UndoAcceptance housing.UndoAcceptance training.UndoAcceptance" {
		t.Error(got)
	}
}

// Told is what was accepted in another's name, and the person's word against it; what
// somebody does for himself is nobody's business.
func TestWhatIsToldOfAcceptances(t *testing.T) {
	told := make(chan string, 16)
	a := &acceptances{waiting: make(chan *identityv1.Acceptance, 16), tell: func(_ context.Context, all []*identityv1.Acceptance) error {
		for _, one := range all {
			told <- fmt.Sprint(one.GetAccountKind(), " ", one.GetSubject(), " for ", one.GetActsFor(), " ", one.GetTakenBack())
		}
		return nil
	}}
	officer := auth.Principal{Kind: auth.Officer, Subject: "a001", ActsFor: "w-1", Via: auth.ViaCounter, Session: 1}
	helper := auth.Principal{Kind: auth.Worker, Subject: "w-2", ActsFor: "w-1", Via: auth.ViaHelper, Session: 2}
	own := auth.Principal{Kind: auth.Worker, Subject: "w-1", Via: auth.ViaWeb, Session: 3}
	parent := auth.Principal{Kind: auth.Guardian, Subject: "w-3", Via: auth.ViaWeb, Session: 4}
	invented := officer
	invented.Session = 0
	a.done(own, "AcceptOffer")
	a.done(invented, "AcceptOffer")
	a.done(officer, "DeclineOffer")
	a.done(helper, "UndoAcceptance")
	want := []string{"officer a001 for w-1 false", "worker w-2 for w-1 false", "worker w-1 for w-1 true", "guardian w-3 for w-3 true"}
	a.done(officer, "AcceptOffer")
	a.done(helper, "AcceptPlace")
	a.done(own, "UndoAcceptance")
	a.done(parent, "UndoAcceptance")
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	for _, w := range want {
		if got := <-told; got != w {
			t.Errorf("told %q, want %q", got, w)
		}
	}
	cancel()
	if err := <-ended; err != nil || len(told) != 0 {
		t.Errorf("%v, %d more", err, len(told))
	}
}
