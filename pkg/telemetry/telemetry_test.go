package telemetry_test

import (
	"context"
	"io"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// A command whose spans nobody can look at keeps none; what it causes bears a
// trace's id all the same.
func TestUntraced(t *testing.T) {
	for _, untraced := range []bool{false, true} {
		tel, err := telemetry.New(context.Background(), telemetry.Config{LogTo: io.Discard, Untraced: untraced})
		if err != nil {
			t.Fatal(err)
		}
		ctx, span := tel.For("registry").Tracer.Start(context.Background(), "call")
		span.End()
		if telemetry.TraceParent(ctx) == "" {
			t.Errorf("untraced %v: no trace's id", untraced)
		}
		if n := len(tel.Ring().Trace(trace.SpanContextFromContext(ctx).TraceID())); n != map[bool]int{false: 1}[untraced] {
			t.Errorf("untraced %v: %d spans are kept", untraced, n)
		}
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
