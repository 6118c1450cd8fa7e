package identity

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// people asks the registry what it knows of people and their telephones.
type people struct {
	phones    registryv1.PhonesClient
	guardians registryv1.GuardiansClient
	registry  registryv1.RegistryClient
	unseen    registryv1.UnseenClient
}

func newPeople(caller contract.Caller) people {
	return people{
		registryv1.PhonesClient{Caller: caller, Target: event.Keeper}, registryv1.GuardiansClient{Caller: caller, Target: event.Keeper},
		registryv1.RegistryClient{Caller: caller, Target: event.Keeper}, registryv1.UnseenClient{Caller: caller, Target: event.Keeper},
	}
}

func asIdentity(ctx context.Context) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: Name, Purpose: "sign_in", LegalBasis: "PIPL 13(2)", Via: auth.ViaSystem})
}

// Sends implements app.Phones.
func (p people) Sends(ctx context.Context) (bool, error) {
	r, err := p.phones.GetSending(asIdentity(ctx), &registryv1.GetSendingRequest{})
	return r.GetPossible(), err
}

// Givers implements app.Phones.
func (p people) Givers(ctx context.Context, phone string) (all []domain.Given, err error) {
	r, err := p.phones.FindPhone(asIdentity(ctx), &registryv1.FindPhoneRequest{Phone: phone})
	for _, h := range r.GetHolders() {
		all = append(all, domain.Given{Worker: h.GetWorker(), Since: sqldb.Time(h.GetSinceAt()), Via: h.GetContactVia(), Unseen: h.GetUnseen()})
	}
	return all, err
}

// Unseen implements app.Phones.
func (p people) Unseen(ctx context.Context, phone string, s app.Said) (string, error) {
	r, err := p.unseen.RecordUnseen(asIdentity(ctx), &registryv1.RecordUnseenRequest{
		Name: s.Name, DocumentNumber: s.Number, DocumentKind: s.Kind, DocumentCountry: s.Country, BirthDate: s.BirthDate, County: s.County, Phone: phone,
	})
	return r.GetWorker(), err
}

// Send implements app.Phones.
func (p people) Send(ctx context.Context, phone, code string, lasts time.Duration) error {
	_, err := p.phones.SendCode(asIdentity(ctx), &registryv1.SendCodeRequest{Phone: phone, Code: code, Minutes: int32(lasts.Round(time.Minute).Minutes())})
	return err
}

// Guards implements app.People.
func (p people) Guards(ctx context.Context, worker string) (bool, error) {
	r, err := p.guardians.IsGuardian(asIdentity(ctx), &registryv1.IsGuardianRequest{Worker: worker})
	return r.GetGuardian(), err
}

// covers asks whether a division covers where a worker is registered.
func (p people) covers(ctx context.Context, worker, division string) (bool, error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: Name, Purpose: "account_standing", LegalBasis: "PIPL 13(3)", Via: auth.ViaSystem})
	r, err := p.registry.GetStanding(ctx, &registryv1.GetStandingRequest{Worker: worker, Division: division})
	return r.GetCovered(), err
}
