// Package identity is the pages of signing in: who somebody is, where he is signed in,
// and who may do what.
package identity

import (
	"embed"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// What the pages ask for.
var (
	signing  = frame.SigningIn
	keeping  = frame.Purpose{Code: "account_keeping", LegalBasis: "platform operation"}
	cases    = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}
	visiting = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 44-45", Counter: true}
	finding  = frame.Purpose{Code: "timeline_help", LegalBasis: "PIPL 13(1), 44-45", Counter: true}
)

type pages struct {
	signIn   identityv1.SignInClient
	sessions identityv1.SessionsClient
	accounts identityv1.AccountsClient
	counter  identityv1.CounterClient
	proofs   identityv1.ProofsClient
	registry registryv1.RegistryClient
	players  identityv1.PlayClient
	demo     bool // its people are offered at one tap
	clock    clock.Clock
	limits   limits
	exchange identityv1.ExchangeClient
	letting  identityv1.DevicesClient
	shares   shares
}

// New returns the section. In a demonstration its people are played at one tap.
func New(c contract.Caller, now clock.Clock, demo bool) frame.Section {
	s := &pages{
		players: identityv1.PlayClient{Caller: c, Target: "identity"}, demo: demo,
		signIn:   identityv1.SignInClient{Caller: c, Target: "identity"},
		sessions: identityv1.SessionsClient{Caller: c, Target: "identity"},
		accounts: identityv1.AccountsClient{Caller: c, Target: "identity"},
		counter:  identityv1.CounterClient{Caller: c, Target: "identity"},
		proofs:   identityv1.ProofsClient{Caller: c, Target: "identity"},
		registry: registryv1.RegistryClient{Caller: c, Target: "registry"},
		clock:    now,
		exchange: identityv1.ExchangeClient{Caller: c, Target: "identity"},
		letting:  identityv1.DevicesClient{Caller: c, Target: "identity"},
	}
	s.limits.book, _ = rule.Load() // what is built in was tested; without it a page says less
	section := frame.Section{
		Name: "identity", Files: files,
		Chapters: []frame.Chapter{
			{At: frame.SignInPath, Pages: []string{"sign_in", "second", "locked", "stay", "outside", "link", "link_ask", "link_done", "link_word", "players"}},
			{At: "/me", Pages: []string{"devices", "papers", "binding", "users"}},
			{At: "/me/helpers", Pages: []string{"helpers"}, Binds: true},
			{At: "/device", Pages: []string{"device"}},
		},
		Tones:   frame.Tones{Good: []string{"approved"}, Due: []string{"invited"}},
		Streams: s.programs(),
		Pages: map[string]frame.Handler{
			"GET /sign-in":                         s.begin,
			"POST /sign-in":                        s.first,
			"POST /sign-in/code":                   s.code,
			"POST /sign-in/outside":                s.outside,
			"GET /sign-in/outside":                 s.outsideBack,
			"GET /sign-in/second":                  s.second,
			"POST /sign-in/second":                 s.finish,
			"POST /sign-in/passkey/begin":          s.passkeyBegin,
			"POST /sign-in/passkey":                s.passkeyFinish,
			"GET /sign-in/new":                     s.link,
			"POST /sign-in/new/open":               s.linkOpen,
			"POST /sign-in/new/word":               s.linkWord,
			"POST /sign-in/new":                    s.linkUse,
			"GET /sign-in/locked":                  s.locked,
			"POST /sign-in/locked":                 s.reopen,
			"GET /sign-in/stay":                    s.stay,
			"POST /sign-in/lock":                   s.lock,
			"POST /sign-in/out":                    s.out,
			"GET /me/devices":                      s.devices,
			"POST /me/devices/end":                 s.end,
			"POST /me/devices/others":              s.endOthers,
			"GET /device":                          s.device,
			"POST /device":                         s.answerDevice,
			"POST /me/pin":                         s.pin,
			"POST /me/passkeys/begin":              s.addBegin,
			"POST /me/passkeys":                    s.addFinish,
			"POST /me/passkeys/name":               s.namePasskey,
			"POST /me/passkeys/remove":             s.removePasskey,
			"POST /me/prove":                       s.prove,
			"POST /me/prove/passkey":               s.sessionPasskey,
			"POST /sign-in/locked/passkey":         s.sessionPasskey,
			"POST /me/password":                    s.password,
			"POST /me/papers":                      s.papers,
			"GET /me/outside":                      s.binding,
			"POST /me/outside":                     s.bind,
			"POST /me/outside/remove":              s.unbind,
			"GET /me/users":                        s.users,
			"POST /me/users":                       s.addUser,
			"POST /me/users/renew":                 s.renewUser,
			"POST /me/users/end":                   s.endUser,
			"GET /me/helpers":                      s.helpers,
			"POST /me/helpers":                     s.nameHelper,
			"POST /me/helpers/end":                 s.endHelper,
			"GET /counter":                         s.counterPage,
			"POST /counter":                        s.beginVisit,
			"POST /counter/end":                    s.endVisit,
			"POST /counter/papers":                 s.notePapers,
			"GET /counter/receipts/{visit}":        s.receipt,
			"GET /me/receipts/{visit}":             s.ownReceipt,
			"POST /counter/code":                   s.printCode,
			"POST /counter/stop":                   s.stopSignIns,
			"POST /counter/resume":                 s.resumePhone,
			"GET /counter/employer":                s.firms,
			"POST /counter/employer":               s.openEmployer,
			"POST /counter/employer/{act}":         s.decideFirm,
			"POST /counter/helper":                 s.counterHelper,
			"POST /counter/helper/end":             s.counterHelperEnd,
			"GET /admin/accounts":                  s.accountsPage,
			"POST /admin/accounts":                 s.proposeAccount,
			"POST /admin/accounts/find":            s.findAccount,
			"POST /admin/accounts/first":           s.firstAdministrator,
			"POST /admin/accounts/out":             s.shutOut,
			"POST /admin/accounts/{account}/{act}": s.propose,
			"GET /admin/acts":                      s.acts,
			"POST /admin/acts/{act}":               s.decide,
			"GET /admin/denials":                   s.denials,
		},
	}
	if demo {
		section.Pages["GET "+frame.PlayersPath] = s.playersPage
		section.Pages["POST "+frame.PlayersPath] = s.play
	}
	return section
}
