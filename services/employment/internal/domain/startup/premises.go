package startup

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

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
func AddPremises(p Premises, r Rules) (Premises, []domain.Event, error) {
	if !slices.Contains(r.PremisesKinds, p.Kind) || p.AreaDM2 <= 0 || p.RentFen < 0 {
		return p, nil, ErrPremises
	}
	var err error
	if p.Title, err = domain.Line(p.Title, 2, 100, ErrPremises); err != nil {
		return p, nil, err
	}
	return p, []domain.Event{domain.PremisesAdded{SiteID: p.ID, Kind: p.Kind, RentFen: p.RentFen}}, nil
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
func (p Premises) Request(id, worker string, at time.Time) (PremisesRequest, []domain.Event) {
	return PremisesRequest{ID: id, Worker: worker, Site: p, At: at}, []domain.Event{domain.PremisesRequested{RequestID: id, SiteID: p.ID}}
}

// Withdraw takes the request back.
func (q PremisesRequest) Withdraw() (PremisesRequest, []domain.Event, error) {
	if q.Withdrawn {
		return q, nil, ErrRequestState
	}
	q.Withdrawn = true
	return q, []domain.Event{domain.PremisesRequestWithdrawn{RequestID: q.ID}}, nil
}
