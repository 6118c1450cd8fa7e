package identity

import (
	"net/http"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// proofs are the ways to sign in on the page of one's devices: what there is, what may be
// set up, and how whoever sits there shows once more who he is.
type proofs struct {
	*identityv1.ListProofsResponse
	Proving, Password, Renewing, Removing error
	Name                                  string // for a new passkey
	Warns                                 bool   // the password is too old soon
}

// Fresh reports whether ways to sign in may be set up now.
func (p proofs) Fresh() bool { return p.GetFreshUntil() != 0 }

// ask fills in what identity knows of the caller's ways to sign in.
func (s *pages) ask(v *frame.Visit, p *proofs) (err error) {
	if p.ListProofsResponse, err = s.proofs.ListProofs(v.As(frame.OwnAccess), &identityv1.ListProofsRequest{}); err != nil {
		return err
	}
	p.Name = frame.Device(v.R)
	p.Warns = s.warns(p.GetPasswordEndsAt())
	return nil
}

// warns reports whether a password that is too old from a time on is to be changed soon.
func (s *pages) warns(ends int64) bool {
	days := s.limit("ID-PROOF", "warn_days")
	return ends != 0 && !s.clock.Now().Before(time.UnixMicro(ends).AddDate(0, 0, -days))
}

// shown reads what somebody shows from a form: a passkey's answer, a password, a PIN or a code.
func (s *pages) shown(v *frame.Visit) (*identityv1.ReopenRequest, error) {
	r := &identityv1.ReopenRequest{SessionSecret: v.Secret(), Address: address(v.R)}
	typed := v.Form("password")
	switch {
	case v.Form("assertion") != "":
		r.Flow, r.Assertion = v.Kept(frame.PasskeyCookie), v.Form("assertion")
		v.Drop(frame.PasskeyCookie)
		if r.GetFlow() == "" {
			return nil, frame.ErrInput
		}
	case sixDigits(typed): // no password is so short
		r.Pin = strings.TrimSpace(typed)
	case typed != "":
		r.Password = typed
	case strings.TrimSpace(v.Form("code")) != "":
		r.Code = short(v.Form("code"))
	default:
		return nil, frame.ErrInput
	}
	return r, nil
}

func sixDigits(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) == 6 && strings.Trim(s, "0123456789") == ""
}

// prove takes a proof of who sits here, after which ways to sign in may be set up.
func (s *pages) prove(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.shown(v)
		if err == nil {
			_, err = s.signIn.Reopen(v.AsConsole(signing), r)
		}
		switch {
		case errs.CodeOf(err) == "identity.session": // it was tried too often
			v.Leave()
			return v.Back(frame.SignInPath + "?why=over")
		case err != nil:
			return s.showDevices(v, devicesBody{Next: frame.Next(v.Form("next")), Proofs: proofs{Proving: err}})
		}
		v.Renewed()
		if next := frame.Next(v.Form("next")); next != "/" { // where something waits for it
			return v.Back(next)
		}
		return v.Back("/me/devices?done=proved#proofs")
	})(v)
}

// sessionPasskey gives the challenge for a passkey of whose session it is, behind a locked
// screen too.
func (s *pages) sessionPasskey(v *frame.Visit) error {
	secret := v.Secret()
	if secret == "" {
		return v.SignIn()
	}
	r, err := s.signIn.BeginPasskey(v.AsConsole(signing), &identityv1.BeginPasskeyRequest{SessionSecret: secret, Address: address(v.R)})
	if err != nil {
		return refuse(v, err)
	}
	return s.challenge(v, r.GetFlow(), r.GetChallenge())
}

// namePasskey says anew what one of the own passkeys is called.
func (s *pages) namePasskey(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		name := strings.TrimSpace(v.Form("name"))
		if name == "" || len([]rune(name)) > 40 {
			return s.showDevices(v, devicesBody{Proofs: proofs{Removing: frame.ErrInput}})
		}
		_, err := s.proofs.NamePasskey(v.As(frame.OwnAccess), &identityv1.NamePasskeyRequest{PasskeyId: v.Form("passkey"), PasskeyName: name})
		if err != nil {
			return s.showDevices(v, devicesBody{Proofs: proofs{Removing: err}})
		}
		return v.Back("/me/devices?done=named#proofs")
	})(v)
}

// removePasskey takes one of the own passkeys away.
func (s *pages) removePasskey(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.proofs.RemovePasskey(v.As(frame.OwnAccess), &identityv1.RemovePasskeyRequest{PasskeyId: v.Form("passkey")})
		if err != nil {
			return s.showDevices(v, devicesBody{Proofs: proofs{Removing: err}})
		}
		return v.Back("/me/devices?done=removed#proofs")
	})(v)
}

// unbind parts an outside identity from the own account.
func (s *pages) unbind(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		_, err := s.proofs.UnbindOutside(v.As(frame.OwnAccess), &identityv1.UnbindOutsideRequest{OutsideId: v.Form("outside")})
		if err != nil {
			return s.showDevices(v, devicesBody{Proofs: proofs{Removing: err}})
		}
		return v.Back("/me/devices?done=removed#proofs")
	})(v)
}

// password sets the own password anew.
func (s *pages) password(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		switch {
		case v.Form("new") == "":
			return s.showDevices(v, devicesBody{Proofs: proofs{Password: frame.ErrInput}})
		case v.Form("new") != v.Form("again"):
			return s.showDevices(v, devicesBody{Proofs: proofs{Password: errTwice}})
		}
		if _, err := s.proofs.ChangePassword(v.As(frame.OwnAccess), &identityv1.ChangePasswordRequest{NewPassword: v.Form("new")}); err != nil {
			return s.showDevices(v, devicesBody{Proofs: proofs{Password: err}})
		}
		v.Ended()
		return v.Back("/me/devices?done=password#proofs")
	})(v)
}

// papers makes the codes on paper anew, and shows them once.
func (s *pages) papers(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.proofs.RenewPaperCodes(v.As(frame.OwnAccess), &identityv1.RenewPaperCodesRequest{})
		if err != nil {
			return s.showDevices(v, devicesBody{Proofs: proofs{Renewing: err}})
		}
		return v.Render(http.StatusOK, "papers", frame.Page{Title: "papers.title", Body: r.GetPaperCodes()})
	})(v)
}
