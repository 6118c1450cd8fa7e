package education_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/education"
)

// The things that other departments publish about a worker. What they answer
// when asked changes with the event, never before or after.

func (f *fixture) granted(worker string) {
	f.registry.Publish(outbox.Subject{Aggregate: "grant-of-" + worker, Worker: worker}, &registryv1.ConsentGranted{
		GrantId: "grant-of-" + worker, Purpose: "school_place", Kinds: []string{"job", "insurance_months", "lease"}, Recipient: "education", ValidFrom: "2026-11-01",
	})
}

func (f *fixture) hired(worker string) {
	f.facts.set(&platformv1.Fact{Kind: "job", Source: "employment", SourceId: "hire-of-" + worker, Worker: worker, Since: "2026-10-05", Code: "6-29", Version: 1})
	f.employment.Publish(outbox.Subject{Aggregate: "hire-of-" + worker, Worker: worker, Division: county}, &employmentv1.HireRegistered{
		HireId: "hire-of-" + worker, EmployerId: "employer-1", Occupation: "6-29", County: county, StartOn: "2026-10-05", Basis: "offer",
	})
}

func (f *fixture) hireEnded(worker string) {
	f.facts.set(&platformv1.Fact{Kind: "job", Source: "employment", SourceId: "hire-of-" + worker, Worker: worker, Since: "2026-10-05", Until: "2026-11-01", Code: "6-29", Version: 2})
	f.employment.Publish(outbox.Subject{Aggregate: "hire-of-" + worker, Version: 1, Worker: worker, Division: county}, &employmentv1.HireEnded{
		HireId: "hire-of-" + worker, EmployerId: "employer-1", Occupation: "6-29", County: county, StartOn: "2026-10-05", EndedOn: "2026-11-01",
	})
}

func (f *fixture) insured(worker string) {
	f.facts.set(&platformv1.Fact{Kind: "insurance_months", Source: "insurance", SourceId: "cover-of-" + worker, Worker: worker, Since: "2026-11", Version: 1})
	f.insurance.Publish(outbox.Subject{Aggregate: "cover-of-" + worker, Worker: worker, Division: county}, &insurancev1.EnrolmentCompleted{
		EnrolmentId: "cover-of-" + worker, HireId: "hire-of-" + worker, Schemes: []string{"pension"}, FromMonth: "2026-11",
	})
}

func (f *fixture) housed(worker string) {
	f.facts.set(&platformv1.Fact{Kind: "lease", Source: "housing", SourceId: "lease-of-" + worker, Worker: worker, Since: "2026-11-02", Code: county, Version: 1})
	f.housing.Publish(outbox.Subject{Aggregate: "lease-of-" + worker, Worker: worker, Division: county}, &housingv1.LeaseSigned{
		LeaseId: "lease-of-" + worker, StartsOn: "2026-11-02", EndsOn: "2027-11-01", RentFen: 30000,
	})
}

// kinds are the kinds of the evidence that an application holds.
func kinds(a *educationv1.Application) []string {
	var all []string
	for _, e := range a.GetEvidence() {
		all = append(all, e.GetKind())
	}
	return all
}

func TestEvidenceStandsInForPapers(t *testing.T) {
	f := start(t)
	f.granted("worker-1")
	id := f.apply("worker-1")
	f.hired("worker-1")
	f.insured("worker-1")
	f.housed("worker-1")
	f.Settle()
	a := f.application("worker-1", id)
	if want := []string{"home proof or filed lease", "employment proof", "social-insurance record"}; !slices.Equal(a.GetPapersNotAsked(), want) {
		t.Fatalf("not asked: %v, want %v", a.GetPapersNotAsked(), want)
	}
	f.insurance.Publish(outbox.Subject{Aggregate: "cover-of-worker-1", Version: 1, Worker: "worker-1"},
		&insurancev1.MonthRecorded{EnrolmentId: "cover-of-worker-1", Month: "2026-11", Months: 1, FromMonth: "2026-11"},
		&insurancev1.CoverStopped{EnrolmentId: "cover-of-worker-1", HireId: "hire-of-worker-1", LastMonth: "2026-11", Months: 1, FromMonth: "2026-11"})
	f.hireEnded("worker-1")
	f.Settle()
	a = f.application("worker-1", id)
	if want := []string{"home proof or filed lease", "social-insurance record"}; !slices.Equal(a.GetPapersNotAsked(), want) {
		t.Fatalf("after the end not asked: %v, want %v", a.GetPapersNotAsked(), want)
	}
	for _, e := range a.GetEvidence() {
		switch want := map[string]string{"job": "2026-11-01", "insurance_months": "2026-11", "lease": ""}[e.GetKind()]; {
		case e.GetUntil() != want:
			t.Errorf("%s until %q, want %q", e.GetKind(), e.GetUntil(), want)
		case e.GetKind() == "insurance_months" && e.GetMonths() != 1:
			t.Errorf("%d months", e.GetMonths())
		}
	}
}

