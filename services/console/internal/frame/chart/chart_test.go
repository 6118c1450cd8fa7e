package chart_test

import (
	"testing"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
)

func TestLine(t *testing.T) {
	if l := chart.NewLine(nil); l.Points != "" || l.Mean != 0 {
		t.Error(l)
	}
	if l := chart.NewLine([]float64{5}); l.Points != "" || l.Last != 5 || l.Max != 5 {
		t.Error(l)
	}
	l := chart.NewLine([]float64{0, 10, 5})
	if l.Points != "0.0,96.0 300.0,4.0 600.0,50.0" || l.Area != "0,96 "+l.Points+" 600,96" || l.Max != 10 || l.Mean != 5 || l.Last != 5 {
		t.Error(l)
	}
	if l := chart.NewLine([]float64{0, 0}); l.Points != "0.0,96.0 600.0,96.0" {
		t.Error(l)
	}
}

func span(id, parent string, start, took int64) *platformv1.Span {
	return &platformv1.Span{SpanId: id, ParentId: parent, StartedAt: start, DurationUs: took}
}

func TestWaterfall(t *testing.T) {
	bars, total := chart.Waterfall([]*platformv1.Span{
		span("c", "b", 1500, 100), span("root", "gone", 1000, 1000), span("b", "root", 1200, 500), span("a", "root", 1100, 50), span("a", "root", 1100, 50),
	})
	if total != 1000 || len(bars) != 4 {
		t.Fatalf("%d bars over %d", len(bars), total)
	}
	for i, want := range []struct {
		id    string
		depth int
		x     float64
	}{{"root", 0, 0}, {"a", 1, 100}, {"b", 1, 200}, {"c", 2, 500}} {
		if b := bars[i]; b.GetSpanId() != want.id || b.Depth != want.depth || b.X != want.x {
			t.Errorf("%d: %s at depth %d, x %v", i, b.GetSpanId(), b.Depth, b.X)
		}
	}
	if bars, total := chart.Waterfall(nil); bars != nil || total != 1 {
		t.Error(bars, total)
	}
	// A span that is its own parent, and one without length, are drawn once and seen.
	if bars, _ := chart.Waterfall([]*platformv1.Span{span("x", "x", 5, 0), span("y", "x", 5, 10_000)}); len(bars) != 2 || bars[0].W < 1 {
		t.Error(bars)
	}
}
