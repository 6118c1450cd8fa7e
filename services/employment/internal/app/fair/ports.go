// Package fair is the use cases of job fairs, each in the transaction that its
// caller opened.
package fair

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Store is what the use cases of job fairs need of storage, within one
// transaction. Loads lock, unless they are called Peek or list. Locks are taken in
// the order application for a job, fair, application to the fair, proposal, post.
type Store interface {
	// Jobs is the store of vacancies and applications in the same transaction.
	Jobs() app.Store

	// Fair returns ErrUnknown where there is none.
	Fair(id string) (fair.Fair, error)
	// Share loads a fair and keeps its state as it is, beside others who do the same.
	Share(id string) (fair.Fair, error)
	Peek(id string) (fair.Fair, error)
	Save(ctx context.Context, f fair.Fair, events ...domain.Event) error

	// Post returns ErrPostUnknown where there is none.
	Post(id string) (fair.Post, error)
	// PostOf reports false where the vacancy is not at the fair.
	PostOf(fairID, vacancyID string) (fair.Post, bool, error)
	// PeekPostOf returns ErrPostUnknown where the vacancy is not at the fair.
	PeekPostOf(fairID, vacancyID string) (fair.Post, error)
	// PeekPosts lists all posts of a fair by vacancy id.
	PeekPosts(fairID string) ([]fair.Post, error)
	SavePost(ctx context.Context, p fair.Post, events ...domain.Event) error
	// Unanswered counts by vacancy the open proposals of a fair.
	Unanswered(fairID string) (map[string]int, error)

	// ApplicationOf reports false where the worker has not applied to the fair.
	ApplicationOf(worker, fairID string) (fair.Application, bool, error)
	PeekApplicationOf(worker, fairID string) (fair.Application, bool, error)
	// FurtherApplicationsOf are the others, which were made by other references before
	// they were joined.
	FurtherApplicationsOf(worker, fairID string) ([]fair.Application, error)
	// Application loads and locks one; it and PeekApplication return ErrApplicationUnknown
	// where there is none.
	Application(id string) (fair.Application, error)
	PeekApplication(id string) (fair.Application, error)
	// PeekApplications lists the worker's applications to fairs that were not withdrawn.
	PeekApplications(worker string) ([]fair.Application, error)
	// AppliedTo lists the fairs to which the worker applied, also where withdrawn.
	AppliedTo(worker string) (fairIDs []string, err error)
	// SaveApplication writes the wishes too; what an employer ranked already stays ranked.
	SaveApplication(ctx context.Context, a fair.Application, events ...domain.Event) error
	// ToNotice loads the next who are to be told of a fair, without their wishes.
	ToNotice(f fair.Fair, limit int) ([]fair.Application, error)
	// Notice tells one of them.
	Notice(ctx context.Context, a fair.Application, e domain.FairNoticed) error
	// WriteNotices has who applied to a large fair told in steps.
	WriteNotices(ctx context.Context, fairID string) error
	// Applied lists the numbers of who applied to a post and was not withdrawn.
	Applied(fairID, vacancyID string) ([]string, error)
	// Rank writes an employer's order in place of the one before.
	Rank(fairID, vacancyID string, order []string) error
	// CountStanding counts the applications that were not withdrawn, up to so many.
	CountStanding(fairID string, most int) (int, error)
	// Commit makes the next applications after a ticket that stand those of the
	// committed list, and reports whether there may be more after the last.
	Commit(fairID, after string, limit int) (last string, more bool, err error)
	// WriteList has a large fair committed in steps.
	WriteList(ctx context.Context, fairID string) error
	// Entries lists the next entries of the committed list after a ticket.
	Entries(fairID, afterTicket string, limit int) ([]fair.Entry, error)
	// SaveMatch writes what a pass gave, in batches.
	SaveMatch(ctx context.Context, f fair.Fair, given []Given) error
	// SaveBundle keeps what is published from a part on.
	SaveBundle(fairID string, from int, bundle []byte) error
	// WriteDraw has a draw or a later pass that was begun written in steps.
	WriteDraw(ctx context.Context, fairID string) error
	// EndBundle has what is kept end with what was written from a part on, and reports
	// whether it is this: two may have written beside each other.
	EndBundle(fairID string, from int, written []byte) (same bool, err error)
	// WholeBundle reads all of what is published, and nothing that is only written.
	WholeBundle(f fair.Fair) ([]byte, error)

	// Correction returns ErrCorrectionUnknown where there is none; who changes it holds its fair.
	Correction(id string) (fair.Correction, error)
	// Corrections lists a fair's corrections, the newest first.
	Corrections(fairID string) ([]fair.Correction, error)
	// MendRank writes an employer's rank as it should have been.
	MendRank(applicationID, vacancyID string, rank int) error
	SaveCorrection(ctx context.Context, c fair.Correction, events ...domain.Event) error
	// WriteCorrection has the correction of a large fair written in steps.
	WriteCorrection(ctx context.Context, id string) error

	// Proposal returns ErrProposalUnknown where there is none.
	Proposal(id string) (fair.Proposal, error)
	PeekProposal(id string) (fair.Proposal, error)
	// PeekProposalOfJob finds the accepted proposal that an application for a job came from.
	PeekProposalOfJob(jobID string) (fair.Proposal, bool, error)
	// ProposalsOf lists the proposals of an application to a fair, newest first.
	ProposalsOf(applicationID string) ([]fair.Proposal, error)
	SaveProposal(ctx context.Context, x fair.Proposal, events ...domain.Event) error
	// WaitingProposals lists and locks the proposals to a person that wait for an answer.
	WaitingProposals(worker string) ([]fair.Proposal, error)
	// Died reports whether a person's death is recorded.
	Died(worker string) (bool, error)
	// LapseProposalAt has LapseProposal run for a proposal at a time.
	LapseProposalAt(ctx context.Context, proposalID string, at time.Time) error
	// Answering reports whether somebody still has time to answer a proposal of the fair.
	Answering(fairID string, now time.Time) (bool, error)

	Lists
}

