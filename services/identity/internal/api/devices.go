package api

import (
	"context"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// LookDevice shows the program that waits with a code.
func (s *Server) LookDevice(ctx context.Context, req *identityv1.LookDeviceRequest) (*identityv1.LookDeviceResponse, error) {
	seen, err := s.App.LookDevice(ctx, req.GetCode())
	if err != nil {
		return nil, err
	}
	out := &identityv1.LookDeviceResponse{Device: seen.Name, AskedFrom: seen.Address, Days: int32(seen.Days), EndsAt: micros(seen.Ends)}
	for _, g := range seen.Grants {
		out.Grants = append(out.Grants, &identityv1.RoleGrant{Role: g.Role, Department: g.Department, Covered: g.Division})
	}
	return out, nil
}

// RefuseDevice ends a code.
func (s *Server) RefuseDevice(ctx context.Context, req *identityv1.RefuseDeviceRequest) (*identityv1.RefuseDeviceResponse, error) {
	return &identityv1.RefuseDeviceResponse{}, s.App.RefuseDevice(ctx, req.GetCode())
}
