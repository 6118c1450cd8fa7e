package frame

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

const (
	// typedCookie holds the secret of what was typed in this browser when a session ended.
	typedCookie = "qiao-typed"
	// typedFor is how long the browser keeps it at most; how long identity does, a rule says.
	typedFor = 24 * time.Hour
	// mostTyped is how much of a form is kept, in bytes.
	mostTyped = 30_000
)

// unkept are the fields that are kept nowhere: what proves who somebody is, a document that
// a reader read at the counter, and that somebody has understood what follows, which is
// said anew.
var unkept = []string{"key", "password", "new", "again", "pin", "code", "link", "assertion", "secret", "sure", "visitor"}

// typed is a form as it was sent when its session was over.
type typed struct {
	At     string     `json:"at"`   // where it is sent to
	Page   string     `json:"page"` // where it stands
	Fields url.Values `json:"fields"`
}

// keepTyped has identity keep what was typed into the form that was sent, for the account
// of a session that is over or locked, and reports whether it did.
func (v *Visit) keepTyped(secret string) bool {
	if v.R.Method != http.MethodPost || secret == "" || atSignIn(v.R.URL.Path) {
		return false
	}
	t := typed{At: v.R.URL.RequestURI(), Page: v.formPage(), Fields: url.Values{}}
	for name, values := range v.R.PostForm {
		if !slices.Contains(unkept, name) {
			t.Fields[name] = values
		}
	}
	b, err := json.Marshal(t)
	if err != nil || len(t.Fields) == 0 || len(b) > mostTyped {
		return false
	}
	r, err := v.site.identity.KeepTyped(v.AsConsole(SigningIn), &identityv1.KeepTypedRequest{SessionSecret: secret, Typed: string(b)})
	if err != nil {
		v.site.Log.WarnContext(v.R.Context(), "what was typed is not kept", "error", err)
		return false
	}
	v.Keep(typedCookie, r.GetTypedSecret(), v.site.Clock.Now().Add(typedFor))
	return true
}

// Unproved is the page of the form that was sent, where err says that whoever sits there is
// first to show once more who it is; else "". What was typed is kept, and stands in the
// form again when one comes back there.
func (v *Visit) Unproved(err error) string {
	if errs.CodeOf(err) != "identity.fresh" {
		return ""
	}
	v.keepTyped(v.Secret())
	return v.formPage()
}

// formPage is where the form stands that was sent.
func (v *Visit) formPage() string {
	if page := v.From(); page != "/" {
		return page
	}
	return v.shown(Next(v.R.URL.Path))
}

// readTyped is what is kept of what was typed in this browser, where whoever is signed in
// typed it.
func (v *Visit) readTyped(forget bool) (t typed, ok bool) {
	secret := v.Kept(typedCookie)
	if secret == "" || v.In() == nil {
		return t, false
	}
	r, err := v.site.identity.ReadTyped(v.AsConsole(SigningIn), &identityv1.ReadTypedRequest{SessionSecret: v.Secret(), TypedSecret: secret, Forget: forget})
	if err != nil {
		return t, false
	}
	return t, json.Unmarshal([]byte(r.GetTyped()), &t) == nil
}

// sentTyped forgets what is kept once the form is sent again.
func (v *Visit) sentTyped() {
	if v.R.Method != http.MethodPost || atSignIn(v.R.URL.Path) {
		return
	}
	if t, ok := v.readTyped(false); ok && t.At == v.R.URL.RequestURI() {
		_, _ = v.readTyped(true)
		v.Drop(typedCookie)
	}
}

// retyped is a page with what was typed standing in its form again.
func (v *Visit) retyped(page []byte) []byte {
	if v.R.Method != http.MethodGet || atSignIn(v.R.URL.Path) {
		return page
	}
	t, ok := v.readTyped(false)
	if !ok || t.Page != Next(v.R.URL.RequestURI()) {
		return page
	}
	filled, err := fill(page, t, v.P.T("typed.again"))
	if err != nil {
		v.site.Log.WarnContext(v.R.Context(), "what was typed is not shown", "error", err)
		return page
	}
	return filled
}

