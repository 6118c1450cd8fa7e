// Package api serves the identity contract: each method opens the transaction, runs
// one use case and answers in the contract's form.
package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Server implements the servers of the identity contract.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store // the store within a transaction
}

// Methods lists what is served.
func Methods(s *Server) (all []contract.Method) {
	for _, some := range [][]contract.Method{
		identityv1.SignInMethods(s), identityv1.ExchangeMethods(s), identityv1.SessionsMethods(s), identityv1.AccountsMethods(s), identityv1.CounterMethods(s), identityv1.ProofsMethods(s),
		identityv1.PlayMethods(s), identityv1.DevicesMethods(s), identityv1.ExportsMethods(s), identityv1.ViewsMethods(s), identityv1.LanguagesMethods(s),
		identityv1.PapersMethods(s),
	} {
		all = append(all, some...)
	}
	return all
}

// command runs a use case once for the call's key, for a caller with a session.
func command[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, f func(in app.Store, own domain.Session) (Reply, error)) (Reply, error) {
	return commandFor(ctx, s, "", f)
}

// commandFor is command about a worker, who must have an open account.
func commandFor[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, worker string, f func(in app.Store, own domain.Session) (Reply, error)) (Reply, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	return outbox.CommandFor(ctx, s.Outbox, worker, func(tx *sqldb.Tx) (Reply, error) { return f(s.In(tx), own) })
}

// micros writes a time that may not have come.
func micros(t time.Time) int64 { return sqldb.Micros(t) }

func begun(b app.Begun, err error) (*identityv1.NewSession, error) {
	if err != nil {
		return nil, err
	}
	return &identityv1.NewSession{
		PasswordEndsAt: micros(b.PasswordEnds), ProofsChanged: b.Changed, KnownBrowser: b.Known, KnownUntil: micros(b.KnownUntil),
		BindFlow: b.Bind, SessionSecret: b.Secret, SessionId: b.Session.ID, EndsAt: micros(b.Session.Ends), AccountKind: b.Account.Kind, Subject: b.Account.Subject,
		Unseen: b.Account.Kind == domain.Worker && !b.Account.Seen, Language: b.Account.Language,
	}, nil
}

// SignIn takes a name and a password.
func (s *Server) SignIn(ctx context.Context, req *identityv1.SignInRequest) (*identityv1.SignInResponse, error) {
	flow, err := s.App.SignIn(ctx, req.GetLoginName(), req.GetPassword(), req.GetKnownBrowser(), req.GetAddress())
	return &identityv1.SignInResponse{Flow: flow}, err
}

// SecondFactor ends a sign-in with a code.
func (s *Server) SecondFactor(ctx context.Context, req *identityv1.SecondFactorRequest) (*identityv1.SecondFactorResponse, error) {
	session, err := begun(s.App.SecondFactor(ctx, req.GetFlow(), req.GetCode(), req.GetNewPassword(), req.GetDevice(), req.GetAddress()))
	return &identityv1.SecondFactorResponse{Session: session}, err
}

// BeginPasskey gives a challenge.
func (s *Server) BeginPasskey(ctx context.Context, req *identityv1.BeginPasskeyRequest) (*identityv1.BeginPasskeyResponse, error) {
	flow, challenge, err := s.App.BeginPasskey(ctx, req.GetFlow(), req.GetSessionSecret(), req.GetAddress())
	return &identityv1.BeginPasskeyResponse{Flow: flow, Challenge: challenge}, err
}

// FinishPasskey takes the answer.
func (s *Server) FinishPasskey(ctx context.Context, req *identityv1.FinishPasskeyRequest) (*identityv1.FinishPasskeyResponse, error) {
	session, err := begun(s.App.FinishPasskey(ctx, req.GetFlow(), req.GetAssertion(), req.GetDevice()))
	return &identityv1.FinishPasskeyResponse{Session: session}, err
}

// OpenLink shows what a link is for.
func (s *Server) OpenLink(ctx context.Context, req *identityv1.OpenLinkRequest) (*identityv1.OpenLinkResponse, error) {
	o, err := s.App.OpenLink(ctx, req.GetLink(), req.GetSecondWord(), req.GetAddress())
	return &identityv1.OpenLinkResponse{AccountKind: o.Account.Kind, LoginName: o.Account.Login, TotpSecret: o.Secret, EndsAt: micros(o.Ends)}, err
}

