package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// A fact from an event equals what its department answers when it is asked, so
// that it does not matter which of the two comes first.

// fromOffer is the basis of a hire that both sides agreed to; what only an
// employer says is no evidence until the worker confirms it.
const fromOffer = "offer"

func (h handlers) hireRegistered(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireRegistered) error {
	if m.GetBasis() != fromOffer {
		return nil
	}
	return h.evidence.Put(ctx, tx, job(e, m.GetHireId(), m.GetStartOn(), "", m.GetOccupation()))
}

func (h handlers) hireConfirmed(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireConfirmed) error {
	return h.evidence.Put(ctx, tx, job(e, m.GetHireId(), m.GetStartOn(), "", m.GetOccupation()))
}

func (h handlers) hireEnded(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireEnded) error {
	return h.evidence.Put(ctx, tx, job(e, m.GetHireId(), m.GetStartOn(), m.GetEndedOn(), m.GetOccupation()))
}

func (h handlers) hireDisputed(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireDisputed) error {
	return h.evidence.Retracted(ctx, tx, e.Worker, "employment", m.GetHireId())
}

func (h handlers) hireUndone(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireUndone) error {
	return h.evidence.Retracted(ctx, tx, e.Worker, "employment", m.GetHireId())
}

func (h handlers) enrolmentCompleted(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.EnrolmentCompleted) error {
	return h.evidence.Put(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), "", m.GetMonths()))
}

func (h handlers) monthRecorded(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.MonthRecorded) error {
	return h.evidence.Put(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), m.GetLastMonth(), m.GetMonths()))
}

func (h handlers) coverStopped(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.CoverStopped) error {
	return h.evidence.Put(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), m.GetLastMonth(), m.GetMonths()))
}

// leaseSigned asks housing for the lease: the event carries no address, so
// where the home is comes with the answer alone.
func (h handlers) leaseSigned(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *housingv1.LeaseSigned) error {
	return h.evidence.Ask(ctx, tx, e.Worker, evidence.Lease)
}

// leaseEnded says of a lease that is held that it has ended: it proves no home any more.
func (h handlers) leaseEnded(ctx context.Context, tx *sqldb.Tx, e event.Event, m *housingv1.LeaseEnded) error {
	return h.evidence.Over(ctx, tx, &platformv1.Fact{Source: "housing", SourceId: m.GetLeaseId(), Worker: e.Worker, Until: m.GetEndedOn(), Version: e.Version})
}

func job(e event.Event, hireID, since, until, occupation string) *platformv1.Fact {
	return &platformv1.Fact{Kind: evidence.Job, Source: "employment", SourceId: hireID, Worker: e.Worker, Since: since, Until: until, Code: occupation, Version: e.Version}
}

func months(e event.Event, enrolmentID, since, until string, n int32) *platformv1.Fact {
	return &platformv1.Fact{Kind: evidence.InsuranceMonths, Source: "insurance", SourceId: enrolmentID, Worker: e.Worker, Since: since, Until: until, Months: n, Version: e.Version}
}
