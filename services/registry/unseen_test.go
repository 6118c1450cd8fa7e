package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

const alone = "13900018777"

func (f *fixture) unseen() registryv1.UnseenClient {
	return registryv1.UnseenClient{Caller: f.Client(), Target: registry.Name}
}

// says makes the record of somebody who says to have a number.
func (f *fixture) says(t testing.TB, n int, phone string) string {
	t.Helper()
	r, err := f.unseen().RecordUnseen(f.asks(), &registryv1.RecordUnseenRequest{Name: form(n).GetName(), DocumentNumber: number(adult, n), County: home, Phone: phone})
	if err != nil || r.GetWorker() == "" {
		t.Fatalf("%v, %v", r, err)
	}
	return r.GetWorker()
}

// before is an officer before whom a registered person stands.
func (f *fixture) before(worker string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: "a-1", Department: "hrss", Division: home, Purpose: "person_case", Via: auth.ViaCounter, ActsFor: worker})
}

func (f *fixture) claims(t testing.TB, worker string) (all []string) {
	t.Helper()
	r, err := f.unseen().ListUnseen(f.before(worker), &registryv1.ListUnseenRequest{Worker: worker})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range r.GetUnseen() {
		all = append(all, u.GetUnseenId())
	}
	return all
}

func (f *fixture) decide(worker, unseen string, recognise bool) error {
	_, err := f.unseen().DecideUnseen(f.before(worker), &registryv1.DecideUnseenRequest{Worker: worker, UnseenId: unseen, Recognise: recognise, Paper: "resident_card"})
	return err
}

