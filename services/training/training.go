// Package training is the training department's service: it publishes courses,
// gives places and keeps the waiting list, records who completed, issues
// certificates, and notes the safety training that a hire with hazards makes due.
package training

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/life/tell"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/task"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training/internal/api"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/react"
	"github.com/qiao-platform/qiao/services/training/internal/store"
)

// Name is the service's name on the bus.
const Name = "training"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	return run.New(ctx, Name, store.Migrations, d, func(_ context.Context, k *run.Kit) (run.Parts, error) {
		cases := &app.App{Clock: k.Clock, Rules: k.Rules, Codes: k.Codes, NewID: ident.NewID}
		tables := store.New(k.Outbox, k.Tasks)
		server := &api.Server{App: cases, Outbox: k.Outbox, In: tables.In}
		return run.Parts{
			Methods: trainingv1.TrainingMethods(server),
			Facts:   []evidence.Source{{Kind: evidence.Certificate, Of: server.Certificates}},
			Router:  react.Router(cases, tables.In),
			Revive:  []death.Use{death.In(tables.In, cases.Revive)},
			Held:    []death.Held{{Kind: "enrolment", Query: death.Rows("enrolment", "state", "division", "state IN ('confirmed', 'waiting', 'offered')"), End: death.Ends(tables.In, cases.DropEnrolment)}},
			Tasks: map[string]task.Handler{
				app.TaskLapse:      task.Within(k.Outbox.DB(), tables.In, cases.LapsePlace),
				app.TaskOfferAgain: task.Within(k.Outbox.DB(), tables.In, cases.OfferAgain),
			},
			Ones: []collision.One{
				{Kind: "enrolment", Query: `SELECT id, worker, course_id, division FROM enrolment WHERE ` + person.Whose("worker", 1) + ` AND state NOT IN ('dropped', 'cancelled') ORDER BY id`},
			},
			Life:      tell.In(k.Outbox.DB(), tables.In, cases.ListLife),
			Work:      store.Work(),
			Elsewhere: store.Elsewhere(),
			Counts: []ops.Count{
				{Thing: "courses", Query: `SELECT count(*) FROM course`},
				{Thing: "enrolments", Query: `SELECT count(*) FROM enrolment WHERE state NOT IN ('dropped', 'cancelled')`},
				{Thing: "certificates", Query: `SELECT count(*) FROM certificate WHERE revoked_on = ''`},
			},
		}, nil
	})
}
