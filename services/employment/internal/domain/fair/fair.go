// Package fair is what the employment department knows of job fairs: plans and
// posts, wishes and ranks, the draw, what it proposes and why, and its mending.
package fair

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Errors of job fairs. Each leaves everything as it was.
var (
	ErrUnknown     = errs.New(errs.NotFound, "employment.fair.unknown", "There is no such job fair.")
	ErrCampaign    = errs.New(errs.Invalid, "employment.fair.campaign", "The campaign is not one of the list.")
	ErrDivision    = errs.New(errs.Invalid, "employment.fair.division", "A fair is of a county or of the prefecture.")
	ErrDays        = errs.New(errs.Invalid, "employment.fair.days", "The days of the fair are not real days in their order, with time to rank before the day of matching.")
	ErrVenue       = errs.New(errs.Invalid, "employment.fair.venue", "Say where the fair is held, in 2 to 100 signs.")
	ErrHours       = errs.New(errs.Invalid, "employment.fair.hours", "Say from when until when, as 10:00-16:00.")
	ErrReason      = errs.New(errs.Invalid, "employment.fair.reason", "Say why: dates, venue, figure, law or other.")
	ErrResults     = errs.New(errs.Conflict, "employment.fair.results", "The fair has results; no proposal is taken back. A fault is mended by a corrected draw.")
	ErrTie         = errs.New(errs.Invalid, "employment.fair.tie", "Ties are broken by one number for all posts (single) or by one for each (multiple).")
	ErrFigureName  = errs.New(errs.Invalid, "employment.fair.figure_name", "Say in 4 to 100 signs which public figure will decide, and where it is published.")
	ErrListsClosed = errs.New(errs.Conflict, "employment.fair.lists_closed", "The lists of the fair are closed.")
	ErrListsOpen   = errs.New(errs.Conflict, "employment.fair.lists_open", "The lists are open, or employers still have days to rank.")
	ErrTwice       = errs.New(errs.Conflict, "employment.fair.closed_twice", "The fair was closed already; its list is committed.")
	ErrMatchDay    = errs.New(errs.Conflict, "employment.fair.match_day", "The figure of that day may be known already; choose a later day.")
	ErrEmpty       = errs.New(errs.Conflict, "employment.fair.empty", "Nobody applied to the fair; there is nothing to draw.")
	ErrState       = errs.New(errs.Conflict, "employment.fair.state", "The state of the fair does not allow this.")
	ErrFigureEarly = errs.New(errs.Conflict, "employment.fair.figure_early", "The figure is not published before the day of matching.")
	ErrFigure      = errs.New(errs.Invalid, "employment.fair.figure", "The figure is not 1 to 100 signs.")
	ErrNoFigure    = errs.New(errs.Conflict, "employment.fair.no_figure", "No officer has entered the figure yet.")
	ErrSameOfficer = errs.New(errs.Conflict, "employment.fair.same_officer", "Another officer than the one who entered the figure has to read it again.")
	ErrDiffers     = errs.New(errs.Conflict, "employment.fair.figure_differs", "The two officers read different figures; nothing was drawn.")
	ErrCommitment  = errs.New(errs.Conflict, "employment.fair.commitment", "The list is not the one that was committed; nothing was drawn.")
	ErrAnswers     = errs.New(errs.Conflict, "employment.fair.answers", "Somebody still has time to answer a proposal of the first pass.")

	ErrPostUnknown = errs.New(errs.NotFound, "employment.fair_post.unknown", "The fair has no such post.")
	ErrElsewhere   = errs.New(errs.Invalid, "employment.fair_post.elsewhere", "The post is not in the county or prefecture of the fair.")
	ErrSeats       = errs.New(errs.Invalid, "employment.fair_post.seats", "The seats are not between one and the open places of the vacancy.")
	ErrSeatsTaken  = errs.New(errs.Conflict, "employment.fair_post.seats_taken", "Fewer seats than are taken or proposed already cannot be.")
	ErrPostFull    = errs.New(errs.Conflict, "employment.fair_post.full", "All seats of the post are taken.")
	ErrRankUnknown = errs.New(errs.Invalid, "employment.fair_rank.unknown", "Only who applied to this post can be ranked.")
	ErrRankTwice   = errs.New(errs.Invalid, "employment.fair_rank.twice", "Somebody is ranked twice.")

	ErrWishes             = errs.New(errs.Invalid, "employment.fair_application.wishes", "There are no wishes, or more than the fair allows.")
	ErrWishTwice          = errs.New(errs.Invalid, "employment.fair_application.wish_twice", "A post is wished for twice.")
	ErrWishUnknown        = errs.New(errs.Invalid, "employment.fair_application.wish_unknown", "A wish names a post that is not at the fair.")
	ErrWord               = errs.New(errs.Invalid, "employment.fair_application.word", "The word for the lottery is longer than 100 signs.")
	ErrApplicationUnknown = errs.New(errs.NotFound, "employment.fair_application.unknown", "There is no such application to the fair.")
	ErrApplicationState   = errs.New(errs.Conflict, "employment.fair_application.state", "The application to the fair was withdrawn.")

	ErrProposalUnknown = errs.New(errs.NotFound, "employment.fair_proposal.unknown", "There is no such proposal.")
	ErrProposalState   = errs.New(errs.Conflict, "employment.fair_proposal.state", "The proposal was answered already.")
	ErrProposalLate    = errs.New(errs.Conflict, "employment.fair_proposal.late", "The time to answer this proposal is over; wishes and number are kept for the next pass.")
	ErrPassOverReason  = errs.New(errs.Invalid, "employment.fair_proposal.reason", "The ground is not one of the list.")
)

