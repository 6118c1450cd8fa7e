// Package app is the use cases of public housing, one a file. Each loads
// state, decides in the domain and saves the new state with its events, all in
// the transaction that its caller opened. Rows are always locked in the same
// order: list, round, application, offer, renewal, lease, exit, home, place request.
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
	// FreeAmong reads those of some homes that are free, by id.
	FreeAmong(ids []string) (map[string]domain.Home, error)
	// SaveHome writes a home's state, and what a correction changed.
	SaveHome(ctx context.Context, h domain.Home, events ...domain.Event) error
	// FreeHomes lists free homes after an id, in the order of their ids.
	FreeHomes(county string, kind domain.Kind, after string, limit int) ([]domain.Home, error)

	// Application returns ErrApplicationUnknown where there is none; so does PeekApplication.
	Application(id string) (domain.Application, error)
	PeekApplication(id string) (domain.Application, error)
	// PeekApplications reads applications, by id.
	PeekApplications(ids []string) (map[string]domain.Application, error)
	ApplicationsOf(worker string) ([]domain.Application, error)
	// PaperEntered reports whether an application was entered from a paper form.
	PaperEntered(form string) (bool, error)
	// SaveApplication returns ErrApplicationTwice for a second open one of its worker, county and kind.
	SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error

	// Offer returns ErrOfferUnknown where there is none; so does PeekOffer.
	Offer(id string) (domain.Offer, error)
	PeekOffer(id string) (domain.Offer, error)
	// StandingOffers lists and locks the offers to a person that wait, or were
	// accepted, and StandingExits the notices that are not over.
	StandingOffers(worker string) ([]domain.Offer, error)
	StandingExits(worker string) ([]domain.Exit, error)
	// Died reports whether a person's death is recorded; Reachable refuses what
	// would be offered then.
	Died(worker string) (bool, error)
	// DeadAmong lists the applications of a county's list whose applicant's death is
	// recorded.
	DeadAmong(county string, kind domain.Kind) ([]string, error)
	Reachable(worker string) error
	SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error

	// Lease returns ErrLeaseUnknown where there is none; so does PeekLease.
	Lease(id string) (domain.Lease, error)
	PeekLease(id string) (domain.Lease, error)
	SaveLease(ctx context.Context, l domain.Lease, events ...domain.Event) error
	LeasesOf(worker string) ([]domain.Lease, error)

	Evidence
	Lists
	Tenancy
	Lives
	// Later leaves a task about an id, for a time.
	Later(ctx context.Context, kind, id string, at time.Time) error
}

// Evidence is what the use cases need of other departments' facts, and of the
// worker's access log.
type Evidence interface {
	// CollectEvidence has what the worker's grants open collected for an
	// application, and DropEvidence forgets all that it holds.
	CollectEvidence(ctx context.Context, a domain.Application) error
	DropEvidence(applicationID string) error
	// KeepPaper keeps what a paper proved at the counter, under an id of its own.
	KeepPaper(ctx context.Context, id string, a domain.Application, p domain.Paper) error
	// OpenCases lists and locks the worker's applications that want evidence.
	OpenCases(worker string) ([]string, error)
	// Proofs lists the facts held for an application that may be used on a day.
	Proofs(applicationID string, on clock.Date) ([]domain.Proof, error)
	// EndHeld writes the end of a fact to the worker's accepted and leased
	// applications that hold it, and returns which.
	EndHeld(worker string, f domain.Proof, version int64) ([]string, error)
	// LogRead tells the worker's access log that the caller read kinds of his data.
	LogRead(ctx context.Context, worker, county, caseID string, kinds ...string) error
}

// Lists is what the use cases of waiting lists and rounds need.
type Lists interface {
	// LockList lets one transaction at a time hand out from a list.
	LockList(county string, kind domain.Kind) error
	// Candidates lists who waits, with the facts held.
	Candidates(county string, kind domain.Kind, on clock.Date) ([]domain.Candidate, error)
	// Undecided lists the applications that a decision is to be made on, oldest first.
	Undecided(county string, kind domain.Kind, limit int) ([]domain.Application, error)
	// Published tells where each stood when the list was last published, and when that was.
	Published(county string, kind domain.Kind) (was map[string]int, on clock.Date, err error)
	PublishedOn(county string, kind domain.Kind) (clock.Date, error)
	Publish(ctx context.Context, id, county string, kind domain.Kind, on clock.Date, ranked []domain.Standing) error
	// Round returns ErrRoundUnknown where there is none; so does PeekRound.
	Round(id string) (domain.Round, error)
	PeekRound(id string) (domain.Round, error)
	RoundsOf(county string) ([]domain.Round, error)
	// SaveRound returns ErrRoundOpen for a second open one of a list.
	SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error
	HomesInRounds(county string) ([]string, error)
	Entries(roundID string) ([]domain.RoundEntry, error)
	EntriesOf(applicationID string) ([]domain.RoundEntry, error)
	SaveEntries(entries ...domain.RoundEntry) error
	OffersOf(roundID string) ([]domain.Offer, error)
	Mending
}

