package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// basisOffer marks a hire that both sides agreed to; what only the employer
// states proves nothing until the worker confirms it.
const basisOffer = "offer"

func (h handlers) hireRegistered(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireRegistered) error {
	if m.GetBasis() != basisOffer {
		return nil
	}
	return h.evidence.Put(ctx, tx, job(e, m.GetHireId(), m.GetOccupation(), m.GetStartOn(), ""))
}

func (h handlers) hireConfirmed(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireConfirmed) error {
	return h.evidence.Put(ctx, tx, job(e, m.GetHireId(), m.GetOccupation(), m.GetStartOn(), ""))
}

func (h handlers) hireDisputed(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireDisputed) error {
	return h.evidence.Retracted(ctx, tx, e.Worker, "employment", m.GetHireId())
}

func (h handlers) hireUndone(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireUndone) error {
	return h.evidence.Retracted(ctx, tx, e.Worker, "employment", m.GetHireId())
}

func (h handlers) hireEnded(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireEnded) error {
	endedOn, err := clock.ParseDate(m.GetEndedOn())
	if err != nil {
		return err
	}
	if err := h.app.JobEnded(ctx, h.in(tx), e.Worker, endedOn); err != nil {
		return err
	}
	return h.ended(ctx, tx, job(e, m.GetHireId(), m.GetOccupation(), m.GetStartOn(), m.GetEndedOn()))
}

func (h handlers) enrolmentCompleted(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.EnrolmentCompleted) error {
	return h.evidence.Put(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), "", m.GetMonths()))
}

func (h handlers) monthRecorded(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.MonthRecorded) error {
	return h.evidence.Put(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), m.GetLastMonth(), m.GetMonths()))
}

func (h handlers) coverStopped(ctx context.Context, tx *sqldb.Tx, e event.Event, m *insurancev1.CoverStopped) error {
	return h.ended(ctx, tx, months(e, m.GetEnrolmentId(), m.GetFromMonth(), m.GetLastMonth(), m.GetMonths()))
}

// ended records the end of a fact on open applications, and tells of it where
// an accepted or leased one holds the fact.
func (h handlers) ended(ctx context.Context, tx *sqldb.Tx, f *platformv1.Fact) error {
	if err := h.evidence.Put(ctx, tx, f); err != nil {
		return err
	}
	return h.app.EvidenceEnded(ctx, h.in(tx), f.GetWorker(), domain.Proof{
		Kind: f.GetKind(), Source: f.GetSource(), SourceID: f.GetSourceId(), Until: f.GetUntil(), Months: int(f.GetMonths()),
	}, f.GetVersion())
}

func job(e event.Event, hireID, occupation, since, until string) *platformv1.Fact {
	return &platformv1.Fact{Kind: evidence.Job, Source: "employment", SourceId: hireID, Worker: e.Worker, Since: since, Until: until, Code: occupation, Version: e.Version}
}

func months(e event.Event, enrolmentID, from, last string, n int32) *platformv1.Fact {
	return &platformv1.Fact{Kind: evidence.InsuranceMonths, Source: "insurance", SourceId: enrolmentID, Worker: e.Worker, Since: from, Until: last, Months: n, Version: e.Version}
}

// Cases is what the department tells pkg/evidence of its applications.
type Cases struct {
	App *app.App
	In  func(*sqldb.Tx) app.Store
}

// OpenCases lists the worker's applications that want evidence.
func (c Cases) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	return c.In(tx).OpenCases(worker)
}

// EvidenceChanged records the change with the application.
func (c Cases) EvidenceChanged(ctx context.Context, tx *sqldb.Tx, change evidence.Change) error {
	return c.App.EvidenceChanged(ctx, c.In(tx), change.CaseID, change.Kind, change.What)
}
