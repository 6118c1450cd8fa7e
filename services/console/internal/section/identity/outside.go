package identity

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// bindingBody is what somebody is asked to confirm: another office's identity that would
// be joined to the account.
type bindingBody struct {
	Source  string
	OpensAt int64
	Later   bool // it waits, since a counter's code opened the session
	Hours   int
	Err     error
}

// binding shows what would be joined.
func (s *pages) binding(v *frame.Visit) error { return s.showBinding(v, nil) }

func (s *pages) showBinding(v *frame.Visit, wrong error) error {
	return signedIn(func(v *frame.Visit) error {
		flow := v.Kept(frame.BindCookie)
		if flow == "" {
			return v.Back("/me/devices#proofs")
		}
		b := bindingBody{Err: wrong, Hours: s.limit("ID-PROOF", "bind_hours")}
		if wrong == nil {
			r, err := s.proofs.ShowBinding(v.As(frame.OwnAccess), &identityv1.ShowBindingRequest{BindFlow: flow})
			b.Source, b.OpensAt, b.Err = r.GetSource(), r.GetOpensAt(), err
			b.Later = b.OpensAt > s.clock.Now().UnixMicro()
		}
		if b.Err != nil {
			v.Drop(frame.BindCookie)
		}
		return v.Render(status(b.Err), "binding", frame.Page{Title: "binding.title", Body: b})
	})(v)
}

// bind joins it, or leaves it.
func (s *pages) bind(v *frame.Visit) error {
	return signedIn(func(v *frame.Visit) error {
		flow := v.Kept(frame.BindCookie)
		if flow == "" || v.Form("no") != "" {
			v.Drop(frame.BindCookie)
			return v.Back("/me/devices#proofs")
		}
		if _, err := s.sessions.BindOutside(v.As(frame.OwnAccess), &identityv1.BindOutsideRequest{BindFlow: flow}); err != nil {
			return s.showBinding(v, err)
		}
		v.Drop(frame.BindCookie)
		return v.Back("/me/devices?done=bound#proofs")
	})(v)
}

// goingBody is the address of another office, to which a browser goes on its own: a form
// of ours leads to no other host.
type goingBody struct {
	Source  string
	URL     string
	Minutes int
}

// sources names the other offices by which a worker may sign in; none where that is not
// known, since every other way is there.
func (s *pages) sources(v *frame.Visit) []string {
	r, err := s.signIn.ListSources(v.AsConsole(signing), &identityv1.ListSourcesRequest{})
	if err != nil {
		return nil
	}
	return r.GetSources()
}

// outside begins a sign-in at another office.
func (s *pages) outside(v *frame.Visit) error {
	b := signInBody{As: who[0], Next: frame.Next(v.Form("next"))}
	source := v.Form("source")
	if !slices.Contains(s.sources(v), source) {
		return s.showSignIn(v, frame.ErrInput, b)
	}
	r, err := s.signIn.BeginOutside(v.AsConsole(signing), &identityv1.BeginOutsideRequest{Source: source, Address: address(v.R)})
	if err != nil {
		return s.showSignIn(v, err, b)
	}
	u, err := url.Parse(r.GetOutsideUrl())
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return s.showSignIn(v, frame.ErrInput, b)
	}
	v.Keep(frame.FlowCookie, r.GetFlow(), s.clock.Now().Add(flowLife))
	return v.Render(http.StatusOK, "outside", frame.Page{Title: "outside.title", Body: goingBody{source, u.String(), int(flowLife / time.Minute)}})
}

// outsideBack takes what the browser brought back from there. Whom the office names and no
// account is joined to signs in once by a counter's code, and is asked then.
func (s *pages) outsideBack(v *frame.Visit) error {
	flow := v.Kept(frame.FlowCookie)
	if flow == "" || v.R.URL.RawQuery == "" {
		return v.Back(frame.SignInPath + "?why=flow")
	}
	v.Drop(frame.FlowCookie)
	r, err := s.signIn.FinishOutside(v.AsConsole(signing), &identityv1.FinishOutsideRequest{Flow: flow, Answer: v.R.URL.RawQuery, Device: frame.Device(v.R), Address: address(v.R)})
	if err != nil {
		return s.showSignIn(v, err, signInBody{As: who[0], Next: "/"})
	}
	if bind := r.GetSession().GetBindFlow(); bind != "" {
		v.Keep(frame.BindCookie, bind, time.Time{})
		return v.Back(frame.SignInPath + "?" + url.Values{"as": {who[0]}, "why": {"bind"}, "next": {"/me/outside"}}.Encode())
	}
	return s.enter(v, r.GetSession(), "/")
}
