package housing_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Whatever comes first, the grant, the application or the facts, the
// application holds the same in the end.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	for name, order := range map[string]string{
		"grant, application, facts": "gaf", "grant, facts, application": "gfa", "application, grant, facts": "agf",
		"application, facts, grant": "afg", "facts, grant, application": "fga", "facts, application, grant": "fag",
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			var id string
			for _, step := range order {
				switch step {
				case 'g':
					f.grant("grant-1", "job", "insurance_months")
				case 'a':
					id = f.apply()
				case 'f':
					f.jobs.knows(&platformv1.Fact{Kind: "job", Source: "employment", SourceId: "hire-1", Worker: worker, Since: "2026-09-02", Code: "6-29", Version: 1})
					f.covers.knows(&platformv1.Fact{Kind: "insurance_months", Source: "insurance", SourceId: "enrolment-1", Worker: worker, Since: "2026-09", Months: 1, Version: 2})
					f.hire("2026-09-02")
					f.publish(f.insurance, "enrolment-1", &insurancev1.EnrolmentCompleted{EnrolmentId: "enrolment-1", FromMonth: "2026-09"},
						&insurancev1.MonthRecorded{EnrolmentId: "enrolment-1", FromMonth: "2026-09", Month: "2026-09", Months: 1})
				}
			}
			a := f.in(id, "submitted")
			if len(a.GetEvidence()) != 2 || len(a.GetPapersNotAsked()) != 2 {
				t.Fatalf("%v", a)
			}
			job, cover := a.GetEvidence()[1], a.GetEvidence()[0]
			if job.GetSince() != "2026-09-02" || job.GetCode() != "6-29" || cover.GetMonths() != 1 || cover.GetSince() != "2026-09" {
				t.Errorf("%v", a.GetEvidence())
			}
		})
	}
}

func TestWhatTheEmployerSaysProvesNothingAlone(t *testing.T) {
	f := start(t)
	f.grant("grant-1", "job")
	id := f.apply()
	says := hired("2026-01-01")
	says.Basis = "employer_says"
	f.publish(f.employment, "hire-1", says)
	if n := len(f.get(id).GetEvidence()); n != 0 {
		t.Fatalf("%d facts from the employer's word", n)
	}
	f.publish(f.employment, "hire-1", &employmentv1.HireConfirmed{HireId: "hire-1", Occupation: "6-29", StartOn: "2026-01-01", Basis: "employer_says"})
	if n := len(f.get(id).GetEvidence()); n != 1 {
		t.Fatalf("%d facts after the worker confirmed", n)
	}
	f.publish(f.employment, "hire-1", &employmentv1.HireDisputed{HireId: "hire-1"})
	if n := len(f.get(id).GetEvidence()); n != 0 {
		t.Fatalf("%d facts after not me", n)
	}
}

func TestFallenFactsReopenTheDecision(t *testing.T) {
	for name, c := range map[string]struct {
		by      string
		about   string
		message proto.Message
		left    int
	}{
		"corrected": {"registry", "correction-1", &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "employment", SourceId: "hire-1", Kind: "job", ReasonCode: "wrong_date"}, 1},
		"withdrawn": {"registry", "grant-1", &registryv1.ConsentWithdrawn{GrantId: "grant-1"}, 0},
		"undone":    {"employment", "hire-1", &employmentv1.HireUndone{HireId: "hire-1"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			id := f.eligible()
			by := f.registry
			if c.by == "employment" {
				by = f.employment
			}
			f.publish(by, c.about, c.message)
			a := f.in(id, "submitted")
			if len(a.GetEvidence()) != c.left || c.left == 1 && !a.GetEvidence()[0].GetFlagged() || len(a.GetPapersNotAsked()) != 0 {
				t.Errorf("%v", a)
			}
			if n := f.count("housing.decision.reopened.v1"); n != 1 {
				t.Errorf("%d decisions reopened", n)
			}
			if d := f.decide(id, ""); d.GetOutcome() != "more_needed" {
				t.Errorf("%v", d)
			}
		})
	}
}

