package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// desk is an officer who works on cases about who somebody is.
func (f *fixture) desk(staff, county string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: county, Purpose: "person_case"})
}

// second registers somebody by another number in a county.
func (f *fixture) second(t testing.TB, n int, county string) string {
	t.Helper()
	r := form(n)
	r.County = county
	got, err := f.client.RegisterWorker(f.of("hrss", "x-1", county, ""), r)
	if err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	return got.GetWorker()
}

// objectingIsOver lets the messages arrive and the days of objecting go by.
func (f *fixture) objectingIsOver() {
	f.Settle()
	f.clock.Advance(21 * 24 * time.Hour)
}

// joined joins two registered people, and says which reference remains and the case.
func (f *fixture) joined(t testing.TB, first, second string) (into, alias, id string) {
	t.Helper()
	pair, err := f.joining.CompareRecords(f.desk("a-1", prefecture), &registryv1.CompareRecordsRequest{Worker: first, OtherId: second})
	if err != nil {
		t.Fatal(err)
	}
	into, alias = pair.GetInto().GetWorker(), pair.GetAlias().GetWorker()
	opened, err := f.joining.OpenJoin(f.desk("a-1", prefecture), &registryv1.OpenJoinRequest{Worker: first, OtherId: second, ReasonCode: "number_mistyped", Paper: "resident_card"})
	if err != nil {
		t.Fatal(err)
	}
	f.objectingIsOver()
	id = opened.GetPersonCaseId()
	got, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true})
	if err != nil || got.GetState() != "applied" {
		t.Fatalf("%v, %v", got, err)
	}
	return into, alias, id
}

const prefecture = "654300"

// A number is not moved from a record to the one with which it was joined: the join is
// undone and made the other way round, and then the record with the right number answers
// for the person, with all of the life.
func TestTheRightNumberAnswersByJoiningTheOtherWayRound(t *testing.T) {
	f := start(t)
	f.publishers()
	first, second := f.register(t, 1), f.second(t, 11, home)
	f.hired(first, "of-the-first")
	f.hired(second, "of-the-second")
	f.Settle()
	into, alias, join := f.joined(t, first, second)
	right := map[string]string{first: number(adult, 1), second: number(adult, 11)}[alias]
	wrong := f.propose(t, into, right)
	if err := f.agree(wrong); errs.CodeOf(err) != "registry.document_case.joined" {
		t.Fatalf("a number of a record that was joined: %v", err)
	}
	if _, err := f.documents().DecideDocument(f.keeper("a-2", home), &registryv1.DecideDocumentRequest{CaseId: wrong, ReasonCode: "held_by_another"}); err != nil {
		t.Fatal(err)
	}
	life := f.things(t, into, 10)

	parting, err := f.joining.OpenParting(f.desk("a-1", prefecture), &registryv1.OpenPartingRequest{JoinId: join, ReasonCode: "joined_wrong", Paper: "police_letter"})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := f.joining.GetPersonCase(f.desk("a-2", prefecture), &registryv1.GetPersonCaseRequest{PersonCaseId: parting.GetPersonCaseId()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), &registryv1.DecidePersonCaseRequest{PersonCaseId: parting.GetPersonCaseId(), Approve: true, Revision: seen.GetCase().GetRevision()}); err != nil {
		t.Fatal(err)
	}
	opened, err := f.joining.OpenJoin(f.desk("a-1", prefecture), &registryv1.OpenJoinRequest{Worker: into, OtherId: alias, ReasonCode: "number_mistyped", Paper: "resident_card", OtherRemains: true})
	if err != nil {
		t.Fatal(err)
	}
	f.objectingIsOver()
	if got, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), &registryv1.DecidePersonCaseRequest{PersonCaseId: opened.GetPersonCaseId(), Approve: true}); err != nil || got.GetState() != "applied" {
		t.Fatalf("%v, %v", got, err)
	}
	f.Settle()
	for _, ref := range []string{into, alias} {
		if p := f.person(t, ref); p.GetWorker() != alias || p.GetDocumentLast4() != right[14:] {
			t.Errorf("%s is answered by %v", ref, p)
		}
		if now := f.things(t, ref, 10); !slices.Equal(slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(life))) || len(life) < 2 {
			t.Errorf("the life of %s is %v, not %v", ref, now, life)
		}
	}
	for _, n := range []string{number(adult, 1), number(adult, 11)} {
		if got, err := f.find(home, n); err != nil || got.GetWorker() != alias {
			t.Errorf("%s finds %v, %v", n[14:], got, err)
		}
	}
}

