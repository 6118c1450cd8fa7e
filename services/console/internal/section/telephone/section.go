// Package telephone is the pages of signing in by a telephone, what a demonstration's
// telephones would show, and the alarms that are given to a reviewer.
package telephone

import (
	"embed"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

// What the pages ask for.
var (
	signing   = frame.SigningIn
	reviewing = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}
)

const codePath = "/sign-in/phone/code"

type pages struct {
	demo     bool
	signIn   identityv1.SignInClient
	counter  identityv1.CounterClient
	messages registryv1.PhonesClient
}

// New returns the section. In a demonstration it shows what is sent.
func New(c contract.Caller, demo bool) frame.Section {
	s := &pages{
		demo: demo, signIn: identityv1.SignInClient{Caller: c, Target: "identity"}, counter: identityv1.CounterClient{Caller: c, Target: "identity"},
		messages: registryv1.PhonesClient{Caller: c, Target: "registry"},
	}
	all := map[string]frame.Handler{
		"GET /sign-in/phone":  s.ask,
		"POST /sign-in/phone": s.send,
		"GET " + codePath:     s.code,
		"POST " + codePath:    s.enter,
		"GET /alarms":         s.alarms,
		"POST /alarms/{id}":   s.settle,
	}
	if demo {
		all["GET /sign-in/messages"] = s.box
	}
	return frame.Section{Name: "telephone", Department: "hrss", Menu: []frame.Link{{Name: "alarms", Path: "/alarms", Text: "nav.alarms", Role: "reviewer", Last: true}}, Files: files, Chapters: []frame.Chapter{{At: "/sign-in", Pages: []string{"phone", "phone_code", "phone_box"}}}, Tones: frame.Tones{Due: []string{"open"}}, Pages: all}
}

// body is a page of signing in by a telephone.
type body struct {
	Next, Phone, Code string
	Pin, Demo         bool
	Err               error
}

func status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return rpc.HTTPStatus(errs.KindOf(err))
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

func (s *pages) ask(v *frame.Visit) error {
	return s.showAsk(v, nil, body{Next: frame.Next(v.Query("next"))})
}

func (s *pages) showAsk(v *frame.Visit, err error, b body) error {
	b.Err, b.Demo = err, s.demo
	return v.Render(status(err), "phone", frame.Page{Title: "phone.title", Body: b})
}

// send has a code sent, and goes on alike for every number.
func (s *pages) send(v *frame.Visit) error {
	b := body{Next: frame.Next(v.Form("next")), Phone: strings.TrimSpace(v.Form("phone"))}
	if b.Phone == "" || len(b.Phone) > 32 {
		return s.showAsk(v, frame.ErrInput, b)
	}
	r, err := s.signIn.SendCode(v.AsConsole(signing), &identityv1.SendCodeRequest{Phone: b.Phone, Address: address(v.R)})
	if err != nil {
		return s.showAsk(v, err, b)
	}
	v.Keep(frame.FlowCookie, r.GetFlow(), time.UnixMicro(r.GetEndsAt()))
	to := codePath
	if b.Next != "/" {
		to += "?next=" + url.QueryEscape(b.Next)
	}
	return v.Back(to)
}

func (s *pages) code(v *frame.Visit) error {
	if v.Kept(frame.FlowCookie) == "" {
		return v.Back("/sign-in/phone")
	}
	return s.showCode(v, nil, body{Next: frame.Next(v.Query("next"))})
}

func (s *pages) showCode(v *frame.Visit, err error, b body) error {
	b.Err, b.Demo = err, s.demo
	return v.Render(status(err), "phone_code", frame.Page{Title: "phone.title", Body: b})
}

// enter takes the code, and the person's own PIN where the number alone proves little.
func (s *pages) enter(v *frame.Visit) error {
	flow := v.Kept(frame.FlowCookie)
	if flow == "" {
		return v.Back("/sign-in/phone")
	}
	b := body{Next: frame.Next(v.Form("next")), Code: strings.TrimSpace(v.Form("code"))}
	pin := strings.TrimSpace(v.Form("pin"))
	if b.Code == "" || len(b.Code) > 32 || pin != "" && (len(pin) != 6 || strings.Trim(pin, "0123456789") != "") {
		b.Pin = pin != ""
		return s.showCode(v, frame.ErrInput, b)
	}
	r, err := s.signIn.EnterCode(v.AsConsole(signing), &identityv1.EnterCodeRequest{Flow: flow, Code: b.Code, Pin: pin, Device: frame.Device(v.R), Address: address(v.R)})
	if err != nil {
		b.Pin = errs.CodeOf(err) == "identity.pin" || pin != ""
		return s.showCode(v, err, b)
	}
	return v.Entered(r.GetSession(), b.Next, false)
}

// box is what a demonstration's telephones would show.
func (s *pages) box(v *frame.Visit) error {
	r, err := s.messages.ListSentMessages(v.AsConsole(signing), &registryv1.ListSentMessagesRequest{})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "phone_box", frame.Page{Title: "phone.box", Body: r.GetMessages()})
}

// alarms lists what is given to the reviewer who signed in.
func (s *pages) alarms(v *frame.Visit) error {
	r, err := s.counter.ListAlarms(v.As(reviewing), &identityv1.ListAlarmsRequest{})
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "alarms", frame.Page{Title: "alarm.title", Nav: "alarms", Body: struct {
		Alarms   []*identityv1.Alarm
		Outcomes []string
	}{r.GetAlarms(), outcomes}})
}

var outcomes = []string{"explained", "reported"}

func (s *pages) settle(v *frame.Visit) error {
	_, err := s.counter.SettleAlarm(v.As(reviewing), &identityv1.SettleAlarmRequest{AlarmId: v.Path("id"), Outcome: v.Form("outcome")})
	return v.Done(err, "/alarms")
}
