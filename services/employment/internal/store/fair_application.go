package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// The same worker at the same moment is refused as stale: repeated, it is found.
// The outcome is written by a pass, not with the application.
var fairApplications = table.New(table.Spec[domain.FairApplication]{
	Table: "fair_application",
	Columns: func(a *domain.FairApplication) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("fair_id", &a.FairID), table.Fixed("worker", &a.Worker), table.Fixed("division", &a.Division),
			table.Changing("withdrawn", &a.Withdrawn), table.Fixed("listed", &a.Listed), table.Fixed("ticket", &a.Ticket), table.Changing("word", (*word)(&a.Word)),
			table.Fixed("outcome", table.JSON(&a.Outcome)), table.Changing("submitted_at", &a.SubmittedAt), table.Version(&a.Version),
		}
	},
	About: func(a *domain.FairApplication) outbox.Subject {
		return outbox.Subject{Aggregate: a.ID, Worker: a.Worker, Division: a.Division}
	},
})

// word is the hidden word of an entry, kept as its bytes.
type word allocate.Word

// Value implements driver.Valuer.
func (w *word) Value() (driver.Value, error) { return w[:], nil }

// Scan implements sql.Scanner.
func (w *word) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(w) {
		return fmt.Errorf("a word is kept as %d bytes, not as %T", len(w), src)
	}
	copy(w[:], b)
	return nil
}

// fairApplication reads one application with its wishes.
func (t *Tx) fairApplication(where string, args ...any) (domain.FairApplication, bool, error) {
	a, found, err := fairApplications.Find(t.tx, `WHERE `+where, args...)
	if err != nil || !found {
		return a, found, err
	}
	a.Wishes, err = sqldb.Collect(t.tx, scanText, `SELECT vacancy_id FROM fair_wish WHERE application_id = $1 ORDER BY wish`, a.ID)
	return a, err == nil, err
}

// FairApplicationOf loads and locks a worker's application to a fair.
func (t *Tx) FairApplicationOf(worker, fairID string) (domain.FairApplication, bool, error) {
	return t.fairApplication(`worker = $1 AND fair_id = $2`+fairApplications.Lock(t.tx), worker, fairID)
}

// PeekFairApplicationOf reads a worker's application to a fair.
func (t *Tx) PeekFairApplicationOf(worker, fairID string) (domain.FairApplication, bool, error) {
	return t.fairApplication(`worker = $1 AND fair_id = $2`, worker, fairID)
}

// PeekFairApplication reads an application by its number.
func (t *Tx) PeekFairApplication(id string) (domain.FairApplication, error) {
	a, found, err := t.fairApplication(`id = $1`, id)
	if err == nil && !found {
		err = domain.ErrFairApplicationUnknown
	}
	return a, err
}

// PeekFairApplications lists the worker's applications that were not withdrawn, without their wishes.
func (t *Tx) PeekFairApplications(worker string) ([]domain.FairApplication, error) {
	return fairApplications.List(t.tx, `WHERE worker = $1 AND withdrawn = 0 ORDER BY fair_id`, worker)
}

// SaveFairApplication writes an application with its wishes and events. A wish
// that stays keeps the class that an employer gave it.
func (t *Tx) SaveFairApplication(ctx context.Context, a domain.FairApplication, events ...domain.Event) error {
	if err := fairApplications.Save(ctx, t.log, t.tx, a, events...); err != nil || a.Withdrawn {
		return err
	}
	return t.saveWishes(a)
}

func (t *Tx) saveWishes(a domain.FairApplication) error {
	if a.Version > 0 {
		if err := t.tx.Queue(`UPDATE fair_wish SET wish = 0 WHERE application_id = $1`, a.ID); err != nil {
			return err
		}
	}
	for i, v := range a.Wishes {
		if err := t.tx.Queue(`INSERT INTO fair_wish (application_id, vacancy_id, fair_id, wish, class, seen) VALUES ($1, $2, $3, $4, 0, 0)
			ON CONFLICT (application_id, vacancy_id) DO UPDATE SET wish = excluded.wish`, a.ID, v, a.FairID, i+1); err != nil {
			return err
		}
	}
	if a.Version > 0 {
		return t.tx.Queue(`DELETE FROM fair_wish WHERE application_id = $1 AND wish = 0`, a.ID)
	}
	return nil
}

// FairStanding lists the numbers of the applications that were not withdrawn.
func (t *Tx) FairStanding(fairID string) ([]string, error) {
	return sqldb.Collect(t.tx, scanText, `SELECT id FROM fair_application WHERE fair_id = $1 AND withdrawn = 0 ORDER BY id`, fairID)
}

