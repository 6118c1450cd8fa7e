package registry_test

import (
	"context"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func child(guardian string) *registryv1.RegisterChildRequest {
	return &registryv1.RegisterChildRequest{Worker: guardian, Name: "叶尔肯·努尔兰", BirthDate: "2020-08-08", County: "654301"}
}

func TestChildren(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	got, err := f.client.RegisterChild(f.Counter("edu", w), child(w))
	if err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	if again, err := f.client.RegisterChild(f.Worker(w), child(w)); err != nil || again.GetChildId() != got.GetChildId() || again.GetOutcome() != "unchanged" {
		t.Fatalf("%v, %v", again, err)
	}
	for name, c := range map[string]struct {
		as     context.Context
		change func(*registryv1.RegisterChildRequest)
		code   string
	}{
		"born tomorrow":    {f.Worker(w), func(r *registryv1.RegisterChildRequest) { r.BirthDate = "2026-11-03" }, "birthdate_future"},
		"not yet born":     {f.Worker(w), func(r *registryv1.RegisterChildRequest) { r.AsOf = "2020-08-07" }, "birthdate_future"},
		"no such day":      {f.Worker(w), func(r *registryv1.RegisterChildRequest) { r.BirthDate = "2020-02-30" }, "date_format"},
		"no name":          {f.Worker(w), func(r *registryv1.RegisterChildRequest) { r.Name = "" }, "name_missing"},
		"no guardian":      {f.Officer("edu"), func(r *registryv1.RegisterChildRequest) { r.Worker = "" }, "auth.not_yours"},
		"unknown guardian": {f.Counter("edu", "x"), func(r *registryv1.RegisterChildRequest) { r.Worker = "x" }, "guardian_unknown"},
		"not the guardian": {f.Worker("other"), func(*registryv1.RegisterChildRequest) {}, "auth.not_yours"},
		"no such place":    {f.Worker(w), func(r *registryv1.RegisterChildRequest) { r.County = "110101" }, "registry.place.unknown"},
	} {
		r := child(w)
		c.change(r)
		if _, err := f.client.RegisterChild(c.as, r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	read := &registryv1.GetChildRequest{ChildId: got.GetChildId(), CaseId: "app-1"}
	for name, ctx := range map[string]context.Context{"the service": f.Service("education"), "an officer": f.Officer("edu"), "the guardian": f.Worker(w)} {
		c, err := f.client.GetChild(ctx, read)
		if err != nil || c.GetChild().GetBirthDate() != "2020-08-08" || c.GetChild().GetName() != "叶尔肯·努尔兰" || c.GetChild().GetWorker() != w {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if n := len(f.accesses(t, w)); n != 2 {
		t.Errorf("%d lines of two reads by others", n)
	}
	if _, err := f.client.GetChild(f.Worker("other"), read); errs.CodeOf(err) != "registry.child.unknown" {
		t.Errorf("another worker: %v", err)
	}
	if _, err := f.client.GetChild(f.Worker(w), &registryv1.GetChildRequest{ChildId: "none"}); errs.CodeOf(err) != "registry.child.unknown" {
		t.Errorf("no such child: %v", err)
	}
}

// Closing needs no officer, and after it nothing that names the person is left
// or can be opened, and the person may register anew as somebody new.
func TestClosingAnAccount(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	kid, err := f.client.RegisterChild(f.Worker(w), child(w))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.GrantConsent(f.Worker(w), grant(w)); err != nil {
		t.Fatal(err)
	}
	f.others["employment"].Publish(outbox.Subject{Aggregate: "o1", Worker: w}, &employmentv1.OfferMade{OfferId: "o1"})
	f.Settle()
	before := f.tables(t, w, kid.GetChildId())
	if len(before.keys) != 2 || before.sealed == 0 {
		t.Fatalf("before: %+v", before)
	}
	closing := &registryv1.CloseAccountRequest{Worker: w}
	for name, ctx := range map[string]context.Context{"another worker": f.Worker("other"), "a counter": f.Counter("hrss", w)} {
		if _, err := f.client.CloseAccount(ctx, closing); errs.KindOf(err) != errs.Denied {
			t.Fatalf("%s closes it: %v", name, err)
		}
	}
	if _, err := f.client.CloseAccount(f.Worker(w), closing); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	after := f.tables(t, w, kid.GetChildId())
	if len(after.keys) != 0 || after.sealed != 0 || after.rows != 0 {
		t.Errorf("after: %+v", after)
	}
	if !slices.Contains(after.events, "registry.consent.withdrawn.v1") || after.events[len(after.events)-1] != "registry.account.closed.v1" {
		t.Errorf("events: %v", after.events)
	}
	if _, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: w}); errs.CodeOf(err) != "registry.worker.closed" {
		t.Errorf("read after closing: %v", err)
	}
	if _, err := f.client.FindWorker(f.Officer("hrss"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, 1)}); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("found after closing: %v", err)
	}
	if _, err := f.client.GetChild(f.Service("education"), &registryv1.GetChildRequest{ChildId: kid.GetChildId()}); errs.CodeOf(err) != "registry.child.unknown" {
		t.Errorf("the child after closing: %v", err)
	}
	for name, err := range map[string]error{
		"closing again": second(f.client.CloseAccount(f.Worker(w), closing)),
		"a grant":       second(f.client.GrantConsent(f.Worker(w), grant(w))),
		"a contact":     second(f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, County: "654301"})),
		"an age":        second(f.client.CheckAge(f.asking("employment"), &registryv1.CheckAgeRequest{Worker: w, MinAge: 16})),
	} {
		if errs.CodeOf(err) != "registry.worker.closed" {
			t.Errorf("%s after closing: %v", name, err)
		}
	}
	f.others["employment"].Publish(outbox.Subject{Aggregate: "a1", Worker: w}, &employmentv1.ApplicationSubmitted{ApplicationId: "a1"})
	f.others["employment"].Publish(outbox.Subject{Aggregate: "o2", Worker: w}, &employmentv1.OfferMade{OfferId: "o2"})
	f.Settle()
	if late := f.tables(t, w, kid.GetChildId()); late.rows != 0 {
		t.Errorf("what came late was kept: %+v", late)
	}
	if anew := f.register(t, 1); anew == w {
		t.Error("the new account is the old one")
	}
}

