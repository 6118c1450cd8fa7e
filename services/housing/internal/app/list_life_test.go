package app

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const csvPath = "../../../../proto/qiao/housing/v1/life.csv"

// noon is in Shanghai.
var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func decision(outcome rule.Outcome, until string, facts ...rule.Fact) []rule.Trace {
	a := rule.Appeal{Way: "reconsideration", Deadline: "CLK-RC-APPLY", Days: 60}
	if until != "" {
		a.Until = testkit.Day(until)
	}
	return []rule.Trace{{RuleID: "HO-01", Outcome: outcome, DecidedOn: testkit.Day("2026-11-10"), Facts: facts, Appeals: []rule.Appeal{a}}}
}

func refusal(until string) []rule.Trace {
	return decision(rule.NotMet, until, rule.Fact{Name: "reason_code", Value: "R1"})
}

// Each state of what a person has with housing stands on the first page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	today := clock.DateOf(noon)
	open := answer.Clock{State: answer.Open, AnswerDays: 5, MadeAt: noon.AddDate(0, 0, -2), AnswerBy: testkit.Day("2026-11-24").Start().UTC()}
	accepted := answer.Clock{State: answer.Accepted, MadeAt: noon.AddDate(0, 0, -2), AcceptedAt: noon.Add(-time.Hour)}
	var all []life.Thing
	for _, state := range testkit.Constants[domain.ApplicationState](t, "../domain", "ApplicationState") {
		for _, reasons := range [][]rule.Trace{nil, decision(rule.Met, ""), decision(rule.NotMet, ""), refusal("2026-11-20"), refusal("2026-11-19")} {
			for _, reopened := range []bool{false, true} {
				a := domain.Application{ID: ident.NewID(), Kind: domain.PublicRental, State: state, Reopened: reopened, Reasons: reasons, SubmittedAt: noon.AddDate(0, -1, 0)}
				w := asking{Application: a}
				switch state {
				case domain.Offered:
					w.Offer.Clock = open
				case domain.Accepted:
					w.Offer.Clock = accepted
				}
				all = append(all, applied(w, noon))
				w.DrawOn = testkit.Day("2026-11-23")
				all = append(all, applied(w, noon))
				for _, by := range []string{"2026-11-19", "2026-11-20"} {
					w.FirstBy = testkit.Day(by)
					all = append(all, applied(w, noon))
				}
				w = asking{Application: a}
				w.Kind = domain.Dormitory
				if state == domain.Submitted { // no dormitory is decided on
					all = append(all, applied(w, noon))
				}
			}
		}
	}
	for _, late := range []string{"", domain.LateOpen, domain.LateCorrected, domain.LateNoChange, domain.LateCancelled} {
		w := asking{}
		w.Paper = domain.OnPaper{Form: "1", EnteredAt: noon, Late: late}
		all = append(all, onPaper(w))
	}
	for _, state := range testkit.Constants[domain.PriorityState](t, "../domain", "PriorityState") {
		w := asking{}
		w.Priority.State = state
		all = append(all, saidFirst(w))
	}

	signed := domain.Lease{ID: ident.NewID(), StartsOn: testkit.Day("2025-12-01"), EndsOn: testkit.Day("2026-11-30"), Kind: domain.PublicRental}
	lease := func(change func(*LeaseFile)) []life.Thing {
		f := LeaseFile{Lease: signed, RenewFrom: testkit.Day("2026-08-31")}
		change(&f)
		return lived(f, noon)
	}
	for _, days := range []int{-400, -10, 0, 10, 400} {
		all = append(all, lease(func(f *LeaseFile) {
			f.Lease.StartsOn, f.Lease.EndsOn, f.RenewFrom = signed.StartsOn.AddDays(days), signed.EndsOn.AddDays(days), f.RenewFrom.AddDays(days)
		})...)
	}
	if gone := lease(func(f *LeaseFile) { f.Lease.LeftOn = today }); len(gone) != 1 || gone[0].Part != life.Over {
		t.Errorf("who left still has %+v", gone)
	}
	for _, state := range testkit.Constants[domain.RenewalState](t, "../domain", "RenewalState") {
		for _, until := range []string{"2026-11-19", "2026-11-20"} {
			all = append(all, lease(func(f *LeaseFile) {
				f.Renewals = []domain.Renewal{{ID: ident.NewID(), State: state, AskedOn: today, Reasons: refusal(until)}}
			})...)
		}
	}
	for _, ground := range []string{domain.GroundArrears, domain.GroundVacant, domain.GroundJobLeft} {
		for _, outcome := range []string{"", "settled"} {
			for owed := range 2 {
				all = append(all, lease(func(f *LeaseFile) {
					f.Ledger.ArrearsMonths, f.Reviews = owed, []domain.Review{{ID: ident.NewID(), Ground: ground, OpenedOn: today, Outcome: outcome}}
				})...)
			}
		}
	}
	for _, state := range testkit.Constants[domain.RepairState](t, "../domain", "RepairState") {
		for _, planned := range []string{"2026-11-19", "2026-11-20"} {
			r := domain.Repair{ID: ident.NewID(), State: state, ReportedOn: testkit.Day("2026-11-10")}
			if state != domain.RepairIsOpen {
				r.PlannedOn = testkit.Day(planned)
			}
			all = append(all, lease(func(f *LeaseFile) { f.Repairs = []domain.Repair{r} })...)
		}
	}
	for _, state := range testkit.Constants[domain.ExitState](t, "../domain", "ExitState") {
		for _, until := range []string{"2026-11-19", "2026-11-20"} {
			for _, appeal := range []string{"2026-11-19", "2026-11-20"} {
				e := domain.Exit{ID: ident.NewID(), State: state, NoticedOn: today, AnswerBy: testkit.Day(appeal).AddDays(1).Start().UTC(), AppealDays: 15, AppealUntil: testkit.Day(appeal), LeaveBy: testkit.Day("2026-12-30"), Reasons: refusal(until)}
				all = append(all, lease(func(f *LeaseFile) { f.Exits = []domain.Exit{e} })...)
			}
		}
	}
	testkit.Life(t, csvPath, all...)
}

