package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

const certificateColumns = `id, enrolment_id, worker, division, kind, occupation, level, issued_on, version`

func scanCertificate(s sqldb.Scanner) (c domain.Certificate, err error) {
	var issued string
	if err = s.Scan(&c.ID, &c.EnrolmentID, &c.Worker, &c.Division, &c.Kind, &c.Occupation, &c.Level, &issued, &c.Version); err != nil {
		return c, err
	}
	c.IssuedOn, err = clock.ParseDate(issued)
	return c, err
}

// AddCertificate writes the one certificate of an enrolment and its events.
func (t *inTx) AddCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO certificate (`+certificateColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (enrolment_id) DO NOTHING`,
		c.ID, c.EnrolmentID, c.Worker, c.Division, c.Kind, c.Occupation, c.Level, c.IssuedOn.String(), c.Version+int64(max(1, len(events))))
	if err != nil {
		return err
	}
	if n == 0 {
		return domain.ErrCertificateTwice
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Worker: c.Worker, Division: c.Division}, messages(events)...)
}

// CertificatesOf lists a worker's certificates, oldest first.
func (t *inTx) CertificatesOf(worker string) ([]domain.Certificate, error) {
	return sqldb.Collect(t.tx, scanCertificate, `SELECT `+certificateColumns+` FROM certificate WHERE worker = $1 ORDER BY id`, worker)
}
