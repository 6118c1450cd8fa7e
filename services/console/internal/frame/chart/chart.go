// Package chart computes the geometry of the few charts; templates draw it.
package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The size of a line chart's drawing, without its labels.
const (
	LineWidth  = 600
	LineHeight = 96
)

// Line is a line over time.
type Line struct {
	Points string // for an SVG polyline
	Area   string // the same with the ground, for an SVG polygon
	Max    float64
	Mean   float64
	Last   float64
}

// NewLine scales values to the drawing. Fewer than two values draw nothing.
func NewLine(values []float64) Line {
	var l Line
	if len(values) == 0 {
		return l
	}
	l.Max, l.Last = slices.Max(values), values[len(values)-1]
	for _, v := range values {
		l.Mean += v / float64(len(values))
	}
	if len(values) < 2 {
		return l
	}
	top := max(l.Max, 1)
	var b strings.Builder
	for i, v := range values {
		fmt.Fprintf(&b, "%.1f,%.1f ", float64(i)*LineWidth/float64(len(values)-1), LineHeight-v/top*(LineHeight-4))
	}
	l.Points = strings.TrimSpace(b.String())
	l.Area = fmt.Sprintf("0,%d %s %d,%d", LineHeight, l.Points, LineWidth, LineHeight)
	return l
}

// Bar is a span in the waterfall of its trace. X and W are thousandths of the
// trace's duration.
type Bar struct {
	*platformv1.Span
	Depth   int
	X, W    float64
	StartUS int64 // after the trace's begin
}

// Waterfall orders the spans of a trace as a tree, each child after its parent
// and siblings by their begin. A span whose parent is not remembered any more
// stands at the root. total is the trace's duration in microseconds.
func Waterfall(spans []*platformv1.Span) (bars []Bar, total int64) {
	known := map[string]*platformv1.Span{}
	for _, s := range spans {
		known[s.GetSpanId()] = s
	}
	children := map[string][]*platformv1.Span{}
	var begin, end int64
	for _, s := range known {
		parent := s.GetParentId()
		if known[parent] == nil || parent == s.GetSpanId() {
			parent = ""
		}
		children[parent] = append(children[parent], s)
		if begin == 0 || s.GetStartedAt() < begin {
			begin = s.GetStartedAt()
		}
		end = max(end, s.GetStartedAt()+s.GetDurationUs())
	}
	total = max(end-begin, 1)
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		all := children[parent]
		delete(children, parent) // a span is drawn once, whatever its ids say
		slices.SortFunc(all, func(a, b *platformv1.Span) int {
			return cmp.Or(cmp.Compare(a.GetStartedAt(), b.GetStartedAt()), cmp.Compare(a.GetSpanId(), b.GetSpanId()))
		})
		for _, s := range all {
			start := s.GetStartedAt() - begin
			w := max(float64(s.GetDurationUs())*1000/float64(total), 3)
			bars = append(bars, Bar{Span: s, Depth: min(depth, 6), X: min(float64(start)*1000/float64(total), 1000-w), W: w, StartUS: start})
			walk(s.GetSpanId(), depth+1)
		}
	}
	walk("", 0)
	return bars, total
}
