// Package app is the use cases of the registry, one a file. Each decides in the
// domain and saves the new state with its events. One of a single step works in
// the transaction that its caller opened; one that opens or seals what belongs to
// a person, which is done outside of any, opens its transactions itself, so that
// no caller can leave a step out.
package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Peek
// and the lists only read; the other loads lock what they return.
type Store interface {
	// Worker loads the account that answers for a reference, or returns
	// ErrWorkerUnknown where there is none; so does PeekWorker.
	Worker(id string) (domain.Worker, error)
	// SharedWorker is Worker beside others who do the same.
	SharedWorker(id string) (domain.Worker, error)
	PeekWorker(id string) (domain.Worker, error)
	// Account is Worker for the very record of a reference, joined or not.
	Account(id string) (domain.Worker, error)
	PeekAccount(id string) (domain.Worker, error)
	// PeekAccounts is PeekAccount for many, by id; there may be none of some.
	PeekAccounts(ids []string) (map[string]domain.Worker, error)
	// Aliases lists every reference that was joined into one.
	Aliases(worker string) ([]string, error)
	// References lists every reference that stands for the person of one, that one
	// among them.
	References(worker string) ([]string, error)
	// Standing reports whether an account was closed, or returns ErrWorkerUnknown.
	Standing(worker string) (closed bool, err error)
	// WorkerByDocument finds an open account by its document's index.
	WorkerByDocument(index []byte) (domain.Worker, bool, error)
	// WorkerByFormer finds the open account of who was found by an index last.
	WorkerByFormer(index []byte) (domain.Worker, bool, error)
	// Claims lists the records of who was not seen at a counter and says a number,
	// oldest first.
	Claims(index []byte, most int) ([]domain.Worker, error)
	// UnseenOn counts the records that wait for a counter and gave a telephone; those who
	// make one on the same come one after the other.
	UnseenOn(number []byte) (int, error)
	// UnseenAt has LookAtUnseen run for a record on a day.
	UnseenAt(ctx context.Context, worker string, on clock.Date) error
	// SaveWorker returns ErrDocumentTaken where another account has the document.
	SaveWorker(ctx context.Context, w domain.Worker, events ...domain.Event) error
	// CreateWorker is SaveWorker for a person whose row is not there; events about
	// the id may be, where the registry was lost and taken back.
	CreateWorker(ctx context.Context, w domain.Worker, events ...domain.Event) error
	// LockCases locks what is under way about some records and goes with them.
	LockCases(workers []string) error
	// LockNewCases locks what came before the records were locked, waiting for nobody.
	LockNewCases(workers []string) error
	// Forget removes what an account held apart from its own row and what
	// departments must be able to prove, and has the owners' keys destroyed.
	Forget(ctx context.Context, worker string, owners []string) error

	// PeekChild returns ErrChildUnknown where there is none.
	PeekChild(id string) (domain.Child, error)
	// PeekChildren is PeekChild for many, by id; there may be none of some.
	PeekChildren(ids []string) (map[string]domain.Child, error)
	ChildByIdentity(identity []byte) (domain.Child, bool, error)
	ChildrenOf(worker string) ([]domain.Child, error)
	// ParentsAmong tells of which of many references ChildrenOf gives any.
	ParentsAmong(workers []string) (map[string]bool, error)
	// LikeChild reports whether a child of the same likeness is registered.
	LikeChild(likeness []byte) (bool, error)
	// SaveChild returns ErrChildTaken where the child is registered.
	SaveChild(ctx context.Context, c domain.Child, events ...domain.Event) error

	Guardians
	Telephones
	Undelivereds

	// Consent returns ErrGrantUnknown where there is none.
	Consent(id string) (domain.Consent, error)
	Consents(worker string) ([]domain.Consent, error)
	SaveConsent(ctx context.Context, c domain.Consent, events ...domain.Event) error
	SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error

	// LastVersion returns the version of the last event about an id, 0 where there is none.
	LastVersion(aggregate string) (int64, error)
	// ContactCase loads and locks a case, or returns ErrCaseUnknown.
	ContactCase(id string) (domain.ContactCase, error)
	// OpenContactCases lists what is not decided, oldest first: about people of
	// the counties that the divisions cover, and what the officer opened.
	OpenContactCases(counties, officer string) ([]domain.ContactCase, error)
	// ContactCasesOf lists what was asked about a person, newest first.
	ContactCasesOf(worker string) ([]domain.ContactCase, error)
	SaveContactCase(c domain.ContactCase) error

	// DeathCase loads and locks a case, or returns ErrDeathUnknown.
	DeathCase(id string) (domain.DeathCase, error)
	// DeathCases lists what is open, what nobody confirmed and, last, what is
	// recorded: of the counties that the divisions cover, and what the officer opened.
	DeathCases(counties, officer string) ([]domain.DeathCase, error)
	// DeathCasesOf lists what was asked and recorded about a person, newest first.
	DeathCasesOf(worker string) ([]domain.DeathCase, error)
	// SaveDeathCase returns ErrDeathStands where another one about the person waits or holds.
	SaveDeathCase(ctx context.Context, c domain.DeathCase, events ...domain.Event) error
	// LockLife keeps what is decided in cases about a person's death apart from what is
	// done in the person's name; it comes before any row, as an act of the person's own.
	LockLife(cases ...string) error
	// RecordDeath stops what is done in the person's name and what is sent;
	// ReverseDeath lets both go on, and has delivered what was held.
	RecordDeath(c domain.DeathCase) error
	ReverseDeath(ctx context.Context, c domain.DeathCase) error
	// Died reports whether a person's death is recorded.
	Died(worker string) (bool, error)
	// HeirRequest loads and locks a request, or returns ErrHeirUnknown.
	HeirRequest(id string) (domain.HeirRequest, error)
	PeekHeirRequest(id string) (domain.HeirRequest, error)
	// HeirRequests lists what is to be decided and shown in the counties that the divisions cover.
	HeirRequests(counties string) ([]domain.HeirRequest, error)
	// HeirRequestsOf lists what waits of a person's relatives.
	HeirRequestsOf(worker string) ([]domain.HeirRequest, error)
	// EraseAt has EraseForHeir run for a request on a day.
	EraseAt(ctx context.Context, id string, on clock.Date) error
	SaveHeirRequest(r domain.HeirRequest) error
	// NobodyMay reports whether a person arranged that no relative may ask.
	NobodyMay(worker string) (bool, error)
	SetNobodyMay(worker string, nobody bool) error
	// LockPersons lets the transaction change who is one person: it waits for all who
	// count on that. It comes before LockJoins, and before any row.
	LockPersons() error
	// LockJoins has joining, parting and closing come one after the other.
	LockJoins() error
	// JoinCase loads and locks a case, or returns ErrJoinCaseUnknown; PeekJoinCase reads it.
	JoinCase(id string) (domain.JoinCase, error)
	PeekJoinCase(id string) (domain.JoinCase, error)
	SaveJoinCase(ctx context.Context, c domain.JoinCase) error
	// OpenJoinCases lists what an officer has to do in the counties that
	// the divisions cover, oldest first; DecidedJoinCases what was decided there, newest first.
	OpenJoinCases(counties, officer string) ([]domain.JoinCase, error)
	DecidedJoinCases(counties string) ([]domain.JoinCase, error)
	// JoinCasesOf lists the cases about any of some references.
	JoinCasesOf(workers []string) ([]domain.JoinCase, error)
	// StepsSince lists the steps of some references since a time, newest first.
	StepsSince(workers []string, since time.Time, limit int) ([]domain.Step, error)
	// StepsFrom lists the newest steps of some references that a department published.
	StepsFrom(workers []string, source string, limit int) ([]domain.Step, error)
	// Join has reads by one of two references find both from here on, as a case that
	// was applied says.
	Join(c domain.JoinCase) error
	// Part undoes Join, and gives what the case assigned by hand to whom it belongs:
	// rows, steps and messages, and what is still to come of it.
	Part(ctx context.Context, c domain.JoinCase) error
	// Assigned is the reference to which a thing was assigned by hand, or else the
	// given one, under which it was recorded.
	Assigned(aggregate, worker string) (string, error)
	// DocumentCase loads and locks a case, or returns ErrDocumentCaseUnknown.
	DocumentCase(id string) (domain.DocumentCase, error)
	PeekDocumentCase(id string) (domain.DocumentCase, error)
	// WaitingDocumentCases lists what is to be decided, or looked at for a wrong age,
	// oldest first, about people of the counties that the divisions cover.
	WaitingDocumentCases(counties string) ([]domain.DocumentCase, error)
	// DocumentCasesOf lists what was asked about a person, newest first.
	DocumentCasesOf(worker string) ([]domain.DocumentCase, error)
	// LockDocumentCases locks all cases of the person whom one is about.
	LockDocumentCases(id string) error
	SaveDocumentCase(c domain.DocumentCase) error
	// AddFormer keeps what a person was found by; DropFormer takes back what a case added.
	AddFormer(f domain.Former) error
	DropFormer(change string) error
	// WasFormer reports whether a person was found by an index before.
	WasFormer(index []byte, worker string) (bool, error)
	// RefileKey has the index beside a person's key be the account's, which changed.
	RefileKey(ctx context.Context, worker string) error

	// Alike lists who shares one of the likenesses, which more than most do not share.
	Alike(keys [][]byte, most int) (workers []string, err error)
	// Sharing counts the others who share a likeness, up to most.
	Sharing(key []byte, but string, most int) (int, error)
	// LockLikeness lets those come one after the other who keep one of these.
	LockLikeness(keys [][]byte) error
	// KeepLikeness replaces a record's likenesses; one that is fresh has none.
	KeepLikeness(worker string, fresh bool, keys [][]byte) error
	// LikenLater has that done by a task.
	LikenLater(ctx context.Context, worker string) error
	// Unlikened lists the next records of before likenesses were kept; Likened says
	// up to where they were looked through, "" that all were.
	Unlikened(limit int) (workers []string, err error)
	Likened(ctx context.Context, last string) error
	// KeepDouble keeps a pair, once; what was decided of it stays.
	KeepDouble(d domain.Double) error
	// Double loads and locks a pair, or returns ErrDoubleUnknown.
	Double(id string) (domain.Double, error)
	// Doubles lists pairs of which one is of the counties that the divisions cover,
	// newest first, before an id.
	Doubles(counties, state, before string, limit int) ([]domain.Double, error)
	SaveDouble(d domain.Double) error

	// LogLookup writes down that an officer looked a number up.
	LogLookup(id string, l domain.Lookup) error
	// Lookups counts an officer's look-ups since a time.
	Lookups(officer string, since time.Time) (int, error)

	// LogAccess adds a line to a worker's access log.
	LogAccess(worker string, a domain.Access) error
	// Accesses lists the newest lines of some references, or returns ErrAccessAltered.
	Accesses(workers []string, limit int) ([]domain.Access, error)

	// AddStep puts an event on a timeline, once; never on a closed account's.
	AddStep(s domain.Step) error
	// FillStep puts an event on the timeline that a rebuild fills, once.
	FillStep(s domain.Step) error
	// Steps lists the steps of some references before a time, newest first. Steps of one moment
	// come together, so a page may be longer than its limit.
	Steps(workers []string, before time.Time, limit int) ([]domain.Step, error)

	// AddMessage keeps a message, once, and has it delivered.
	AddMessage(ctx context.Context, m domain.Message) error
	// Message returns ErrMessageUnknown where there is none.
	Message(id string) (domain.Message, error)
	SaveMessage(ctx context.Context, m domain.Message, events ...domain.Event) error
	// PutInMailbox shows a message to its worker.
	PutInMailbox(id, worker string, at time.Time) error
	// Mailbox lists what is in the worker's mailbox, newest first.
	Mailbox(worker string, limit int) ([]domain.Message, error)
}

