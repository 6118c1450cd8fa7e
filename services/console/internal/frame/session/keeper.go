package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// What the keeper remembers: for how long a session is taken as identity said, while
// its number was not revoked, and how many at most.
const (
	knownFor  = time.Minute
	mostKnown = 10_000
	mostAsked = 64 // proofs of one session
)

// OwnAccess is what the own devices and credentials are asked for.
var OwnAccess = Purpose{Code: "own_access", LegalBasis: "PIPL 44-45"}

// SigningIn is what the console asks identity for on somebody's behalf.
var SigningIn = Purpose{Code: "sign_in", LegalBasis: "platform operation"}

// Secret is what a session's secret looks like; anything else is none.
var Secret = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// Keeper turns sessions into proofs of who asks. It signs for the console itself and for
// nobody else: for a session, identity does.
type Keeper struct {
	client   *rpc.Client   // proves by the keeper
	together *rpc.Together // of the same, for the rows of sheets
	exchange identityv1.ExchangeClient
	own      *auth.Signer
	book     *revoked.Book
	clock    clock.Clock
	mu       sync.Mutex
	known    map[[sha256.Size]byte]*kept
}

// kept is a session as identity said last, and what was proved for it.
type kept struct {
	Known
	until  time.Time
	did    time.Time // when somebody did something within it, as identity was told last
	tokens map[asked]proof
}

type asked struct{ audience, purpose, basis, via, actsFor, department, division string }

type proof struct {
	token string
	until time.Time
}

// NewKeeper returns a keeper that signs as the console with own. book is what was revoked,
// as the console knows it.
func NewKeeper(conn *nats.Conn, own *auth.Signer, book *revoked.Book, c clock.Clock) *Keeper {
	k := &Keeper{own: own, book: book, clock: c, known: map[[sha256.Size]byte]*kept{}}
	k.exchange = identityv1.ExchangeClient{Caller: rpc.NewClient(conn, own), Target: revoked.Publisher}
	k.client = rpc.NewProving(conn, k)
	k.together = rpc.NewTogether(k.client)
	return k
}

// Call implements contract.Caller. A call that was refused since its session has a new
// number, as at a visit's end, was not done, and is made again under the new one; so is one
// that was refused since what was proved before is older than a paper form's confirmation.
func (k *Keeper) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	in, _ := ctx.Value(asksKey{}).(*Known)
	if in != nil {
		ctx = in.placed(ctx, service, method)
	}
	by := contract.Caller(k.client)
	if imports(ctx) {
		by = k.together
	}
	err := by.Call(ctx, service, method, req, into)
	if in != nil && (errors.Is(err, auth.ErrOver) || errors.Is(err, auth.ErrPaper)) {
		k.Forget(in)
		err = by.Call(ctx, service, method, req, into)
	}
	switch {
	case in == nil:
	case err != nil:
		in.note(err)
	default:
		in.does(service + "." + method)
	}
	return err
}

// Prove implements rpc.Prover.
func (k *Keeper) Prove(ctx context.Context, p auth.Principal, audience string) (string, error) {
	in, _ := ctx.Value(asksKey{}).(*Known)
	switch {
	case p.Kind == auth.Service:
		return k.own.Sign(p, audience)
	case in == nil:
		return "", auth.ErrNoPrincipal
	}
	ask := asked{audience, p.Purpose, p.LegalBasis, p.Via, p.ActsFor, p.Department, p.Division}
	if p.Kind != auth.Officer {
		ask.department, ask.division = "", ""
		if p.Via == auth.ViaHelper {
			ask.via = ""
		}
	}
	if p.Via == auth.ViaImport { // wherever the officer's rights are: each row says where it belongs
		ask.division = ""
	}
	h := sha256.Sum256([]byte(in.secret))
	if t := k.proved(h, ask); t != "" {
		return t, nil
	}
	r, err := k.ask(ctx, in.secret, ask, in.Quiet)
	if err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.known[h]; one != nil && one.Number == r.GetSessionNumber() {
		if len(one.tokens) >= mostAsked {
			clear(one.tokens)
		}
		one.tokens[ask] = proof{r.GetToken(), time.UnixMicro(r.GetExpiresAt())}
	}
	return r.GetToken(), nil
}