// fill writes what was typed into the form of a page that is sent to the same address,
// about the same thing, with a note before it. A page without is as it was.
func fill(page []byte, t typed, note string) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") || attr(n, "action") != t.At || !about(n, t.Fields) {
			continue
		}
		used := map[string]int{}
		for f := range n.Descendants() {
			put(f, t.Fields, used)
		}
		for up := n; up != nil; up = up.Parent { // a form that is folded away is unfolded
			if up.Data == "details" {
				setAttr(up, "open", "")
			}
		}
		say := &html.Node{Type: html.ElementNode, Data: "p", Attr: []html.Attribute{{Key: "class", Val: "note due"}, {Key: "role", Val: "status"}}}
		say.AppendChild(&html.Node{Type: html.TextNode, Data: note})
		first := n.FirstChild
		if first != nil && attr(first, "name") == "key" { // every form begins with it
			first = first.NextSibling
		}
		n.InsertBefore(say, first)
		var b bytes.Buffer
		err := html.Render(&b, doc)
		return bytes.ReplaceAll(b.Bytes(), []byte(`"/>`), []byte(`">`)), err // as the templates are written
	}
	return page, nil
}

// about reports whether what a form says by itself is what was sent.
func about(form *html.Node, fields url.Values) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && attr(n, "type") == "hidden" && !slices.Contains(unkept, attr(n, "name")) && !slices.Contains(fields[attr(n, "name")], attr(n, "value")) {
			return false
		}
	}
	return true
}

// put writes into a field what was typed into it.
func put(n *html.Node, fields url.Values, used map[string]int) {
	name := attr(n, "name")
	values, ok := fields[name]
	if !ok || n.Type != html.ElementNode || slices.Contains(unkept, name) {
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "type") == "checkbox" && !slices.Contains(unkept, name) {
			unsetAttr(n, "checked") // a box that was empty is not sent
		}
		return
	}
	next := func() string {
		used[name]++
		return values[min(used[name], len(values))-1]
	}
	switch n.Data {
	case "input":
		switch attr(n, "type") {
		case "hidden", "submit", "button", "password", "file":
		case "checkbox", "radio":
			unsetAttr(n, "checked")
			if slices.Contains(values, attr(n, "value")) {
				setAttr(n, "checked", "")
			}
		default:
			setAttr(n, "value", next())
		}
	case "textarea":
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: next()})
	case "select":
		chosen := next()
		for o := range n.Descendants() {
			if o.Data == "option" {
				unsetAttr(o, "selected")
				if attr(o, "value") == chosen {
					setAttr(o, "selected", "")
				}
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	unsetAttr(n, key)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func unsetAttr(n *html.Node, key string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// renews reports a request that a page makes by itself, to show what is new: nobody did
// anything, and a session is no younger for it.
func renews(r *http.Request) bool {
	return r.Method != http.MethodPost && (r.Header.Get("Qiao-Renews") != "" || r.Header.Get("Accept") == "text/event-stream" || r.URL.Query().Has(renewing))
}

// renewing marks the address that a page without script asks for by itself.
const renewing = "renews"

// again is the page's address for its next renewal; "" is where it cannot be asked for.
func (v *Visit) again() string {
	if v.R.Method != http.MethodGet {
		return ""
	}
	q := v.R.URL.Query()
	q.Set(renewing, "1")
	return (&url.URL{Path: v.R.URL.Path, RawQuery: q.Encode()}).RequestURI()
}

// leavesSoon is how long before its end a sign-in is said to end.
const leavesSoon = 2 * time.Minute

// leaving is when a sign-in ends.
type leaving struct {
	Seconds int   // from now
	At      int64 // in microseconds
	Soon    bool
	Final   bool // whatever is done
}

// leaves is when the sign-in of this visit ends if nothing is done; nil without one.
func (v *Visit) leaves() *leaving {
	in := v.In()
	if in == nil || in.IdleAt.IsZero() {
		return nil
	}
	l, at := &leaving{}, in.IdleAt
	if !in.EndsAt.After(at) {
		at, l.Final = in.EndsAt, true
	}
	left := at.Sub(v.site.Clock.Now())
	l.Seconds, l.At, l.Soon = max(0, int(left.Seconds())), at.UnixMicro(), left <= leavesSoon
	return l
}

// Lives reports whether who asked for a stream is still who he was: a stream lasts longer
// than what was known when it began.
func (v *Visit) Lives() bool {
	if v.In() == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(v.R.Context(), Patience)
	defer cancel()
	_, err := v.site.Keeper.Read(ctx, v.Secret(), true)
	return err == nil
}
