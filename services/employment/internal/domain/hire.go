package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// HireState is where a hire stands.
type HireState string

// The states of a hire.
const (
	HireEmployerSays    HireState = "employer_says" // waits for the worker
	HireRegisteredState HireState = "registered"
	HireDisputedState   HireState = "disputed" // "not me"
	HireUndoneState     HireState = "undone"   // the acceptance was taken back
	HireEndStatedState  HireState = "end_stated"
	HireEndedState      HireState = "ended"
)

// Basis is what a hire rests on.
type Basis string

// The bases of a hire.
const (
	ByOffer    Basis = "offer"
	ByEmployer Basis = "employer_says"
)

// Ground is why a hire ended.
type Ground string

// ParseGround reads a ground's code.
func ParseGround(s string) (Ground, error) {
	if !slices.Contains([]string{"resigned", "expired", "dismissed", "agreed"}, s) {
		return "", ErrHireEndGround
	}
	return Ground(s), nil
}

// Hire is one employment.
type Hire struct {
	ID           string
	Worker       string
	EmployerID   string
	EmployerName string // for display; not written with the hire
	OfferID      string // "" where the employer stated it
	Occupation   string
	County       string
	Hazardous    bool
	StartOn      clock.Date
	EndOn        clock.Date // of the contract; zero is open-ended
	WageFen      int64
	Basis        Basis
	Confirmed    bool // by the worker
	State        HireState
	EndedOn      clock.Date // as stated, or the last day once it ended
	Ground       Ground
	// FactVersion is the version of the event that last changed what the hire
	// proves, so that the event and a later answer agree.
	FactVersion int64
	Version     int64
}

// hired registers the hire that an accepted offer brings.
func hired(id string, o Offer, v Vacancy) (Hire, []Event) {
	h := Hire{
		ID: id, Worker: o.Worker, EmployerID: o.EmployerID, OfferID: o.ID, Occupation: v.Occupation, County: v.County, Hazardous: v.Hazardous,
		StartOn: o.StartOn, EndOn: o.EndOn, WageFen: o.WageFen, Basis: ByOffer, Confirmed: true, State: HireRegisteredState, FactVersion: 1,
	}
	return h, []Event{HireRegistered{h}}
}

// StateHire records a hire that only the employer states. It proves nothing
// until the worker confirms it.
func StateHire(h Hire) (Hire, []Event, error) {
	if h.Worker == "" {
		return h, nil, ErrWorker
	}
	if err := CheckTerm(h.StartOn, h.EndOn); err != nil {
		return h, nil, err
	}
	if h.WageFen < 0 {
		return h, nil, ErrHireWage
	}
	h.Basis, h.State = ByEmployer, HireEmployerSays
	return h, []Event{HireRegistered{h}}, nil
}

func (h Hire) in(states ...HireState) error {
	if slices.Contains(states, h.State) {
		return nil
	}
	return ErrHireState.With("state", string(h.State))
}

// acknowledge confirms the hire where the worker has not done so: whoever ends
// a hire, or says that it goes on, has said that it was.
func (h Hire) acknowledge() (Hire, []Event) {
	if h.Confirmed {
		return h, nil
	}
	h.Confirmed, h.FactVersion = true, h.Version+1
	return h, []Event{HireConfirmed{h}}
}

// Confirm is the worker's word for a hire that the employer stated.
func (h Hire) Confirm() (Hire, []Event, error) {
	if err := h.in(HireEmployerSays); err != nil {
		return h, nil, err
	}
	h.State = HireRegisteredState
	h, events := h.acknowledge()
	return h, events, nil
}

// Dispute is the worker's "not me": what rests on the hire is frozen.
func (h Hire) Dispute() (Hire, []Event, error) {
	if err := h.in(HireEmployerSays, HireRegisteredState, HireEndStatedState); err != nil {
		return h, nil, err
	}
	h.State = HireDisputedState
	return h, []Event{HireDisputed{h.ID}}, nil
}

// Undo ends the hire of an acceptance that was taken back, as if it had not been.
func (h Hire) Undo() (Hire, []Event, error) {
	if err := h.in(HireRegisteredState, HireEndStatedState); err != nil {
		return h, nil, err
	}
	h.State = HireUndoneState
	return h, []Event{HireUndone{h.ID}}, nil
}

// End is the worker's word that the hire ended; it needs nobody's consent.
func (h Hire) End(on clock.Date, g Ground) (Hire, []Event, error) {
	if err := h.in(HireEmployerSays, HireRegisteredState, HireEndStatedState); err != nil {
		return h, nil, err
	}
	if on.IsZero() || on.Before(h.StartOn) {
		return h, nil, ErrHireEndedOn
	}
	h.EndedOn, h.Ground = on, g
	return h.ended()
}

// StateEnd is the employer's word that the hire ended; the worker is asked.
func (h Hire) StateEnd(on clock.Date, g Ground) (Hire, []Event, error) {
	if err := h.in(HireEmployerSays, HireRegisteredState); err != nil {
		return h, nil, err
	}
	if on.IsZero() || on.Before(h.StartOn) {
		return h, nil, ErrHireEndedOn
	}
	h.State, h.EndedOn, h.Ground = HireEndStatedState, on, g
	return h, []Event{HireEndStated{HireID: h.ID, EndedOn: on, Ground: g}}, nil
}

// ConfirmEnd is the worker's word for the end that the employer stated.
func (h Hire) ConfirmEnd() (Hire, []Event, error) {
	if err := h.in(HireEndStatedState); err != nil {
		return h, nil, err
	}
	return h.ended()
}

func (h Hire) ended() (Hire, []Event, error) {
	h, events := h.acknowledge()
	h.State, h.FactVersion = HireEndedState, h.Version+int64(len(events))+1
	return h, append(events, HireEnded{h}), nil
}

// DisputeEnd is the worker's word that the hire goes on.
func (h Hire) DisputeEnd() (Hire, []Event, error) {
	if err := h.in(HireEndStatedState); err != nil {
		return h, nil, err
	}
	h.State, h.EndedOn, h.Ground = HireRegisteredState, clock.Date{}, ""
	h, events := h.acknowledge()
	return h, append(events, HireEndDisputed{h.ID}), nil
}

// Proves reports whether the hire is a fact that others may use: employed
// since a day, on the worker's own word. An end that only the employer states
// changes nothing about it.
func (h Hire) Proves() bool {
	return h.Confirmed && h.in(HireRegisteredState, HireEndStatedState, HireEndedState) == nil
}

// Until is the last day that the hire proves, zero while it lasts.
func (h Hire) Until() clock.Date {
	if h.State != HireEndedState {
		return clock.Date{}
	}
	return h.EndedOn
}
