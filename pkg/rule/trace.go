package rule

import (
	"encoding/json"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Outcome is what a rule said about the facts.
type Outcome string

// The outcomes. NotMet is a proposal until a person decided: no refusal is made
// by a machine alone.
const (
	Met     Outcome = "met"
	NotMet  Outcome = "not_met"
	Unclear Outcome = "unclear" // a fact is missing or a person must look
)

// Fact is one fact that a decision used. The value is a code, a date, an amount
// or a count: traces are shown, stored and sent, so no name, document number,
// phone or address may be in one.
type Fact struct {
	Name  string `json:"name"`            // a stable code, e.g. "contract_months"
	Value string `json:"value"`           // as text
	From  string `json:"from"`            // who recorded it: a service, a department or "declared"
	AsOf  string `json:"as_of,omitempty"` // the day it was true on, as 2026-11-23
	Proof string `json:"proof,omitempty"` // the id of the record or paper behind it
}

// Gap says how far off the person was in one condition.
type Gap struct {
	Name  string `json:"name"`           // the fact's name
	Have  string `json:"have"`           // what there is
	Need  string `json:"need"`           // what the rule asks
	Short string `json:"short"`          // the difference, as a number
	Unit  string `json:"unit,omitempty"` // e.g. "month", "fen", "day"
}

// Change is one thing that would change the outcome.
type Change struct {
	Code string     `json:"code"`          // a stable code that a catalogue translates
	By   clock.Date `json:"by,omitzero"`   // the last day on which it helps
	From clock.Date `json:"from,omitzero"` // the first day on which the condition will be met by itself
}

// Appeal is one place that a decision can be taken to.
type Appeal struct {
	Way      string     `json:"way"`                // e.g. "correction", "officer_review", "reconsideration", "arbitration"
	Body     string     `json:"body"`               // the department's code, e.g. "hrss"
	Deadline string     `json:"deadline,omitempty"` // the id of the time limit, e.g. "CLK-RC-APPLY"
	Days     int        `json:"days,omitempty"`     // its length, where it runs from the day on which the decision is received
	Until    clock.Date `json:"until,omitzero"`     // its last day, as far as it is known

	ToBeConfirmed bool `json:"to_be_confirmed,omitempty"` // the last day rests on holidays that are not announced yet
}

// Trace records how a decision was made, for the person it is about (promise 8
// of promises.md): the rule and its source, the parameters and facts used, the
// outcome, how far off, what would change it and where to appeal. Fill the first
// part with Rule.Trace and the rest as the decision goes.
type Trace struct {
	RuleID        string                     `json:"rule_id"`
	Title         string                     `json:"title"`
	Source        string                     `json:"source"`
	Confidence    string                     `json:"confidence"`
	ToBeConfirmed bool                       `json:"to_be_confirmed"`
	Area          string                     `json:"area,omitempty"`
	EffectiveFrom clock.Date                 `json:"effective_from"`
	DecidedOn     clock.Date                 `json:"decided_on"`
	Parameters    map[string]json.RawMessage `json:"parameters,omitempty"`
	Facts         []Fact                     `json:"facts,omitempty"`
	Outcome       Outcome                    `json:"outcome"`
	Gaps          []Gap                      `json:"gaps,omitempty"`
	Changes       []Change                   `json:"changes,omitempty"`
	Appeals       []Appeal                   `json:"appeals,omitempty"`
}

// Trace starts the record of a decision by the rule on the day, with the named
// parameters as those it uses. It returns ErrParameter for a name that the rule
// does not have.
func (r Rule) Trace(on clock.Date, parameters ...string) (Trace, error) {
	t := Trace{RuleID: r.ID, Title: r.Title, Source: r.Source, Confidence: r.Confidence, ToBeConfirmed: r.ToBeConfirmed(), Area: r.Area, EffectiveFrom: r.EffectiveFrom, DecidedOn: on, Outcome: Unclear}
	for _, name := range parameters {
		v, err := r.param(name)
		if err != nil {
			return Trace{}, err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return Trace{}, r.bad(name)
		}
		if t.Parameters == nil {
			t.Parameters = map[string]json.RawMessage{}
		}
		t.Parameters[name] = b
	}
	return t, nil
}

// GapNotAnnounced is the gap of a rule that ended and of which nothing is
// announced that follows.
const GapNotAnnounced = "not_announced"

// ChangeAnnouncement is the change that opens such a rule again.
const ChangeAnnouncement = "announcement"

// NotAnnounced is the trace of a row that ended before a day: nobody is refused
// by it, and its values are not shown as if they went on.
func (r Rule) NotAnnounced(on clock.Date) (Trace, error) {
	t, err := r.Trace(on)
	t.Gaps = []Gap{{Name: GapNotAnnounced, Have: r.EffectiveTo.String()}}
	t.Changes = []Change{{Code: ChangeAnnouncement}}
	return t, err
}

// Check returns an error unless the trace is complete enough to be shown: it
// names rule, source, day and outcome, and one that is not met also says what
// facts were used, what would change it and where to appeal.
func (t Trace) Check() error {
	switch {
	case t.RuleID == "" || t.Source == "" || t.DecidedOn.IsZero():
		return errors.New("trace: no rule, source or day")
	case t.Outcome != Met && t.Outcome != NotMet && t.Outcome != Unclear:
		return errors.New("trace: unknown outcome")
	case t.Outcome == NotMet && (len(t.Facts) == 0 || len(t.Changes) == 0 || len(t.Appeals) == 0):
		return errors.New("trace: a refusal needs its facts, what would change it and where to appeal")
	}
	return nil
}
