package education_test

import (
	"context"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// facts stands in for the departments that hold facts: it answers from what
// has been published so far.
type facts struct {
	mu    sync.Mutex
	held  map[string]*platformv1.Fact // by source and id
	asked []*platformv1.ListFactsRequest
	none  bool // knows of no grant
}

// refuses makes the departments know of no grant.
func (f *facts) refuses() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.none = true
}

func newFacts() *facts { return &facts{held: map[string]*platformv1.Fact{}} }

func (f *facts) ListFacts(ctx context.Context, req *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.none || p.Purpose != "school_place" || req.GetCaseId() == "" || req.GetGrantId() == "" {
		return nil, errs.New(errs.Denied, "evidence.no_grant", "No grant.")
	}
	f.asked = append(f.asked, req)
	out := &platformv1.ListFactsResponse{}
	for _, fact := range f.held {
		if fact.GetWorker() == req.GetWorker() && slices.Contains(req.GetKinds(), fact.GetKind()) {
			out.Facts = append(out.Facts, fact)
		}
	}
	return out, nil
}

// set records what a department answers from now on.
func (f *facts) set(fact *platformv1.Fact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held[fact.GetSource()+" "+fact.GetSourceId()] = fact
}