// State is where a fair stands.
type State string

// The states of a fair.
const (
	Open    State = "open"    // takes posts and wishes, then ranks
	Closed  State = "closed"  // the list is committed
	Matched State = "matched" // a pass has proposed
	// Closing is a large fair whose lists are over, and being committed.
	Closing State = "closing"
	// Drawing is a large fair whose draw, or later pass, is certain and is being
	// written: what it gives is neither shown nor answered before all of it is there.
	Drawing State = "drawing"
	// Cancelled is a fair that ended before it had results.
	Cancelled State = "cancelled"
)

// Rules is what EM-FAIR and EM-FAIR-MATCH say on a day.
type Rules struct {
	Fair       rule.Rule // what the trace of an employer's no names
	Match      rule.Rule // what the traces of a pass name
	Campaigns  []string
	WishesMax  int
	RankDays   int
	AnswerDays int
	ReviewDays int
	Passes     int
	PassOver   []string
}

// ReadRules reads the two rows.
func ReadRules(fair, match rule.Rule) (r Rules, err error) {
	r.Fair, r.Match = fair, match
	for name, into := range map[string]*int{
		"wishes_max": &r.WishesMax, "rank_days": &r.RankDays, "answer_days": &r.AnswerDays, "review_days": &r.ReviewDays, "passes": &r.Passes,
	} {
		if *into, err = fair.Int(name); err != nil {
			return r, err
		}
	}
	if r.Campaigns, err = fair.Strings("campaigns"); err != nil {
		return r, err
	}
	r.PassOver, err = fair.Strings("pass_over_reasons")
	return r, err
}

// Plan is what an officer plans.
type Plan struct {
	Campaign         string
	Division         string // a county or the prefecture
	StartsOn, EndsOn clock.Date
	ClosesOn         clock.Date // the last day of posts and wishes
	MatchOn          clock.Date // the day whose public figure decides; at a fair of one day the same
	Tie              allocate.Tie
	FigureName       string // which figure, where published
	Venue            string // a hall with its street, or the site of one that is held online
	Hours            string // of each day, as 10:00-16:00
}

// OneDay reports whether lists close, employers rank and the figure is published
// on one day, as at a fair that is held in a hall: there the desk closes the
// lists, and when it did is published with the commitment.
func (p Plan) OneDay() bool { return p.MatchOn == p.ClosesOn }

// Fair is one job fair from its plan to its last pass.
type Fair struct {
	Plan
	ID       string
	State    State
	Root     string // the commitment to the list
	Entries  int
	ClosedAt time.Time // when it was committed
	Figure   string    // as the first officer read it, and once drawn both
	First    string    // who entered the figure; staff, not a worker
	Second   string    // who confirmed it
	Seed     string
	Pass     int
	Why      string // the code of why it was changed last or cancelled
	Version  int64
}

// New plans a fair; division is the caller's to check.
func New(id string, p Plan, r Rules, today clock.Date) (Fair, []domain.Event, error) {
	if !slices.Contains(r.Campaigns, p.Campaign) {
		return Fair{}, nil, ErrCampaign
	}
	p, err := p.check(r, today)
	if err != nil {
		return Fair{}, nil, err
	}
	f := Fair{Plan: p, ID: id, State: Open}
	return f, []domain.Event{domain.FairPlanned{
		FairID: id, Campaign: p.Campaign, Division: p.Division, StartsOn: p.StartsOn, EndsOn: p.EndsOn, ClosesOn: p.ClosesOn, MatchOn: p.MatchOn, Tie: string(p.Tie),
	}}, nil
}

