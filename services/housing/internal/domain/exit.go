package domain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// ExitState is where a notice to leave stands.
type ExitState string

// The states of an exit.
const (
	ExitIsNoticed  ExitState = "noticed"
	ExitIsAnswered ExitState = "answered"
	ExitIsStaying  ExitState = "stays"
	ExitIsLeaving  ExitState = "leaves"
	ExitIsAppealed ExitState = "appealed"
	ExitIsLeft     ExitState = "left"
)

// Exit is the only way in which a department ends a lease: a notice on a ground
// of HO-04, the tenant's answer, another officer's decision, and an appeal that
// a third officer decides. Until then the tenant stays.
type Exit struct {
	ID, LeaseID, Worker, County string
	Ground                      string
	State                       ExitState
	NoticedBy, DecidedBy        string // officers
	NoticedOn                   clock.Date
	AnswerDays                  int
	AnswerBy                    time.Time // zero until the message has arrived
	Answer                      string
	LeaveBy                     clock.Date
	AppealDays                  int        // to appeal the decision, from the day on which it arrived; 0 once an appeal was heard
	AppealUntil                 clock.Date // zero until that day is known
	Reasons                     []rule.Trace
	Version                     int64
}

// ExitRules is the rules that a notice rests on.
type ExitRules struct {
	Grounds  rule.Rule // HO-04
	Times    rule.Rule // HO-EXIT
	Recourse rule.Recourse
}

// Codes lists the grounds that HO-04 gives, as codes.
func (r ExitRules) Codes() ([]string, error) {
	own, err := r.Grounds.Strings("list")
	if err != nil {
		return nil, err
	}
	also, err := r.Grounds.Strings("also")
	if err != nil {
		return nil, err
	}
	codes := []string{GroundArrears}
	for _, phrase := range append(own, also...) {
		codes = append(codes, strings.Map(func(c rune) rune {
			switch {
			case c == ' ':
				return '_'
			case c == ',' || c == '-':
				return -1
			}
			return c
		}, phrase))
	}
	return codes, nil
}

// changeAppeal is what may change a decision until its appeal was heard.
const changeAppeal = "appeal_exit"

// The answers that a tenant can give to a notice.
var exitAnswers = []string{"disputes", "paid", "needs_time", "agrees"}

// GiveNotice notices a tenant on a ground of HO-04. Where the ground is arrears
// the ledger must show them.
func (r ExitRules) GiveNotice(id string, l Lease, open []Exit, ground, officer string, g Ledger, today clock.Date) (Exit, []Event, error) {
	codes, err := r.Codes()
	if err != nil {
		return Exit{}, nil, err
	}
	need, err := r.Grounds.Int("arrears_months")
	if err != nil {
		return Exit{}, nil, err
	}
	days, err := r.Times.Int("answer_days")
	if err != nil {
		return Exit{}, nil, err
	}
	switch {
	case !l.Live():
		return Exit{}, nil, ErrLeaseLeft
	case !slices.Contains(codes, ground):
		return Exit{}, nil, ErrExitGround
	case ground == GroundArrears && g.ArrearsMonths < need:
		return Exit{}, nil, ErrExitArrears.With("have", strconv.Itoa(g.ArrearsMonths)).With("need", strconv.Itoa(need))
	case slices.ContainsFunc(open, Exit.Pending):
		return Exit{}, nil, ErrExitTwice
	}
	t, err := r.Grounds.Trace(today, "list", "also", "arrears_months")
	if err != nil {
		return Exit{}, nil, err
	}
	t.Outcome = rule.NotMet
	t.Facts = []rule.Fact{{Name: "ground", Value: ground, From: "housing", AsOf: today.String()}}
	t.Changes = []rule.Change{{Code: "answer_notice"}, {Code: ChangePaper}}
	if ground == GroundArrears {
		t.Facts = append(t.Facts, rule.Fact{Name: "arrears_months", Value: strconv.Itoa(g.ArrearsMonths), From: "housing", AsOf: today.String()},
			rule.Fact{Name: "arrears_fen", Value: strconv.FormatInt(g.ArrearsFen, 10), From: "housing", AsOf: today.String()})
		t.Gaps = []rule.Gap{{Name: "arrears_fen", Have: strconv.FormatInt(g.ArrearsFen, 10), Need: "0", Short: strconv.FormatInt(g.ArrearsFen, 10), Unit: "fen"}}
		t.Changes = append([]rule.Change{{Code: "pay_arrears"}}, t.Changes...)
	}
	all := []rule.Trace{t}
	Appealable(all, r.Recourse)
	all[0].Appeals = append([]rule.Appeal{{Way: "officer_review", Body: "hou"}}, all[0].Appeals...)
	return Exit{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, Ground: ground, State: ExitIsNoticed, NoticedBy: officer, NoticedOn: today, AnswerDays: days, Reasons: all},
		[]Event{ExitNoticed{ExitID: id, LeaseID: l.ID, Ground: ground, AnswerDays: days}}, nil
}

