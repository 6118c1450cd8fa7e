package factor

import (
	"encoding/json"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
)

// Passkeys speaks WebAuthn. The user is verified by the authenticator, always: a
// passkey without would be one factor that passes for two.
type Passkeys struct{ w *webauthn.WebAuthn }

// NewPasskeys returns what speaks for a host, whose pages have the given origins.
func NewPasskeys(host string, origins []string) (*Passkeys, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Qiao", RPOrigins: origins, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
	return &Passkeys{w}, err
}

// user is an account as the library asks for it. An authenticator keeps the
// account's id and no name.
type user struct {
	account string
	all     []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (u user) WebAuthnID() []byte { return []byte(u.account) }

// WebAuthnName implements webauthn.User.
func (u user) WebAuthnName() string { return "Qiao" }

// WebAuthnDisplayName implements webauthn.User.
func (u user) WebAuthnDisplayName() string { return "Qiao" }

// WebAuthnCredentials implements webauthn.User.
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.all }

func userOf(account string, known []app.Passkey) (u user, err error) {
	u.account = account
	for _, k := range known {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Credential), &c); err != nil {
			return u, err
		}
		u.all = append(u.all, c)
	}
	return u, nil
}

// BeginAdd implements app.Passkeys.
func (p *Passkeys) BeginAdd(account string, known []app.Passkey) (challenge, held string, err error) {
	u, err := userOf(account, known)
	if err != nil {
		return "", "", err
	}
	ask, session, err := p.w.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.all).CredentialDescriptors()))
	return texts(ask, session, err)
}

// FinishAdd implements app.Passkeys.
func (p *Passkeys) FinishAdd(account string, known []app.Passkey, held, answer string) (app.Passkey, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal([]byte(held), &session); err != nil {
		return app.Passkey{}, err
	}
	u, err := userOf(account, known)
	if err != nil {
		return app.Passkey{}, err
	}
	said, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return app.Passkey{}, err
	}
	made, err := p.w.CreateCredential(u, session, said)
	if err != nil {
		return app.Passkey{}, err
	}
	return kept(made)
}

// BeginUse implements app.Passkeys.
func (p *Passkeys) BeginUse(account string, known []app.Passkey) (challenge, held string, err error) {
	if account == "" {
		ask, session, err := p.w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		return texts(ask, session, err)
	}
	u, err := userOf(account, known)
	if err != nil {
		return "", "", err
	}
	ask, session, err := p.w.BeginLogin(u, webauthn.WithUserVerification(protocol.VerificationRequired))
	return texts(ask, session, err)
}

var errCopied = errors.New("factor: the authenticator's count went back: there may be a copy of it")

// FinishUse implements app.Passkeys.
func (p *Passkeys) FinishUse(held, answer string, owner func(id []byte) (string, []app.Passkey, error)) (account string, used app.Passkey, err error) {
	var session webauthn.SessionData
	if err := json.Unmarshal([]byte(held), &session); err != nil {
		return "", used, err
	}
	said, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return "", used, err
	}
	account, known, err := owner(said.RawID)
	if err != nil {
		return "", used, err
	}
	u, err := userOf(account, known)
	if err != nil {
		return "", used, err
	}
	var proved *webauthn.Credential
	if len(session.UserID) > 0 {
		proved, err = p.w.ValidateLogin(u, session, said)
	} else {
		proved, err = p.w.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return u, nil }, session, said)
	}
	if err == nil && (proved.Authenticator.CloneWarning || !said.Response.AuthenticatorData.Flags.HasUserVerified()) {
		err = errCopied
	}
	if err != nil {
		return "", used, err
	}
	used, err = kept(proved)
	for _, k := range known {
		if string(k.ID) == string(used.ID) {
			used.Made = k.Made
		}
	}
	return account, used, err
}

func kept(c *webauthn.Credential) (app.Passkey, error) {
	b, err := json.Marshal(c)
	return app.Passkey{ID: c.ID, Credential: string(b), Count: int64(c.Authenticator.SignCount)}, err
}

func texts(ask, session any, err error) (challenge, held string, _ error) {
	if err != nil {
		return "", "", err
	}
	a, err1 := json.Marshal(ask)
	s, err2 := json.Marshal(session)
	return string(a), string(s), errors.Join(err1, err2)
}
