package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
// What each means to others stands in the contract.
type Event interface{ happened() }

type (
	// WorkerRegistered says that a person registered.
	WorkerRegistered struct {
		RegisteredOn  clock.Date
		NoticeVersion string
	}
	// ContactUpdated says that a contact changed, and names the county alone.
	ContactUpdated struct{ County string }
	// ChildRegistered says that a guardian linked a child.
	ChildRegistered struct{ ChildID string }
	// ConsentGranted says what the worker agreed to.
	ConsentGranted struct{ Consent }
	// ConsentWithdrawn says that what was got under a grant must go.
	ConsentWithdrawn struct{ GrantID string }
	// FactCorrected says that the worker calls a fact wrong.
	FactCorrected struct{ Correction }
	// MessageDelivered says that a message is known to have arrived.
	MessageDelivered struct{ MessageID, Template, About, AboutService string }
	// AccountClosed says that the account is gone.
	AccountClosed struct{ ClosedOn clock.Date }
)

func (WorkerRegistered) happened() {}
func (ContactUpdated) happened()   {}
func (ChildRegistered) happened()  {}
func (ConsentGranted) happened()   {}
func (ConsentWithdrawn) happened() {}
func (FactCorrected) happened()    {}
func (MessageDelivered) happened() {}
func (AccountClosed) happened()    {}