// UseLink sets a password and a second factor.
func (s *Server) UseLink(ctx context.Context, req *identityv1.UseLinkRequest) (*identityv1.UseLinkResponse, error) {
	made, err := s.App.UseLink(ctx, req.GetLink(), req.GetSecondWord(), req.GetPassword(), req.GetCode(), req.GetStaffNumber(), req.GetAddress())
	if err != nil {
		return nil, err
	}
	return &identityv1.UseLinkResponse{PaperCodes: made.Paper, KnownBrowser: made.Known, KnownUntil: micros(made.KnownUntil)}, nil
}

// SendCode has a code sent.
func (s *Server) SendCode(ctx context.Context, req *identityv1.SendCodeRequest) (*identityv1.SendCodeResponse, error) {
	flow, ends, err := s.App.SendCode(ctx, req.GetPhone(), req.GetAddress(), req.GetForNew())
	return &identityv1.SendCodeResponse{Flow: flow, EndsAt: micros(ends)}, err
}

// EnterCode signs a worker in, by a code that was sent or one that a counter printed.
func (s *Server) EnterCode(ctx context.Context, req *identityv1.EnterCodeRequest) (*identityv1.EnterCodeResponse, error) {
	if req.GetFlow() != "" {
		session, err := begun(s.App.EnterSent(ctx, req.GetFlow(), req.GetCode(), req.GetPin(), req.GetDevice(), req.GetAddress()))
		return &identityv1.EnterCodeResponse{Session: session}, err
	}
	session, err := begun(s.App.EnterCode(ctx, req.GetCode(), req.GetBindFlow(), req.GetDevice(), req.GetAddress()))
	return &identityv1.EnterCodeResponse{Session: session}, err
}

// MakeAccount makes the account of somebody whom no counter saw.
func (s *Server) MakeAccount(ctx context.Context, req *identityv1.MakeAccountRequest) (*identityv1.MakeAccountResponse, error) {
	said := app.Said{Name: req.GetName(), Number: req.GetDocumentNumber(), Kind: req.GetDocumentKind(), Country: req.GetDocumentCountry(), BirthDate: req.GetBirthDate(), County: req.GetCounty()}
	session, err := begun(s.App.MakeAccount(ctx, req.GetFlow(), req.GetCode(), said, req.GetDevice(), req.GetAddress()))
	return &identityv1.MakeAccountResponse{Session: session}, err
}

// BindOutside joins an outside identity to the caller's own account.
func (s *Server) BindOutside(ctx context.Context, req *identityv1.BindOutsideRequest) (*identityv1.BindOutsideResponse, error) {
	return &identityv1.BindOutsideResponse{}, s.App.BindOutside(ctx, req.GetBindFlow())
}

// SignOut ends a session.
func (s *Server) SignOut(ctx context.Context, req *identityv1.SignOutRequest) (*identityv1.SignOutResponse, error) {
	return &identityv1.SignOutResponse{}, s.App.SignOut(ctx, req.GetSessionSecret())
}

// Lock shuts a screen.
func (s *Server) Lock(ctx context.Context, req *identityv1.LockRequest) (*identityv1.LockResponse, error) {
	return &identityv1.LockResponse{}, s.App.Lock(ctx, req.GetSessionSecret())
}

// Reopen takes a proof of who sits before a session.
func (s *Server) Reopen(ctx context.Context, req *identityv1.ReopenRequest) (*identityv1.ReopenResponse, error) {
	shown := app.Shown{Password: req.GetPassword(), Pin: req.GetPin(), Code: req.GetCode(), Flow: req.GetFlow(), Answer: req.GetAssertion()}
	return &identityv1.ReopenResponse{}, s.App.Reopen(ctx, req.GetSessionSecret(), shown, req.GetAddress())
}

// ListSources names the other offices by which somebody may sign in.
func (s *Server) ListSources(context.Context, *identityv1.ListSourcesRequest) (*identityv1.ListSourcesResponse, error) {
	return &identityv1.ListSourcesResponse{Sources: slices.Sorted(maps.Keys(s.App.Sources))}, nil
}

