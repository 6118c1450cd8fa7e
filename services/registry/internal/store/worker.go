package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

var workers = table.New(table.Spec[domain.Worker]{
	Table: "worker",
	Columns: func(w *domain.Worker) []table.Column {
		return []table.Column{
			table.Key("id", &w.ID), table.Changing("document_index", &w.DocumentIndex), table.Changing("document", &w.Document),
			table.Changing("profile", &w.Profile), table.Changing("county", &w.County), table.Changing("languages", table.Commas(&w.Languages)),
			table.Fixed("registered_on", &w.RegisteredOn), table.Fixed("notice_version", &w.NoticeVersion), table.Changing("age_reached", &w.AgeReached),
			table.Changing("age_checked_on", &w.AgeCheckedOn), table.Changing("closed_on", &w.ClosedOn), table.Changing("contact_via", &w.ContactVia),
			table.Changing("contact_at", &w.ContactAt), table.Changing("joined_into", &w.JoinedInto),
			table.Changing("claim_index", &w.Claim), table.Changing("unseen_until", &w.UnseenUntil), table.Version(&w.Version),
		}
	},
	About: func(w *domain.Worker) outbox.Subject {
		return outbox.Subject{Aggregate: w.ID, Worker: w.ID, Division: w.County}
	},
	Unknown: domain.ErrWorkerUnknown,
	Twice:   domain.ErrDocumentTaken,
})

// Worker loads and locks the account that answers for a reference. Locks go from
// an alias to the record that it was joined to, and never back.
func (t *Tx) Worker(id string) (domain.Worker, error) { return answers(id, t.Account) }

// SharedWorker is Worker beside others who do the same: the account stays as it is
// until the transaction ends, and nobody who only tells somebody waits for another
// who does.
// It locks the record that answers and none of its aliases: one reader tells a person
// by several references, in whatever order they come.
func (t *Tx) SharedWorker(id string) (domain.Worker, error) {
	one, err := person.Remaining(t.tx, id)
	if err != nil {
		return domain.Worker{}, err
	}
	return answers(one, func(id string) (domain.Worker, error) { return workers.Share(t.tx, id) })
}

func answers(id string, load func(string) (domain.Worker, error)) (domain.Worker, error) {
	w, err := load(id)
	for err == nil && w.JoinedInto != "" {
		w, err = load(w.JoinedInto)
	}
	return w, err
}

// PeekWorker reads the account that answers for a reference without locking it.
func (t *Tx) PeekWorker(id string) (domain.Worker, error) {
	return workers.One(t.tx, `WHERE id = coalesce((SELECT r.reference FROM remaining r WHERE r.worker = $1), CAST($1 AS TEXT))`, id)
}

// Account loads and locks the very record of a reference, joined or not.
func (t *Tx) Account(id string) (domain.Worker, error) { return workers.Load(t.tx, id) }

// PeekAccount reads the very record of a reference.
func (t *Tx) PeekAccount(id string) (domain.Worker, error) { return workers.Peek(t.tx, id) }

// PeekAccounts reads the very records of many references.
func (t *Tx) PeekAccounts(ids []string) (map[string]domain.Worker, error) {
	all, err := workers.Among(t.tx, "id", ids, "")
	found := make(map[string]domain.Worker, len(all))
	for _, w := range all {
		found[w.ID] = w
	}
	return found, err
}

// Standing reports whether an account was closed.
func (t *Tx) Standing(id string) (closed bool, err error) {
	err = t.tx.QueryRow(`SELECT closed_on <> '' FROM worker WHERE id = $1`, id).Scan(&closed)
	if errors.Is(err, sql.ErrNoRows) {
		return false, domain.ErrWorkerUnknown
	}
	return closed, err
}

// WorkerByDocument finds the open account of who has a document, by its index:
// that which answers for the person, whichever record has the document.
func (t *Tx) WorkerByDocument(index []byte) (domain.Worker, bool, error) {
	return workers.Find(t.tx, `WHERE id = (SELECT coalesce(r.reference, d.id) FROM worker d LEFT JOIN remaining r ON r.worker = d.id WHERE d.document_index = $1)`, index)
}

// WorkerByFormer finds the open account of who was found by an index last.
func (t *Tx) WorkerByFormer(index []byte) (domain.Worker, bool, error) {
	return workers.Find(t.tx, `WHERE closed_on = '' AND id = (SELECT coalesce(r.reference, f.worker) FROM former_value f LEFT JOIN remaining r ON r.worker = f.worker
		WHERE f.value_index = $1 ORDER BY f.ended_at DESC, f.worker LIMIT 1)`, index)
}

// Claims lists the records of who was not seen at a counter and says a number, oldest first.
func (t *Tx) Claims(index []byte, most int) ([]domain.Worker, error) {
	return workers.List(t.tx, `WHERE claim_index = $1 AND unseen_until <> '' AND closed_on = '' AND joined_into = '' ORDER BY contact_at, id LIMIT $2`, index, most)
}

// UnseenOn counts the records that wait for a counter and gave a telephone; those who
// make one on the same come one after the other.
func (t *Tx) UnseenOn(number []byte) (n int, err error) {
	if err := t.tx.Lock("registry unseen " + hex.EncodeToString(number)); err != nil {
		return 0, err
	}
	return n, t.tx.QueryRow(`SELECT count(*) FROM telephone t JOIN worker w ON w.id = t.worker
		WHERE t.number_index = $1 AND w.unseen_until <> '' AND w.closed_on = '' AND w.joined_into = ''`, number).Scan(&n)
}

// UnseenAt has an unseen record looked at again on a day.
func (t *Tx) UnseenAt(ctx context.Context, worker string, on clock.Date) error {
	return t.tasks.Add(ctx, t.tx, TaskUnseen, []byte(worker), on.Start())
}

// SaveWorker writes an account and its events. It returns ErrDocumentTaken
// where another account has the document, and outbox.ErrStale where somebody
// else changed the account since it was loaded.
func (t *Tx) SaveWorker(ctx context.Context, w domain.Worker, events ...domain.Event) error {
	return workers.Save(ctx, t.outbox, t.tx, w, events...)
}

// CreateWorker is SaveWorker for a person whose row is not there.
func (t *Tx) CreateWorker(ctx context.Context, w domain.Worker, events ...domain.Event) error {
	return workers.Create(ctx, t.outbox, t.tx, w, events...)
}

// LastVersion returns the version of the last event about an id, 0 where there is none.
func (t *Tx) LastVersion(aggregate string) (v int64, err error) {
	return v, t.tx.QueryRow(`SELECT coalesce(max(version), 0) FROM event WHERE aggregate = $1`, aggregate).Scan(&v)
}
