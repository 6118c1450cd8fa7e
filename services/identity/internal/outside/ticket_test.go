package outside_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/identity/internal/outside"
)

// province is a unified identity that runs in process: a ticket is good once.
type province struct {
	*httptest.Server
	tickets map[string]string // to the token that it buys
	users   map[string]any    // by token
	refuse  int
}

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{tickets: map[string]string{}, users: map[string]any{}}
	asked := func(w http.ResponseWriter, r *http.Request, name string) string {
		var m map[string]string
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || len(m) != 5 || m["app_id"] != "qiao" {
			t.Errorf("asked %v, %v", m, err)
		}
		if m["sign"] != outside.TicketSign("secret", "qiao", m[name], m["timestamp"], m["nonce"]) || len(m["nonce"]) < 16 {
			http.Error(w, "nobody", http.StatusForbidden)
			return ""
		}
		if p.refuse != 0 {
			w.Header().Set("Location", "/user")
			w.WriteHeader(p.refuse)
		}
		return m[name]
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		ticket := asked(w, r, "ticket")
		token := p.tickets[ticket]
		delete(p.tickets, ticket)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"access": token}})
	})
	mux.HandleFunc("POST /user", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"user": p.users[asked(w, r, "token")]})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *province) config() outside.TicketConfig {
	return outside.TicketConfig{
		AppID: "qiao", Secret: "secret", Redirect: "https://qiao.example/sign-in/outside", Login: p.URL + "/login?lang=zh", Token: p.URL + "/token", User: p.URL + "/user",
		Ticket: "st", TokenPath: "data.access", SubjectPath: "user.id", Level: 2,
	}
}

// A ticket buys a token, and the token the office's own name of the person; whatever
// else comes back is nobody.
func TestATicketBuysAPerson(t *testing.T) {
	ctx := context.Background()
	p := newProvince(t)
	source, err := outside.NewTicket(p.config())
	if err != nil {
		t.Fatal(err)
	}
	address, held, err := source.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(u.Query().Get("redirect_uri"))
	if err != nil || u.Query().Get("lang") != "zh" || u.Query().Get("app_id") != "qiao" || back.Host != "qiao.example" || back.Query().Get("state") != held || len(held) < 20 {
		t.Errorf("%s, %v", address, err)
	}
	p.tickets["ST-1"], p.tickets["ST-2"], p.tickets["ST-3"], p.tickets["ST-4"] = "T-1", "T-2", "T-3", "T-4"
	p.users["T-1"] = map[string]any{"id": "u-77", "name": "not wanted"}
	p.users["T-2"] = map[string]any{"id": 1234567890123456789}
	p.users["T-3"] = map[string]any{"id": map[string]any{}}
	p.users["T-4"] = map[string]any{"id": strings.Repeat("x", 600)}
	for name, c := range map[string]struct{ held, answer, want string }{
		"a person":             {held, "st=ST-1&state=" + held, "u-77"},
		"a person of a number": {held, "st=ST-2&state=" + held, "1234567890123456789"},
		"no person":            {held, "st=ST-3&state=" + held, ""},
		"a novel":              {held, "st=ST-4&state=" + held, ""},
		"an invented ticket":   {held, "st=ST-9&state=" + held, ""},
		"no ticket":            {held, "state=" + held, ""},
		"two tickets":          {held, "st=ST-9&st=ST-1&state=" + held, ""},
		"another's state":      {held, "st=ST-9&state=x", ""},
		"no state":             {held, "st=ST-9", ""},
		"to no question":       {"", "st=ST-9&state=", ""},
		"no query":             {held, "%zz", ""},
	} {
		got, err := source.Finish(ctx, c.held, c.answer)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := source.Finish(ctx, held, "st=ST-1&state="+held); err == nil {
		t.Errorf("a ticket twice: %q", got)
	}
	p.users[""] = map[string]any{"id": "nobody"}
	for _, p.refuse = range []int{302, 403, 500} {
		p.tickets["ST-5"] = "T-1"
		if got, err := source.Finish(ctx, held, "st=ST-5&state="+held); err == nil || strings.Contains(err.Error(), "ST-5") {
			t.Errorf("%d: %q, %v", p.refuse, got, err)
		}
	}
	p.refuse = 0
	wrong := p.config()
	wrong.Secret = "another"
	if source, err = outside.NewTicket(wrong); err != nil {
		t.Fatal(err)
	}
	p.tickets["ST-6"] = "T-1"
	if got, err := source.Finish(ctx, held, "st=ST-6&state="+held); err == nil {
		t.Errorf("without the secret: %q", got)
	}
}

func TestASourceOfTicketsIsWhole(t *testing.T) {
	p := newProvince(t)
	for name, change := range map[string]func(*outside.TicketConfig){
		"plain http":   func(c *outside.TicketConfig) { c.Token = "http://province.example/token" },
		"no address":   func(c *outside.TicketConfig) { c.User = "" },
		"no secret":    func(c *outside.TicketConfig) { c.Secret = "" },
		"no path":      func(c *outside.TicketConfig) { c.SubjectPath = "" },
		"another name": func(c *outside.TicketConfig) { c.Login = "http://127.evil.example/" },
	} {
		c := p.config()
		change(&c)
		if _, err := outside.NewTicket(c); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
