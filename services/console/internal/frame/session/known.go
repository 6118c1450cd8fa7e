package session

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Known is somebody who signed in, as identity says.
type Known struct {
	Kind    auth.Kind
	Subject string // a worker's reference, a staff number, an employer's id
	// Of the widest right, where there are several: what a page shows. What a call may
	// do, the proof says that identity gives for it.
	Department, Division, Role string
	Held                       []Held    // all that an officer may do, whatever a page is of
	Number                     int64     // of the session
	IdleAt, EndsAt             time.Time // when it ends if nothing is done, and at the latest
	Quiet                      bool      // a page asks by itself, and nobody did anything

	secret  string
	refused *atomic.Pointer[error] // of this request alone
	done    *done                  // likewise
}

// done are the commands that were done for one request, each once, as employment.Apply.
type done struct {
	mu  sync.Mutex
	all []string
}

// Did are the commands that the calls of this request did, in their order.
func (k *Known) Did() []string {
	if k.done == nil {
		return nil
	}
	k.done.mu.Lock()
	defer k.done.mu.Unlock()
	return slices.Clone(k.done.all)
}

// does notes that a call was answered.
func (k *Known) does(method string) {
	if m, ok := MethodOf(method); !ok || !m.command || k.done == nil {
		return
	}
	k.done.mu.Lock()
	defer k.done.mu.Unlock()
	if !slices.Contains(k.done.all, method) {
		k.done.all = append(k.done.all, method)
	}
}

// Refused is why a call of this request was refused since the session is over or locked,
// whatever the page made of it; nil is none.
func (k *Known) Refused() error {
	if k.refused == nil {
		return nil
	}
	if err := k.refused.Load(); err != nil {
		return *err
	}
	return nil
}

func (k *Known) note(err error) {
	if k.refused != nil && (errors.Is(err, auth.ErrOver) || errs.CodeOf(err) == "identity.session" || errs.CodeOf(err) == "identity.locked") {
		k.refused.Store(&err)
	}
}

// Held is a role of an officer's in a department, and the division where it is held.
type Held struct{ Role, Department, Division string }

// divisions are those in which an officer has a right in a department.
func (k *Known) divisions(department string) (all []string) {
	for _, h := range k.Held {
		if h.Department == department && !slices.Contains(all, h.Division) {
			all = append(all, h.Division)
		}
	}
	return all
}

// Covered is which of some divisions an officer's rights in a department cover.
func (k *Known) Covered(department string, divisions []string) (all []string) {
	for _, d := range divisions {
		if slices.ContainsFunc(k.divisions(department), func(held string) bool {
			return auth.Principal{Division: held}.CoversDivision(d) == nil
		}) {
			all = append(all, d)
		}
	}
	return all
}

type inKey struct{}

// With returns a context of a request that who signed in sent.
func With(ctx context.Context, in *Known) context.Context { return context.WithValue(ctx, inKey{}, in) }

// From is who signed in; nil is nobody.
func From(ctx context.Context) *Known {
	in, _ := ctx.Value(inKey{}).(*Known)
	return in
}

// WorksIn reports whether an officer has a right in a department, in a role; "" is any.
func (k *Known) WorksIn(department, role string) bool {
	return k.Kind == auth.Officer && slices.ContainsFunc(k.Held, func(h Held) bool { return h.Department == department && (role == "" || h.Role == role) })
}

// Unseen reports a worker whom no counter saw yet.
func (k *Known) Unseen() bool { return k.Kind == auth.Worker && k.Role == "unseen" }

// asksKey marks calls that a session makes.
type asksKey struct{}

// at is who signed in, at a page of a department: a worker's own page is the worker's
// own, a helper's for whom he helps, and an officer's for who visits him.
func (k *Known) at(worker, department string) Session {
	s := Session{auth.Principal{Kind: k.Kind, Subject: k.Subject, Department: k.Department, Via: auth.ViaWeb}, k, k.Kind == auth.Officer && department == ""}
	switch {
	case k.Kind == auth.Worker && worker != "" && worker != k.Subject:
		s.who.ActsFor, s.who.Via = worker, auth.ViaHelper
	case k.Kind == auth.Officer:
		if department != "" {
			s.who.Department = department
		}
		if worker != "" {
			s.who.ActsFor, s.who.Via = worker, auth.ViaCounter
		}
	}
	return s
}

// asking is what is asked for at another's page: an officer whom a person visits acts
// for what the department is there for, and only the person on the own record.
func (k *Known) asking(who auth.Principal) auth.Principal {
	if who.Kind == auth.Officer && who.Purpose == OwnRecord.Code {
		who.Purpose = who.Main()
	}
	if who.Kind != auth.Officer && who.Via == auth.ViaCounter { // nobody else has one
		who.Via = auth.ViaWeb
	}
	return who
}

// said reads what a proof of identity's says. Its signature is the called service's to
// check: it came over the bus from identity, and only a page is made of it here.
func said(token string) (*platformv1.Principal, error) {
	body, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return nil, auth.ErrBadToken
	}
	var p platformv1.Principal
	if err := proto.Unmarshal(b, &p); err != nil {
		return nil, auth.ErrBadToken
	}
	return &p, nil
}
