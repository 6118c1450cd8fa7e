package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// hired publishes that a worker was hired, a minute after what was before.
func (f *fixture) hired(worker, id string) {
	f.clock.Advance(time.Minute)
	f.others["employment"].Publish(outbox.Subject{Aggregate: id, Worker: worker, Division: home}, &employmentv1.HireRegistered{HireId: id, Basis: "offer", StartOn: "2026-11-02", Occupation: "6-29"})
}

// things lists what departments recorded on a timeline, newest first.
func (f *fixture) things(t *testing.T, worker string, limit int32) (all []string) {
	t.Helper()
	for _, e := range f.timeline(t, worker, limit) {
		if e.GetService() != "registry" {
			all = append(all, e.GetAggregate())
		}
	}
	return all
}

func TestAJoinedLifeIsReadTogetherAndPartedAsItWas(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { joinedAndParted(t, "") })
	t.Run("postgres", func(t *testing.T) { joinedAndParted(t, testkit.Postgres(t)(t)) })
}

func joinedAndParted(t *testing.T, database string) {
	f := startOn(t, database)
	w, double := f.register(t, 1), f.second(t, 11, home)
	grants := map[string]string{}
	for i, ref := range []string{w, double} {
		g, err := f.client.GrantConsent(f.Worker(ref), grant(ref))
		if err != nil {
			t.Fatal(err)
		}
		grants[ref] = g.GetGrantId()
		kid := child(ref)
		kid.Name = []string{"叶尔肯·努尔兰", "阿依古丽·努尔兰"}[i]
		if _, err := f.client.RegisterChild(f.Worker(ref), kid); err != nil {
			t.Fatal(err)
		}
		if _, err := f.client.GetWorker(f.of("hrss", fmt.Sprint("r-", i), home, ""), &registryv1.GetWorkerRequest{Worker: ref}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		f.hired(w, fmt.Sprint("own-", i))
		f.hired(double, fmt.Sprint("double-", i))
	}
	f.Settle()
	before := map[string][]string{w: f.things(t, w, 0), double: f.things(t, double, 0)}
	into, alias, join := f.joined(t, w, double)
	f.Settle()

	together := []string{"double-2", "own-2", "double-1", "own-1", "double-0", "own-0"}
	for _, ref := range []string{w, double} {
		for _, limit := range []int32{0, 1, 2, 5} {
			if got := f.things(t, ref, limit); !slices.Equal(got, together) {
				t.Errorf("%s by %d: %v, not %v", ref, limit, got, together)
			}
		}
		lines := f.accesses(t, ref)
		readers := map[string]bool{}
		for i, l := range lines {
			readers[l.GetReader()] = true
			if i > 0 && l.GetAt() > lines[i-1].GetAt() {
				t.Errorf("the log is not in order: %v", lines)
			}
		}
		if !readers["r-0"] || !readers["r-1"] {
			t.Errorf("%s sees looks by %v", ref, readers)
		}
		list, err := f.client.ListConsents(f.Worker(ref), &registryv1.ListConsentsRequest{Worker: ref})
		if err != nil || len(list.GetConsents()) != 2 {
			t.Errorf("%s agreed to %v, %v", ref, list, err)
		}
		got, err := f.client.GetWorker(f.Worker(ref), &registryv1.GetWorkerRequest{Worker: ref})
		if err != nil || got.GetPerson().GetWorker() != into {
			t.Errorf("%s is %v, %v", ref, got, err)
		}
	}
	// A withdrawal in either holds in both, and the departments hear of each.
	if _, err := f.client.WithdrawConsent(f.Worker(double), &registryv1.WithdrawConsentRequest{GrantId: grants[w]}); err != nil {
		t.Fatal(err)
	}
	list, err := f.client.ListConsents(f.Worker(double), &registryv1.ListConsentsRequest{Worker: double})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.GetConsents() {
		if c.GetWithdrawnAt() == 0 {
			t.Errorf("it stands in the other record: %v", c)
		}
	}
	// The person acts by either, and so does a helper; what is said of one is said of the person.
	said := &registryv1.UpdateContactRequest{Worker: alias, County: home, Phone: "15000018191", Languages: []string{"kk-Arab"}}
	if _, err := f.client.UpdateContact(f.Worker(double), said); err != nil {
		t.Fatal(err)
	}
	if got, err := f.client.GetWorker(f.Worker(w), &registryv1.GetWorkerRequest{Worker: into}); err != nil || got.GetPerson().GetPhone() != "15000018191" {
		t.Errorf("%v, %v", got, err)
	}
	for _, ref := range []string{w, double} {
		helper := f.As(auth.Principal{Kind: auth.Worker, Subject: "friend", Via: auth.ViaHelper, ActsFor: w})
		if _, err := f.client.GrantConsent(helper, grant(ref)); err != nil {
			t.Errorf("a helper for %s: %v", ref, err)
		}
		if _, err := f.client.ListTimeline(helper, &registryv1.ListTimelineRequest{Worker: ref}); errs.CodeOf(err) != "auth.not_yours" {
			t.Errorf("a helper sees the life of %s: %v", ref, err)
		}
	}
	// What happens since is recorded under either; of one that was recorded before, an event more.
	f.hired(into, "since-into")
	f.hired(alias, "since-alias")
	f.hired(into, "since-wrong")
	f.clock.Advance(time.Minute)
	f.others["employment"].Publish(outbox.Subject{Aggregate: "own-0", Worker: w, Division: home, Version: 1}, &employmentv1.HireEndStated{HireId: "own-0", EndedOn: "2026-11-02"})
	f.others["housing"].Publish(outbox.Subject{Aggregate: "lease", Worker: into, Division: home}, &housingv1.LeaseSigned{LeaseId: "lease"})
	f.Settle()

	parting, err := f.joining.OpenParting(f.desk("a-1", prefecture), &registryv1.OpenPartingRequest{JoinId: join, ReasonCode: "joined_wrong", Paper: "police_letter"})
	if err != nil {
		t.Fatal(err)
	}
	id := parting.GetPersonCaseId()
	read := func() *registryv1.GetPersonCaseResponse {
		t.Helper()
		got, err := f.joining.GetPersonCase(f.desk("a-2", prefecture), &registryv1.GetPersonCaseRequest{PersonCaseId: id})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	var listed []string
	for _, p := range read().GetParts() {
		if p.GetService() != "registry" {
			listed = append(listed, p.GetAggregate()+" "+p.GetRecorded())
		}
	}
	ownSide := map[string]string{into: "into", alias: "alias"}[w]
	if want := []string{"lease into", "own-0 " + ownSide, "since-wrong into", "since-alias alias", "since-into into"}; !slices.Equal(slices.Sorted(slices.Values(listed)), slices.Sorted(slices.Values(want))) {
		t.Errorf("listed are %q, not %q", listed, want)
	}
	seen := read().GetCase().GetRevision()
	if _, err := f.joining.AssignParts(f.desk("a-1", prefecture), &registryv1.AssignPartsRequest{PersonCaseId: id, ToAlias: []string{"since-wrong", "since-alias"}, ToInto: []string{"lease"}}); err != nil {
		t.Fatal(err)
	}
	decide := &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true, Revision: seen}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), decide); errs.CodeOf(err) != "registry.person_case.changed" {
		t.Errorf("what was assigned since was not seen: %v", err)
	}
	decide.Revision = read().GetCase().GetRevision()
	if got, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), decide); err != nil || got.GetState() != "applied" {
		t.Fatalf("%v, %v", got, err)
	}
	f.clock.Advance(time.Minute) // on its way when they were parted
	f.others["employment"].Publish(outbox.Subject{Aggregate: "since-wrong", Worker: into, Division: home, Version: 1}, &employmentv1.HireEndStated{HireId: "since-wrong", EndedOn: "2026-11-02"})
	f.Settle()
	after := map[string][]string{into: {"lease", "own-0", "since-into"}, alias: {"since-wrong", "since-wrong", "since-alias"}}
	if w == alias {
		after = map[string][]string{into: {"lease", "since-into"}, alias: {"since-wrong", "own-0", "since-wrong", "since-alias"}}
	}
	check := func(when string) {
		t.Helper()
		for ref, since := range after {
			if got, want := f.things(t, ref, 2), slices.Concat(since, before[ref]); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
				t.Errorf("%s: of %s there is %v, not %v", when, ref, got, want)
			}
		}
	}
	check("parted")
	var corrected []string
	for _, e := range f.Published(registry.Name) {
		if e.Type == "registry.fact.corrected.v1" {
			corrected = append(corrected, e.Worker)
		}
	}
	if !slices.Equal(corrected, []string{into}) {
		t.Errorf("told that a fact was not theirs: %v, not %s once", corrected, into)
	}
	for _, ref := range []string{w, double} {
		if told := f.told(t, ref); !slices.Contains(told, "registry.part.made") || !slices.Contains(told, "registry.part.asked") {
			t.Errorf("%s was told %v", ref, told)
		}
		got, err := f.client.GetWorker(f.Worker(ref), &registryv1.GetWorkerRequest{Worker: ref})
		if err != nil || got.GetPerson().GetWorker() != ref {
			t.Errorf("parted, %s is %v, %v", ref, got, err)
		}
	}
	ops := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "a test of partings"}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the timeline is made anew", func() bool { return f.rebuild(t).GetState() == "done" })
	check("made anew")
}

