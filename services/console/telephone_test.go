package console_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

const sentCode, sentPin = "482913", "204859"

// SendCode answers every number alike, but one that was asked for too often.
func (i *fakeIdentity) SendCode(_ context.Context, r *identityv1.SendCodeRequest) (*identityv1.SendCodeResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch r.GetPhone() {
	case "12":
		return nil, errs.New(errs.Invalid, "phone_format", "No number.")
	case "13900000001":
		return nil, errs.New(errs.Overloaded, "identity.code_limit", "Later.").With("until", strconv.FormatInt(time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC).UnixMicro(), 10))
	}
	return &identityv1.SendCodeResponse{Flow: secret(), EndsAt: time.Now().Add(time.Hour).UnixMicro()}, nil
}

func (i *fakeIdentity) enterSent(r *identityv1.EnterCodeRequest) (*identityv1.EnterCodeResponse, error) {
	switch {
	case r.GetCode() != sentCode:
		return nil, errFakeCode
	case r.GetPin() != sentPin:
		return nil, errs.New(errs.Unauthenticated, "identity.pin", "The PIN too.")
	}
	return &identityv1.EnterCodeResponse{Session: i.begin(i.people[printed], r.GetDevice())}, nil
}

func (i *fakeIdentity) ListAlarms(context.Context, *identityv1.ListAlarmsRequest) (*identityv1.ListAlarmsResponse, error) {
	return &identityv1.ListAlarmsResponse{Alarms: []*identityv1.Alarm{{AlarmId: "alarm-1", Subject: "a002", AccountKind: "officer", Day: "2026-11-30", State: "open", Workers: []string{"w-1", "w-2"}}}}, nil
}

func (i *fakeIdentity) SettleAlarm(_ context.Context, r *identityv1.SettleAlarmRequest) (*identityv1.SettleAlarmResponse, error) {
	if r.GetAlarmId() != "alarm-1" || r.GetOutcome() != "explained" {
		return nil, errs.New(errs.NotFound, "identity.alarm", "None.")
	}
	return &identityv1.SettleAlarmResponse{}, nil
}

// A worker signs in by a telephone: number, code, and the own PIN where it is wanted,
// without script; the page says the same of every number.
func TestAWorkerSignsInByATelephone(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.identity(ref)
	f.has(f.get("/sign-in?lang=en", 200), `href="/sign-in/phone"`)
	f.has(f.get("/sign-in/phone", 200), `type="tel"`, "costs you nothing")
	f.has(f.post("/sign-in/phone", 400, "phone", ""), "missing")
	f.has(f.post("/sign-in/phone", 400, "phone", "12"), `value="12"`, `aria-invalid="true"`)
	f.has(f.post("/sign-in/phone", 429, "phone", "13900000001"), "2026", "a counter prints one")
	f.get("/sign-in/phone/code", 200)
	if f.at.Path != "/sign-in/phone" {
		t.Errorf("a code that nobody asked for leads to %s", f.at)
	}
	f.has(f.post("/sign-in/phone", 200, "phone", "13800018190", "next", "/workers/"+ref+"/access"), `autocomplete="one-time-code"`, "five tries")
	f.has(f.post("/sign-in/phone/code", 401, "code", "000000"), `role="alert"`)
	body := f.post("/sign-in/phone/code", 401, "code", sentCode)
	f.has(body, `name="pin"`, `value="`+sentCode+`"`, "ask at a counter")
	f.has(f.post("/sign-in/phone/code", 400, "code", sentCode, "pin", "12"), `name="pin"`)
	f.post("/sign-in/phone/code", 200, "code", sentCode, "pin", sentPin, "next", "/workers/"+ref+"/access")
	if f.at.Path != "/workers/"+ref+"/access" {
		t.Errorf("came to %s", f.at)
	}
	if f.cookie() == nil {
		t.Error("no session")
	}
	f.post("/sign-in/out", 200)
	f.post("/sign-in/phone", 200, "phone", "13800018190", "next", "//evil.example/")
	f.post("/sign-in/phone/code", 200, "code", sentCode, "pin", sentPin, "next", "//evil.example/")
	if f.at.Path != "/my" {
		t.Errorf("led to %s", f.at)
	}
}

// Who signs in by a telephone is told too that a way to sign in was changed, and goes on
// from there.
func TestWhoSignsInByATelephoneIsToldOfWhatWasChanged(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	i := f.identity(ref)
	i.mu.Lock()
	i.told = &identityv1.NewSession{ProofsChanged: true}
	i.mu.Unlock()
	f.post("/sign-in/phone", 200, "phone", "13800018190")
	f.post("/sign-in/phone/code", 200, "code", sentCode, "pin", sentPin, "next", "/workers/"+ref+"/access")
	if f.at.Path != "/me/devices" || f.at.Query().Get("why") != "changed" || f.at.Query().Get("next") != "/workers/"+ref+"/access" {
		t.Errorf("came to %s", f.at)
	}
}

// A reviewer sees what is given to him and says what came of it.
func TestAReviewerSettlesAnAlarm(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	f.officer()
	f.has(f.get("/alarms?lang=en", 200), "a002", "w-1", "w-2", "There is a good reason")
	f.post("/alarms/alarm-1", 200, "outcome", "explained")
	if f.at.Path != "/alarms" {
		t.Errorf("came to %s", f.at)
	}
	f.post("/alarms/alarm-2", 404, "outcome", "explained")
}
