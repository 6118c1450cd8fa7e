package identity

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// A program signs in without a browser: it has no page, no cookie and no form. It
// sends JSON and is answered in JSON; what it proves itself with stands in the body
// alone. Nothing of a cookie is read here, so no page can make a browser ask for it.

// What programs may ask: from one address, and with one secret.
const (
	fromAddress, fromAddressAtOnce = rate.Limit(20), 200
	withSecret, withSecretAtOnce   = rate.Limit(5), 60
	mostShares                     = 10_000
	mostOfProgram                  = 8 << 10 // bytes
)

// asksIn begins: what the program calls itself, and for how many days it asks.
type asksIn struct {
	Device string `json:"device"`
	Days   int32  `json:"days"`
}

type mayAsk struct {
	Flow   string `json:"flow"`
	Code   string `json:"code"`
	EndsAt int64  `json:"ends_at"`
}

// waits asks whether the code was approved.
type waits struct {
	Flow string `json:"flow"`
}

type letIn struct {
	Credential string `json:"credential"`
	EndsAt     int64  `json:"ends_at"`
	Officer    string `json:"officer"`
}

// proves asks for a proof for one service and one purpose.
type proves struct {
	Credential string `json:"credential"`
	Audience   string `json:"audience"`
	Purpose    string `json:"purpose"`
	LegalBasis string `json:"legal_basis"`
	Department string `json:"department"`
}

type proved struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expires_at"`
	EndsAt    int64  `json:"ends_at"`
	Officer   string `json:"officer"`
}

// leaves ends what the program was let in by.
type leaves struct {
	Credential string `json:"credential"`
}

func (s *pages) programs() map[string]func(*frame.Visit) {
	return map[string]func(*frame.Visit){
		"POST /sign-in/device":       program(s, func(asksIn) string { return "" }, s.programBegins),
		"POST /sign-in/device/poll":  program(s, func(in waits) string { return in.Flow }, s.programWaits),
		"POST /sign-in/device/token": program(s, func(in proves) string { return in.Credential }, s.programProves),
		"POST /sign-in/device/out":   program(s, func(in leaves) string { return in.Credential }, s.programLeaves),
	}
}

func (s *pages) programBegins(v *frame.Visit, in asksIn) (mayAsk, error) {
	r, err := s.signIn.BeginDevice(v.AsConsole(signing), &identityv1.BeginDeviceRequest{Device: in.Device, Days: in.Days, Address: address(v.R)})
	return mayAsk{r.GetFlow(), r.GetCode(), r.GetEndsAt()}, err
}

func (s *pages) programWaits(v *frame.Visit, in waits) (letIn, error) {
	r, err := s.signIn.PollDevice(v.AsConsole(signing), &identityv1.PollDeviceRequest{Flow: in.Flow})
	one := r.GetSession()
	return letIn{one.GetSessionSecret(), one.GetEndsAt(), one.GetSubject()}, err
}

func (s *pages) programProves(v *frame.Visit, in proves) (proved, error) {
	r, err := s.exchange.Exchange(v.AsConsole(signing), &identityv1.ExchangeRequest{
		SessionSecret: in.Credential, Audience: in.Audience, StatedPurpose: in.Purpose, LegalBasis: in.LegalBasis, Department: in.Department, Via: frame.ViaImport,
	})
	return proved{r.GetToken(), r.GetExpiresAt(), r.GetEndsAt(), r.GetSubject()}, err
}

func (s *pages) programLeaves(v *frame.Visit, in leaves) (struct{}, error) {
	_, err := s.signIn.SignOut(v.AsConsole(signing), &identityv1.SignOutRequest{SessionSecret: in.Credential})
	if errs.CodeOf(err) == "identity.session" {
		err = nil // it had ended
	}
	return struct{}{}, err
}

// program answers a program, within its share and its address's.
func program[In, Out any](s *pages, secret func(In) string, do func(*frame.Visit, In) (Out, error)) func(*frame.Visit) {
	return func(v *frame.Visit) {
		var in In
		err := readProgram(v.R, &in)
		if err == nil && !s.shares.takes(s.clock.Now(), address(v.R), secret(in)) {
			err = rpc.ErrOverloaded
		}
		var out Out
		if err == nil {
			out, err = do(v, in)
		}
		v.W.Header().Set("Content-Type", "application/json")
		if err != nil {
			e := errs.From(err)
			v.W.WriteHeader(status(err))
			_ = json.NewEncoder(v.W).Encode(map[string]any{"kind": e.Kind.String(), "code": e.Code, "text": e.Text, "detail": e.Detail}) // the program may be gone
			return
		}
		_ = json.NewEncoder(v.W).Encode(out)
	}
}

func readProgram(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return rpc.ErrMalformed
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostOfProgram+1))
	if err == nil && len(body) > mostOfProgram {
		err = errors.New("too long")
	}
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		return rpc.ErrMalformed.Because(err)
	}
	return nil
}

// shares bounds how often programs ask.
type shares struct {
	mu    sync.Mutex
	known map[string]*rate.Limiter
}

// takes reports whether an address, and a secret where one is given, have a share left.
func (s *shares) takes(now time.Time, address, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of("from "+address, fromAddress, fromAddressAtOnce).AllowN(now, 1) &&
		(secret == "" || s.of("with "+secret, withSecret, withSecretAtOnce).AllowN(now, 1))
}

func (s *shares) of(name string, each rate.Limit, atOnce int) *rate.Limiter {
	if s.known[name] == nil {
		if s.known == nil || len(s.known) >= mostShares {
			s.known = map[string]*rate.Limiter{}
		}
		s.known[name] = rate.NewLimiter(each, atOnce)
	}
	return s.known[name]
}
