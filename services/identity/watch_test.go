package identity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// accepts tells identity, as a department does, what somebody accepted for a person.
func (f *town) accepts(kind, actor, worker string, back bool) {
	f.t.Helper()
	_, err := f.exchange.ReportAcceptances(f.As(auth.Principal{Kind: auth.Service, Subject: "housing", Purpose: "platform_operation"}), &identityv1.ReportAcceptancesRequest{Acceptances: []*identityv1.Acceptance{
		{At: f.clock.Now().UnixMicro(), AccountKind: kind, Subject: actor, ActsFor: worker, TakenBack: back},
	}})
	f.must(err)
}

func (s *someone) alarms() []*identityv1.Alarm {
	s.f.t.Helper()
	r, err := s.counter().ListAlarms(s.as(cases), &identityv1.ListAlarmsRequest{})
	s.f.must(err)
	return r.GetAlarms()
}

// An ordinary day of sixty visits raises no alarm, sixty acceptances without visits
// raise one, given to one reviewer who is not the actor; nobody sees any figure.
func TestOneWhoAcceptsForManyIsAnAlarm(t *testing.T) {
	f := settled(t)
	link := func(staff, role, county string) *someone {
		f.t.Helper()
		return f.officer2(staff, &identityv1.RoleGrant{Role: role, Department: "hrss", Covered: county})
	}
	link("a002", "clerk", "654301")
	reviewer, far := link("r001", "reviewer", "654300"), link("r002", "reviewer", "654321")
	for i := range 60 {
		w := fmt.Sprint("worker-", i)
		v, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: w})
		f.must(err)
		f.clock.Advance(time.Second)
		f.accepts("officer", "a001", w, false)
		_, err = f.officer.counter().EndVisit(f.officer.as(cases), &identityv1.EndVisitRequest{VisitId: v.GetVisitId()})
		f.must(err)
	}
	reviewer.enter()
	if got := reviewer.alarms(); len(got) != 0 {
		t.Fatalf("an ordinary day: %v", got)
	}
	for i := range 60 {
		f.accepts("officer", "a002", fmt.Sprint("worker-", i), false)
		f.accepts("officer", "a002", fmt.Sprint("worker-", i), false) // an office and a home of one person
	}
	far.enter()
	if got := far.alarms(); len(got) != 0 {
		t.Errorf("a reviewer of another county: %v", got)
	}
	got := reviewer.alarms()
	if len(got) != 1 || got[0].GetSubject() != "a002" || got[0].GetDay() != "2026-11-30" || len(got[0].GetWorkers()) != 60 {
		t.Fatalf("%v", got)
	}
	if got := far.work("alarm") + "; " + reviewer.work("alarm"); got != "; alarm" {
		t.Errorf("the list of work has %q", got)
	}
	settle := func(s *someone, outcome string) error {
		_, err := s.counter().SettleAlarm(s.as(cases), &identityv1.SettleAlarmRequest{AlarmId: got[0].GetAlarmId(), Outcome: outcome})
		return err
	}
	f.wants("a clerk looks", func() error {
		_, err := f.officer.counter().ListAlarms(f.officer.as(cases), &identityv1.ListAlarmsRequest{})
		return err
	}(), "auth.denied")
	f.wants("another reviewer", settle(far, "explained"), "identity.alarm")
	f.wants("in other words", settle(reviewer, "forgotten"), "identity.alarm_outcome")
	f.must(settle(reviewer, "explained"))
	if got := reviewer.work("alarm"); got != "" {
		t.Errorf("a settled one waits: %q", got)
	}
	f.wants("twice", settle(reviewer, "reported"), "identity.alarm_outcome")
	for i := range 20 {
		f.accepts("officer", "a002", fmt.Sprint("more-", i), false)
	}
	if got := reviewer.alarms(); len(got) != 0 {
		t.Errorf("a second one for one day: %v", got)
	}
}

// What people take back counts though they came, and a helper of many is one too.
func TestWhatPeopleTakeBackIsCounted(t *testing.T) {
	f := settled(t)
	reviewer := f.officer2("r001", &identityv1.RoleGrant{Role: "reviewer", Department: "hrss", Covered: "*"})
	for i := range 10 {
		w := fmt.Sprint("worker-", i)
		_, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: w})
		f.must(err)
		f.accepts("officer", "a001", w, false)
	}
	for i := range 9 {
		f.accepts("worker", fmt.Sprint("worker-", i), fmt.Sprint("worker-", i), true)
	}
	if got := reviewer.alarms(); len(got) != 0 {
		t.Fatalf("nine took it back: %v", got)
	}
	f.accepts("worker", "worker-9", "worker-9", true)
	if got := reviewer.alarms(); len(got) != 1 || got[0].GetSubject() != "a001" {
		t.Fatalf("ten took it back: %v", got)
	}
	for i := range 10 {
		f.accepts("worker", "helper-1", fmt.Sprint("worker-", i), false)
	}
	if got := reviewer.alarms(); len(got) != 2 {
		t.Errorf("a helper of ten: %v", got)
	}
}
