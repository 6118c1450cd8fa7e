package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Fairs is what the use cases of job fairs need of storage. Loads lock, unless
// they are called Peek or list. Locks are taken in the order application for a
// job, fair, application to the fair, proposal, post.
type Fairs interface {
	// Fair returns ErrFairUnknown where there is none.
	Fair(id string) (domain.Fair, error)
	// ShareFair loads a fair and keeps its state as it is, beside others who do the same.
	ShareFair(id string) (domain.Fair, error)
	PeekFair(id string) (domain.Fair, error)
	SaveFair(ctx context.Context, f domain.Fair, events ...domain.Event) error

	// FairPost returns ErrFairPostUnknown where there is none.
	FairPost(id string) (domain.FairPost, error)
	// FairPostOf reports false where the vacancy is not at the fair.
	FairPostOf(fairID, vacancyID string) (domain.FairPost, bool, error)
	// PeekFairPostOf returns ErrFairPostUnknown where the vacancy is not at the fair.
	PeekFairPostOf(fairID, vacancyID string) (domain.FairPost, error)
	// PeekFairPosts lists all posts of a fair by vacancy id.
	PeekFairPosts(fairID string) ([]domain.FairPost, error)
	SaveFairPost(ctx context.Context, p domain.FairPost, events ...domain.Event) error
	// Unanswered counts by vacancy the open proposals of a fair.
	Unanswered(fairID string) (map[string]int, error)

	// FairApplicationOf reports false where the worker has not applied to the fair.
	FairApplicationOf(worker, fairID string) (domain.FairApplication, bool, error)
	PeekFairApplicationOf(worker, fairID string) (domain.FairApplication, bool, error)
	// PeekFairApplication returns ErrFairApplicationUnknown where there is none.
	PeekFairApplication(id string) (domain.FairApplication, error)
	// PeekFairApplications lists the worker's applications to fairs that were not withdrawn.
	PeekFairApplications(worker string) ([]domain.FairApplication, error)
	// SaveFairApplication writes the wishes too; what an employer ranked already stays ranked.
	SaveFairApplication(ctx context.Context, a domain.FairApplication, events ...domain.Event) error
	// FairStanding lists the numbers of the applications that were not withdrawn.
	FairStanding(fairID string) ([]string, error)
	// FairApplied lists the numbers of who applied to a post and was not withdrawn.
	FairApplied(fairID, vacancyID string) ([]string, error)
	// RankFair writes an employer's order in place of the one before.
	RankFair(fairID, vacancyID string, order []string) error
	// CommitFair makes the applications that stand those of the committed list.
	CommitFair(fairID string) error
	// FairEntries lists the next entries of the committed list after a ticket.
	FairEntries(fairID, afterTicket string, limit int) ([]domain.FairEntry, error)
	// SaveFairMatch writes what a pass gave, in batches.
	SaveFairMatch(ctx context.Context, f domain.Fair, given []FairGiven) error
	// SaveFairBundle keeps what is published from a part on.
	SaveFairBundle(fairID string, from int, bundle []byte) error
	// WriteFairDraw has a draw that was begun written in steps.
	WriteFairDraw(ctx context.Context, fairID string) error
	// FairGave counts what the first pass gave.
	FairGave(fairID string) (proposed, unplaced int, err error)
	// AddToFairBundle adds a section to what is published.
	AddToFairBundle(fairID string, section []byte) error
	// WholeFairBundle reads all of what is published.
	WholeFairBundle(fairID string) ([]byte, error)

	// FairCorrection returns ErrFairCorrectionUnknown where there is none; who changes it holds its fair.
	FairCorrection(id string) (domain.FairCorrection, error)
	// FairCorrections lists a fair's corrections, the newest first.
	FairCorrections(fairID string) ([]domain.FairCorrection, error)
	// MendFairRank writes an employer's rank as it should have been.
	MendFairRank(applicationID, vacancyID string, rank int) error
	SaveFairCorrection(ctx context.Context, c domain.FairCorrection, events ...domain.Event) error

	// FairProposal returns ErrProposalUnknown where there is none.
	FairProposal(id string) (domain.FairProposal, error)
	PeekFairProposal(id string) (domain.FairProposal, error)
	// PeekProposalOfJob finds the accepted proposal that an application for a job came from.
	PeekProposalOfJob(jobID string) (domain.FairProposal, bool, error)
	// ProposalsOf lists the proposals of an application to a fair, newest first.
	ProposalsOf(applicationID string) ([]domain.FairProposal, error)
	SaveFairProposal(ctx context.Context, x domain.FairProposal, events ...domain.Event) error
	// LapseProposalAt has LapseProposal run for a proposal at a time.
	LapseProposalAt(ctx context.Context, proposalID string, at time.Time) error
	// Answering reports whether somebody still has time to answer a proposal of the fair.
	Answering(fairID string, now time.Time) (bool, error)

	FairLists
}

// FairLists is what is shown of fairs and never decided on; nothing is locked.
type FairLists interface {
	// ListFairs lists fairs, newest first; division "" is all.
	ListFairs(division string) ([]domain.Fair, error)
	// FairPostPage lists a page of posts as they are shown.
	FairPostPage(fairID, after string, limit int) ([]FairPostShown, error)
	// FairWishesOf lists an application's wishes as they are shown, most wanted first.
	FairWishesOf(applicationID string) ([]domain.Vacancy, error)
	// FairApplicants lists who applied to a post and was not withdrawn, as an employer sees it.
	FairApplicants(fairID, vacancyID string) ([]FairApplicant, error)
	// SawFairApplicants writes a read to the log of each whom the employer sees the first time.
	SawFairApplicants(ctx context.Context, fairID, vacancyID string) error
	// FairResults lists proposals by id.
	FairResults(fairID, after string, limit int) ([]domain.FairProposal, error)
	// FairBundle reads a part of the published bundle; nil is the end.
	FairBundle(fairID string, part int) ([]byte, error)
}

// BundlePart is the size of the parts in which a bundle is kept and sent, in bytes.
const BundlePart = 256 << 10

// FairGiven is what a pass gave one entry.
type FairGiven struct {
	Entry    domain.FairEntry
	Outcome  domain.FairOutcome
	Proposal domain.FairProposal // without an id: there is none
	Events   []domain.Event      // of the proposal, or where there is none of the application
}

// FairPostShown is a post with its vacancy.
type FairPostShown struct {
	domain.FairPost
	Vacancy domain.Vacancy
	Applied int
}

// FairApplicant is all that an employer sees of who applied to its post.
type FairApplicant struct {
	Number        string
	Occupation    string
	Certificates  []string // occupations
	AvailableFrom string
	Rank          int
	ProposalID    string // once the worker accepted an interview
	JobID         string
	State         answer.State
}
