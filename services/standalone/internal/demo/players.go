package demo

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// offer says as whom visitors may try the prefecture: at once those who work in it, and
// once it is made its people too.
func (w *world) offer(ctx context.Context) error {
	as := rpc.As(ctx, auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	_, err := identityv1.PlayClient{Caller: w.cfg.Caller, Target: "identity"}.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: w.players()})
	return err
}

func (w *world) players() (all []*identityv1.Player) {
	one := func(label, kind, subject, office string, grants ...*identityv1.RoleGrant) {
		if subject != "" {
			all = append(all, &identityv1.Player{PlayerLabel: label, AccountKind: kind, Subject: subject, Office: office, Grants: grants})
		}
	}
	if len(w.lives) > 0 && w.lives[0] != nil {
		one("worker", "worker", w.lives[0].ref, "")
	}
	one("guardian", "worker", w.mother, "")
	one("hrss", "officer", "H-201", "", &identityv1.RoleGrant{Role: "reviewer", Department: "hrss", Covered: auth.Everywhere})
	one("county", "officer", "H-301", "", &identityv1.RoleGrant{Role: "clerk", Department: "hrss", Covered: w.tables.Counties()[0].Code})
	one("edu", "officer", "E-201", "", &identityv1.RoleGrant{Role: "reviewer", Department: "edu", Covered: auth.Everywhere})
	one("hou", "officer", "Z-201", "", &identityv1.RoleGrant{Role: "reviewer", Department: "hou", Covered: auth.Everywhere})
	one("hou2", "officer", "Z-202", "", &identityv1.RoleGrant{Role: "clerk", Department: "hou", Covered: auth.Everywhere})
	one("ops", "officer", "P-201", "", &identityv1.RoleGrant{Role: "operator", Department: "ops", Covered: auth.Everywhere})
	if len(w.vacancies) > 0 {
		one("employer", "employer", w.vacancies[0].employer.id, "")
	}
	for _, office := range []string{"system", "security", "audit"} {
		one(office, "administrator", map[string]string{"system": "S-201", "security": "S-202", "audit": "S-203"}[office], office, &identityv1.RoleGrant{Role: "administrator", Covered: auth.Everywhere})
	}
	return all
}
