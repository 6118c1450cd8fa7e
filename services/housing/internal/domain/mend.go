package domain

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Errors of what mends a round or a list.
var (
	ErrRoundReason       = errs.New(errs.Invalid, "housing.round.reason", "Say why: homes, figure, law or other.")
	ErrRoundResults      = errs.New(errs.Conflict, "housing.round.results", "The round has results; nobody's place is taken back. A fault is mended by a correction.")
	ErrDoubleUnknown     = errs.New(errs.NotFound, "housing.household.unknown", "There is no such pair of applications.")
	ErrDoubleDecided     = errs.New(errs.Conflict, "housing.household.decided", "This pair was decided on already.")
	ErrDoublesMany       = errs.New(errs.Conflict, "housing.household.many", "More wait on the list than are looked through at once.")
	ErrDoubleOutcome     = errs.New(errs.Invalid, "housing.household.outcome", "Say whether they are one household, and which of the two applications goes, or two; and on what that rests.")
	ErrDoublesOpen       = errs.New(errs.Conflict, "housing.household.open", "Some applications may be one household twice. Decide on them first, or say that they stay in the list.")
	ErrCorrectionUnknown = errs.New(errs.NotFound, "housing.correction.unknown", "There is no such correction.")
	ErrCorrectionReason  = errs.New(errs.Invalid, "housing.correction.reason", "Say what the fault is: points, entry, homes, figure or procedure.")
	ErrCorrectionEarly   = errs.New(errs.Conflict, "housing.correction.early", "The round has no results yet; cancel it.")
	ErrCorrectionNothing = errs.New(errs.Invalid, "housing.correction.nothing", "The correction changes nothing of the round.")
	ErrCorrectionEntry   = errs.New(errs.Invalid, "housing.correction.entry", "A correction names an application that the round does not have.")
	ErrCorrectionState   = errs.New(errs.Conflict, "housing.correction.state", "The correction was taken or dropped already.")
	ErrCorrectionSame    = errs.New(errs.Conflict, "housing.correction.same_officer", "Another officer than the one who proposed the correction must take it.")
)

// Cancel ends a round that has no results; offers is how many homes it offered.
// It frees its homes as a round that closed does.
func (r Round) Cancel(why string, offers int, today clock.Date) (Round, []Event, error) {
	switch {
	case r.State == RoundIsClosed:
		return r, nil, ErrRoundClosed
	case r.Seed != "" || offers > 0:
		return r, nil, ErrRoundResults
	case !slices.Contains([]string{"homes", "figure", "law", "other"}, why):
		return r, nil, ErrRoundReason
	}
	r.State, r.ClosedOn, r.Why = RoundIsClosed, today, why
	return r, []Event{RoundCancelled{RoundID: r.ID, ReasonCode: why}}, nil
}

// The states of a pair of applications that may be one household.
const (
	DoubleOpen = "open"
	DoubleSame = "same"
	DoubleTwo  = "two"
)

// Double is two applications of a list that may be one household. The registry
// says so without saying who it is; only a person decides.
type Double struct {
	ID        string
	County    string
	Kind      Kind
	First     string // the lesser id
	Second    string
	Grounds   []string
	State     string
	Withdrawn string
	Why       string
	DecidedBy string
	DecidedAt time.Time
	Version   int64
}

// Decide takes a person's word on a pair.
func (d Double) Decide(outcome, withdrawn, why, who string, now time.Time) (Double, error) {
	switch {
	case d.State != DoubleOpen:
		return d, ErrDoubleDecided
	case outcome != DoubleSame && outcome != DoubleTwo,
		outcome == DoubleSame && withdrawn != d.First && withdrawn != d.Second,
		outcome == DoubleTwo && withdrawn != "",
		!slices.Contains([]string{"applicants_said", "papers_shown", "register_checked"}, why):
		return d, ErrDoubleOutcome
	}
	d.State, d.Withdrawn, d.Why, d.DecidedBy, d.DecidedAt = outcome, withdrawn, why, who, now
	return d, nil
}

// Told is what the applicant of one of the two is told.
func (d Double) Told(applicationID string) []Event {
	return []Event{HouseholdDecided{ApplicationID: applicationID, Outcome: d.State, Kept: applicationID != d.Withdrawn, ReasonCode: d.Why}}
}

// The states of a correction.
const (
	CorrectionProposed = "proposed"
	CorrectionTaken    = "taken"
	CorrectionDropped  = "dropped"
)

// Mends is what of a round was wrong, as it should have been.
type Mends struct {
	Homes  int         `json:"homes,omitempty"` // 0: the number was right
	Levels []LevelMend `json:"levels,omitempty"`
}

// LevelMend puts an application level with another one of the round. One that
// the round forgot is added.
type LevelMend struct {
	ApplicationID string `json:"application_id"`
	With          string `json:"with"`
}

// Correction is a round's order as it should have been, proposed by one officer
// and taken by another. It takes no offer, acceptance or lease away: who was
// wronged stands first for the next home.
type Correction struct {
	ID         string
	RoundID    string
	County     string
	Number     int
	Why        string
	State      string
	Figure     string
	Mends      Mends
	Wronged    int
	ProposedBy string
	DecidedBy  string
	ProposedAt time.Time
	DecidedAt  time.Time
	Version    int64
}

