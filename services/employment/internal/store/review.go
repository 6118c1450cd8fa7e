package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const reviewColumns = `r.id, r.employer_id, e.name, r.terms, r.digest, r.state, r.rule_id, r.phrase_id, r.words, r.reasons, r.officer, r.reason_code, r.reason,
	r.vacancy_id, r.asked_at, r.decided_at, r.version`

const reviewTable = ` FROM review r JOIN employer e ON e.id = r.employer_id`

func scanReview(s sqldb.Scanner) (r domain.Review, err error) {
	var terms, said, reasons string
	var asked, decided int64
	if err = s.Scan(&r.ID, &r.EmployerID, &r.EmployerName, &terms, &r.Digest, &r.State, &r.RuleID, &r.PhraseID, &said, &reasons, &r.Officer, &r.ReasonCode, &r.Reason,
		&r.VacancyID, &asked, &decided, &r.Version); err != nil {
		return r, err
	}
	r.AskedAt, r.DecidedAt = sqldb.Time(asked), sqldb.Time(decided)
	return r, errors.Join(json.Unmarshal([]byte(terms), &r.Terms), json.Unmarshal([]byte(said), &r.Words), json.Unmarshal([]byte(reasons), &r.Reasons))
}

// Review loads and locks a review: one clerk decides.
func (t *Tx) Review(id string) (domain.Review, error) {
	lock := t.forUpdate()
	if lock != "" {
		lock += " OF r"
	}
	return load(t.tx.QueryRow(`SELECT `+reviewColumns+reviewTable+` WHERE r.id = $1`+lock, id), scanReview, domain.ErrReviewUnknown)
}

// PeekReview reads a review without locking it.
func (t *Tx) PeekReview(id string) (domain.Review, error) {
	return load(t.tx.QueryRow(`SELECT `+reviewColumns+reviewTable+` WHERE r.id = $1`, id), scanReview, domain.ErrReviewUnknown)
}

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
		and("r.county LIKE ", q.Counties+"%")
	}
	filter := ""
	if len(where) > 0 {
		filter = " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, q.Limit)
	return sqldb.Collect(t.tx, scanReview, `SELECT `+reviewColumns+reviewTable+filter+` ORDER BY CASE r.state WHEN 'waiting' THEN 0 ELSE 1 END,
		CASE r.state WHEN 'waiting' THEN r.asked_at ELSE -r.decided_at END, r.id LIMIT $`+strconv.Itoa(len(args)), args...)
}

// SaveReview writes a review and its events, or returns outbox.ErrStale, also
// where the same text came before a clerk at the same moment.
func (t *Tx) SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error {
	if r.Reasons == nil {
		r.Reasons = []rule.Trace{}
	}
	if r.Words == nil {
		r.Words = []string{}
	}
	terms, err := json.Marshal(r.Terms)
	reasons, err2 := json.Marshal(r.Reasons)
	said, err3 := json.Marshal(r.Words)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO review (id, employer_id, county, terms, digest, state, rule_id, phrase_id, words, reasons, officer, reason_code, reason, vacancy_id,
			asked_at, decided_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reasons = excluded.reasons, officer = excluded.officer, reason_code = excluded.reason_code,
			reason = excluded.reason, vacancy_id = excluded.vacancy_id, decided_at = excluded.decided_at, version = excluded.version
		WHERE review.version = $18`,
		r.ID, r.EmployerID, r.Terms.County, string(terms), r.Digest, string(r.State), r.RuleID, r.PhraseID, string(said), string(reasons), r.Officer, r.ReasonCode, r.Reason,
		r.VacancyID, sqldb.Micros(r.AskedAt), sqldb.Micros(r.DecidedAt), next(r.Version, events), r.Version)
	if t.tx.Dialect().IsUnique(err) {
		return outbox.ErrStale.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: r.ID, Version: r.Version, Division: r.Terms.County}, events)
}
