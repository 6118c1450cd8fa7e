package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// HireState is where a hire stands.
type HireState string

// The states of a hire.
const (
	HireIsStated     HireState = "employer_says" // waits for the worker
	HireIsRegistered HireState = "registered"
	HireIsDisputed   HireState = "disputed" // "not me"
	HireIsUndone     HireState = "undone"   // the acceptance was taken back
	HireIsEndStated  HireState = "end_stated"
	HireIsEnded      HireState = "ended"
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
		StartOn: o.StartOn, EndOn: o.EndOn, WageFen: o.WageFen, Basis: ByOffer, Confirmed: true, State: HireIsRegistered, FactVersion: 1,
	}
	return h, []Event{h.registered()}
}

// registered tells of the hire; who is told of its confirmation learns the same.
func (h Hire) registered() HireRegistered {
	return HireRegistered{
		HireID: h.ID, EmployerID: h.EmployerID, Occupation: h.Occupation, County: h.County, Hazardous: h.Hazardous, StartOn: h.StartOn, EndOn: h.EndOn, Basis: h.Basis,
	}
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
	h.Basis, h.State = ByEmployer, HireIsStated
	return h, []Event{h.registered()}, nil
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
	return h, []Event{HireConfirmed(h.registered())}
}

// Confirm is the worker's word for a hire that the employer stated.
func (h Hire) Confirm() (Hire, []Event, error) {
	if err := h.in(HireIsStated); err != nil {
		return h, nil, err
	}
	h.State = HireIsRegistered
	h, events := h.acknowledge()
	return h, events, nil
}

// Dispute is the worker's "not me": what rests on the hire is frozen.
func (h Hire) Dispute() (Hire, []Event, error) {
	if err := h.in(HireIsStated, HireIsRegistered, HireIsEndStated); err != nil {
		return h, nil, err
	}
	h.State = HireIsDisputed
	return h, []Event{HireDisputed{HireID: h.ID}}, nil
}

// Undo ends the hire of an acceptance that was taken back, as if it had not been.
func (h Hire) Undo() (Hire, []Event, error) {
	if err := h.in(HireIsRegistered, HireIsEndStated); err != nil {
		return h, nil, err
	}
	h.State = HireIsUndone
	return h, []Event{HireUndone{HireID: h.ID}}, nil
}

// End is the worker's word that the hire ended; it needs nobody's consent.
func (h Hire) End(on clock.Date, g Ground) (Hire, []Event, error) {
	if err := h.in(HireIsStated, HireIsRegistered, HireIsEndStated); err != nil {
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
	if err := h.in(HireIsStated, HireIsRegistered); err != nil {
		return h, nil, err
	}
	if on.IsZero() || on.Before(h.StartOn) {
		return h, nil, ErrHireEndedOn
	}
	h.State, h.EndedOn, h.Ground = HireIsEndStated, on, g
	return h, []Event{HireEndStated{HireID: h.ID, EndedOn: on, GroundCode: g}}, nil
}

// ConfirmEnd is the worker's word for the end that the employer stated.
func (h Hire) ConfirmEnd() (Hire, []Event, error) {
	if err := h.in(HireIsEndStated); err != nil {
		return h, nil, err
	}
	return h.ended()
}

func (h Hire) ended() (Hire, []Event, error) {
	h, events := h.acknowledge()
	h.State, h.FactVersion = HireIsEnded, h.Version+int64(len(events))+1
	return h, append(events, HireEnded{
		HireID: h.ID, EmployerID: h.EmployerID, Occupation: h.Occupation, County: h.County, StartOn: h.StartOn, EndedOn: h.EndedOn, GroundCode: h.Ground,
	}), nil
}

// DisputeEnd is the worker's word that the hire goes on.
func (h Hire) DisputeEnd() (Hire, []Event, error) {
	if err := h.in(HireIsEndStated); err != nil {
		return h, nil, err
	}
	h.State, h.EndedOn, h.Ground = HireIsRegistered, clock.Date{}, ""
	h, events := h.acknowledge()
	return h, append(events, HireEndDisputed{HireID: h.ID}), nil
}

// Proves reports whether the hire is a fact that others may use: employed
// since a day, on the worker's own word. An end that only the employer states
// changes nothing about it.
func (h Hire) Proves() bool {
	return h.Confirmed && h.in(HireIsRegistered, HireIsEndStated, HireIsEnded) == nil
}

// Until is the last day that the hire proves, zero while it lasts.
func (h Hire) Until() clock.Date {
	if h.State != HireIsEnded {
		return clock.Date{}
	}
	return h.EndedOn
}
