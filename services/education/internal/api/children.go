package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Children asks the registry. It implements app.Children and lets nothing of
// the answer through but references.
type Children struct {
	Caller  contract.Caller
	Service string // this service, as whom it asks
	Purpose string
}

// FamilyOf asks who a child's guardians are. A registry of a version before names
// the one guardian of the child alone.
func (c Children) FamilyOf(ctx context.Context, childID, caseID, worker string) (domain.Family, error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: c.Service, Purpose: c.Purpose, LegalBasis: "PIPL 31; guardian's act", Via: auth.ViaSystem})
	answer, err := registryv1.RegistryClient{Caller: c.Caller, Target: "registry"}.GetChild(ctx, &registryv1.GetChildRequest{ChildId: childID, CaseId: caseID, Worker: worker})
	if errs.KindOf(err) == errs.NotFound {
		return domain.Family{}, domain.ErrChildUnknown
	}
	if err != nil {
		return domain.Family{}, err
	}
	f := domain.Family{IDs: answer.GetChildIds()}
	if len(f.IDs) == 0 {
		f.IDs = []string{childID}
		f.Keepers = []domain.Keeper{{Worker: answer.GetChild().GetWorker(), Acts: true, Decides: true}}
	}
	for _, g := range answer.GetGuardians() {
		f.Keepers = append(f.Keepers, domain.Keeper{
			Worker: g.GetWorker(), Acts: g.GetState() == "active" && (g.GetMayDecide() || len(g.GetHidden()) > 0), Decides: g.GetMayDecide(), Ended: g.GetEndReasonCode(),
		})
	}
	return f, nil
}

// Doubles asks which children may be one, entered twice.
func (c Children) Doubles(ctx context.Context, childIDs []string, caseID string) ([]app.Likely, error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: c.Service, Purpose: c.Purpose, LegalBasis: "义务教育法 12; PIPL 13(3)", Via: auth.ViaSystem})
	answer, err := registryv1.RegistryClient{Caller: c.Caller, Target: "registry"}.FindLikelyDoubles(ctx, &registryv1.FindLikelyDoublesRequest{ChildIds: childIDs, CaseId: caseID})
	var all []app.Likely
	for _, d := range answer.GetDoubles() {
		all = append(all, app.Likely{First: d.GetFirstId(), Second: d.GetSecondId(), Grounds: d.GetGrounds()})
	}
	return all, err
}
