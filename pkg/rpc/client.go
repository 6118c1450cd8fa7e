package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Prover proves to a service who sends it a call: a key of its own signs
// ([auth.Signer], by NewClient), or a session is exchanged for a proof.
type Prover interface {
	Prove(ctx context.Context, p auth.Principal, audience string) (token string, err error)
}

// signs is a Prover by a key of one's own.
type signs struct{ *auth.Signer }

func (s signs) Prove(_ context.Context, p auth.Principal, audience string) (string, error) {
	return s.Sign(p, audience)
}

// Client calls services over the bus. It implements contract.Caller.
type Client struct {
	conn   *nats.Conn
	prover Prover
}

// NewClient returns a client that signs principals with signer.
func NewClient(conn *nats.Conn, signer *auth.Signer) *Client {
	return &Client{conn, signs{signer}}
}

// NewProving returns a client whose calls another proves.
func NewProving(conn *nats.Conn, p Prover) *Client { return &Client{conn, p} }

// Call sends a request as the principal that ctx carries (see As). Errors are
// platform errors; one of kind Deadline leaves open whether it was done.
func (c *Client) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	h, cancel, ctx, err := headers(ctx, c.prover, service)
	if err != nil {
		return err
	}
	defer cancel()
	m := nats.NewMsg(Subject(service, method))
	m.Header = nats.Header(h)
	m.Header[headerPrincipal] = h["Authorization"]
	delete(m.Header, "Authorization")
	if m.Data, err = proto.Marshal(req); err != nil {
		return err
	}
	if len(m.Data) > maxBody {
		return ErrTooLarge
	}
	return c.ask(ctx, service, m, into)
}

// ask sends a message to a service and reads its answer.
func (c *Client) ask(ctx context.Context, service string, m *nats.Msg, into proto.Message) error {
	r, err := c.conn.RequestMsgWithContext(ctx, m)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return ErrUnavailable.With("service", service).Because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, nats.ErrTimeout):
		return ErrDeadline.Because(err)
	case err != nil:
		return ErrUnavailable.With("service", service).Because(err)
	}
	if r.Header.Get(headerError) != "" {
		var e platformv1.Error
		if err := proto.Unmarshal(r.Data, &e); err != nil {
			return errs.ErrInternal.Because(err)
		}
		return FromWire(&e)
	}
	return proto.Unmarshal(r.Data, into)
}

// headers are a call's headers, the principal under Authorization.
func headers(ctx context.Context, by Prover, service string) (map[string][]string, context.CancelFunc, context.Context, error) {
	p, said, cancel, ctx, err := leaving(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	token, err := by.Prove(ctx, p, service)
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	h := map[string][]string{"Authorization": {token}, headerDeadline: {said.deadline}, headerRequestID: {said.requestID}}
	if said.key != "" {
		h[headerIdempotency] = []string{said.key}
	}
	if said.trace != "" {
		h[headerTrace] = []string{said.trace}
	}
	return h, cancel, ctx, nil
}

// leaving is who sends a call and what is said beside it, as its context has it,
// which gets a deadline where it has none.
func leaving(ctx context.Context) (auth.Principal, header, context.CancelFunc, context.Context, error) {
	o, ok := ctx.Value(outgoingKey{}).(outgoing)
	if !ok || o.principal.Kind == "" {
		return auth.Principal{}, header{}, nil, nil, auth.ErrNoPrincipal
	}
	cancel := context.CancelFunc(func() {})
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(DefaultTimeout)
		ctx, cancel = context.WithDeadline(ctx, deadline)
	}
	h := header{requestID: outbox.CauseOf(ctx).Correlation, key: o.idempotencyKey, trace: telemetry.TraceParent(ctx), deadline: strconv.FormatInt(deadline.UnixMicro(), 10)}
	if h.requestID == "" {
		h.requestID = ident.NewID()
	}
	return o.principal, h, cancel, ctx, nil
}

// HTTPClient calls services of a running platform over HTTP. It implements contract.Caller.
type HTTPClient struct {
	base   string
	http   *http.Client
	prover Prover
}

// NewHTTPClient returns a client for the platform at base, e.g. http://127.0.0.1:8080.
func NewHTTPClient(base string, client *http.Client, signer *auth.Signer) *HTTPClient {
	return &HTTPClient{base, client, signs{signer}}
}

// NewProvingHTTP returns such a client whose calls another proves.
func NewProvingHTTP(base string, client *http.Client, p Prover) *HTTPClient {
	return &HTTPClient{base, client, p}
}

// Call is Client.Call over HTTP.
func (c *HTTPClient) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	h, cancel, ctx, err := headers(ctx, c.prover, service)
	if err != nil {
		return err
	}
	defer cancel()
	return c.post(ctx, service, method, h, req, into)
}

// post sends a request with its headers, the principal under Authorization.
func (c *HTTPClient) post(ctx context.Context, service, method string, h map[string][]string, req, into proto.Message) error {
	body, err := protojson.Marshal(req)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/rpc/"+service+"/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for k, v := range h {
		r.Header.Set(k, v[0])
	}
	r.Header.Set("Authorization", "Bearer "+h["Authorization"][0])
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return ErrDeadline.Because(err)
		}
		return ErrUnavailable.With("service", service).Because(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 2*maxBody))
	if err != nil {
		return ErrUnavailable.With("service", service).Because(err)
	}
	if resp.StatusCode != http.StatusOK {
		var e struct {
			Kind, Code, Text string
			Detail           map[string]string
		}
		if err := json.Unmarshal(b, &e); err != nil || e.Code == "" {
			return ErrUnavailable.With("service", service).With("status", strconv.Itoa(resp.StatusCode))
		}
		return FromWire(&platformv1.Error{Kind: e.Kind, Code: e.Code, Text: e.Text, Detail: e.Detail})
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, into)
}
