package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	kithttp "github.com/go-kit/kit/transport/http"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// Handler serves the same endpoints at POST /rpc/<service>/<Method> with JSON
// bodies. The principal is a bearer token.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, m := range s.methods {
		mux.Handle("POST /rpc/"+s.cfg.Service+"/"+name, s.bounded(m, kithttp.NewServer(m.endpoint, m.decode, encode, kithttp.ServerErrorEncoder(encodeError))))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { encodeError(r.Context(), ErrNoMethod, w) })
	return mux
}

func (s *Server) bounded(m *method, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case m.slots <- struct{}{}:
		default:
			encodeError(r.Context(), ErrOverloaded, w)
			return
		}
		s.running.Add(1)
		defer func() { <-m.slots; s.running.Done() }()
		next.ServeHTTP(w, r)
	})
}

func (m *method) decode(_ context.Context, r *http.Request) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, ErrTooLarge
		}
		return nil, ErrMalformed.Because(err)
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c := &call{principal: token, requestID: r.Header.Get(headerRequestID), key: r.Header.Get(headerIdempotency), trace: r.Header.Get(headerTrace), request: m.New()}
	if err := protojson.Unmarshal(body, c.request); err != nil {
		return nil, ErrMalformed.Because(err)
	}
	return c, nil
}

func encode(_ context.Context, w http.ResponseWriter, out any) error {
	b, err := protojson.Marshal(out.(proto.Message))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(b)
	return err
}

func encodeError(_ context.Context, err error, w http.ResponseWriter) {
	e := errs.From(err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(HTTPStatus(e.Kind))
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": e.Kind.String(), "code": e.Code, "text": e.Text, "detail": e.Detail}) // the caller may be gone
}
