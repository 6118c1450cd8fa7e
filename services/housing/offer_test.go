package housing_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Silence is no refusal: without a message that arrived, no offer lapses; and
// a lapse costs the offer alone.
func TestLapseKeepsThePlace(t *testing.T) {
	f := start(t)
	home := f.home("1", "public_rental")
	id := f.eligible()
	offer := f.offer(id, home)
	f.clock.Advance(90 * 24 * time.Hour)
	f.Settle()
	f.in(id, "offered")
	f.deliver(offer)
	f.clock.Advance(6 * 24 * time.Hour)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.get(id).GetState() == "eligible" })
	if a := f.get(id); a.GetOfferId() != "" || f.free() != 1 {
		t.Errorf("%v", a)
	}
	wantCode(t, "accepted late", f.accept(f.Worker(worker), offer), "housing.offer.lapsed")
	f.offer(id, home) // the next offer comes as if nothing had been
	f.in(id, "offered")
	if n := f.count("housing.offer.lapsed.v1"); n != 0 {
		t.Errorf("a lapse left the department %d times", n)
	}
}

func TestDecliningCostsNothing(t *testing.T) {
	f := start(t)
	id := f.eligible()
	offer := f.offer(id, f.home("1", "public_rental"))
	_, err := f.client.DeclineOffer(f.Worker("worker-2"), &housingv1.DeclineOfferRequest{OfferId: offer})
	wantCode(t, "another declines", err, "housing.offer.unknown")
	if _, err := f.client.DeclineOffer(f.Worker(worker), &housingv1.DeclineOfferRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	if a := f.in(id, "eligible"); a.GetOfferId() != "" || f.free() != 1 {
		t.Errorf("%v", a)
	}
	if n := f.count("housing.offer.declined.v1"); n != 0 {
		t.Errorf("a refusal left the department %d times", n)
	}
}

func TestNobodyElseAccepts(t *testing.T) {
	f := start(t)
	id := f.eligible()
	offer := f.offer(id, f.home("1", "public_rental"))
	wantCode(t, "an employer", f.accept(f.Employer("employer-1"), offer), "auth.denied")
	wantCode(t, "a service", f.accept(f.Service("employment"), offer), "auth.denied")
	wantCode(t, "an officer, unasked", f.accept(f.officer(), offer), "housing.offer.unknown")
	wantCode(t, "another worker", f.accept(f.Worker("worker-2"), offer), "housing.offer.unknown")
	_, err := f.sign(f.Worker(worker), offer, "2026-12-01", "2027-11-30")
	wantCode(t, "a lease without acceptance", err, "housing.offer.state")
	if err := f.accept(f.Worker(worker), offer); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "accepted twice", f.accept(f.Worker(worker), offer), "housing.offer.state")
	_, err = f.client.UndoAcceptance(f.Worker(worker), &housingv1.UndoAcceptanceRequest{OfferId: offer})
	wantCode(t, "undone though given in person", err, "housing.undo.own")
	_, err = f.sign(f.Worker(worker), offer, "2026-12-01", "2031-12-02")
	wantCode(t, "too long", err, "housing.lease.term")
	_, err = f.sign(f.Worker(worker), offer, "2026-13-01", "2027-11-30")
	wantCode(t, "no day", err, "date_format")
	_, err = f.sign(f.Worker("worker-2"), offer, "2026-12-01", "2027-11-30")
	wantCode(t, "another signs", err, "housing.offer.unknown")
}

func TestAcceptanceByAnotherCanBeUndone(t *testing.T) {
	f := start(t)
	home := f.home("1", "public_rental")
	id := f.eligible()
	undo := func(offer string) error {
		_, err := f.client.UndoAcceptance(f.Worker(worker), &housingv1.UndoAcceptanceRequest{OfferId: offer})
		return err
	}
	offer := f.offer(id, home)
	f.clock.Advance(time.Minute)
	if err := f.accept(f.Counter("hou", worker), offer); err != nil {
		t.Fatal(err)
	}
	if by := f.get(id).GetUndoBy(); by != f.clock.Now().Add(48*time.Hour).UnixMicro() { // PR-UNDO
		t.Errorf("it can be taken back until %d", by)
	}
	_, err := f.sign(f.Counter("hou", worker), offer, "2026-12-01", "2027-11-30")
	wantCode(t, "signed by another while it can be undone", err, "housing.lease.undo_open")
	f.covers.knows(&platformv1.Fact{Kind: "insurance_months", Source: "insurance", SourceId: "enrolment-2", Worker: worker, Since: "2026-11", Months: 1, Version: 1})
	f.publish(f.insurance, "enrolment-2", &insurancev1.EnrolmentCompleted{EnrolmentId: "enrolment-2", FromMonth: "2026-11", Months: 1})
	if n := len(f.get(id).GetEvidence()); n != 1 {
		t.Errorf("%d facts: an accepted application collects nothing", n)
	}
	if err := undo(offer); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if a := f.in(id, "eligible"); a.GetOfferId() != "" || a.GetUndoBy() != 0 || f.free() != 1 || len(a.GetEvidence()) != 2 { // with what was recorded meanwhile
		t.Errorf("%v", a)
	}
	if n := f.count("housing.offer.undone.v1"); n != 1 {
		t.Errorf("undone %d times", n)
	}
	second := f.offer(id, home)
	if err := f.accept(f.helper(), second); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(48*time.Hour + time.Second)
	wantCode(t, "undone too late", undo(second), "housing.undo.late")
	if _, err := f.sign(f.Counter("hou", worker), second, "2026-12-01", "2027-11-30"); err != nil {
		t.Fatal(err)
	}
	f.in(id, "leased")
}

func TestOffersOfTheCounty(t *testing.T) {
	f := start(t)
	id := f.apply()
	home := f.home("1", "public_rental")
	try := func(application, home string) error {
		_, err := f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: application, HomeId: home})
		return err
	}
	wantCode(t, "not decided", try(id, home), "housing.application.state")
	wantCode(t, "no such application", try("none", home), "housing.application.unknown")
	wantCode(t, "no such home", try(id, "none"), "housing.home.unknown")
	f.grant("grant-1", "job")
	f.hire("2020-01-01")
	f.decide(id, "")
	wantCode(t, "another kind", try(id, f.home("2", "dormitory")), "housing.home.mismatch")
	f.offer(id, home)
	wantCode(t, "an offer is open", try(id, f.home("3", "public_rental")), "housing.application.state")
}
