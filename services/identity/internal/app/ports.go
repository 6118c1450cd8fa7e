// Package app is the use cases of the identity service, one a file. A use case that
// compares a secret counts the try first, in a transaction of its own that is
// committed, so that tries at the same time are all counted.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// The kinds of secrets that are kept as hashes.
const (
	Password = "password"
	Pin      = "pin"
)

// Store is what the use cases need of storage, within one transaction.
type Store interface {
	// Account loads and locks an account, or returns ErrAccount.
	Account(id string) (domain.Account, error)
	PeekAccount(id string) (domain.Account, error)
	AccountByLogin(login string) (domain.Account, bool, error)
	// AccountOf finds the account of a person, under whichever reference.
	AccountOf(worker string) (domain.Account, bool, error)
	// SaveAccount returns ErrTaken where another account is the same person's or name's.
	SaveAccount(ctx context.Context, a domain.Account, events ...domain.Event) error
	// Administrators lists those that are not closed.
	Administrators() ([]domain.Account, error)
	// EverHeld reports whether anybody ever held an administrators' office.
	EverHeld(office string) (bool, error)
	// HelpedBy lists the powers that a helper holds.
	HelpedBy(helper string) ([]domain.Delegation, error)
	// EmployerUsers lists and locks who signs in for an employer.
	EmployerUsers(employer string) ([]domain.Account, error)
	// AccountsOf lists and locks all accounts of a person.
	AccountsOf(worker string) ([]domain.Account, error)
	// AccountsWithin lists accounts that hold a right which the reader's grants cover.
	AccountsWithin(reader domain.Grants, all bool, ask domain.Asked, limit int) ([]domain.Account, error)
	Grants(account string) (domain.Grants, error)
	SetGrants(account string, g domain.Grants) error

	Secret(account, kind string) (hash string, found bool, err error)
	SetSecret(account, kind, hash string, at time.Time) error
	Totp(account string) (secret string, found bool, err error)
	SetTotp(account, secret string) error
	// UseStep reports whether a step was not used before, nor a later one.
	UseStep(account string, step int64) (bool, error)
	// UsePaper reports whether a code on paper was there, unused.
	UsePaper(account string, index []byte, now time.Time) (bool, error)
	SetPaper(account string, indexes [][]byte) error
	Passkeys(account string) ([]Passkey, error)
	PasskeyOwner(id []byte) (account string, found bool, err error)
	SavePasskey(account string, p Passkey) error
	NamePasskey(account string, id []byte, name string) error
	DropPasskey(account string, id []byte) error
	// SecretAt is when what somebody remembers was set; the zero time is never.
	SecretAt(account, kind string) (time.Time, error)
	// Papers counts the codes on paper that were not used.
	Papers(account string) (int, error)
	// SaveProofChange writes that a way to sign in was set up or taken away; a worker is told.
	SaveProofChange(ctx context.Context, c domain.ProofChange, worker string) error
	// ProofChanges lists what was changed since a time, newest first.
	ProofChanges(account string, since time.Time) ([]domain.ProofChange, error)
	// LastBegan is when a session of an account began last.
	LastBegan(account string) (time.Time, error)
	DropCredentials(account string) error
	// DropViews forgets an officer's views.
	DropViews(account string) error

	// Tries loads and locks what was tried under a key.
	Tries(key []byte) (domain.Tries, error)
	SaveTries(t domain.Tries) error

	SaveFlow(f domain.Flow) error
	// Flow loads and locks a flow, or returns ErrFlow.
	Flow(hash []byte) (domain.Flow, error)
	FlowByCode(code []byte) (domain.Flow, error)
	// DropFlow reports whether the flow was still there: of two who end one, one does.
	DropFlow(hash []byte) (bool, error)
	// DropTyped forgets what an account typed, but for the newest few.
	DropTyped(account string, but int) error
	// DropDevices ends what an account approved for devices that did not ask yet; of "", everybody's.
	DropDevices(account string) error
	// OneByOne has those that say one name come one after the other.
	OneByOne(name string) error

	// AddSession writes a session under the next number, or returns ErrSession where it
	// has ended, or everybody was shut out since it had its number.
	AddSession(s domain.Session) (domain.Session, error)
	SaveSession(s domain.Session) error
	// Session loads and locks, or returns ErrSession.
	Session(id string) (domain.Session, error)
	SessionByHash(hash []byte) (domain.Session, error)
	SessionByNumber(number int64) (domain.Session, error)
	// LiveSessions lists a person's, newest used first: where two records were joined,
	// those of both accounts.
	LiveSessions(account string, now time.Time) ([]domain.Session, error)
	LastUsed(account string) (time.Time, error)
	// EndAll ends every session but the one of a number, and tells their ranges.
	EndAll(except int64, now time.Time) (ended int, all []domain.Range, err error)
	// Revoke gives ranges their numbers, in the order of commits.
	Revoke(ranges []domain.Range, now time.Time) error
	Revoked(after int64, since time.Time, limit int) ([]domain.Revocation, int64, error)

	SaveAct(a domain.Act) error
	Act(id string) (domain.Act, error)
	// Acts lists the newest that administrators decide, Replacings those that officers do,
	// and ActsAbout those that concern an account.
	Acts() ([]domain.Act, error)
	Replacings() ([]domain.Act, error)
	ActsAbout(account string) ([]domain.Act, error)

	SaveExport(e domain.Export) error
	// Export loads and locks one, or returns ErrExport.
	Export(id string) (domain.Export, error)
	// Exports lists those of an account, or of everybody where it is "", newest first, from
	// behind one on.
	Exports(account, before string, limit int) ([]domain.Export, error)
	// ExportsAsked lists those with names that nobody decided, oldest first; ExportsWritten those
	// with names of an account whose file is being written.
	ExportsAsked(limit int) ([]domain.Export, error)
	ExportsWritten(account string) ([]domain.Export, error)

	// Views loads and locks an officer's views; an officer who saved none has none.
	Views(account string) (domain.Views, error)
	SaveViews(v domain.Views) error
	// SaveApproval writes an approval of texts; one of a version stands at a time.
	SaveApproval(a domain.Approval) error
	// Approval loads and locks one, or returns ErrApproval.
	Approval(id string) (domain.Approval, error)
	// Approvals lists those of a language, newest first, from behind one on: of a file and of
	// versions, or of all where none is given.
	Approvals(language, file string, versions []string, before string, limit int) ([]domain.Approval, error)
	// Approved lists those that stand; a demonstration's only where it is one.
	Approved(demonstration bool) ([]domain.Approval, error)
	SavePaperBlock(b domain.PaperBlock) error
	// PaperBlock loads and locks a block of forms, or returns ErrPaperBlock; PeekPaperBlock
	// reads it alone. PaperBlocks lists those of an officer's offices, newest first, from
	// behind one on.
	PaperBlock(id string) (domain.PaperBlock, error)
	PeekPaperBlock(id string) (domain.PaperBlock, error)
	PaperBlocks(held domain.Grants, before string, limit int) ([]domain.PaperBlock, error)
	// AddPaper writes a new form; false where its number is another form's.
	AddPaper(f domain.PaperForm) (bool, error)
	SavePaper(f domain.PaperForm) error
	// Paper loads and locks a form, or returns ErrPaper.
	Paper(number string) (domain.PaperForm, error)
	PapersIn(block string) ([]domain.PaperForm, error)
	// PapersOpen lists those of an officer's offices that were said to be received and are
	// not entered, oldest first; PapersOf a worker's.
	PapersOpen(held domain.Grants, limit int) ([]domain.PaperForm, error)
	PapersOf(worker string) ([]domain.PaperForm, error)

	// AddDenial appends a line; link makes the line's hash from the one before.
	AddDenial(d domain.Denial, link func(d domain.Denial, before []byte) []byte) error
	// Again counts what was refused in a minute, and reports whether the same was before.
	Again(d domain.Denial) (bool, error)
	// TakeAgain takes out what was counted in the minutes before a time, and lists what was
	// refused more than once.
	TakeAgain(before time.Time) ([]domain.Denial, error)
	// Seal tells how far the audit reached, where it moved since it was told last.
	Seal(ctx context.Context, id string) error
	// Sealed returns ErrAudit unless the audit goes on from where it was sealed last.
	Sealed() error
	// Had reports whether there is or was an account of a kind and a subject.
	Had(kind, subject string) (bool, error)
	// Denials lists lines before a number, newest first, and says whether each follows from its predecessor.
	Denials(before int64, limit int, link func(d domain.Denial, before []byte) []byte) (all []domain.Denial, whole bool, err error)

	SaveLink(l domain.Link) error
	Link(hash []byte) (domain.Link, error)
	DropLinks(account string) error

	SaveCode(c domain.Code) error
	// PrintedBy counts what an officer had printed on a day; one prints after the other.
	PrintedBy(officer string, day clock.Date) (int, error)
	// DropCodes takes back what counters printed for a person.
	DropCodes(worker string) error
	// Living returns account.deceased where a worker's death is recorded; it cannot be
	// recorded until the transaction ends.
	Living(worker string) error
	// Closed reports whether a worker closed the account at the registry, and keeps it so.
	Closed(worker string) (bool, error)
	CodeByIndex(index []byte) (domain.Code, error)
	// Budget counts what was asked for a number, from an address and since a time, and
	// sent on a day; those who ask for one number or from one address come one after the other.
	// What was sent for accounts that people make alone is counted on its own, so that
	// nobody keeps others from signing in by it.
	Budget(number, address []byte, since time.Time, day clock.Date, forNew bool) (domain.Budget, error)
	// SentOn counts what was sent on a day; those who send come one after the other.
	SentOn(day clock.Date, forNew bool) (int, error)
	// MadeAlone counts what people made alone lately, who come one after the other.
	MadeAlone(address []byte, since time.Time, day clock.Date) (domain.Made, error)
	// SaveMadeAlone notes one more.
	SaveMadeAlone(account string, address []byte, at time.Time) error
	// AskCode keeps what was asked for and has it handed over by a task.
	AskCode(ctx context.Context, c domain.SentCode) error
	// SentCode loads and locks one, or returns ErrCode.
	SentCode(hash []byte) (domain.SentCode, error)
	SaveSentCode(c domain.SentCode) error
	// StaffHad reports whether any account has or had a staff number.
	StaffHad(staff string) (bool, error)
	// SaveAccepted keeps what was accepted; of one person, on one day, once. A visit that
	// was found, and a word against it, stay.
	SaveAccepted(a domain.Accepted) error
	// AcceptedFor lists what others accepted for a person since a time.
	AcceptedFor(worker string, since time.Time) ([]domain.Accepted, error)
	// VisitedAt reports whether a person stood at an officer's counter at a time.
	VisitedAt(officer, worker string, at, since time.Time) (bool, error)
	// Suspicious lists for whom one accepted on a day without their visits, or against their word.
	Suspicious(day clock.Date, kind, actor string) (workers []string, err error)
	HasAlarm(day clock.Date, kind, actor string) (bool, error)
	SaveAlarm(a domain.Alarm) error
	// Alarm loads and locks one, or returns ErrAlarm.
	Alarm(id string) (domain.Alarm, error)
	// Alarms lists the open ones that are given to an account; Unreviewed those that
	// could be given to nobody.
	Alarms(reviewer string) ([]domain.Alarm, error)
	Unreviewed() ([]domain.Alarm, error)
	// Reviewers lists who reviews in a department, and where.
	Reviewers(department string) ([]Reviewer, error)
	SaveVisit(v domain.Visit) error
	// Happened writes the events with which a thing of a worker's begins.
	Happened(ctx context.Context, about, worker string, events ...domain.Event) error
	Visit(id string) (domain.Visit, error)
	OpenVisit(officer, worker string) (domain.Visit, bool, error)
	OpenVisits(officer string) ([]domain.Visit, error)
	VisitsOf(officer string, from, to time.Time) ([]domain.Visit, error)
	SaveDelegation(ctx context.Context, d domain.Delegation, events ...domain.Event) error
	Delegation(id string) (domain.Delegation, error)
	Delegations(worker string) ([]domain.Delegation, error)
	// HelpsNow lists the powers that a helper holds for a worker.
	HelpsNow(helper, worker string) ([]domain.Delegation, error)
	// Outside finds whose account is joined to whom another office names.
	Outside(source string, subject []byte) (o domain.OutsideLink, found bool, err error)
	Outsides(account string) ([]domain.OutsideLink, error)
	// SaveOutside returns ErrTaken where it is another account's.
	SaveOutside(o domain.OutsideLink) error
	DropOutside(o domain.OutsideLink) error
	// OfferPlayers says anew whom visitors of a demonstration may play; those that are
	// offered aside are added.
	OfferPlayers(all []domain.Player) error
	// Players lists them in their order; of those aside, the one of a subject.
	Players(subject string) ([]domain.Player, error)
}

