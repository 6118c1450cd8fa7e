package identity

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// Errors of these pages.
var (
	errTwice = errs.New(errs.Invalid, "console.passwords", "The two passwords are not the same; type it twice.")
	errLink  = errs.New(errs.Invalid, "console.link", "This is no link of ours. Copy it whole, from its first to its last letter.")
)

// linkBody is the page on which somebody sets up how he signs in.
type linkBody struct {
	Kind, Login  string // Login is "" for the first administrator, who says who he is
	Staff        string
	Word         string // the second one, of a link that two administrators made
	Secret       string // in groups of four, as it is typed
	URL          string // for an app on the same telephone
	QR           *image
	EndsAt       int64
	Length, Most int
	Kinds, Age   int
	Err          error
}

// image is a square pattern, as the path of its dark fields.
type image struct {
	Size int
	Path string
}

// link opens a link: its secret goes from the address, which histories keep, into a
// cookie at once.
func (s *pages) link(v *frame.Visit) error {
	if secret := v.Query("link"); secret != "" {
		return s.keepLink(v, secret)
	}
	if v.Kept(frame.LinkCookie) == "" {
		return s.askLink(v, nil)
	}
	return s.showLink(v, linkBody{})
}

func (s *pages) askLink(v *frame.Visit, err error) error {
	return v.Render(status(err), "link_ask", frame.Page{Title: "link.title", Body: err})
}

// linkOpen takes a link that was typed or pasted, whole or its secret alone.
func (s *pages) linkOpen(v *frame.Visit) error {
	secret := strings.TrimSpace(v.Form("link"))
	if u, err := url.Parse(secret); err == nil && u.Query().Get("link") != "" {
		secret = u.Query().Get("link")
	}
	return s.keepLink(v, secret)
}

func (s *pages) keepLink(v *frame.Visit, secret string) error {
	if !v.Fits(secret) {
		return s.askLink(v, errLink)
	}
	v.Keep(frame.LinkCookie, secret, s.clock.Now().Add(time.Hour))
	return v.Back("/sign-in/new")
}

// showLink shows what is set up: a password, and a second factor from a secret that an
// app takes from the picture or as text.
func (s *pages) showLink(v *frame.Visit, b linkBody) error {
	o, err := s.signIn.OpenLink(v.AsConsole(signing), &identityv1.OpenLinkRequest{Link: v.Kept(frame.LinkCookie), SecondWord: short(b.Word), Address: address(v.R)})
	if errs.CodeOf(err) == "identity.link_word" {
		if b.Word == "" {
			err = nil // it is asked for now
		}
		return v.Render(status(err), "link_word", frame.Page{Title: "link.title", Body: err})
	}
	if err != nil {
		if errs.CodeOf(err) == "identity.link" {
			v.Drop(frame.LinkCookie)
		}
		return s.askLink(v, err)
	}
	b.Kind, b.Login, b.EndsAt = o.GetAccountKind(), o.GetLoginName(), o.GetEndsAt()
	b.Length, b.Most, b.Kinds, b.Age = s.limit("ID-PASSWORD", "shortest"), s.limit("ID-PASSWORD", "longest"), s.limit("ID-PASSWORD", "kinds"), s.limit("ID-PASSWORD", "age_days")
	b.Secret, b.URL = grouped(o.GetTotpSecret()), otpauth(b.Login, o.GetTotpSecret())
	if b.QR, err = picture(b.URL); err != nil {
		return err
	}
	return v.Render(status(b.Err), "link", frame.Page{Title: "link.title", Body: b})
}

// linkWord takes the second word of a link that two administrators made.
func (s *pages) linkWord(v *frame.Visit) error {
	if v.Kept(frame.LinkCookie) == "" {
		return s.askLink(v, nil)
	}
	return s.showLink(v, linkBody{Word: strings.TrimSpace(v.Form("word"))})
}

// otpauth is the secret as apps read it.
func otpauth(login, secret string) string {
	name := "Qiao"
	if login != "" {
		name += ":" + login
	}
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + name, RawQuery: url.Values{"secret": {secret}, "issuer": {"Qiao"}}.Encode()}).String()
}

// Href is the address for an app on the same telephone. The scheme is none that a
// template knows, and what stands in it was written here.
func (b linkBody) Href() template.URL { return template.URL(b.URL) } //nolint:gosec // see otpauth

// grouped writes a secret so that it can be typed.
func grouped(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), " ")
}

// quiet is the empty edge that a camera needs.
const quiet = 4

func picture(text string) (*image, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	n := code.Bounds().Dx()
	var path strings.Builder
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return &image{n + 2*quiet, path.String()}, nil
}

// linkUse sets up what the link is for, and shows the codes for paper, once.
func (s *pages) linkUse(v *frame.Visit) error {
	link := v.Kept(frame.LinkCookie)
	if link == "" {
		return s.askLink(v, nil)
	}
	b := linkBody{Staff: strings.TrimSpace(v.Form("staff")), Word: v.Form("word")}
	var err error
	switch {
	case v.Form("password") == "" || strings.TrimSpace(v.Form("code")) == "":
		b.Err = frame.ErrInput
	case v.Form("password") != v.Form("again"):
		b.Err = errTwice
	case b.Staff != "":
		b.Staff, b.Err = frame.StaffNumber(b.Staff)
	}
	if b.Err != nil {
		return s.showLink(v, b)
	}
	r, err := s.signIn.UseLink(v.AsConsole(signing), &identityv1.UseLinkRequest{Link: link, Password: v.Form("password"), Code: short(v.Form("code")), StaffNumber: b.Staff, SecondWord: short(b.Word), Address: address(v.R)})
	if err != nil {
		b.Err = err
		return s.showLink(v, b)
	}
	v.Drop(frame.LinkCookie)
	v.Known(r.GetKnownBrowser(), r.GetKnownUntil())
	return v.Render(status(nil), "link_done", frame.Page{Title: "link.done", Body: r.GetPaperCodes()})
}