func TestWhatOnlyTheEmployerSaysIsNoEvidence(t *testing.T) {
	f := start(t)
	f.granted("worker-1")
	id := f.apply("worker-1")
	hire := outbox.Subject{Aggregate: "hire-1", Worker: "worker-1", Division: county}
	f.employment.Publish(hire, &employmentv1.HireRegistered{HireId: "hire-1", Occupation: "6-29", StartOn: "2026-11-02", Basis: "employer_says"})
	f.Settle()
	if got := kinds(f.application("worker-1", id)); got != nil {
		t.Fatalf("evidence %v", got)
	}
	hire.Version = 1
	f.employment.Publish(hire, &employmentv1.HireConfirmed{HireId: "hire-1", Occupation: "6-29", StartOn: "2026-11-02", Basis: "employer_says"})
	f.Settle()
	if got := kinds(f.application("worker-1", id)); !slices.Equal(got, []string{"job"}) {
		t.Fatalf("evidence %v", got)
	}
	hire.Version = 2
	f.employment.Publish(hire, &employmentv1.HireDisputed{HireId: "hire-1"})
	f.Settle()
	if got := kinds(f.application("worker-1", id)); got != nil {
		t.Fatalf("evidence after the dispute %v", got)
	}
	undone := outbox.Subject{Aggregate: "hire-2", Worker: "worker-1", Division: county}
	f.employment.Publish(undone, &employmentv1.HireRegistered{HireId: "hire-2", StartOn: "2026-11-02", Basis: "offer"}, &employmentv1.HireUndone{HireId: "hire-2"})
	f.Settle()
	if got := kinds(f.application("worker-1", id)); got != nil {
		t.Fatalf("evidence after the acceptance was undone %v", got)
	}
}

// What is corrected or goes takes no offer away: it stands in the history, and
// a person looks at it.
func TestLostEvidenceTakesNothingAway(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	f.granted("worker-1")
	id := f.apply("worker-1")
	f.hired("worker-1")
	f.housed("worker-1")
	f.Settle()
	offer := f.offer(id, school)
	f.registry.Publish(outbox.Subject{Aggregate: "correction-1", Worker: "worker-1"}, &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "employment", SourceId: "hire-of-worker-1", Kind: "job", ReasonCode: "wrong_date"})
	f.Settle()
	a := f.application("worker-1", id)
	if a.GetState() != "offered" || !a.GetEvidence()[0].GetFlagged() || !slices.Equal(a.GetPapersNotAsked(), []string{"home proof or filed lease"}) {
		t.Fatalf("%v", a)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-of-worker-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-of-worker-1"})
	f.Settle()
	if a = f.application("worker-1", id); a.GetState() != "offered" || a.GetEvidence() != nil || a.GetPapersNotAsked() != nil {
		t.Fatalf("%v", a)
	}
	var noted []string
	for _, e := range f.history(id) {
		m := &educationv1.EvidenceChanged{}
		if e.Type == "education.evidence.changed.v1" && proto.Unmarshal(e.Data, m) == nil {
			noted = append(noted, m.GetKind()+" "+m.GetWhat())
		}
	}
	slices.Sort(noted)
	if want := []string{"job corrected", "job recorded", "job withdrawn", "lease recorded", "lease withdrawn"}; !slices.Equal(noted, want) {
		t.Fatalf("history %v, want %v", noted, want)
	}
	if _, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
}

