package identity

import (
	"slices"
	"strings"
	"time"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// devicesBody is where somebody is signed in.
type devicesBody struct {
	Sessions          []*identityv1.Session
	Others            int
	Kind              string
	ByCode            bool // signed in by a counter's code, within which nothing is set up that lasts
	IdleAt, EndsAt    int64
	Idle, Hours, Most int
	Err, Pin, Passkey error
	Done, Next        string
	Changed           bool // a way to sign in was set up or taken away since the sign-in before
	Proofs            proofs
	Fresh             int // minutes after a proof
	Kinds, Shortest   int // of a password
}

// signedIn answers with h where somebody signed in; who did not does so first.
func signedIn(h frame.Handler) frame.Handler {
	return func(v *frame.Visit) error {
		if v.In() == nil {
			return v.SignIn()
		}
		return h(v)
	}
}

func (s *pages) devices(v *frame.Visit) error {
	b := devicesBody{Done: v.Query("done"), Next: frame.Next(v.Query("next")), Changed: v.Query("why") == "changed"}
	if !slices.Contains(done, b.Done) {
		b.Done = ""
	}
	return s.showDevices(v, b)
}

// done is what the page says that was done.
var done = []string{"ended", "pin", "passkey", "proved", "named", "removed", "password", "bound"}

func (s *pages) showDevices(v *frame.Visit, b devicesBody) error {
	return signedIn(func(v *frame.Visit) error {
		in := v.In()
		r, err := s.sessions.ListSessions(v.As(frame.OwnAccess), &identityv1.ListSessionsRequest{})
		if err != nil {
			return err
		}
		if err := s.ask(v, &b.Proofs); err != nil {
			return err
		}
		b.Fresh, b.Kinds, b.Shortest = s.limit("ID-PROOF", "fresh_minutes"), s.limit("ID-PASSWORD", "kinds"), s.limit("ID-PASSWORD", "shortest")
		b.Sessions, b.Kind = r.GetSessions(), string(in.Kind)
		for _, one := range b.Sessions {
			if !one.GetThis() {
				b.Others++
			} else {
				b.ByCode = one.GetVia() == "code"
			}
		}
		b.IdleAt, b.EndsAt = in.IdleAt.UnixMicro(), in.EndsAt.UnixMicro()
		b.Idle, b.Hours = s.lasts(v)
		b.Most = s.limit("ID-SESSION", "most")
		at := status(b.Err)
		for _, err := range []error{b.Pin, b.Passkey, b.Proofs.Proving, b.Proofs.Password, b.Proofs.Renewing, b.Proofs.Removing} {
			if err != nil {
				at = status(err)
			}
		}
		return v.Render(at, "devices", frame.Page{Title: "devices.title", Body: b})
	})(v)
}

// end ends one of the own sessions.
func (s *pages) end(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.sessions.EndSession(v.As(frame.OwnAccess), &identityv1.EndSessionRequest{SessionId: v.Form("session")})
		v.Ended()
		return v.Done(err, "/me/devices?done=ended")
	})(v)
}

// endOthers ends all but this one.
func (s *pages) endOthers(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.sessions.EndOthers(v.As(frame.OwnAccess), &identityv1.EndOthersRequest{})
		v.Ended()
		return v.Done(err, "/me/devices?done=ended")
	})(v)
}

// pin sets the own PIN.
func (s *pages) pin(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		pin := strings.TrimSpace(v.Form("pin"))
		if pin != strings.TrimSpace(v.Form("again")) {
			return s.showDevices(v, devicesBody{Pin: errTwice})
		}
		if _, err := s.counter.SetPin(v.As(frame.OwnAccess), &identityv1.SetPinRequest{Pin: pin}); err != nil {
			return s.showDevices(v, devicesBody{Pin: err})
		}
		return v.Back("/me/devices?done=pin")
	})(v)
}

// passkeyLife is how long an authenticator's answer is waited for.
const passkeyLife = 5 * time.Minute
