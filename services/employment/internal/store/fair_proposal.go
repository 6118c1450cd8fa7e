package store

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// TaskLapseProposal is the kind of the task that LapseProposalAt leaves; its
// payload is the proposal's id.
const TaskLapseProposal = "employment.lapse_proposal"

var proposals = table.New(table.Spec[domain.FairProposal]{
	Table: "fair_proposal",
	Columns: func(x *domain.FairProposal) []table.Column {
		return []table.Column{
			table.Key("id", &x.ID), table.Fixed("application_id", &x.ApplicationID), table.Fixed("fair_id", &x.FairID), table.Fixed("post_id", &x.PostID),
			table.Fixed("vacancy_id", &x.VacancyID), table.Fixed("employer_id", &x.EmployerID), table.Fixed("worker", &x.Worker), table.Fixed("county", &x.County),
			table.Fixed("wish", &x.Wish), table.Fixed("pass", &x.Pass), table.Changing("state", &x.State), table.Fixed("answer_days", &x.AnswerDays),
			table.Fixed("made_at", &x.MadeAt), table.Changing("answer_by", &x.AnswerBy), table.Changing("accepted_at", &x.AcceptedAt),
			table.Changing("in_person", &x.InPerson), table.Changing("job_id", &x.JobID), table.Changing("reason_code", &x.ReasonCode),
			table.Changing("ended_at", &x.EndedAt), table.Version(&x.Version),
		}
	},
	About: func(x *domain.FairProposal) outbox.Subject {
		return outbox.Subject{Aggregate: x.ID, Worker: x.Worker, Division: x.County}
	},
	Unknown: domain.ErrProposalUnknown,
})

// FairProposal loads and locks a proposal.
func (t *Tx) FairProposal(id string) (domain.FairProposal, error) { return proposals.Load(t.tx, id) }

// PeekFairProposal reads a proposal without locking it.
func (t *Tx) PeekFairProposal(id string) (domain.FairProposal, error) {
	return proposals.Peek(t.tx, id)
}

// PeekProposalOfJob finds the accepted proposal that an application for a job came from.
func (t *Tx) PeekProposalOfJob(jobID string) (domain.FairProposal, bool, error) {
	return proposals.Find(t.tx, `WHERE job_id = $1 AND job_id <> '' AND state = 'accepted'`, jobID)
}

// ProposalsOf lists the proposals of an application to a fair, newest first.
func (t *Tx) ProposalsOf(applicationID string) ([]domain.FairProposal, error) {
	return proposals.List(t.tx, `WHERE application_id = $1 ORDER BY pass DESC, made_at DESC, id DESC`, applicationID)
}

// SaveFairProposal writes a proposal and its events.
func (t *Tx) SaveFairProposal(ctx context.Context, x domain.FairProposal, events ...domain.Event) error {
	return proposals.Save(ctx, t.log, t.tx, x, events...)
}

// LapseProposalAt leaves a task for the end of a proposal's time to answer.
func (t *Tx) LapseProposalAt(ctx context.Context, proposalID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapseProposal, []byte(proposalID), at)
}

// Answering reports whether somebody still has time to answer.
func (t *Tx) Answering(fairID string, now time.Time) (bool, error) {
	_, found, err := proposals.Find(t.tx, `WHERE fair_id = $1 AND state = 'open' AND answer_by > $2 LIMIT 1`, fairID, sqldb.Micros(now))
	return found, err
}

// FairResults lists proposals by id.
func (t *Tx) FairResults(fairID, after string, limit int) ([]domain.FairProposal, error) {
	return proposals.List(t.tx, `WHERE fair_id = $1 AND id > $2 ORDER BY id LIMIT $3`, fairID, after, limit)
}
