package registry_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

func (f *fixture) doubles() registryv1.DoublesClient {
	return registryv1.DoublesClient{Caller: f.Client(), Target: registry.Name}
}

// office is an officer who works on cases about who somebody is.
func (f *fixture) office(staff, division string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: division, Purpose: "person_case"})
}

// pairs lists the open pairs of an office.
func (f *fixture) pairs(t testing.TB, staff, division string) []*registryv1.PersonDouble {
	t.Helper()
	got, err := f.doubles().ListDoubles(f.office(staff, division), &registryv1.ListDoublesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetDoubles()
}

// compared are the lines of a log that say that the record was compared.
func (f *fixture) compared(t *testing.T, worker string) (all []*registryv1.AccessEntry) {
	t.Helper()
	for _, a := range f.accesses(t, worker) {
		if slices.Contains(a.GetKinds(), "likely_double") {
			all = append(all, a)
		}
	}
	return all
}

// other is the same person with two digits of the number swapped.
func other() *registryv1.RegisterWorkerRequest {
	r := form(31)
	r.DocumentNumber = number(adult, 13)
	return r
}

func TestASecondRecordIsFoundAndLoggedForBoth(t *testing.T) {
	f := start(t)
	first, err := f.client.RegisterWorker(f.Officer("hrss"), form(31))
	if err != nil || first.GetLikelyDouble() {
		t.Fatalf("%v, %v", first, err)
	}
	second, err := f.client.RegisterWorker(f.of("hrss", "a-1", home, ""), other())
	if err != nil || second.GetOutcome() != "created" || !second.GetLikelyDouble() {
		t.Fatalf("the row is taken in, and noted: %v, %v", second, err)
	}
	all := f.pairs(t, "a-1", home)
	if len(all) != 1 || !slices.Contains(all[0].GetGrounds(), "swapped_number") || !slices.Contains(all[0].GetGrounds(), "same_phone") || !all[0].GetDecidable() {
		t.Fatalf("%v", all)
	}
	for _, w := range []string{first.GetWorker(), second.GetWorker()} {
		if lines := f.compared(t, w); len(lines) != 1 || lines[0].GetReader() != "a-1" {
			t.Errorf("%s sees who compared: %v", w, lines)
		}
		if w != all[0].GetFirstId() && w != all[0].GetSecondId() {
			t.Errorf("%s is not in %v", w, all[0])
		}
	}
	shown, err := f.doubles().GetDouble(f.office("a-2", home), &registryv1.GetDoubleRequest{DoubleId: all[0].GetDoubleId()})
	if err != nil || shown.GetFirst().GetName() != form(1).GetName() || shown.GetSecond().GetBirthDate() != "1985-03-12" || shown.GetFirst().GetDocumentLast4() == shown.GetSecond().GetDocumentLast4() {
		t.Fatalf("%v, %v", shown, err)
	}
	for _, w := range []string{first.GetWorker(), second.GetWorker()} {
		if lines := f.compared(t, w); len(lines) != 2 || lines[0].GetReader() != "a-2" || lines[0].GetPurpose() != "person_case" || lines[0].GetCaseId() != all[0].GetDoubleId() {
			t.Errorf("%s sees who looked: %v", w, lines)
		}
	}
}

func TestWhoRegistersAloneLearnsOfNoOther(t *testing.T) {
	f := start(t)
	f.register(t, 31)
	got, err := f.client.RegisterWorker(f.Worker("new"), other())
	if err != nil || got.GetLikelyDouble() {
		t.Fatalf("%v, %v", got, err)
	}
	if all := f.pairs(t, "a-1", home); len(all) != 1 {
		t.Errorf("the office sees it: %v", all)
	}
	if lines := f.compared(t, got.GetWorker()); len(lines) != 1 || lines[0].GetReader() != "registry" {
		t.Errorf("%v", lines)
	}
}

// A record of another county is never named, to either office; the prefecture's
// sees both.
func TestADoubleOfAnotherCountyIsNotNamed(t *testing.T) {
	f := start(t)
	here := f.register(t, 31)
	moved := other()
	moved.County = away
	ask := &registryv1.FindDoublesRequest{DocumentNumber: moved.GetDocumentNumber(), Name: moved.GetName(), Phone: moved.GetPhone(), CaseId: "case-1"}
	desk := f.As(auth.Principal{Kind: auth.Officer, Subject: "b-1", Department: "hrss", Division: away, Purpose: "registration"})
	before, err := f.doubles().FindDoubles(desk, ask)
	if err != nil || len(before.GetFound()) != 0 || !before.GetElsewhere() {
		t.Fatalf("%v, %v", before, err)
	}
	if lines := f.compared(t, here); len(lines) != 1 || lines[0].GetReader() != "b-1" || lines[0].GetCaseId() != "case-1" {
		t.Errorf("who asks leaves a trace: %v", lines)
	}
	got, err := f.client.RegisterWorker(f.of("hrss", "b-1", away, ""), moved)
	if err != nil {
		t.Fatal(err)
	}
	there := got.GetWorker()
	for office, c := range map[string]struct{ own, hidden string }{home: {here, there}, away: {there, here}} {
		all := f.pairs(t, "x-1", office)
		if len(all) != 1 || all[0].GetDecidable() || all[0].GetFirstId() == c.hidden || all[0].GetSecondId() == c.hidden || all[0].GetFirstId()+all[0].GetSecondId() != c.own {
			t.Fatalf("%s: %v", office, all)
		}
		shown, err := f.doubles().GetDouble(f.office("x-1", office), &registryv1.GetDoubleRequest{DoubleId: all[0].GetDoubleId()})
		if err != nil || (shown.GetFirst() == nil) == (shown.GetSecond() == nil) {
			t.Errorf("%s: %v, %v", office, shown, err)
		}
		if _, err := f.doubles().DecideDouble(f.office("x-1", office), &registryv1.DecideDoubleRequest{DoubleId: all[0].GetDoubleId(), Apart: true}); errs.CodeOf(err) != "registry.double.elsewhere" {
			t.Errorf("%s decides alone: %v", office, err)
		}
	}
	id := f.pairs(t, "x-1", home)[0].GetDoubleId()
	if _, err := f.doubles().GetDouble(f.office("c-1", "654322"), &registryv1.GetDoubleRequest{DoubleId: id}); errs.CodeOf(err) != "registry.double.unknown" {
		t.Errorf("a third county: %v", err)
	}
	if all := f.pairs(t, "c-1", "654322"); len(all) != 0 {
		t.Errorf("a third county: %v", all)
	}
	if _, err := f.doubles().DecideDouble(f.office("p-1", "654300"), &registryv1.DecideDoubleRequest{DoubleId: id, Apart: true, ReasonCode: "both_known"}); err != nil {
		t.Errorf("the prefecture: %v", err)
	}
}

// What was set aside stays so, and can be taken up again.
func TestAPairIsSetAside(t *testing.T) {
	f := start(t)
	f.register(t, 31)
	second, err := f.client.RegisterWorker(f.Officer("hrss"), other())
	if err != nil {
		t.Fatal(err)
	}
	id := f.pairs(t, "a-1", home)[0].GetDoubleId()
	decide := func(apart bool, why string) error {
		_, err := f.doubles().DecideDouble(f.office("a-1", home), &registryv1.DecideDoubleRequest{DoubleId: id, Apart: apart, ReasonCode: why})
		return err
	}
	if err := decide(true, "because"); errs.CodeOf(err) != "registry.double.reason" {
		t.Errorf("a reason of one's own: %v", err)
	}
	if err := decide(false, ""); errs.CodeOf(err) != "registry.double.decided" {
		t.Errorf("taking up what waits: %v", err)
	}
	if err := decide(true, "twins"); err != nil {
		t.Fatal(err)
	}
	if err := decide(true, "family"); errs.CodeOf(err) != "registry.double.decided" {
		t.Errorf("twice: %v", err)
	}
	// The telephone changes, and the same two are compared again.
	w := second.GetWorker()
	if _, err := f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, Phone: "15000018191", County: home}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if all := f.pairs(t, "a-1", home); len(all) != 0 {
		t.Errorf("it came back: %v", all)
	}
	kept, err := f.doubles().ListDoubles(f.office("a-1", home), &registryv1.ListDoublesRequest{Apart: true})
	if err != nil || len(kept.GetDoubles()) != 1 || kept.GetDoubles()[0].GetReasonCode() != "twins" || kept.GetDoubles()[0].GetDecidedBy() != "a-1" {
		t.Fatalf("%v, %v", kept, err)
	}
	if err := decide(false, ""); err != nil {
		t.Fatal(err)
	}
	if all := f.pairs(t, "a-1", home); len(all) != 1 {
		t.Errorf("taken up again: %v", all)
	}
}

