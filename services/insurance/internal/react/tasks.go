package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// AskAge does the task that a new duty leaves: the registry is asked whether the
// worker is beyond the pension age, and the worker sees the question in the access
// log, under the duty's number. The answer says which schemes the duty is about; an
// account that is not there has none, and the full duty stands.
func AskAge(a *app.App, caller contract.Caller, log *outbox.Outbox, in func(*sqldb.Tx) app.Store) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		var d domain.Duty
		var q domain.AgeQuestion
		var asked bool
		err := log.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
			d, q, asked, err = a.BeforeRequesting(in(tx), string(payload))
			return err
		})
		if err != nil || !asked {
			return err
		}
		as := rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: log.Service(), Purpose: "age_check", LegalBasis: "社会保险法(2018) 58; 超龄劳动者基本权益保障暂行规定", Via: auth.ViaSystem})
		answer, err := registryv1.RegistryClient{Caller: caller, Target: "registry"}.CheckAge(as, &registryv1.CheckAgeRequest{Worker: d.Worker, MinAge: int32(q.Age), On: q.On.String(), CaseId: d.ID})
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			return a.RequestEnrolment(ctx, in(tx), d.ID, answer.GetReached())
		})
	}
}
