package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

const workerColumns = `id, document_index, document, profile, county, languages, registered_on, notice_version, age_reached, age_checked_on, closed_on, version, contact_via, contact_at`

func scanWorker(s sqldb.Scanner) (w domain.Worker, err error) {
	var languages, registered, checked, closed string
	var reached, at int64
	if err = s.Scan(&w.ID, &w.DocumentIndex, &w.Document, &w.Profile, &w.County, &languages, &registered, &w.NoticeVersion, &reached, &checked, &closed, &w.Version, &w.ContactVia, &at); err != nil {
		return w, err
	}
	w.Languages, w.AgeReached = split(languages), reached != 0
	if at > 0 {
		w.ContactAt = sqldb.Time(at)
	}
	return w, errors.Join(w.RegisteredOn.UnmarshalText([]byte(registered)), w.AgeCheckedOn.UnmarshalText([]byte(checked)), w.ClosedOn.UnmarshalText([]byte(closed)))
}

// Worker loads and locks an account.
func (t *Tx) Worker(id string) (domain.Worker, error) {
	return t.worker(`SELECT `+workerColumns+` FROM worker WHERE id = $1`+t.tx.Dialect().ForUpdate(), id)
}

// PeekWorker reads an account without locking it.
func (t *Tx) PeekWorker(id string) (domain.Worker, error) {
	return t.worker(`SELECT `+workerColumns+` FROM worker WHERE id = $1`, id)
}

func (t *Tx) worker(query string, arg any) (domain.Worker, error) {
	w, err := scanWorker(t.tx.QueryRow(query, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return w, domain.ErrWorkerUnknown
	}
	return w, err
}

// Standing reports whether an account was closed.
func (t *Tx) Standing(id string) (closed bool, err error) {
	err = t.tx.QueryRow(`SELECT closed_on <> '' FROM worker WHERE id = $1`, id).Scan(&closed)
	if errors.Is(err, sql.ErrNoRows) {
		return false, domain.ErrWorkerUnknown
	}
	return closed, err
}

// WorkerByDocument finds an open account by its document's index.
func (t *Tx) WorkerByDocument(index []byte) (domain.Worker, bool, error) {
	w, err := t.worker(`SELECT `+workerColumns+` FROM worker WHERE document_index = $1`, index)
	if errors.Is(err, domain.ErrWorkerUnknown) {
		return w, false, nil
	}
	return w, err == nil, err
}

// moment writes a time that may not be known.
func moment(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Micros(t)
}

// SaveWorker writes an account and its events. It returns ErrDocumentTaken
// where another account has the document, and outbox.ErrStale where somebody
// else changed the account since it was loaded.
func (t *Tx) SaveWorker(ctx context.Context, w domain.Worker, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO worker (`+workerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET document_index = excluded.document_index, document = excluded.document, profile = excluded.profile,
			county = excluded.county, languages = excluded.languages, closed_on = excluded.closed_on, version = excluded.version,
			contact_via = excluded.contact_via, contact_at = excluded.contact_at
		WHERE worker.version = $15`,
		w.ID, w.DocumentIndex, w.Document, w.Profile, w.County, join(w.Languages), w.RegisteredOn.String(), w.NoticeVersion,
		number(w.AgeReached), w.AgeCheckedOn.String(), w.ClosedOn.String(), w.Version+int64(max(1, len(events))), w.ContactVia, moment(w.ContactAt), w.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrDocumentTaken.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: w.ID, Version: w.Version, Worker: w.ID, Division: w.County}, messages(events)...)
}