func TestAnAcceptedPlaceSurvives(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	f.granted("worker-1")
	id := f.apply("worker-1")
	f.hired("worker-1")
	f.Settle()
	if _, err := f.client.RecordPaper(f.officer(county), &educationv1.RecordPaperRequest{ApplicationId: id, Kind: "insurance_months", Form: "paper", Since: "2026-01-01", Months: 9}); err != nil {
		t.Fatal(err)
	}
	offer := f.offer(id, school)
	if _, err := f.client.AcceptPlace(f.Counter("edu", "worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if got := kinds(f.application("worker-1", id)); !slices.Equal(got, []string{"insurance_months", "job"}) {
		t.Fatalf("the acceptance can be undone, and the evidence is %v", got)
	}
	if _, err := f.client.UndoAcceptance(f.Worker("worker-1"), &educationv1.UndoAcceptanceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if got := kinds(f.application("worker-1", id)); !slices.Equal(got, []string{"insurance_months", "job"}) {
		t.Fatalf("evidence of the application that waits again: %v", got)
	}
	offer = f.offer(id, school)
	if _, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.housed("worker-1")
	f.hireEnded("worker-1")
	f.registry.Publish(outbox.Subject{Aggregate: "grant-of-worker-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-of-worker-1"})
	f.registry.Publish(outbox.Subject{Aggregate: "account-of-worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.Settle()
	if a := f.application("worker-1", id); a.GetState() != "accepted" || a.GetOfferId() != offer || a.GetEvidence() != nil {
		t.Fatalf("%v", a)
	}
}

// Evidence of an acceptance that somebody else gave goes when it cannot be
// undone any more.
func TestEvidenceGoesWithTheTimeToUndo(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	f.granted("worker-1")
	id := f.apply("worker-1")
	f.hired("worker-1")
	f.Settle()
	offer := f.offer(id, school)
	if _, err := f.client.AcceptPlace(f.Counter("edu", "worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(47 * time.Hour)
	f.Settle()
	if got := kinds(f.application("worker-1", id)); !slices.Equal(got, []string{"job"}) {
		t.Fatalf("evidence %v", got)
	}
	f.clock.Advance(time.Hour + time.Second)
	testkit.Eventually(t, "the evidence is gone", func() bool { return kinds(f.application("worker-1", id)) == nil })
	f.state("worker-1", id, "accepted")
}

// Promise 7: a paper, or a witness's word, counts as the digital fact does.
func TestPaperCountsAsMuchAsTheDigitalFact(t *testing.T) {
	f := start(t)
	id := f.apply("worker-1")
	good := func() *educationv1.RecordPaperRequest {
		return &educationv1.RecordPaperRequest{ApplicationId: id, Kind: "job", Form: "witness", Since: "2025-01-01"}
	}
	for name, c := range map[string]struct {
		who    context.Context
		change func(*educationv1.RecordPaperRequest)
		code   string
	}{
		"a job to come":      {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Since = "2026-11-03" }, "education.paper"},
		"an unknown form":    {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Form = "rumour" }, "education.paper"},
		"an unknown kind":    {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Kind = "origin" }, "education.paper"},
		"ends before start":  {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Until = "2024-12-31" }, "education.paper"},
		"no day":             {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Since = "2025-02-30" }, "education.paper"},
		"months of a job":    {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Months = 3 }, "education.paper"},
		"no months":          {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.Kind = "insurance_months" }, "education.paper"},
		"no application":     {f.officer(county), func(r *educationv1.RecordPaperRequest) { r.ApplicationId = "none" }, "education.application.unknown"},
		"another county":     {f.officer("654321"), func(*educationv1.RecordPaperRequest) {}, "education.application.unknown"},
		"another department": {f.Officer("hou"), func(*educationv1.RecordPaperRequest) {}, "auth.denied"},
	} {
		req := good()
		c.change(req)
		_, err := f.client.RecordPaper(c.who, req)
		t.Run(name, func(t *testing.T) { refused(t, err, c.code) })
	}
	lease := good()
	lease.Kind, lease.Form, lease.Until = "lease", "paper", "2027-10-31" // it lasts still
	for _, req := range []*educationv1.RecordPaperRequest{good(), lease} {
		if got, err := f.client.RecordPaper(f.officer(county), req); err != nil || got.GetEvidenceId() == "" {
			t.Fatalf("%v, %v", got, err)
		}
	}
	a := f.application("worker-1", id)
	if got := kinds(a); !slices.Equal(got, []string{"job", "lease"}) || a.GetEvidence()[0].GetSource() != "witness" || a.GetEvidence()[1].GetUntil() != "" {
		t.Errorf("evidence %v", a.GetEvidence())
	}
	if a.GetPapersNotAsked() != nil { // it was asked, and shown
		t.Errorf("not asked: %v", a.GetPapersNotAsked())
	}
	// No grant brought them, so none takes them away.
	f.granted("worker-1")
	f.registry.Publish(outbox.Subject{Aggregate: "grant-of-worker-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-of-worker-1"})
	f.Settle()
	if got := kinds(f.application("worker-1", id)); !slices.Equal(got, []string{"job", "lease"}) {
		t.Errorf("evidence %v", got)
	}
	for _, e := range f.history(id) {
		m := &educationv1.EvidenceChanged{}
		if e.Type == "education.evidence.changed.v1" && proto.Unmarshal(e.Data, m) == nil && m.GetWhat() != "recorded" {
			t.Errorf("the history says %s %s", m.GetKind(), m.GetWhat())
		}
	}
	if _, err := f.client.WithdrawApplication(f.Worker("worker-1"), &educationv1.WithdrawApplicationRequest{ApplicationId: id}); err != nil {
		t.Fatal(err)
	}
	_, err := f.client.RecordPaper(f.officer(county), good())
	refused(t, err, "education.application.state")
	if got := kinds(f.application("worker-1", id)); got != nil {
		t.Errorf("evidence of a withdrawn application: %v", got)
	}
}