// Pending reports whether the exit is not over.
func (e Exit) Pending() bool { return e.State != ExitIsStaying && e.State != ExitIsLeft }

// clock is the tenant's time to answer, which every answer's rules count.
func (e Exit) clock() answer.Clock {
	return answer.Clock{State: answer.Open, AnswerDays: e.AnswerDays, AnswerBy: e.AnswerBy}
}

// Delivered starts the time to answer when the notice is known to have arrived.
func (e Exit) Delivered(at time.Time) (Exit, bool) {
	if e.State != ExitIsNoticed {
		return e, false
	}
	c, started := e.clock().Deliver(at)
	e.AnswerBy = c.AnswerBy
	return e, started
}

// Resume has the times of a notice go on after a pause in which the tenant could not
// be heard; it reports whether they changed.
func (e Exit) Resume(stood answer.Pause) (Exit, bool) {
	if e.State == ExitIsLeaving && !e.AppealUntil.IsZero() && !clock.DateOf(stood.From).After(e.AppealUntil) {
		return e.until(e.AppealUntil.AddDays(clock.DateOf(stood.To).Sub(clock.DateOf(stood.From)))), true
	}
	if e.State != ExitIsNoticed {
		return e, false
	}
	c, changed := e.clock().Resume(stood)
	e.AnswerBy = c.AnswerBy
	return e, changed
}

// AnswerIt records the tenant's answer.
func (e Exit) AnswerIt(code string) (Exit, []Event, error) {
	if e.State != ExitIsNoticed && e.State != ExitIsAnswered {
		return e, nil, ErrExitState.With("state", string(e.State))
	}
	if !slices.Contains(exitAnswers, code) {
		return e, nil, ErrExitAnswer
	}
	e.State, e.Answer = ExitIsAnswered, code
	return e, []Event{ExitAnswered{ExitID: e.ID, AnswerCode: code}}, nil
}

// Decide decides on a notice that was answered, or whose time to answer has
// passed since it arrived. Silence decides nothing: a person does, and never
// the one who gave the notice.
func (r ExitRules) Decide(e Exit, leave bool, leaveBy clock.Date, officer string, now time.Time) (Exit, []Event, error) {
	today := clock.DateOf(now)
	switch {
	case e.State != ExitIsNoticed && e.State != ExitIsAnswered:
		return e, nil, ErrExitState.With("state", string(e.State))
	case ident.SameStaff(officer, e.NoticedBy):
		return e, nil, ErrExitOfficer
	case e.State == ExitIsNoticed && !e.clock().Over(now):
		return e, nil, ErrExitEarly
	}
	e.DecidedBy = officer
	if !leave {
		e.State = ExitIsStaying
		return e, []Event{ExitDecided{ExitID: e.ID, LeaseID: e.LeaseID, Outcome: "stays"}}, nil
	}
	appealDays, err := r.Times.Int("appeal_days")
	if err != nil {
		return e, nil, err
	}
	leaveDays, err := r.Times.Int("leave_days")
	if err != nil {
		return e, nil, err
	}
	if leaveBy.Before(today.AddDays(leaveDays)) {
		return e, nil, ErrExitLeaveBy.With("earliest", today.AddDays(leaveDays).String())
	}
	e.State, e.LeaveBy, e.AppealDays = ExitIsLeaving, leaveBy, appealDays
	e.Reasons = slices.Clone(e.Reasons)
	for i := range e.Reasons {
		t := e.Reasons[i]
		t.DecidedOn = today
		t.Facts = append(slices.Clone(t.Facts), rule.Fact{Name: "exit_answer", Value: answerOf(e), From: "declared", AsOf: today.String()})
		t.Changes = append([]rule.Change{{Code: changeAppeal}}, t.Changes...)
		e.Reasons[i] = t
	}
	Appealable(e.Reasons, r.Recourse)
	for i := range e.Reasons {
		e.Reasons[i].Appeals = append([]rule.Appeal{{Way: "officer_review", Body: "hou", Deadline: r.Times.ID, Days: appealDays}}, e.Reasons[i].Appeals...)
	}
	return e, []Event{ExitDecided{ExitID: e.ID, LeaseID: e.LeaseID, Outcome: "leaves", LeaveBy: leaveBy}}, nil
}

