package frame

import (
	"crypto/sha256"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// share is what one of many may ask for: so much at once, and so much a second.
type share struct {
	atOnce    int
	perSecond rate.Limit
}

// What pages give. A whole hall may sit behind one address, so an address is given what
// a hall needs; a browser and a session get what one person does. Signing in costs more
// and is done less: a browser that goes on trying waits, and the others in the hall do
// not. What failed is counted by identity beside this.
var (
	ofAddress     = share{5000, 1000}
	ofSession     = share{500, 50}
	postsAddress  = share{3000, 300}
	postsSession  = share{200, 10}
	signInAddress = share{300, 30}
	signInBrowser = share{20, 0.5}
)

// mostShares bounds how many of a kind are remembered.
const mostShares = 10_000

// shares are what each of many has left. Whoever has all of it left is not remembered;
// where everybody has used some, everybody is given anew.
type shares struct {
	share
	mu    sync.Mutex
	known map[string]*rate.Limiter
}

// take takes one of somebody's share, or says how long to wait for it.
func (s *shares) take(who string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.known[who]
	if left == nil {
		if len(s.known) >= mostShares {
			for one, l := range s.known {
				if l.TokensAt(now) >= float64(s.atOnce) {
					delete(s.known, one)
				}
			}
		}
		if s.known == nil || len(s.known) >= mostShares {
			s.known = map[string]*rate.Limiter{}
		}
		left = rate.NewLimiter(s.perSecond, s.atOnce)
		s.known[who] = left
	}
	one := left.ReserveN(now, 1)
	wait := one.DelayFrom(now)
	if wait > 0 {
		one.CancelAt(now)
	}
	return wait
}

// limits are what is left of all that pages give.
type limits struct{ address, session, posts, sessionPosts, signIn, browser shares }

func newLimits() *limits {
	return &limits{
		address: shares{share: ofAddress}, session: shares{share: ofSession}, posts: shares{share: postsAddress}, sessionPosts: shares{share: postsSession},
		signIn: shares{share: signInAddress}, browser: shares{share: signInBrowser},
	}
}

// errBusy says until when nothing is done.
var errBusy = errs.New(errs.Overloaded, "console.busy", "Too much was asked from here at once, and this was not done. Try again in the seconds that the page says.")

// busy answers where a share is used up.
func (v *Visit) busy(wait time.Duration) {
	seconds := strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
	v.W.Header().Set("Retry-After", seconds)
	v.fail(errBusy.With("seconds", seconds))
}

// network names where a request comes from: an address, or of IPv6 the network that one
// customer has.
func network(r *http.Request) string {
	a := edge.Of(r).Address
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// limited lets an address have its share, before anything is read of what it asks for.
func (s *Site) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		now, from := s.Clock.Now(), network(r)
		wait := s.limits.address.take(from, now)
		if wait == 0 && r.Method == http.MethodPost {
			wait = s.limits.posts.take(from, now)
			if wait == 0 && atSignIn(r.URL.Path) {
				if browser := keptIn(r, beginCookie); browser != "" {
					wait = s.limits.browser.take(hashed(browser), now)
				}
				if wait == 0 {
					wait = s.limits.signIn.take(from, now)
				}
			}
		}
		if wait > 0 {
			s.visit(w, r, Section{}, Chapter{}).busy(wait)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// within lets a session that was found good have its share.
func (s *Site) within(r *http.Request, secret string) time.Duration {
	now, who := s.Clock.Now(), hashed(secret)
	wait := s.limits.session.take(who, now)
	if wait == 0 && r.Method == http.MethodPost {
		wait = s.limits.sessionPosts.take(who, now)
	}
	return wait
}

func hashed(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return string(h[:16])
}
