package api

import (
	"context"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// ListProofs lists by which ways the caller signs in.
func (s *Server) ListProofs(ctx context.Context, _ *identityv1.ListProofsRequest) (*identityv1.ListProofsResponse, error) {
	all, err := s.App.Proofs(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListProofsResponse{
		PinAt: micros(all.PinAt), PasswordAt: micros(all.PasswordAt), PasswordEndsAt: micros(all.PasswordEnd), Papers: int32(all.Papers), FreshUntil: micros(all.FreshUntil), ShownUntil: micros(all.ShownUntil), //nolint:gosec // ten at most
	}
	for _, k := range all.Passkeys {
		out.Passkeys = append(out.Passkeys, &identityv1.PasskeyProof{PasskeyId: k.Handle(), PasskeyName: k.Name, MadeAt: micros(k.Made), UsedAt: micros(k.Used)})
	}
	for _, o := range all.Outsides {
		out.Outsides = append(out.Outsides, &identityv1.OutsideProof{OutsideId: app.OutsideHandle(o), Source: o.Source, MadeAt: micros(o.Made), OpensAt: micros(o.Opens)})
	}
	for _, c := range all.Changes {
		out.Changes = append(out.Changes, &identityv1.ProofChange{At: micros(c.At), Proof: c.Proof, Removed: c.Removed, Device: c.Device})
	}
	return out, nil
}

// NamePasskey says anew what a passkey is called.
func (s *Server) NamePasskey(ctx context.Context, req *identityv1.NamePasskeyRequest) (*identityv1.NamePasskeyResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.NamePasskeyResponse, error) {
		return &identityv1.NamePasskeyResponse{}, s.App.NamePasskey(in, own, req.GetPasskeyId(), req.GetPasskeyName())
	})
}

// RemovePasskey takes a passkey away.
func (s *Server) RemovePasskey(ctx context.Context, req *identityv1.RemovePasskeyRequest) (*identityv1.RemovePasskeyResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.RemovePasskeyResponse, error) {
		return &identityv1.RemovePasskeyResponse{}, s.App.RemovePasskey(ctx, in, own, req.GetPasskeyId())
	})
}

// ShowBinding shows what BindOutside would join.
func (s *Server) ShowBinding(ctx context.Context, req *identityv1.ShowBindingRequest) (*identityv1.ShowBindingResponse, error) {
	source, opens, err := s.App.ShowBinding(ctx, req.GetBindFlow())
	return &identityv1.ShowBindingResponse{Source: source, OpensAt: micros(opens)}, err
}

// UnbindOutside parts an outside identity from the caller's account.
func (s *Server) UnbindOutside(ctx context.Context, req *identityv1.UnbindOutsideRequest) (*identityv1.UnbindOutsideResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.UnbindOutsideResponse, error) {
		return &identityv1.UnbindOutsideResponse{}, s.App.UnbindOutside(ctx, in, own, req.GetOutsideId())
	})
}

// ChangePassword sets the caller's own password.
func (s *Server) ChangePassword(ctx context.Context, req *identityv1.ChangePasswordRequest) (*identityv1.ChangePasswordResponse, error) {
	return &identityv1.ChangePasswordResponse{}, s.App.ChangePassword(ctx, req.GetNewPassword())
}

// RenewPaperCodes makes the codes on paper anew.
func (s *Server) RenewPaperCodes(ctx context.Context, _ *identityv1.RenewPaperCodesRequest) (*identityv1.RenewPaperCodesResponse, error) {
	paper, err := s.App.RenewPaperCodes(ctx)
	return &identityv1.RenewPaperCodesResponse{PaperCodes: paper}, err
}
