package identity_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// RecordUnseen gives each a reference of its own, and refuses who has no name.
func (b *book) RecordUnseen(_ context.Context, r *registryv1.RecordUnseenRequest) (*registryv1.RecordUnseenResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.GetName() == "" {
		return nil, errs.New(errs.Invalid, "name_format", "No.")
	}
	b.said = append(b.said, r)
	worker := fmt.Sprint("unseen-", len(b.said))
	b.givers[r.GetPhone()] = append(b.givers[r.GetPhone()], &registryv1.PhoneHolder{Worker: worker, ContactVia: "web", SinceAt: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC).UnixMicro(), Unseen: true})
	return &registryv1.RecordUnseenResponse{Worker: worker}, nil
}

// alone asks for the code of a new account, and waits until it was sent.
func (f *town) alone(phone, address string) (flow string) {
	f.t.Helper()
	r, err := f.signIn.SendCode(f.console, &identityv1.SendCodeRequest{Phone: phone, Address: address, ForNew: true})
	f.must(err)
	f.Settle()
	return r.GetFlow()
}

func (f *town) makes(flow, code, name string) (*someone, error) {
	r, err := f.signIn.MakeAccount(f.console, &identityv1.MakeAccountRequest{
		Flow: flow, Code: code, Device: "x", Address: "10.0.0.3", Name: name, DocumentNumber: "654301198503120018", County: "654301",
	})
	if err == nil && !r.GetSession().GetUnseen() {
		f.t.Error("the session does not say that nobody was seen")
	}
	return &someone{f: f.fixture, session: r.GetSession().GetSessionSecret()}, err
}

// asWhom is who a session speaks for, and in which role.
func (f *town) asWhom(s *someone) (string, error) {
	r, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: s.session, Audience: "employment", StatedPurpose: "own_record", LegalBasis: "PIPL 13(2)"})
	if err != nil {
		return "", err
	}
	p, err := auth.NewVerifier("employment", f.Deps("employment").Trusted, f.clock).Verify(r.GetToken())
	return p.Subject + " " + p.Role, err
}

// Whoever has a telephone makes an account that no counter saw: its code goes to any
// number alike, opens nothing that is there, and is not used up by a form that is no good.
func TestSomebodyMakesAnAccountAlone(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().AddDate(-1, 0, 0))
	f.opens("worker-1")
	f.clock.Advance(time.Minute)
	for i, number := range []string{phone, "13900000001"} { // registered, and nobody's
		flow := f.alone(number, "10.0.0.3")
		if f.book.count() != i+1 {
			t.Fatalf("%s: %d sent", number, f.book.count())
		}
		_, err := f.enters(flow, f.book.last(), "")
		f.wants("a code for a new account at the sign-in", err, "identity.code")
		_, err = f.makes(flow, "000000", "x")
		f.wants("a wrong code", err, "identity.code")
		_, err = f.makes(flow, f.book.last(), "")
		f.wants("no name", err, "name_format")
		who, err := f.makes(flow, f.book.last(), "x")
		f.must(err)
		if said := f.book.said[i]; said.GetPhone() != number || said.GetDocumentNumber() == "" || said.GetCounty() == "" {
			t.Errorf("the registry was told %v", said)
		}
		r, err := f.asWhom(who)
		f.must(err)
		if r != fmt.Sprint("unseen-", i+1, " unseen") {
			t.Errorf("%v", r)
		}
		_, err = f.makes(flow, f.book.last(), "x")
		f.wants("twice by one code", err, "identity.code")
	}
	f.clock.Advance(2 * time.Minute)
	flow := f.asked("13900000001") // from here on it signs in as anybody does
	_, err := f.makes(flow, f.book.last(), "x")
	f.wants("a code of the sign-in for a new account", err, "identity.code")
	r, err := f.enters(flow, f.book.last(), "")
	f.must(err)
	if r.GetSession().GetSubject() != "unseen-2" || !r.GetSession().GetUnseen() {
		t.Errorf("%v", r)
	}
	// On the registered person's number the code opens that account as before, and the
	// other one by its own PIN alone.
	f.clock.Advance(2 * time.Minute)
	r, err = f.enters(f.asked(phone), f.book.last(), "")
	f.wants("a number newer than the last use", err, "")
	if r.GetSession().GetSubject() != "worker-1" {
		t.Errorf("%v", r)
	}
}

