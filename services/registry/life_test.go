package registry_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// timeline pages through the whole timeline.
func (f *fixture) timeline(t *testing.T, worker string, limit int32) (all []*registryv1.TimelineEntry) {
	t.Helper()
	before := int64(0)
	for {
		got, err := f.client.ListTimeline(f.Worker(worker), &registryv1.ListTimelineRequest{Worker: worker, Before: before, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.GetEntries()) == 0 {
			return all
		}
		all = append(all, got.GetEntries()...)
		before = all[len(all)-1].GetOccurredAt()
	}
}

func TestTimelineIsWholeAndTheWorkersOwn(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	for i := range 5 {
		f.clock.Advance(time.Minute)
		id := fmt.Sprintf("app-%d", i)
		f.others["employment"].Publish(outbox.Subject{Aggregate: id, Worker: w, Division: "654301"},
			&employmentv1.ApplicationSubmitted{ApplicationId: id, VacancyId: "vacancy-1"}, &employmentv1.ApplicationSubmitted{ApplicationId: id, VacancyId: "vacancy-2"})
	}
	f.others["employment"].Publish(outbox.Subject{Aggregate: "vacancy-1", Division: "654301"}, &employmentv1.VacancyClosed{VacancyId: "vacancy-1"})
	f.others["employment"].Publish(outbox.Subject{Aggregate: "app-x", Worker: "somebody-else"}, &employmentv1.ApplicationSubmitted{ApplicationId: "app-x"})
	f.Settle()
	for _, limit := range []int32{0, 1, 2, 3, 7} {
		all := f.timeline(t, w, limit)
		seen := map[string]bool{}
		for i, e := range all {
			if seen[e.GetEventId()] || i > 0 && e.GetOccurredAt() > all[i-1].GetOccurredAt() {
				t.Fatalf("limit %d: %v", limit, all)
			}
			seen[e.GetEventId()] = true
		}
		if len(all) != 11 {
			t.Fatalf("limit %d: %d entries", limit, len(all))
		}
	}
	all := f.timeline(t, w, 0)
	if e := all[0]; e.GetType() != "employment.application.submitted.v1" || e.GetService() != "employment" || e.GetFacts()["vacancy_id"] != "vacancy-2" || e.GetDivision() != "654301" {
		t.Errorf("%v", e)
	}
	if e := all[10]; e.GetType() != "registry.worker.registered.v1" || e.GetActor() != "officer" || e.GetTraceId() == "" || e.GetCorrelation() == "" {
		t.Errorf("%v", e)
	}
	ask := &registryv1.ListTimelineRequest{Worker: w}
	if _, err := f.client.ListTimeline(f.Worker("other"), ask); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("another worker: %v", err)
	}
	if _, err := f.client.ListTimeline(f.Officer("hrss"), ask); errs.KindOf(err) != errs.Denied {
		t.Errorf("an officer: %v", err)
	}
	if _, err := f.client.ListTimeline(f.Counter("hrss", w), ask); errs.KindOf(err) != errs.Denied {
		t.Errorf("a counter: %v", err)
	}
	helper := f.As(auth.Principal{Kind: auth.Worker, Subject: "friend", Via: auth.ViaHelper, ActsFor: w})
	if _, err := f.client.ListTimeline(helper, ask); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("a helper: %v", err)
	}
}

