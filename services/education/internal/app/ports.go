// Package app is the use cases of education, one a file. Each loads state,
// decides in the domain and saves the new state with its events, all in the
// transaction that its caller opened. Rows are always locked in the same
// order: round, application, entry, offer, task or appeal, school.
package app

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// lock what they return; peeks do not, and serve reading alone.
type Store interface {
	// AddSchool adds a school unless its reference, or its county, name and
	// stage, are known; it returns the id of the school that is there then.
	AddSchool(ctx context.Context, s domain.School, events ...domain.Event) (id string, added bool, err error)
	// School returns ErrSchoolUnknown where there is none; so does PeekSchool.
	School(id string) (domain.School, error)
	PeekSchool(id string) (domain.School, error)
	// SaveSchool writes a school that changed.
	SaveSchool(ctx context.Context, s domain.School, events ...domain.Event) error
	// Taken counts the places of a school that are offered, accepted or held by a
	// round. Who decides by it has locked the school first.
	Taken(schoolID string) (int, error)
	// Schools lists the schools of a county and a stage, or of all where one is "".
	Schools(county string, stage domain.Stage) ([]Listed, error)

	// Application returns ErrApplicationUnknown where there is none; so does PeekApplication.
	Application(id string) (domain.Application, error)
	PeekApplication(id string) (domain.Application, error)
	// PeekApplications reads applications, by id.
	PeekApplications(ids []string) (map[string]domain.Application, error)
	// Grants lists applications whose grant was asked for and not approved.
	Grants(county string) ([]domain.Application, error)
	ApplicationsOf(worker string) ([]domain.Application, error)
	// Applied reports whether there is an application for the child and stage;
	// one that was withdrawn counts only where ever is set.
	Applied(childID string, stage domain.Stage, ever bool) (bool, error)
	// SaveApplication returns ErrApplicationTwice for a second one of its child and stage.
	SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error
	// OpenCases lists and locks a guardian's applications that want evidence.
	OpenCases(worker string) ([]string, error)
	// Proofs lists the facts held for an application that may be used on a day, by kind.
	Proofs(applicationID string, on clock.Date) ([]domain.Proof, error)

	Families
	Lives

	// Offer returns ErrOfferUnknown where there is none; so does PeekOffer.
	Offer(id string) (domain.Offer, error)
	PeekOffer(id string) (domain.Offer, error)
	// Better loads and locks the offer beside an application's accepted place, or
	// returns ErrOfferUnknown; so does PeekBetter, which does not lock.
	PeekBetter(applicationID string) (domain.Offer, error)
	Better(applicationID string) (domain.Offer, error)
	// StandingOffers lists and locks the offers to a guardian that wait, or were accepted.
	StandingOffers(worker string) ([]domain.Offer, error)
	// Closed reports whether a guardian's account is closed.
	Closed(worker string) (bool, error)
	// Died reports whether a guardian's death is recorded.
	Died(worker string) (bool, error)
	SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error
	// LapseAt has Lapse run for an offer at a time.
	LapseAt(ctx context.Context, offerID string, at time.Time) error
	// ForgetAt has the evidence of an application go at a time, if it is over then.
	ForgetAt(ctx context.Context, applicationID string, at time.Time) error

	// Round returns ErrRoundUnknown where there is none; so does PeekRound.
	Round(id string) (domain.Round, error)
	PeekRound(id string) (domain.Round, error)
	// HoldRound keeps a round as it is until the transaction ends, beside others who do so.
	HoldRound(id string) (domain.Round, error)
	Rounds(county string, stage domain.Stage) ([]domain.Round, error)
	// SaveRound returns ErrRoundTwice for a second one of its county and stage.
	SaveRound(ctx context.Context, r domain.Round, events ...domain.Event) error
	// Seated lists a round's schools by id; SeatedIn those of some rounds.
	Seated(roundID string) ([]domain.Seated, error)
	SeatedIn(roundIDs []string) ([]domain.Seated, error)
	SaveSeated(ctx context.Context, d domain.Seated, events ...domain.Event) error
	// Entry returns ErrEntryUnknown where there is none; so do LastEntry, which
	// passes over entries that were dropped, and LastFiled, which does not.
	Entry(roundID, applicationID string) (domain.Entry, error)
	LastEntry(applicationID string) (domain.Entry, error)
	LastFiled(applicationID string) (domain.Entry, error)
	// Entries lists a round's entries by ticket, Results by application.
	Entries(roundID string) ([]domain.Entry, error)
	Results(roundID, after string, limit int) ([]domain.Entry, error)
	// DropSettled marks entries whose application neither waits nor has an open offer.
	DropSettled(roundID string) error
	SaveEntry(ctx context.Context, e domain.Entry, events ...domain.Event) error
	// Waiting lists and locks the applications of a round that wait for a place.
	Waiting(roundID string) ([]domain.Application, error)
	// Declined lists, by application, the schools that were declined in a round.
	Declined(roundID string) (map[string][]string, error)
	// Siblings and Attended are the department's own records, by school.
	Siblings(worker, childID string) (map[string]string, error)
	Attended(childID string, stage domain.Stage) (map[string]string, error)
	SaveBundle(roundID string, bundle []byte) (parts int, err error)
	// AddToBundle adds a section to what is published, which has so many parts.
	AddToBundle(roundID string, parts int, section []byte) (int, error)
	BundlePart(roundID string, part int) ([]byte, error)
	// Bundle reads all of what is published.
	Bundle(roundID string) ([]byte, error)

	// Double locks; it and PeekDouble return ErrDoubleUnknown where there is none.
	Double(id string) (domain.Double, error)
	PeekDouble(id string) (domain.Double, error)
	// Doubles lists a round's pairs, those that wait first.
	Doubles(roundID string) ([]domain.Double, error)
	SaveDouble(ctx context.Context, d domain.Double) error

	// Correction locks; it and PeekCorrection return ErrCorrectionUnknown where there is none.
	Correction(id string) (domain.Correction, error)
	PeekCorrection(id string) (domain.Correction, error)
	// Corrections lists a round's corrections, the newest first.
	Corrections(roundID string) ([]domain.Correction, error)
	// TakenCorrections lists those of some rounds that were taken, the newest first.
	TakenCorrections(roundIDs []string) ([]domain.Correction, error)
	SaveCorrection(ctx context.Context, c domain.Correction, events ...domain.Event) error

	// TaskOf locks; it and the peeks return ErrTaskUnknown where there is none.
	TaskOf(applicationID string) (domain.Task, error)
	PeekTaskOf(applicationID string) (domain.Task, error)
	PeekTask(id string) (domain.Task, error)
	Tasks(county string) ([]domain.Task, error)
	SaveTask(ctx context.Context, b domain.Task, events ...domain.Event) error

	// Appeal returns ErrAppealUnknown where there is none; so does PeekAppeal.
	Appeal(id string) (domain.Appeal, error)
	PeekAppeal(id string) (domain.Appeal, error)
	AppealsOf(applicationID string) ([]domain.Appeal, error)
	Appeals(county string) ([]domain.Appeal, error)
	// SaveAppeal returns ErrAppealTwice for a second one of its application, round and school.
	SaveAppeal(ctx context.Context, a domain.Appeal, events ...domain.Event) error

	// LogRead tells the guardian's access log that the caller read an application.
	LogRead(ctx context.Context, a domain.Application, kinds []string) error

	// CollectEvidence has what the guardian's grants open collected for an
	// application that waits, and DropEvidence forgets all that it holds.
	CollectEvidence(ctx context.Context, a domain.Application) error
	DropEvidence(applicationID string) error
	// KeepPaper keeps what a paper proved at the counter, under an id of its own.
	KeepPaper(ctx context.Context, id string, a domain.Application, p domain.Paper) error
}