func TestClosedAccountEndsWhatIsOpen(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	f.granted("worker-1")
	waits, asked, other := f.apply("worker-1"), f.apply("worker-1"), f.apply("worker-2")
	offer := f.offer(asked, school)
	f.hired("worker-1")
	f.Settle()
	f.registry.Publish(outbox.Subject{Aggregate: "account-of-worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.Settle()
	for _, id := range []string{waits, asked} {
		if a := f.application("worker-1", id); a.GetState() != "withdrawn" || a.GetEvidence() != nil || a.GetOfferId() != "" {
			t.Errorf("%v", a)
		}
	}
	f.state("worker-2", other, "submitted")
	if f.free(school) != 1 {
		t.Error("the place is not free")
	}
	_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "account.closed")
}

// permutations gives every order of n things.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// In whatever order the application, the consent and the three departments'
// events arrive, the application ends with the same evidence. Every order has
// a worker of its own; all take their first step, then all their second one.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	for name, settled := range map[string]bool{"one after another": true, "all at once": false} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			orders := permutations(5)
			applications := make([]string, len(orders))
			for step := range 5 {
				for i, order := range orders {
					worker := "worker-" + string(rune('A'+i/26)) + string(rune('A'+i%26))
					switch order[step] {
					case 0:
						applications[i] = f.apply(worker)
					case 1:
						f.granted(worker)
					case 2:
						f.hired(worker)
					case 3:
						f.insured(worker)
					case 4:
						f.housed(worker)
					}
				}
				if settled {
					f.Settle()
				}
			}
			f.Settle()
			for i, order := range orders {
				worker := "worker-" + string(rune('A'+i/26)) + string(rune('A'+i%26))
				want := []*educationv1.Evidence{
					{Kind: "insurance_months", Source: "insurance", SourceId: "cover-of-" + worker, Since: "2026-11"},
					{Kind: "job", Source: "employment", SourceId: "hire-of-" + worker, Since: "2026-10-05", Code: "6-29"},
					{Kind: "lease", Source: "housing", SourceId: "lease-of-" + worker, Since: "2026-11-02", Code: county},
				}
				a := f.application(worker, applications[i])
				if len(a.GetEvidence()) != len(want) {
					t.Errorf("%v: evidence %v", order, a.GetEvidence())
					continue
				}
				for k, e := range a.GetEvidence() {
					want[k].RecordedAt = f.clock.Now().UnixMicro()
					testkit.Equal(t, e, want[k])
				}
				if n := len(a.GetPapersNotAsked()); n != 3 {
					t.Errorf("%v: %d papers not asked", order, n)
				}
				if n := len(f.history(applications[i])); n != 4 { // submitted, and each fact once
					t.Errorf("%v: %d events", order, n)
				}
			}
		})
	}
}