// Each reaction of the table tells the worker what it should, and nothing else does.
func TestMessages(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	box := func() []*registryv1.Message {
		f.Settle()
		got, err := f.client.ListMessages(f.Worker(w), &registryv1.ListMessagesRequest{Worker: w})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetMessages()
	}
	before := 0
	for i, c := range []struct {
		service  string
		event    proto.Message
		template string // "" where the worker is not told
		about    string
	}{
		{"employment", &employmentv1.OfferMade{OfferId: "o1", VacancyId: "v", AnswerDays: 3}, "employment.offer.made", "o1"},
		{"employment", &employmentv1.OfferAccepted{OfferId: "o1"}, "employment.offer.accepted", "o1"},
		{"employment", &employmentv1.OfferAccepted{OfferId: "o1", InPerson: true}, "", ""},
		{"employment", &employmentv1.HireRegistered{HireId: "h1", Basis: "employer_says"}, "employment.hire.registered", "h1"},
		{"employment", &employmentv1.HireRegistered{HireId: "h2", Basis: "offer"}, "", ""},
		{"employment", &employmentv1.HireEndStated{HireId: "h1", EndedOn: "2026-11-01"}, "employment.hire.end_stated", "h1"},
		{"employment", &employmentv1.HireEnded{HireId: "h1"}, "", ""},
		{"training", &trainingv1.PlaceOffered{OfferId: "n1"}, "training.place.offered", "n1"},
		{"training", &trainingv1.EnrolmentConfirmed{EnrolmentId: "n2"}, "training.enrolment.confirmed", "n2"},
		{"training", &trainingv1.EnrolmentConfirmed{EnrolmentId: "n2", InPerson: true}, "", ""},
		{"training", &trainingv1.SafetyTrainingDue{DueId: "d1"}, "training.safety_training.due", "d1"},
		{"insurance", &insurancev1.DutyOverdue{DutyId: "y1", DueOn: "2026-11-01"}, "insurance.duty.overdue", "y1"},
		{"education", &educationv1.PlaceOffered{OfferId: "p1"}, "education.place.offered", "p1"},
		{"education", &educationv1.PlaceAccepted{OfferId: "p1"}, "education.place.accepted", "p1"},
		{"education", &educationv1.PlaceAccepted{OfferId: "p1", InPerson: true}, "", ""},
		{"education", &educationv1.EvidenceChanged{ApplicationId: "a1", Kind: "lease", What: "recorded"}, "education.evidence.changed", "a1"},
		{"housing", &housingv1.EligibilityDecided{ApplicationId: "a2", Outcome: "eligible"}, "housing.eligibility.decided", "a2"},
		{"housing", &housingv1.DecisionReopened{ApplicationId: "a2", Kind: "job"}, "housing.decision.reopened", "a2"},
		{"housing", &housingv1.OfferMade{OfferId: "o2"}, "housing.offer.made", "o2"},
		{"housing", &housingv1.OfferAccepted{OfferId: "o2"}, "housing.offer.accepted", "o2"},
		{"housing", &housingv1.OfferAccepted{OfferId: "o2", InPerson: true}, "", ""},
		{"housing", &housingv1.EvidenceChanged{ApplicationId: "a2", Kind: "job", What: "withdrawn"}, "housing.evidence.changed", "a2"},
	} {
		f.clock.Advance(time.Second)
		f.others[c.service].Publish(outbox.Subject{Aggregate: fmt.Sprintf("thing-%d", i), Worker: w, Division: "654301"}, c.event)
		after := box()
		if c.template == "" {
			if len(after) != before {
				t.Errorf("%T told the worker: %v", c.event, after[0])
			}
			continue
		}
		if len(after) != before+1 {
			t.Fatalf("%T: %d messages after %d", c.event, len(after), before)
		}
		before = len(after)
		if m := after[0]; m.GetTemplate() != c.template || m.GetAbout() != c.about || m.GetAboutService() != c.service || m.GetDeliveredAt() == 0 {
			t.Errorf("%T: %v", c.event, m)
		}
		if e := f.timeline(t, w, 1)[0]; e.GetType() != "registry.message.delivered.v1" || e.GetFacts()["about"] != c.about || e.GetFacts()["template"] != c.template {
			t.Errorf("%T: delivery not published: %v", c.event, e)
		}
	}
}

func TestReadingAMessage(t *testing.T) {
	f := start(t)
	w := f.register(t, 1)
	f.others["employment"].Publish(outbox.Subject{Aggregate: "o1", Worker: w}, &employmentv1.OfferMade{OfferId: "o1", AnswerDays: 3})
	f.others["employment"].Publish(outbox.Subject{Aggregate: "o2", Worker: "nobody"}, &employmentv1.OfferMade{OfferId: "o2"})
	f.Settle()
	ask := &registryv1.ListMessagesRequest{Worker: w}
	got, err := f.client.ListMessages(f.Worker(w), ask)
	if err != nil || len(got.GetMessages()) != 1 || got.GetMessages()[0].GetValues()["answer_days"] != "3" {
		t.Fatalf("%v, %v", got, err)
	}
	id := got.GetMessages()[0].GetMessageId()
	if _, err := f.client.ReadMessage(f.Worker("other"), &registryv1.ReadMessageRequest{MessageId: id}); errs.CodeOf(err) != "registry.message.unknown" {
		t.Fatal(err)
	}
	if _, err := f.client.ListMessages(f.Worker("other"), ask); errs.CodeOf(err) != "auth.not_yours" {
		t.Fatal(err)
	}
	if _, err := f.client.ReadMessage(f.Worker(w), &registryv1.ReadMessageRequest{MessageId: id}); err != nil {
		t.Fatal(err)
	}
	first, _ := f.client.ListMessages(f.Worker(w), ask)
	f.clock.Advance(time.Hour)
	if _, err := f.client.ReadMessage(f.Worker(w), &registryv1.ReadMessageRequest{MessageId: id}); err != nil {
		t.Fatal(err)
	}
	again, _ := f.client.ListMessages(f.Worker(w), ask)
	if at := first.GetMessages()[0].GetReadAt(); at == 0 || again.GetMessages()[0].GetReadAt() != at {
		t.Errorf("read at %d, then %d", at, again.GetMessages()[0].GetReadAt())
	}
	if _, err := f.client.ReadMessage(f.Worker(w), &registryv1.ReadMessageRequest{MessageId: "none"}); errs.CodeOf(err) != "registry.message.unknown" {
		t.Fatal(err)
	}
}