// What is made and sent alone is bounded by itself: from an address, on a day, and so that
// nobody is kept from signing in.
func TestAccountsThatAreMadeAloneAreFew(t *testing.T) {
	f := settled(t)
	f.book.gives(phone, "worker-1", "web", f.clock.Now().AddDate(-1, 0, 0))
	f.opens("worker-1")
	f.clock.Advance(time.Minute)
	flow := f.alone("13900000001", "10.0.0.3")
	f.tx(func(tx *sqldb.Tx) error {
		for i := range 20 {
			if _, err := tx.Exec(`INSERT INTO made_alone (account, address_index, made_at) SELECT $1, address_index, $2 FROM sent_code LIMIT 1`, fmt.Sprint("x-", i), f.clock.Now().UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := f.makes(flow, f.book.last(), "x")
	f.wants("the 21st of an address", err, "identity.alone_limit")
	if len(f.book.said) != 0 {
		t.Error("the registry was told all the same")
	}
	f.sql(`UPDATE sent_code SET sends = 3000 WHERE for_new = 1`)
	f.clock.Advance(time.Minute)
	_, err = f.signIn.SendCode(f.console, &identityv1.SendCodeRequest{Phone: "13900000002", Address: "10.0.0.4", ForNew: true})
	f.wants("more than are sent on a day", err, "identity.code_limit")
	r, err := f.enters(f.asked(phone), f.book.last(), "")
	f.wants("others sign in", err, "")
	if r.GetSession().GetSubject() != "worker-1" {
		t.Errorf("%v", r)
	}
}

// Once a counter saw whose it is, nothing opens the account that opened it before; where
// the person has another, it ends.
func TestWhatACounterRecognisesIsThePersons(t *testing.T) {
	f := settled(t)
	ctx := context.Background()
	made := func(number string) *someone {
		who, err := f.makes(f.alone(number, "10.0.0.3"), f.book.last(), "x")
		f.must(err)
		return who
	}
	first, second := made("13900000001"), made("13900000002")
	own, other := f.opens("worker-2"), made("13900000003")
	registry := f.Publisher("registry")
	for i, person := range []string{"worker-1", "worker-2"} {
		alias := fmt.Sprint("unseen-", i+1)
		registry.Publish(outbox.Subject{Aggregate: person, Worker: person}, &registryv1.UnseenRecognised{Alias: alias})
		registry.Publish(outbox.Subject{Aggregate: person, Version: 1, Worker: person}, &registryv1.WorkerJoined{JoinId: "join-" + alias, Alias: alias, Into: person})
	}
	testkit.Eventually(t, "what opened them is over", func() bool {
		return f.identity.CheckStored(ctx, first.session) != nil && f.identity.CheckStored(ctx, second.session) != nil
	})
	f.must(f.identity.CheckStored(ctx, own.session))
	f.must(f.identity.CheckStored(ctx, other.session))
	f.Settle()
	seen := f.opens("worker-1")
	r, err := f.asWhom(seen)
	f.must(err)
	if r != "worker-1 worker" {
		t.Errorf("%v", r)
	}
	if r, err = f.asWhom(f.opens("worker-2")); err != nil || r != "worker-2 worker" {
		t.Errorf("%v, %v", r, err)
	}
	f.clock.Advance(2 * time.Minute)
	_, err = f.enters(f.asked("13900000001"), f.book.last(), "")
	f.wants("the telephone of before", err, "identity.pin")
}