func answerOf(e Exit) string {
	if e.Answer == "" {
		return "none"
	}
	return e.Answer
}

// Served starts the time to appeal, once, on the day on which the decision is
// known to have arrived, and says in its reasons until when it runs.
func (e Exit) Served(on clock.Date) Exit {
	if e.State != ExitIsLeaving || e.AppealDays == 0 || !e.AppealUntil.IsZero() {
		return e
	}
	return e.until(on.AddDays(e.AppealDays))
}

// until sets the last day to appeal, and says it in the reasons.
func (e Exit) until(last clock.Date) Exit {
	e.AppealUntil = last
	e.Reasons = slices.Clone(e.Reasons)
	for i, t := range e.Reasons {
		e.Reasons[i].Appeals = slices.Clone(t.Appeals)
		for j, a := range t.Appeals {
			if a.Way == "officer_review" {
				e.Reasons[i].Appeals[j].Until = e.AppealUntil
			}
		}
	}
	return e
}

// MayAppeal reports whether the tenant can take the decision to a third officer:
// for its days or, until it is known when it arrived, at any time.
func (e Exit) MayAppeal(today clock.Date) bool {
	if e.AppealUntil.IsZero() {
		return e.AppealDays > 0
	}
	return !today.After(e.AppealUntil)
}

// Appeal takes the decision to a third officer.
func (e Exit) Appeal(today clock.Date) (Exit, []Event, error) {
	if e.State != ExitIsLeaving {
		return e, nil, ErrExitState.With("state", string(e.State))
	}
	if !e.MayAppeal(today) {
		return e, nil, ErrExitAppealLate
	}
	e.State = ExitIsAppealed
	return e, []Event{ExitAppealed{ExitID: e.ID}}, nil
}

// DecideAppeal decides on the appeal; it takes an officer who neither noticed
// nor decided.
func (e Exit) DecideAppeal(stays bool, officer string) (Exit, []Event, error) {
	switch {
	case e.State != ExitIsAppealed:
		return e, nil, ErrExitState.With("state", string(e.State))
	case ident.SameStaff(officer, e.NoticedBy) || ident.SameStaff(officer, e.DecidedBy):
		return e, nil, ErrExitOfficer
	}
	outcome := "leaves"
	e.State, e.AppealDays, e.AppealUntil, e.Reasons = ExitIsLeaving, 0, clock.Date{}, heard(e.Reasons)
	if stays {
		outcome, e.State = "stays", ExitIsStaying
	}
	return e, []Event{ExitAppealDecided{ExitID: e.ID, LeaseID: e.LeaseID, Outcome: outcome}}, nil
}

// Moving gives a tenant whose appeal took long the time to move that every
// decision gives.
func (r ExitRules) Moving(e Exit, today clock.Date) (Exit, error) {
	days, err := r.Times.Int("leave_days")
	if err != nil {
		return e, err
	}
	if earliest := today.AddDays(days); e.State == ExitIsLeaving && e.LeaveBy.Before(earliest) {
		e.LeaveBy = earliest
	}
	return e, nil
}

// heard is a decision's reasons after its appeal: it is heard once, and the time
// for reconsideration is counted from when the decision on it arrives.
func heard(all []rule.Trace) []rule.Trace {
	all = slices.Clone(all)
	for i := range all {
		t := &all[i]
		t.Changes = slices.DeleteFunc(slices.Clone(t.Changes), func(c rule.Change) bool { return c.Code == changeAppeal })
		t.Appeals = slices.DeleteFunc(slices.Clone(t.Appeals), func(a rule.Appeal) bool { return a.Way == "officer_review" })
		for j := range t.Appeals {
			t.Appeals[j].Until, t.Appeals[j].ToBeConfirmed = clock.Date{}, false
		}
	}
	return all
}

// Leave records that the tenant left by a decision that stands: not while it
// can be appealed, not while the appeal is open, not before the day to
// leave; who goes earlier does so by his own wish.
func (e Exit) Leave(today clock.Date) (Exit, error) {
	switch {
	case e.State != ExitIsLeaving:
		return e, ErrExitState.With("state", string(e.State))
	case e.MayAppeal(today), today.Before(e.LeaveBy):
		return e, ErrExitStands
	}
	e.State = ExitIsLeft
	return e, nil
}

// Gone closes a notice whose tenant left by his own wish.
func (e Exit) Gone() Exit {
	e.State = ExitIsLeft
	return e
}
