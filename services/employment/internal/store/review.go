package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// The same text before a clerk at the same moment is refused as stale.
var reviews = table.New(table.Spec[domain.Review]{
	Table: "review",
	From:  "review r JOIN employer e ON e.id = r.employer_id",
	Columns: func(r *domain.Review) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("employer_id", &r.EmployerID), table.Joined("e.name", &r.EmployerName), table.Fixed("county", &r.Terms.County),
			table.Fixed("terms", table.JSON(&r.Terms)), table.Fixed("digest", &r.Digest), table.Changing("state", &r.State), table.Fixed("rule_id", &r.RuleID),
			table.Fixed("phrase_id", &r.PhraseID), table.Fixed("words", table.JSON(&r.Words)), table.Changing("reasons", table.JSON(&r.Reasons)),
			table.Changing("officer", &r.Officer), table.Changing("reason_code", &r.ReasonCode), table.Changing("reason", &r.Reason),
			table.Changing("vacancy_id", &r.VacancyID), table.Fixed("asked_at", &r.AskedAt), table.Changing("decided_at", &r.DecidedAt), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Review) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Division: r.Terms.County}
	},
	Unknown: domain.ErrReviewUnknown,
})

// Review loads and locks a review: one clerk decides.
func (t *Tx) Review(id string) (domain.Review, error) { return reviews.Load(t.tx, id) }

// PeekReview reads a review without locking it.
func (t *Tx) PeekReview(id string) (domain.Review, error) { return reviews.Peek(t.tx, id) }

// WaitingReview finds the same text of the employer that waits already.
func (t *Tx) WaitingReview(employerID, digest string) (id string, found bool, err error) {
	err = t.tx.QueryRow(`SELECT id FROM review WHERE employer_id = $1 AND digest = $2 AND state = 'waiting'`, employerID, digest).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// Reviews lists texts before the clerks, the longest waiting first.
func (t *Tx) Reviews(q app.ReviewQuery) ([]domain.Review, error) {
	var where []string
	var args []any
	and := func(condition string, value any) {
		args = append(args, value)
		where = append(where, condition+"$"+strconv.Itoa(len(args)))
	}
	if q.EmployerID != "" {
		and("r.employer_id = ", q.EmployerID)
	}
	if q.State != "" {
		and("r.state = ", string(q.State))
	}
	if q.Counties != "" {
		args = append(args, q.Counties)
		where = append(where, sqldb.Within("r.county", len(args)))
	}
	filter := ""
	if len(where) > 0 {
		filter = "WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, q.Limit)
	return reviews.List(t.tx, filter+` ORDER BY CASE r.state WHEN 'waiting' THEN 0 ELSE 1 END,
		CASE r.state WHEN 'waiting' THEN r.asked_at ELSE -r.decided_at END, r.id LIMIT $`+strconv.Itoa(len(args)), args...)
}

// SaveReview writes a review and its events.
func (t *Tx) SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error {
	return reviews.Save(ctx, t.outbox, t.tx, r, events...)
}
