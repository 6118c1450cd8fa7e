package collision_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// things are the tables of a department that has one sort of thing.
func things() fstest.MapFS {
	table := &fstest.MapFile{Data: []byte(`CREATE TABLE thing (id TEXT PRIMARY KEY, worker TEXT NOT NULL, of_what TEXT NOT NULL, county TEXT NOT NULL)`)}
	return fstest.MapFS{"migrations/sqlite/0001_things.sql": table, "migrations/postgres/0001_things.sql": table}
}

var ones = []collision.One{{Kind: "thing", Query: `SELECT id, worker, of_what, county FROM thing WHERE ` + person.Whose("worker", 1) + ` ORDER BY id`}}

func add(tx *sqldb.Tx, all ...[4]string) error {
	for _, t := range all {
		if _, err := tx.Exec(`INSERT INTO thing (id, worker, of_what, county) VALUES ($1, $2, $3, $4)`, t[0], t[1], t[2], t[3]); err != nil {
			return err
		}
	}
	return nil
}

// Two things that a join brings together are given to the officers of their county,
// who settle the pair once; a parting makes void what nobody has settled.
func TestWhatAJoinBringsTogether(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	var db *sqldb.DB
	s, err := run.New(context.Background(), "housing", things(), p.Deps("housing"), func(_ context.Context, k *run.Kit) (run.Parts, error) {
		db = k.Outbox.DB()
		return run.Parts{Ones: ones, Methods: []contract.Method{{Name: "Own", Callers: []string{"officer:hou", "worker"}}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		return add(tx, [4]string{"1", "b", "home", "654301"}, [4]string{"2", "a", "home", "654301"}, [4]string{"3", "a", "home", "654301"}, [4]string{"4", "b", "home", "654301"},
			[4]string{"5", "a", "garage", "654301"}, [4]string{"6", "c", "garage", "654301"}, [4]string{"7", "b", "garage", "654301"})
	}); err != nil {
		t.Fatal(err)
	}
	c := platformv1.PersonsClient{Caller: p.Client(), Target: "housing"}
	officer := func(department, division string) context.Context {
		return p.As(auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: department, Division: division, Purpose: "case_handling"})
	}
	list := func(ctx context.Context, all bool) (text string, ids []string) {
		t.Helper()
		reply, err := c.ListCollisions(ctx, &platformv1.ListCollisionsRequest{All: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range reply.GetCollisions() {
			text += fmt.Sprintf("%s:%s/%s:%s%s ", x.GetKind(), x.GetFirstId(), x.GetSecondId(), x.GetState(), x.GetReasonCode())
			ids = append(ids, x.GetId())
		}
		return text, ids
	}
	say := func(m interface{ GetJoinId() string }) {
		t.Helper()
		switch m := m.(type) {
		case *registryv1.WorkerJoined:
			registry.Publish(outbox.Subject{Aggregate: "case-" + m.GetJoinId(), Worker: m.GetInto()}, m)
		case *registryv1.WorkerParted:
			registry.Publish(outbox.Subject{Aggregate: "parting-" + m.GetJoinId(), Worker: m.GetInto()}, m)
		}
		p.Settle()
	}
	home := officer("hou", "654301")
	say(&registryv1.WorkerJoined{JoinId: "j", Alias: "a", Into: "b"})
	text, ids := list(home, false)
	if text != "thing:1/2:open thing:1/3:open thing:5/7:open " {
		t.Fatal(text)
	}
	if text, _ := list(officer("hou", "654321"), true); text != "" {
		t.Errorf("another county sees %s", text)
	}
	settle := func(ctx context.Context, id, reason, want string) {
		t.Helper()
		if _, err := c.SettleCollision(ctx, &platformv1.SettleCollisionRequest{Id: id, ReasonCode: reason}); errs.CodeOf(err) != want && (err != nil || want != "") {
			t.Errorf("%s, %s: %v", id, reason, err)
		}
	}
	settle(officer("hou", "654321"), ids[0], "one_ended", "collision.unknown")
	settle(officer("edu", "654301"), ids[0], "one_ended", "auth.denied")
	settle(p.Worker("a"), ids[0], "one_ended", "auth.denied")
	settle(home, "none", "one_ended", "collision.unknown")
	settle(home, ids[0], "because", "collision.reason")
	settle(home, ids[0], "one_ended", "")
	settle(home, ids[0], "both_stand", "collision.over")
	if text, _ := list(home, false); text != "thing:1/3:open thing:5/7:open " {
		t.Error(text)
	}
	say(&registryv1.WorkerJoined{JoinId: "again", Alias: "b", Into: "c"}) // a chain: what is known already comes no second time
	if text, _ := list(home, false); text != "thing:1/3:open thing:5/7:open thing:5/6:open " {
		t.Error(text)
	}
	say(&registryv1.WorkerParted{JoinId: "j", Alias: "a", Into: "b"})
	if text, _ := list(home, true); text != "thing:6/7:open thing:1/2:settledone_ended thing:1/3:void thing:5/7:void thing:5/6:void " { // of b and c what the chain had hidden
		t.Error(text)
	}
	settle(home, ids[1], "one_ended", "collision.over")
	registry.Publish(outbox.Subject{Aggregate: "early", Worker: "e"}, &registryv1.WorkerParted{JoinId: "k", Alias: "a", Into: "b"})
	say(&registryv1.WorkerJoined{JoinId: "k", Alias: "a", Into: "b"})
	if text, _ := list(home, false); text != "thing:6/7:open " {
		t.Errorf("a join that was undone before it was heard of brought %s", text)
	}
}

// The statements mean the same on both databases.
func TestPairsAreKeptOnBothDatabases(t *testing.T) {
	testkit.EachDatabase(t, things(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		p := testkit.NewPlatform(t, nil)
		db := open(t)
		server := &collision.Server{Outbox: testkit.Outbox(t, "housing", db), Clock: p.Clock}
		if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
			if err := add(tx, [4]string{"1", "a", "x", "654301"}, [4]string{"2", "b", "x", ""}); err != nil {
				return err
			}
			if err := person.Join(tx, person.Pair{JoinID: "j", Alias: "a", Remains: "b"}); err != nil {
				return err
			}
			for range 2 {
				if err := collision.Find(tx, "j", "b", ones, p.Clock.Now()); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Division: "654300"})
		reply, err := server.ListCollisions(ctx, &platformv1.ListCollisionsRequest{})
		if err != nil || len(reply.GetCollisions()) != 1 || reply.GetCollisions()[0].GetSecondId() != "2" {
			t.Fatal(reply, err)
		}
		if _, err := server.SettleCollision(ctx, &platformv1.SettleCollisionRequest{Id: reply.GetCollisions()[0].GetId(), ReasonCode: "both_stand"}); err != nil {
			t.Error(err)
		}
		if reply, err := server.ListCollisions(ctx, &platformv1.ListCollisionsRequest{All: true}); err != nil || reply.GetCollisions()[0].GetState() != "settled" {
			t.Error(reply, err)
		}
		if looks := testkit.Events(t, db); len(looks) != 2 || !strings.Contains(looks[1], "read") {
			t.Errorf("the person of the pair reads of two looks: %v", looks)
		}

		// What cannot be given for what is in its way is given once that has ended.
		do := func(f func(tx *sqldb.Tx) error) {
			t.Helper()
			if err := db.Update(context.Background(), f); err != nil {
				t.Fatal(err)
			}
		}
		do(func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`CREATE UNIQUE INDEX one_of_each ON thing (worker, of_what)`); err != nil {
				return err
			}
			if err := add(tx, [4]string{"8", "a", "y", "654301"}, [4]string{"9", "b", "y", "654302"}); err != nil {
				return err
			}
			return person.Part(tx, person.Parting{Pair: person.Pair{JoinID: "j", Alias: "a", Remains: "b"}, ToAlias: []string{"9"}, At: p.Clock.Now()})
		})
		reply, err = server.ListCollisions(ctx, &platformv1.ListCollisionsRequest{})
		if err != nil || len(reply.GetCollisions()) != 1 || reply.GetCollisions()[0].GetFirstId() != "9" || reply.GetCollisions()[0].GetDivision() != "654302" {
			t.Fatal(reply, err)
		}
		ended := &platformv1.SettleCollisionRequest{Id: reply.GetCollisions()[0].GetId(), ReasonCode: "one_ended"}
		if _, err := server.SettleCollision(ctx, ended); errs.CodeOf(err) != "person.in_the_way" {
			t.Error(err)
		}
		do(func(tx *sqldb.Tx) error { _, err := tx.Exec(`DELETE FROM thing WHERE id = '8'`); return err })
		if _, err := server.SettleCollision(ctx, ended); err != nil {
			t.Error(err)
		}
		do(func(tx *sqldb.Tx) error {
			whose, _, err := person.Of(tx, "9")
			if whose != "a" {
				t.Errorf("it is %s's", whose)
			}
			return err
		})
	})
}