// Children asks the registry who a child's guardians are. It is asked before a
// transaction, never within one.
type Children interface {
	// FamilyOf returns ErrChildUnknown where there is no such child. The read is
	// logged for the guardians, and for the one whose case it is under the case.
	FamilyOf(ctx context.Context, childID, caseID, worker string) (domain.Family, error)
	// Doubles tells which children may be one. It is logged for the guardians of those.
	Doubles(ctx context.Context, childIDs []string, caseID string) ([]Likely, error)
}

// Transactions opens those of a use case that asks the registry between two.
type Transactions interface {
	Look(ctx context.Context, fn func(Store) error) error
	Change(ctx context.Context, fn func(Store) error) error
}

// Once runs fn in one transaction, once for the call's idempotency key: a call
// that is repeated gets the answer that was kept, and fn is not run.
type Once[Answer any] func(ctx context.Context, fn func(Store) (Answer, error)) (Answer, error)

// App is the department's use cases.
type App struct {
	Data     Transactions
	Children Children
	Clock    clock.Clock
	Rules    *rule.Book
	Calendar *clock.Calendar
	Tables   *ident.Tables
	NewID    func() string
}

func mayActFor(ctx context.Context, worker string) error {
	_, err := auth.ActingFor(ctx, worker)
	return err
}

func (a *App) county(code string) error {
	if _, ok := a.Tables.County(code); !ok {
		return domain.ErrCounty
	}
	return nil
}

// number reads a whole number of a rule in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, clock.Today(a.Clock), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}

// covers returns nil where the caller may act in a county, "" being all.
func covers(ctx context.Context, county string) error {
	_, err := auth.Covering(ctx, county)
	return err
}

// covered keeps of what was listed over all counties what the officer's rights cover, so
// that the bureau of one county sees its own without naming it, and nobody else's.
func covered[T any](ctx context.Context, all []T, county func(T) string) ([]T, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(one T) bool { return p.CoversDivision(county(one)) != nil }), nil
}

// Likely is two children who may be one, as the registry says it.
type Likely struct {
	First, Second string // children
	Grounds       []string
}
