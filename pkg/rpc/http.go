package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// bodyTime is how long the body of a request may take to arrive, and its answer to leave.
const bodyTime = 10 * time.Second

// Handler serves the same endpoints at POST /rpc/<service>/<Method> with JSON
// bodies. The principal is a bearer token. A caller is let in by its headers
// and gives a whole body before a slot is taken, so that connections which
// send nothing hold up nobody.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, m := range s.methods {
		mux.Handle("POST /rpc/"+s.cfg.Service+"/"+name, s.guarded(m))
	}
	mux.HandleFunc("POST /rpc/"+s.cfg.Service+"/"+together, s.takeCalls)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { encodeError(r.Context(), ErrNoMethod, w) })
	return mux
}

func (s *Server) guarded(m *method) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, leave, err := s.enter(m, bearer(r), header{r.Header.Get(headerRequestID), r.Header.Get(headerIdempotency), r.Header.Get(headerTrace), r.Header.Get(headerDeadline)}, addressOf(r))
		defer leave()
		if err == nil {
			err = m.read(w, r, c)
		}
		if err == nil {
			err = m.take()
		}
		if err != nil {
			s.refused(m, c, err)
			w.Header().Set("Connection", "close") // what is left of the body is not waited for
			encodeError(r.Context(), err, w)
			return
		}
		s.running.Add(1)
		defer func() { <-m.slots; s.running.Done() }()
		out, err := m.endpoint(r.Context(), c)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTime)) // a recorder in a test has none
		if err == nil {
			err = encode(r.Context(), w, out)
		}
		if err != nil {
			encodeError(r.Context(), err, w)
		}
	})
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

func addressOf(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return address
}

// read takes a call's body.
func (m *method) read(w http.ResponseWriter, r *http.Request, c *call) error {
	until := time.Now().Add(bodyTime)
	if c.deadline.Before(until) {
		until = c.deadline
	}
	c.request = m.New()
	return readInto(w, r, until, c.request)
}

// readInto takes the body, which may be neither too long nor too slow.
func readInto(w http.ResponseWriter, r *http.Request, until time.Time, into proto.Message) error {
	if r.ContentLength > maxBody {
		return ErrTooLarge
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return ErrTooLarge
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return ErrDeadline
		}
		return ErrMalformed.Because(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	if err := protojson.Unmarshal(body, into); err != nil {
		return ErrMalformed.Because(err)
	}
	return nil
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
