package identity_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Where a worker's death is recorded, nobody is signed in as the worker any more, nor signs
// in; who lives, and has that undone, signs in anew.
func TestADeathEndsSignIns(t *testing.T) {
	f := settled(t)
	w, other := f.opens("worker-1"), f.opens("worker-2")
	code := f.printed("worker-1")
	ctx := context.Background()
	registry := f.Publisher("registry")
	registry.Publish(outbox.Subject{Aggregate: "case-1", Worker: "worker-1"}, &registryv1.DeathRecorded{DiedOn: "2026-11-20"})
	testkit.Eventually(t, "the session is over", func() bool { return f.identity.CheckStored(ctx, w.session) != nil })
	f.must(f.identity.CheckStored(ctx, other.session))
	enters := func(code string) error {
		_, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: code, Address: "10.0.0.2"})
		return err
	}
	f.wants("a code of before", enters(code), "identity.code")
	f.wants("a code of after", enters(f.printed("worker-1")), "account.deceased")
	f.must(enters(f.printed("worker-2")))
	registry.Publish(outbox.Subject{Aggregate: "case-1", Version: 1, Worker: "worker-1"}, &registryv1.DeathReversed{})
	code = f.printed("worker-1")
	testkit.Eventually(t, "who lives signs in", func() bool { return enters(code) == nil })
}

// A person whose two records were joined has two accounts, perhaps: they are one list of
// devices, each of which ends the others.
func TestAJoinedPersonsDevicesAreOneList(t *testing.T) {
	f := settled(t)
	one, two, other := f.opens("worker-1"), f.opens("worker-2"), f.opens("worker-3")
	devices := func(s *someone) []*identityv1.Session {
		r, err := s.sessions().ListSessions(s.as(own), &identityv1.ListSessionsRequest{})
		f.must(err)
		return r.GetSessions()
	}
	if len(devices(one)) != 1 {
		t.Fatal("two people are one")
	}
	f.Publisher("registry").Publish(outbox.Subject{Aggregate: "join-1", Worker: "worker-1"}, &registryv1.WorkerJoined{JoinId: "join-1", Alias: "worker-2", Into: "worker-1"})
	testkit.Eventually(t, "the two are one", func() bool { return len(devices(one)) == 2 && len(devices(two)) == 2 })
	end := func(by *someone, id string) error {
		_, err := by.sessions().EndSession(by.as(own), &identityv1.EndSessionRequest{SessionId: id})
		return err
	}
	f.wants("a stranger's", end(other, devices(one)[0].GetSessionId()), "identity.session")
	for _, d := range devices(one) {
		if !d.GetThis() {
			f.must(end(one, d.GetSessionId()))
		}
	}
	f.wants("ended from the other account", f.identity.CheckStored(t.Context(), two.session), "identity.session")
	*two = *f.opens("worker-2") // the code opens the one account of the person
	_, err := two.sessions().EndOthers(two.as(own), &identityv1.EndOthersRequest{})
	f.must(err)
	f.wants("all others", f.identity.CheckStored(t.Context(), one.session), "identity.session")
	f.must(f.identity.CheckStored(t.Context(), other.session))
}
