package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Errors of start-up help.
var (
	ErrGuide = errs.New(errs.Invalid, "employment.startup.guide", "There is no such guide.")

	ErrSlot           = errs.New(errs.Invalid, "employment.adviser.slot", "The time is not a day to come, within the day, of 10 to 240 minutes.")
	ErrAdviser        = errs.New(errs.Invalid, "employment.adviser.number", "The adviser's staff number is not 2 to 32 signs.")
	ErrSlotTwice      = errs.New(errs.Conflict, "employment.adviser.slot_twice", "The adviser has that time already.")
	ErrSlotUnknown    = errs.New(errs.NotFound, "employment.adviser.slot_unknown", "There is no such time.")
	ErrSlotTaken      = errs.New(errs.Conflict, "employment.adviser.taken", "Somebody else has booked that time.")
	ErrSlotOver       = errs.New(errs.Conflict, "employment.adviser.over", "That time is over.")
	ErrTopic          = errs.New(errs.Invalid, "employment.adviser.topic", "The topic is not one of the list.")
	ErrBookingOverlap = errs.New(errs.Conflict, "employment.adviser.overlap", "The worker has another booking at that time.")
	ErrBookingUnknown = errs.New(errs.NotFound, "employment.adviser.booking_unknown", "There is no such booking.")
	ErrBookingState   = errs.New(errs.Conflict, "employment.adviser.booking_state", "The booking was cancelled already.")

	ErrLoanBank    = errs.New(errs.Invalid, "employment.loan.bank", "The bank is not one that takes requests.")
	ErrLoanAmount  = errs.New(errs.Invalid, "employment.loan.amount", "The amount is not above zero, or above what a person can have.")
	ErrLoanYears   = errs.New(errs.Invalid, "employment.loan.years", "The years are not at least one, or longer than the loan can run.")
	ErrLoanConsent = errs.New(errs.Invalid, "employment.loan.consent", "A request goes to a bank only with the worker's separate consent.")
	ErrLoanUnknown = errs.New(errs.NotFound, "employment.loan.unknown", "There is no such loan request.")
	ErrLoanState   = errs.New(errs.Conflict, "employment.loan.state", "The request was taken back already.")

	ErrPremises        = errs.New(errs.Invalid, "employment.premises", "The kind, the title, the area or the rent of the premises cannot be.")
	ErrPremisesUnknown = errs.New(errs.NotFound, "employment.premises.unknown", "There are no such premises.")
	ErrPremisesTwice   = errs.New(errs.Conflict, "employment.premises.twice", "The worker has asked for these premises already.")
	ErrRequestUnknown  = errs.New(errs.NotFound, "employment.premises.request_unknown", "There is no such request.")
	ErrRequestState    = errs.New(errs.Conflict, "employment.premises.request_state", "The request was taken back already.")

	ErrTaxInput = errs.New(errs.Invalid, "employment.tax.input", "Sales and income must not be below zero, and the group one of the list.")
)

// StartupRules is what EM-START and EM-06 say on a day.
type StartupRules struct {
	Guides        map[string][]string // the steps of each guide
	Topics        []string
	PremisesKinds []string
	Banks         []string
	Groups        []string     // of the tax relief, EM-TAX-GROUP; none where it ended
	Ended         []rule.Trace // tax reliefs of which nothing is announced that follows
	LoanMaxFen    int64        // of a person
	LoanYears     int
}

// ReadStartupRules reads the rows.
func ReadStartupRules(start, loan, groups rule.Rule) (r StartupRules, err error) {
	r.Guides = map[string][]string{}
	names, err := start.Keys("guides")
	if err != nil {
		return r, err
	}
	for _, name := range names {
		if r.Guides[name], err = start.Strings("guides." + name); err != nil {
			return r, err
		}
	}
	if r.Topics, err = start.Strings("topics"); err != nil {
		return r, err
	}
	if r.PremisesKinds, err = start.Strings("premises_kinds"); err != nil {
		return r, err
	}
	if r.Banks, err = start.Strings("banks"); err != nil {
		return r, err
	}
	if r.Groups, err = (TaxRules{Group: groups}).groups(); err != nil {
		return r, err
	}
	yuan, err := loan.Int("person_max_yuan")
	if err != nil {
		return r, err
	}
	r.LoanMaxFen = int64(yuan) * 100
	r.LoanYears, err = loan.Int("person_term_years")
	return r, err
}

// Slot is a time of an adviser. One booking fills it.
type Slot struct {
	ID        string
	County    string
	Day       clock.Date
	Minute    int // after midnight
	Minutes   int
	Adviser   string // staff number
	BookingID string // "" is free
	Version   int64
}

// OpenSlot opens a time.
func OpenSlot(id, county string, day clock.Date, minute, minutes int, adviser string, today clock.Date) (Slot, []Event, error) {
	if day.IsZero() || day.Before(today) || minute < 0 || minutes < 10 || minutes > 240 || minute+minutes > 24*60 {
		return Slot{}, nil, ErrSlot
	}
	adviser, err := line(adviser, 2, 32, ErrAdviser)
	if err != nil {
		return Slot{}, nil, err
	}
	s := Slot{ID: id, County: county, Day: day, Minute: minute, Minutes: minutes, Adviser: adviser}
	return s, []Event{AdviserSlotOpened{SlotID: id, Day: day}}, nil
}