// A record that held two persons is parted by the whole of its life.
func TestARecordOfTwoPersonsIsParted(t *testing.T) {
	f := start(t)
	w, other := f.register(t, 1), f.second(t, 11, away)
	f.hired(w, "his")
	f.hired(w, "hers")
	f.hired(other, "untouched")
	f.Settle()
	ask := &registryv1.OpenPartingRequest{Worker: w, OtherId: other, ReasonCode: "borrowed_card", Paper: "witness"}
	if _, err := f.joining.OpenParting(f.desk("a-1", "654322"), ask); errs.CodeOf(err) != "registry.worker.unknown" {
		t.Errorf("an officer of neither county: %v", err)
	}
	opened, err := f.joining.OpenParting(f.desk("a-1", home), ask)
	if err != nil {
		t.Fatal(err)
	}
	id := opened.GetPersonCaseId()
	if _, err := f.joining.AssignParts(f.desk("a-2", home), &registryv1.AssignPartsRequest{PersonCaseId: id, ToAlias: []string{"hers"}}); errs.CodeOf(err) != "registry.person_case.parts_others" {
		t.Errorf("another officer assigns: %v", err)
	}
	if _, err := f.joining.AssignParts(f.desk("a-1", home), &registryv1.AssignPartsRequest{PersonCaseId: id, ToAlias: []string{"untouched"}}); errs.CodeOf(err) != "registry.person_case.parts" {
		t.Errorf("the other's own: %v", err)
	}
	if _, err := f.joining.AssignParts(f.desk("a-1", home), &registryv1.AssignPartsRequest{PersonCaseId: id, ToAlias: []string{"hers"}}); err != nil {
		t.Fatal(err)
	}
	got, err := f.joining.GetPersonCase(f.desk("b-1", away), &registryv1.GetPersonCaseRequest{PersonCaseId: id})
	if err != nil || got.GetInto().GetName() != "" || got.GetAlias().GetName() == "" {
		t.Fatalf("of the other county's record there is no more than the county: %v, %v", got, err)
	}
	yes := &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true, Revision: got.GetCase().GetRevision()}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", home), yes); errs.CodeOf(err) != "registry.person_case.county" {
		t.Errorf("an officer of the same county: %v", err)
	}
	if got, err := f.joining.DecidePersonCase(f.desk("b-1", away), yes); err != nil || got.GetState() != "applied" {
		t.Fatalf("%v, %v", got, err)
	}
	f.Settle()
	if his, hers := f.things(t, w, 0), f.things(t, other, 0); strings.Join(his, " ") != "his" || strings.Join(hers, " ") != "untouched hers" {
		t.Errorf("%v and %v", his, hers)
	}
}

