package operations

import (
	"net/http"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
)

type traceBody struct {
	ID       string
	Bars     []chart.Bar
	TotalUS  int64
	Services int
	Silent   []string // services that did not answer
}

// trace joins what every service remembers of one trace.
func (s *pages) trace(v *frame.Visit) error {
	ctx := v.As(operation)
	b := traceBody{ID: v.Path("id")}
	replies, failed := make([]*platformv1.GetTraceResponse, len(s.services)), make([]error, len(s.services))
	var wg sync.WaitGroup
	for i, name := range s.services {
		wg.Go(func() {
			replies[i], failed[i] = s.ops(name).GetTrace(ctx, &platformv1.GetTraceRequest{TraceId: b.ID})
		})
	}
	wg.Wait()
	var spans []*platformv1.Span
	for i, name := range s.services {
		if errs.KindOf(failed[i]) == errs.Invalid && failed[i] != nil {
			return frame.ErrNoPage // not the id of a trace
		}
		if failed[i] != nil {
			b.Silent = append(b.Silent, name)
		}
		if len(replies[i].GetSpans()) > 0 {
			b.Services++
		}
		spans = append(spans, replies[i].GetSpans()...)
	}
	b.Bars, b.TotalUS = chart.Waterfall(spans)
	return v.Render(http.StatusOK, "trace", frame.Page{Title: "trace.title", Nav: "workers", Body: b})
}