// starts is when the time begins.
func (s Slot) starts() time.Time { return s.Day.Start().Add(time.Duration(s.Minute) * time.Minute) }

// overlaps reports whether two times share a minute.
func (s Slot) overlaps(o Slot) bool {
	return s.Day == o.Day && s.Minute < o.Minute+o.Minutes && o.Minute < s.Minute+s.Minutes
}

// Booking is a worker's booking of an adviser's time.
type Booking struct {
	ID        string
	Slot      Slot // for display; only its id and county are written with the booking
	Worker    string
	Topic     string
	Cancelled bool
	At        time.Time
	Version   int64
}

// Book books the time. others are the worker's bookings that stand.
func (s Slot) Book(id, worker, topic string, others []Booking, r StartupRules, now time.Time) (Slot, Booking, []Event, error) {
	switch {
	case !slices.Contains(r.Topics, topic):
		return s, Booking{}, nil, ErrTopic
	case !s.starts().After(now):
		return s, Booking{}, nil, ErrSlotOver
	case s.BookingID != "":
		return s, Booking{}, nil, ErrSlotTaken
	case slices.ContainsFunc(others, func(b Booking) bool { return b.Slot.overlaps(s) }):
		return s, Booking{}, nil, ErrBookingOverlap
	}
	s.BookingID = id
	return s, Booking{ID: id, Slot: s, Worker: worker, Topic: topic, At: now}, []Event{AdviserBooked{BookingID: id, SlotID: s.ID, Day: s.Day}}, nil
}

// Cancel gives the time back.
func (b Booking) Cancel(s Slot) (Booking, Slot, []Event, error) {
	if b.Cancelled {
		return b, s, nil, ErrBookingState
	}
	b.Cancelled, s.BookingID = true, ""
	return b, s, []Event{AdviserBookingCancelled{BookingID: b.ID, SlotID: s.ID}}, nil
}

// LoanRequest is a request that a worker hands to one bank. Nothing about the
// worker is judged here.
type LoanRequest struct {
	ID            string
	Worker        string
	County        string
	BankCode      string
	AmountFen     int64
	Years         int
	NoticeVersion string // the notice that the separate consent is about
	Withdrawn     bool
	At            time.Time
	Version       int64
}

// HandOffLoan hands a request to the bank that the worker chose.
func HandOffLoan(l LoanRequest, r StartupRules, at time.Time) (LoanRequest, []Event, error) {
	switch {
	case !slices.Contains(r.Banks, l.BankCode):
		return l, nil, ErrLoanBank
	case l.AmountFen <= 0 || l.AmountFen > r.LoanMaxFen:
		return l, nil, ErrLoanAmount
	case l.Years < 1 || l.Years > r.LoanYears:
		return l, nil, ErrLoanYears
	}
	notice, err := line(l.NoticeVersion, 1, 40, ErrLoanConsent)
	if err != nil {
		return l, nil, err
	}
	l.NoticeVersion, l.At = notice, at
	return l, []Event{LoanRequestHandedOff{RequestID: l.ID, BankCode: l.BankCode}}, nil
}

// Withdraw takes the request back: from then on the bank cannot read it.
func (l LoanRequest) Withdraw() (LoanRequest, []Event, error) {
	if l.Withdrawn {
		return l, nil, ErrLoanState
	}
	l.Withdrawn = true
	return l, []Event{LoanRequestWithdrawn{RequestID: l.ID, BankCode: l.BankCode}}, nil
}

// Premises is a place to start in.
type Premises struct {
	ID      string
	County  string
	Kind    string
	Title   string
	AreaDM2 int // square decimetres
	RentFen int64
	Version int64
}

// AddPremises lists a place.
func AddPremises(p Premises, r StartupRules) (Premises, []Event, error) {
	if !slices.Contains(r.PremisesKinds, p.Kind) || p.AreaDM2 <= 0 || p.RentFen < 0 {
		return p, nil, ErrPremises
	}
	var err error
	if p.Title, err = line(p.Title, 2, 100, ErrPremises); err != nil {
		return p, nil, err
	}
	return p, []Event{PremisesAdded{SiteID: p.ID, Kind: p.Kind, RentFen: p.RentFen}}, nil
}

// PremisesRequest is a worker's request for a place.
type PremisesRequest struct {
	ID        string
	Worker    string
	Site      Premises // for display; only its id and county are written with the request
	Withdrawn bool
	At        time.Time
	Version   int64
}

// Request asks for the place.
func (p Premises) Request(id, worker string, at time.Time) (PremisesRequest, []Event) {
	return PremisesRequest{ID: id, Worker: worker, Site: p, At: at}, []Event{PremisesRequested{RequestID: id, SiteID: p.ID}}
}

// Withdraw takes the request back.
func (q PremisesRequest) Withdraw() (PremisesRequest, []Event, error) {
	if q.Withdrawn {
		return q, nil, ErrRequestState
	}
	q.Withdrawn = true
	return q, []Event{PremisesRequestWithdrawn{RequestID: q.ID}}, nil
}