// Reviewer is an open account that reviews somewhere.
type Reviewer struct{ Account, Division string }

// Data opens transactions.
type Data interface {
	Change(ctx context.Context, f func(Store) error) error
	Look(ctx context.Context, f func(Store) error) error
	// Glance is Look for one query.
	Glance(ctx context.Context, f func(Store) error) error
}

// Passkey is a passkey as it is kept: what the library needs, and the count that
// its next answer must pass.
type Passkey struct {
	ID         []byte
	Credential string // JSON
	Count      int64
	Name       string
	Made, Used time.Time
}

// Handle names a passkey to its owner. What the authenticator calls it is nobody else's.
func (p Passkey) Handle() string { return handle(p.ID) }

func handle(id []byte) string {
	sum := sha256.Sum256(id)
	return hex.EncodeToString(sum[:16])
}

// Hasher hashes what people remember. It runs few at once, and lets others wait.
type Hasher interface {
	Hash(ctx context.Context, secret string) (string, error)
	// Matches compares; an empty hash costs the same and never matches. stale says that
	// the hash was made with less than is asked for today.
	Matches(ctx context.Context, hash, secret string) (ok, stale bool, err error)
}

// OneTime makes the codes of a second factor.
type OneTime interface {
	NewSecret() string
	Step(at time.Time) int64
	Code(secret string, step int64) (string, error)
}

