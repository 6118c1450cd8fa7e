// Package telemetry is one process's traces, metrics and logs. A trace follows
// a command through commit, relay, the bus, each consumer and the events that
// those publish; the newest spans stay in memory for the console, and all go
// to an OTLP collector where one is configured.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// ringSize is how many ended spans a process remembers for its trace pages.
const ringSize = 50_000

// Config says where telemetry goes.
type Config struct {
	OTLPEndpoint string    // host:port of a collector; "" exports nothing
	LogLevel     string    // debug, info, warn or error
	LogText      bool      // human-readable lines instead of JSON
	LogTo        io.Writer // required
	// Untraced has no span recorded: for a command that ends with its work, since
	// nobody could look at them. What it causes still bears a trace's id.
	Untraced bool
}

// Telemetry is a process's providers.
type Telemetry struct {
	traces   *sdktrace.TracerProvider
	metrics  *sdkmetric.MeterProvider
	registry *prometheus.Registry
	log      *slog.Logger
	ring     *Ring
}

// New starts telemetry. Shutdown flushes it.
func New(ctx context.Context, cfg Config) (*Telemetry, error) {
	var level slog.Level
	if cfg.LogLevel != "" {
		if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
			return nil, fmt.Errorf("log level: %w", err)
		}
	}
	opts := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewJSONHandler(cfg.LogTo, opts)
	if cfg.LogText {
		h = slog.NewTextHandler(cfg.LogTo, opts)
	}
	res := resource.NewSchemaless(attribute.String("service.namespace", "qiao"))
	topts := []sdktrace.TracerProviderOption{sdktrace.WithResource(res)}
	ring := newRing(ringSize)
	if cfg.Untraced {
		ring = newRing(0)
		topts = append(topts, sdktrace.WithSampler(sdktrace.NeverSample()))
	} else {
		topts = append(topts, sdktrace.WithSpanProcessor(ring))
	}
	if cfg.OTLPEndpoint != "" {
		exp, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(cfg.OTLPEndpoint), otlptracehttp.WithInsecure())
		if err != nil {
			return nil, fmt.Errorf("trace export: %w", err)
		}
		topts = append(topts, sdktrace.WithBatcher(exp))
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(otelprom.WithRegisterer(reg), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Telemetry{
		traces:   sdktrace.NewTracerProvider(topts...),
		metrics:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithResource(res)),
		registry: reg,
		log:      slog.New(traced{h}),
		ring:     ring,
	}, nil
}

// Shutdown flushes what is still to be exported.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	return errors.Join(t.traces.Shutdown(ctx), t.metrics.Shutdown(ctx))
}

// Handler serves the metrics in Prometheus' text form.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Ring is the process's memory of recent spans.
func (t *Telemetry) Ring() *Ring { return t.ring }

// For returns the telemetry of one service in this process.
func (t *Telemetry) For(service string) *Scope {
	return &Scope{
		Service: service,
		Tracer:  t.traces.Tracer(service),
		Meter:   t.metrics.Meter(service, metric.WithInstrumentationAttributes(attribute.String("service", service))),
		Log:     t.log.With("service", service),
		Ring:    t.ring,
		attrs:   metric.WithAttributeSet(attribute.NewSet(attribute.String("service", service))),
	}
}

// Scope is the telemetry of one service.
type Scope struct {
	Service string
	Tracer  trace.Tracer
	Meter   metric.Meter
	Log     *slog.Logger
	Ring    *Ring
	attrs   metric.MeasurementOption
}

// Counter makes a counter that bears the service's name. It panics on a
// malformed instrument name, which only a programmer can write.
func (s *Scope) Counter(name, help string) func(ctx context.Context, n int64) {
	c, err := s.Meter.Int64Counter(name, metric.WithDescription(help))
	if err != nil {
		panic(err)
	}
	return func(ctx context.Context, n int64) { c.Add(ctx, n, s.attrs) }
}

// Gauge makes a gauge that bears the service's name and one further label. It
// panics on a malformed instrument name, which only a programmer can write.
func (s *Scope) Gauge(name, help, label string) func(ctx context.Context, n int64, value string) {
	g, err := s.Meter.Int64Gauge(name, metric.WithDescription(help))
	if err != nil {
		panic(err)
	}
	return func(ctx context.Context, n int64, value string) {
		g.Record(ctx, n, s.attrs, metric.WithAttributes(attribute.String(label, value)))
	}
}

var traceContext propagation.TraceContext

// TraceParent returns the W3C trace context of ctx's span, or "".
func TraceParent(ctx context.Context) string {
	c := propagation.MapCarrier{}
	traceContext.Inject(ctx, c)
	return c["traceparent"]
}

// WithTraceParent returns a context whose spans continue the given trace.
func WithTraceParent(ctx context.Context, parent string) context.Context {
	if parent == "" {
		return ctx
	}
	return traceContext.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// traced adds the trace's ids to each log line.
type traced struct{ slog.Handler }

func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		r.AddAttrs(slog.String("trace_id", s.TraceID().String()), slog.String("span_id", s.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h traced) WithAttrs(a []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(a)} }
func (h traced) WithGroup(n string) slog.Handler      { return traced{h.Handler.WithGroup(n)} }
