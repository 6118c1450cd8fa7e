package app

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Each state of what a person has with training stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	at := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	offered := answer.Clock{State: answer.Open, AnswerDays: 3, MadeAt: at, AnswerBy: testkit.Day("2026-11-25").Start().UTC()}
	var all []life.Thing
	for _, state := range testkit.Constants[domain.State](t, "../domain", "State") {
		for _, today := range []string{"2026-11-24", "2026-12-01", "2026-12-21"} {
			l := EnrolmentLine{Enrolment: domain.Enrolment{ID: ident.NewID(), State: state, Offer: offered}, StartsOn: testkit.Day("2026-12-01"), EndsOn: testkit.Day("2026-12-20")}
			all = append(all, enrolled(l, testkit.Day(today)))
			l.Free, l.Offer = true, answer.Clock{}
			all = append(all, enrolled(l, testkit.Day(today)))
		}
	}
	for _, state := range testkit.Constants[domain.DueState](t, "../domain", "DueState") {
		all = append(all, owed(domain.Due{ID: ident.NewID(), State: state}))
	}
	all = append(all, held(domain.Certificate{ID: ident.NewID(), IssuedOn: testkit.Day("2026-11-01")}))
	testkit.Life(t, "../../../../proto/qiao/training/v1/life.csv", all...)

	waits := enrolled(EnrolmentLine{Enrolment: domain.Enrolment{State: domain.Offered, Offer: offered}, StartsOn: testkit.Day("2026-12-01"), EndsOn: testkit.Day("2026-12-20")}, testkit.Day("2026-11-24"))
	if waits.AnswerBy != testkit.Day("2026-11-24") {
		t.Errorf("the last day is %v", waits.AnswerBy)
	}
	offered.AnswerBy = time.Time{}
	if waits := enrolled(EnrolmentLine{Enrolment: domain.Enrolment{State: domain.Offered, Offer: offered}}, testkit.Day("2026-11-24")); !waits.AnswerBy.IsZero() {
		t.Errorf("a message that did not arrive begins a time until %v", waits.AnswerBy)
	}
}

// Who completed a course has the certificate, once it is issued, and not the course beside it.
func TestACertificateStandsForItsCourse(t *testing.T) {
	course, certificate := ident.NewID(), ident.NewID()
	o := Overview{Enrolments: []EnrolmentLine{{Enrolment: domain.Enrolment{ID: course, State: domain.Completed}}}}
	today := testkit.Day("2026-12-24")
	if all := things(o, today); len(all) != 1 || all[0].ID != course {
		t.Errorf("before: %+v", all)
	}
	o.Certificates = []domain.Certificate{{ID: certificate, EnrolmentID: course, IssuedOn: today}}
	if all := things(o, today); len(all) != 1 || all[0].ID != certificate {
		t.Errorf("issued: %+v", all)
	}
	o.Certificates[0].RevokedOn = today
	if all := things(o, today); len(all) != 1 || all[0].ID != course {
		t.Errorf("taken back: %+v", all)
	}
}
