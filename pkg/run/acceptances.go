package run

import (
	"context"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// acceptances tell identity who accepted in whose name: one who accepts for many that
// did not come is an alarm. What a process that dies had not told is not made up for:
// an alarm is for habits.
type acceptances struct {
	waiting chan *identityv1.Acceptance
	tell    func(context.Context, []*identityv1.Acceptance) error
	log     *telemetry.Scope
}

func newAcceptances(service string, caller contract.Caller, log *telemetry.Scope) *acceptances {
	identity := identityv1.ExchangeClient{Caller: caller, Target: revoked.Publisher}
	return &acceptances{make(chan *identityv1.Acceptance, mostDenials), func(ctx context.Context, all []*identityv1.Acceptance) error {
		_, err := identity.ReportAcceptances(operating(ctx, service), &identityv1.ReportAcceptancesRequest{Acceptances: all})
		return err
	}, log}
}

// Accepts reports whether a method of a contract takes something up in a person's
// name; Undoes whether it takes that back.
func Accepts(method string) bool { return strings.HasPrefix(method, "Accept") }

// Undoes is the person's word against it.
func Undoes(method string) bool { return strings.HasPrefix(method, "Undo") }

// done takes a command that was carried out.
func (a *acceptances) done(p auth.Principal, method string) {
	one := &identityv1.Acceptance{At: time.Now().UnixMicro(), AccountKind: string(p.Kind), Subject: p.Subject, ActsFor: p.ActsFor}
	switch {
	case p.Session == 0:
		return
	case Accepts(method) && p.ActsFor != "":
	case Undoes(method) && (p.Kind == auth.Worker || p.Kind == auth.Guardian) && p.ActsFor == "":
		one.ActsFor, one.TakenBack = p.Subject, true
	default:
		return
	}
	select {
	case a.waiting <- one:
	default:
	}
}

// run tells identity until ctx ends.
func (a *acceptances) run(ctx context.Context) error {
	for {
		var page []*identityv1.Acceptance
		select {
		case <-ctx.Done():
			return nil
		case one := <-a.waiting:
			page = append(page, one)
		}
		for len(page) < denialPage && len(a.waiting) > 0 {
			page = append(page, <-a.waiting)
		}
		for {
			err := a.tell(ctx, page)
			if err == nil || ctx.Err() != nil {
				break
			}
			a.log.Log.WarnContext(ctx, "acceptances not told yet", "waiting", len(page), "error", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(denialPause):
			}
		}
	}
}
