package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/chart"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

type traceBody struct {
	ID       string
	Bars     []chart.Bar
	TotalUS  int64
	Services int
	Silent   []string // services that did not answer
}

// trace joins what every service remembers of one trace.
func (s *Site) trace(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := context.WithTimeout(call.Operator(r.Context()), patience)
	defer cancel()
	b := traceBody{ID: r.PathValue("id")}
	replies, failed := make([]*platformv1.GetTraceResponse, len(s.Services)), make([]error, len(s.Services))
	var wg sync.WaitGroup
	for i, name := range s.Services {
		wg.Go(func() {
			replies[i], failed[i] = s.Clients.Ops(name).GetTrace(ctx, &platformv1.GetTraceRequest{TraceId: b.ID})
		})
	}
	wg.Wait()
	var spans []*platformv1.Span
	for i, name := range s.Services {
		if errs.KindOf(failed[i]) == errs.Invalid && failed[i] != nil {
			return errNoPage // not the id of a trace
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
	return s.render(w, r, p, http.StatusOK, "trace", page{Title: "trace.title", Nav: "workers", Body: b})
}