// stands is whether there is an account, and whether it was closed.
func (f *fixture) stands(t testing.TB, worker, division string) *registryv1.GetStandingResponse {
	t.Helper()
	r, err := f.client.GetStanding(f.As(auth.Principal{Kind: auth.Service, Subject: "employment", Purpose: "account_standing", Via: auth.ViaSystem}), &registryv1.GetStandingRequest{Worker: worker, Division: division})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whoever says a number takes nothing of it: its person registers, is found and is
// nobody's double, and who says it is nobody whom an officer finds or reads.
func TestWhoSaysANumberTakesNothingOfIt(t *testing.T) {
	f := start(t)
	first := f.register(t, 1)
	claimsFirst, claimsSecond := f.says(t, 1, alone), f.says(t, 2, newer)
	if claimsFirst == first {
		t.Fatal("the reference of the registered person was given away")
	}
	second := f.register(t, 2)
	if second == claimsSecond {
		t.Fatal("who said a number before became its registered person")
	}
	f.Settle()
	for n, want := range map[int]string{1: first, 2: second} {
		got, err := f.client.FindWorker(f.Officer("hrss"), &registryv1.FindWorkerRequest{DocumentNumber: number(adult, n)})
		if err != nil || got.GetWorker() != want {
			t.Errorf("the number finds %v, %v; want %s", got, err, want)
		}
	}
	for _, pair := range f.pairs(t, "a-1", prefecture) {
		for _, u := range []string{claimsFirst, claimsSecond} {
			if pair.GetFirstId() == u || pair.GetSecondId() == u {
				t.Errorf("%s is somebody's double", u)
			}
		}
	}
	if r := f.stands(t, claimsFirst, home); r.GetCovered() {
		t.Error("an officer may begin a visit of who was not seen")
	}
	for what, as := range map[string]context.Context{"at the counter": f.of("hrss", "a-1", home, claimsFirst), "an officer": f.Officer("hrss")} {
		if _, err := f.client.GetWorker(as, &registryv1.GetWorkerRequest{Worker: claimsFirst}); err == nil {
			t.Errorf("%s reads who was not seen", what)
		}
	}
	if _, err := f.joining.OpenJoin(f.desk("a-1", prefecture), &registryv1.OpenJoinRequest{Worker: first, OtherId: claimsFirst, ReasonCode: "number_mistyped", Paper: "resident_card"}); errs.CodeOf(err) != "registry.worker.unseen" {
		t.Errorf("a join by two officers of who was not seen: %v", err)
	}
	r, err := f.phones().FindPhone(f.asks(), &registryv1.FindPhoneRequest{Phone: alone})
	if err != nil || len(r.GetHolders()) != 1 || r.GetHolders()[0].GetWorker() != claimsFirst || !r.GetHolders()[0].GetUnseen() {
		t.Errorf("the telephone finds %v, %v", r, err)
	}
}

// On one telephone few wait, and a form that is no good is refused as at a counter.
func TestFewWaitOnOneTelephone(t *testing.T) {
	f := start(t)
	for n := range 3 {
		f.says(t, n+1, alone)
	}
	_, err := f.unseen().RecordUnseen(f.asks(), &registryv1.RecordUnseenRequest{Name: form(4).GetName(), DocumentNumber: number(adult, 4), County: home, Phone: alone})
	if errs.CodeOf(err) != "registry.unseen.most" {
		t.Errorf("a fourth: %v", err)
	}
	for what, bad := range map[string]*registryv1.RecordUnseenRequest{
		"no telephone": {Name: form(4).GetName(), DocumentNumber: number(adult, 4), County: home},
		"a wrong sum":  {Name: form(4).GetName(), DocumentNumber: "654399198503120019", County: home, Phone: newer},
		"no name":      {DocumentNumber: number(adult, 4), County: home, Phone: newer},
		"no county":    {Name: form(4).GetName(), DocumentNumber: number(adult, 4), Phone: newer},
	} {
		if _, err := f.unseen().RecordUnseen(f.asks(), bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// At a counter the person says which of those who say the number is the person: that one
// is joined, and what is another's ends.
func TestACounterRecognisesAndRefuses(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { recognised(t, "") })
	t.Run("postgres", func(t *testing.T) { recognised(t, testkit.Postgres(t)(t)) })
}

func recognised(t *testing.T, database string) {
	f := startOn(t, database)
	mine, others, elses := f.says(t, 1, alone), f.says(t, 1, newer), f.says(t, 2, newer)
	person := f.register(t, 1)
	f.Settle()
	if got := f.claims(t, person); !slices.Equal(got, []string{mine, others}) {
		t.Fatalf("who says the number: %v, want %v", got, []string{mine, others})
	}
	if _, err := f.unseen().ListUnseen(f.desk("a-1", home), &registryv1.ListUnseenRequest{Worker: person}); errs.KindOf(err) != errs.Denied {
		t.Errorf("without the person before her: %v", err)
	}
	for what, err := range map[string]error{
		"another number's":      f.decide(person, elses, true),
		"another number's, out": f.decide(person, elses, false),
		"a registered person":   f.decide(person, f.register(t, 3), true),
		"nobody":                f.decide(person, "0198c0de-0000-7000-8000-000000000001", true),
	} {
		if errs.CodeOf(err) != "registry.unseen.unknown" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := f.decide(person, mine, true); err != nil {
		t.Fatal(err)
	}
	if err := f.decide(person, others, false); err != nil {
		t.Fatal(err)
	}
	if got := f.claims(t, person); len(got) != 0 {
		t.Errorf("they still wait: %v", got)
	}
	f.Settle()
	if told := f.told(t, person); !slices.Contains(told, "registry.unseen.seen") || !slices.Contains(told, "registry.unseen.refused") {
		t.Errorf("the person was told %v", told)
	}
	if r := f.stands(t, mine, home); r.GetClosed() || !r.GetCovered() {
		t.Errorf("what was recognised: %v", r)
	}
	if r := f.stands(t, others, home); !r.GetClosed() {
		t.Errorf("what was refused: %v", r)
	}
	joined, named := 0, 0
	for _, e := range f.Published(registry.Name) {
		switch e.Type {
		case "registry.worker.joined.v1":
			joined++
		case "registry.unseen.recognised.v1":
			named++
		}
	}
	if joined != 1 || named != 1 {
		t.Errorf("%d joins, %d recognised", joined, named)
	}
	f.partedAgain(t, person, mine)
}

// partedAgain undoes it, as any join: nobody was seen for it after all, so it ends.
func (f *fixture) partedAgain(t *testing.T, person, mine string) {
	t.Helper()
	own, err := f.joining.ListOwnPersonCases(f.As(auth.Principal{Kind: auth.Worker, Subject: person, Purpose: "own_record"}), &registryv1.ListOwnPersonCasesRequest{Worker: person})
	if err != nil || len(own.GetCases()) != 1 {
		t.Fatalf("%v, %v", own, err)
	}
	opened, err := f.joining.OpenParting(f.desk("a-1", home), &registryv1.OpenPartingRequest{JoinId: own.GetCases()[0].GetPersonCaseId(), ReasonCode: "joined_wrong", Paper: "resident_card"})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := f.joining.GetPersonCase(f.desk("a-2", home), &registryv1.GetPersonCaseRequest{PersonCaseId: opened.GetPersonCaseId()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", home), &registryv1.DecidePersonCaseRequest{PersonCaseId: opened.GetPersonCaseId(), Approve: true, Revision: seen.GetCase().GetRevision()}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "what nobody was seen for ends", func() bool { return f.stands(t, mine, "").GetClosed() })
	if r := f.stands(t, person, home); r.GetClosed() || !r.GetCovered() {
		t.Errorf("the person: %v", r)
	}
}

// Whom no counter sees is told before the last day and ends after it, and what was said
// is erased; until then the person reads the last day, and nobody else does.
func TestWhoIsNotSeenEnds(t *testing.T) {
	f := start(t)
	u := f.says(t, 1, alone)
	own := func() (*registryv1.GetOwnUnseenResponse, error) {
		return f.unseen().GetOwnUnseen(f.Worker(u), &registryv1.GetOwnUnseenRequest{Worker: u})
	}
	if r, err := own(); err != nil || r.GetEndsOn() != "2027-01-01" || r.GetName() != form(1).GetName() {
		t.Fatalf("%v, %v", r, err)
	}
	if _, err := f.unseen().GetOwnUnseen(f.Worker(f.says(t, 2, newer)), &registryv1.GetOwnUnseenRequest{Worker: u}); errs.KindOf(err) != errs.Denied {
		t.Errorf("another's: %v", err)
	}
	f.clock.Advance(46 * 24 * time.Hour)
	testkit.Eventually(t, "it is told", func() bool { return slices.Contains(f.told(t, u), "registry.unseen.ends") })
	f.clock.Advance(13 * 24 * time.Hour)
	f.Settle()
	if r := f.stands(t, u, ""); r.GetClosed() {
		t.Fatal("it ended before the last day")
	}
	f.clock.Advance(2 * 24 * time.Hour)
	testkit.Eventually(t, "it ends", func() bool { return f.stands(t, u, "").GetClosed() })
	if _, err := own(); err == nil {
		t.Error("what was said is still read")
	}
	if r, err := f.phones().FindPhone(f.asks(), &registryv1.FindPhoneRequest{Phone: alone}); err != nil || len(r.GetHolders()) != 0 {
		t.Errorf("the telephone finds %v, %v", r, err)
	}
}