// Closing is one word of the person: every record that stands for the person ends,
// and so does what officers ask.
func TestClosingAJoinedAccount(t *testing.T) {
	f := start(t)
	w, double, third := f.register(t, 1), f.second(t, 11, home), f.second(t, 21, home)
	f.joined(t, w, double)
	open, err := f.joining.OpenJoin(f.desk("a-1", prefecture), &registryv1.OpenJoinRequest{Worker: double, OtherId: third, ReasonCode: "other", Paper: "witness"})
	if err != nil {
		t.Fatal(err)
	}
	f.hired(w, "own")
	f.hired(double, "double")
	f.Settle()
	if _, err := f.client.CloseAccount(f.Worker(double), &registryv1.CloseAccountRequest{Worker: double}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	for _, ref := range []string{w, double} {
		if left := f.tables(t, ref, ""); len(left.keys) != 0 || left.sealed != 0 || left.rows != 0 {
			t.Errorf("of %s there is %+v", ref, left)
		}
		if _, err := f.client.GetWorker(f.Worker(ref), &registryv1.GetWorkerRequest{Worker: ref}); errs.CodeOf(err) != "registry.worker.closed" {
			t.Errorf("%s: %v", ref, err)
		}
	}
	case1, err := f.joining.GetPersonCase(f.desk("a-2", prefecture), &registryv1.GetPersonCaseRequest{PersonCaseId: open.GetPersonCaseId()})
	if err != nil || case1.GetCase().GetState() != "ended" {
		t.Errorf("%v, %v", case1, err)
	}
	if told := f.told(t, third); !slices.Contains(told, "registry.join.ended") {
		t.Errorf("the other was told %v", told)
	}
	if _, err := f.joining.OpenJoin(f.desk("a-1", prefecture), &registryv1.OpenJoinRequest{Worker: w, OtherId: third, ReasonCode: "other", Paper: "witness"}); errs.CodeOf(err) != "registry.worker.closed" {
		t.Errorf("a closed account is joined: %v", err)
	}
	if anew := f.register(t, 1); anew == w || anew == double {
		t.Error("the new account is the old one")
	}
}

// A guardian, a helper, an employer and whoever else is nobody's officer is refused,
// and so is the person's word by another.
func TestWhoHasNoPartInAJoin(t *testing.T) {
	f := start(t)
	w, double := f.register(t, 1), f.second(t, 11, home)
	opened, err := f.joining.OpenJoin(f.desk("a-1", home), &registryv1.OpenJoinRequest{Worker: w, OtherId: double, ReasonCode: "other", Paper: "witness"})
	if err != nil {
		t.Fatal(err)
	}
	id := opened.GetPersonCaseId()
	for name, c := range map[string]struct {
		as   auth.Principal
		code string
	}{
		"another worker": {auth.Principal{Kind: auth.Worker, Subject: "other"}, "registry.person_case.unknown"},
		"a helper":       {auth.Principal{Kind: auth.Worker, Subject: "other", ActsFor: w, Via: auth.ViaHelper}, "registry.person_case.unknown"},
		"a guardian":     {auth.Principal{Kind: auth.Guardian, Subject: w}, "auth.denied"},
		"an employer":    {auth.Principal{Kind: auth.Employer, Subject: "e"}, "auth.denied"},
		"an officer":     {auth.Principal{Kind: auth.Officer, Subject: "a-2", Department: "hrss", Division: home, ActsFor: w, Via: auth.ViaCounter}, "auth.denied"},
	} {
		if _, err := f.joining.ObjectPersonCase(f.As(c.as), &registryv1.ObjectPersonCaseRequest{PersonCaseId: id}); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, not %s", name, err, c.code)
		}
	}
	if got, err := f.joining.ObjectPersonCase(f.Worker(double), &registryv1.ObjectPersonCaseRequest{PersonCaseId: id}); err != nil || got.GetState() != "objected" {
		t.Errorf("the person: %v, %v", got, err)
	}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", home), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true}); errs.CodeOf(err) != "registry.person_case.decided" {
		t.Errorf("against the person's word: %v", err)
	}
}