// S12: a lease that ended proves no home any more.
func TestALeaseThatEndedProvesNoHome(t *testing.T) {
	f := start(t)
	f.granted("worker-1")
	id := f.apply("worker-1")
	f.housed("worker-1")
	f.Settle()
	if a := f.application("worker-1", id); !slices.Equal(a.GetPapersNotAsked(), []string{"home proof or filed lease"}) {
		t.Fatalf("not asked: %v", a.GetPapersNotAsked())
	}
	lease := f.application("worker-1", id).GetEvidence()[0].GetSourceId()
	f.housing.Publish(outbox.Subject{Aggregate: lease, Version: 1, Worker: "worker-1", Division: county}, &housingv1.LeaseEnded{LeaseId: lease, EndedOn: "2026-11-02"})
	f.Settle()
	f.clock.Advance(24 * time.Hour) // its last day is over
	a := f.application("worker-1", id)
	if len(a.GetPapersNotAsked()) != 0 || len(a.GetEvidence()) != 1 || a.GetEvidence()[0].GetUntil() != "2026-11-02" {
		t.Errorf("after the lease's end: %v", a)
	}
}

// S7 and S10: a consent is used from its first day to its last, and one that is
// taken back at once leaves no question that is asked for ever.
func TestAConsentHasAFirstAndALastDay(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { consentDays(t, start(t), "") })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		consentDays(t, start(t, func(d *run.Deps) { d.Database = address }), address)
	})
}

func consentDays(t *testing.T, f *fixture, address string) {
	id := f.apply("worker-1")
	f.hired("worker-1")
	grant := outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}
	given := &registryv1.ConsentGranted{GrantId: "grant-1", Purpose: "school_place", Kinds: []string{"job"}, Recipient: "education", ValidFrom: "2026-11-03", ValidTo: "2026-11-04"}
	f.registry.Publish(grant, given)
	for day, want := range [][]string{nil, {"job"}, {"job"}, nil} {
		f.Settle()
		if got := kinds(f.application("worker-1", id)); !slices.Equal(got, want) {
			t.Errorf("after %d days: %v, want %v", day, got, want)
		}
		f.clock.Advance(24 * time.Hour)
	}
	f.facts.refuses()
	db := f.database(address)
	grant.Aggregate = "grant-2"
	f.registry.Publish(grant, &registryv1.ConsentGranted{GrantId: "grant-2", Purpose: "school_place", Kinds: []string{"job"}, Recipient: "education", ValidFrom: "2026-11-01"})
	grant.Version = 1
	f.registry.Publish(grant, &registryv1.ConsentWithdrawn{GrantId: "grant-2"})
	testkit.Eventually(t, "no question is left, nor one that was given up", func() bool {
		f.clock.Advance(time.Second) // the pauses between tries
		left := -1
		err := db.View(context.Background(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT (SELECT count(*) FROM task) + (SELECT count(*) FROM task_given_up) + 1 - (SELECT count(*) FROM consent_grant WHERE id = 'grant-2' AND withdrawn = 1)`).Scan(&left)
		})
		return err == nil && left == 0
	})
}

// Which papers a family need not bring tells a helper which facts are held: the
// guardian's access log names them.
func TestWhatAHelperSeesOfAnEntryIsLogged(t *testing.T) {
	f := start(t)
	id := f.apply("worker-1")
	f.granted("worker-1")
	f.hired("worker-1")
	f.Settle()
	helper := f.As(auth.Principal{Kind: auth.Worker, Subject: "worker-2", ActsFor: "worker-1", Via: auth.ViaHelper})
	_, err := f.client.GetEntry(helper, &educationv1.GetEntryRequest{ApplicationId: id})
	f.must(err)
	f.Settle()
	var kinds []string
	for _, e := range f.Published(education.Name) {
		var said platformv1.RecordRead
		if e.Type == "education.record.read.v1" {
			f.must(proto.Unmarshal(e.Data, &said))
			kinds = append(kinds, said.GetKinds()...)
		}
	}
	if !slices.Equal(kinds, []string{"school_application", "job"}) {
		t.Errorf("%q", kinds)
	}
}