// hours is how the hours of a day are written.
var hours = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)

// check is what must hold of a plan.
func (p Plan) check(r Rules, today clock.Date) (Plan, error) {
	if p.StartsOn.IsZero() || p.EndsOn.IsZero() || p.ClosesOn.IsZero() || p.MatchOn.IsZero() ||
		p.EndsOn.Before(p.StartsOn) || p.ClosesOn.Before(today) || !p.OneDay() && !p.MatchOn.After(p.ClosesOn.AddDays(r.RankDays)) {
		return p, ErrDays
	}
	if p.StartsOn.Before(today) || p.EndsOn.After(p.StartsOn.AddMonths(longest)) || p.MatchOn.After(today.AddMonths(longest)) {
		return p, ErrDays
	}
	if p.Tie != allocate.SingleTie && p.Tie != allocate.MultipleTie {
		return p, ErrTie
	}
	var err error
	if p.FigureName, err = domain.Shown(p.FigureName, 4, ErrFigureName); err != nil || !allocate.Announced(p.FigureName) {
		return p, ErrFigureName
	}
	if p.Venue, err = domain.Shown(p.Venue, 2, ErrVenue); err != nil {
		return p, err
	}
	p.Hours = strings.NewReplacer(" ", "", "–", "-", "—", "-", "～", "-", "~", "-", "：", ":").Replace(p.Hours)
	if !hours.MatchString(p.Hours) || p.Hours[:5] >= p.Hours[6:] {
		return p, ErrHours
	}
	return p, nil
}

// longest is the most months of a fair, or before its draw; more is a slip of
// the year.
const longest = 12

// Same reports whether two plans are one fair: nobody holds two fairs of a
// campaign at one place on the same days.
func (p Plan) Same(q Plan) bool {
	return p.Campaign == q.Campaign && p.Division == q.Division && p.StartsOn == q.StartsOn && p.EndsOn == q.EndsOn && p.Venue == q.Venue
}

// reasons are the reasons for which a fair is changed or cancelled.
func reasons() []string { return []string{"dates", "venue", "figure", "law", "other"} }

// Change mends a plan until the list is committed.
func (f Fair) Change(to Plan, why string, r Rules, today clock.Date) (Fair, []domain.Event, error) {
	if f.State != Open {
		return f, nil, ErrState
	}
	if !slices.Contains(reasons(), why) {
		return f, nil, ErrReason
	}
	to.Campaign, to.Division, to.Tie = f.Campaign, f.Division, f.Tie
	to, err := to.check(r, today)
	if err != nil {
		return f, nil, err
	}
	f.Plan, f.Why = to, why
	return f, []domain.Event{domain.FairChanged{FairID: f.ID, StartsOn: f.StartsOn, EndsOn: f.EndsOn, ReasonCode: why}}, nil
}

// Cancel ends a fair that has no results.
func (f Fair) Cancel(why string) (Fair, []domain.Event, error) {
	switch {
	case f.State == Matched, f.State == Drawing:
		return f, nil, ErrResults
	case f.State == Cancelled:
		return f, nil, ErrState
	case !slices.Contains(reasons(), why):
		return f, nil, ErrReason
	}
	f.State, f.Why = Cancelled, why
	return f, []domain.Event{domain.FairCancelled{FairID: f.ID, ReasonCode: why}}, nil
}

// What who applied is told of a fair.
const (
	NoticeChanged   = "changed"
	NoticeCancelled = "cancelled"
)

// Has reports whether a county lies in the fair's division.
func (f Fair) Has(county string) bool {
	if len(f.Division) != 6 || len(county) != 6 {
		return false
	}
	return f.Division == county || f.Division[4:] == "00" && county[:4] == f.Division[:4]
}

// TakesLists returns nil while posts are entered and wishes sent.
func (f Fair) TakesLists(today clock.Date) error {
	if f.State != Open || today.After(f.ClosesOn) {
		return ErrListsClosed
	}
	return nil
}

// TakesRanks returns nil while employers may rank: until the list is committed.
func (f Fair) TakesRanks() error {
	if f.State != Open {
		return ErrListsClosed
	}
	return nil
}

