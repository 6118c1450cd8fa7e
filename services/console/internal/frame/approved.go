package frame

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// approvedFor is for how long what identity said of approvals holds.
const approvedFor = time.Minute

// texts are those of a file in a version and a language.
type texts struct{ language, file, version string }

// Approved knows which texts speakers approved, as identity keeps it: no older than a
// minute, and asked anew with the next page that binds once identity announced a change. It
// costs such a page a question in a minute at most, and every other page none. Where nobody
// can say, nothing is approved: the page is Chinese, and offers an interpreter.
type Approved struct {
	exchange identityv1.ExchangeClient
	clock    clock.Clock
	mu       sync.Mutex
	all      map[texts]bool
	asOf     time.Time
	stale    bool
}

// NewApproved returns one that knows nothing yet, and asks by c.
func NewApproved(c contract.Caller, now clock.Clock) *Approved {
	return &Approved{exchange: identityv1.ExchangeClient{Caller: c, Target: "identity"}, clock: now}
}

// Stale is called where approvals changed.
func (a *Approved) Stale() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stale = true
}

// now is what is approved. One visitor asks, and the others wait for the answer.
func (a *Approved) now(ctx context.Context, log *slog.Logger) map[texts]bool {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Now()
	if age := now.Sub(a.asOf); !a.stale && age >= 0 && age < approvedFor {
		return a.all
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	r, err := a.exchange.ListApproved(session.Console().As(ctx, published), &identityv1.ListApprovedRequest{})
	if err != nil {
		log.WarnContext(ctx, "which texts speakers approved is not known: pages that bind are Chinese", "error", err)
		return nil
	}
	a.all, a.asOf, a.stale = map[texts]bool{}, now, false
	for _, t := range r.GetTexts() {
		a.all[texts{t.GetLanguage(), t.GetTextFile(), t.GetTextsVersion()}] = true
	}
	return a.all
}
