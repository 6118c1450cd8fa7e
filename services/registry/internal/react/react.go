// Package react is what the registry does when something happened anywhere: it
// puts every event of a worker on the worker's timeline, writes reads to the
// access log, and tells the worker what concerns him.
package react

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
)

// departments are the services that hold data of workers.
func departments() []string {
	return []string{"employment", "training", "insurance", "education", "housing"}
}

// reads is how the type ends of an event that tells of a read.
const reads = ".record.read.v1"

// Router routes the events that the registry acts on.
func Router(a *app.App, in func(*sqldb.Tx) app.Store) *consume.Router {
	h := handlers{a, in}
	r := consume.NewRouter()
	// All channels are read, the registry's own too: its events belong on the timeline like the others'.
	r.Every(h.step, append([]string{"registry"}, departments()...)...)
	for _, d := range departments() {
		consume.On(r, d, h.recordRead)
	}
	tell(r, h, "employment", func(m *employmentv1.InterviewInvited) string { return m.GetInterviewId() })
	tell(r, h, "employment", func(m *employmentv1.OfferMade) string { return m.GetOfferId() })
	tell(r, h, "employment", func(m *employmentv1.OfferAccepted) string { return unless(m.GetInPerson(), m.GetOfferId()) })
	tell(r, h, "employment", func(m *employmentv1.HireRegistered) string {
		return unless(m.GetBasis() != employerSays, m.GetHireId()) // the worker is asked to confirm
	})
	tell(r, h, "employment", func(m *employmentv1.HireEndStated) string { return m.GetHireId() })
	tell(r, h, "employment", func(m *employmentv1.FairProposalMade) string { return m.GetProposalId() })
	tell(r, h, "employment", func(m *employmentv1.FairApplicationUnplaced) string { return m.GetApplicationId() })
	tell(r, h, "employment", func(m *employmentv1.FairProposalAccepted) string { return unless(m.GetInPerson(), m.GetProposalId()) })
	tell(r, h, "employment", func(m *employmentv1.FairProposalPassedOver) string { return m.GetProposalId() })
	tell(r, h, "employment", func(m *employmentv1.FairNoticed) string { return m.GetApplicationId() })
	tell(r, h, "training", func(m *trainingv1.PlaceOffered) string { return m.GetEnrolmentId() })
	tell(r, h, "training", func(m *trainingv1.SafetyTrainingDue) string { return m.GetDueId() })
	tell(r, h, "insurance", func(m *insurancev1.DutyOverdue) string { return m.GetDutyId() })
	tell(r, h, "education", func(m *educationv1.PlaceOffered) string { return m.GetOfferId() })
	tell(r, h, "education", func(m *educationv1.PlaceAccepted) string { return unless(m.GetInPerson(), m.GetOfferId()) })
	tell(r, h, "education", func(m *educationv1.OutcomeDecided) string {
		return unless(m.GetOutcome() == placed, m.GetApplicationId()) // who is placed is told of the offer
	})
	tell(r, h, "education", func(m *educationv1.AppealDecided) string { return m.GetApplicationId() })
	tell(r, h, "education", func(m *educationv1.RoundNoticed) string { return m.GetApplicationId() })
	tell(r, h, "education", func(m *educationv1.DoubleDecided) string {
		return unless(m.GetOutcome() != sameOne, m.GetApplicationId()) // that they are two changes nothing for either
	})
	tell(r, h, "education", func(m *educationv1.WrongMended) string { return m.GetApplicationId() })
	tell(r, h, "education", func(m *educationv1.EvidenceChanged) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.EligibilityDecided) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.DecisionReopened) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.OfferMade) string { return m.GetOfferId() })
	tell(r, h, "housing", func(m *housingv1.OfferAccepted) string { return unless(m.GetInPerson(), m.GetOfferId()) })
	tell(r, h, "housing", func(m *housingv1.RoundNoticed) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.HouseholdDecided) string {
		return unless(m.GetOutcome() != sameOne, m.GetApplicationId())
	})
	tell(r, h, "housing", func(m *housingv1.PriorityLookedAt) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.WrongMended) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.EvidenceChanged) string { return m.GetApplicationId() })
	tell(r, h, "housing", func(m *housingv1.RenewalDue) string { return m.GetLeaseId() })
	tell(r, h, "housing", func(m *housingv1.RenewalDecided) string { return m.GetRenewalId() })
	tell(r, h, "housing", func(m *housingv1.RepairPlanned) string { return m.GetRepairId() })
	tell(r, h, "housing", func(m *housingv1.RepairDone) string { return m.GetRepairId() })
	tell(r, h, "housing", func(m *housingv1.ExitNoticed) string { return m.GetExitId() })
	tell(r, h, "housing", func(m *housingv1.ExitDecided) string { return m.GetExitId() })
	tell(r, h, "housing", func(m *housingv1.ExitAppealDecided) string { return m.GetExitId() })
	return r
}

