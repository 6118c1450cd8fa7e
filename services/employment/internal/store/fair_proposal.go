package store

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// TaskLapseProposal is the kind of the task that LapseProposalAt leaves; its
// payload is the proposal's id.
const TaskLapseProposal = "employment.lapse_proposal"

const (
	proposalColumns = `id, application_id, fair_id, post_id, vacancy_id, employer_id, worker, county, wish, pass, state, answer_days,
	made_at, answer_by, accepted_at, in_person, job_id, reason_code, ended_at, version`
	proposalValues = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20`
)

func proposalArgs(x domain.FairProposal, version int64) []any {
	return []any{
		x.ID, x.ApplicationID, x.FairID, x.PostID, x.VacancyID, x.EmployerID, x.Worker, x.County, x.Wish, x.Pass, string(x.State), x.AnswerDays,
		sqldb.Micros(x.MadeAt), sqldb.Micros(x.AnswerBy), sqldb.Micros(x.AcceptedAt), number(x.InPerson), x.JobID, x.ReasonCode, sqldb.Micros(x.EndedAt), version,
	}
}

func scanProposal(s sqldb.Scanner) (x domain.FairProposal, err error) {
	var made, by, accepted, inPerson, ended int64
	err = s.Scan(&x.ID, &x.ApplicationID, &x.FairID, &x.PostID, &x.VacancyID, &x.EmployerID, &x.Worker, &x.County, &x.Wish, &x.Pass, &x.State, &x.AnswerDays,
		&made, &by, &accepted, &inPerson, &x.JobID, &x.ReasonCode, &ended, &x.Version)
	x.MadeAt, x.AnswerBy, x.AcceptedAt, x.InPerson, x.EndedAt = sqldb.Time(made), sqldb.Time(by), sqldb.Time(accepted), inPerson != 0, sqldb.Time(ended)
	return x, err
}

func (t *Tx) proposal(where, lock string, args ...any) (domain.FairProposal, error) {
	return load(t.tx.QueryRow(`SELECT `+proposalColumns+` FROM fair_proposal WHERE `+where+lock, args...), scanProposal, domain.ErrProposalUnknown)
}

// FairProposal loads and locks a proposal.
func (t *Tx) FairProposal(id string) (domain.FairProposal, error) {
	return t.proposal(`id = $1`, t.forUpdate(), id)
}

// PeekFairProposal reads a proposal without locking it.
func (t *Tx) PeekFairProposal(id string) (domain.FairProposal, error) {
	return t.proposal(`id = $1`, "", id)
}

// PeekProposalOfJob finds the accepted proposal that an application for a job came from.
func (t *Tx) PeekProposalOfJob(jobID string) (domain.FairProposal, bool, error) {
	x, err := t.proposal(`job_id = $1 AND job_id <> '' AND state = 'accepted'`, "", jobID)
	if errors.Is(err, domain.ErrProposalUnknown) {
		return x, false, nil
	}
	return x, err == nil, err
}

// ProposalsOf lists the proposals of an application to a fair, newest first.
func (t *Tx) ProposalsOf(applicationID string) ([]domain.FairProposal, error) {
	return sqldb.Collect(t.tx, scanProposal, `SELECT `+proposalColumns+` FROM fair_proposal WHERE application_id = $1 ORDER BY pass DESC, made_at DESC, id DESC`, applicationID)
}

// SaveFairProposal writes a proposal and its events, or returns outbox.ErrStale.
func (t *Tx) SaveFairProposal(ctx context.Context, x domain.FairProposal, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO fair_proposal (`+proposalColumns+`) VALUES (`+proposalValues+`)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer_by = excluded.answer_by, accepted_at = excluded.accepted_at,
			in_person = excluded.in_person, job_id = excluded.job_id, reason_code = excluded.reason_code, ended_at = excluded.ended_at, version = excluded.version
		WHERE fair_proposal.version = $21`, append(proposalArgs(x, next(x.Version, events)), x.Version)...)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: x.ID, Version: x.Version, Worker: x.Worker, Division: x.County}, events)
}

// LapseProposalAt leaves a task for the end of a proposal's time to answer.
func (t *Tx) LapseProposalAt(ctx context.Context, proposalID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapseProposal, []byte(proposalID), at)
}

// Answering reports whether somebody still has time to answer.
func (t *Tx) Answering(fairID string, now time.Time) (bool, error) {
	return t.exists(`SELECT 1 FROM fair_proposal WHERE fair_id = $1 AND state = 'open' AND answer_by > $2 LIMIT 1`, fairID, sqldb.Micros(now))
}

// FairResults lists proposals by id.
func (t *Tx) FairResults(fairID, after string, limit int) ([]domain.FairProposal, error) {
	return sqldb.Collect(t.tx, scanProposal, `SELECT `+proposalColumns+` FROM fair_proposal WHERE fair_id = $1 AND id > $2 ORDER BY id LIMIT $3`, fairID, after, limit)
}
