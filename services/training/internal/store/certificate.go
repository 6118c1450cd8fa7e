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
			table.Fixed("number", &c.Number), table.Changing("revoked_on", &c.RevokedOn), table.Changing("reason_code", &c.Reason),
			table.Version(&c.Version),
		}
	},
	About: func(c *domain.Certificate) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}
	},
	Unknown: domain.ErrCertificateNone,
	Twice:   domain.ErrCertificateTwice,
})

// AddCertificate writes the one certificate of an enrolment and its events.
func (t *inTx) AddCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error {
	return certificates.Save(ctx, t.outbox, t.tx, c, events...)
}

// Certificate loads and locks a certificate.
func (t *inTx) Certificate(id string) (domain.Certificate, error) { return certificates.Load(t.tx, id) }

// CertificateOf finds the certificate of an enrolment that holds.
func (t *inTx) CertificateOf(enrolmentID string) (domain.Certificate, bool, error) {
	return certificates.Find(t.tx, `WHERE enrolment_id = $1 AND revoked_on = ''`, enrolmentID)
}

// Numbered reports whether a certificate that holds has a number.
func (t *inTx) Numbered(number string) (bool, error) {
	_, found, err := certificates.Find(t.tx, `WHERE number = $1 AND revoked_on = ''`, number)
	return found, err
}

// SaveCertificate writes what became of a certificate, and its events.
func (t *inTx) SaveCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error {
	return certificates.Save(ctx, t.outbox, t.tx, c, events...)
}

// CertificatesOf lists a worker's certificates, oldest first.
func (t *inTx) CertificatesOf(worker string) ([]domain.Certificate, error) {
	return certificates.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}
