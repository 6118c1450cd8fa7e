package api

import (
	"context"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// OfferPlayers says whom visitors of a demonstration may play.
func (s *Server) OfferPlayers(ctx context.Context, req *identityv1.OfferPlayersRequest) (*identityv1.OfferPlayersResponse, error) {
	var all []app.Offered
	for _, p := range req.GetPlayers() {
		all = append(all, app.Offered{
			Player: domain.Player{Label: p.GetPlayerLabel(), Aside: p.GetAside()},
			Wanted: domain.Wanted{Kind: p.GetAccountKind(), Subject: p.GetSubject(), Office: p.GetOffice(), Grants: granted(p.GetGrants())},
		})
	}
	offered, err := s.App.OfferPlayers(ctx, all)
	return &identityv1.OfferPlayersResponse{Players: played(offered)}, err
}

func played(all []app.Played) (out []*identityv1.Player) {
	for _, p := range all {
		one := &identityv1.Player{AccountId: p.Account, PlayerLabel: p.Label, AccountKind: p.Of.Kind, Subject: p.Of.Subject, Office: p.Of.Office, Aside: p.Aside}
		for _, g := range p.Grants {
			one.Grants = append(one.Grants, &identityv1.RoleGrant{Role: g.Role, Department: g.Department, Covered: g.Division})
		}
		out = append(out, one)
	}
	return out
}

// ListPlayers lists them.
func (s *Server) ListPlayers(ctx context.Context, req *identityv1.ListPlayersRequest) (*identityv1.ListPlayersResponse, error) {
	all, err := s.App.Players(ctx, req.GetSubject())
	return &identityv1.ListPlayersResponse{Players: played(all)}, err
}

// Play begins a session of one of them.
func (s *Server) Play(ctx context.Context, req *identityv1.PlayRequest) (*identityv1.PlayResponse, error) {
	session, err := begun(s.App.Play(ctx, req.GetAccountId(), req.GetDevice()))
	return &identityv1.PlayResponse{Session: session}, err
}