// A telephone that changes makes a pair of two records that were none.
func TestAChangeOfContactIsLookedAt(t *testing.T) {
	f := start(t)
	f.register(t, 31)
	r := form(0)
	r.DocumentNumber, r.Phone = number(adult.AddDays(5), 228), "13900000001" // a digit of the day, and another sequence
	got, err := f.client.RegisterWorker(f.Officer("hrss"), r)
	if err != nil || got.GetLikelyDouble() {
		t.Fatalf("%v, %v", got, err)
	}
	w := got.GetWorker()
	if _, err := f.client.UpdateContact(f.Worker(w), &registryv1.UpdateContactRequest{Worker: w, Phone: form(1).GetPhone(), County: home}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if all := f.pairs(t, "a-1", home); len(all) != 1 || !slices.Contains(all[0].GetGrounds(), "other_date") {
		t.Errorf("%v", all)
	}
	if _, err := f.client.CloseAccount(f.Worker(w), &registryv1.CloseAccountRequest{Worker: w}); err != nil {
		t.Fatal(err)
	}
	if all := f.pairs(t, "a-1", home); len(all) != 0 {
		t.Errorf("with the account it goes: %v", all)
	}
}

// Asking before registering counts as looking a number up.
func TestFindingDoublesIsALookUp(t *testing.T) {
	f := start(t)
	w := f.register(t, 31)
	desk := f.of("hrss", "a-1", home, "")
	r := other()
	ask := &registryv1.FindDoublesRequest{DocumentNumber: r.GetDocumentNumber(), Name: r.GetName(), Phone: r.GetPhone()}
	for i := range 60 {
		got, err := f.doubles().FindDoubles(desk, ask)
		if err != nil || len(got.GetFound()) != 1 || got.GetFound()[0].GetWorker() != w || got.GetElsewhere() {
			t.Fatalf("%d: %v, %v", i, got, err)
		}
	}
	if _, err := f.doubles().FindDoubles(desk, ask); errs.CodeOf(err) != "registry.lookup.limit" {
		t.Errorf("the sixty-first: %v", err)
	}
	for _, department := range []string{"psb", "msb"} {
		if _, err := f.doubles().FindDoubles(f.of(department, "c-1", home, ""), ask); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s: %v", department, err)
		}
	}
	same := &registryv1.FindDoublesRequest{DocumentNumber: form(31).GetDocumentNumber(), Name: r.GetName(), Phone: r.GetPhone()}
	if got, err := f.doubles().FindDoubles(f.of("hrss", "a-2", home, ""), same); err != nil || len(got.GetFound()) != 0 {
		t.Errorf("a number that is registered is no double: %v, %v", got, err)
	}
	if lines := f.accesses(t, w); lines[0].GetReader() != "a-2" {
		t.Errorf("whose number it is sees it: %v", lines[0])
	}
}

