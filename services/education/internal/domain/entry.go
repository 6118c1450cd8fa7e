package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The kinds of facts that only this department keeps, from its own records or
// from what was shown at its counter.
const (
	kindResidence  = "residence"
	kindSibling    = "sibling"
	kindContinuity = "continuity"
	kindNewcomer   = "newcomer"
)

// none is the ground of who has no priority at a school.
const none = "none"

// EntryOutcome is what a round gave a child.
type EntryOutcome string

// The outcomes of an entry.
const (
	EntryFiled    EntryOutcome = "filed"
	EntryPlaced   EntryOutcome = "placed"
	EntryUnplaced EntryOutcome = "unplaced"
	// EntryDropped is an entry without which the list was fixed: its child had
	// accepted a place, or its application was withdrawn. No pass considers it.
	EntryDropped EntryOutcome = "dropped"
)

// Wish is one school of a list, with what the round's rules made of it.
type Wish struct {
	SchoolID string `json:"school_id"`
	Class    int    `json:"class"`           // 1 comes first; 0 until the list is committed
	Ground   string `json:"ground"`          // what gave the class
	From     string `json:"from"`            // who recorded the ground
	Proof    string `json:"proof,omitempty"` // the record behind it
	Position int    `json:"position"`        // in the order of all who named the school; 0 before the draw
	Named    int    `json:"named"`           // how many named it
	Last     int    `json:"last"`            // the position of the last one in; 0 where none was kept out
	Seats    int    `json:"seats"`
}

// Entry is a child's part in a round. Ticket and Nonce are the receipt; they are
// shown to the guardian alone.
type Entry struct {
	RoundID       string
	ApplicationID string
	Worker        string // the guardian
	County        string
	Ticket        string
	Nonce         string
	Word          allocate.Word // zero: the guardian gave none
	Township      string        // where the family says that it lives
	Newcomer      bool
	Wishes        []Wish
	FirstAt       string // the school at which an upheld appeal puts the child first
	Outcome       EntryOutcome
	Choice        int // the place in the list that was given, 0 for none
	Pass          int // that decided last
	Reasons       []rule.Trace
	ReviewBy      clock.Date // the last day to appeal here
	FiledAt       time.Time
	Version       int64
}

func (e Entry) group() int {
	if e.Newcomer {
		return Newcomers
	}
	return allocate.Open
}

// FileChoices files an application's ranked schools, or changes them. Whoever
// changes them keeps the ticket and, without a new one, the word.
func FileChoices(r Round, schools []Seated, a Application, e Entry, ids []string, today clock.Date, now time.Time) (Entry, []Event, error) {
	if err := r.TakesChoices(today); err != nil {
		return e, nil, err
	}
	switch {
	case a.Stage != r.Stage || a.County != r.County:
		return e, nil, ErrRoundOther
	case a.State != Submitted:
		return e, nil, ErrApplicationState.With("state", string(a.State))
	case len(ids) == 0:
		return e, nil, ErrChoicesNone
	}
	e.Wishes = nil
	for _, id := range ids {
		if !slices.ContainsFunc(schools, func(s Seated) bool { return s.School.ID == id }) {
			return e, nil, ErrChoicesUnknown.With("school", id)
		}
		if slices.ContainsFunc(e.Wishes, func(w Wish) bool { return w.SchoolID == id }) {
			return e, nil, ErrChoicesTwice.With("school", id)
		}
		e.Wishes = append(e.Wishes, Wish{SchoolID: id})
	}
	e.RoundID, e.ApplicationID, e.Worker, e.County, e.Outcome, e.FiledAt = r.ID, a.ID, a.Worker, a.County, EntryFiled, now
	return e, []Event{ChoicesFiled{RoundID: r.ID, ApplicationID: a.ID, ChoicesCount: len(ids)}}, nil
}

// Known is what is known of a family when its classes are worked out.
type Known struct {
	Township string // declared
	Proofs   []Proof
	// Siblings and Attended are the department's own records: the application
	// behind each, by the school at which another child of the guardian, or the
	// child itself in an earlier stage, has a place.
	Siblings, Attended map[string]string
}

// Priority is the published rules by which a round orders children.
type Priority struct {
	Order    rule.Rule // ED-PRIORITY
	Newcomer rule.Rule // ED-NEWCOMER
}

// Classify works out an entry's classes and its group from what is known. A
// paper or a witness is worth as much as a record.
func (p Priority) Classify(e Entry, schools []Seated, k Known, today clock.Date) (Entry, error) {
	order, err := p.Order.Strings("order")
	if err != nil {
		return e, err
	}
	months, err := p.Newcomer.Int("months")
	if err != nil {
		return e, err
	}
	e.Newcomer = k.newcomer(today.AddMonths(-months), today)
	e.Wishes = slices.Clone(e.Wishes)
	for i := range e.Wishes {
		w := &e.Wishes[i]
		j := slices.IndexFunc(schools, func(s Seated) bool { return s.School.ID == w.SchoolID })
		if j < 0 {
			return e, ErrChoicesUnknown.With("school", w.SchoolID)
		}
		w.Class, w.Ground, w.From, w.Proof = len(order)+1, none, "education", ""
		for c, ground := range order {
			if from, proof, ok := k.ground(ground, schools[j].School, today); ok {
				w.Class, w.Ground, w.From, w.Proof = c+1, ground, from, proof
				break
			}
		}
	}
	return e, nil
}

// lasts reports whether a fact holds today and is not in doubt.
func (p Proof) lasts(today clock.Date) bool {
	return !p.Flagged && (p.Until == "" || p.Until >= today.String())
}

// ground looks for what gives a priority at a school.
func (k Known) ground(ground string, s School, today clock.Date) (from, proof string, ok bool) {
	own := map[string]map[string]string{kindSibling: k.Siblings, kindContinuity: k.Attended}[ground]
	if id := own[s.ID]; id != "" {
		return "education", id, true
	}
	for _, p := range k.Proofs {
		if p.lasts(today) && (p.Kind == ground && p.Code == s.ID || ground == kindResidence && k.lives(p, s)) {
			return p.Source, p.SourceID, true
		}
	}
	return "", "", false
}

// lives reports whether a fact shows that the family lives in a school's zone:
// the school's township, or the county where the school's township is not
// known. A lease's record names the county alone; the township is then the one
// that the family says.
func (k Known) lives(p Proof, s School) bool {
	if p.Kind != kindLease && p.Kind != kindResidence {
		return false
	}
	at := p.Code
	if len(at) < len("654301001") {
		if at != "" && at != s.County {
			return false
		}
		at = k.Township
	}
	if s.Township == "" {
		return len(at) >= len(s.County) && at[:len(s.County)] == s.County || at == "" && p.Code == s.County
	}
	return at == s.Township
}

// newcomer reports whether the family came after a day: its earliest lease or
// job that lasts began later, or a paper or a witness says so.
func (k Known) newcomer(after, today clock.Date) bool {
	earliest := ""
	for _, p := range k.Proofs {
		switch {
		case !p.lasts(today):
		case p.Kind == kindNewcomer:
			return true
		case (p.Kind == kindLease || p.Kind == kindJob) && (earliest == "" || p.Since < earliest):
			earliest = p.Since
		}
	}
	return earliest > after.String()
}
