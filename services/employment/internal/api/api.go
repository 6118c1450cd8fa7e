// Package api serves the employment contract: each method opens the
// transaction, runs one use case and answers in the contract's form.
package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// Server implements employmentv1.EmploymentServer: vacancies and hires by itself.
type Server struct {
	Room[app.Store]
	*Fairs
	*Startup
	App    *app.App
	Pages  *cache.Cache    // search results
	Caller contract.Caller // asks the registry
}

// Room is what the methods of one part of the department run in.
type Room[S any] struct {
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) S // the part's store within a transaction
}

// command runs a use case with its events in one transaction.
func command[S, T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, r Room[S], fn func(st S) (Reply, error)) (Reply, error) {
	return outbox.Command(ctx, r.Outbox, func(tx *sqldb.Tx) (Reply, error) { return fn(r.In(tx)) })
}

// commandOrCheck runs a use case, or judges it and undoes it.
func commandOrCheck[S, T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, r Room[S], only bool, fn func(st S) (Reply, error)) (Reply, error) {
	return outbox.CommandOrCheck(ctx, r.Outbox, only, func(tx *sqldb.Tx) (Reply, error) { return fn(r.In(tx)) })
}

// view reads on one snapshot.
func (r Room[S]) view(ctx context.Context, fn func(st S) error) error {
	return r.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return fn(r.In(tx)) })
}

// reading reads a worker's own data; where somebody else reads them in the worker's
// name, the worker is told of it.
func (r Room[S]) reading(ctx context.Context, worker string, fn func(st S) error) error {
	if p, err := auth.FromContext(ctx); err != nil || p.ActsHimself(worker) {
		return r.view(ctx, fn)
	}
	return r.update(ctx, fn)
}

// update reads what is told of to whom it is about.
func (r Room[S]) update(ctx context.Context, fn func(st S) error) error {
	return r.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return fn(r.In(tx)) })
}