// ProposeCorrection checks a correction of a round that has results.
func ProposeCorrection(c Correction, r Round, offers int, now time.Time) (Correction, error) {
	c.Figure = strings.TrimSpace(c.Figure)
	switch {
	case r.State != RoundIsDrawn && r.State != RoundIsClosed || r.Why != "" || r.Seed == "" && offers == 0:
		return c, ErrCorrectionEarly
	case !slices.Contains([]string{"points", "entry", "homes", "figure", "procedure"}, c.Why):
		return c, ErrCorrectionReason
	case c.Figure != "" && (r.Root == "" || !fits(c.Figure, longestText) || strings.ContainsFunc(c.Figure, unprintable)):
		return c, ErrFigure
	case (c.Figure == "" || c.Figure == r.Figure) && c.Mends.Homes == 0 && len(c.Mends.Levels) == 0, c.Mends.Homes < 0:
		return c, ErrCorrectionNothing
	}
	c.Figure = cmp.Or(c.Figure, r.Figure)
	c.RoundID, c.County, c.State, c.ProposedAt = r.ID, r.County, CorrectionProposed, now
	return c, nil
}

// MayDecide returns nil where a correction waits for a decision.
func (c Correction) MayDecide(outcome, who string) error {
	switch {
	case c.State != CorrectionProposed:
		return ErrCorrectionState
	case outcome != CorrectionTaken && outcome != CorrectionDropped:
		return ErrCorrectionReason
	case outcome == CorrectionTaken && ident.SameStaff(c.ProposedBy, who):
		return ErrCorrectionSame
	}
	return nil
}

// Decided records who took or dropped a correction.
func (c Correction) Decided(outcome, who string, wronged int, now time.Time) (Correction, []Event) {
	c.State, c.DecidedBy, c.DecidedAt = outcome, who, now
	if outcome == CorrectionDropped {
		return c, nil
	}
	c.Wronged = wronged
	return c, []Event{RoundCorrected{RoundID: c.RoundID, CorrectionID: c.ID, ReasonCode: c.Why, Wronged: wronged}}
}

// Mended is a round as it should have been.
type Mended struct {
	Entries []RoundEntry        // in their corrected order; those that were forgotten are among them
	Wronged []RoundEntry        // who would have come to a home, and did not
	Draw    *allocate.Corrected // nil where nothing was drawn
}

// Mend works out a round as it should have been. drawn is what was published of
// its draw, nil where nothing tied; workers gives the worker of an application.
func (c Correction) Mend(r Round, entries []RoundEntry, drawn *allocate.Published, workers map[string]string, second string, on clock.Date) (m Mended, err error) {
	homes := len(r.HomeIDs)
	if drawn != nil {
		homes = drawn.Posts[0].Seats
	}
	reached := map[string]bool{} // by the round as it was
	for i, e := range entries {
		reached[e.ApplicationID] = i < homes || e.OfferID != ""
	}
	m.Entries = slices.Clone(entries)
	for _, l := range c.Mends.Levels {
		with := slices.IndexFunc(m.Entries, func(e RoundEntry) bool { return e.ApplicationID == l.With })
		at := slices.IndexFunc(m.Entries, func(e RoundEntry) bool { return e.ApplicationID == l.ApplicationID })
		if with < 0 || at == with || at < 0 && workers[l.ApplicationID] == "" {
			return m, ErrCorrectionEntry
		}
		if at < 0 {
			m.Entries = append(m.Entries, RoundEntry{RoundID: r.ID, ApplicationID: l.ApplicationID, Worker: workers[l.ApplicationID], Ticket: allocate.LateTicket(r.Root, l.ApplicationID)})
			at = len(m.Entries) - 1
		}
		m.Entries[at].Class, m.Entries[at].Points, m.Entries[at].AheadBy = m.Entries[with].Class, m.Entries[with].Points, m.Entries[with].AheadBy
	}
	if drawn != nil {
		if m.Draw, err = c.draw(r, m.Entries, drawn, second, on); err != nil {
			return m, err
		}
		number := make(map[string]uint64, len(m.Entries))
		for i, e := range m.Draw.Entries {
			number[e.Ticket] = m.Draw.Numbers[i]
		}
		for i := range m.Entries {
			m.Entries[i].Number = number[m.Entries[i].Ticket]
		}
	}
	slices.SortStableFunc(m.Entries, func(a, b RoundEntry) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Number, b.Number))
	})
	if c.Mends.Homes > 0 {
		homes = c.Mends.Homes
	}
	for i := range m.Entries {
		m.Entries[i].Position = i + 1
		if i < homes && !reached[m.Entries[i].ApplicationID] {
			m.Wronged = append(m.Wronged, m.Entries[i])
		}
	}
	return m, nil
}

// draw is the corrected draw as it is published beside the first.
func (c Correction) draw(r Round, entries []RoundEntry, drawn *allocate.Published, second string, on clock.Date) (*allocate.Corrected, error) {
	k := allocate.Correction{N: c.Number, On: on, Because: c.Why, Figure: c.Figure, Witnesses: [2]string{c.ProposedBy, second}, Posts: slices.Clone(drawn.Posts), Entries: r.List(entries).Entries}
	if c.Mends.Homes > 0 {
		k.Posts[0].Seats = c.Mends.Homes
	}
	published, err := drawn.Results()
	if err != nil {
		return nil, err
	}
	return drawn.Correct(drawn.Commitment, k, func(ticket string) string { return published[ticket] })
}

// The states of a relief.
const (
	ReliefOpen = "open"
	ReliefDone = "done"
)

// Relief is an application that stands first in its list because a fault wronged
// it, until it has a home. The department offers one by a day; a day that passes
// changes nothing but what the page says.
type Relief struct {
	ID            string
	RoundID       string
	ApplicationID string
	Worker        string
	County        string
	Kind          Kind
	State         string
	DueOn         clock.Date
	Version       int64
}

// Told tells the applicant.
func (f Relief) Told() []Event {
	return []Event{WrongMended{RoundID: f.RoundID, ApplicationID: f.ApplicationID, DueOn: f.DueOn}}
}
