package domain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// RenewalState is where a wish for another term stands.
type RenewalState string

// The states of a renewal.
const (
	RenewalIsAsked   RenewalState = "asked"
	RenewalIsGranted RenewalState = "granted"
	RenewalIsRefused RenewalState = "refused"
)

// Renewal is a tenant's wish for another term.
type Renewal struct {
	ID, LeaseID, Worker, County string
	State                       RenewalState
	AskedOn, EndsOn             clock.Date // EndsOn is the new end, once granted
	Reasons                     []rule.Trace
	Version                     int64
}

// AskRenewal asks for another term, from the day on which HO-03 opens it for as
// long as the tenant lives there: who asks late loses nothing by it here.
func AskRenewal(id string, l Lease, before []Renewal, monthsBefore int, today clock.Date) (Renewal, []Event, error) {
	switch {
	case !l.Live():
		return Renewal{}, nil, ErrLeaseLeft
	case today.Before(l.RenewFrom(monthsBefore)):
		return Renewal{}, nil, ErrRenewalEarly.With("from", l.RenewFrom(monthsBefore).String())
	case slices.ContainsFunc(before, func(r Renewal) bool { return r.State == RenewalIsAsked }):
		return Renewal{}, nil, ErrRenewalTwice
	}
	return Renewal{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, State: RenewalIsAsked, AskedOn: today}, []Event{RenewalAsked{RenewalID: id, LeaseID: l.ID}}, nil
}

// Grant gives another term, which HO-03 limits.
func (r Renewal) Grant(l Lease, until clock.Date, mostYears int) (Renewal, Lease, []Event, error) {
	switch {
	case r.State != RenewalIsAsked:
		return r, l, nil, ErrRenewalState.With("state", string(r.State))
	case !until.After(l.EndsOn) || until.After(l.EndsOn.AddYears(mostYears)):
		return r, l, nil, ErrLeaseTerm
	}
	l.EndsOn, r.State, r.EndsOn = until, RenewalIsGranted, until
	return r, l, []Event{RenewalDecided{RenewalID: r.ID, LeaseID: l.ID, Outcome: "granted", EndsOn: until}}, nil
}

// Refuse refuses another term, on an officer's reason code and with the trace.
// The lease goes on to its end, and nobody has to leave by it.
func (r Renewal) Refuse(code string, term rule.Rule, recourse rule.Recourse, today clock.Date) (Renewal, []Event, error) {
	if r.State != RenewalIsAsked {
		return r, nil, ErrRenewalState.With("state", string(r.State))
	}
	if !refusalCode.MatchString(code) {
		return r, nil, ErrRefusalCode
	}
	t, err := term.Trace(today, "renew_apply_months_before_end")
	if err != nil {
		return r, nil, err
	}
	t.Outcome = rule.NotMet
	t.Facts = []rule.Fact{{Name: "reason_code", Value: code, From: "housing", AsOf: today.String()}}
	t.Changes = []rule.Change{{Code: "ask_renewal_again"}, {Code: ChangePaper}}
	all := []rule.Trace{t}
	Appealable(all, recourse)
	r.State, r.Reasons = RenewalIsRefused, all
	return r, []Event{RenewalDecided{RenewalID: r.ID, LeaseID: r.LeaseID, Outcome: "refused"}}, nil
}

// RepairState is where a repair stands.
type RepairState string

// The states of a repair.
const (
	RepairIsOpen      RepairState = "open"
	RepairIsPlanned   RepairState = "planned"
	RepairIsDone      RepairState = "done"
	RepairIsConfirmed RepairState = "confirmed"
)

// RepairKinds lists what can be broken.
func RepairKinds() []string {
	return []string{"heating", "water", "electricity", "door_window", "roof", "other"}
}

// Repair is one thing to be mended in a leased home.
type Repair struct {
	ID, LeaseID, Worker, County, What string
	State                             RepairState
	ReportedOn, PlannedOn, DoneOn     clock.Date
	Version                           int64
}