// BeginOutside sends a browser to another office.
func (s *Server) BeginOutside(ctx context.Context, req *identityv1.BeginOutsideRequest) (*identityv1.BeginOutsideResponse, error) {
	flow, url, err := s.App.BeginOutside(ctx, req.GetSource(), req.GetAddress())
	return &identityv1.BeginOutsideResponse{Flow: flow, OutsideUrl: url}, err
}

// FinishOutside takes what the browser brought back.
func (s *Server) FinishOutside(ctx context.Context, req *identityv1.FinishOutsideRequest) (*identityv1.FinishOutsideResponse, error) {
	session, err := begun(s.App.FinishOutside(ctx, req.GetFlow(), req.GetAnswer(), req.GetDevice()))
	return &identityv1.FinishOutsideResponse{Session: session}, err
}

// BeginDevice gives a program a code.
func (s *Server) BeginDevice(ctx context.Context, req *identityv1.BeginDeviceRequest) (*identityv1.BeginDeviceResponse, error) {
	flow, code, ends, err := s.App.BeginDevice(ctx, req.GetDevice(), req.GetAddress(), int(req.GetDays()))
	return &identityv1.BeginDeviceResponse{Flow: flow, Code: code, EndsAt: micros(ends)}, err
}

// PollDevice gives the credential once the code was approved.
func (s *Server) PollDevice(ctx context.Context, req *identityv1.PollDeviceRequest) (*identityv1.PollDeviceResponse, error) {
	session, err := begun(s.App.PollDevice(ctx, req.GetFlow()))
	return &identityv1.PollDeviceResponse{Session: session}, err
}

// KeepTyped keeps what somebody had typed.
func (s *Server) KeepTyped(ctx context.Context, req *identityv1.KeepTypedRequest) (*identityv1.KeepTypedResponse, error) {
	secret, err := s.App.KeepTyped(ctx, req.GetSessionSecret(), req.GetTyped())
	return &identityv1.KeepTypedResponse{TypedSecret: secret}, err
}

// ReadTyped gives it back.
func (s *Server) ReadTyped(ctx context.Context, req *identityv1.ReadTypedRequest) (*identityv1.ReadTypedResponse, error) {
	typed, err := s.App.ReadTyped(ctx, req.GetSessionSecret(), req.GetTypedSecret(), req.GetForget())
	return &identityv1.ReadTypedResponse{Typed: typed}, err
}

// Exchange gives a principal for a session.
func (s *Server) Exchange(ctx context.Context, req *identityv1.ExchangeRequest) (*identityv1.ExchangeResponse, error) {
	t, err := s.App.Exchange(ctx, req.GetSessionSecret(), app.Asked{
		Audience: req.GetAudience(), Purpose: req.GetStatedPurpose(), LegalBasis: req.GetLegalBasis(), Via: req.GetVia(), ActsFor: req.GetActsFor(), Department: req.GetDepartment(), Division: req.GetDivision(),
		AsGuardian: req.GetAsGuardian(), Quiet: req.GetQuiet(),
	})
	if err != nil {
		return nil, err
	}
	var held []*identityv1.HeldRight
	for _, g := range t.Held {
		held = append(held, &identityv1.HeldRight{Role: g.Role, Department: g.Department, Covered: g.Division})
	}
	return &identityv1.ExchangeResponse{
		Held: held, Token: t.Text, ExpiresAt: micros(t.Until), SessionNumber: t.Session.Number, AccountKind: t.Account.Kind, Subject: t.Account.Subject,
		IdleAt: micros(t.Session.IdleAt()), EndsAt: micros(t.Session.Ends),
	}, nil
}

// CheckSession says whether a session is live.
func (s *Server) CheckSession(ctx context.Context, req *identityv1.CheckSessionRequest) (*identityv1.CheckSessionResponse, error) {
	id, number, err := s.App.Check(ctx, req.GetSessionSecret())
	return &identityv1.CheckSessionResponse{SessionId: id, SessionNumber: number}, err
}

// Revoked lists what was revoked after a number.
func (s *Server) Revoked(ctx context.Context, req *identityv1.RevokedRequest) (*identityv1.RevokedResponse, error) {
	out := &identityv1.RevokedResponse{}
	err := s.App.Data.Look(ctx, func(in app.Store) error {
		all, number, more, err := s.App.Revoked(in, req.GetAfter())
		out.Ranges = nil
		for _, r := range all {
			out.Ranges = append(out.Ranges, &identityv1.SessionRange{First: r.First, Last: r.Last})
		}
		out.Number, out.More = number, more
		return err
	})
	return out, err
}