func (k *Keeper) proved(h [sha256.Size]byte, ask asked) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.known[h]; one != nil {
		if t, ok := one.tokens[ask]; ok && k.clock.Now().Before(t.until) {
			return t.token
		}
	}
	return ""
}

func (k *Keeper) ask(ctx context.Context, secret string, a asked, quiet bool) (*identityv1.ExchangeResponse, error) {
	ctx = rpc.Once(Console().As(ctx, SigningIn), "")
	return k.exchange.Exchange(ctx, &identityv1.ExchangeRequest{
		SessionSecret: secret, Audience: a.audience, StatedPurpose: a.purpose, LegalBasis: a.basis, Via: a.via, ActsFor: a.actsFor, Department: a.department, Division: a.division, Quiet: quiet,
	})
}

// Read says who signed in with a session's secret. What is remembered holds while the
// session's number was not revoked, as is known no older than the book's bound. Quiet is
// what a page asks by itself: nobody did anything, and the session is no younger for it.
func (k *Keeper) Read(ctx context.Context, secret string, quiet bool) (*Known, error) {
	h := sha256.Sum256([]byte(secret))
	k.mu.Lock()
	one := k.known[h]
	k.mu.Unlock()
	now := k.clock.Now()
	var did time.Time
	if one != nil {
		did = one.did
	}
	if one != nil && now.Before(one.until) && (quiet || now.Sub(did) < knownFor) {
		err := k.book.Check(ctx, one.Number)
		if err == nil {
			in := one.Known
			in.Quiet, in.refused, in.done = quiet, new(atomic.Pointer[error]), new(done)
			return &in, nil
		}
		if !errors.Is(err, auth.ErrOver) {
			return nil, err
		}
	}
	// Its number was revoked: the session is over, or goes on under another one.
	k.forget(h)
	r, err := k.ask(ctx, secret, asked{audience: revoked.Publisher, purpose: OwnAccess.Code, basis: OwnAccess.LegalBasis}, quiet)
	if err != nil {
		return nil, err
	}
	p, err := said(r.GetToken())
	if err != nil {
		return nil, err
	}
	in := Known{
		Kind: auth.Kind(p.GetKind()), Subject: p.GetSubject(), Department: p.GetDepartment(), Division: p.GetDivision(), Role: p.GetRole(),
		Held: held(r, p), Number: r.GetSessionNumber(), IdleAt: time.UnixMicro(r.GetIdleAt()), EndsAt: time.UnixMicro(r.GetEndsAt()), secret: secret,
	}
	until := now.Add(knownFor)
	if in.IdleAt.Before(until) {
		until = in.IdleAt
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= mostKnown {
		clear(k.known)
	}
	if !quiet {
		did = now
	}
	k.known[h] = &kept{Known: in, until: until, did: did, tokens: map[asked]proof{}}
	in.Quiet, in.refused, in.done = quiet, new(atomic.Pointer[error]), new(done)
	return &in, nil
}

// held is all that an officer may do; at the least what the proof says.
func held(r *identityv1.ExchangeResponse, p *platformv1.Principal) (all []Held) {
	for _, h := range r.GetHeld() {
		all = append(all, Held{h.GetRole(), h.GetDepartment(), h.GetCovered()})
	}
	if all == nil && p.GetKind() == string(auth.Officer) {
		all = []Held{{p.GetRole(), p.GetDepartment(), p.GetDivision()}}
	}
	return all
}

// Ended lets the next page of everybody be asked for, since a session was ended here.
func (k *Keeper) Ended() { k.book.Stale() }

// Forget lets the next question about a session go to identity.
func (k *Keeper) Forget(in *Known) { k.forget(sha256.Sum256([]byte(in.secret))) }

func (k *Keeper) forget(h [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, h)
}
