package outside

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// TicketConfig says how a province's unified identity is asked: its login page sends
// the browser back with a ticket, which buys a token, which buys the person's data. The
// provinces name things differently, so the names are configuration.
type TicketConfig struct {
	AppID, Secret, Redirect string
	Login, Token, User      string // addresses
	Ticket                  string // what the ticket is called in the browser's query; "" is ticket
	TokenPath, SubjectPath  string // where they stand in the answers, as in data.token
	Level                   int
	Client                  *http.Client
	Now                     func() time.Time
}

// Ticket is an office that speaks so.
type Ticket struct{ cfg TicketConfig }

var errTicket = errors.New("outside: a source of tickets needs its addresses over https, an application, a secret and where the token and the person stand")

// NewTicket checks a configuration. Plain http is good on this machine alone.
func NewTicket(cfg TicketConfig) (*Ticket, error) {
	for _, address := range []string{cfg.Login, cfg.Token, cfg.User, cfg.Redirect} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
			return nil, errTicket
		}
	}
	if cfg.AppID == "" || cfg.Secret == "" || cfg.TokenPath == "" || cfg.SubjectPath == "" {
		return nil, errTicket
	}
	if cfg.Ticket == "" {
		cfg.Ticket = "ticket"
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Ticket{cfg}, nil
}

// Level implements app.IdentitySource.
func (t *Ticket) Level() int { return t.cfg.Level }

// Begin implements app.IdentitySource. The state goes with the address to which the
// browser comes back, so that an answer to nobody's question is refused.
func (t *Ticket) Begin(context.Context) (address, held string, err error) {
	state := rand.Text()
	return withQuery(t.cfg.Login, "app_id", t.cfg.AppID, "redirect_uri", withQuery(t.cfg.Redirect, "state", state)), state, nil
}

func withQuery(address string, pairs ...string) string {
	u, err := url.Parse(address)
	if err != nil { // it was parsed when it was configured
		return address
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Finish implements app.IdentitySource. Only the office's own name of the person is
// read; nothing else that it tells is wanted.
func (t *Ticket) Finish(ctx context.Context, held, answer string) (subject string, err error) {
	said, err := url.ParseQuery(answer)
	if err != nil || held == "" || !same(said.Get("state"), held) || len(said[t.cfg.Ticket]) != 1 || said.Get(t.cfg.Ticket) == "" {
		return "", errAnswer
	}
	token, err := t.ask(ctx, t.cfg.Token, "ticket", said.Get(t.cfg.Ticket), t.cfg.TokenPath)
	if err != nil {
		return "", err
	}
	return t.ask(ctx, t.cfg.User, "token", token, t.cfg.SubjectPath)
}

// TicketSign is the keyed hash by which the office knows who asks.
func TicketSign(secret string, parts ...string) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = m.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(m.Sum(nil))
}

// answerSize bounds what is read of an office.
const answerSize = 64 << 10

// ask sends one value and reads another from the answer.
func (t *Ticket) ask(ctx context.Context, address, name, value, path string) (string, error) {
	stamp, nonce := strconv.FormatInt(t.cfg.Now().Unix(), 10), rand.Text()
	body, err := json.Marshal(map[string]string{
		"app_id": t.cfg.AppID, name: value, "timestamp": stamp, "nonce": nonce, "sign": TicketSign(t.cfg.Secret, t.cfg.AppID, value, stamp, nonce),
	})
	if err != nil {
		return "", errAnswer
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", errAnswer
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := t.cfg.Client.Do(req)
	if err != nil {
		return "", away(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", errAnswer
	}
	var v any
	d := json.NewDecoder(io.LimitReader(resp.Body, answerSize))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", errAnswer
	}
	for part := range strings.SplitSeq(path, ".") {
		in, ok := v.(map[string]any)
		if !ok {
			return "", errAnswer
		}
		v = in[part]
	}
	switch found := v.(type) {
	case string:
		if found != "" && len(found) <= 512 {
			return found, nil
		}
	case json.Number:
		return found.String(), nil
	}
	return "", errAnswer
}