// Passkeys speaks with authenticators. What is held is kept between two calls.
type Passkeys interface {
	BeginAdd(account string, known []Passkey) (challenge, held string, err error)
	FinishAdd(account string, known []Passkey, held, answer string) (Passkey, error)
	BeginUse(account string, known []Passkey) (challenge, held string, err error)
	// FinishUse gives the passkey that answered; owner finds whose an id is, and all of theirs.
	FinishUse(held, answer string, owner func(id []byte) (account string, known []Passkey, err error)) (account string, used Passkey, err error)
}

// IdentitySource is another office that knows who somebody is. Where it does not answer
// the error is domain.ErrAway.
type IdentitySource interface {
	// Level is what its word is worth: one factor, or two.
	Level() int
	// Begin gives the address for the browser, and what the answer is held against.
	Begin(ctx context.Context) (url, held string, err error)
	// Finish gives the source's own name of the person.
	Finish(ctx context.Context, held, answer string) (subject string, err error)
}

// People is what the registry knows of people's standing.
type People interface {
	// Guards reports whether a worker is a guardian of any child now.
	Guards(ctx context.Context, worker string) (bool, error)
}

// Issuer signs principals of people.
type Issuer interface {
	Sign(p auth.Principal, audience string) (string, error)
}

// Sealed are keyed hashes of the platform's key.
type Sealed interface {
	BlindIndex(domain, value string) []byte
}