// Mending is what the use cases of doubles and corrections need. Who changes a
// pair holds its list, who changes a correction its round.
type Mending interface {
	// Double returns ErrDoubleUnknown where there is none.
	Double(id string) (domain.Double, error)
	// Doubles lists a list's pairs, those that wait for a decision first.
	Doubles(county string, kind domain.Kind) ([]domain.Double, error)
	SaveDouble(ctx context.Context, d domain.Double, events ...domain.Event) error
	// Correction returns ErrCorrectionUnknown where there is none.
	Correction(id string) (domain.Correction, error)
	// Corrections lists a round's corrections, the newest first.
	Corrections(roundID string) ([]domain.Correction, error)
	SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error
	// Reliefs lists the open reliefs of a county, ReliefsOf those of an application.
	Reliefs(county string) ([]domain.Relief, error)
	ReliefsOf(applicationID string) ([]domain.Relief, error)
	SaveRelief(ctx context.Context, f domain.Relief, events ...domain.Event) error
}

// Tenancy is what the use cases of leases and dormitories need. Loads of one
// thing lock it and return its own error where there is none.
type Tenancy interface {
	LeasesIn(county string) ([]domain.Lease, error)
	AddPayment(ctx context.Context, p domain.Payment) (id string, added bool, err error)
	Payments(leaseID string) ([]domain.Payment, error)
	PaymentsIn(county string) (map[string][]domain.Payment, error)
	Renewal(id string) (domain.Renewal, error)
	RenewalsOf(leaseID string) ([]domain.Renewal, error)
	RenewalsIn(county string) ([]domain.Renewal, error)
	SaveRenewal(ctx context.Context, r domain.Renewal, events ...domain.Event) error
	Repair(id string) (domain.Repair, error)
	RepairsOf(leaseID string) ([]domain.Repair, error)
	RepairsIn(county string) ([]domain.Repair, error)
	SaveRepair(ctx context.Context, r domain.Repair, events ...domain.Event) error
	Review(id string) (domain.Review, error)
	ReviewsOf(leaseID string) ([]domain.Review, error)
	ReviewsIn(county string) ([]domain.Review, error)
	SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error
	Exit(id string) (domain.Exit, error)
	PeekExit(id string) (domain.Exit, error)
	ExitsOf(leaseID string) ([]domain.Exit, error)
	ExitsIn(county string) ([]domain.Exit, error)
	SaveExit(ctx context.Context, e domain.Exit, events ...domain.Event) error
	PlaceRequest(id string) (domain.PlaceRequest, error)
	PlaceRequests(employer, county string) ([]domain.PlaceRequest, error)
	SavePlaceRequest(ctx context.Context, r domain.PlaceRequest, events ...domain.Event) error
}

// Lives is what the use case of a person's first page reads: what is not over, of all
// applications or leases by one statement.
type Lives interface {
	OpenApplicationsOf(worker string) ([]domain.Application, error)
	// OffersAmong reads offers by id; ReliefsAmong, PublishedAmong and DrawsAmong tell,
	// by application, the open relief, the place as it was last published, and when the
	// figure is due that decides the ties of a round.
	OffersAmong(ids []string) (map[string]domain.Offer, error)
	ReliefsAmong(applications []string) (map[string]domain.Relief, error)
	PublishedAmong(applications []string) (map[string]int, error)
	DrawsAmong(applications []string) (map[string]clock.Date, error)

	LiveLeasesOf(worker string) ([]domain.Lease, error)
	HomesAmong(ids []string) (map[string]domain.Home, error)
	// RenewalsAmong lists all renewals of leases, the newest first; what the others list
	// is not over.
	RenewalsAmong(leases []string) ([]domain.Renewal, error)
	RepairsAmong(leases []string) ([]domain.Repair, error)
	ReviewsAmong(leases []string) ([]domain.Review, error)
	ExitsAmong(leases []string) ([]domain.Exit, error)
}

// Registry is what is asked of the registry, outside of any transaction.
type Registry interface {
	// LikelyHouseholds names who of a list's workers may be one household.
	LikelyHouseholds(ctx context.Context, list string, workers []string) ([]Likely, error)
}

// Transactions opens those of a use case that asks another department between two.
type Transactions interface {
	Look(ctx context.Context, f func(Store) error) error
	Change(ctx context.Context, f func(Store) error) error
}

// The kinds of the tasks that use cases leave; the payload is an id.
const (
	TaskLapse   = "housing.lapse_offer"   // of the offer
	TaskLease   = "housing.look_at_lease" // of the lease
	TaskPublish = "housing.publish_list"  // county and kind, parted by a colon
	TaskJobLeft = "housing.job_left"      // of the dormitory's lease
)

// App is the department's use cases.
type App struct {
	Clock    clock.Clock
	Rules    *rule.Book
	Calendar *clock.Calendar
	Codes    *ident.Tables
	NewID    func() string
	Data     Transactions
	Registry Registry
}
