// Package api serves the employment contract: each method opens the
// transaction, runs one use case and answers in the contract's form.
package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// Server implements employmentv1.EmploymentServer.
type Server struct {
	App    *app.App
	Log    *outbox.Log
	In     func(*sqldb.Tx) app.Store
	Pages  *cache.Cache     // search results
	Holder *evidence.Holder // shared certificates
	Caller contract.Caller  // asks the registry
}

// command runs a use case with its events in one transaction.
func command[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, fn func(st app.Store) (Reply, error)) (Reply, error) {
	return outbox.Command(ctx, s.Log, func(tx *sqldb.Tx) (Reply, error) { return fn(s.In(tx)) })
}

// commandOrCheck runs a use case, or judges it and undoes it.
func commandOrCheck[T any, Reply interface {
	*T
	proto.Message
}](ctx context.Context, s *Server, only bool, fn func(st app.Store) (Reply, error)) (Reply, error) {
	return outbox.CommandOrCheck(ctx, s.Log, only, func(tx *sqldb.Tx) (Reply, error) { return fn(s.In(tx)) })
}

// view reads on one snapshot.
func (s *Server) view(ctx context.Context, fn func(st app.Store) error) error {
	return s.Log.DB().View(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// ownView reads what is one worker's alone.
func (s *Server) ownView(ctx context.Context, worker string, fn func(st app.Store) error) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	if err := p.MayActFor(worker); err != nil {
		return err
	}
	return s.view(ctx, fn)
}
