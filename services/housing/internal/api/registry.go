package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
)

// Registry asks the registry; it implements app.Registry.
type Registry struct {
	Caller           contract.Caller
	Service, Purpose string // who asks, and what for
}

// LikelyHouseholds names who of a list's workers may be one household.
func (r Registry) LikelyHouseholds(ctx context.Context, list string, workers []string) (found []app.Likely, err error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: r.Service, Purpose: r.Purpose, LegalBasis: "公共租赁住房管理办法; PIPL 13(3)", Via: auth.ViaSystem})
	answer, err := registryv1.RegistryClient{Caller: r.Caller, Target: "registry"}.FindLikelyHouseholds(ctx, &registryv1.FindLikelyHouseholdsRequest{WorkerIds: workers, CaseId: list})
	for _, d := range answer.GetDoubles() {
		found = append(found, app.Likely{First: d.GetFirstId(), Second: d.GetSecondId(), Grounds: d.GetGrounds()})
	}
	return found, err
}