// What waits for the person names the last day on which it can be answered, and the rule.
func TestTheLastDayToAnswer(t *testing.T) {
	offer := asking{Application: domain.Application{State: domain.Submitted, Reopened: true, Kind: domain.PublicRental}}
	offer.Offer.Clock = answer.Clock{State: answer.Open, MadeAt: noon, AnswerBy: testkit.Day("2026-11-26").Start().UTC()}
	unread := offer
	unread.Offer.AnswerBy = time.Time{}
	refused := asking{Application: domain.Application{State: domain.Refused, Kind: domain.PublicRental, Reasons: refusal("2026-12-01")}}
	notice := domain.Exit{State: domain.ExitIsNoticed, AnswerBy: testkit.Day("2026-12-06").Start().UTC()}
	leaves := domain.Exit{State: domain.ExitIsLeaving, AppealDays: 15, AppealUntil: testkit.Day("2026-12-07"), Reasons: refusal("2027-01-20")}
	heard := domain.Exit{State: domain.ExitIsLeaving, Reasons: refusal("2027-01-21")}
	term := LeaseFile{Lease: domain.Lease{EndsOn: testkit.Day("2026-12-31")}, RenewFrom: testkit.Day("2026-11-20")}
	again := LeaseFile{Renewals: []domain.Renewal{{State: domain.RenewalIsRefused, Reasons: refusal("2026-12-02")}}}
	today := clock.DateOf(noon)
	for name, c := range map[string]struct {
		got         life.Thing
		last, under string
	}{
		"an offer, while its decision is looked at anew": {applied(offer, noon), "2026-11-25", "HO-OFFER"},
		"an offer whose message did not arrive":          {applied(unread, noon), "", "HO-OFFER"},
		"a refusal":                                      {applied(refused, noon), "2026-12-01", "CLK-RC-APPLY"},
		"a notice":                                       {noticed(notice, noon), "2026-12-05", "HO-EXIT"},
		"a decision that can be appealed":                {noticed(leaves, noon), "2026-12-07", "HO-EXIT"},
		"a decision on an appeal":                        {noticed(heard, noon), "2027-01-21", "CLK-RC-APPLY"},
		"another term":                                   {renewed(term, today), "2026-12-31", "HO-03"},
		"another term that was refused":                  {renewed(again, today), "2026-12-02", "CLK-RC-APPLY"},
	} {
		want := clock.Date{}
		if c.last != "" {
			want = testkit.Day(c.last)
		}
		if c.got.Part != life.Needs || c.got.Holder != life.You || c.got.AnswerBy != want || c.got.Rule != c.under {
			t.Errorf("%s: %s of %s until %v by %s", name, c.got.Part, c.got.Holder, c.got.AnswerBy, c.got.Rule)
		}
	}
}