func second[T any](_ T, err error) error { return err }

// held is what the databases hold of an account.
type held struct {
	keys   []string
	sealed int // bytes of sealed columns and of indexes
	rows   int // of children, messages, mailbox and timeline
	events []string
}

// tables looks into the service's databases from outside.
func (f *fixture) tables(t *testing.T, worker, child string) (h held) {
	t.Helper()
	d := f.Deps("registry")
	look := func(address string, fn func(*sqldb.Tx) error) {
		db, err := sqldb.Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.View(context.Background(), fn); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }
	look(d.PersonKeys, func(tx *sqldb.Tx) (err error) {
		h.keys, err = sqldb.Collect(tx, text, `SELECT owner FROM person_key WHERE owner IN ($1, $2)`, worker, child)
		return err
	})
	look(d.Database, func(tx *sqldb.Tx) (err error) {
		if err := tx.QueryRow(`SELECT coalesce(length(document_index), 0) + length(document) + length(profile) FROM worker WHERE id = $1`, worker).Scan(&h.sealed); err != nil {
			return err
		}
		for _, table := range []string{"child", "message", "mailbox", "timeline"} {
			var n int
			if err := tx.QueryRow(`SELECT count(*) FROM `+table+` WHERE worker = $1`, worker).Scan(&n); err != nil {
				return err
			}
			h.rows += n
		}
		h.events, err = sqldb.Collect(tx, text, `SELECT type FROM event WHERE worker = $1 ORDER BY ord`, worker)
		return err
	})
	return h
}
