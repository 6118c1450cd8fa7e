package console_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// fakeWork stands in for what a department says that waits.
type fakeWork struct {
	service string
	lines   []*platformv1.WorkItem
}

var errNoWork = errs.New(errs.Unavailable, "rpc.unavailable", "The service does not answer.")

// working is what waits at three departments; the fourth does not answer.
func working(service string) []contract.Method {
	f := fakeWork{service: service}
	switch service {
	case "registry":
		for i := range 60 {
			f.lines = append(f.lines, &platformv1.WorkItem{
				Id: fmt.Sprintf("0198c0de-0000-7000-8000-%012x", 0xa00+i), Matter: "contact", PersonKind: "worker", County: "654301", State: "open", Since: "2026-11-20",
				DueOn: fmt.Sprintf("2026-11-%02d", 24+i/20), RuleId: "WK-TARGET", WorkingDaysLeft: int32(i/20 - 1), Own: i == 1,
			})
		}
	case "employment":
		f.lines = []*platformv1.WorkItem{{Id: "0198c0de-0000-7000-8000-00000000beef", Matter: "review", PersonKind: "employer", County: "654322", State: "waiting", Since: "2026-11-25"}}
	}
	return platformv1.WorkMethods(f)
}

func (f fakeWork) ListWork(ctx context.Context, r *platformv1.ListWorkRequest) (*platformv1.ListWorkResponse, error) {
	if f.service == "training" {
		return nil, errNoWork
	}
	out := &platformv1.ListWorkResponse{}
	at := func(w *platformv1.WorkItem) string {
		return cmp.Or(w.GetDueOn(), "9999-99-99") + " " + w.GetId() + " " + w.GetMatter()
	}
	for _, w := range f.lines {
		if at(w) <= r.GetAfter() || r.GetMatter() != "" && r.GetMatter() != w.GetMatter() || r.GetCounty() != "" && r.GetCounty() != w.GetCounty() || !strings.HasSuffix(w.GetId(), r.GetNumber()) {
			continue
		}
		if len(out.Items) == int(r.GetLimit()) {
			out.Next = at(out.Items[len(out.Items)-1])
			break
		}
		if p, err := auth.FromContext(ctx); err == nil && p.Purpose == "list_export" && w.GetPersonKind() == "worker" {
			w = proto.Clone(w).(*platformv1.WorkItem) //nolint:forcetypeassert // a clone is of its kind
			w.Worker = w.GetId()
		}
		out.Items = append(out.Items, w)
	}
	counts, err := f.CountWork(ctx, nil)
	out.Counts = counts.GetCounts()
	return out, err
}

func (f fakeWork) CountWork(context.Context, *platformv1.CountWorkRequest) (*platformv1.CountWorkResponse, error) {
	if f.service == "training" {
		return nil, errNoWork
	}
	out := &platformv1.CountWorkResponse{}
	for _, w := range f.lines {
		i := slices.IndexFunc(out.Counts, func(c *platformv1.WorkCount) bool { return c.GetMatter() == w.GetMatter() })
		if i < 0 {
			i = len(out.Counts)
			out.Counts = append(out.Counts, &platformv1.WorkCount{Matter: w.GetMatter()}, &platformv1.WorkCount{Matter: w.GetMatter(), County: w.GetCounty()})
		}
		c := out.Counts[i+1]
		if c.Count++; w.GetDueOn() != "" && w.GetWorkingDaysLeft() < 0 {
			c.Overdue++
		}
	}
	return out, nil
}