// employerSays is the basis of a hire that the worker has not confirmed.
const employerSays = "employer_says"

// placed is the outcome of a school round that brings an offer.
const placed = "placed"

// sameOne is the outcome of a pair of applications of which one goes.
const sameOne = "same"

func unless(silent bool, about string) string {
	if silent {
		return ""
	}
	return about
}

type handlers struct {
	app *app.App
	in  func(*sqldb.Tx) app.Store
}

// tell makes a message of an event. about gives the id of the offer or case
// that it is about, "" where the worker needs not be told.
func tell[T any, M interface {
	*T
	proto.Message
}](r *consume.Router, h handlers, service string, about func(M) string) {
	consume.On(r, service, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m M) error {
		id := about(m)
		if id == "" || e.Worker == "" {
			return nil
		}
		return h.app.Tell(ctx, h.in(tx), domain.Message{
			ID: e.ID, Worker: e.Worker, Division: e.Division, Template: strings.TrimSuffix(e.Type, ".v1"), About: id, AboutService: service, Values: facts.Of(m),
		})
	})
}

// step puts an event on its worker's timeline.
func (h handlers) step(_ context.Context, tx *sqldb.Tx, e event.Event) error {
	if e.Worker == "" || strings.HasSuffix(e.Type, reads) {
		return nil
	}
	return h.in(tx).AddStep(stepOf(e))
}

// Refill puts an event on the timeline that a rebuild fills.
func Refill(in func(*sqldb.Tx) app.Store) consume.Handler {
	return func(_ context.Context, tx *sqldb.Tx, e event.Event) error {
		if e.Worker == "" || strings.HasSuffix(e.Type, reads) {
			return nil
		}
		return in(tx).FillStep(stepOf(e))
	}
}

func stepOf(e event.Event) domain.Step {
	return domain.Step{
		EventID: e.ID, Worker: e.Worker, Type: e.Type, Aggregate: e.Aggregate, Division: e.Division, At: e.OccurredAt, Actor: e.Actor, Via: e.Via,
		Correlation: e.Correlation, Causation: e.Causation, TraceID: traceID(e.TraceParent), Data: nonNil(e.Data),
	}
}

// recordRead writes another department's read to the worker's access log.
func (h handlers) recordRead(_ context.Context, tx *sqldb.Tx, e event.Event, m *platformv1.RecordRead) error {
	service, _, _ := strings.Cut(e.Type, ".")
	return h.app.RecordRead(h.in(tx), e.Worker, domain.Access{
		At: e.OccurredAt, ReaderKind: m.GetReaderKind(), Reader: m.GetReader(), Purpose: m.GetPurpose(), LegalBasis: m.GetLegalBasis(),
		Kinds: m.GetKinds(), CaseID: m.GetCaseId(), Service: service,
	})
}

// traceID takes the trace's id out of a W3C traceparent.
func traceID(parent string) string {
	if parts := strings.Split(parent, "-"); len(parts) == 4 && len(parts[1]) == 32 {
		return parts[1]
	}
	return ""
}

// nonNil keeps an event without fields from being stored as a missing value.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