// Closable returns nil where the list can be committed today with the figure of
// matchOn to decide: the lists are over, employers had their days, and the
// figure cannot exist yet. A fair of one day is closed on it, before its figure.
func (f Fair) Closable(matchOn clock.Date, r Rules, today clock.Date) error {
	switch {
	case f.State != Open:
		return ErrTwice
	case f.OneDay() && today == f.ClosesOn && matchOn == today:
		return nil
	case !today.After(f.ClosesOn.AddDays(r.RankDays)):
		return ErrListsOpen
	case !matchOn.After(today):
		return ErrMatchDay
	}
	return nil
}

// Closes ends the lists of a large fair, whose commitment follows.
func (f Fair) Closes() Fair {
	f.State = Closing
	return f
}

// Reopened is a fair that could not be committed after all: everybody left, or
// its figure may be known by now. Its officer closes it anew.
func (f Fair) Reopened() Fair {
	f.State = Open
	return f
}

// Close commits the fair to a list.
func (f Fair) Close(c allocate.Commitment, matchOn clock.Date, at time.Time) (Fair, []domain.Event) {
	f.State, f.Root, f.Entries, f.MatchOn, f.ClosedAt = Closed, c.Root, c.Entries, matchOn, at
	return f, []domain.Event{domain.FairClosed{FairID: f.ID, Root: f.Root, EntryCount: f.Entries, MatchOn: matchOn}}
}

// EnterFigure is one officer's reading of the public figure. It may be entered
// again until it was confirmed.
func (f Fair) EnterFigure(figure, officer string, today clock.Date) (Fair, []domain.Event, error) {
	if f.State != Closed {
		return f, nil, ErrState
	}
	if today.Before(f.MatchOn) {
		return f, nil, ErrFigureEarly
	}
	var err error
	if figure, err = domain.Shown(figure, 1, ErrFigure); err != nil {
		return f, nil, err
	}
	f.Figure, f.First = figure, officer
	return f, []domain.Event{domain.FairFigureEntered{FairID: f.ID}}, nil
}

// Confirm returns nil where another officer read the same figure.
func (f Fair) Confirm(figure, officer string) error {
	if f.State != Closed {
		return ErrState
	}
	if f.First == "" {
		return ErrNoFigure
	}
	if ident.SameStaff(f.First, officer) {
		return ErrSameOfficer
	}
	if figure, err := domain.Shown(figure, 1, ErrFigure); err != nil || figure != f.Figure {
		return ErrDiffers
	}
	return nil
}

// AtOnce is how many applications are committed, or given what they got, in one
// transaction. More are in steps, so that nobody else waits to write meanwhile.
const AtOnce = 500

// Large reports whether so many applications are committed in steps.
func Large(applications int) bool { return applications > AtOnce }

// InSteps reports whether what a pass gives a committed list is written in steps.
func (f Fair) InSteps() bool { return Large(f.Entries) }

// Draws begins to write a draw that two officers have made certain.
func (f Fair) Draws(officer string) Fair {
	f.State, f.Second = Drawing, officer
	return f
}

// PassesAgain begins to write a later pass of a large fair.
func (f Fair) PassesAgain() Fair {
	f.State = Drawing
	return f
}

// Published returns nil unless a draw is being written.
func (f Fair) Published() error {
	if f.State == Drawing {
		return ErrState
	}
	return nil
}

// Drawn records that a pass has proposed; seed and officer are those of the first.
func (f Fair) Drawn(seed, officer string, m Match) (Fair, []domain.Event) {
	f.Seed, f.Second = seed, officer
	return f.Passed(m)
}

// PassAgain returns nil where another pass may run.
func (f Fair) PassAgain(r Rules, answering bool) error {
	switch {
	case f.State != Matched || f.Pass >= r.Passes:
		return ErrState
	case answering:
		return ErrAnswers
	}
	return nil
}

// Passed records that a pass has proposed.
func (f Fair) Passed(m Match) (Fair, []domain.Event) {
	f.State, f.Pass = Matched, m.Pass
	return f, []domain.Event{domain.FairMatched{FairID: f.ID, Seed: f.Seed, Pass: m.Pass, Proposed: m.Proposed, Unplaced: m.Unplaced}}
}

// Post is a vacancy at a fair.
type Post struct {
	ID         string
	FairID     string
	VacancyID  string
	EmployerID string
	County     string
	Seats      int
	Taken      int // seats of accepted proposals
	Version    int64
}