// What was told of a thing goes with it to whom it is assigned, and stays there when
// the timeline is made anew.
func TestMessagesFollowWhatIsAssigned(t *testing.T) {
	f := start(t)
	into, alias, join := f.joined(t, f.register(t, 1), f.second(t, 11, home))
	f.clock.Advance(time.Minute)
	f.others["employment"].Publish(outbox.Subject{Aggregate: "offer", Worker: into, Division: home}, &employmentv1.OfferMade{OfferId: "offer"})
	f.Settle()
	parting, err := f.joining.OpenParting(f.desk("a-1", prefecture), &registryv1.OpenPartingRequest{JoinId: join, ReasonCode: "joined_wrong", Paper: "police_letter"})
	if err != nil {
		t.Fatal(err)
	}
	id := parting.GetPersonCaseId()
	if _, err := f.joining.AssignParts(f.desk("a-1", prefecture), &registryv1.AssignPartsRequest{PersonCaseId: id, ToAlias: []string{"offer"}}); err != nil {
		t.Fatal(err)
	}
	read, err := f.joining.GetPersonCase(f.desk("a-2", prefecture), &registryv1.GetPersonCaseRequest{PersonCaseId: id})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.joining.DecidePersonCase(f.desk("a-2", prefecture), &registryv1.DecidePersonCaseRequest{PersonCaseId: id, Approve: true, Revision: read.GetCase().GetRevision()}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	parted := map[string][]string{}
	list := func(worker string) (all []string) {
		for _, e := range f.timeline(t, worker, 0) {
			all = append(all, e.GetEventId()+" "+e.GetType())
		}
		slices.Sort(all)
		return all
	}
	for _, w := range []string{into, alias} {
		parted[w] = list(w)
	}
	ops := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "a test of partings"}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the timeline is made anew", func() bool { return f.rebuild(t).GetState() == "done" })
	for w, want := range parted {
		if got := list(w); !slices.Equal(got, want) {
			t.Errorf("made anew, of %s there is %v, not %v", w, got, want)
		}
	}
}