// MendFairRank writes an employer's rank as it should have been.
func (t *Tx) MendFairRank(applicationID, vacancyID string, rank int) error {
	_, err := t.tx.Exec(`UPDATE fair_wish SET class = $1 WHERE application_id = $2 AND vacancy_id = $3`, rank, applicationID, vacancyID)
	return err
}

// FairApplied lists the numbers of who applied to a post and was not withdrawn.
func (t *Tx) FairApplied(fairID, vacancyID string) ([]string, error) {
	return sqldb.Collect(t.tx, scanText, `SELECT w.application_id FROM fair_wish w JOIN fair_application a ON a.id = w.application_id
		WHERE w.fair_id = $1 AND w.vacancy_id = $2 AND a.withdrawn = 0`, fairID, vacancyID)
}

// RankFair writes an employer's order in place of the one before.
func (t *Tx) RankFair(fairID, vacancyID string, order []string) error {
	if err := t.tx.Queue(`UPDATE fair_wish SET class = 0 WHERE fair_id = $1 AND vacancy_id = $2 AND class <> 0`, fairID, vacancyID); err != nil {
		return err
	}
	for i, id := range order {
		if err := t.tx.Queue(`UPDATE fair_wish SET class = $1 WHERE application_id = $2 AND vacancy_id = $3`, i+1, id, vacancyID); err != nil {
			return err
		}
	}
	return nil
}

// CommitFair makes the applications that stand those of the committed list.
func (t *Tx) CommitFair(fairID string) error {
	_, err := t.tx.Exec(`UPDATE fair_application SET listed = 1 WHERE fair_id = $1 AND withdrawn = 0`, fairID)
	return err
}

// FairEntries lists a page of the entries of the committed list, by ticket, with
// their wishes and what became of their proposals.
func (t *Tx) FairEntries(fairID, after string, limit int) ([]domain.FairEntry, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (e domain.FairEntry, err error) {
		return e, s.Scan(&e.ApplicationID, &e.Worker, &e.Ticket, (*word)(&e.Word), &e.Withdrawn, &e.Version, &e.Given)
	}, `SELECT id, worker, ticket, word, withdrawn, version, CASE WHEN outcome IN ('', '{}') THEN 0 ELSE 1 END FROM fair_application WHERE fair_id = $1 AND listed = 1 AND ticket > $2 ORDER BY ticket LIMIT $3`, fairID, after, limit)
	if err != nil || len(all) == 0 {
		return all, err
	}
	last := all[len(all)-1].Ticket
	index := make(map[string]int, len(all))
	for i, e := range all {
		index[e.ApplicationID] = i
	}
	names := map[string]string{} // one text a vacancy, not one a wish
	_, err = sqldb.Collect(t.tx, func(s sqldb.Scanner) (none struct{}, err error) {
		var id string
		var w domain.FairWish
		if err := s.Scan(&id, &w.VacancyID, &w.Class); err != nil {
			return none, err
		}
		if known, ok := names[w.VacancyID]; ok {
			w.VacancyID = known
		} else {
			names[w.VacancyID] = w.VacancyID
		}
		e := &all[index[id]]
		e.Wishes = append(e.Wishes, w)
		return none, nil
	}, `SELECT w.application_id, w.vacancy_id, w.class FROM fair_application a JOIN fair_wish w ON w.application_id = a.id
		WHERE a.fair_id = $1 AND a.listed = 1 AND a.ticket > $2 AND a.ticket <= $3 ORDER BY w.application_id, w.wish`, fairID, after, last)
	if err != nil {
		return nil, err
	}
	type end struct{ application, vacancy, state string }
	ends, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (e end, err error) { return e, s.Scan(&e.application, &e.vacancy, &e.state) },
		`SELECT p.application_id, p.vacancy_id, p.state FROM fair_application a JOIN fair_proposal p ON p.application_id = a.id
			WHERE a.fair_id = $1 AND a.ticket > $2 AND a.ticket <= $3`, fairID, after, last)
	for _, x := range ends {
		i, ok := index[x.application]
		if !ok {
			continue
		}
		switch answer.State(x.state) {
		case answer.Open, answer.Accepted:
			all[i].Settled = true
		case answer.Lapsed: // silence is no refusal: it can be proposed again
		default:
			all[i].Over = append(all[i].Over, x.vacancy)
		}
	}
	return all, err
}