func TestTwoOfficersJoinTwoRecordsAndThePersonIsTold(t *testing.T) {
	f := start(t)
	w, double := f.register(t, 1), f.second(t, 11, home)
	first, second, stranger := f.desk("a-1", home), f.desk("a-2", home), f.desk("b-1", away)
	look := &registryv1.CompareRecordsRequest{Worker: w, OtherId: double}
	pair, err := f.joining.CompareRecords(first, look)
	if err != nil || pair.GetInto().GetName() == "" || pair.GetAlias().GetDocumentLast4() == "" {
		t.Fatalf("%v, %v", pair, err)
	}
	how := map[string]string{}
	for _, l := range pair.GetLikeness() {
		how[l.GetField()] = l.GetHow()
	}
	if how["name"] != "same" || how["birth_date"] != "same" || how["phone"] != "same" || how["document"] != "one_digit" || how["county"] != "same" {
		t.Errorf("%v", how)
	}
	ask := &registryv1.OpenJoinRequest{Worker: w, OtherId: double, ReasonCode: "number_mistyped", Paper: "resident_card"}
	for name, c := range map[string]struct {
		as     context.Context
		change func(*registryv1.OpenJoinRequest)
		code   string
	}{
		"an officer of neither county":     {stranger, func(*registryv1.OpenJoinRequest) {}, "registry.worker.unknown"},
		"somebody and nobody":              {stranger, func(r *registryv1.OpenJoinRequest) { r.OtherId = "none" }, "registry.worker.unknown"},
		"without a paper":                  {first, func(r *registryv1.OpenJoinRequest) { r.Paper = "none" }, "registry.person_case.reason"},
		"without a reason":                 {first, func(r *registryv1.OpenJoinRequest) { r.ReasonCode = "" }, "registry.person_case.reason"},
		"one with itself":                  {first, func(r *registryv1.OpenJoinRequest) { r.OtherId = w }, "registry.person_case.same"},
		"an officer of another department": {f.of("edu", "e-1", home, ""), func(*registryv1.OpenJoinRequest) {}, "auth.denied"},
		"the person":                       {f.Worker(w), func(*registryv1.OpenJoinRequest) {}, "auth.denied"},
		"an employer":                      {f.Employer("e"), func(*registryv1.OpenJoinRequest) {}, "auth.denied"},
	} {
		r := &registryv1.OpenJoinRequest{Worker: ask.Worker, OtherId: ask.OtherId, ReasonCode: ask.ReasonCode, Paper: ask.Paper}
		c.change(r)
		if _, err := f.joining.OpenJoin(c.as, r); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	opened, err := f.joining.OpenJoin(first, ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.joining.OpenJoin(second, &registryv1.OpenJoinRequest{Worker: double, OtherId: w, ReasonCode: "other", Paper: "witness"}); errs.CodeOf(err) != "registry.person_case.open" {
		t.Errorf("the same once more: %v", err)
	}
	yes := &registryv1.DecidePersonCaseRequest{PersonCaseId: opened.GetPersonCaseId(), Approve: true}
	refused := func(when string, all map[string]struct {
		as   context.Context
		code string
	}) {
		t.Helper()
		for name, c := range all {
			if _, err := f.joining.DecidePersonCase(c.as, yes); errs.CodeOf(err) != c.code {
				t.Errorf("%s, %s: %v, want %s", when, name, err, c.code)
			}
		}
	}
	type by = struct {
		as   context.Context
		code string
	}
	refused("at once", map[string]by{
		"who opened it":                      {first, "registry.person_case.own"},
		"the same, written otherwise":        {f.desk("Ａ—1", home), "registry.person_case.own"},
		"an officer of another county":       {stranger, "registry.person_case.unknown"},
		"the person":                         {f.Worker(w), "auth.denied"},
		"a second officer, for another case": {f.clerk("a-2", home), "auth.purpose"},
	})
	f.Settle()
	refused("the person can object", map[string]by{"a second officer": {second, "registry.person_case.clock"}})
	for _, ref := range []string{w, double} {
		own, err := f.joining.ListOwnPersonCases(f.Worker(ref), &registryv1.ListOwnPersonCasesRequest{Worker: ref})
		if err != nil || len(own.GetCases()) != 1 {
			t.Fatalf("%v, %v", own, err)
		}
		c := own.GetCases()[0]
		if c.GetState() != "open" || c.GetObjectUntil() != "2026-11-16" || c.GetWaitsFor() != "clock" || c.GetOfficer() != "a-1" {
			t.Errorf("%v", c)
		}
		if c.GetIntoWorker()+c.GetAliasWorker()+c.GetIntoCounty()+c.GetAliasCounty() != "" {
			t.Errorf("who may be somebody else is told of the other record: %v", c)
		}
		if told := f.told(t, ref); !slices.Contains(told, "registry.join.asked") {
			t.Errorf("%s was told %v", ref, told)
		}
		if _, err := f.joining.ListOwnPersonCases(f.Worker("other"), &registryv1.ListOwnPersonCasesRequest{Worker: ref}); errs.CodeOf(err) != "auth.not_yours" {
			t.Error(err)
		}
	}
	f.clock.Advance(15 * 24 * time.Hour) // the second to the seventeenth; the last day was the sixteenth
	if got, err := f.joining.DecidePersonCase(second, yes); err != nil || got.GetState() != "applied" {
		t.Fatalf("%v, %v", got, err)
	}
	refused("once it is decided", map[string]by{"a third officer": {f.desk("a-3", home), "registry.person_case.decided"}})
	f.Settle()
	// Either reference, and either number, is the person.
	for _, ref := range []string{w, double} {
		one, err := f.client.GetWorker(f.of("hrss", "a-3", home, ""), &registryv1.GetWorkerRequest{Worker: ref})
		if err != nil || one.GetPerson().GetWorker() != pair.GetInto().GetWorker() {
			t.Errorf("%s is %v, %v", ref, one, err)
		}
	}
	for _, n := range []int{1, 11} {
		got, err := f.client.FindWorker(f.of("hrss", "a-3", home, ""), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, n)})
		if err != nil || got.GetWorker() != pair.GetInto().GetWorker() {
			t.Errorf("number %d: %v, %v", n, got, err)
		}
		again, err := f.client.RegisterWorker(f.of("hrss", "a-3", home, ""), form(n))
		if err != nil || again.GetWorker() != pair.GetInto().GetWorker() || again.GetOutcome() != "unchanged" {
			t.Errorf("registering number %d again: %v, %v", n, again, err)
		}
	}
	for _, ref := range []string{w, double} {
		if told := f.told(t, ref); !slices.Contains(told, "registry.join.made") {
			t.Errorf("%s was told %v", ref, told)
		}
	}
}

// told lists what is in a mailbox, by template.
func (f *fixture) told(t testing.TB, worker string) (all []string) {
	t.Helper()
	got, err := f.client.ListMessages(f.Worker(worker), &registryv1.ListMessagesRequest{Worker: worker, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got.GetMessages() {
		all = append(all, m.GetTemplate())
	}
	return all
}