// What another accepted can be taken back for as long as PR-UNDO says, own acceptances cannot.
func TestWhatAnotherAcceptedCanBeTakenBack(t *testing.T) {
	w := asking{Application: domain.Application{State: domain.Accepted, Kind: domain.PublicRental}, Undo: 48 * time.Hour}
	w.Offer.Clock = answer.Clock{State: answer.Accepted, AcceptedAt: noon}
	last := noon.Add(48 * time.Hour)
	if got := applied(w, last).UndoBy; !got.Equal(last) {
		t.Errorf("until %v, want %v", got, last)
	}
	if got := applied(w, last.Add(time.Microsecond)).UndoBy; !got.IsZero() {
		t.Errorf("after its time until %v", got)
	}
	w.Offer.InPerson = true
	if got := applied(w, noon).UndoBy; !got.IsZero() {
		t.Errorf("an own acceptance until %v", got)
	}
}

// told counts the things of a matter that are not over.
func told(all []life.Thing, matter string) (n int) {
	for _, one := range all {
		if one.Matter == matter && one.Part != life.Over {
			n++
		}
	}
	return n
}

// What became another thing is told once: who has to leave sees the lease's last day, and
// the notice for as long as it can be contested; rent that is owed is no second thing
// beside what a clock asked an officer to look at.
func TestEachThingIsToldOnce(t *testing.T) {
	f := LeaseFile{Lease: domain.Lease{ID: "l", StartsOn: testkit.Day("2025-12-01"), EndsOn: testkit.Day("2026-11-30")}, RenewFrom: testkit.Day("2026-08-31")}
	f.Exits = []domain.Exit{{ID: "e", State: domain.ExitIsLeaving, LeaveBy: testkit.Day("2026-12-30"), Reasons: refusal("2026-11-20")}}
	all := lived(f, noon)
	if all[0].State != "leaves" || all[0].Steps[1].On != f.Exits[0].LeaveBy || told(all, "exit") != 1 || told(all, "renewal") != 0 {
		t.Errorf("while it can be contested: %+v", all)
	}
	if all = lived(f, noon.AddDate(0, 0, 1)); told(all, "lease") != 1 || told(all, "exit") != 0 {
		t.Errorf("after that: %+v", all)
	}
	f.Exits, f.Ledger.ArrearsMonths = nil, 6
	f.Reviews = []domain.Review{{ID: "r", Ground: domain.GroundArrears}}
	if all = lived(f, noon); told(all, "rent") != 1 || told(all, "review") != 0 || told(all, "renewal") != 1 {
		t.Errorf("rent that is owed: %+v", all)
	}
}

// A place is told of who waits, and not of whom a draw or a fault puts elsewhere.
func TestThePlaceInTheQueue(t *testing.T) {
	w := asking{Application: domain.Application{State: domain.Eligible, Kind: domain.PublicRental, SubmittedAt: noon.AddDate(0, -1, 0), Reasons: decision(rule.Met, "")}, Place: 7}
	if got := applied(w, noon); got.Place != 7 || got.Steps[1].On != testkit.Day("2026-11-10") || !got.Steps[1].Done {
		t.Errorf("waiting: %+v", got)
	}
	w.DrawOn = testkit.Day("2026-11-23")
	if got := applied(w, noon); got.Place != 0 || got.Holder != life.Draw || got.Steps[2].On != w.DrawOn || got.Steps[2].Done {
		t.Errorf("in a round: %+v", got)
	}
	w.FirstBy = testkit.Day("2026-11-20")
	if got := applied(w, noon); got.Place != 0 || got.Expected != w.FirstBy {
		t.Errorf("wronged by a fault: %+v", got)
	}
}
