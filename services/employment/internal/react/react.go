// Package react is what employment does when something happened in another
// department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Router routes the events that the department acts on; in gives the store
// within a transaction.
func Router(a *app.App, in func(*sqldb.Tx) app.Store, e *evidence.Holder) *consume.Router {
	h := handlers{a, in, e}
	r := consume.NewRouter()
	consume.On(r, "registry", h.consentGranted)
	consume.On(r, "registry", h.consentWithdrawn)
	consume.On(r, "registry", h.factCorrected)
	arrival.On(r, "employment", in, map[string]arrival.Use[app.Store]{"offer": a.StartOfferClock, "proposal": a.StartProposalClock})
	consume.On(r, "registry", h.accountClosed)
	consume.On(r, "training", h.certificateIssued)
	return r
}

type handlers struct {
	app    *app.App
	in     func(*sqldb.Tx) app.Store
	holder *evidence.Holder
}

func (h handlers) consentGranted(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.ConsentGranted) error {
	return h.holder.Granted(ctx, tx, evidence.Grant{ID: m.GetGrantId(), Worker: e.Worker, Purpose: m.GetPurpose(), Recipient: m.GetRecipient(), Kinds: m.GetKinds(), From: m.GetValidFrom(), To: m.GetValidTo()})
}

func (h handlers) consentWithdrawn(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.ConsentWithdrawn) error {
	return h.holder.Withdrawn(ctx, tx, e.Worker, m.GetGrantId())
}

func (h handlers) factCorrected(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.FactCorrected) error {
	return h.holder.Corrected(ctx, tx, e.Worker, m.GetSource(), m.GetSourceId())
}

func (h handlers) accountClosed(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.AccountClosed) error {
	if err := account.Close(tx, e.Worker); err != nil {
		return err
	}
	if err := h.app.CloseAccount(ctx, h.in(tx), e.Worker); err != nil {
		return err
	}
	return h.holder.CaseClosed(tx, domain.ProfileCase(e.Worker))
}

func (h handlers) certificateIssued(ctx context.Context, tx *sqldb.Tx, e event.Event, m *trainingv1.CertificateIssued) error {
	return h.holder.Put(ctx, tx, &platformv1.Fact{
		Kind: evidence.Certificate, Source: "training", SourceId: m.GetCertificateId(), Worker: e.Worker,
		Since: m.GetIssuedOn(), Code: m.GetOccupation(), Version: e.Version,
	})
}
