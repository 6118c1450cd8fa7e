package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginDevice gives a program a secret to ask with, and the code that an officer
// types. days is for how many it asks to be let in; the rule bounds them.
func (a *App) BeginDevice(ctx context.Context, device, address string, days int) (flow, code string, ends time.Time, err error) {
	p, err := a.policy()
	if err != nil {
		return "", "", ends, err
	}
	at, err := a.tryFrom(ctx, p, address)
	if err != nil {
		return "", "", ends, err
	}
	held, err := domain.Device{Name: device, Address: address}.Text()
	if err != nil {
		return "", "", ends, err
	}
	flow, hash := a.newSecret()
	code, ends = a.newCode(5), a.Clock.Now().Add(p.Device.Code)
	return flow, code, ends, a.Data.Change(ctx, func(s Store) error {
		return s.SaveFlow(domain.Flow{Hash: hash, Kind: domain.FlowDevice, Held: at.carried(held), Code: a.index("device", code), Days: min(max(days, 1), p.Device.Days), Ends: ends})
	})
}

// asking does something about the program that waits with a code, for an officer who
// signed in with two factors and may bring in sheets himself. A code that is none is a try.
func (a *App) asking(ctx context.Context, code string, do func(s Store, f domain.Flow, d domain.Device, own domain.Session, g domain.Grants) error) error {
	own, err := a.own(ctx)
	if err != nil {
		return err
	}
	p, err := a.policy()
	if err != nil {
		return err
	}
	at, err := a.try(ctx, p, "approve", own.Account, "")
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		f, err := s.FlowByCode(a.index("device", code))
		if err != nil {
			return err
		}
		if f.Kind != domain.FlowDevice || f.Account != "" || !a.Clock.Now().Before(f.Ends) || own.Level < domain.TwoFactors {
			return domain.ErrDevice
		}
		_, rest := held(f)
		d, err := domain.DeviceOf(rest)
		if err != nil {
			return err
		}
		all, err := s.Grants(own.Account)
		if err != nil {
			return err
		}
		g := all.Importing()
		if len(g) == 0 {
			return domain.ErrNoRight
		}
		return errors.Join(do(s, f, d, own, g), a.right(s, at))
	})
}

// Asking is a program that waits to be let in, and what it would be allowed.
type Asking struct {
	domain.Device
	Days   int
	Ends   time.Time // of the code
	Grants domain.Grants
}

// LookDevice shows the program of a code before anything is approved.
func (a *App) LookDevice(ctx context.Context, code string) (seen Asking, err error) {
	err = a.asking(ctx, code, func(_ Store, f domain.Flow, d domain.Device, _ domain.Session, g domain.Grants) error {
		seen = Asking{d, f.Days, f.Ends, g}
		return nil
	})
	return seen, err
}

// ApproveDevice lets the program bring in sheets in the name of the officer who typed
// its code and showed just before who it is, for no more days than it asked for. The
// program outlives the session that let it in, so the officer's next sign-in tells of it.
func (a *App) ApproveDevice(ctx context.Context, code string, days int) (until time.Time, err error) {
	_, p, err := a.mayChange(ctx)
	if err != nil {
		return until, err
	}
	err = a.asking(ctx, code, func(s Store, f domain.Flow, d domain.Device, own domain.Session, _ domain.Grants) error {
		who, one, err := a.changing(s, p, own)
		if err != nil {
			return err
		}
		d.By = one.ID
		text, err := d.Text()
		if err != nil {
			return err
		}
		begun, _ := held(f)
		f.Account, f.Days, f.Held = own.Account, min(max(days, 1), f.Days), begun.carried(text)
		until = a.Clock.Now().Add(lasting(f.Days))
		return errors.Join(s.SaveFlow(f), a.changed(ctx, s, who, one, domain.ProofProgram, false))
	})
	return until, err
}

// RefuseDevice ends the code: whoever waits with it gets nothing.
func (a *App) RefuseDevice(ctx context.Context, code string) error {
	return a.asking(ctx, code, func(s Store, f domain.Flow, _ domain.Device, _ domain.Session, _ domain.Grants) error {
		_, err := s.DropFlow(f.Hash)
		return err
	})
}

func lasting(days int) time.Duration { return time.Duration(days) * 24 * time.Hour }

// PollDevice gives the credential once the code was approved: a session of the
// officer's that does nothing but import, and that the officer sees among the devices.
func (a *App) PollDevice(ctx context.Context, flow string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		f, err := a.flow(s, hashOf(flow), domain.FlowDevice)
		if err != nil {
			return err
		}
		if f.Account == "" {
			return domain.ErrWaiting
		}
		there, err := s.DropFlow(f.Hash)
		if err != nil || !there {
			return errors.Join(err, domain.ErrFlow)
		}
		who, err := s.Account(f.Account)
		if err != nil {
			return err
		}
		begun, rest := held(f)
		d, err := domain.DeviceOf(rest)
		if err != nil {
			return err
		}
		if err := errors.Join(a.stillSigned(s, d.By), a.right(s, begun)); err != nil {
			return err
		}
		b, err = a.begin(s, p, who, d.Name, viaImport, domain.OneFactor, domain.SessionPolicy{Idle: lasting(f.Days), Whole: lasting(f.Days)})
		return err
	})
	return b, a.announced(err)
}

// stillSigned returns ErrFlow unless the session that approved a device goes on: what
// ended it ended what it had approved. A locked screen is no end.
func (a *App) stillSigned(s Store, id string) error {
	one, err := s.Session(id)
	if err != nil && codeOf(err) != domain.ErrSession.Code {
		return err
	}
	one.Locked = false
	if err != nil || one.Live(a.Clock.Now()) != nil {
		return domain.ErrFlow
	}
	return nil
}

// program is who a program is that an officer let in, and the officer himself who brings in
// sheets at the pages. Nobody's case is its own: for whom it brings in a row it says with
// each call, and the service holds it to where that person is registered.
func (a *App) program(s Store, who auth.Principal, t Token, ask Asked) (auth.Principal, error) {
	g, err := s.Grants(t.Account.ID)
	if err != nil {
		return who, err
	}
	may := g.ForImport(ask.Audience, ask.Purpose, ask.Department)
	if len(may) == 0 || t.Account.Kind != domain.Officer || ask.Via != auth.ViaImport || ask.ActsFor != "" || ask.AsGuardian {
		return who, domain.ErrNoRight
	}
	who.Kind, who.Role, who.Via = auth.Officer, domain.Import, auth.ViaImport
	who.Department, who.Division, who.Further = may[0].Department, may[0].Division, further(may[1:])
	return who, nil
}
