// Package app is the use cases of public housing, one a file. Each loads
// state, decides in the domain and saves the new state with its events, all in
// the transaction that its caller opened. Rows are always locked in the same
// order: application, offer, home.
package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// lock what they return; peeks do not, and serve reading alone.
type Store interface {
	// AddHome adds a home unless its reference, or its county, estate and
	// number, are known; it returns the id of the home that is there then.
	AddHome(ctx context.Context, h domain.Home, events ...domain.Event) (id string, added bool, err error)
	// Home returns ErrHomeUnknown where there is none; so does PeekHome.
	Home(id string) (domain.Home, error)
	PeekHome(id string) (domain.Home, error)
	SaveHome(ctx context.Context, h domain.Home) error
	// FreeHomes lists free homes after an id, in the order of their ids.
	FreeHomes(county string, kind domain.Kind, after string, limit int) ([]domain.Home, error)

	// Application returns ErrApplicationUnknown where there is none; so does PeekApplication.
	Application(id string) (domain.Application, error)
	PeekApplication(id string) (domain.Application, error)
	ApplicationsOf(worker string) ([]domain.Application, error)
	// SaveApplication returns ErrApplicationTwice for a second open one of its worker, county and kind.
	SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error
	// OpenCases lists the worker's applications that want evidence.
	OpenCases(worker string) ([]string, error)
	// Proofs lists the facts held for an application.
	Proofs(applicationID string) ([]domain.Proof, error)
	// EndHeld writes the end of a fact to the worker's accepted and leased
	// applications that hold it, and returns which.
	EndHeld(worker string, f domain.Proof, version int64) ([]string, error)

	// Offer returns ErrOfferUnknown where there is none; so does PeekOffer.
	Offer(id string) (domain.Offer, error)
	PeekOffer(id string) (domain.Offer, error)
	SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error
	// LapseAt has Lapse run for an offer at a time.
	LapseAt(ctx context.Context, offerID string, at time.Time) error

	AddLease(ctx context.Context, l domain.Lease, events ...domain.Event) error
	LeasesOf(worker string) ([]domain.Lease, error)
}

// App is the department's use cases.
type App struct {
	Clock  clock.Clock
	Rules  *rule.Book
	Tables *ident.Tables
	NewID  func() string
}
