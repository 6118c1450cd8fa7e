// Package employment is the employment department's service: it registers
// employers, publishes their vacancies, takes workers' applications, and
// registers the hires that workers accept or confirm.
package employment

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/api"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/app/startup"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
	"github.com/qiao-platform/qiao/services/employment/internal/react"
	"github.com/qiao-platform/qiao/services/employment/internal/store"
	fairstore "github.com/qiao-platform/qiao/services/employment/internal/store/fair"
	startupstore "github.com/qiao-platform/qiao/services/employment/internal/store/startup"
)

// Name is the service's name on the bus.
const Name = "employment"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	return run.New(ctx, Name, store.Migrations, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		phrases, err := domain.LoadPhrases()
		if err != nil {
			return run.Parts{}, err
		}
		open := match.New()
		jobs := &app.App{Clock: k.Clock, Rules: k.Rules, Calendar: k.Calendar, Codes: k.Codes, Phrases: phrases, Open: open, NewID: ident.NewID}
		tables := store.New(k.Outbox, k.Tasks, k.Master, k.Pages, open)
		follower, err := tables.Follow(ctx)
		if err != nil {
			return run.Parts{}, err
		}
		if err := tables.EachOpen(ctx, open.PutAll); err != nil {
			return run.Parts{}, err
		}
		holder, err := k.Evidence(ctx, react.Cases{App: jobs, In: tables.In})
		if err != nil {
			return run.Parts{}, err
		}
		tables.Evidence = holder
		fairs, atFairs := &fair.App{Jobs: jobs, Clock: k.Clock, Rules: k.Rules, Codes: k.Codes, NewID: ident.NewID}, fairstore.New(k.Outbox, k.Tasks, tables.In)
		tables.FreeProposalSeat = func(ctx context.Context, tx *sqldb.Tx, id string) error {
			return fairs.FreeSeat(ctx, atFairs.In(tx), id)
		}
		help, helped := &startup.App{Clock: k.Clock, Rules: k.Rules, Codes: k.Codes, NewID: ident.NewID}, startupstore.New(k.Outbox)
		server := &api.Server{
			Room: api.Room[app.Store]{Outbox: k.Outbox, In: tables.In}, App: jobs, Pages: k.Pages, Caller: k.Caller,
			Fairs:   &api.Fairs{Room: api.Room[fair.Store]{Outbox: k.Outbox, In: atFairs.In}, App: fairs, Caller: k.Caller},
			Startup: &api.Startup{Room: api.Room[startup.Store]{Outbox: k.Outbox, In: helped.In}, App: help},
		}
		return run.Parts{
			Methods: employmentv1.EmploymentMethods(server),
			Facts:   []evidence.Source{{Kind: evidence.Job, Of: server.Jobs}},
			Router:  react.Department{App: jobs, In: tables.In, Fair: fairs, Fairs: atFairs.In, Startup: help, Startups: helped.In, Evidence: holder}.Router(),
			Revive:  []death.Use{death.In(tables.In, jobs.Revive), death.In(atFairs.In, fairs.Revive)},
			Held: []death.Held{
				{Kind: "application", Query: death.Rows("application", "state", "county", "state IN ('submitted', 'offered')"), End: death.Ends(tables.In, jobs.WithdrawApplication)},
				{Kind: "fair", Query: death.Rows("fair_application", "'submitted'", "division", "withdrawn = 0"), End: death.Ends(atFairs.In, fairs.Withdraw)},
				{Kind: "hire", Query: death.Rows("hire", "state", "county", "state IN ('employer_says', 'registered', 'disputed', 'end_stated')")},
			},
			Tasks: map[string]task.Handler{
				store.TaskLapseOffer:        task.Within(k.Outbox.DB(), tables.In, jobs.LapseOffer),
				fairstore.TaskLapseProposal: task.Within(k.Outbox.DB(), atFairs.In, fairs.LapseProposal),
			},
			LongTasks: map[string]task.Handler{
				fairstore.TaskCloseFair:   atFairs.CloseFair(fairs),
				fairstore.TaskDrawFair:    atFairs.DrawFair(fairs),
				fairstore.TaskNoticeFair:  atFairs.NoticeFair(fairs),
				fairstore.TaskCorrectFair: atFairs.CorrectFair(fairs),
			},
			Together: []func(context.Context) error{
				func(ctx context.Context) error { // what other instances change
					return follower.Run(ctx, k.Telemetry.For(Name).Log, func(tx *sqldb.Tx, all []outbox.Appended) error {
						changed, err := tables.Changed(tx, all)
						open.PutAll(changed)
						return err
					})
				},
			},
			Ones: []collision.One{
				{Kind: "application", Query: `SELECT id, worker, vacancy_id, county FROM application WHERE ` + person.Whose("worker", 1) + ` AND state <> 'withdrawn' ORDER BY submitted_at, id`},
				{Kind: "profile", Digest: true, Query: `SELECT worker, worker, '', county FROM profile WHERE ` + person.Whose("worker", 1) + ` AND closed = 0 ORDER BY worker`},
				{Kind: "hire", Query: `SELECT id, worker, employer_id, county FROM hire WHERE ` + person.Whose("worker", 1) + ` AND state NOT IN ('ended', 'undone') ORDER BY start_on, id`},
				{Kind: "fair_application", Query: `SELECT id, worker, fair_id, division FROM fair_application WHERE ` + person.Whose("worker", 1) + ` AND withdrawn = 0 ORDER BY submitted_at, id`},
				{Kind: "premises_request", Query: `SELECT q.id, q.worker, q.site_id, p.county FROM premises_request q JOIN premises p ON p.id = q.site_id WHERE ` + person.Whose("q.worker", 1) + ` AND q.withdrawn = 0 ORDER BY q.at, q.id`},
			},
			Life: together(k.Outbox.DB(), tells(tables.In, jobs.ListLife), tells(atFairs.In, fairs.ListLife), tells(helped.In, help.ListLife)),
			Work: store.Work(), Outcomes: store.Outcomes(),
			Elsewhere: store.Elsewhere(),
			Counts: []ops.Count{
				{Thing: "employers", Query: `SELECT count(*) FROM employer`},
				{Thing: "vacancies_open", Query: `SELECT count(*) FROM vacancy WHERE state = 'open'`},
				{Thing: "applications", Query: `SELECT count(*) FROM application`},
				{Thing: "fairs", Query: `SELECT count(*) FROM fair`},
				{Thing: "hires", Query: `SELECT count(*) FROM hire`},
			},
		}, nil
	})
}
