package fair

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// The same worker at the same moment is refused as stale: repeated, it is found.
// The outcome is written by a pass, not with the application.
var applications = table.New(table.Spec[fair.Application]{
	Table: "fair_application",
	Columns: func(a *fair.Application) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("fair_id", &a.FairID), table.Fixed("worker", &a.Worker), table.Fixed("division", &a.Division),
			table.Changing("withdrawn", &a.Withdrawn), table.Fixed("listed", &a.Listed), table.Fixed("ticket", &a.Ticket), table.Changing("word", (*word)(&a.Word)),
			table.Fixed("outcome", table.JSON(&a.Outcome)), table.Changing("told_at", &a.ToldAt), table.Changing("submitted_at", &a.SubmittedAt), table.Version(&a.Version),
		}
	},
	About: func(a *fair.Application) outbox.Subject {
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

// application reads one application with its wishes.
func (t *inTx) application(where string, args ...any) (fair.Application, bool, error) {
	a, found, err := applications.Find(t.tx, `WHERE `+where, args...)
	if err != nil || !found {
		return a, found, err
	}
	a.Wishes, err = t.wishes(a.ID)
	return a, err == nil, err
}

// ofWorker is a worker's application to a fair: the one that stands, and the earlier
// of two that were made by two references before they were joined.
var ofWorker = allOfWorker + ` LIMIT 1`

var allOfWorker = person.Whose("worker", 1) + ` AND fair_id = $2 ORDER BY withdrawn, submitted_at, id`

// ApplicationOf loads and locks a worker's application to a fair.
func (t *inTx) ApplicationOf(worker, fairID string) (fair.Application, bool, error) {
	return t.application(ofWorker+applications.Lock(t.tx), worker, fairID)
}

// PeekApplicationOf reads a worker's application to a fair.
func (t *inTx) PeekApplicationOf(worker, fairID string) (fair.Application, bool, error) {
	return t.application(ofWorker, worker, fairID)
}

// FurtherApplicationsOf are a worker's other applications to a fair.
func (t *inTx) FurtherApplicationsOf(worker, fairID string) ([]fair.Application, error) {
	all, err := applications.List(t.tx, `WHERE `+allOfWorker, worker, fairID)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	for i, a := range all {
		if all[i].Wishes, err = t.wishes(a.ID); err != nil {
			return nil, err
		}
	}
	return all[1:], nil
}

// wishes are those of an application, most wanted first.
func (t *inTx) wishes(applicationID string) ([]string, error) {
	return sqldb.Collect(t.tx, scanText, `SELECT vacancy_id FROM fair_wish WHERE application_id = $1 ORDER BY wish`, applicationID)
}

// Application loads and locks an application by its number.
func (t *inTx) Application(id string) (fair.Application, error) {
	a, found, err := t.application(`id = $1`+applications.Lock(t.tx), id)
	if err == nil && !found {
		err = fair.ErrApplicationUnknown
	}
	return a, err
}

// PeekApplication reads an application by its number.
func (t *inTx) PeekApplication(id string) (fair.Application, error) {
	a, found, err := t.application(`id = $1`, id)
	if err == nil && !found {
		err = fair.ErrApplicationUnknown
	}
	return a, err
}

// PeekApplications lists the worker's applications that were not withdrawn, without their wishes.
func (t *inTx) PeekApplications(worker string) ([]fair.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND withdrawn = 0 ORDER BY fair_id`, worker)
}

// Underway lists the worker's applications of which something is to come, or came since a day.
func (t *inTx) Underway(worker string, since clock.Date) ([]fair.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND withdrawn = 0 AND (
		fair_id IN (SELECT id FROM fair WHERE state NOT IN ('matched', 'cancelled') OR state = 'matched' AND (ends_on >= $2 OR match_on >= $2))
		OR EXISTS (SELECT 1 FROM fair_proposal p WHERE p.application_id = fair_application.id AND p.state = 'open')) ORDER BY id`, worker, since.String())
}

// AppliedTo lists the fairs to which the worker applied, in the order of their ids.
func (t *inTx) AppliedTo(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanText, `SELECT DISTINCT fair_id FROM fair_application WHERE `+person.Whose("worker", 1)+` ORDER BY fair_id`, worker)
}

// SaveApplication writes an application with its wishes and events. A wish
// that stays keeps the class that an employer gave it.
func (t *inTx) SaveApplication(ctx context.Context, a fair.Application, events ...domain.Event) error {
	if err := applications.Save(ctx, t.outbox, t.tx, a, events...); err != nil || a.Withdrawn {
		return err
	}
	return t.saveWishes(a)
}

