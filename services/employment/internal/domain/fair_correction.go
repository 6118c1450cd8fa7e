package domain

import (
	"cmp"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Errors of a corrected draw.
var (
	ErrFairCorrectionUnknown = errs.New(errs.NotFound, "employment.fair_correction.unknown", "There is no such correction.")
	ErrFairCorrectionReason  = errs.New(errs.Invalid, "employment.fair_correction.reason", "Say what the fault is: rank, seats, figure or procedure.")
	ErrFairCorrectionNothing = errs.New(errs.Invalid, "employment.fair_correction.nothing", "The correction changes nothing of the draw.")
	ErrFairCorrectionEntry   = errs.New(errs.Invalid, "employment.fair_correction.entry", "A correction names an application, a post or a number that the fair does not have.")
	ErrFairCorrectionState   = errs.New(errs.Conflict, "employment.fair_correction.state", "The correction was taken or dropped already.")
	ErrFairCorrectionSame    = errs.New(errs.Conflict, "employment.fair_correction.same_officer", "Another officer than the one who proposed the correction must take it.")
)

// The states of a correction.
const (
	CorrectionProposed = "proposed"
	CorrectionTaken    = "taken"
	CorrectionDropped  = "dropped"
)

// FairMends is what of a draw was wrong, as it should have been.
type FairMends struct {
	Seats []FairSeatsMend `json:"seats,omitempty"`
	Ranks []FairRankMend  `json:"ranks,omitempty"`
}

// FairSeatsMend is a post's seats as they should have been.
type FairSeatsMend struct {
	VacancyID string `json:"vacancy_id"`
	Seats     int    `json:"seats"`
}

// FairRankMend is an employer's rank of an applicant as it should have been; 0 is
// not ranked.
type FairRankMend struct {
	ApplicationID string `json:"application_id"`
	VacancyID     string `json:"vacancy_id"`
	Rank          int    `json:"rank"`
}

// FairCorrection is a fair's draw as it should have been, proposed by one officer
// and taken by another. It withdraws no proposal and no acceptance: who was
// wronged is proposed an interview beyond the seats.
type FairCorrection struct {
	ID         string
	FairID     string
	Division   string
	Number     int
	Why        string
	State      string
	Figure     string // that counts
	Mends      FairMends
	Wronged    int
	ProposedBy string
	DecidedBy  string
	ProposedAt time.Time
	DecidedAt  time.Time
	Version    int64
}

// ProposeFairCorrection checks a correction of a fair that has results.
func ProposeFairCorrection(c FairCorrection, f Fair, drawn *allocate.Published, now time.Time) (FairCorrection, error) {
	switch {
	case f.State != FairIsMatched:
		return c, ErrFairState
	case !slices.Contains([]string{"rank", "seats", "figure", "procedure"}, c.Why):
		return c, ErrFairCorrectionReason
	case (c.Figure == "" || c.Figure == drawn.Value) && len(c.Mends.Seats)+len(c.Mends.Ranks) == 0:
		return c, ErrFairCorrectionNothing
	}
	if c.Figure != "" {
		var err error
		if c.Figure, err = shown(c.Figure, 1, ErrFairFigure); err != nil {
			return c, err
		}
	}
	c.Figure = cmp.Or(c.Figure, drawn.Value)
	c.FairID, c.Division, c.State, c.ProposedAt = f.ID, f.Division, CorrectionProposed, now
	return c, nil
}

// MayDecide returns nil where a correction waits for a decision.
func (c FairCorrection) MayDecide(outcome, who string) error {
	switch {
	case c.State != CorrectionProposed:
		return ErrFairCorrectionState
	case outcome != CorrectionTaken && outcome != CorrectionDropped:
		return ErrFairCorrectionReason
	case outcome == CorrectionTaken && ident.SameStaff(c.ProposedBy, who):
		return ErrFairCorrectionSame
	}
	return nil
}

// Decided records who took or dropped a correction.
func (c FairCorrection) Decided(outcome, who string, wronged int, now time.Time) (FairCorrection, []Event) {
	c.State, c.DecidedBy, c.DecidedAt = outcome, who, now
	if outcome == CorrectionDropped {
		return c, nil
	}
	c.Wronged = wronged
	return c, []Event{FairCorrected{FairID: c.FairID, CorrectionID: c.ID, ReasonCode: c.Why, Wronged: wronged}}
}

// Mend makes of what was drawn the draw as it should have been. tickets gives
// the ticket of an application of the fair.
func (c FairCorrection) Mend(drawn *allocate.Published, tickets map[string]string, second string, on clock.Date) (allocate.Correction, error) {
	k := allocate.Correction{N: c.Number, On: on, Because: c.Why, Figure: c.Figure, Witnesses: [2]string{c.ProposedBy, second}, Posts: slices.Clone(drawn.Posts)}
	index := map[string]int{}
	for i, p := range k.Posts {
		index[p.ID] = i
	}
	for _, m := range c.Mends.Seats {
		i, ok := index[m.VacancyID]
		if !ok || m.Seats < 0 {
			return k, ErrFairCorrectionEntry
		}
		k.Posts[i].Seats = m.Seats
	}
	for _, e := range drawn.List.Entries {
		e.Wishes = slices.Clone(e.Wishes)
		k.Entries = append(k.Entries, e)
	}
	for _, m := range c.Mends.Ranks {
		post, ok := index[m.VacancyID]
		at := slices.IndexFunc(k.Entries, func(e allocate.Entry) bool { return e.Ticket == tickets[m.ApplicationID] })
		if !ok || at < 0 || m.Rank < 0 {
			return k, ErrFairCorrectionEntry
		}
		w := slices.IndexFunc(k.Entries[at].Wishes, func(w allocate.Wish) bool { return w.Post == post })
		if w < 0 {
			return k, ErrFairCorrectionEntry
		}
		k.Entries[at].Wishes[w].Class = FairWish{Class: m.Rank}.class()
	}
	return k, nil
}

// Owed reports whether an entry that was wronged is owed a proposal of a wish:
// not where one as good is open or accepted, or was ended by the worker.
func (e FairEntry) Owed(wish int, proposals []FairProposal) bool {
	if e.Withdrawn {
		return false
	}
	return !slices.ContainsFunc(proposals, func(x FairProposal) bool {
		standing := x.State == answer.Open || x.State == answer.Accepted
		return standing && x.Wish <= wish || x.Wish == wish && x.State != answer.Lapsed
	})
}

// MoreSeats gives a post one seat more, for who was wronged.
func (p FairPost) MoreSeats() FairPost {
	p.Seats++
	return p
}