// An offer that was made stays the worker's while the decision is looked at
// again: it can be accepted, but no lease rests on the open decision.
func TestReopenedDecisionKeepsTheOffer(t *testing.T) {
	f := start(t)
	home := f.home("1", "public_rental")
	id := f.eligible()
	offer := f.offer(id, home)
	f.publish(f.registry, "correction-1", &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "employment", SourceId: "hire-1", Kind: "job"})
	if a := f.in(id, "submitted"); a.GetOfferId() != offer {
		t.Fatalf("%v", a)
	}
	if err := f.accept(f.Worker(worker), offer); err != nil {
		t.Fatal(err)
	}
	f.in(id, "accepted")
	_, err := f.sign(f.Worker(worker), offer, "2026-12-01", "2027-11-30")
	wantCode(t, "a lease on an open decision", err, "housing.decision.reopened")
	// The record is mended: the newer version of the fact takes the flag away.
	f.publish(f.employment, "hire-1", &employmentv1.HireConfirmed{HireId: "hire-1", StartOn: "2021-01-01"})
	if d := f.decide(id, ""); d.GetOutcome() != "eligible" {
		t.Fatalf("%v", d)
	}
	f.in(id, "accepted")
	if _, err := f.sign(f.Worker(worker), offer, "2026-12-01", "2027-11-30"); err != nil {
		t.Fatal(err)
	}
}

// TestNobodyElseCallsARecordWrong: another worker's word about this worker's hire
// flags no evidence and opens no decision (S5).
func TestNobodyElseCallsARecordWrong(t *testing.T) {
	f := start(t)
	id := f.eligible()
	f.publishFor("worker-2", f.registry, "correction-1", &registryv1.FactCorrected{CorrectionId: "correction-1", Source: "employment", SourceId: "hire-1", Kind: "job", ReasonCode: "not_mine"})
	f.in(id, "eligible")
	if n := f.count("housing.decision.reopened.v1"); n != 0 {
		t.Errorf("%d decisions reopened at another's word", n)
	}
	// The worker's own word opens it.
	f.publish(f.registry, "correction-2", &registryv1.FactCorrected{CorrectionId: "correction-2", Source: "employment", SourceId: "hire-1", Kind: "job", ReasonCode: "not_mine"})
	f.in(id, "submitted")
}

func TestRefusalAfterReopeningFreesTheHome(t *testing.T) {
	f := start(t)
	id := f.eligible()
	offer := f.offer(id, f.home("1", "public_rental"))
	f.publish(f.employment, "hire-1", &employmentv1.HireUndone{HireId: "hire-1"})
	if d := f.decide(id, "no_job"); d.GetOutcome() != "refused" {
		t.Fatalf("%v", d)
	}
	if a := f.in(id, "refused"); a.GetOfferId() != "" || f.free() != 1 {
		t.Errorf("%v", a)
	}
	wantCode(t, "accepted after the refusal", f.accept(f.Worker(worker), offer), "housing.offer.state")
}

