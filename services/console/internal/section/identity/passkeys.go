package identity

import (
	"net/http"
	"strings"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// A passkey needs script: the page asks for a challenge, the browser for the person,
// and the form takes the answer. Without script the button is not shown, and every
// other way is.

// challenge gives the browser what it signs, and keeps the flow in a cookie.
func (s *pages) challenge(v *frame.Visit, flow, challenge string) error {
	v.Keep(frame.PasskeyCookie, flow, s.clock.Now().Add(passkeyLife))
	v.W.Header().Set("Content-Type", "application/json")
	_, err := v.W.Write([]byte(challenge))
	return err
}

// refuse tells the page's script why there is no challenge, in the page's words.
func refuse(v *frame.Visit, err error) error {
	http.Error(v.W, v.P.Error(err), status(err))
	return nil
}

// passkeyBegin begins with a passkey: as the second factor where a sign-in is under
// way, else as both.
func (s *pages) passkeyBegin(v *frame.Visit) error {
	flow := ""
	if v.Form("second") != "" {
		flow = v.Kept(frame.FlowCookie)
	}
	r, err := s.signIn.BeginPasskey(v.AsConsole(signing), &identityv1.BeginPasskeyRequest{Flow: flow, Address: address(v.R)})
	if err != nil {
		return refuse(v, err)
	}
	return s.challenge(v, r.GetFlow(), r.GetChallenge())
}

// passkeyFinish takes the authenticator's answer.
func (s *pages) passkeyFinish(v *frame.Visit) error {
	next, flow := frame.Next(v.Form("next")), v.Kept(frame.PasskeyCookie)
	show := func(err error) error {
		if v.Form("second") != "" && v.Kept(frame.FlowCookie) != "" {
			return s.showSecond(v, err, next)
		}
		return s.showSignIn(v, err, signInBody{As: who[1], Next: next})
	}
	v.Drop(frame.PasskeyCookie)
	if flow == "" || v.Form("assertion") == "" {
		return show(frame.ErrInput)
	}
	r, err := s.signIn.FinishPasskey(v.AsConsole(signing), &identityv1.FinishPasskeyRequest{Flow: flow, Assertion: v.Form("assertion"), Device: frame.Device(v.R), Address: address(v.R)})
	if err != nil {
		return show(err)
	}
	return s.enter(v, r.GetSession(), next)
}

// addBegin begins a new passkey of one's own.
func (s *pages) addBegin(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.sessions.BeginAddPasskey(v.As(frame.OwnAccess), &identityv1.BeginAddPasskeyRequest{})
		if err != nil {
			return refuse(v, err)
		}
		return s.challenge(v, r.GetFlow(), r.GetChallenge())
	})(v)
}

// addFinish takes it.
func (s *pages) addFinish(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		flow := v.Kept(frame.PasskeyCookie)
		v.Drop(frame.PasskeyCookie)
		if flow == "" || v.Form("assertion") == "" {
			return s.showDevices(v, devicesBody{Passkey: frame.ErrInput})
		}
		if _, err := s.sessions.FinishAddPasskey(v.As(frame.OwnAccess), &identityv1.FinishAddPasskeyRequest{Flow: flow, Assertion: v.Form("assertion"), PasskeyName: passkeyName(v)}); err != nil {
			return s.showDevices(v, devicesBody{Passkey: err})
		}
		return v.Back("/me/devices?done=passkey")
	})(v)
}

// passkeyName is what a new passkey is called: what was typed, or the kind of device.
func passkeyName(v *frame.Visit) string {
	if name := strings.TrimSpace(v.Form("name")); name != "" && len([]rune(name)) <= 40 {
		return name
	}
	return frame.Device(v.R)
}