// Where a thing is known by its worker alone, an officer of the pair sees no reference.
func TestAPairShowsNoReference(t *testing.T) {
	testkit.EachDatabase(t, things(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		err := open(t).Update(context.Background(), func(tx *sqldb.Tx) error {
			if err := add(tx, [4]string{"1", "a-reference", "x", ""}, [4]string{"2", "b-reference", "x", ""}); err != nil {
				return err
			}
			if err := person.Join(tx, person.Pair{JoinID: "j", Alias: "a-reference", Remains: "b-reference"}); err != nil {
				return err
			}
			own := []collision.One{{Kind: "own", Digest: true, Query: `SELECT worker, worker, '', county FROM thing WHERE ` + person.Whose("worker", 1) + ` ORDER BY worker`}}
			if err := collision.Find(tx, "j", "b-reference", own, time.Now()); err != nil {
				return err
			}
			var first, second string
			err := tx.QueryRow(`SELECT first_id, second_id FROM collision`).Scan(&first, &second)
			if first == second || len(first) != 16 || strings.Contains(first+second, "reference") {
				t.Errorf("%s and %s", first, second)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What comes after the join was heard collides too, and is found within a day, as long
// as the join stands.
func TestWhatComesAfterTheJoinIsFound(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, now)
	registry := p.Publisher("registry")
	var db *sqldb.DB
	s, err := run.New(context.Background(), "housing", things(), p.Deps("housing"), func(_ context.Context, k *run.Kit) (run.Parts, error) {
		db = k.Outbox.DB()
		return run.Parts{Ones: ones}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	found := func() (n int) {
		t.Helper()
		if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM collision WHERE state = 'open'`).Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tasks := func() (n int) {
		t.Helper()
		if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM task WHERE kind = 'persons.look'`).Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	more := func(purpose string) {
		t.Helper()
		if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
			return add(tx, [4]string{purpose + "-1", "a", purpose, "654301"}, [4]string{purpose + "-2", "b", purpose, "654301"})
		}); err != nil {
			t.Fatal(err)
		}
	}
	registry.Publish(outbox.Subject{Aggregate: "case", Worker: "b"}, &registryv1.WorkerJoined{JoinId: "j", Alias: "a", Into: "b"})
	p.Settle()
	for day, purpose := range []string{"home", "garage"} {
		more(purpose)
		now.Advance(24*time.Hour + time.Minute)
		testkit.Eventually(t, "the pair is found and the next day's look is due", func() bool { return found() == day+1 && tasks() == 1 })
	}
	registry.Publish(outbox.Subject{Aggregate: "parting", Worker: "b"}, &registryv1.WorkerParted{JoinId: "j", Alias: "a", Into: "b"})
	p.Settle()
	more("shed")
	now.Advance(24*time.Hour + time.Minute)
	testkit.Eventually(t, "nobody looks any more", func() bool { return tasks() == 0 })
	if n := found(); n != 0 {
		t.Errorf("%d pairs of strangers", n)
	}
}