// The lease is not touched by what happens to a job or to a consent; a person
// is told what changed.
func TestNothingTouchesALease(t *testing.T) {
	f := start(t)
	id := f.eligible()
	offer := f.offer(id, f.home("1", "public_rental"))
	if err := f.accept(f.Worker(worker), offer); err != nil {
		t.Fatal(err)
	}
	if _, err := f.sign(f.Worker(worker), offer, "2026-11-02", "2027-11-01"); err != nil {
		t.Fatal(err)
	}
	f.publish(f.insurance, "enrolment-2", &insurancev1.EnrolmentCompleted{EnrolmentId: "enrolment-2", FromMonth: "2026-11"})
	told := f.count("housing.evidence.changed.v1")
	if n := len(f.get(id).GetEvidence()); n != 1 {
		t.Errorf("%d facts: a leased application collects nothing new", n)
	}
	f.publish(f.employment, "hire-1", &employmentv1.HireEnded{HireId: "hire-1", StartOn: "2020-01-01", EndedOn: "2026-11-10"})
	if n := f.count("housing.evidence.changed.v1"); n != told+1 {
		t.Errorf("told %d times that the job ended", n-told)
	}
	if a := f.in(id, "leased"); a.GetEvidence()[0].GetUntil() != "2026-11-10" {
		t.Errorf("%v", a.GetEvidence())
	}
	f.publish(f.registry, "grant-1", &registryv1.ConsentWithdrawn{GrantId: "grant-1"})
	if n := f.count("housing.evidence.changed.v1"); n != told+2 {
		t.Errorf("told %d times in all", n-told)
	}
	if a := f.in(id, "leased"); len(a.GetEvidence()) != 0 {
		t.Errorf("evidence was kept without consent: %v", a.GetEvidence())
	}
	f.publish(f.registry, "account", &registryv1.AccountClosed{ClosedOn: "2026-11-12"})
	leases, err := f.client.ListLeases(f.Worker(worker), &housingv1.ListLeasesRequest{Worker: worker})
	if err != nil || len(leases.GetLeases()) != 1 || leases.GetLeases()[0].GetState() != "running" {
		t.Errorf("%v, %v", leases, err)
	}
	if n := f.count("housing.decision.reopened.v1"); n != 0 {
		t.Errorf("%d decisions reopened", n)
	}
}

func TestDormitoryNeedsNeitherDecisionNorEvidence(t *testing.T) {
	f := start(t)
	f.grant("grant-1", "job", "insurance_months")
	r, err := f.client.ApplyForHome(f.Worker(worker), application("dormitory"))
	if err != nil {
		t.Fatal(err)
	}
	f.hire("2020-01-01")
	id := r.GetApplicationId()
	if a := f.in(id, "submitted"); len(a.GetEvidence()) != 0 || f.jobs.asked != 0 {
		t.Errorf("%v, asked %d times", a, f.jobs.asked)
	}
	_, err = f.client.DecideEligibility(f.officer(), &housingv1.DecideEligibilityRequest{ApplicationId: id})
	wantCode(t, "decided", err, "housing.decision.not_needed")
	offer := f.offer(id, f.home("1", "dormitory"))
	if _, err := f.client.DeclineOffer(f.Worker(worker), &housingv1.DeclineOfferRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.in(id, "submitted")
	f.clock.Advance(time.Hour)
	if err := f.accept(f.Worker(worker), f.offer(id, f.home("2", "dormitory"))); err != nil {
		t.Fatal(err)
	}
	f.in(id, "accepted")
}

// A decision tells its officer which facts of other departments it rests on: the
// access log says so, also where nobody opened the case before.
func TestWhatADecisionShowsIsLogged(t *testing.T) {
	f := start(t)
	id := f.apply()
	f.grant("grant-1", "job", "insurance_months")
	f.hire("2020-01-01")
	before := f.count("housing.record.read.v1")
	if d := f.decide(id, ""); d.GetOutcome() != "eligible" || len(d.GetWhy()) == 0 {
		t.Fatal(d)
	}
	if n := f.count("housing.record.read.v1"); n != before+1 {
		t.Fatalf("%d lines", n-before)
	}
	var said platformv1.RecordRead
	for _, e := range f.shared() {
		if e.Type == "housing.record.read.v1" {
			if err := proto.Unmarshal(e.Data, &said); err != nil || e.Worker != worker {
				t.Fatal(e.Worker, err)
			}
		}
	}
	if k := said.GetKinds(); said.GetCaseId() != id || len(k) != 2 || k[0] != "application" || k[1] != "job" {
		t.Errorf("%v", &said)
	}
}
