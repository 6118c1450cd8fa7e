package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// Outside is another office that knows who somebody is: by OpenID Connect, where it has
// an Issuer, or as the provinces do, by a ticket that buys a token that buys the person.
type Outside struct {
	Name         string `json:"name"`
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"` // or what the province calls the application
	ClientSecret string `json:"client_secret"`
	Redirect     string `json:"redirect"`
	Level        int    `json:"level"` // what its word is worth: one factor, or two

	Login       string `json:"login"` // the province's addresses
	Token       string `json:"token"`
	User        string `json:"user"`
	Ticket      string `json:"ticket"` // what the ticket is called in the browser's query
	TokenPath   string `json:"token_path"`
	SubjectPath string `json:"subject_path"` // where they stand in the answers, as in data.token
}

// Outsides reads the list of such offices, which holds secrets; no file is none.
func Outsides(path string) (all []Outside, err error) {
	text, err := config.Secret(path)
	if err != nil || text == "" {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("outside identities %s: %w", path, err)
	}
	for _, o := range all {
		if o.Name == "" || o.Level < 1 || o.Level > 2 || (o.Issuer == "") == (o.Login == "") {
			return nil, fmt.Errorf("outside identities %s: %q needs a name, a level of 1 or 2, and either an issuer or a login", path, o.Name)
		}
	}
	return all, nil
}

// SignIn says where people sign in.
type SignIn struct {
	Host    string   // of the pages, to which passkeys are bound; "" is localhost
	Origins []string // of the pages; none is http://localhost:8080
	Outside []Outside
	// LinkFile is where the first administrator's link is written; "" writes none.
	LinkFile string
}

// outsidePath is where another office sends the browser back to.
const outsidePath = "/sign-in/outside"

// At is the same for pages at these addresses, the main one first: passkeys are bound to
// its name, and to it other offices lead back that were told of no address. Without
// addresses it is as it was.
func (s SignIn) At(origins []config.Origin) SignIn {
	if len(origins) == 0 {
		return s
	}
	s.Host, s.Origins = origins[0].Host, nil
	for _, o := range origins {
		if o.Host == s.Host || strings.HasSuffix(o.Host, "."+s.Host) {
			s.Origins = append(s.Origins, o.String())
		}
	}
	s.Outside = slices.Clone(s.Outside)
	for i, o := range s.Outside {
		if o.Redirect == "" {
			s.Outside[i].Redirect = origins[0].String() + outsidePath
		}
	}
	return s
}

// People names the issuer whose principals are people's, each resting on a session.
const People = "people"

// Plays names the issuer that signs for a demonstration's invented people.
const Plays = "demo"

// operating is a service on the platform's own account.
func operating(ctx context.Context, service string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: service, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem})
}

// Sessions is the book of what was revoked, for a process that calls as a service.
func Sessions(service string, caller contract.Caller) *revoked.Book {
	identity := identityv1.ExchangeClient{Caller: caller, Target: revoked.Publisher}
	return revoked.New(func(ctx context.Context, after int64) (revoked.Answer, error) {
		r, err := identity.Revoked(operating(ctx, service), &identityv1.RevokedRequest{After: after})
		a := revoked.Answer{Number: r.GetNumber(), More: r.GetMore()}
		for _, one := range r.GetRanges() {
			a.Ranges = append(a.Ranges, revoked.Range{First: one.GetFirst(), Last: one.GetLast()})
		}
		return a, err
	}, nil)
}

// What a service keeps of denials until identity has written them down.
const (
	mostDenials = 10_000
	denialPage  = 64
	denialPause = time.Second
)

// denials are who was refused what, until identity has it. They are told in their
// order; where identity is away for long, the log says how many it was not told.
type denials struct {
	identity identityv1.ExchangeClient
	service  string
	log      *telemetry.Scope
	mu       sync.Mutex
	waiting  []*identityv1.Denial
	lost     int
	news     chan struct{}
}

func newDenials(service string, caller contract.Caller, log *telemetry.Scope) *denials {
	return &denials{identity: identityv1.ExchangeClient{Caller: caller, Target: revoked.Publisher}, service: service, log: log, news: make(chan struct{}, 1)}
}

// denied takes one. A service's own denials are in its log: they are nobody's act.
func (d *denials) denied(p auth.Principal, method, code string) {
	if p.Kind == auth.Service || p.Session == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) >= mostDenials {
		d.lost++
		return
	}
	d.waiting = append(d.waiting, &identityv1.Denial{At: time.Now().UnixMicro(), AccountKind: string(p.Kind), Subject: p.Subject, SessionNumber: p.Session, Method: method, DeniedCode: code})
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// run tells identity until ctx ends.
func (d *denials) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.news:
		}
		for d.tell(ctx) {
		}
	}
}

// tell sends a page, and reports whether more waits. Where it fails it waits a while.
func (d *denials) tell(ctx context.Context) bool {
	d.mu.Lock()
	page := d.waiting[:min(len(d.waiting), denialPage)]
	lost := d.lost
	d.mu.Unlock()
	if len(page) == 0 {
		return false
	}
	if _, err := d.identity.ReportDenials(operating(ctx, d.service), &identityv1.ReportDenialsRequest{Denials: page}); err != nil {
		d.log.Log.WarnContext(ctx, "denials not written down yet", "waiting", len(page), "lost", lost, "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(denialPause):
			return true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting, d.lost = d.waiting[len(page):], 0
	return len(d.waiting) > 0
}