// Transactions opens those of a use case of several steps.
type Transactions interface {
	// View reads; Look is View for one question.
	View(ctx context.Context, fn func(Store) error) error
	Look(ctx context.Context, fn func(Store) error) error
	Change(ctx context.Context, fn func(Store) error) error
}

// Once runs fn in one transaction, once for the call's idempotency key: a call
// that is repeated gets the answer that was kept, and fn is not run.
type Once[Answer any] func(ctx context.Context, fn func(Store) (Answer, error)) (Answer, error)

// Key seals and opens what belongs to one person.
type Key interface {
	Seal(plaintext, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

// Vault keeps one key per person, apart from what the keys seal.
type Vault interface {
	// Index is a keyed hash by which a value is found without being readable.
	Index(domain, value string) []byte
	// NewKey gives a new owner's id and key; the key is kept durably.
	NewKey(ctx context.Context) (owner string, k Key, err error)
	// Key returns ErrWorkerClosed where the owner's key was destroyed.
	Key(ctx context.Context, owner string) (Key, error)
	// Keys is Key for many, by owner, without those whose key was destroyed.
	Keys(ctx context.Context, owners []string) (map[string]Key, error)
	// Owner finds whose key is filed under an index.
	Owner(ctx context.Context, index []byte) (owner string, k Key, found bool, err error)
	// File keeps beside an owner's key the index that finds the owner, who came
	// to be. It does not wait.
	File(owner string, index []byte)
	// Refile is File for an owner whose index is another now; it waits.
	Refile(ctx context.Context, owner string, index []byte) error
	// Destroy erases an owner's key, and with it all that it sealed and the index.
	Destroy(ctx context.Context, owner string) error
}

// App is the registry's use cases.
type App struct {
	Clock clock.Clock
	Rules *rule.Book
	// Calendar counts the working days in which a person can object.
	Calendar *clock.Calendar
	Tables   *ident.Tables
	Vault    Vault
	Data     Transactions
	// Sender is nil where nothing can be sent to telephones.
	Sender Sender
	NewID  func() string
	// Spell tells how a name is read.
	Spell func(name string) domain.Spelled
	// FindsNobody has a registration look for nobody alike: to measure what that costs.
	FindsNobody bool
	// Kind says what a message of a template is about, as the contracts do.
	Kind func(template string) string
	// Departments are the services that hold records of people.
	Departments []string
	// Facts are the kinds of facts that consent and corrections can name.
	Facts domain.FactKinds
	// FactOf says which fact an event is news of.
	FactOf func(eventType string, data []byte) (domain.FactRef, bool)
}