// Two records of one person that are made at the same moment find each other.
func TestRecordsMadeAtOnceFindEachOther(t *testing.T) {
	for name, database := range map[string]func(*testing.T) string{
		"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return testkit.Postgres(t)(t) },
	} {
		t.Run(name, func(t *testing.T) {
			f := startOn(t, database(t))
			const people = 9 // of more, the telephone and the name would say nothing
			var wg sync.WaitGroup
			for i := range people {
				wg.Go(func() {
					if got, err := f.client.RegisterWorker(f.Officer("hrss"), form(i)); err != nil || got.GetOutcome() != "created" {
						t.Errorf("%v, %v", got, err)
					}
				})
			}
			wg.Wait()
			f.Settle()
			got, err := f.doubles().ListDoubles(f.office("a-1", home), &registryv1.ListDoublesRequest{Limit: 500})
			if err != nil || len(got.GetDoubles()) != people*(people-1)/2 {
				t.Errorf("%d pairs, want %d; %v", len(got.GetDoubles()), people*(people-1)/2, err)
			}
		})
	}
}

// Records of before likenesses were kept are looked through after an upgrade.
func TestRecordsOfBeforeAreLookedThrough(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "registry.db")
	f := startOn(t, address)
	for i := range 3 {
		f.register(t, 31+10*i)
	}
	f.Settle()
	db, err := sqldb.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	without(t, address, "likeness", "likely_double")
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE likeness_fill SET done = 0, position = ''`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	tasks := task.New(db, f.clock, testkit.Telemetry(t).For("registry"))
	if err := store.New(testkit.Outbox(t, "registry", db), tasks, f.clock, nil).LikenOlds(context.Background()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "all are looked through", func() bool { return len(f.pairs(t, "a-1", home)) == 3 })
}

// Two records that were joined are one person, whose double a third record is.
func TestJoinedRecordsAreNoDoubleOfEachOther(t *testing.T) {
	f := start(t)
	w := f.register(t, 31)
	second, err := f.client.RegisterWorker(f.Officer("hrss"), other())
	if err != nil {
		t.Fatal(err)
	}
	into, _, _ := f.joined(t, w, second.GetWorker())
	f.Settle()
	if all := f.pairs(t, "a-1", home); len(all) != 0 {
		t.Errorf("they are listed still: %v", all)
	}
	if _, err := f.client.UpdateContact(f.Worker(into), &registryv1.UpdateContactRequest{Worker: into, Phone: "15000018195", County: home}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if all := f.pairs(t, "a-1", home); len(all) != 0 {
		t.Errorf("one person is a double of himself: %v", all)
	}
	third := form(0)
	third.DocumentNumber, third.Phone = number(adult, 131), "15000018195"
	if got, err := f.client.RegisterWorker(f.Officer("hrss"), third); err != nil || !got.GetLikelyDouble() {
		t.Errorf("a third record: %v, %v", got, err)
	}
	if all := f.pairs(t, "a-1", home); len(all) == 0 {
		t.Error("a third record is none's double")
	}
}

// A draw is warned of children as a counter is of people: in two scripts, by both
// parents; twins are no pair. Each guardian reads of it in the own log, but one from
// whom something of the child is hidden; and who is known to be one child is none.
func TestADrawIsWarnedOfChildren(t *testing.T) {
	m := newFamily(t)
	register := func(of, name, born string) string {
		t.Helper()
		r := child(of)
		r.Name, r.BirthDate = name, born
		got, err := m.client.RegisterChild(m.Counter("edu", of), r)
		if err != nil {
			t.Fatal(err)
		}
		return got.GetChildId()
	}
	read := func(worker string) (all []*registryv1.AccessEntry) {
		t.Helper()
		return slices.DeleteFunc(m.compared(t, worker), func(l *registryv1.AccessEntry) bool { return l.GetReader() != "education" })
	}
	const day = "2019-06-01"
	hers, his := register(m.mother, "努尔兰·巴合提", day), register(m.father, "Nurlan Bakhyt", day)
	twins := []string{register(m.mother, "王小龙", "2019-07-01"), register(m.mother, "王小虎", "2019-07-01")}
	ask := func(want int) []*registryv1.LikelyDouble {
		t.Helper()
		got, err := m.client.FindLikelyDoubles(m.Service("education"), &registryv1.FindLikelyDoublesRequest{ChildIds: append([]string{hers, his, m.child}, twins...), CaseId: "round-1"})
		if err != nil || len(got.GetDoubles()) != want {
			t.Fatalf("%v, %v", got, err)
		}
		return got.GetDoubles()
	}
	pair := ask(1)[0]
	if !slices.Contains([]string{hers, his}, pair.GetFirstId()) || !slices.Contains([]string{hers, his}, pair.GetSecondId()) || !slices.Equal(pair.GetGrounds(), []string{"same_sound", "same_birth", "same_phone", "two_guardians"}) {
		t.Errorf("%v", pair)
	}
	for _, w := range []string{m.mother, m.father} {
		if lines := read(w); len(lines) != 1 || lines[0].GetCaseId() != "round-1" {
			t.Errorf("%s reads %v", w, lines)
		}
	}
	// He becomes a guardian of her entry too, where the child lives is hidden from him, and he is asked of another child.
	m.child = hers
	m.decided(&registryv1.OpenGuardianCaseRequest{
		CaseKind: "hide", GuardianId: m.added(m.father), Hidden: []string{"address"}, ValidTo: "2027-06-30", ReasonCode: "protection_order", Paper: "protection_order",
	})
	third := register(m.register(t, 3), "努尔兰·巴合提", day)
	was := len(read(m.father))
	got, err := m.client.FindLikelyDoubles(m.Service("education"), &registryv1.FindLikelyDoublesRequest{ChildIds: []string{hers, third}, CaseId: "round-2"})
	if err != nil || len(got.GetDoubles()) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if lines := read(m.father); len(lines) != was {
		t.Errorf("he reads where the child is: %v", lines)
	}
	if lines := read(m.mother); len(lines) != 2 || lines[0].GetCaseId() != "" {
		t.Errorf("she reads %v", lines)
	}
	m.decided(&registryv1.OpenGuardianCaseRequest{CaseKind: "same", OtherChildId: his, ReasonCode: "entered_twice", Paper: "birth_certificate"})
	ask(0)
}
