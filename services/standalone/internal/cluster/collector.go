package cluster

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	collectorv1 "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

const (
	spansFile  = "spans.jsonl"
	spansBytes = 64 << 20 // of a file before a new one replaces the older
	bodyBytes  = 16 << 20 // of one delivery
)

// Collect receives traces (OTLP over HTTP) and appends them to a file of lines
// in dir, one delivery a line, until ctx ends. It keeps two files of 64 MiB.
func Collect(ctx context.Context, listen, dir string) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	c := &collector{path: filepath.Join(dir, spansFile), spans: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", c.receive)
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ready\n") })
	mux.HandleFunc("GET /spans", c.count)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return srv.Shutdown(stop)
	}
}

type collector struct {
	path  string
	mu    sync.Mutex
	spans map[string]int // by service
}

func (c *collector) receive(w http.ResponseWriter, r *http.Request) {
	if err := c.keep(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	b, _ := proto.Marshal(&collectorv1.ExportTraceServiceResponse{}) // an empty message always marshals
	_, _ = w.Write(b)
}

func (c *collector) keep(r *http.Request) (err error) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return err
		}
		body = z
	}
	b, err := io.ReadAll(io.LimitReader(body, bodyBytes))
	if err != nil {
		return err
	}
	var m collectorv1.ExportTraceServiceRequest
	if err := proto.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("not an export of traces: %w", err)
	}
	line, err := protojson.Marshal(&m)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range m.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			c.spans[ss.GetScope().GetName()] += len(ss.GetSpans())
		}
	}
	if info, err := os.Stat(c.path); err == nil && info.Size() > spansBytes {
		if err := os.Rename(c.path, c.path+".1"); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(append(line, '\n'))
	return err
}

// count tells how many spans of each service have come since the start.
func (c *collector) count(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(c.spans) // the other side may be gone
}
