package console_test

import (
	"context"

	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// fakeLife stands in for how a department's things of a worker stand. Training does not
// answer, and the others but three have nothing.
type fakeLife struct{ service string }

func living(service string) []contract.Method { return platformv1.LifeMethods(fakeLife{service}) }

func (f fakeLife) ListLife(context.Context, *platformv1.ListLifeRequest) (*platformv1.ListLifeResponse, error) {
	out := &platformv1.ListLifeResponse{}
	switch f.service {
	case "training":
		return nil, errNoWork
	case "registry":
		out.Things = []*platformv1.LifeThing{
			{Matter: "contact", Id: "c-1", State: "open", Part: "needs", Holder: "you"},
			{Matter: "death", Id: "d-1", State: "open", Part: "needs", Holder: "you", Urgent: true},
			{Matter: "child", Id: "child-1", State: "guardian", Part: "has", Name: "古丽", Since: "2026-11-03"},
		}
	case "education":
		out.Things = []*platformv1.LifeThing{{Matter: "application", Id: "a-1", State: "offered", Part: "needs", Holder: "you", Child: "child-1", Name: "第一小学", AnswerBy: "2026-12-30", RuleId: "ED-OFFER"}}
	case "housing":
		out.LeftOut = 3
		out.Things = []*platformv1.LifeThing{{Matter: "application", Id: "h-1", State: "eligible", Part: "runs", Holder: "office", Code: "public_rental", Place: 7, ExpectedOn: "2026-12-24", UndoBy: 1798000000000000,
			Steps: []*platformv1.LifeStep{{Step: "submitted", On: "2026-11-02", Done: true}, {Step: "reviewed", On: "2026-11-09", Done: true}, {Step: "offered"}, {Step: "answered"}}}}
	}
	return out, nil
}
