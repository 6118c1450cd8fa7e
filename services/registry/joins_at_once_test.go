package registry_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// Sixty-four officers join, part and correct the same twenty people at once. The
// registry's own events are the history: replayed one by one, each joins two people
// who are two at that moment, and parts what is joined; what stands at the end is
// what the history comes to, in every table that says so.
func TestManyOfficersJoinTheSamePeopleAtOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { joinsAtOnce(t, "") })
	t.Run("postgres", func(t *testing.T) { joinsAtOnce(t, testkit.Postgres(t)(t)) })
}

// expected are the answers that an officer who comes too late may get, beside those
// of a house that is too full.
var expected = []string{
	"", "registry.person_case.open", "registry.person_case.same", "registry.person_case.own", "registry.person_case.decided", "registry.person_case.not_joined",
	"registry.person_case.unknown", "registry.person_case.changed", "registry.person_case.clock", "registry.person_case.untold",
	"registry.contact_case.own", "registry.contact_case.stale", "registry.contact_case.decided", "outbox.stale",
}

var full = []errs.Kind{errs.Overloaded, errs.Deadline, errs.Unavailable}

func joinsAtOnce(t *testing.T, database string) {
	const officers, people, acts = 64, 20, 6
	f := startOn(t, database)
	if database == "" {
		database = f.Deps(registry.Name).Database
	}
	var who []string
	for i := range people {
		who = append(who, f.second(t, 10+i, home))
	}
	_, _, join := f.joined(t, who[0], who[1])
	undo, err := f.joining.OpenParting(f.desk("b-1", prefecture), &registryv1.OpenPartingRequest{JoinId: join, ReasonCode: "joined_wrong", Paper: "witness"})
	if err == nil {
		_, err = f.joining.DecidePersonCase(f.desk("b-2", prefecture), &registryv1.DecidePersonCaseRequest{PersonCaseId: undo.GetPersonCaseId(), Approve: true, Revision: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range officers {
		wg.Go(func() {
			luck := rand.New(rand.NewPCG(uint64(n), 13))
			as, contact := f.desk(fmt.Sprint("a-", n), prefecture), f.clerk(fmt.Sprint("a-", n), prefecture)
			for range acts {
				one, two := who[luck.IntN(people)], who[luck.IntN(people)]
				var err error
				switch luck.IntN(4) {
				case 0:
					_, err = f.joining.OpenJoin(as, &registryv1.OpenJoinRequest{Worker: one, OtherId: two, ReasonCode: "other", Paper: "witness"})
				case 1, 2:
					err = f.decideSome(as, luck)
				default:
					err = f.correctSome(contact, one)
				}
				if !slices.Contains(expected, errs.CodeOf(err)) && !slices.Contains(full, errs.KindOf(err)) {
					t.Errorf("officer %d: %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	f.Settle()
	f.accepted(t, database, who)
}

// decideSome lets an officer do what waits: hear a person, decide, or ask to part.
func (f *fixture) decideSome(as context.Context, luck *rand.Rand) error {
	list, err := f.joining.ListPersonCases(as, &registryv1.ListPersonCasesRequest{})
	if err != nil || len(list.GetCases()) == 0 {
		return err
	}
	c := list.GetCases()[luck.IntN(len(list.GetCases()))]
	switch {
	case c.GetState() == "applied" && c.GetKind() == "join":
		_, err = f.joining.OpenParting(as, &registryv1.OpenPartingRequest{JoinId: c.GetPersonCaseId(), ReasonCode: "joined_wrong", Paper: "witness"})
		return err
	case c.GetState() != "open":
		return nil
	case c.GetWaitsFor() != "":
		for _, side := range []string{"into", "alias"} {
			if _, err := f.joining.HearPerson(as, &registryv1.HearPersonRequest{PersonCaseId: c.GetPersonCaseId(), Side: side, Paper: "resident_card", Agrees: true}); err != nil {
				return err
			}
		}
	}
	_, err = f.joining.DecidePersonCase(as, &registryv1.DecidePersonCaseRequest{PersonCaseId: c.GetPersonCaseId(), Approve: luck.IntN(5) > 0, Revision: c.GetRevision()})
	return err
}

// correctSome lets an officer ask for another contact, and decide what others asked.
func (f *fixture) correctSome(as context.Context, worker string) error {
	_, err := f.client.ProposeContact(as, &registryv1.ProposeContactRequest{Worker: worker, County: home, Phone: "15000018191", ReasonCode: "other", Paper: "witness"})
	if err != nil {
		return err
	}
	list, err := f.client.ListContactCases(as, &registryv1.ListContactCasesRequest{})
	if err != nil {
		return err
	}
	for _, c := range list.GetCases() {
		if c.GetDecidable() {
			_, err := f.client.DecideContact(as, &registryv1.DecideContactRequest{CaseId: c.GetCaseId(), Approve: true})
			return err
		}
	}
	return nil
}

// accepted replays the registry's events of joins, and compares what they come to
// with what its tables say and what it answers.
func (f *fixture) accepted(t *testing.T, database string, who []string) {
	t.Helper()
	answers := map[string]string{}
	root := func(w string) string {
		for answers[w] != "" {
			w = answers[w]
		}
		return w
	}
	joins, parts := 0, 0
	for _, e := range f.Published(registry.Name) {
		switch e.Type {
		case "registry.worker.joined.v1":
			var m registryv1.WorkerJoined
			if err := proto.Unmarshal(e.Data, &m); err != nil {
				t.Fatal(err)
			}
			joins++
			if answers[m.GetAlias()] != "" || answers[m.GetInto()] != "" || root(m.GetAlias()) == root(m.GetInto()) {
				t.Errorf("%s was joined into %s, when they were %s and %s", m.GetAlias(), m.GetInto(), root(m.GetAlias()), root(m.GetInto()))
			}
			answers[m.GetAlias()] = m.GetInto()
		case "registry.worker.parted.v1":
			var m registryv1.WorkerParted
			if err := proto.Unmarshal(e.Data, &m); err != nil {
				t.Fatal(err)
			}
			parts++
			if answers[m.GetAlias()] != m.GetInto() {
				t.Errorf("%s was parted from %s, when it was joined into %q", m.GetAlias(), m.GetInto(), answers[m.GetAlias()])
			}
			delete(answers, m.GetAlias())
		}
	}
	t.Logf("%d joins, %d partings", joins, parts)
	for _, w := range who {
		got, err := f.client.GetWorker(f.of("hrss", "z-9", prefecture, ""), &registryv1.GetWorkerRequest{Worker: w})
		if err != nil || got.GetPerson().GetWorker() != root(w) {
			t.Errorf("%s is %v, %v; the history says %s", w, got.GetPerson().GetWorker(), err, root(w))
		}
	}
	db, err := sqldb.Open(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		for _, w := range who {
			var row, remaining string
			if err := tx.QueryRow(`SELECT w.joined_into, coalesce((SELECT r.reference FROM remaining r WHERE r.worker = w.id), w.id) FROM worker w WHERE w.id = $1`, w).Scan(&row, &remaining); err != nil {
				return err
			}
			if row != answers[w] || remaining != root(w) {
				t.Errorf("%s: the row says %q, the reads %q; the history says %q and %s", w, row, remaining, answers[w], root(w))
			}
			var others int
			if err := tx.QueryRow(`SELECT count(*) FROM same WHERE worker = $1`, w).Scan(&others); err != nil {
				return err
			}
			class := 0
			for _, o := range who {
				if o != w && root(o) == root(w) {
					class++
				}
			}
			if others != class {
				t.Errorf("%s stands for a person with %d other references, not %d", w, others, class)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
