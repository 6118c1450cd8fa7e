package console_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// program asks the pages as a program does, without a browser.
func (f *fixture) program(path, body string, headers ...string) (status int, answer map[string]any) {
	f.t.Helper()
	r, err := http.NewRequest(http.MethodPost, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := f.server.Client().Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		f.t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &answer); err != nil && resp.StatusCode == http.StatusOK {
		f.t.Fatalf("%s: %s", path, b.String())
	}
	if resp.Header.Get("Set-Cookie") != "" && strings.Contains(resp.Header.Get("Set-Cookie"), "qiao") {
		f.t.Errorf("%s sets a cookie", path)
	}
	return resp.StatusCode, answer
}

// An officer types a program's code, sees what asks and what it would be allowed, and
// lets it in or not; each error stands in its place.
func TestAnOfficerLetsAProgramIn(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	code, begun := f.program("/sign-in/device", `{"device":"qiao import (county-1)","days":30}`)
	if code != 200 || begun["code"] != deviceCode || begun["flow"] != deviceFlow {
		t.Fatalf("%d %v", code, begun)
	}
	if code, r := f.program("/sign-in/device/poll", `{"flow":"`+deviceFlow+`"}`); code != 409 || r["code"] != "identity.device_waiting" {
		t.Errorf("before it is approved: %d %v", code, r)
	}
	f.get("/device", 200)
	if f.at.Path != "/sign-in" {
		t.Errorf("who did not sign in comes to %s", f.at)
	}
	f.officer()
	f.has(f.get("/device?lang=en", 200), `name="program"`, "10 minutes", "My sign-ins")
	f.has(f.get("/me/devices", 200), `href="/device"`)
	f.has(f.post("/device", 400, "program", " "), `role="alert"`, `aria-invalid="true"`)
	f.has(f.post("/device", 404, "program", "AAAA-AAAA"), `role="alert"`, `value="AAAA-AAAA"`)
	f.has(f.post("/device", 200, "program", deviceCode), "qiao import (county-1)", "127.0.0.1", "Sheets of workers", "Sheets of schools", `max="30"`, `value="30"`)
	f.has(f.post("/device", 400, "program", deviceCode, "do", "approve", "days", "x"), `role="alert"`, `value="approve"`)
	i.shown(0)
	f.has(f.post("/device", 401, "program", deviceCode, "do", "approve", "days", "7"), `href="/me/devices?next=%2fdevice#proofs"`)
	f.has(f.get("/me/devices?next=%2Fdevice", 200), `name="next" value="/device"`)
	f.has(f.post("/me/prove", 401, "next", "/device", "code", "000000"), `name="next" value="/device"`)
	i.shown(1)
	f.has(f.post("/me/prove", 200, "next", "/device", "password", staffPassword), `name="program"`, `value="`+deviceCode+`"`)
	if f.at.Path != "/device" {
		t.Errorf("the proof leads to %s", f.at)
	}
	f.post("/me/prove", 200, "next", "//evil.example/device", "password", staffPassword)
	if f.at.Path != "/me/devices" || f.at.Hostname() != "127.0.0.1" {
		t.Errorf("the proof leads to %s", f.at)
	}
	f.has(f.post("/device", 200, "program", deviceCode, "do", "approve", "days", "7"), "let in")
	if f.at.RequestURI() != "/device?done=approved" || i.approved != 7 {
		t.Errorf("came to %s, for %d days", f.at, i.approved)
	}
	f.has(f.post("/device", 404, "program", deviceCode, "do", "approve"), `role="alert"`)

	_, let := f.program("/sign-in/device/poll", `{"flow":"`+deviceFlow+`"}`)
	credential, _ := let["credential"].(string)
	if let["officer"] != "a001" || len(credential) != 43 {
		t.Fatalf("%v", let)
	}
	f.has(f.get("/me/devices", 200), "qiao import (county-1)")
	ask := `{"credential":"` + credential + `","audience":"registry","purpose":"registration","legal_basis":"law","department":"hrss"}`
	if code, r := f.program("/sign-in/device/token", ask); code != 200 || r["token"] == "" || r["officer"] != "a001" {
		t.Errorf("%d %v", code, r)
	}
	if code, r := f.program("/sign-in/device/token", strings.Replace(ask, credential, strings.Repeat("x", 43), 1)); code != 401 || r["code"] != "identity.session" {
		t.Errorf("another secret: %d %v", code, r)
	}
	if code, _ := f.program("/sign-in/device/out", `{"credential":"`+credential+`"}`); code != 200 {
		t.Errorf("signing out: %d", code)
	}
	if code, r := f.program("/sign-in/device/token", ask); code != 401 || r["code"] != "identity.session" {
		t.Errorf("after that: %d %v", code, r)
	}

	f.program("/sign-in/device", `{"device":"another"}`)
	if body := f.post("/device", 200, "program", deviceCode); strings.Contains(body, `name="days"`) || !strings.Contains(body, "one import") {
		t.Error("a program that asks for one import is given days")
	}
	f.has(f.post("/device", 200, "program", deviceCode, "do", "refuse"), "Refused")
	if code, r := f.program("/sign-in/device/poll", `{"flow":"`+deviceFlow+`"}`); code != 401 || r["code"] != "identity.flow" {
		t.Errorf("refused: %d %v", code, r)
	}
}

// No page of anybody's makes a browser ask as a program, and nonsense is refused.
func TestProgramsAskForThemselves(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	body := `{"device":"x"}`
	for what, h := range map[string][]string{
		"another site's page": {"Sec-Fetch-Site", "cross-site"}, "another origin": {"Origin", "https://elsewhere.example"},
		"a form": {"Content-Type", "text/plain"}, "a form of ours": {"Content-Type", "application/x-www-form-urlencoded"},
	} {
		if code, _ := f.program("/sign-in/device", body, h...); code != 400 && code != 403 {
			t.Errorf("%s: %d", what, code)
		}
	}
	for what, body := range map[string]string{"no JSON": "x", "too long": `{"device":"` + strings.Repeat("x", 9000) + `"}`, "a name that is no text": `{"device":5}`} {
		if code, _ := f.program("/sign-in/device", body); code != 400 {
			t.Errorf("%s: %d", what, code)
		}
	}
}
