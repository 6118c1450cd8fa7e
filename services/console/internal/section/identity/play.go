package identity

import (
	"slices"
	"strings"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// players are the invented people whom a visitor of the demonstration may be, those
// first whose page was asked for.
type players struct {
	Demo bool
	Next string
	All  []player
	Err  error
}

type player struct {
	*identityv1.Player
	Fits bool // the page that was asked for is this one's
}

// offered asks whom a visitor may play. Where identity does not answer, the page says so
// and the other ways to sign in stay.
func (s *pages) offered(v *frame.Visit, next string) (b players) {
	if !s.demo {
		return b
	}
	b = players{Demo: true, Next: next}
	r, err := s.players.ListPlayers(v.AsConsole(signing), &identityv1.ListPlayersRequest{Subject: subjectOf(next)})
	b.Err = err
	for _, p := range r.GetPlayers() {
		b.All = append(b.All, player{p, next == "/" || fits(next, p.GetAccountKind(), p.GetSubject())})
	}
	slices.SortStableFunc(b.All, func(one, two player) int {
		switch {
		case one.Fits == two.Fits:
			return 0
		case one.Fits:
			return -1
		}
		return 1
	})
	return b
}

// subjectOf is whose page an address is; "" is an office's.
func subjectOf(at string) string {
	for _, of := range []string{"/workers/", "/employers/"} {
		if rest, is := strings.CutPrefix(at, of); is {
			subject, _, _ := strings.Cut(strings.SplitN(rest, "?", 2)[0], "/")
			return subject
		}
	}
	return ""
}

// fits reports whether a page is one of somebody's own, or of an office in which the
// person is at work.
func fits(at, kind, subject string) bool {
	switch own := subjectOf(at); {
	case strings.HasPrefix(at, "/me/"):
		return true
	case own != "":
		return own == subject
	case strings.HasPrefix(at, "/admin/"):
		return kind == "administrator"
	}
	return kind == "officer"
}

// playersPage lists them for who changes from one to another.
func (s *pages) playersPage(v *frame.Visit) error { return s.showPlayers(v, nil) }

func (s *pages) showPlayers(v *frame.Visit, err error) error {
	b := s.offered(v, frame.Next(v.Query("next")))
	if b.Err == nil {
		b.Err = err
	}
	return v.Render(status(err), "players", frame.Page{Title: "play.title", Body: b})
}

// play signs the visitor in as whom was tapped. Who was played before is signed out.
func (s *pages) play(v *frame.Visit) error {
	next := frame.Next(v.Form("next"))
	r, err := s.players.Play(v.AsConsole(signing), &identityv1.PlayRequest{AccountId: v.Form("player"), Device: frame.Device(v.R)})
	if err != nil {
		return s.showPlayers(v, err)
	}
	if before := v.Secret(); before != "" {
		if _, err := s.signIn.SignOut(v.AsConsole(signing), &identityv1.SignOutRequest{SessionSecret: before}); err != nil {
			v.Log().WarnContext(v.R.Context(), "who was played before stays signed in until the session ends", "error", err)
		}
		v.Renewed()
		v.Ended()
	}
	n := r.GetSession()
	if !fits(next, n.GetAccountKind(), n.GetSubject()) {
		next = "/"
	}
	return s.enter(v, n, next)
}
