package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// The registry's events; their meaning stands in the contract.
type (
	WorkerRegistered struct { //nolint:revive // documented in the contract
		RegisteredOn  clock.Date
		NoticeVersion string
	}
	ContactUpdated   struct{ County string }                                   //nolint:revive // documented in the contract
	ChildRegistered  struct{ ChildID string }                                  //nolint:revive // documented in the contract
	ConsentGranted   struct{ Consent }                                         //nolint:revive // documented in the contract
	ConsentWithdrawn struct{ GrantID string }                                  //nolint:revive // documented in the contract
	FactCorrected    struct{ Correction }                                      //nolint:revive // documented in the contract
	MessageDelivered struct{ MessageID, Template, About, AboutService string } //nolint:revive // documented in the contract
	AccountClosed    struct{ ClosedOn clock.Date }                             //nolint:revive // documented in the contract
)

func (WorkerRegistered) happened() {}
func (ContactUpdated) happened()   {}
func (ChildRegistered) happened()  {}
func (ConsentGranted) happened()   {}
func (ConsentWithdrawn) happened() {}
func (FactCorrected) happened()    {}
func (MessageDelivered) happened() {}
func (AccountClosed) happened()    {}