// SaveFairMatch writes what a pass gave, statement beside statement, and then
// the events. The fair's lock keeps applications as they were read.
func (t *Tx) SaveFairMatch(ctx context.Context, f domain.Fair, given []app.FairGiven) error {
	for _, g := range given {
		outcome, err := json.Marshal(g.Outcome)
		if err != nil {
			return err
		}
		if err := t.tx.Queue(`UPDATE fair_application SET outcome = $1, version = $2 WHERE id = $3`, string(outcome), g.Entry.Version+1, g.Entry.ApplicationID); err != nil {
			return err
		}
		if g.Proposal.ID == "" {
			continue
		}
		x := g.Proposal
		x.Version = int64(len(g.Events))
		if err := proposals.Put(t.tx, x); err != nil {
			return err
		}
	}
	for _, g := range given {
		about := outbox.Subject{Aggregate: g.Entry.ApplicationID, Version: g.Entry.Version, Worker: g.Entry.Worker, Division: f.Division}
		if g.Proposal.ID != "" {
			about = outbox.Subject{Aggregate: g.Proposal.ID, Version: g.Proposal.Version, Worker: g.Entry.Worker, Division: g.Proposal.County}
		}
		if err := t.log.AppendEvents(ctx, t.tx, about, g.Events...); err != nil {
			return err
		}
	}
	return nil
}

// FairWishesOf lists an application's wishes as vacancies, most wanted first.
func (t *Tx) FairWishesOf(applicationID string) ([]domain.Vacancy, error) {
	return vacancies.List(t.tx, `WHERE v.id IN (SELECT vacancy_id FROM fair_wish WHERE application_id = $1)
		ORDER BY (SELECT w.wish FROM fair_wish w WHERE w.application_id = $1 AND w.vacancy_id = v.id)`, applicationID)
}

// FairApplicants lists who applied to a post, by rank and then by number.
func (t *Tx) FairApplicants(fairID, vacancyID string) ([]app.FairApplicant, error) {
	index := map[string]int{} // by case
	var cases []string
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (x app.FairApplicant, err error) {
		var worker string
		err = s.Scan(&x.Number, &x.Rank, &worker, &x.Occupation, &x.AvailableFrom)
		cases = append(cases, domain.ProfileCase(worker))
		return x, err
	}, `SELECT w.application_id, w.class, a.worker, coalesce(p.occupation, ''), coalesce(p.available_from, '')
		FROM fair_wish w JOIN fair_application a ON a.id = w.application_id LEFT JOIN profile p ON p.worker = a.worker
		WHERE w.fair_id = $1 AND w.vacancy_id = $2 AND a.withdrawn = 0
		ORDER BY CASE WHEN w.class = 0 THEN 1 ELSE 0 END, w.class, w.application_id LIMIT $3`, fairID, vacancyID, applicantsPage)
	if err != nil {
		return nil, err
	}
	for i, c := range cases {
		index[c] = i
	}
	held, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (p [2]string, err error) { return p, s.Scan(&p[0], &p[1]) },
		`SELECT e.case_id, e.code FROM fair_wish w JOIN fair_application a ON a.id = w.application_id JOIN evidence e ON e.worker = a.worker
			WHERE w.fair_id = $1 AND w.vacancy_id = $2 AND e.kind = 'certificate' AND e.flagged = 0 ORDER BY e.case_id, e.code`, fairID, vacancyID)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if i, ok := index[h[0]]; ok {
			all[i].Certificates = append(all[i].Certificates, h[1])
		}
	}
	numbers := make(map[string]int, len(all))
	for i, x := range all {
		numbers[x.Number] = i
	}
	accepted, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (x app.FairApplicant, err error) {
		return x, s.Scan(&x.Number, &x.ProposalID, &x.JobID, &x.State)
	}, `SELECT application_id, id, job_id, state FROM fair_proposal WHERE fair_id = $1 AND vacancy_id = $2 AND state IN ('accepted', 'passed_over')`, fairID, vacancyID)
	for _, x := range accepted {
		if i, ok := numbers[x.Number]; ok {
			all[i].ProposalID, all[i].JobID, all[i].State = x.ProposalID, x.JobID, x.State
		}
	}
	return all, err
}

// SawFairApplicants tells the access log of each whom the employer sees for the first time.
func (t *Tx) SawFairApplicants(ctx context.Context, fairID, vacancyID string) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	numbers, err := sqldb.Collect(t.tx, scanText, `UPDATE fair_wish SET seen = 1 WHERE fair_id = $1 AND vacancy_id = $2 AND seen = 0 RETURNING application_id`, fairID, vacancyID)
	if err != nil {
		return err
	}
	for _, id := range numbers {
		a, err := t.PeekFairApplication(id)
		if err != nil {
			return err
		}
		about := outbox.Subject{Aggregate: ident.NewID(), Worker: a.Worker, Division: a.Division}
		if err := t.log.Append(ctx, t.tx, about, &platformv1.RecordRead{
			ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: []string{"occupation", "certificate", "available_from"}, CaseId: id,
		}); err != nil {
			return err
		}
	}
	return nil
}
