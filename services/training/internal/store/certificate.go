package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

var certificates = table.New(table.Spec[domain.Certificate]{
	Table: "certificate",
	Columns: func(c *domain.Certificate) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("enrolment_id", &c.EnrolmentID), table.Fixed("worker", &c.Worker), table.Fixed("division", &c.Division),
			table.Fixed("kind", &c.Kind), table.Fixed("occupation", &c.Occupation), table.Fixed("level", &c.Level), table.Fixed("issued_on", &c.IssuedOn),
			table.Version(&c.Version),
		}
	},
	About: func(c *domain.Certificate) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}
	},
	Twice: domain.ErrCertificateTwice,
})

// AddCertificate writes the one certificate of an enrolment and its events.
func (t *inTx) AddCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error {
	return certificates.Save(ctx, t.outbox, t.tx, c, events...)
}

// CertificatesOf lists a worker's certificates, oldest first.
func (t *inTx) CertificatesOf(worker string) ([]domain.Certificate, error) {
	return certificates.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}
