package store

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// LogAccess adds a line, linked to the one before, when all else is done: one
// transaction may look at many people, and so may another at the same in another order.
func (t *Tx) LogAccess(worker string, a domain.Access) error {
	t.tx.AtEnd(worker, func() error { return t.addLine(worker, a) })
	return nil
}

// addLine adds a line. The head's row is locked, so that lines of one worker come one
// after the other.
func (t *Tx) addLine(worker string, a domain.Access) error {
	var previous []byte
	err := t.tx.QueryRow(`INSERT INTO access_head (worker, seq, link) VALUES ($1, 0, $2)
		ON CONFLICT (worker) DO UPDATE SET seq = access_head.seq RETURNING seq, link`, worker, []byte{}).Scan(&a.Seq, &previous)
	if err != nil {
		return err
	}
	a.Seq++
	a.At = sqldb.Time(sqldb.Micros(a.At)) // the link is over what is stored
	link := t.hash(indexAccess, a.Sum(worker, previous))
	if _, err := t.tx.Exec(`INSERT INTO access_line (worker, seq, at, reader_kind, reader, purpose, legal_basis, kinds, case_id, service, link)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		worker, a.Seq, sqldb.Micros(a.At), a.ReaderKind, a.Reader, a.Purpose, a.LegalBasis, join(a.Kinds), a.CaseID, a.Service, link); err != nil {
		return err
	}
	_, err = t.tx.Exec(`UPDATE access_head SET seq = $1, link = $2 WHERE worker = $3`, a.Seq, link, worker)
	return err
}

func scanAccess(s sqldb.Scanner) (a domain.Access, err error) {
	var at int64
	var kinds string
	err = s.Scan(&a.Seq, &at, &a.ReaderKind, &a.Reader, &a.Purpose, &a.LegalBasis, &kinds, &a.CaseID, &a.Service, &a.Link)
	a.At, a.Kinds = sqldb.Time(at), split(kinds)
	return a, err
}

// Accesses lists the newest lines of some references, newest first: the log of each
// is a chain of its own, and is checked as one.
func (t *Tx) Accesses(workers []string, limit int) (all []domain.Access, err error) {
	for _, w := range workers {
		some, err := t.accesses(w, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(workers) > 1 {
		slices.SortStableFunc(all, func(a, b domain.Access) int { return b.At.Compare(a.At) })
	}
	return all[:min(limit, len(all))], nil
}

// accesses lists the newest lines of one reference, newest first, after checking
// that they fit together and to the head; it returns ErrAccessAltered where they do
// not.
func (t *Tx) accesses(worker string, limit int) ([]domain.Access, error) {
	var last int64
	var link []byte
	err := t.tx.QueryRow(`SELECT seq, link FROM access_head WHERE worker = $1`, worker).Scan(&last, &link)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	all, err := sqldb.Collect(t.tx, scanAccess, `SELECT seq, at, reader_kind, reader, purpose, legal_basis, kinds, case_id, service, link
		FROM access_line WHERE worker = $1 ORDER BY seq DESC LIMIT $2`, worker, limit+1) // one more, for the last line's link
	if err != nil {
		return nil, err
	}
	for i, a := range all {
		var previous []byte
		if i+1 < len(all) {
			previous = all[i+1].Link
		} else if a.Seq > 1 && i < limit {
			return nil, domain.ErrAccessAltered
		}
		if a.Seq != last-int64(i) || i == 0 && !bytes.Equal(a.Link, link) || i < limit && !bytes.Equal(a.Link, t.hash(indexAccess, a.Sum(worker, previous))) {
			return nil, domain.ErrAccessAltered
		}
	}
	if len(all) == 0 && last != 0 {
		return nil, domain.ErrAccessAltered
	}
	return all[:min(limit, len(all))], nil
}