// Lists is what is shown of fairs and never decided on; nothing is locked.
type Lists interface {
	// List lists fairs, newest first; division "" is all.
	List(division string) ([]fair.Fair, error)
	// PostPage lists a page of posts as they are shown.
	PostPage(fairID, after string, limit int) ([]PostShown, error)
	// Applicants lists who applied to a post and was not withdrawn, as an employer sees it.
	Applicants(fairID, vacancyID string) ([]Applicant, error)
	// Underway lists the worker's applications that were not withdrawn, to fairs whose
	// results are to come, or whose last day or day of the draw is not before a day, and
	// those with a proposal that waits for an answer; without their wishes.
	Underway(worker string, since clock.Date) ([]fair.Application, error)
	// PeekFairs gives fairs by id.
	PeekFairs(ids []string) (map[string]fair.Fair, error)
	// Newest gives the newest proposal of each of some applications, by application.
	Newest(applicationIDs []string) (map[string]fair.Proposal, error)
	// Results lists proposals by id.
	Results(fairID, after string, limit int) ([]fair.Proposal, error)
	// Bundle reads a part of the bundle as it is kept; nil is the end.
	Bundle(fairID string, part int) ([]byte, error)
}

// Given is what a pass gave one entry.
type Given struct {
	Entry    fair.Entry
	Outcome  fair.Outcome
	Proposal fair.Proposal  // without an id: there is none
	Events   []domain.Event // of the proposal, or where there is none of the application
}

// PostShown is a post with its vacancy.
type PostShown struct {
	fair.Post
	Vacancy domain.Vacancy
	Applied int
}

// Applicant is all that an employer sees of who applied to its post.
type Applicant struct {
	Number        string
	Worker        string // is not shown
	Occupation    string
	Certificates  []string // occupations
	AvailableFrom clock.Date
	Rank          int
	ProposalID    string // once the worker accepted an interview
	JobID         string
	State         answer.State
}

// App is the use cases.
type App struct {
	Jobs  *app.App // an accepted interview is an application for the job
	Clock clock.Clock
	Rules *rule.Book
	Codes *ident.Tables
	NewID func() string
}

func (a *App) today() clock.Date { return clock.Today(a.Clock) }
