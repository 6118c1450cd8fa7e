package registry

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

const (
	alonePath = "/sign-in/alone"
	aloneForm = alonePath + "/form"
)

// unseenDays is for how many days who made an account alone waits for a counter; 0 is
// that a page says nothing of it.
func unseenDays(now clock.Clock) int {
	book, err := rule.Load()
	if err != nil {
		return 0
	}
	r, err := book.Rule("RG-UNSEEN", clock.Today(now), "")
	if err != nil {
		return 0
	}
	n, err := r.Int("days")
	if err != nil {
		return 0
	}
	return n
}

// aloneBody is a page on which somebody makes an account without a counter's code.
type aloneBody struct {
	Days     int
	Demo     bool
	Form     url.Values
	Counties []words.Division
	Err      error
	Field    string
}

// Fields is the form's document.
func (b aloneBody) Fields() documentFields {
	return documentFields{documentKinds(), b.Form, b.Err, b.Field, true}
}

func (s *pages) showAlone(v *frame.Visit, name string, err error) error {
	b := aloneBody{Days: s.waits, Demo: v.Demo(), Form: v.R.PostForm, Counties: v.P.Counties(), Err: err}
	code := http.StatusOK
	if err != nil {
		b.Field, code = aloneField(err), rpc.HTTPStatus(errs.KindOf(err))
	}
	return v.Render(code, name, frame.Page{Title: "alone.title", Body: b})
}

// aloneField is the field of the forms that an error is about.
func aloneField(err error) string {
	if errs.CodeOf(err) == "identity.code" {
		return "code"
	}
	if field := errs.From(err).Detail["field"]; field == "code" || field == "read" {
		return field
	}
	return registerField(err)
}

func (s *pages) aloneForm(v *frame.Visit) error { return s.showAlone(v, "alone", nil) }

// aloneSend has a code sent, whoever has the number.
func (s *pages) aloneSend(v *frame.Visit) error {
	phone := strings.TrimSpace(v.Form("phone"))
	if phone == "" || len(phone) > 32 {
		return s.showAlone(v, "alone", frame.ErrInput.With("field", "phone"))
	}
	r, err := s.signIn.SendCode(v.AsConsole(frame.SigningIn), &identityv1.SendCodeRequest{Phone: phone, Address: address(v.R), ForNew: true})
	if err != nil {
		return s.showAlone(v, "alone", err)
	}
	v.Keep(frame.FlowCookie, r.GetFlow(), time.UnixMicro(r.GetEndsAt()))
	return v.Back(aloneForm)
}

func (s *pages) aloneSays(v *frame.Visit) error {
	if v.Kept(frame.FlowCookie) == "" {
		return v.Back(alonePath)
	}
	return s.showAlone(v, "alone_form", nil)
}

// aloneMakes makes the account. What was typed wrong is said beside it, and the code
// works on.
func (s *pages) aloneMakes(v *frame.Visit) error {
	flow := v.Kept(frame.FlowCookie)
	if flow == "" {
		return v.Back(alonePath)
	}
	err := filled(v, "code", "number", "name", "place")
	if err == nil && v.Form("read") != "yes" {
		err = frame.ErrInput.With("field", "read")
	}
	if err != nil {
		return s.showAlone(v, "alone_form", err)
	}
	r, err := s.signIn.MakeAccount(v.AsConsole(frame.SigningIn), &identityv1.MakeAccountRequest{
		Flow: flow, Code: strings.TrimSpace(v.Form("code")), Device: frame.Device(v.R), Address: address(v.R),
		Name: v.Form("name"), DocumentNumber: v.Form("number"), DocumentKind: v.Form("kind"), DocumentCountry: v.Form("country"), BirthDate: v.Form("birth"), County: v.Form("place"),
	})
	if err != nil {
		return s.showAlone(v, "alone_form", err)
	}
	return v.Entered(r.GetSession(), "", false)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// unseenBody is what who is not yet seen is told.
type unseenBody struct {
	Ref, Name, EndsOn string
	Err               error
}

// ownUnseen is the first page of whom no counter saw yet; who was seen has another.
func (s *pages) ownUnseen(v *frame.Visit) error { return s.showUnseen(v, nil) }

func (s *pages) showUnseen(v *frame.Visit, refused error) error {
	if !v.Unseen() {
		return v.Home()
	}
	ref := v.In().Subject
	r, err := s.unseen.GetOwnUnseen(v.As(frame.OwnRecord), &registryv1.GetOwnUnseenRequest{Worker: ref})
	if errs.CodeOf(err) == "registry.unseen.unknown" { // a counter saw the person just now, and the session ends
		v.Renewed()
		return v.Back("/me/devices")
	}
	if err != nil {
		return err
	}
	code := http.StatusOK
	if refused != nil {
		code = http.StatusUnprocessableEntity
	}
	return v.Render(code, "unseen", frame.Page{Title: "unseen.title", Nav: "workers", Body: unseenBody{ref, r.GetName(), r.GetEndsOn(), refused}})
}

// endUnseen ends the account by the word of who made it.
func (s *pages) endUnseen(v *frame.Visit) error {
	if !v.Unseen() {
		return v.Home()
	}
	if err := v.Sure(); err != nil {
		return s.showUnseen(v, err)
	}
	if _, err := s.registry.CloseAccount(v.As(frame.OwnRecord), &registryv1.CloseAccountRequest{Worker: v.In().Subject}); err != nil {
		return err
	}
	v.Leave()
	return v.Back("/sign-in?why=out")
}

// claimsBody is who says to have a visitor's number.
type claimsBody struct {
	Ref    string
	Claims []*registryv1.UnseenRecord
	Papers []string
	Err    error
	Of     string // which of them Err is about
	Done   string
}

// claimsDone is what the page says was done.
func claimsDone() []string { return []string{"seen", "refused"} }

// claims shows the officer before whom a person stands what was sent in that person's
// name by somebody whom no counter saw.
func (s *pages) claims(v *frame.Visit) error {
	b := claimsBody{}
	for _, done := range claimsDone() {
		if v.Query("done") == done {
			b.Done = done
		}
	}
	return s.showClaims(v, b)
}

func (s *pages) showClaims(v *frame.Visit, b claimsBody) error {
	r, err := s.unseen.ListUnseen(v.AsFor(v.Path("ref"), persons), &registryv1.ListUnseenRequest{Worker: v.Path("ref")})
	if err != nil {
		return err
	}
	b.Ref, b.Claims, b.Papers = v.Path("ref"), r.GetUnseen(), personPapers()
	code := http.StatusOK
	if b.Err != nil {
		code = http.StatusUnprocessableEntity
	}
	return v.Render(code, "claims", frame.Page{Title: "claims.title", Nav: "counter", Body: b})
}

// decideClaim does what the person at the counter says of one of them.
func (s *pages) decideClaim(v *frame.Visit) error {
	recognise, done := v.Form("says") == "mine", "refused"
	if recognise {
		done = "seen"
	}
	err := v.Sure()
	if err == nil && !recognise && v.Form("says") != "not" {
		err = frame.ErrInput
	}
	if err == nil {
		_, err = s.unseen.DecideUnseen(v.AsFor(v.Path("ref"), persons), &registryv1.DecideUnseenRequest{Worker: v.Path("ref"), UnseenId: v.Form("unseen"), Recognise: recognise, Paper: v.Form("paper")})
	}
	if inPlace(err) {
		return s.showClaims(v, claimsBody{Err: err, Of: v.Form("unseen")})
	}
	return v.Done(err, "/unseen/of/"+v.Part("ref")+"?done="+done)
}
