package delivery

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Gateway sends by an operator's HTTP gateway: a template that the operator
// approved, the office's signature before it, and a keyed hash over time, nonce and
// body, so that nobody else spends the office's money. It says nothing of a message
// in an error: neither number nor code.
type Gateway struct {
	URL, Template, Sign string
	Key                 []byte
	Clock               clock.Clock
	Client              *http.Client // nil: one with a time limit, that follows nobody elsewhere
}

const gatewayTime = 10 * time.Second

// message is what a gateway is given.
type message struct {
	Template string            `json:"template"`
	Sign     string            `json:"sign"`
	Phone    string            `json:"phone"`
	Params   map[string]string `json:"params"`
}

// Signature is the keyed hash by which the gateway knows the office.
func Signature(key []byte, stamp, nonce string, body []byte) string {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(stamp + "\n" + nonce + "\n"))
	_, _ = m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// Send sends a code.
func (g Gateway) Send(ctx context.Context, to ident.Phone, code string, minutes int) error {
	body, err := json.Marshal(message{Template: g.Template, Sign: g.Sign, Phone: to.Reveal(), Params: map[string]string{"code": code, "minutes": strconv.Itoa(minutes)}})
	if err != nil {
		return domain.ErrSending
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return domain.ErrSending
	}
	stamp, nonce := strconv.FormatInt(g.Clock.Now().Unix(), 10), rand.Text()
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("X-Qiao-Time", stamp)
	req.Header.Set("X-Qiao-Nonce", nonce)
	req.Header.Set("X-Qiao-Signature", Signature(g.Key, stamp, nonce, body))
	client := g.Client
	if client == nil {
		client = &http.Client{Timeout: gatewayTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	resp, err := client.Do(req)
	if err != nil {
		return domain.ErrSending // its text may hold what a gateway answered
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return domain.ErrSending.With("status", strconv.Itoa(resp.StatusCode))
	}
	return nil
}