// ReportDenials writes down what other services refused.
func (s *Server) ReportDenials(ctx context.Context, req *identityv1.ReportDenialsRequest) (*identityv1.ReportDenialsResponse, error) {
	var all []domain.Denial
	for _, d := range req.GetDenials() {
		all = append(all, domain.Denial{At: sqldb.Time(d.GetAt()), Kind: d.GetAccountKind(), Subject: d.GetSubject(), Session: d.GetSessionNumber(), Method: d.GetMethod(), Code: d.GetDeniedCode()})
	}
	return &identityv1.ReportDenialsResponse{}, s.App.ReportDenials(ctx, all)
}

// ReportAcceptances holds what was accepted in another's name against visits.
func (s *Server) ReportAcceptances(ctx context.Context, req *identityv1.ReportAcceptancesRequest) (*identityv1.ReportAcceptancesResponse, error) {
	var all []domain.Accepted
	for _, a := range req.GetAcceptances() {
		all = append(all, domain.Accepted{At: sqldb.Time(a.GetAt()), Kind: a.GetAccountKind(), Actor: a.GetSubject(), Worker: a.GetActsFor(), TakenBack: a.GetTakenBack()})
	}
	return &identityv1.ReportAcceptancesResponse{}, s.App.Accept(ctx, all)
}

// ListSessions lists where the caller is signed in.
func (s *Server) ListSessions(ctx context.Context, _ *identityv1.ListSessionsRequest) (*identityv1.ListSessionsResponse, error) {
	own, all, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListSessionsResponse{}
	for _, one := range all {
		out.Sessions = append(out.Sessions, &identityv1.Session{
			SessionId: one.ID, Device: one.Device, Via: one.Via, BeganAt: micros(one.Began), SeenAt: micros(one.Seen), EndsAt: micros(one.IdleAt()), This: one.ID == own.ID,
		})
	}
	return out, nil
}

// announced tells everybody at once where a command revoked sessions.
func announced[T any](s *Server, out T, err error) (T, error) {
	if err == nil && s.App.Announced != nil {
		s.App.Announced()
	}
	return out, err
}

// EndSession ends one of the caller's own.
func (s *Server) EndSession(ctx context.Context, req *identityv1.EndSessionRequest) (*identityv1.EndSessionResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.EndSessionResponse, error) {
		return &identityv1.EndSessionResponse{}, s.App.EndSession(in, own, req.GetSessionId())
	})
	return announced(s, out, err)
}

// EndOthers ends all of the caller's own but the one that asks.
func (s *Server) EndOthers(ctx context.Context, _ *identityv1.EndOthersRequest) (*identityv1.EndOthersResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.EndOthersResponse, error) {
		n, err := s.App.EndOthers(in, own)
		return &identityv1.EndOthersResponse{Ended: int32(n)}, err
	})
	return announced(s, out, err)
}

// ShutOut ends every session of an account, or of everybody.
func (s *Server) ShutOut(ctx context.Context, req *identityv1.ShutOutRequest) (*identityv1.ShutOutResponse, error) {
	out, err := command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.ShutOutResponse, error) {
		n, err := s.App.ShutOut(in, own, req.GetAccountId())
		return &identityv1.ShutOutResponse{Ended: int32(n)}, err
	})
	return announced(s, out, err)
}

// BeginAddPasskey gives the challenge for a new passkey.
func (s *Server) BeginAddPasskey(ctx context.Context, _ *identityv1.BeginAddPasskeyRequest) (*identityv1.BeginAddPasskeyResponse, error) {
	flow, challenge, err := s.App.BeginAddPasskey(ctx)
	return &identityv1.BeginAddPasskeyResponse{Flow: flow, Challenge: challenge}, err
}

// FinishAddPasskey keeps it.
func (s *Server) FinishAddPasskey(ctx context.Context, req *identityv1.FinishAddPasskeyRequest) (*identityv1.FinishAddPasskeyResponse, error) {
	return &identityv1.FinishAddPasskeyResponse{}, s.App.FinishAddPasskey(ctx, req.GetFlow(), req.GetAssertion(), req.GetPasskeyName())
}