func (t *inTx) saveWishes(a fair.Application) error {
	if a.Version > 0 {
		if err := t.tx.Queue(`UPDATE fair_wish SET wish = 0 WHERE application_id = $1`, a.ID); err != nil {
			return err
		}
	}
	for i, v := range a.Wishes { // seen is written no more: an access log has a line a day
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

// ToNotice loads and locks the next who are to be told of a fair, without their wishes.
func (t *inTx) ToNotice(f fair.Fair, limit int) ([]fair.Application, error) {
	return applications.List(t.tx, `WHERE fair_id = $1 AND withdrawn = 0 AND id > $2 AND submitted_at <= $3 ORDER BY id LIMIT $4`+applications.Lock(t.tx), f.ID, f.Noticed, f.NoticeAt.UnixMicro(), limit)
}

// Notice tells an applicant.
func (t *inTx) Notice(ctx context.Context, a fair.Application, e domain.FairNoticed) error {
	return applications.Save(ctx, t.outbox, t.tx, a, e)
}

// MendRank writes an employer's rank as it should have been.
func (t *inTx) MendRank(applicationID, vacancyID string, rank int) error {
	_, err := t.tx.Exec(`UPDATE fair_wish SET class = $1 WHERE application_id = $2 AND vacancy_id = $3`, rank, applicationID, vacancyID)
	return err
}

// Applied lists the numbers of who applied to a post and was not withdrawn.
func (t *inTx) Applied(fairID, vacancyID string) ([]string, error) {
	return sqldb.Collect(t.tx, scanText, `SELECT w.application_id FROM fair_wish w JOIN fair_application a ON a.id = w.application_id
		WHERE w.fair_id = $1 AND w.vacancy_id = $2 AND a.withdrawn = 0`, fairID, vacancyID)
}

// Rank writes an employer's order in place of the one before.
func (t *inTx) Rank(fairID, vacancyID string, order []string) error {
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

// CountStanding counts the applications that were not withdrawn, up to so many.
func (t *inTx) CountStanding(fairID string, most int) (n int, err error) {
	err = t.tx.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM fair_application WHERE fair_id = $1 AND withdrawn = 0 LIMIT $2) x`, fairID, most).Scan(&n)
	return n, err
}

// Commit makes a page of the applications that stand those of the committed list.
func (t *inTx) Commit(fairID, after string, limit int) (last string, more bool, err error) {
	page, err := sqldb.Collect(t.tx, scanText, `SELECT ticket FROM fair_application WHERE fair_id = $1 AND ticket > $2 AND withdrawn = 0 ORDER BY ticket LIMIT $3`, fairID, after, limit)
	if err != nil || len(page) == 0 {
		return "", false, err
	}
	last = page[len(page)-1]
	_, err = t.tx.Exec(`UPDATE fair_application SET listed = 1 WHERE fair_id = $1 AND ticket > $2 AND ticket <= $3 AND withdrawn = 0`, fairID, after, last)
	return last, len(page) == limit, err
}

// outcomePass reads the pass of an outcome from how its text begins: whole, those
// of a large fair are more than all else of it.
type outcomePass int

// Scan implements sql.Scanner.
func (p *outcomePass) Scan(src any) error {
	begin, _ := src.(string)
	number, _, _ := strings.Cut(strings.TrimPrefix(begin, `{"pass":`), ",")
	n, err := strconv.Atoi(number)
	if err != nil { // no pass yet
		n = 0
	}
	*p = outcomePass(n)
	return nil
}

// Entries lists a page of the entries of the committed list, by ticket, with
// their wishes and what became of their proposals.
func (t *inTx) Entries(fairID, after string, limit int) ([]fair.Entry, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (e fair.Entry, err error) {
		return e, s.Scan(&e.ApplicationID, &e.Worker, &e.Ticket, (*word)(&e.Word), &e.Withdrawn, &e.Version, (*outcomePass)(&e.Pass))
	}, `SELECT id, worker, ticket, word, withdrawn, version, substr(outcome, 1, 16) FROM fair_application WHERE fair_id = $1 AND listed = 1 AND ticket > $2 ORDER BY ticket LIMIT $3`, fairID, after, limit)
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
		var w fair.Wish
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

// SaveMatch writes what a pass gave, statement beside statement, and then
// the events. The fair's lock keeps applications as they were read.
func (t *inTx) SaveMatch(ctx context.Context, f fair.Fair, given []app.Given) error {
	for _, g := range given {
		outcome, err := json.Marshal(g.Outcome)
		if err != nil {
			return err
		}
		if err := t.tx.Queue(`UPDATE fair_application SET outcome = $1, told_at = 0, version = $2 WHERE id = $3`, string(outcome), g.Entry.Version+1, g.Entry.ApplicationID); err != nil {
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
		if err := t.outbox.AppendEvents(ctx, t.tx, about, g.Events...); err != nil {
			return err
		}
	}
	return nil
}

// Applicants lists who applied to a post, by rank and then by number.
func (t *inTx) Applicants(fairID, vacancyID string) ([]app.Applicant, error) {
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (x app.Applicant, err error) {
		return x, s.Scan(&x.Number, &x.Rank, &x.Worker)
	}, `SELECT w.application_id, w.class, a.worker FROM fair_wish w JOIN fair_application a ON a.id = w.application_id
		WHERE w.fair_id = $1 AND w.vacancy_id = $2 AND a.withdrawn = 0
		ORDER BY CASE WHEN w.class = 0 THEN 1 ELSE 0 END, w.class, w.application_id LIMIT $3`, fairID, vacancyID, applicantsPage)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int, len(all))
	for i, x := range all {
		numbers[x.Number] = i
	}
	accepted, err := proposals.List(t.tx, `WHERE fair_id = $1 AND vacancy_id = $2 AND state IN ('accepted', 'passed_over')`, fairID, vacancyID)
	for _, x := range accepted {
		if i, ok := numbers[x.ApplicationID]; ok {
			all[i].ProposalID, all[i].JobID, all[i].State = x.ID, x.JobID, x.State
		}
	}
	return all, err
}
