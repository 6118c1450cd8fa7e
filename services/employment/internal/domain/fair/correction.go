package fair

import (
	"cmp"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Errors of a corrected draw.
var (
	ErrCorrectionUnknown = errs.New(errs.NotFound, "employment.fair_correction.unknown", "There is no such correction.")
	ErrCorrectionReason  = errs.New(errs.Invalid, "employment.fair_correction.reason", "Say what the fault is: rank, seats, figure or procedure.")
	ErrCorrectionNothing = errs.New(errs.Invalid, "employment.fair_correction.nothing", "The correction changes nothing of the draw.")
	ErrCorrectionEntry   = errs.New(errs.Invalid, "employment.fair_correction.entry", "A correction names an application, a post or a number that the fair does not have.")
	ErrCorrectionState   = errs.New(errs.Conflict, "employment.fair_correction.state", "The correction was taken or dropped already.")
	ErrCorrectionSame    = errs.New(errs.Conflict, "employment.fair_correction.same_officer", "Another officer than the one who proposed the correction must take it.")
)

// The states of a correction.
const (
	CorrectionProposed = "proposed"
	CorrectionTaken    = "taken"
	CorrectionDropped  = "dropped"
	// CorrectionTaking is one of a large fair that is certain, and is being written.
	CorrectionTaking = "taking"
)

// Mends is what of a draw was wrong, as it should have been.
type Mends struct {
	Seats []SeatsMend `json:"seats,omitempty"`
	Ranks []RankMend  `json:"ranks,omitempty"`
}

// SeatsMend is a post's seats as they should have been.
type SeatsMend struct {
	VacancyID string `json:"vacancy_id"`
	Seats     int    `json:"seats"`
}

// RankMend is an employer's rank of an applicant as it should have been; 0 is
// not ranked.
type RankMend struct {
	ApplicationID string `json:"application_id"`
	VacancyID     string `json:"vacancy_id"`
	Rank          int    `json:"rank"`
}

// Correction is a fair's draw as it should have been, proposed by one officer
// and taken by another. It withdraws no proposal and no acceptance: who was
// wronged is proposed an interview beyond the seats.
type Correction struct {
	ID         string
	FairID     string
	Division   string
	Number     int
	Why        string
	State      string
	Figure     string // that counts
	Mends      Mends
	Wronged    int
	Looked     int // of those wronged, how many have what they are owed
	ProposedBy string
	DecidedBy  string
	ProposedAt time.Time
	DecidedAt  time.Time
	Version    int64
}

// ProposeCorrection checks a correction of a fair that has results.
func ProposeCorrection(c Correction, f Fair, drawn *allocate.Published, now time.Time) (Correction, error) {
	switch {
	case f.State != Matched:
		return c, ErrState
	case !slices.Contains([]string{"rank", "seats", "figure", "procedure"}, c.Why):
		return c, ErrCorrectionReason
	case (c.Figure == "" || c.Figure == drawn.Value) && len(c.Mends.Seats)+len(c.Mends.Ranks) == 0:
		return c, ErrCorrectionNothing
	}
	if c.Figure != "" {
		var err error
		if c.Figure, err = domain.Shown(c.Figure, 1, ErrFigure); err != nil {
			return c, err
		}
	}
	c.Figure = cmp.Or(c.Figure, drawn.Value)
	c.FairID, c.Division, c.State, c.ProposedAt = f.ID, f.Division, CorrectionProposed, now
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

// Takes begins to write a correction that two officers have made certain.
func (c Correction) Takes(who string, now time.Time) Correction {
	c.State, c.DecidedBy, c.DecidedAt = CorrectionTaking, who, now
	return c
}

// Decided records who took or dropped a correction.
func (c Correction) Decided(outcome, who string, wronged int, now time.Time) (Correction, []domain.Event) {
	c.State, c.DecidedBy, c.DecidedAt = outcome, who, now
	if outcome == CorrectionDropped {
		return c, nil
	}
	c.Wronged = wronged
	return c, []domain.Event{domain.FairCorrected{FairID: c.FairID, CorrectionID: c.ID, ReasonCode: c.Why, Wronged: wronged}}
}

// Mend makes of what was drawn the draw as it should have been. tickets gives
// the ticket of an application of the fair.
func (c Correction) Mend(drawn *allocate.Published, tickets map[string]string, second string, on clock.Date) (allocate.Correction, error) {
	k := allocate.Correction{N: c.Number, On: on, Because: c.Why, Figure: c.Figure, Witnesses: [2]string{c.ProposedBy, second}, Posts: slices.Clone(drawn.Posts)}
	index := map[string]int{}
	for i, p := range k.Posts {
		index[p.ID] = i
	}
	for _, m := range c.Mends.Seats {
		i, ok := index[m.VacancyID]
		if !ok || m.Seats < 0 {
			return k, ErrCorrectionEntry
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
			return k, ErrCorrectionEntry
		}
		w := slices.IndexFunc(k.Entries[at].Wishes, func(w allocate.Wish) bool { return w.Post == post })
		if w < 0 {
			return k, ErrCorrectionEntry
		}
		k.Entries[at].Wishes[w].Class = Wish{Class: m.Rank}.class()
	}
	return k, nil
}

// Owed reports whether an entry that was wronged is owed a proposal of a wish:
// not where one as good is open or accepted, or was ended by the worker.
func (e Entry) Owed(wish int, proposals []Proposal) bool {
	if e.Withdrawn {
		return false
	}
	return !slices.ContainsFunc(proposals, func(x Proposal) bool {
		standing := x.State == answer.Open || x.State == answer.Accepted
		return standing && x.Wish <= wish || x.Wish == wish && x.State != answer.Lapsed
	})
}

// MoreSeats gives a post one seat more, for who was wronged.
func (p Post) MoreSeats() Post {
	p.Seats++
	return p
}
