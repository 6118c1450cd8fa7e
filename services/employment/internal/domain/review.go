package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// ReviewState is where a text before a clerk stands.
type ReviewState string

// The states of a review.
const (
	ReviewWaiting   ReviewState = "waiting"
	ReviewOverruled ReviewState = "overruled" // the refusal was; the vacancy is published
	ReviewUpheld    ReviewState = "upheld"
)

// ReviewStates lists the states.
func ReviewStates() []ReviewState { return []ReviewState{ReviewWaiting, ReviewOverruled, ReviewUpheld} }

// The reasons that a clerk gives, by outcome.
func reviewReasons(o ReviewState) []string {
	switch o {
	case ReviewOverruled:
		return []string{"misread", "legal_limit", "need_of_post"}
	case ReviewUpheld:
		return []string{"shuts_out", "asks_money", "child_work", "misleading"}
	}
	return nil
}

// What would change that a text is refused, as a catalogue words it.
const (
	ChangeReword   = "reword_vacancy"
	ChangeAskClerk = "ask_clerk"
)

// Review is a refused text before a clerk. No text is refused by the machine
// alone: what it finds is a proposal until a person has decided.
type Review struct {
	ID           string
	EmployerID   string
	EmployerName string // for display; not written with the review
	Terms        Terms
	Digest       string // of the terms: the same text waits only once
	State        ReviewState
	RuleID       string
	PhraseID     string
	Words        []string // of the employer's text, which the rules are about
	Reasons      []rule.Trace
	Officer      string
	ReasonCode   string
	Reason       string // for the employer
	VacancyID    string
	AskedAt      time.Time
	DecidedAt    time.Time
	Version      int64
}

// Digest names checked terms. It is the same for the same terms.
func (t Terms) Digest() (string, error) {
	b, err := json.Marshal(t)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// Explain tells by the rules why a text was found. The findings are a
// machine's, so that each says how to bring it before a clerk; ErrClerk is
// unclear, not refused.
func Explain(findings []Finding, today clock.Date, find func(rule string) (rule.Rule, error)) (all []rule.Trace, words []string, err error) {
	for _, f := range findings {
		if !slices.Contains(words, f.Words) {
			words = append(words, f.Words)
		}
		i := slices.IndexFunc(all, func(t rule.Trace) bool { return t.RuleID == f.Rule })
		if i < 0 {
			r, err := find(f.Rule)
			if err != nil {
				return nil, nil, err
			}
			t, err := r.Trace(today)
			if err != nil {
				return nil, nil, err
			}
			t.Changes = []rule.Change{{Code: ChangeReword}, {Code: ChangeAskClerk}}
			t.Appeals = []rule.Appeal{{Way: "officer_review", Body: department}}
			all, i = append(all, t), len(all)
		}
		all[i].Facts = append(all[i].Facts, rule.Fact{Name: "phrase_id", Value: f.Phrase, From: "employment", AsOf: today.String()})
		if f.Refusal != ErrClerk {
			all[i].Outcome = rule.NotMet
		}
	}
	return all, words, nil
}

// department is the body that decides here.
const department = "hrss"

// Ask brings a refused text before a clerk.
func Ask(id string, e Employer, t Terms, findings []Finding, reasons []rule.Trace, words []string, at time.Time) (Review, []Event, error) {
	if len(findings) == 0 {
		return Review{}, nil, ErrReviewClean
	}
	digest, err := t.Digest()
	r := Review{
		ID: id, EmployerID: e.ID, EmployerName: e.PublicName(), Terms: t, Digest: digest, State: ReviewWaiting, RuleID: findings[0].Rule, PhraseID: findings[0].Phrase,
		Words: words, Reasons: reasons, AskedAt: at,
	}
	return r, []Event{ReviewAsked{ReviewID: id, EmployerID: e.ID, RuleID: r.RuleID, PhraseID: r.PhraseID}}, err
}

// Verdict is what a clerk decides about a text.
type Verdict struct {
	Outcome    ReviewState
	ReasonCode string
	Reason     string
	Officer    string
}

// Decide is the clerk's decision: the one person's refusal or overrule that
// the machine cannot give. An upheld refusal can be taken on, within the
// time of reconsideration from the day on which the employer receives it.
func (r Review) Decide(v Verdict, vacancyID string, appeal rule.Appeal, at time.Time) (Review, []Event, error) {
	if r.State != ReviewWaiting {
		return r, nil, ErrReviewState.With("state", string(r.State))
	}
	if !slices.Contains(reviewReasons(v.Outcome), v.ReasonCode) {
		return r, nil, ErrReviewOutcome
	}
	text, err := Line(v.Reason, 2, 500, ErrReviewReason)
	if err != nil {
		return r, nil, err
	}
	r.State, r.ReasonCode, r.Reason, r.Officer, r.DecidedAt = v.Outcome, v.ReasonCode, text, v.Officer, at
	outcome := rule.NotMet
	if v.Outcome == ReviewOverruled {
		r.VacancyID, outcome = vacancyID, rule.Met
	}
	reasons := slices.Clone(r.Reasons)
	for i, t := range reasons {
		t.Outcome, t.DecidedOn = outcome, clock.DateOf(at)
		t.Facts = append(slices.Clone(t.Facts), rule.Fact{Name: "reason_code", Value: v.ReasonCode, From: department, AsOf: clock.DateOf(at).String()})
		t.Changes, t.Appeals = []rule.Change{{Code: ChangeReword}}, []rule.Appeal{appeal}
		reasons[i] = t
	}
	r.Reasons = reasons
	return r, []Event{ReviewDecided{ReviewID: r.ID, Outcome: string(v.Outcome), ReasonCode: v.ReasonCode, VacancyID: r.VacancyID}}, nil
}