// ReportRepair tells of something that is broken.
func ReportRepair(id string, l Lease, what string, today clock.Date) (Repair, []Event, error) {
	if !slices.Contains(RepairKinds(), what) {
		return Repair{}, nil, ErrRepairKind
	}
	if !l.Live() {
		return Repair{}, nil, ErrLeaseLeft
	}
	return Repair{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, What: what, State: RepairIsOpen, ReportedOn: today}, []Event{RepairReported{RepairID: id, LeaseID: l.ID, What: what}}, nil
}

// Plan says on which day somebody comes.
func (r Repair) Plan(on, today clock.Date) (Repair, []Event, error) {
	if r.State != RepairIsOpen && r.State != RepairIsPlanned {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	if on.Before(today) {
		return r, nil, ErrRepairDay
	}
	r.State, r.PlannedOn = RepairIsPlanned, on
	return r, []Event{RepairPlanned{RepairID: r.ID, PlannedOn: on}}, nil
}

// Finish says that it was mended; the tenant has the last word.
func (r Repair) Finish(today clock.Date) (Repair, []Event, error) {
	if r.State != RepairIsOpen && r.State != RepairIsPlanned {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	r.State, r.DoneOn = RepairIsDone, today
	return r, []Event{RepairDone{RepairID: r.ID}}, nil
}

// Confirm takes the tenant's word: where it does not work, it is open again.
func (r Repair) Confirm(works bool) (Repair, []Event, error) {
	if r.State != RepairIsDone {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	r.State = RepairIsConfirmed
	if !works {
		r.State, r.PlannedOn, r.DoneOn = RepairIsOpen, clock.Date{}, clock.Date{}
	}
	return r, []Event{RepairConfirmed{RepairID: r.ID, Works: works}}, nil
}

// Review is what a clock opened for a person to look at. Nothing follows from
// it but what that person does.
type Review struct {
	ID, LeaseID, Worker, County, Ground string
	OpenedOn                            clock.Date
	Outcome                             string // "" while it is open
	Version                             int64
}

// The grounds on which a clock asks a person to look.
const (
	GroundArrears = "arrears"
	GroundVacant  = "vacant"
	GroundJobLeft = "job_ended" // of a dormitory
)

// OpenReview asks a person to look.
func OpenReview(id string, l Lease, ground string, today clock.Date) (Review, []Event) {
	return Review{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, Ground: ground, OpenedOn: today}, []Event{ReviewOpened{ReviewID: id, LeaseID: l.ID, Ground: ground}}
}

// Close records what the person found.
func (r Review) Close(outcome string) (Review, []Event, error) {
	if r.Outcome != "" {
		return r, nil, ErrReviewClosed
	}
	if !slices.Contains([]string{"settled", "agreed", "noticed"}, outcome) {
		return r, nil, ErrReviewOutcome
	}
	r.Outcome = outcome
	return r, []Event{ReviewClosed{ReviewID: r.ID, Outcome: outcome}}, nil
}

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
	LeaveBy, AppealUntil        clock.Date
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

// Delivered starts the time to answer when the notice is known to have arrived.
func (e Exit) Delivered(at time.Time) (Exit, bool) {
	if e.State != ExitIsNoticed || !e.AnswerBy.IsZero() {
		return e, false
	}
	e.AnswerBy = clock.DateOf(at).AddDays(e.AnswerDays + 1).Start().UTC()
	return e, true
}

// AnswerIt records the tenant's answer.
func (e Exit) AnswerIt(answer string) (Exit, []Event, error) {
	if e.State != ExitIsNoticed && e.State != ExitIsAnswered {
		return e, nil, ErrExitState.With("state", string(e.State))
	}
	if !slices.Contains(exitAnswers, answer) {
		return e, nil, ErrExitAnswer
	}
	e.State, e.Answer = ExitIsAnswered, answer
	return e, []Event{ExitAnswered{ExitID: e.ID, AnswerCode: answer}}, nil
}

// Decide decides on a notice that was answered, or whose time to answer has
// passed since it arrived. Silence decides nothing: a person does, and never
// the one who gave the notice.
func (r ExitRules) Decide(e Exit, leave bool, leaveBy clock.Date, officer string, now time.Time) (Exit, []Event, error) {
	today := clock.DateOf(now)
	waited := !e.AnswerBy.IsZero() && !now.Before(e.AnswerBy)
	switch {
	case e.State != ExitIsNoticed && e.State != ExitIsAnswered:
		return e, nil, ErrExitState.With("state", string(e.State))
	case officer == e.NoticedBy:
		return e, nil, ErrExitOfficer
	case e.State == ExitIsNoticed && !waited:
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
	e.State, e.LeaveBy, e.AppealUntil = ExitIsLeaving, leaveBy, today.AddDays(appealDays)
	e.Reasons = slices.Clone(e.Reasons)
	for i := range e.Reasons {
		t := e.Reasons[i]
		t.DecidedOn = today
		t.Facts = append(slices.Clone(t.Facts), rule.Fact{Name: "exit_answer", Value: answerOf(e), From: "declared", AsOf: today.String()})
		t.Changes = append([]rule.Change{{Code: "appeal_exit", By: e.AppealUntil}}, t.Changes...)
		e.Reasons[i] = t
	}
	Appealable(e.Reasons, r.Recourse)
	for i := range e.Reasons {
		e.Reasons[i].Appeals = append([]rule.Appeal{{Way: "officer_review", Body: "hou", Deadline: r.Times.ID, Until: e.AppealUntil}}, e.Reasons[i].Appeals...)
	}
	return e, []Event{ExitDecided{ExitID: e.ID, LeaseID: e.LeaseID, Outcome: "leaves", LeaveBy: leaveBy}}, nil
}

func answerOf(e Exit) string {
	if e.Answer == "" {
		return "none"
	}
	return e.Answer
}

// Appeal takes the decision to a third officer.
func (e Exit) Appeal(today clock.Date) (Exit, []Event, error) {
	if e.State != ExitIsLeaving {
		return e, nil, ErrExitState.With("state", string(e.State))
	}
	if today.After(e.AppealUntil) {
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
	case officer == e.NoticedBy || officer == e.DecidedBy:
		return e, nil, ErrExitOfficer
	}
	outcome := "leaves"
	e.State, e.AppealUntil = ExitIsLeaving, clock.Date{} // heard once
	if stays {
		outcome, e.State = "stays", ExitIsStaying
	}
	return e, []Event{ExitAppealDecided{ExitID: e.ID, LeaseID: e.LeaseID, Outcome: outcome}}, nil
}

// Leave records that the tenant left by a decision that stands: not while it
// can be appealed, not while the appeal is open, not before the day to
// leave; who goes earlier does so by his own wish.
func (e Exit) Leave(today clock.Date) (Exit, error) {
	switch {
	case e.State != ExitIsLeaving:
		return e, ErrExitState.With("state", string(e.State))
	case !e.AppealUntil.IsZero() && !today.After(e.AppealUntil), today.Before(e.LeaveBy):
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

// PlaceRequest is an employer's request for dormitory places for its workers,
// each of whom applies, is offered and accepts for himself. It names nobody.
type PlaceRequest struct {
	ID, Employer, County string
	Asked, Granted       int
	Taken                int // by workers who hold an offer or more
	AskedOn              clock.Date
	Version              int64
}

// AskPlaces asks for places.
func AskPlaces(r PlaceRequest) (PlaceRequest, []Event, error) {
	if r.Asked < 1 || r.Asked > mostPlaces {
		return r, nil, ErrPlaces
	}
	return r, []Event{PlacesAsked{RequestID: r.ID, EmployerID: r.Employer, Places: r.Asked}}, nil
}

// The most dormitory places of one request: a guard against slips, no policy.
const mostPlaces = 5000

// Grant says how many places are given, never fewer than are taken.
func (r PlaceRequest) Grant(places int) (PlaceRequest, []Event, error) {
	switch {
	case places < 0 || places > r.Asked:
		return r, nil, ErrPlaces
	case places < r.Taken:
		return r, nil, ErrPlacesBelow
	}
	r.Granted = places
	return r, []Event{PlacesGranted{RequestID: r.ID, Places: places}}, nil
}

// Take counts a worker who is offered one of the places.
func (r PlaceRequest) Take() error {
	if r.Taken >= r.Granted {
		return ErrPlacesTaken
	}
	return nil
}
