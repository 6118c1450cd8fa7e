package fair

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// TaskLapseProposal is the kind of the task that LapseProposalAt leaves; its
// payload is the proposal's id.
const TaskLapseProposal = "employment.lapse_proposal"

var proposals = table.New(table.Spec[fair.Proposal]{
	Table: "fair_proposal",
	Columns: func(x *fair.Proposal) []table.Column {
		return []table.Column{
			table.Key("id", &x.ID), table.Fixed("application_id", &x.ApplicationID), table.Fixed("fair_id", &x.FairID), table.Fixed("post_id", &x.PostID),
			table.Fixed("vacancy_id", &x.VacancyID), table.Fixed("employer_id", &x.EmployerID), table.Fixed("worker", &x.Worker), table.Fixed("county", &x.County),
			table.Fixed("wish", &x.Wish), table.Fixed("pass", &x.Pass), table.Changing("state", &x.State), table.Fixed("answer_days", &x.AnswerDays),
			table.Fixed("made_at", &x.MadeAt), table.Changing("answer_by", &x.AnswerBy), table.Changing("accepted_at", &x.AcceptedAt),
			table.Changing("in_person", &x.InPerson), table.Changing("job_id", &x.JobID), table.Changing("reason_code", &x.ReasonCode),
			table.Changing("ended_at", &x.EndedAt), table.Changing("told_at", &x.ToldAt), table.Version(&x.Version),
		}
	},
	About: func(x *fair.Proposal) outbox.Subject {
		return outbox.Subject{Aggregate: x.ID, Worker: x.Worker, Division: x.County}
	},
	Unknown: fair.ErrProposalUnknown,
})

// Proposal loads and locks a proposal.
func (t *inTx) Proposal(id string) (fair.Proposal, error) { return proposals.Load(t.tx, id) }

// PeekProposal reads a proposal without locking it.
func (t *inTx) PeekProposal(id string) (fair.Proposal, error) {
	return proposals.Peek(t.tx, id)
}

// PeekProposalOfJob finds the accepted proposal that an application for a job came from.
func (t *inTx) PeekProposalOfJob(jobID string) (fair.Proposal, bool, error) {
	return proposals.Find(t.tx, `WHERE job_id = $1 AND job_id <> '' AND state = 'accepted'`, jobID)
}

// ProposalsOf lists the proposals of an application to a fair, newest first.
func (t *inTx) ProposalsOf(applicationID string) ([]fair.Proposal, error) {
	return proposals.List(t.tx, `WHERE application_id = $1 ORDER BY pass DESC, made_at DESC, id DESC`, applicationID)
}

// Newest gives the newest proposal of each of some applications.
func (t *inTx) Newest(applicationIDs []string) (map[string]fair.Proposal, error) {
	rows, err := proposals.Among(t.tx, "application_id", applicationIDs, "ORDER BY pass, made_at, id")
	all := make(map[string]fair.Proposal, len(rows))
	for _, x := range rows {
		all[x.ApplicationID] = x
	}
	return all, err
}

// SaveProposal writes a proposal and its events.
func (t *inTx) SaveProposal(ctx context.Context, x fair.Proposal, events ...domain.Event) error {
	return proposals.Save(ctx, t.outbox, t.tx, x, events...)
}

// LapseProposalAt leaves a task for the end of a proposal's time to answer.
func (t *inTx) LapseProposalAt(ctx context.Context, proposalID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapseProposal, []byte(proposalID), at)
}

// Answering reports whether somebody still has time to answer.
func (t *inTx) Answering(fairID string, now time.Time) (bool, error) {
	_, found, err := proposals.Find(t.tx, `WHERE fair_id = $1 AND state = 'open' AND answer_by > $2 LIMIT 1`, fairID, sqldb.Micros(now))
	return found, err
}

// Results lists proposals by id.
func (t *inTx) Results(fairID, after string, limit int) ([]fair.Proposal, error) {
	return proposals.List(t.tx, `WHERE fair_id = $1 AND id > $2 ORDER BY id LIMIT $3`, fairID, after, limit)
}