// Remembered is a session that was found live, at a number of what was revoked.
type Remembered struct {
	ID      string
	Number  int64
	Revoked int64
}

// Memory remembers sessions for a minute at most. It may forget, and it may be away:
// nothing rests on it but time.
type Memory interface {
	Recall(ctx context.Context, hash []byte) (r Remembered, found bool)
	Remember(ctx context.Context, hash []byte, r Remembered)
}

// App is the use cases.
type App struct {
	Clock    clock.Clock
	Codes    *ident.Tables
	Rules    *rule.Book
	NewID    func() string
	Data     Data
	Hasher   Hasher
	OneTime  OneTime
	Passkeys Passkeys
	Sources  map[string]IdentitySource
	Phones   Phones
	People   People
	Firms    Firms
	// Covers tells whether a division covers where a worker is registered; nil where there
	// is no registry to ask.
	Covers func(ctx context.Context, worker, division string) (bool, error)
	Issuer Issuer
	Keyed  Sealed
	// Random gives bytes for secrets.
	Random func(n int) []byte
	// Memory is nil where nothing is remembered. RevokedNow is the newest number of what
	// was revoked, no older than half a second.
	Memory     Memory
	RevokedNow func(context.Context) (int64, error)
	// Demo says that the platform's people are invented: only then anybody is played.
	Demo bool
	// Announced is called with no transaction open, when sessions were revoked.
	Announced func()
	// Approves is called with no transaction open, when other texts are approved than before.
	Approves func()
}

// policy is what is in force today.
func (a *App) policy() (domain.Policy, error) {
	return domain.PolicyOn(a.Rules, clock.Today(a.Clock), "")
}