// EnterPost brings seats of a vacancy to a fair.
func EnterPost(id string, f Fair, v domain.Vacancy, seats int, today clock.Date) (Post, []domain.Event, error) {
	if err := f.TakesLists(today); err != nil {
		return Post{}, nil, err
	}
	if v.State != domain.VacancyIsOpen {
		return Post{}, nil, domain.ErrVacancyClosed
	}
	if !f.Has(v.County) {
		return Post{}, nil, ErrElsewhere
	}
	if seats < 1 || seats > v.Open() {
		return Post{}, nil, ErrSeats
	}
	p := Post{ID: id, FairID: f.ID, VacancyID: v.ID, EmployerID: v.EmployerID, County: v.County, Seats: seats}
	return p, []domain.Event{domain.FairPostEntered{FairID: f.ID, VacancyID: v.ID, Seats: seats}}, nil
}

// SetSeats changes the seats: while the lists are open, and again before a later
// pass. Between commitment and draw nothing of the list can change. proposed
// counts the proposals that are not answered.
func (p Post) SetSeats(f Fair, v domain.Vacancy, seats, proposed int, today clock.Date) (Post, []domain.Event, error) {
	if f.State != Matched {
		if err := f.TakesLists(today); err != nil {
			return p, nil, err
		}
	}
	if seats < 1 || seats > v.Headcount {
		return p, nil, ErrSeats
	}
	if seats < p.Taken+proposed {
		return p, nil, ErrSeatsTaken
	}
	if seats == p.Seats {
		return p, nil, nil
	}
	p.Seats = seats
	return p, []domain.Event{domain.FairPostEntered{FairID: f.ID, VacancyID: p.VacancyID, Seats: seats}}, nil
}

// Take takes a seat for an accepted proposal.
func (p Post) Take() (Post, error) {
	if p.Taken >= p.Seats {
		return p, ErrPostFull
	}
	p.Taken++
	return p, nil
}

// GiveBack frees the seat of an acceptance that led to nothing.
func (p Post) GiveBack() Post {
	p.Taken = max(0, p.Taken-1)
	return p
}

// Rank checks an employer's order of who applied to its post: by number alone,
// only who applied, nobody twice.
func (p Post) Rank(f Fair, order, applied []string) ([]domain.Event, error) {
	if err := f.TakesRanks(); err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(applied))
	for _, id := range applied {
		known[id] = true
	}
	seen := make(map[string]bool, len(order))
	for _, id := range order {
		if !known[id] {
			return nil, ErrRankUnknown
		}
		if seen[id] {
			return nil, ErrRankTwice
		}
		seen[id] = true
	}
	return []domain.Event{domain.FairPostRanked{FairID: p.FairID, VacancyID: p.VacancyID, Ranked: len(order)}}, nil
}

// Wish is one line of a worker's list.
type Wish struct {
	VacancyID string
	Class     int // the employer's rank; 0 is not ranked
}

// Application is a worker's application to a fair. Its id is the
// application number that employers see.
type Application struct {
	ID          string
	FairID      string
	Worker      string
	Division    string // of the fair
	Withdrawn   bool
	Listed      bool // in the committed list
	Ticket      string
	Word        allocate.Word
	Wishes      []string // vacancies, most wanted first
	Outcome     Outcome
	SubmittedAt time.Time
	Version     int64
}

// Apply sends wishes, or others instead of those sent before; a is the
// zero value with its ids where there were none. posts are those of the fair.
func (a Application) Apply(f Fair, wishes []string, word allocate.Word, posts map[string]bool, r Rules, now time.Time) (Application, []domain.Event, error) {
	if err := f.TakesLists(clock.DateOf(now)); err != nil {
		return a, nil, err
	}
	if len(wishes) == 0 || len(wishes) > r.WishesMax {
		return a, nil, ErrWishes
	}
	for i, v := range wishes {
		if slices.Contains(wishes[:i], v) {
			return a, nil, ErrWishTwice
		}
		if !posts[v] {
			return a, nil, ErrWishUnknown
		}
	}
	a.Wishes, a.Word, a.Withdrawn, a.SubmittedAt = wishes, word, false, now
	return a, []domain.Event{domain.FairApplicationSubmitted{ApplicationID: a.ID, FairID: f.ID}}, nil
}

// Withdraw takes the worker out of the fair. In a list that was committed the
// entry stays, and gets nothing.
func (a Application) Withdraw() (Application, []domain.Event, error) {
	if a.Withdrawn {
		return a, nil, ErrApplicationState
	}
	a.Withdrawn = true
	return a, []domain.Event{domain.FairApplicationWithdrawn{ApplicationID: a.ID}}, nil
}
